//! A folder of real logs of which something is known: `cases.json` with the alerts that each file must raise, and Zeek's `conn.log` with a
//! column of labels. How the files become events is not this module's business.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use net_scout_model::time::parse_timestamp;
use net_scout_model::{Network, Severity, Timestamp, plain};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::matching::{Accusation, Accused, DataSet, Verdict};
use super::truth::{Attack, Benign, Others, Truth};

/// The file that says what is known of the others.
const CASES: &str = "cases.json";
/// The columns with labels, as in IoT-23 and other labelled captures of Zeek.
const LABELS: [&str; 2] = ["label", "detailed-label"];
/// The most bytes of a line of a log.
const LONGEST: usize = 1 << 16;

/// A file with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DataFile {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How it is imported, as on the command line.
    pub arguments: String,
    /// The time that counts as now for it.
    pub now: Option<Timestamp>,
    /// What is true of it.
    pub truth: Truth,
    /// The rules that must raise alerts, one for each; none where the truth says who attacks.
    pub rules: Vec<String>,
}

/// A folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `cases.json` is not as it must be.
    #[error("{} is not as it must be: {reason}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is nothing to evaluate on.
    #[error("{} holds neither cases.json nor a conn.log with a column `label`", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    scans: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    #[serde(default)]
    arguments: String,
    now: Option<String>,
    rules: Option<Vec<String>>,
    alerts: Option<Vec<BTreeMap<String, Value>>>,
}

/// The files of a folder of which something is known, in the order of their names.
///
/// # Errors
/// When the folder or `cases.json` cannot be read, or there is nothing to evaluate on.
pub fn read_folder(folder: &Path) -> Result<Vec<DataFile>, FolderError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| FolderError::Unreadable { path, source }
    };
    let mut files = Vec::new();
    let cases = folder.join(CASES);
    if cases.exists() {
        let text = std::fs::read_to_string(&cases).map_err(unreadable(&cases))?;
        let form = |reason: String| FolderError::Form { path: cases.clone(), reason };
        let listed: File = serde_json::from_str(&text).map_err(|error| form(error.to_string()))?;
        for entry in listed.scans {
            files.extend(case(folder, entry).map_err(form)?);
        }
    }
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(folder).and_then(|list| list.map(|entry| Ok(entry?.path())).collect()).map_err(unreadable(folder))?;
    names.sort();
    for path in names.into_iter().filter(|path| path.is_file()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.contains("conn.log") && !files.iter().any(|known: &DataFile| known.name == name) {
            let truth = labelled(&path).map_err(unreadable(&path))?;
            files.extend(truth.map(|truth| DataFile {
                name,
                path,
                arguments: String::new(),
                now: None,
                truth,
                rules: Vec::new(),
            }));
        }
    }
    if files.is_empty() {
        return Err(FolderError::Empty { path: folder.to_owned() });
    }
    Ok(files)
}

/// A file that `cases.json` says something of; none where it asserts nothing.
fn case(folder: &Path, entry: Entry) -> Result<Option<DataFile>, String> {
    let Entry { file, arguments, now, rules, alerts } = entry;
    let mut truth = Truth { others: Others::Benign, ..Truth::default() };
    let mut expected = Vec::new();
    match (alerts, rules) {
        (Some(alerts), _) => {
            for alert in alerts {
                let network = |key: &str| -> Result<Vec<Network>, String> {
                    let Some(text) = alert.get(key).and_then(Value::as_str) else { return Ok(Vec::new()) };
                    Ok(vec![text.parse().map_err(|error| format!("{file}, {key}: {error}"))?])
                };
                let kind = alert.get("alert_type").and_then(Value::as_str).unwrap_or("attack").to_owned();
                truth.attacks.push(Attack {
                    kind,
                    sources: network("src_ip")?,
                    targets: network("dst_ip")?,
                    since: None,
                    until: None,
                });
            }
        }
        (None, Some(rules)) => expected = rules,
        (None, None) => return Ok(None),
    }
    let now = match now {
        Some(text) => {
            Some(parse_timestamp(&text).ok_or_else(|| format!("{file}, now: `{}` is not an instant", plain(&text, 80)))?)
        }
        None => None,
    };
    Ok(Some(DataFile { path: folder.join(&file), name: file, arguments, now, truth, rules: expected }))
}

