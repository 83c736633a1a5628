//! Selections that are read together. Most alerts of a rule select alike, such as `src_ip = ?1 AND dst_port = 22` for different sources:
//! then one pass over the events reads those of all.

use std::collections::HashMap;
use std::sync::Arc;

use super::tally::{Key, Tally};
use super::{describe, failed};
use crate::capability::query::QuerySource;
use crate::database::QueryError;
use crate::model::{ColumnType, Selection, Value};
use crate::plugin::{Case, Rule};

/// The most selections that one query reads.
const MOST: usize = 200;
/// What the query gives of each event.
const COLUMNS: [(&str, ColumnType); 5] = [
    ("id", ColumnType::Integer),
    ("time", ColumnType::Integer),
    ("src_ip", ColumnType::Text),
    ("dst_ip", ColumnType::Text),
    ("dst_port", ColumnType::Integer),
];
/// The columns that may tell the selections of a batch apart, with their numbers among [`COLUMNS`].
const TELLING: [(&str, usize); 3] = [("src_ip", 2), ("dst_ip", 3), ("dst_port", 4)];

/// Selections of one rule, by their places in the list of all.
pub(super) struct Batch {
    rule: Arc<Rule>,
    places: Vec<usize>,
    /// What they have in common; none where it is one selection as it was written.
    form: Option<Form>,
}

/// A condition whose parts are all to hold, some of which compare a column with a parameter.
#[derive(Clone, Debug, PartialEq)]
struct Form {
    /// The column, among [`TELLING`], and its parameter.
    told: Vec<(usize, usize)>,
    /// The other parts.
    rest: Vec<String>,
    /// The parameters, null where a part of `told` has it.
    parameters: Vec<Value>,
}

impl Form {
    /// The form of a selection, where it has one, and the values of the told columns.
    fn of(selection: &Selection) -> Option<(Self, Key)> {
        let condition = selection.condition.trim();
        let words: Vec<String> = condition
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .map(str::to_ascii_lowercase)
            .collect();
        // With these, a part may mean something else than it seems to.
        if words.iter().any(|word| ["or", "select", "between", "case"].contains(&word.as_str()))
            || condition.contains(['\'', '"', '`', '[', '-', '/', ';', '('])
        {
            return None;
        }
        let mut form = Self { told: Vec::new(), rest: Vec::new(), parameters: selection.parameters.clone() };
        let mut key = Key::default();
        for part in condition.split(" AND ").map(str::trim) {
            let told = part.split_once(" = ?").and_then(|(column, number)| {
                let place = TELLING.iter().position(|(name, _)| *name == column.trim())?;
                let number = number.trim().parse::<usize>().ok()?.checked_sub(1)?;
                Some((place, number))
            });
            match told {
                Some((place, number)) if !key.is_set(place) && key.set(place, selection.parameters.get(number)?) => {
                    form.told.push((place, number));
                    form.parameters[number] = Value::Null;
                }
                _ => form.rest.push(part.to_owned()),
            }
        }
        let used = |number: usize| {
            let word = (number + 1).to_string();
            form.rest.iter().any(|part| {
                part.split('?').skip(1).any(|behind| behind.split(|c: char| !c.is_ascii_digit()).next() == Some(&word))
            })
        };
        let sound = !form.told.is_empty() && form.told.iter().all(|(_, number)| !used(*number));
        let numbered =
            form.rest.iter().all(|part| part.split('?').skip(1).all(|behind| behind.starts_with(|c: char| c.is_ascii_digit())));
        (sound && numbered).then_some((form, key))
    }
}

impl Batch {
    /// Puts selections together.
    pub(super) fn all(selected: &[(usize, Arc<Rule>, Selection)]) -> Vec<Self> {
        let mut batches: Vec<Self> = Vec::new();
        for (place, (_, rule, selection)) in selected.iter().enumerate() {
            let form = Form::of(selection).map(|(form, _)| form);
            let fits = |batch: &&mut Self| {
                form.is_some() && batch.form == form && batch.places.len() < MOST && Arc::ptr_eq(&batch.rule, rule)
            };
            match batches.iter_mut().find(fits) {
                Some(batch) => batch.places.push(place),
                None => batches.push(Self { rule: Arc::clone(rule), places: vec![place], form }),
            }
        }
        batches
    }

