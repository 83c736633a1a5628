//! Which time was scanned: stretches that do not overlap, each scanned, failed, or left out. Says what is still to be scanned.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A span of time: `begins` is inside, `ends` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The first instant inside.
    pub begins: Timestamp,
    /// The first instant behind it.
    pub ends: Timestamp,
}

impl Span {
    /// From one instant to another; none where there is nothing between them.
    #[must_use]
    pub fn new(begins: Timestamp, ends: Timestamp) -> Option<Self> {
        (begins < ends).then_some(Self { begins, ends })
    }

    /// How long it is, in microseconds.
    #[must_use]
    pub fn length(self) -> i64 {
        self.ends.0.saturating_sub(self.begins.0)
    }

    /// What two spans have in common.
    #[must_use]
    pub fn meet(self, other: Self) -> Option<Self> {
        Self::new(self.begins.max(other.begins), self.ends.min(other.ends))
    }

    /// Adds it to spans that ascend and do not meet, of which none begins later.
    pub fn append(self, spans: &mut Vec<Self>) {
        match spans.last_mut() {
            Some(last) if last.ends >= self.begins => last.ends = last.ends.max(self.ends),
            _ => spans.push(self),
        }
    }
}

/// What became of a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverageState {
    /// It was scanned, and its alerts are stored.
    Scanned,
    /// It was scanned, and afterwards rows came whose time lies in it: it has to be scanned again.
    Late,
    /// It could not be scanned.
    Failed,
    /// It was left out, and is not scanned unless somebody asks for it.
    Gap,
}

impl CoverageState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Scanned, Self::Late, Self::Failed, Self::Gap];

    /// Its name, as it is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scanned => "scanned",
            Self::Late => "late",
            Self::Failed => "failed",
            Self::Gap => "gap",
        }
    }

    /// Whether there was a scan that ended well.
    #[must_use]
    pub fn is_good(self) -> bool {
        matches!(self, Self::Scanned | Self::Late)
    }
}

/// A stretch of time and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// When it is.
    pub span: Span,
    /// What became of it.
    pub state: CoverageState,
    /// The digest of the rules and parameters that scanned it, or should have.
    pub digest: String,
    /// When that was.
    pub at: Timestamp,
    /// Why it failed or was left out, or what came late.
    pub message: Option<String>,
}

impl Stretch {
    /// The part of it inside a span.
    fn inside(&self, span: Span) -> Option<Self> {
        Some(Self { span: self.span.meet(span)?, ..self.clone() })
    }

    /// Whether it goes on where this one ends, and says the same.
    fn continues(&self, before: &Self) -> bool {
        before.span.ends == self.span.begins && before.state == self.state && before.digest == self.digest
    }
}

/// The coverage of a table of events: stretches in their order, none of which overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(Vec<Stretch>);

/// What was stored. Where stretches overlap, because another program wrote them, the first counts.
impl FromIterator<Stretch> for Coverage {
    fn from_iter<T: IntoIterator<Item = Stretch>>(stretches: T) -> Self {
        let mut stretches: Vec<Stretch> = stretches.into_iter().collect();
        stretches.sort_by_key(|stretch| stretch.span);
        let mut free = Timestamp(i64::MIN);
        let clipped = stretches.into_iter().filter_map(|stretch| {
            let span = Span::new(stretch.span.begins.max(free), stretch.span.ends)?;
            free = span.ends;
            Some(Stretch { span, ..stretch })
        });
        Self(merged(clipped.collect()))
    }
}

impl Coverage {
    /// Its stretches.
    #[must_use]
    pub fn stretches(&self) -> &[Stretch] {
        &self.0
    }

