//! The forms in which timestamps are found in the field. What is written here must mean the same instant in each of them.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::Random;

/// How timestamps are written. All but [`TimestampForm::Fraction`] cut an instant to its second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampForm {
    /// `2026-03-11T20:35:11Z`.
    #[default]
    Zulu,
    /// `2026-03-11T20:35:11+00:00`.
    Offset,
    /// `2026-03-11T20:35:11`: no zone, which means UTC.
    Bare,
    /// `2026-03-11 20:35:11`: no zone either.
    Space,
    /// `2026-03-11T20:35:11.123456+00:00`.
    Fraction,
    /// Each row in one of the others.
    Mixed,
}

impl TimestampForm {
    /// Every form.
    pub const ALL: [Self; 6] = [Self::Zulu, Self::Offset, Self::Bare, Self::Space, Self::Fraction, Self::Mixed];

    /// Microseconds since 1970 UTC as text in this form. The random numbers choose where the form is [`TimestampForm::Mixed`].
    ///
    /// # Errors
    /// When the instant is beyond the year 9999.
    pub fn text(self, time: i64, random: &mut Random) -> Result<String, jiff::Error> {
        let form = match self {
            Self::Mixed => random.one_of(&[Self::Zulu, Self::Offset, Self::Bare, Self::Space, Self::Fraction]),
            form => form,
        };
        let (separator, ending) = match form {
            Self::Zulu | Self::Mixed => ('T', "Z"),
            Self::Offset | Self::Fraction => ('T', "+00:00"),
            Self::Bare => ('T', ""),
            Self::Space => (' ', ""),
        };
        let civil = Offset::UTC.to_datetime(Timestamp::from_microsecond(time)?);
        let (year, month, day) = (civil.year(), civil.month(), civil.day());
        let (hour, minute, second) = (civil.hour(), civil.minute(), civil.second());
        let fraction = if form == Self::Fraction { format!(".{:06}", civil.subsec_nanosecond() / 1_000) } else { String::new() };
        Ok(format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}{fraction}{ending}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        let mut random = Random::new(1);
        for (form, text) in [
            (TimestampForm::Zulu, "2026-03-11T20:35:11Z"),
            (TimestampForm::Offset, "2026-03-11T20:35:11+00:00"),
            (TimestampForm::Bare, "2026-03-11T20:35:11"),
            (TimestampForm::Space, "2026-03-11 20:35:11"),
            (TimestampForm::Fraction, "2026-03-11T20:35:11.012345+00:00"),
        ] {
            assert_eq!(form.text(1_773_261_311_012_345, &mut random).expect("in range"), text);
        }
    }
}
