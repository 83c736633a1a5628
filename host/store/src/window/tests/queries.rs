//! Random queries of the grammar that the window knows, and a little more.

mod constants;
mod expressions;

use super::rows::Random;
use net_scout_model::{ColumnType, Value};

#[derive(Debug)]
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
    pub(super) columns: Vec<ColumnType>,
    /// Whether its order is said in full.
    pub(super) ordered: bool,
}

const INTEGERS: [&str; 5] = ["id", "time", "src_port", "dst_port", "hit_count"];
const TEXTS: [&str; 9] = ["src_ip", "dst_ip", "proto", "verdict", "direction", "country_code", "in_if", "city", "tcp_flags"];
const REALS: [&str; 2] = ["latitude", "longitude"];

struct Writer<'a> {
    random: &'a mut Random,
    parameters: Vec<Value>,
    /// What groups have: the keys, as SQL, by type; none for rows.
    keys: Option<Vec<(String, ColumnType)>>,
    /// What `events` is called.
    prefix: &'static str,
}

pub(super) fn query(random: &mut Random) -> Query {
    let (from, prefix) =
        *random.pick(&[("events", ""), ("events", ""), ("events", "events."), ("events AS e", "e."), ("Events e", "E.")]);
    let mut writer = Writer { random, parameters: Vec::new(), keys: None, prefix };
    let condition = if writer.random.chance(60) { format!(" WHERE {}", writer.truth(3)) } else { Default::default() };
    match writer.random.below(10) {
        0..3 => writer.rows(from, &condition),
        3 => writer.distinct(from, &condition),
        _ => writer.groups(from, &condition),
    }
}

