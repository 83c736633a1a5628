//! Selections that are read together: of those of one form, one pass over the events reads all.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::budget::{Time, no_time};
use super::form::{Form, TELLING};
use super::tally::{Event, Key, Names, Tally, Told};
use super::{describe, failed};
use crate::scan::rows::places;
use net_scout_model::{ColumnType, QueryError, QueryLimits, Selection, Value};
use net_scout_plugin_host::capability::query::QuerySource;
use net_scout_plugin_host::{Case, Rule};
use net_scout_store::Condition;

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

/// Selections of one rule, by their places in the list of all.
pub(super) struct Batch {
    rule: Arc<Rule>,
    /// Each with what tells it apart.
    places: Vec<(usize, Told)>,
    /// What they have in common; none where it is one selection as it was written.
    form: Option<Form>,
}

impl Batch {
    /// Puts selections together.
    pub(super) fn all(selected: &[(usize, Arc<Rule>, Selection)]) -> Vec<Self> {
        let mut batches: Vec<Self> = Vec::new();
        for (place, (_, rule, selection)) in selected.iter().enumerate() {
            let (form, told) = Form::of(selection).map_or((None, Told::default()), |(form, told)| (Some(form), told));
            let fits = |batch: &&mut Self| {
                form.is_some() && batch.form == form && batch.places.len() < MOST && Arc::ptr_eq(&batch.rule, rule)
            };
            match batches.iter_mut().find(fits) {
                Some(batch) => batch.places.push((place, told)),
                None => batches.push(Self { rule: Arc::clone(rule), places: vec![(place, told)], form }),
            }
        }
        batches
    }

    /// What the selections came to, by their places.
    pub(super) async fn run(
        &self,
        selected: &[(usize, Arc<Rule>, Selection)],
        case: &Case,
        time: &mut Time,
    ) -> Vec<(usize, serde_json::Value)> {
        let Some(source) = self.rule.source(case) else { return Vec::new() };
        let selection = |place: usize| &selected[place].2;
        let mut left: Vec<usize> = self.places.iter().map(|(place, _)| *place).collect();
        let mut events = Vec::new();
        if let Some(form) = self.form.as_ref().filter(|_| self.places.len() > 1) {
            match self.timed(&source, time, async |source| self.together(form, selected, source).await).await {
                Ok((tallies, names)) => {
                    // One without events is read again by itself: SQLite may take texts for equal that are not the same.
                    left.retain(|place| !tallies.contains_key(place));
                    let names = names.listed();
                    for (place, tally) in tallies {
                        let mut found = tally.json(&names);
                        describe(&mut found, selection(place));
                        events.push((place, found));
                    }
                }
                // By itself, each may fit.
                Err(QueryError::TooLarge(_)) => {}
                Err(error) => {
                    return left.iter().map(|&place| (place, failed(selection(place), &error.to_string()))).collect();
                }
            }
        }
        for place in left {
            let selection = selection(place);
            let found = match Condition::parse(&selection.condition) {
                Err(error) => failed(selection, &error),
                Ok(_) => {
                    let parameters = selection.parameters.clone();
                    let count = async |source: &QuerySource| counted(source, &selection.condition, parameters).await;
                    match self.timed(&source, time, count).await {
                        Ok(mut found) => {
                            describe(&mut found, selection);
                            found
                        }
                        Err(error) => failed(selection, &error.to_string()),
                    }
                }
            };
            events.push((place, found));
        }
        events
    }

    /// Reads events for no longer than the time that is left for the rule.
    async fn timed<T>(
        &self,
        source: &QuerySource,
        time: &mut Time,
        read: impl AsyncFnOnce(&QuerySource) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let left = time.left(&self.rule);
        if left.is_zero() {
            return Err(QueryError::TimedOut(no_time(&self.rule)));
        }
        let limits = QueryLimits { time: source.limits.time.min(left), ..source.limits };
        let begun = Instant::now();
        let found = read(&QuerySource { limits, ..source.clone() }).await;
        time.used(&self.rule, begun);
        match found {
            Err(QueryError::TimedOut(_)) if left < source.limits.time => Err(QueryError::TimedOut(no_time(&self.rule))),
            found => found,
        }
    }

    /// Reads the events of all selections at once.
    async fn together(
        &self,
        form: &Form,
        selected: &[(usize, Arc<Rule>, Selection)],
        source: &QuerySource,
    ) -> Result<(HashMap<usize, Tally>, Names), QueryError> {
        let mut parameters = form.parameters.clone();
        let mut parts = Vec::new();
        for (column, number) in &form.told {
            let mut values: Vec<&Value> = Vec::new();
            for (place, _) in &self.places {
                let value = &selected[*place].2.parameters[*number];
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            let first = parameters.len() + 1;
            parts.push(format!("{} IN ({})", TELLING[*column], places(first, values.len())));
            parameters.extend(values.into_iter().cloned());
        }
        parts.extend(form.rest.iter().map(|part| format!("({part})")));
        let columns: Vec<usize> = form.told.iter().map(|(column, _)| *column).collect();
        let mut names = Names::default();
        let mut alike: HashMap<Key, Vec<&(usize, Told)>> = HashMap::new();
        for one in &self.places {
            alike.entry(one.1.key(&mut names)).or_default().push(one);
        }
        let mut tallies: HashMap<usize, Tally> = HashMap::new();
        read(source, &parts.join(" AND "), parameters, &mut names, |event| {
            let places = alike.get(&event.key(&columns)).into_iter().flatten();
            places.filter(|(_, told)| told.spans(event)).for_each(|(place, _)| tallies.entry(*place).or_default().add(event));
        })
        .await?;
        Ok((tallies, names))
    }
}

/// What the events of a condition are, as it stands in the evidence.
pub(crate) async fn counted(
    source: &QuerySource,
    condition: &str,
    parameters: Vec<Value>,
) -> Result<serde_json::Value, QueryError> {
    let (mut tally, mut names) = (Tally::default(), Names::default());
    read(source, condition, parameters, &mut names, |event| tally.add(event)).await?;
    Ok(tally.json(&names.listed()))
}

/// Reads the events of a condition.
async fn read(
    source: &QuerySource,
    condition: &str,
    parameters: Vec<Value>,
    names: &mut Names,
    mut each: impl FnMut(&Event),
) -> Result<(), QueryError> {
    let QuerySource { snapshot, grant, limits, .. } = source.clone();
    let columns = COLUMNS.map(|(name, _)| name).join(", ");
    let types = COLUMNS.map(|(_, column)| column).to_vec();
    let sql = format!("SELECT {columns} FROM events WHERE ({condition})");
    let mut rows = snapshot.query(sql, parameters, types, grant, limits, None).await?;
    while let Some(batch) = rows.next().await? {
        super::tally::events(&batch, names, &mut each);
    }
    Ok(())
}
