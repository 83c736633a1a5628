//! The keys and their defaults.

use super::*;

#[test]
fn the_database_one_level_up_is_the_second_choice() {
    let parent = tempfile::tempdir().expect("folder");
    let folder = parent.path().join("here");
    std::fs::create_dir(&folder).expect("folder");
    assert_eq!(default_db_path(&folder), "./net_sentinel.db");
    std::fs::write(parent.path().join("net_sentinel.db"), "").expect("file");
    assert_eq!(default_db_path(&folder), "../net_sentinel.db");
    std::fs::write(folder.join("net_sentinel.db"), "").expect("file");
    assert_eq!(default_db_path(&folder), "./net_sentinel.db");
}

#[test]
fn every_default_is_in_its_grammar_and_names_are_used_once() {
    let none = Layer::of(|_| Ok(None)).expect("a layer");
    let (values, written) = none.values().expect("defaults");
    assert_eq!((values.max_alerts, values.quiet, values.busy_timeout), (500, 86_400_000_000, Duration::from_secs(10)));
    assert!(written.iter().all(|(_, setting)| setting.source == Source::Default));
    let mut names: Vec<&str> = all().map(|key| key.name).chain(all().filter_map(|key| key.variable)).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}