impl Writer<'_> {
    fn finish(mut self, sql: String, columns: Vec<ColumnType>, ordered: bool) -> Query {
        // Some of what was written was thrown away, with its parameters.
        let number = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok();
        self.parameters.truncate(sql.split('?').skip(1).filter_map(number).max().unwrap_or(0));
        Query { sql, parameters: self.parameters, columns, ordered }
    }

    fn rows(mut self, from: &str, condition: &str) -> Query {
        let (mut items, mut columns) = (vec![format!("{}id", self.prefix)], vec![ColumnType::Integer]);
        for _ in 0..self.random.below(4) {
            let (item, column) = self.value(2);
            items.push(item);
            columns.push(column);
        }
        let mut sql = format!("SELECT {} FROM {from}{condition}", items.join(", "));
        let ordered = self.random.chance(60);
        if ordered {
            let mut terms = Vec::new();
            for _ in 0..self.random.below(3) {
                let term = match self.random.below(3) {
                    0 => (1 + self.random.below(items.len() as u64)).to_string(),
                    _ => self.value(1).0,
                };
                terms.push(term + self.direction());
            }
            terms.push("id".to_owned());
            sql.push_str(&format!(" ORDER BY {}", terms.join(", ")));
            sql.push_str(&self.limit());
        }
        self.finish(sql, columns, ordered)
    }

    fn distinct(mut self, from: &str, condition: &str) -> Query {
        let (mut items, mut columns) = (Vec::new(), Vec::new());
        for _ in 0..=self.random.below(3) {
            let (item, column) = self.value(1);
            items.push(item);
            columns.push(column);
        }
        let mut sql = format!("SELECT DISTINCT {} FROM {from}{condition}", items.join(", "));
        let ordered = self.random.chance(50);
        if ordered {
            let terms: Vec<String> = (1..=items.len()).map(|place| format!("{place}{}", self.direction())).collect();
            sql.push_str(&format!(" ORDER BY {}{}", terms.join(", "), self.limit()));
        }
        self.finish(sql, columns, ordered)
    }

    fn groups(mut self, from: &str, condition: &str) -> Query {
        let mut keys = Vec::new();
        for _ in 0..self.random.below(4) {
            let key = match self.random.below(10) {
                0..6 => (format!("{}{}", self.prefix, self.random.pick(&TEXTS)), ColumnType::Text),
                6 | 7 => (format!("{}{}", self.prefix, self.random.pick(&INTEGERS)), ColumnType::Integer),
                8 => {
                    let step = *self.random.pick(&["3600000000", "60000000", "7", "0"]);
                    let form = *self.random.pick(&["time / STEP", "time - time % STEP", "(time / STEP) * STEP"]);
                    (form.replace("STEP", step), ColumnType::Integer)
                }
                _ => (format!("{}{}", self.prefix, self.random.pick(&REALS)), ColumnType::Real),
            };
            keys.push(key);
        }
        self.keys = Some(keys.clone());
        let (mut items, mut columns, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..=self.random.below(4) {
            let (item, column) = match self.random.below(10) {
                0..4 if !keys.is_empty() => self.random.pick(&keys).clone(),
                0..5 => self.list(),
                _ => self.value(2),
            };
            let list = matches!(column, ColumnType::IntegerList | ColumnType::TextList);
            if self.random.chance(50) {
                let name = format!("n{}", items.len());
                items.push(format!("{item}{}{name}", if self.random.chance(80) { " AS " } else { " " }));
                if !list {
                    names.push((name, column));
                }
            } else {
                items.push(item);
            }
            columns.push(column);
        }
        if self.random.chance(15) && items.len() == 1 && keys.is_empty() {
            items.push("COUNT(*)".to_owned());
            columns.push(ColumnType::Integer);
        }
        let mut sql = format!("SELECT {} FROM {from}{condition}", items.join(", "));
        if keys.is_empty() && self.random.chance(20) {
            sql.push_str(&self.limit());
        }
        if !keys.is_empty() {
            let place = |key: &(String, ColumnType)| items.iter().position(|item| *item == key.0);
            let positions = self.random.chance(20);
            let term = |key: &(String, ColumnType)| match place(key) {
                Some(place) if positions => (place + 1).to_string(),
                _ => key.0.clone(),
            };
            let keys: Vec<String> = keys.iter().map(term).collect();
            sql.push_str(&format!(" GROUP BY {}", keys.join(", ")));
            if self.random.chance(50) {
                let having = match names.iter().find(|name| name.1 == ColumnType::Integer) {
                    Some((name, _)) if self.random.chance(30) => format!("{name} > {}", self.integer_constant()),
                    _ if self.random.chance(50) => self.many(),
                    _ if self.random.chance(40) => self.late(),
                    _ => self.truth(2),
                };
                sql.push_str(&format!(" HAVING {having}"));
            }
        }
        let mut ordered = false;
        if self.random.chance(50) && !keys.is_empty() {
            let mut terms = Vec::new();
            for _ in 0..self.random.below(3) {
                let term = match names.first() {
                    Some((name, _)) if self.random.chance(50) => name.clone(),
                    _ => self.value(1).0,
                };
                if term.contains("time") || term.chars().any(char::is_alphabetic) {
                    terms.push(term + self.direction());
                }
            }
            terms.extend(keys.iter().map(|key| key.0.clone()));
            sql.push_str(&format!(" ORDER BY {}{}", terms.join(", "), self.limit()));
            ordered = true;
        }
        self.finish(sql, columns, ordered)
    }

    /// A condition on how many there are of something, as rules have it: of small groups nothing is to be made then.
    fn many(&mut self) -> String {
        let keys = self.keys.take();
        let mut terms = Vec::new();
        for _ in 0..=self.random.below(3) {
            let count = match self.random.below(4) {
                0 | 1 => "COUNT(*)".to_owned(),
                2 => format!("COUNT(DISTINCT {})", self.random.pick(&TEXTS)),
                _ => format!("COUNT({})", self.random.pick(&INTEGERS)),
            };
            let filter = if self.random.chance(20) { format!(" FILTER (WHERE {})", self.truth(1)) } else { String::new() };
            let (least, sign) = (self.random.below(12), *self.random.pick(&[">=", ">=", ">", "=", "<", "<>"]));
            let term = if self.random.chance(25) {
                format!("{least} {sign} {count}{filter}")
            } else {
                format!("{count}{filter} {sign} {least}")
            };
            terms.push(if self.random.chance(10) { format!("NOT {term}") } else { term });
        }
        self.keys = keys;
        let mut condition = terms.pop().unwrap_or_default();
        for term in terms {
            condition = format!("({condition} {} {term})", self.random.pick(&["AND", "AND", "OR"]));
        }
        condition
    }

    /// A condition on when the last of a group was, as rules have it: of groups without late rows nothing is to be made then.
    fn late(&mut self) -> String {
        let hour = 1_773_187_200_000_000 + self.random.below(30) as i64 * 3_600_000_000;
        let (sign, count) = (*self.random.pick(&[">=", ">=", ">", "<", "="]), 1 + self.random.below(4));
        let late = match self.random.below(6) {
            0 => format!("{hour} <= MAX(time)"),
            1 => format!("MAX(dst_port) {sign} {}", self.random.below(60_000)),
            _ => format!("MAX(time) {sign} {hour}"),
        };
        if self.random.chance(60) { format!("COUNT(*) >= {count} AND {late}") } else { late }
    }

    fn direction(&mut self) -> &'static str {
        self.random.pick::<&str>(&["", " ASC", " DESC"])
    }

    fn limit(&mut self) -> String {
        match self.random.below(8) {
            0 => format!(" LIMIT {}", self.random.below(8)),
            1 => format!(" LIMIT {} OFFSET {}", self.random.below(8), self.random.below(5)),
            2 => format!(" LIMIT {}, {}", self.random.below(5), self.random.below(8)),
            3 => " LIMIT -1".to_owned(),
            _ => String::new(),
        }
    }
}
