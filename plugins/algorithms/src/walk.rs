//! Threshold random walk: Jung, Paxson, Berger and Balakrishnan, "Fast Portscan Detection Using Sequential Hypothesis Testing", IEEE
//! Symposium on Security and Privacy 2004, with the numbers of Bro's `trw`.

/// How likely a first contact succeeds where it comes from somebody benign.
const BENIGN: f64 = 0.8;
/// And where it comes from a scanner.
const SCANNER: f64 = 0.2;
/// Above this likelihood ratio it is a scanner.
const UPPER: f64 = 99.0;
/// Below this it is not.
const LOWER: f64 = 0.0101;

/// A first contact with a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// When, in microseconds.
    pub time: i64,
    /// Whether it was let through.
    pub success: bool,
}

/// What a walk came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Scanner, since this instant.
    Scanner(i64),
    /// Benign.
    Benign,
    /// Not yet known.
    Pending,
}

/// A walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walk {
    /// What it came to.
    pub judgement: Judgement,
    /// The largest likelihood ratio on the way.
    pub likelihood: f64,
    /// How many contacts failed before the judgement, since the walk last began anew.
    pub failures: usize,
    /// And how many succeeded.
    pub successes: usize,
}

/// Walks along the first contacts of a source, which are in the order of time. After a pause longer than `expiry` microseconds it begins
/// anew; until then a judgement stands.
#[must_use]
pub fn walk(contacts: &[Contact], expiry: i64) -> Walk {
    let begin = Walk { judgement: Judgement::Pending, likelihood: 1.0, failures: 0, successes: 0 };
    let (mut walk, mut ratio, mut highest, mut last) = (begin, 1.0_f64, 1.0_f64, None);
    for contact in contacts {
        let expired = last.is_some_and(|last| contact.time - last > expiry);
        if expired {
            (walk, ratio) = (begin, 1.0);
        }
        last = Some(contact.time);
        if walk.judgement == Judgement::Benign {
            continue;
        }
        if contact.success {
            walk.successes += 1;
            ratio *= SCANNER / BENIGN;
        } else {
            walk.failures += 1;
            ratio *= (1.0 - SCANNER) / (1.0 - BENIGN);
        }
        highest = highest.max(ratio);
        if ratio > UPPER {
            return Walk { judgement: Judgement::Scanner(contact.time), likelihood: highest, ..walk };
        }
        if ratio < LOWER {
            walk.judgement = Judgement::Benign;
        }
    }
    Walk { likelihood: highest, ..walk }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn contacts(outcomes: &str, apart: i64) -> Vec<Contact> {
        (0..).zip(outcomes.bytes()).map(|(number, outcome)| Contact { time: number * apart, success: outcome == b'+' }).collect()
    }

    fn judged(outcomes: &str) -> Judgement {
        walk(&contacts(outcomes, 1), 30 * MINUTE).judgement
    }

    #[test]
    fn four_failures_are_a_scanner() {
        assert_eq!(judged("---"), Judgement::Pending);
        assert_eq!(judged("----"), Judgement::Scanner(3));
        // One success takes back one failure.
        assert_eq!(judged("-+----"), Judgement::Scanner(5));
        assert_eq!(judged("-+---"), Judgement::Pending);
    }

    #[test]
    fn four_successes_are_benign() {
        assert_eq!(judged("+++"), Judgement::Pending);
        assert_eq!(judged("++++"), Judgement::Benign);
        assert_eq!(judged("++++------"), Judgement::Benign);
    }

    #[test]
    fn pauses() {
        assert_eq!(walk(&contacts("--------", 31 * MINUTE), 30 * MINUTE).judgement, Judgement::Pending);
        assert_eq!(walk(&contacts("----", 30 * MINUTE), 30 * MINUTE).judgement, Judgement::Scanner(90 * MINUTE));
    }

    #[test]
    fn the_ratio() {
        let scanner = walk(&contacts("+-----", 1), MINUTE);
        assert_eq!((scanner.failures, scanner.successes), (5, 1));
        assert!((scanner.likelihood - 256.0).abs() < 1e-6);
    }
}
