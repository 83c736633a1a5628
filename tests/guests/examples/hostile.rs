//! Does in `evaluate` what a rule must not do, or more of what it may.

use std::hint::black_box;

use net_scout_sdk::bindings::net_scout::plugin::query::{self, ColumnType, ColumnValues, Rows};
use net_scout_sdk::{Alert, Arguments, Description, Error, Level, Parameter, Value, Window, log, rule};

rule!(describe, evaluate);

type Act = fn() -> Result<Vec<Alert>, Error>;

/// Each is a test in `tests/it/hostile_rules.rs`.
const ACTS: [(&str, Act); 28] = [
    ("endless_loop", endless_loop),
    ("allocate", allocate),
    ("grow_memory", grow_memory),
    ("recurse", || Ok(vec![Alert::new("hostile", recurse(1))])),
    ("recurse_with_locals", || Ok(vec![Alert::new("hostile", recurse_with_locals(1))])),
    ("panic", || panic!("on purpose")),
    ("log_flood", log_flood),
    ("query_flood", query_flood),
    ("log_escapes", log_escapes),
    ("long_error", || Err(Error::Failed("\u{1b}[31mred\n\u{202e}".to_owned() + &"x".repeat(1_000_000)))),
    ("own_error", || Err(Error::InvalidParameter("act: the act contradicts itself".to_owned()))),
    ("keep_queries_open", keep_queries_open),
    ("read_slowly", read_slowly),
    ("stuck_query", || count(ENDLESS).map(|_| Vec::new())),
    ("forged_handle", || forged(7)),
    ("huge_sql", || count(&"-".repeat(100 << 20)).map(|_| Vec::new())),
    ("many_parameters", many_parameters),
    ("huge_row", huge_row),
    ("quadratic_instr", || count(QUADRATIC).map(|_| Vec::new())),
    ("quadratic_instr_within", || count(&QUADRATIC.replace("0000000", "00000").replace("5000000", "50000")).map(|_| Vec::new())),
    ("quadratic_replace", || {
        count("SELECT length(replace(printf('%.*c',3000000,'a'), printf('%.*c',900000,'a')||'b', 'c'))").map(|_| Vec::new())
    }),
    ("quadratic_trim", || {
        count("SELECT length(trim(printf('%.*c',3000000,'a'), printf('%.*c',900000,'b')||'a'))").map(|_| Vec::new())
    }),
    ("long_like", || count("SELECT printf('%.*c',4000000,'a') LIKE '%'||printf('%.*c',900,'_')||'b'").map(|_| Vec::new())),
    ("many_calls", many_calls),
    ("many_joins", || count(&format!("SELECT length({})", vec!["src_ip"; 200].join("||"))).map(|_| Vec::new())),
    ("huge_sort", || count(HUGE_SORT).map(|_| Vec::new())),
    ("give_up_early", give_up_early),
    ("read_past_the_end", read_past_the_end),
];

/// More rows than any machine counts.
const ENDLESS: &str = "SELECT count(*) FROM events a, events b, events c, events d, events e, events f";
/// Work that grows with the product of two lengths: in SQLite, one step of hours.
const QUADRATIC: &str = "SELECT instr(printf('%.*c',30000000,'a'), printf('%.*c',15000000,'a')||'b')";
/// More to sort than fits into memory, or into temporary files that nobody bounds.
const HUGE_SORT: &str =
    "SELECT a.id FROM events a, events b, events c, events d ORDER BY a.id * b.id + c.id * d.id, a.src_ip || b.src_ip";
/// Rows for several batches.
const MANY: &str = "SELECT a.id FROM events a, events b, (SELECT 1 FROM events LIMIT 50)";

fn describe() -> Description {
    let names: Vec<&str> = ACTS.iter().map(|(name, _)| *name).collect();
    Description::rule("hostile", env!("CARGO_PKG_VERSION"), "Misbehaves in the way that was ordered")
        .alert_type("hostile")
        .parameter(Parameter::choice("act", &names, "What to do"))
        .reads("events", &["id", "src_ip"])
}

fn evaluate(_window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let name = arguments.text("act")?;
    ACTS.iter().find_map(|(act, run)| (*act == name).then_some(run)).map_or(Ok(Vec::new()), |run| run())
}

fn endless_loop() -> Result<Vec<Alert>, Error> {
    loop {
        black_box(());
    }
}

fn allocate() -> Result<Vec<Alert>, Error> {
    let mut blocks = Vec::new();
    loop {
        blocks.push(black_box(vec![1_u8; 1 << 20]));
    }
}

fn grow_memory() -> Result<Vec<Alert>, Error> {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::memory_grow::<0>(65_000);
    Ok(Vec::new())
}