    /// What the selections came to, by their places.
    pub(super) async fn run(&self, selected: &[(usize, Arc<Rule>, Selection)], case: &Case) -> Vec<(usize, serde_json::Value)> {
        let Some(source) = self.rule.source(case) else { return Vec::new() };
        let selection = |place: usize| &selected[place].2;
        let mut left = self.places.clone();
        let mut events = Vec::new();
        if let Some(form) = self.form.as_ref().filter(|_| self.places.len() > 1) {
            match self.together(form, selected, &source).await {
                Ok(tallies) => {
                    // One without events is read again by itself: SQLite may take texts for equal that are not the same.
                    left.retain(|place| !tallies.contains_key(place));
                    for (place, tally) in tallies {
                        let mut found = tally.json();
                        describe(&mut found, selection(place));
                        events.push((place, found));
                    }
                }
                // By itself, each may fit.
                Err(QueryError::TooLarge(_)) => {}
                Err(error) => {
                    return self.places.iter().map(|&place| (place, failed(selection(place), &error.to_string()))).collect();
                }
            }
        }
        for place in left {
            let selection = selection(place);
            let condition = format!("\n{}\n", selection.condition);
            let mut tally = Tally::default();
            let read = read(&source, &condition, selection.parameters.clone(), |row| tally.add(row)).await;
            let found = match read {
                Ok(()) => {
                    let mut found = tally.json();
                    describe(&mut found, selection);
                    found
                }
                Err(error) => failed(selection, &error.to_string()),
            };
            events.push((place, found));
        }
        events
    }

    /// Reads the events of all selections at once.
    async fn together(
        &self,
        form: &Form,
        selected: &[(usize, Arc<Rule>, Selection)],
        source: &QuerySource,
    ) -> Result<HashMap<usize, Tally>, QueryError> {
        let mut parameters = form.parameters.clone();
        let mut parts = Vec::new();
        for (told, number) in &form.told {
            let mut values: Vec<&Value> = Vec::new();
            for place in &self.places {
                let value = &selected[*place].2.parameters[*number];
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            let first = parameters.len() + 1;
            let names: Vec<String> = (first..first + values.len()).map(|number| format!("?{number}")).collect();
            parts.push(format!("{} IN ({})", TELLING[*told].0, names.join(", ")));
            parameters.extend(values.into_iter().cloned());
        }
        parts.extend(form.rest.iter().cloned());
        let mut of_key: HashMap<Key, Vec<usize>> = HashMap::new();
        for place in &self.places {
            if let Some((_, key)) = Form::of(&selected[*place].2) {
                of_key.entry(key).or_default().push(*place);
            }
        }
        let told: Vec<usize> = form.told.iter().map(|(told, _)| *told).collect();
        let mut tallies: HashMap<usize, Tally> = HashMap::new();
        read(source, &parts.join(" AND "), parameters, |row| {
            let places = of_key.get(&row.key(&told)).into_iter().flatten();
            places.for_each(|place| tallies.entry(*place).or_default().add(row));
        })
        .await?;
        Ok(tallies)
    }
}

/// Reads the events of a condition.
async fn read(
    source: &QuerySource,
    condition: &str,
    parameters: Vec<Value>,
    mut each: impl FnMut(&super::tally::Event<'_>),
) -> Result<(), QueryError> {
    let QuerySource { snapshot, grant, limits, .. } = source.clone();
    let names = COLUMNS.map(|(name, _)| name).join(", ");
    let types = COLUMNS.map(|(_, column)| column).to_vec();
    let sql = format!("SELECT {names} FROM events WHERE ({condition})");
    let mut rows = snapshot.query(sql, parameters, types, grant, limits, None).await?;
    while let Some(batch) = rows.next().await? {
        super::tally::events(&batch, &mut each);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(condition: &str, parameters: &[Value]) -> Selection {
        Selection { condition: condition.to_owned(), parameters: parameters.to_vec() }
    }

    #[test]
    fn alike_are_those_that_differ_in_what_they_compare_with() {
        let text = |text: &str| Value::Text(text.to_owned());
        let form = |condition: &str, parameters: &[Value]| Form::of(&selection(condition, parameters));
        let (one, first) = form("src_ip = ?1 AND dst_port = ?2 AND verdict = ?3", &[text("a"), Value::Integer(22), text("DROP")])
            .expect("a form");
        let (two, second) =
            form("src_ip = ?1 AND dst_port = ?2 AND verdict = ?3", &[text("b"), Value::Integer(23), text("DROP")])
                .expect("a form");
        assert!(one == two && first != second);
        assert_eq!((one.told, one.rest), (vec![(0, 0), (2, 1)], vec!["verdict = ?3".to_owned()]));
        let (other, _) = form("src_ip = ?1 AND dst_port = ?2 AND verdict = ?3", &[text("a"), Value::Integer(22), text("ACCEPT")])
            .expect("a form");
        assert!(other != two);
    }

    #[test]
    fn what_may_mean_something_else_is_read_by_itself() {
        let text = [Value::Text("a".to_owned()), Value::Text("b".to_owned())];
        for condition in [
            "src_ip = ?1 OR dst_ip = ?2",
            "src_ip = ?1 AND (dst_ip = ?2)",
            "src_ip = ?1 AND proto = 'x AND dst_ip = ?2'",
            "src_ip = ?1 AND proto = ?1",
            "src_ip = ?1 AND proto = ?",
            "src_ip = ?1 -- AND proto = ?2",
            "src_ip = ?3",
            "dst_port = ?1",
            "time BETWEEN src_ip = ?1 AND dst_ip = ?2",
            "proto = ?1",
        ] {
            assert_eq!(Form::of(&selection(condition, &text)), None, "{condition}");
        }
    }
}
