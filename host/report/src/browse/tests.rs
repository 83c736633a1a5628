use net_scout_model::Selection;

use super::*;
use crate::test_support::{MINUTE, NOW, event, scene};

fn filter() -> EventFilter {
    EventFilter::over(Span { begins: NOW.plus(-60 * MINUTE), ends: NOW })
}

async fn found(options: &ScanOptions, filter: &EventFilter, page: EventPage) -> FoundEvents {
    browse(options, filter, page, NOW).await.expect("found")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_narrows_the_list_and_what_is_counted() {
    let events: Vec<_> = (1..=20)
        .map(|minute| {
            let (source, verdict) = if minute % 4 == 0 { ("192.0.2.9", "ACCEPT") } else { ("203.0.113.1", "DROP") };
            event(minute, source, "10.0.0.5", 20 + minute as u16 % 3, verdict, "INBOUND")
        })
        .collect();
    let (_folder, options) = scene(&events);
    let page = EventPage { after: None, limit: 8 };
    let all = found(&options, &filter(), page).await;
    assert_eq!((all.all.events, all.all.refused, all.all.packets, all.events.len()), (20, 15, 40, 8));
    assert_eq!(all.sources, TopList { distinct: 2, top: vec![("203.0.113.1".into(), 15), ("192.0.2.9".into(), 5)] });
    assert_eq!((all.ports.distinct, all.ports.top[0].1), (3, 7));
    assert_eq!(all.by_time.iter().flatten().sum::<u64>(), 20);
    assert!(all.events.windows(2).all(|two| two[0].time >= two[1].time), "the newest come first");

    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let part = found(&options, &filter(), EventPage { after, limit: 8 }).await;
        seen.extend(part.events.iter().map(|event| event.id));
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=20).collect::<Vec<_>>(), "each page goes on where the one before ended");

    let count = async |change: &dyn Fn(&mut EventFilter)| {
        let mut filter = filter();
        change(&mut filter);
        found(&options, &filter, page).await.all.events
    };
    let networks = |text: &str| text.parse::<Networks>().ok();
    assert_eq!(count(&|filter| filter.address = networks("192.0.2.0/24")).await, 5);
    assert_eq!(count(&|filter| filter.target = networks("192.0.2.0/24")).await, 0);
    assert_eq!(count(&|filter| filter.port = Some(21)).await, 7);
    assert_eq!(count(&|filter| filter.verdict = Some("ACCEPT".into())).await, 5);
    assert_eq!(count(&|filter| filter.proto = Some("' OR 1=1 --".into())).await, 0);
    let selection = Selection { condition: "src_ip = ?1 OR 1 = 1".into(), parameters: vec![Value::Text("192.0.2.9".into())] };
    let both = |filter: &mut EventFilter| {
        filter.selection = Some(selection.clone());
        filter.verdict = Some("ACCEPT".into());
    };
    assert_eq!(count(&both).await, 5, "the condition of an alert stays in its brackets");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_found_in_an_empty_database() {
    let (_folder, options) = scene(&[]);
    let nothing = found(&options, &filter(), EventPage { after: None, limit: 8 }).await;
    assert_eq!((nothing.all, nothing.events, nothing.next), (Count::default(), vec![], None));
}
