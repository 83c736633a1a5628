use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rusqlite::types::Value;

use super::*;

fn bounded() -> (Connection, Arc<Watch>) {
    let (connection, watch) = (Connection::open_in_memory().expect("open"), Watch::new());
    bound(&connection, &watch).expect("functions");
    (connection, watch)
}

fn answer(connection: &Connection, sql: &str) -> Result<Value, String> {
    connection.query_row(sql, [], |row| row.get(0)).map_err(|error| error.to_string())
}

/// Every function, over arguments of every kind, gives what SQLite's own gives.
#[test]
fn they_give_what_sqlite_gives() {
    let (own, _watch) = bounded();
    let sqlite = Connection::open_in_memory().expect("open");
    let values = [
        "NULL",
        "0",
        "-7",
        "1.5",
        "1e300",
        "''",
        "'a'",
        "'A'",
        "'aab'",
        "'%a_'",
        "'*a?'",
        "'[a-c]b'",
        "'ä€😀'",
        "'x''y'",
        "x'00ff'",
        "x'6162'",
        "'4142'",
        "'41 42'",
        "'[1,{\"a\":[2,3]}]'",
        "'{\"a\":\"b\"}'",
        "'$.a'",
        "'$[0]'",
        "'%s-%d-%q'",
        "'%.3f'",
        "' a '",
        "char(0)",
    ];
    let calls: Vec<(&str, usize)> = BOUNDED
        .iter()
        .flat_map(|(name, arguments, _)| match arguments {
            -1 => vec![(*name, 1), (*name, 2), (*name, 3)],
            count => vec![(*name, *count as usize)],
        })
        .collect();
    let mut compared = 0;
    for (name, arguments) in calls {
        // Of three arguments every second value: it is enough, and an eighth of the work.
        let step = if arguments == 3 { 2 } else { 1 };
        let mut choices: Vec<Vec<&str>> = vec![Vec::new()];
        for _ in 0..arguments {
            choices = choices
                .into_iter()
                .flat_map(|chosen| values.iter().step_by(step).map(move |value| [chosen.clone(), vec![*value]].concat()))
                .collect();
        }
        for chosen in choices {
            // A blob is no JSON here.
            if name.starts_with(['j', '-']) && chosen[0].starts_with("x'") {
                continue;
            }
            let call = if name.starts_with('-') { chosen.join(name) } else { format!("{name}({})", chosen.join(", ")) };
            let sql = format!("SELECT quote({call}) || typeof({call})");
            assert_eq!(answer(&own, &sql), answer(&sqlite, &sql), "{sql}");
            compared += 1;
        }
    }
    assert!(compared > 15_000, "{compared}");
    // What is JSON stays JSON in a list.
    let sql = "SELECT json_group_array(json_extract('{\"a\":[1]}', '$.a'))";
    assert_eq!(answer(&own, sql), answer(&sqlite, sql));
}

