use super::*;
use crate::figures::Bins;
use crate::plot::Chart;
use net_scout_model::{Span, Timestamp};

#[test]
fn nothing_that_is_told_becomes_markup_and_nothing_is_loaded() {
    let hostile = "</td><script>alert(1)</script><img src=x onerror=alert(1)> &amp; \"'\u{202e}\u{1b}";
    let bins = Bins::over(Span { begins: Timestamp(0), ends: Timestamp(3_600_000_000) });
    let counts = vec![3; bins.count];
    let document = Document {
        title: hostile.to_owned(),
        lead: hostile.to_owned(),
        sections: vec![Section {
            title: "A section",
            parts: vec![
                Part::Words(hostile.to_owned()),
                Part::Facts(vec![("fact", hostile.to_owned())]),
                Part::Table(Table {
                    title: Some(hostile.to_owned()),
                    header: vec!["one", "two"],
                    rows: vec![vec![hostile.to_owned(), "2".to_owned()]],
                    numbers: &[1],
                }),
                Part::Chart(Chart::Heat { title: "heat", bins, rows: vec![(hostile.to_owned(), counts.clone())] }),
                Part::Chart(Chart::Bars { title: "bars", rows: vec![(hostile.to_owned(), 7)] }),
                Part::Chart(Chart::Time { title: "time", bins, series: vec![("refused", "refused", counts)] }),
            ],
        }],
    };
    let page = html(&document);
    for forbidden in
        ["<script", "<img", "onerror=alert(1)>", "http:", "https:", "url(", "@import", "\u{1b}", "\u{202e}", " src=\"", " href="]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\""));
    assert_eq!(page.matches("<svg").count(), 4);
    assert_eq!(page.matches("<rect").count(), page.matches("</rect>").count());
}

#[test]
fn an_empty_plot_is_one() {
    let bins = Bins::over(Span { begins: Timestamp(0), ends: Timestamp(1) });
    let charts = [
        Chart::Time { title: "time", bins, series: Vec::new() },
        Chart::Heat { title: "heat", bins, rows: Vec::new() },
        Chart::Bars { title: "bars", rows: vec![("a".to_owned(), 0)] },
    ];
    for chart in charts {
        let page = plot::chart(&chart).into_string();
        assert!(page.contains("<svg") && !page.contains("NaN") && !page.contains("inf"), "{page}");
    }
}