/// What the labels of a tab-separated `conn.log` say: who does what is not benign. None where it has no labels.
fn labelled(path: &Path) -> std::io::Result<Option<Truth>> {
    let mut columns: BTreeMap<String, usize> = BTreeMap::new();
    let mut attacks: BTreeMap<(String, Network), Option<Timestamp>> = BTreeMap::new();
    let mut benign: Vec<Network> = Vec::new();
    let mut input = std::io::BufReader::new(std::fs::File::open(path)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        if std::io::Read::take(&mut input, LONGEST as u64).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        // IoT-23 puts blanks between its three last columns.
        let words: Vec<&str> = text.trim_end().split(['\t', ' ']).filter(|word| !word.is_empty()).collect();
        if words.first() == Some(&"#fields") {
            columns = words[1..].iter().enumerate().map(|(place, name)| ((*name).to_owned(), place)).collect();
            continue;
        }
        let value = |name: &str| columns.get(name).and_then(|place| words.get(*place)).copied();
        let (Some(label), Some(Ok(source))) = (value(LABELS[0]), value("id.orig_h").map(str::parse::<Network>)) else {
            continue;
        };
        if label.eq_ignore_ascii_case("benign") {
            benign.push(source);
            continue;
        }
        let detail = value(LABELS[1]).filter(|detail| *detail != "-").unwrap_or(label).to_ascii_lowercase();
        let time = value("ts").and_then(|text| text.parse::<f64>().ok()).map(|seconds| Timestamp((seconds * 1e6) as i64));
        let first = attacks.entry((detail, source)).or_insert(time);
        *first = (*first).min(time).or(time);
    }
    if !columns.contains_key(LABELS[0]) {
        return Ok(None);
    }
    benign.sort_unstable();
    benign.dedup();
    let attacks: Vec<Attack> = attacks
        .into_iter()
        .map(|((kind, source), since)| Attack { kind, sources: vec![source], targets: Vec::new(), since, until: None })
        .collect();
    benign.retain(|network| !attacks.iter().any(|attack| attack.sources.contains(network)));
    Ok(Some(Truth { attacks, benign: vec![Benign { kind: "benign".to_owned(), sources: benign }], others: Others::Benign }))
}

/// How a file was scored, or all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileFigures {
    /// Its name, the kind of attack, or `all`.
    pub name: String,
    /// How many attacks there are, or alerts that must be raised.
    pub attackers: usize,
    /// How many of them there was an alert about.
    pub found: usize,
    /// found / attackers; none where there is no attack.
    pub recall: Option<f64>,
    /// Different sources in alerts about an attack.
    pub right: usize,
    /// Different sources in other alerts; none for a kind, which a wrong alert is of none.
    pub wrong: Option<usize>,
    /// right / (right + wrong).
    pub precision: Option<f64>,
    /// New alerts.
    pub alerts: usize,
    /// The same a day.
    pub alerts_per_day: f64,
    /// New alerts about somebody who had one: the same incident once more.
    pub repeats: usize,
    /// New alerts of each severity, informational first.
    pub severities: [usize; 5],
    /// Alerts of critical severity about nobody who attacks.
    pub wrong_critical: usize,
    #[serde(skip)]
    days: f64,
}

/// The figures of each file, of each kind of attack, and of all.
#[must_use]
pub fn folder_figures(sets: &[(DataFile, DataSet)]) -> Vec<FileFigures> {
    let mut all = FileFigures { name: "all".to_owned(), ..FileFigures::default() };
    let mut kinds: BTreeMap<&str, FileFigures> = BTreeMap::new();
    let mut files = Vec::new();
    for (file, set) in sets {
        let figures = of_file(file, set);
        for (attack, found) in set.truth.attacks.iter().zip(found(set)) {
            let kind = kinds.entry(&attack.kind).or_default();
            kind.attackers += 1;
            kind.found += usize::from(found);
            kind.right += usize::from(found);
        }
        all.attackers += figures.attackers;
        all.found += figures.found;
        all.right += figures.right;
        all.wrong = Some(all.wrong.unwrap_or(0) + figures.wrong.unwrap_or(0));
        all.alerts += figures.alerts;
        all.repeats += figures.repeats;
        all.wrong_critical += figures.wrong_critical;
        all.days += figures.days;
        all.severities.iter_mut().zip(figures.severities).for_each(|(sum, count)| *sum += count);
        files.push(figures);
    }
    let kinds = kinds.into_iter().map(|(kind, figures)| FileFigures { name: format!("kind {kind}"), ..figures });
    files.into_iter().chain(kinds).chain([all]).map(FileFigures::shares).collect()
}

impl FileFigures {
    fn shares(mut self) -> Self {
        let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
        self.recall = share(self.found, self.attackers);
        self.precision = self.wrong.and_then(|wrong| share(self.right, self.right + wrong));
        self.alerts_per_day = if self.days > 0.0 { self.alerts as f64 / self.days } else { 0.0 };
        self
    }
}

/// Which of the attacks there is an alert about.
fn found(set: &DataSet) -> Vec<bool> {
    let mut found = vec![false; set.truth.attacks.len()];
    for accusation in &set.kept {
        if let Verdict::Right(about) = set.verdict(accusation) {
            about.into_iter().for_each(|index| found[index] = true);
        }
    }
    found
}

