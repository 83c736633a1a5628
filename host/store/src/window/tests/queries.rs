//! Random queries of the grammar that the window knows, and a little more.

use super::rows::{ADDRESSES, Random};
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

/// A chain of operators without brackets: the parser must bind them as SQLite does, or leave them alone.
pub(super) fn soup(random: &mut Random) -> Query {
    let mut sql = "SELECT id, ".to_owned();
    for place in 0..2 + random.below(5) {
        if place > 0 {
            let operators =
                ["+", "-", "*", "/", "%", "AND", "OR", "=", "<", ">=", "<>", "==", "IS", "IS NOT", "||", "&", "|", "<<"];
            let known = if random.chance(3) {
                18
            } else if random.chance(50) {
                11
            } else {
                7
            };
            sql.push_str(&format!(" {} ", random.pick(&operators[..known])));
        }
        sql.push_str(random.pick::<&str>(&["", "", "", "", "NOT ", "- ", "-", "NOT NOT ", "+"]));
        sql.push_str(random.pick::<&str>(&["id", "dst_port", "hit_count", "0", "1", "22", "NULL", "src_port"]));
        sql.push_str(random.pick::<&str>(&[
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            " IS NULL",
            " IS NOT NULL",
            " NOT NULL",
            " BETWEEN 1 AND 80",
            " NOT BETWEEN 0 AND hit_count",
            " IN (1, 22)",
            " NOT IN (0, NULL)",
        ]));
        if random.chance(3) {
            sql.push_str(random.pick::<&str>(&[" ISNULL", " NOTNULL", " COLLATE NOCASE", " LIKE '2%'"]));
        }
    }
    sql.push_str(" FROM events ORDER BY id");
    Query { sql, parameters: Vec::new(), columns: vec![ColumnType::Integer, ColumnType::Integer], ordered: true }
}

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

    /// An expression of any type.
    fn value(&mut self, depth: u32) -> (String, ColumnType) {
        match self.random.below(10) {
            0..5 => {
                let wide = self.random.chance(10);
                (self.integer(depth), if wide { ColumnType::Real } else { ColumnType::Integer })
            }
            5 => (self.real(depth), ColumnType::Real),
            6 => (self.truth(depth), ColumnType::Boolean),
            _ => (self.text(depth), ColumnType::Text),
        }
    }

    fn list(&mut self) -> (String, ColumnType) {
        let keys = self.keys.take();
        let (value, column) = match self.random.chance(50) {
            true => ((*self.random.pick(&["id", "time", "hit_count", "dst_port"])).to_owned(), ColumnType::IntegerList),
            false => ((*self.random.pick(&TEXTS)).to_owned(), ColumnType::TextList),
        };
        let order = match self.random.below(3) {
            0 => String::new(),
            1 => format!(" ORDER BY {value}{}", self.direction()),
            _ => format!(" ORDER BY {}{}, id", self.value(1).0, self.direction()),
        };
        let distinct = if order.is_empty() && self.random.chance(30) { "DISTINCT " } else { "" };
        let filter = if self.random.chance(60) { format!(" FILTER (WHERE {value} IS NOT NULL)") } else { String::new() };
        self.keys = keys;
        (format!("json_group_array({distinct}{value}{order}){filter}"), column)
    }

    fn key(&mut self, wanted: ColumnType) -> Option<String> {
        let keys: Vec<String> = self.keys.iter().flatten().filter(|key| key.1 == wanted).map(|key| key.0.clone()).collect();
        if keys.is_empty() { None } else { Some(self.random.pick(&keys).clone()) }
    }

    fn aggregate(&mut self) -> String {
        let keys = self.keys.take();
        let call = match self.random.below(12) {
            0..3 => "COUNT(*)".to_owned(),
            3 => format!("COUNT({})", self.value(1).0),
            4 | 5 => format!("COUNT(DISTINCT {})", if self.random.chance(50) { self.text(0) } else { self.integer(1) }),
            6 => format!("SUM({})", self.integer(1)),
            7 => format!("sum({})", self.truth(1)),
            8 => format!("MIN({})", self.integer(1)),
            9 => format!("max({})", self.integer(1)),
            10 => format!("SUM(CASE WHEN {} THEN {} ELSE 0 END)", self.truth(1), self.integer(0)),
            _ => format!("COUNT(DISTINCT CASE WHEN {} THEN {} END)", self.truth(1), self.text(0)),
        };
        let filter = if self.random.chance(15) { format!(" FILTER (WHERE {})", self.truth(1)) } else { String::new() };
        self.keys = keys;
        call + &filter
    }

    fn integer(&mut self, depth: u32) -> String {
        if depth == 0 || self.random.chance(50) {
            return match self.random.below(10) {
                0 => self.integer_constant(),
                _ if self.keys.is_some() => match self.key(ColumnType::Integer).filter(|_| self.random.chance(30)) {
                    Some(key) => key,
                    None => self.aggregate(),
                },
                _ => format!("{}{}", self.prefix, self.random.pick(&INTEGERS)),
            };
        }
        let (left, right) = (self.integer(depth - 1), self.integer(depth - 1));
        match self.random.below(12) {
            0..4 => {
                let operator = *self.random.pick(&["+", "-", "*", "/", "%"]);
                format!("({left} {operator} {right})")
            }
            4 => format!("{left} / {}", self.integer_constant()),
            5 => format!("min({left}, {right}, {})", self.integer_constant()),
            6 => format!("max({left}, {right})"),
            7 => format!("coalesce({left}, {right})"),
            8 => format!("CASE WHEN {} THEN {left} ELSE {right} END", self.truth(depth - 1)),
            9 => format!("(- {left})"),
            10 => format!("abs({left})"),
            _ => format!("{}({left}, {right})", self.random.pick(&["ifnull", "nullif"])),
        }
    }

    fn real(&mut self, depth: u32) -> String {
        if self.keys.is_some() {
            return match self.key(ColumnType::Real).filter(|_| self.random.chance(50)) {
                Some(key) => key,
                None => {
                    let keys = self.keys.take();
                    let (argument, column) = (self.integer(1), *self.random.pick(&REALS));
                    self.keys = keys;
                    match self.random.below(5) {
                        0 => format!("AVG({argument})"),
                        1 => format!("TOTAL({argument})"),
                        2 => format!("MIN({column})"),
                        3 => format!("MAX({column})"),
                        _ => format!("1.5 * {}", self.aggregate()),
                    }
                }
            };
        }
        let column = format!("{}{}", self.prefix, self.random.pick(&REALS));
        if depth == 0 || self.random.chance(60) {
            return column;
        }
        let operator = *self.random.pick(&["+", "-", "*", "/"]);
        match self.random.below(4) {
            0 => format!("({column} {operator} {})", self.integer(depth - 1)),
            1 => format!("CAST({} AS REAL)", self.integer(depth - 1)),
            2 => format!("-{column}"),
            _ => format!("({column} {operator} {})", self.random.pick(&["0.5", "0.0", "longitude", "1e3"])),
        }
    }

    fn text(&mut self, depth: u32) -> String {
        if self.keys.is_some() {
            return match self.key(ColumnType::Text) {
                Some(key) if self.random.chance(70) => key,
                _ => format!("{}({})", self.random.pick(&["MIN", "MAX"]), self.random.pick(&TEXTS)),
            };
        }
        let column = format!("{}{}", self.prefix, self.random.pick(&TEXTS));
        match self.random.below(10) {
            0 if depth > 0 => format!("CASE WHEN {} THEN {column} END", self.truth(depth - 1)),
            1 if depth > 0 => "coalesce(src_ip, dst_ip)".to_owned(),
            2 if depth > 0 => format!("rtrim({column}, {})", self.random.pick(&["'0123456789'", "'.1'", "''", "'P'"])),
            3 if depth > 0 => format!("{}({column}, {})", self.random.pick(&["coalesce", "ifnull"]), self.text_constant()),
            _ => column,
        }
    }

    fn truth(&mut self, depth: u32) -> String {
        let comparison = *self.random.pick(&["=", "==", "<>", "!=", "<", "<=", ">", ">="]);
        if depth == 0 || self.random.chance(60) {
            let inner = depth.saturating_sub(1);
            return match self.random.below(13) {
                0 => format!("{} IS NULL", self.value(inner).0.replace("CASE", "(CASE").replace("END", "END)"))
                    .replace("((", "( ("),
                1 => format!("{} IS NOT NULL", self.text(0)),
                2 if self.random.chance(40) => {
                    let value = *self.random.pick(&[
                        1.5,
                        -0.5,
                        22.0,
                        1_773_200_000_000_000.5,
                        9.3e18,
                        -9.3e18,
                        9_007_199_254_740_993.0,
                        -0.0,
                    ]);
                    self.parameters.push(Value::Real(value));
                    format!("{} {comparison} ?{}", self.integer(inner), self.parameters.len())
                }
                2 | 3 => format!("{} {comparison} {}", self.integer(inner), self.integer_constant()),
                4 => format!("{} {comparison} {}", self.text(0), self.text_constant()),
                5 => format!("{} {comparison} {}", self.text(0), self.text(0)),
                6 => format!("{} {comparison} {}", self.real(0), self.random.pick(&["16.5", "0", "48", "0.0"])),
                7 => {
                    let (low, high) = (self.integer_constant(), self.integer_constant());
                    format!("{}{} BETWEEN {low} AND {high}", self.integer(0), self.random.pick(&["", " NOT"]))
                }
                8 => {
                    let list: Vec<String> = (0..self.random.below(4)).map(|_| self.integer_constant()).collect();
                    format!("{}{} IN ({})", self.integer(0), self.random.pick(&["", " NOT"]), list.join(", "))
                }
                9 => {
                    let list: Vec<String> = (0..self.random.below(4)).map(|_| self.text_constant()).collect();
                    format!("{}{} IN ({})", self.text(0), self.random.pick(&["", " NOT"]), list.join(", "))
                }
                10 => {
                    let pattern = *self.random.pick(&["'1%'", "'%.1'", "'%c%'", "'_'", "'10.0.0._'", "'%'", "'é'"]);
                    format!("{}{} LIKE {pattern}", self.text(0), self.random.pick(&["", " NOT"]))
                }
                11 => format!("{} {comparison} {}", self.integer(0), self.integer(0)),
                _ => format!("{} GLOB {}", self.text(0), self.random.pick(&["'1*'", "'*.?'", "'TCP'"])),
            };
        }
        let (left, right) = (self.truth(depth - 1), self.truth(depth - 1));
        match self.random.below(4) {
            0 => format!("({left} AND {right})"),
            1 => format!("({left} OR {right})"),
            2 if self.random.chance(30) => format!("(NOT {} OR {right})", self.integer(1)),
            2 => format!("NOT ({left})"),
            _ => format!("({left}) AND NOT {right}"),
        }
    }

    fn integer_constant(&mut self) -> String {
        let value = match self.random.below(8) {
            0 => 0,
            1 => 1,
            2 => -1,
            3 => 22,
            4 => 1_773_200_000_000_000,
            5 => 443,
            _ => self.random.below(10) as i64,
        };
        if self.random.chance(30) {
            self.parameters.push(match self.random.below(12) {
                0 => Value::Null,
                1 => Value::Boolean(true),
                _ => Value::Integer(value),
            });
            return format!("?{}", self.parameters.len());
        }
        if self.random.chance(3) { "NULL".to_owned() } else { value.to_string() }
    }

    fn text_constant(&mut self) -> String {
        let value = *self.random.pick(&["TCP", "DROP", "DE", "", "é", "z", "10.0.0.1", "10.0.0.5", "::1"]);
        let value = if self.random.chance(40) { *self.random.pick(&ADDRESSES) } else { value };
        if self.random.chance(30) {
            self.parameters.push(Value::Text(value.to_owned()));
            return format!("?{}", self.parameters.len());
        }
        format!("'{}'", value.replace('\'', "''"))
    }
}