    /// Records what became of a stretch. A failure or a gap takes nothing away that was scanned; rows come late only where something was.
    /// Neighbours that say the same become one.
    pub fn record(&mut self, new: Stretch) {
        let Some(span) = Span::new(new.span.begins, new.span.ends) else { return };
        let first = self.0.partition_point(|old| old.span.ends < span.begins);
        let behind = self.0.partition_point(|old| old.span.begins <= span.ends);
        let (mut changed, mut free) = (Vec::new(), span.begins);
        for old in &self.0[first..behind] {
            let before = Span::new(old.span.begins, span.begins).and_then(|before| old.inside(before));
            let after = Span::new(span.ends, old.span.ends).and_then(|after| old.inside(after));
            changed.extend(before);
            if let Some(both) = old.inside(span) {
                let hole = Span::new(free, both.span.begins).and_then(|hole| new.inside(hole));
                changed.extend(hole.filter(|_| new.state != CoverageState::Late));
                free = both.span.ends;
                changed.push(settled(both, &new));
            }
            changed.extend(after);
        }
        let hole = Span::new(free, span.ends).and_then(|hole| new.inside(hole));
        changed.extend(hole.filter(|_| new.state != CoverageState::Late));
        changed.sort_by_key(|stretch| stretch.span);
        self.0.splice(first..behind, merged(changed));
    }

    /// Forgets what is said about an instant and all later ones: the clock was ahead.
    pub fn forget_from(&mut self, from: Timestamp) {
        self.0.retain(|stretch| stretch.span.begins < from);
        if let Some(last) = self.0.last_mut() {
            last.span.ends = last.span.ends.min(from);
        }
    }

    /// The end of the last stretch that was scanned well.
    #[must_use]
    pub fn good_until(&self) -> Option<Timestamp> {
        self.0.iter().rev().find(|stretch| stretch.state.is_good()).map(|stretch| stretch.span.ends)
    }

    /// What lies inside a span, without holes: where nothing is recorded, none.
    #[must_use]
    pub fn parts(&self, within: Span) -> Vec<(Span, Option<&Stretch>)> {
        let (mut parts, mut free) = (Vec::new(), within.begins);
        for stretch in &self.0[self.0.partition_point(|stretch| stretch.span.ends <= within.begins)..] {
            let Some(both) = stretch.span.meet(within) else { break };
            parts.extend(Span::new(free, both.begins).map(|hole| (hole, None)));
            parts.push((both, Some(stretch)));
            free = both.ends;
        }
        parts.extend(Span::new(free, within.ends).map(|hole| (hole, None)));
        parts
    }

    /// What inside a span was not scanned well to its last row; where a digest is given, by these rules and parameters.
    #[must_use]
    pub fn gaps(&self, within: Span, digest: Option<&str>) -> Vec<Span> {
        let is_done =
            |stretch: &Stretch| stretch.state == CoverageState::Scanned && digest.is_none_or(|digest| stretch.digest == digest);
        let mut gaps = Vec::new();
        for (span, stretch) in self.parts(within) {
            if !stretch.is_some_and(is_done) {
                span.append(&mut gaps);
            }
        }
        gaps
    }

    /// The stretch that an instant lies in.
    #[must_use]
    pub fn at(&self, instant: Timestamp) -> Option<&Stretch> {
        let stretch = self.0.get(self.0.partition_point(|stretch| stretch.span.ends <= instant))?;
        (stretch.span.begins <= instant).then_some(stretch)
    }
}

/// What is said of a part that was recorded before.
fn settled(old: Stretch, new: &Stretch) -> Stretch {
    use CoverageState::{Failed, Gap, Late, Scanned};
    match (new.state, old.state) {
        (Late, Scanned) => Stretch { state: Late, at: new.at, message: new.message.clone(), ..old },
        (Scanned, _) | (Failed | Gap, Failed | Gap) => Stretch { span: old.span, ..new.clone() },
        (Late, Late | Failed | Gap) | (Failed | Gap, Scanned | Late) => old,
    }
}

/// Stretches in their order, with those that say the same as one. The later word stands.
fn merged(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut merged: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match merged.last_mut() {
            Some(last) if stretch.continues(last) => {
                let span = Span { begins: last.span.begins, ends: stretch.span.ends };
                let newer = if stretch.at >= last.at { stretch } else { last.clone() };
                *last = Stretch { span, ..newer };
            }
            _ => merged.push(stretch),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
