//! Filters beside the list: each adds a term to the query, or takes it out again.

use maud::{Markup, html};
use net_scout_model::plain;
use net_scout_report::words::number;

use crate::pages::asked::Asked;
use crate::pages::text::shown;
use crate::pages::url::Url;

/// A term of the query language; none where the value cannot be written in it.
pub(in crate::pages) fn term(field: &str, value: &str) -> Option<String> {
    let is_word = !value.is_empty() && value.chars().all(|letter| letter.is_alphanumeric() || "_-.:/".contains(letter));
    let is_quotable = !value.contains(['"', '\\']) && value == plain(value, 200);
    if is_word { Some(format!("{field}:{value}")) } else { is_quotable.then(|| format!("{field}:\"{value}\"")) }
}

/// The query with a term, or without it where it has it.
pub(super) fn toggled(query: &str, term: &str) -> String {
    let terms = words(query);
    if terms.contains(&term) {
        return terms.into_iter().filter(|one| *one != term).collect::<Vec<_>>().join(" ");
    }
    terms.into_iter().chain([term]).collect::<Vec<_>>().join(" ")
}

/// The words of a query; what stands in quotes belongs together.
fn words(query: &str) -> Vec<&str> {
    let (mut words, mut begin, mut quoted) = (Vec::new(), None, false);
    for (place, letter) in query.char_indices() {
        quoted ^= letter == '"';
        match begin {
            None if !letter.is_whitespace() => begin = Some(place),
            Some(first) if letter.is_whitespace() && !quoted => {
                words.push(&query[first..place]);
                begin = None;
            }
            _ => {}
        }
    }
    words.extend(begin.map(|first| &query[first..]));
    words
}

/// A list of values with how many alerts each has.
pub(super) fn facet(url: &Url, asked: &Asked, title: &str, field: &str, counts: &[(String, u64)]) -> Markup {
    html! {
        @if !counts.is_empty() {
            section {
                h2 { (title) }
                ul {
                    @for (value, alerts) in counts {
                        @if let Some(term) = term(field, value) {
                            @let target = toggled(&asked.q, &term);
                            @let is_set = words(&asked.q).contains(&term.as_str());
                            li {
                                a href=(asked.to(url, &[("q", &target), ("after", "")])) aria-current=[is_set.then_some("true")] title=(if is_set { "take this filter out" } else { "only these" }) {
                                    span { (shown(value, 60)) } span class="n" { (number(*alerts)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Asked {
    /// The address of the same list with something changed.
    pub(super) fn to(&self, url: &Url, changes: &[(&str, &str)]) -> String {
        let changed = |name: &str, value: &str| {
            changes.iter().find(|(one, _)| *one == name).map_or(value.to_owned(), |(_, new)| (*new).to_owned())
        };
        let all = [("view", &self.view), ("q", &self.q), ("sort", &self.sort), ("after", &self.after)];
        let all: Vec<(&str, String)> = all.into_iter().map(|(name, value)| (name, changed(name, value))).collect();
        url.with("/", &all.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_added_and_taken_out() {
        assert_eq!(toggled("", "rule:a"), "rule:a");
        assert_eq!(
            toggled("rule:a  \"two words\" -dst:1.2.3.4", "severity:high"),
            "rule:a \"two words\" -dst:1.2.3.4 severity:high"
        );
        assert_eq!(toggled("x rule:\"a b\" y", "rule:\"a b\""), "x y");
    }

    #[test]
    fn a_value_is_quoted_or_left_out() {
        assert_eq!(term("src", "2001:db8::/64").as_deref(), Some("src:2001:db8::/64"));
        assert_eq!(term("rule", "a,b c").as_deref(), Some("rule:\"a,b c\""));
        assert_eq!((term("rule", "a\"b"), term("rule", "a\u{1b}b")), (None, None));
    }
}