/// The longest that each function is let do takes less than a second, and a little more is refused at once.
#[test]
fn each_ends_at_its_bound() {
    let (own, watch) = bounded();
    let most = VALUE_BYTES - 100;
    let text = |count: usize| format!("printf('%.*c', {count}, 'a')");
    let nested = |depth: usize| {
        format!("replace(printf('%.*c', {depth}, '['), '', '')||'1'||replace(printf('%.*c', {depth}, ']'), '', '')")
    };
    let root = 8_000;
    for sql in [
        format!("SELECT length(instr({}, {} || 'b'))", text(root), text(root / 2)),
        format!("SELECT length(instr({}, 'aaab'))", text(most)),
        format!("SELECT length(replace({}, {} || 'b', 'c'))", text(root), text(root / 2)),
        format!("SELECT length(replace({}, 'a', 'b'))", text(most)),
        format!("SELECT {} LIKE '%a%a%a%a%a%a%b'", text(most)),
        format!("SELECT {} LIKE '%' || printf('%.*c', 900, '_') || 'b'", text(60_000)),
        format!("SELECT {} GLOB '*a*a*a*a*a*a*b'", text(most)),
        format!("SELECT {} GLOB '*[a-z]*[a-z]*[a-z]*[a-z]*b'", text(1_000_000)),
        format!("SELECT {} LIKE '%a%a%a%a!%b' ESCAPE '!'", text(1_000_000)),
        format!("SELECT length(trim({}, {}))", text(root), text(root)),
        format!("SELECT length(ltrim({}, 'bcdefga'))", text(most / 2)),
        format!("SELECT length(rtrim({}, 'bcdefga'))", text(most / 2)),
        format!("SELECT length(hex({}))", text(most / 2)),
        format!("SELECT length(quote(printf('%.*c', {}, '''')))", most / 2 - 10),
        format!("SELECT length(unhex({}))", text(most)),
        format!("SELECT length(unhex({}, {}))", text(root), text(root)),
        format!("SELECT length(printf('%.{most}f', 1.5))"),
        format!("SELECT length(format('%{most}s', 'x'))"),
        format!("SELECT json_array_length({})", nested(900)),
        format!("SELECT length(json_extract({}, '$'))", nested(900)),
        format!("SELECT length(json_extract('[\"' || {} || '\"]', '$[0]'))", text(most)),
        format!("SELECT length('[\"' || {} || '\"]' -> '$[0]'), length('[\"' || {} || '\"]' ->> '$[0]')", text(most), text(most)),
    ] {
        let begun = Instant::now();
        let answered = answer(&own, &sql);
        assert!(answered.is_ok(), "{sql}: {answered:?}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{sql}: {:?}", begun.elapsed());
    }
    for (sql, reason) in [
        ("SELECT instr(printf('%.*c',30000000,'a'), printf('%.*c',15000000,'a')||'b')".to_owned(), None),
        (
            format!("SELECT instr({}, {} || 'b')", text(3_000_000), text(1_000_000)),
            Some("`instr`: its arguments are too long for one another"),
        ),
        (
            format!("SELECT replace({}, {} || 'b', '')", text(3_000_000), text(1_000_000)),
            Some("`replace`: its arguments are too long for one another"),
        ),
        (
            format!("SELECT trim({}, {})", text(3_000_000), text(1_000_000)),
            Some("`trim`: its arguments are too long for one another"),
        ),
        (
            format!("SELECT unhex({}, {})", text(3_000_000), text(1_000_000)),
            Some("`unhex`: its arguments are too long for one another"),
        ),
        (format!("SELECT {} LIKE {}", text(4_000_000), text(1_000)), Some("`like`: its arguments are too long for one another")),
        (format!("SELECT {} GLOB {}", text(4_000_000), text(1_000)), Some("`glob`: its arguments are too long for one another")),
        (format!("SELECT hex({} || {})", text(most), text(most)), Some("`hex`: its arguments take more than 4 MiB")),
        (format!("SELECT quote({} || {})", text(most), text(most)), Some("`quote`: its arguments take more than 4 MiB")),
        (
            format!("SELECT json_extract({}, '$')", nested(9_000)),
            Some("`json_extract`: its arguments are too long for one another"),
        ),
        ("SELECT json_extract(x'00', '$')".to_owned(), Some("`json_extract`: it takes JSON as text, and this is a blob")),
        ("SELECT hex(printf('%.3000000c', 'a'))".to_owned(), None),
        ("SELECT printf('%.*c', 5000000, 'a')".to_owned(), None),
    ] {
        let begun = Instant::now();
        assert_eq!(answer(&own, &sql), Err("string or blob too big".to_owned()), "{sql}");
        assert_eq!(watch.complaint().as_deref(), reason, "{sql}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{sql}: {:?}", begun.elapsed());
    }
}

/// A statement that is all calls, one behind the other, ends soon after its time is up, though SQLite looks at no clock between them.
#[test]
fn no_call_begins_when_the_time_is_up() {
    let (own, watch) = bounded();
    let calls = vec!["length(hex(printf('%.*c', 2000000, 'a')))"; 900];
    watch.begin(Duration::from_millis(100), &Arc::new(AtomicBool::new(false)));
    let begun = Instant::now();
    let error = answer(&own, &format!("SELECT max({})", calls[..90].join(", "))).expect_err("interrupted");
    assert_eq!(error, "interrupted");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[test]
fn brackets_are_counted_as_sqlite_reads_them() {
    assert_eq!((depth(b"1"), depth(b"[[1],[2]]"), depth(br#"["[[[[\"[["]"#)), (1, 3, 2));
    assert_eq!(depth(b"['\"', [[[[1]]]]]"), 6, "quotes of the other kind hide nothing");
}