/// Runs out of the machine's stack.
#[expect(unconditional_recursion, reason = "that is the point")]
#[inline(never)]
fn recurse(depth: i64) -> i64 {
    recurse(depth + 1).wrapping_mul(depth | 3) ^ depth
}

/// Runs out of the stack that the guest keeps in its memory.
#[expect(unconditional_recursion, reason = "that is the point")]
fn recurse_with_locals(depth: i64) -> i64 {
    let locals = black_box([depth; 64]);
    recurse_with_locals(depth + 1) + locals[63]
}

fn log_flood() -> Result<Vec<Alert>, Error> {
    loop {
        log(Level::Debug, "again");
    }
}

fn query_flood() -> Result<Vec<Alert>, Error> {
    loop {
        count("SELECT count(*) FROM events")?;
    }
}

fn log_escapes() -> Result<Vec<Alert>, Error> {
    log(Level::Warn, "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\r\nforged: line\u{202e}\0");
    log(Level::Error, &"\u{1b}".repeat(1_000_000));
    for number in 3..2_000 {
        log(Level::Error, &format!("message {number}"));
    }
    Ok(vec![Alert::new("hostile", 1)])
}

fn open(sql: &str) -> Result<Rows, Error> {
    Ok(query::open(sql, &[], &[ColumnType::Integer])?)
}

fn count(sql: &str) -> Result<i64, Error> {
    match open(sql)?.next()?.as_ref().and_then(|batch| batch.columns.first()).map(|column| &column.values) {
        Some(ColumnValues::Integers(values)) => Ok(values[0]),
        _ => Ok(-1),
    }
}

/// Four may be open: the fifth is refused, and works once one of the four is closed.
fn keep_queries_open() -> Result<Vec<Alert>, Error> {
    let mut rows = Vec::new();
    for _ in 0..4 {
        rows.push(open(MANY)?);
    }
    let refused = open(MANY).err().map_or_else(|| "nothing".to_owned(), |error| format!("{error:?}"));
    rows.pop();
    rows.push(open(MANY)?);
    let batches = rows
        .iter()
        .map(|rows| Ok(rows.next()?.map_or(0, |batch| batch.row_count.into())))
        .collect::<Result<Vec<i64>, Error>>()?;
    Ok(vec![Alert::new("hostile", 1).evidence("refused", refused).evidence("rows", batches)])
}

fn read_slowly() -> Result<Vec<Alert>, Error> {
    let rows = open(MANY)?;
    let mut batches = 0;
    while rows.next()?.is_some() {
        batches += 1;
        for step in 0..50_000_000_u64 {
            black_box(step);
        }
    }
    Ok(vec![Alert::new("hostile", 1).evidence("batches", batches)])
}

/// A handle that the host never gave out.
#[expect(unsafe_code, reason = "a guest in another language can do this")]
fn forged(handle: u32) -> Result<Vec<Alert>, Error> {
    // SAFETY: for the guest it is only a number; the host has to notice.
    let rows = unsafe { Rows::from_handle(handle) };
    rows.next()?;
    Ok(Vec::new())
}

fn many_parameters() -> Result<Vec<Alert>, Error> {
    query::open("SELECT 1", &vec![Value::Integer(1); 100_000], &[ColumnType::Integer])?;
    Ok(Vec::new())
}

/// One row of 60 MB.
fn huge_row() -> Result<Vec<Alert>, Error> {
    let columns: Vec<String> = (0..20).map(|column| format!("printf('%.*c', 3000000, 'x') || {column}")).collect();
    let rows = query::open(&format!("SELECT {}", columns.join(", ")), &[], &[ColumnType::Text; 20])?;
    rows.next()?;
    Ok(Vec::new())
}

/// More calls than a statement may make.
fn many_calls() -> Result<Vec<Alert>, Error> {
    let many = |call: &str| (0..11).map(|_| format!("max({})", vec![call; 95].join(","))).collect::<Vec<_>>().join("+");
    count(&format!("SELECT {}", many("abs(1)")))?;
    Ok(Vec::new())
}

/// Leaves queries behind that have millions of rows to give.
fn give_up_early() -> Result<Vec<Alert>, Error> {
    let mut rows = 0_i64;
    for _ in 0..100 {
        rows += open(MANY)?.next()?.map_or(0, |batch| batch.row_count.into());
        open(ENDLESS)?;
    }
    Ok(vec![Alert::new("hostile", 1).evidence("rows", rows)])
}

fn read_past_the_end() -> Result<Vec<Alert>, Error> {
    let rows = open("SELECT 1")?;
    let read = [rows.next()?.is_some(), rows.next()?.is_some(), rows.next()?.is_some()];
    Ok(vec![Alert::new("hostile", 1).evidence("read", read.map(i64::from).to_vec())])
}
