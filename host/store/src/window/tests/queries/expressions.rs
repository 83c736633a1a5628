//! Random expressions, of a type that is wanted.

use super::{INTEGERS, REALS, TEXTS, Writer};
use net_scout_model::{ColumnType, Value};

impl Writer<'_> {
    /// An expression of any type.
    pub(super) fn value(&mut self, depth: u32) -> (String, ColumnType) {
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

    pub(super) fn list(&mut self) -> (String, ColumnType) {
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

    pub(super) fn key(&mut self, wanted: ColumnType) -> Option<String> {
        let keys: Vec<String> = self.keys.iter().flatten().filter(|key| key.1 == wanted).map(|key| key.0.clone()).collect();
        if keys.is_empty() { None } else { Some(self.random.pick(&keys).clone()) }
    }

    pub(super) fn aggregate(&mut self) -> String {
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

    pub(super) fn integer(&mut self, depth: u32) -> String {
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
        match self.random.below(13) {
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
            11 => {
                let zone = *self.random.pick(&["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]);
                format!("{}({left}, '{zone}')", self.random.pick(&["hour", "weekday"]))
            }
            _ => format!("{}({left}, {right})", self.random.pick(&["ifnull", "nullif"])),
        }
    }

    pub(super) fn real(&mut self, depth: u32) -> String {
        if self.keys.is_some() {
            return match self.key(ColumnType::Real).filter(|_| self.random.chance(50)) {
                Some(key) => key,
                None => {
                    let keys = self.keys.take();
                    let (argument, column) = (self.integer(1), *self.random.pick(&REALS));
                    self.keys = keys;
                    match self.random.below(7) {
                        0 => format!("AVG({argument})"),
                        1 => format!("TOTAL({argument})"),
                        2 => format!("MIN({column})"),
                        3 => format!("MAX({column})"),
                        4 => format!("median({argument})"),
                        5 => format!("median({column})"),
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
        match self.random.below(6) {
            0 => format!("({column} {operator} {})", self.integer(depth - 1)),
            3 => format!("sqrt({column})"),
            4 => format!("ln({})", self.integer(depth - 1)),
            1 => format!("CAST({} AS REAL)", self.integer(depth - 1)),
            2 => format!("-{column}"),
            _ => format!("({column} {operator} {})", self.random.pick(&["0.5", "0.0", "longitude", "1e3"])),
        }
    }

    pub(super) fn text(&mut self, depth: u32) -> String {
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

    pub(super) fn truth(&mut self, depth: u32) -> String {
        let comparison = *self.random.pick(&["=", "==", "<>", "!=", "<", "<=", ">", ">="]);
        if depth == 0 || self.random.chance(60) {
            let inner = depth.saturating_sub(1);
            return match self.random.below(15) {
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
                13 => {
                    let pattern = *self.random.pick(&["'^1'", "'[.:][0-9a-f]$'", "'(?i)tcp|icmp'", "'^$'", "'.'"]);
                    match self.random.below(3) {
                        0 => format!("regexp({pattern}, {})", self.text(0)),
                        1 => format!("{} REGEXP {pattern}", self.text(0)),
                        _ => format!("NOT ({} REGEXP {pattern})", self.text(0)),
                    }
                }
                12 => {
                    let networks = *self.random.pick(&["'10.0.0.0/8'", "'1.2.3.0/25,::/16, 10.0.0.0/30'", "''", "'0.0.0.0/0'"]);
                    format!("in_networks({}, {networks})", self.text(0))
                }
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
}