fn of_file(file: &DataFile, set: &DataSet) -> FileFigures {
    let mut figures = FileFigures { name: file.name.clone(), days: set.days, ..FileFigures::default() };
    let (mut right, mut wrong, mut seen): (Vec<Accused>, Vec<Accused>, Vec<Accused>) = Default::default();
    let mut missing = file.rules.clone();
    for accusation in &set.kept {
        let accused = accusation.accused();
        let expected = missing.iter().position(|rule| says(accusation, rule));
        let is_right = match file.rules.is_empty() {
            true => matches!(set.verdict(accusation), Verdict::Right(_)),
            false => expected.is_some() || right.contains(&accused),
        };
        if accusation.new {
            figures.alerts += 1;
            figures.severities[accusation.severity as usize] += 1;
            figures.repeats += usize::from(seen.contains(&accused));
            figures.wrong_critical += usize::from(!is_right && accusation.severity == Severity::Critical);
            if let Some(place) = expected {
                missing.remove(place);
            }
        }
        let list = if is_right { &mut right } else { &mut wrong };
        if !list.contains(&accused) {
            list.push(accused.clone());
        }
        seen.push(accused);
    }
    let found = found(set).into_iter().filter(|found| *found).count();
    figures.attackers = set.truth.attacks.len() + file.rules.len();
    figures.found = found + (file.rules.len() - missing.len());
    (figures.right, figures.wrong) = (right.len(), Some(wrong.len()));
    figures
}

/// Whether an alert is of a rule, alone or among those that it leads.
fn says(accusation: &Accusation, rule: &str) -> bool {
    let related = || {
        let evidence: Value = serde_json::from_str(&accusation.evidence).unwrap_or_default();
        let list = evidence["related"].as_array().cloned().unwrap_or_default();
        list.iter().any(|one| one["rule"].as_str() == Some(rule))
    };
    accusation.rule == rule || related()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accusation(rule: &str, source: &str, at: i64, new: bool, severity: Severity) -> Accusation {
        Accusation {
            at: Timestamp(at),
            rule: rule.to_owned(),
            alert_type: rule.to_owned(),
            sources: vec![source.parse().expect("a network")],
            destination: None,
            new,
            severity,
            evidence: "{}".to_owned(),
        }
    }

    #[test]
    fn cases_and_labels() {
        let folder = tempfile::tempdir().expect("folder");
        let cases = r#"{"imports": [], "scans": [
            {"file": "a.log", "arguments": "--from csv", "now": "2026-09-21T07:00:00Z", "rules": ["port_scan"]},
            {"file": "b.log", "rules": null}, {"file": "c.log", "rules": null, "alerts": [{"src_ip": "192.0.2.1"}]}]}"#;
        std::fs::write(folder.path().join(CASES), cases).expect("cases");
        let log = "#fields\tts\tid.orig_h\tid.resp_h\tlabel\tdetailed-label\n\
            1.0\t192.0.2.7\t198.51.100.1   Malicious   C&C\n2.0\t192.0.2.8\t198.51.100.1\tBenign\t-\n";
        std::fs::write(folder.path().join("conn.log.labeled"), log).expect("log");
        let files = read_folder(folder.path()).expect("files");
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.log", "c.log", "conn.log.labeled"]);
        assert_eq!((files[0].rules.len(), files[1].truth.attacks.len()), (1, 1));
        let truth = &files[2].truth;
        assert_eq!((truth.attacks[0].kind.as_str(), truth.attacks[0].since), ("c&c", Some(Timestamp(1_000_000))));
        assert_eq!(truth.benign[0].sources, ["192.0.2.8".parse().expect("a network")]);
        let empty = tempfile::tempdir().expect("folder");
        let error = read_folder(empty.path()).expect_err("nothing").to_string();
        assert!(error.ends_with("holds neither cases.json nor a conn.log with a column `label`"), "{error}");
    }

    #[test]
    fn scores() {
        let file = DataFile {
            name: "a.log".to_owned(),
            path: PathBuf::new(),
            arguments: String::new(),
            now: None,
            truth: Truth::default(),
            rules: vec!["port_scan".to_owned()],
        };
        let kept = vec![
            accusation("port_scan", "192.0.2.1", 1, true, Severity::Medium),
            accusation("port_scan", "192.0.2.1", 2, false, Severity::Medium),
            accusation("port_scan", "192.0.2.1", 3, true, Severity::Medium),
            accusation("probe", "192.0.2.2", 3, true, Severity::Critical),
        ];
        let set = DataSet {
            name: "a.log".to_owned(),
            truth: Truth::default(),
            first: Timestamp(0),
            days: 2.0,
            raised: Vec::new(),
            kept,
        };
        let figures = folder_figures(&[(file, set)]);
        let one = &figures[0];
        assert_eq!((one.attackers, one.found, one.right, one.wrong), (1, 1, 1, Some(1)));
        assert_eq!((one.alerts, one.repeats, one.wrong_critical, one.severities), (3, 1, 1, [0, 0, 2, 0, 1]));
        assert_eq!((figures.len(), figures[1].name.as_str(), figures[1].precision), (2, "all", Some(0.5)));
    }
}
