//! Names of months as `journalctl`, `dmesg -T` and the like abbreviate them in the languages of the C library.

/// English first: nearly all logs have these.
const ENGLISH: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The others, by month. Names that two languages give to different months are left out.
const OTHERS: [&[&str]; 12] = [
    &["ene", "gen", "janv", "jän", "led", "sty", "oca", "ian", "jaan", "tammi", "янв", "яну", "січ", "ιαν", "1月", "1월"],
    &["fev", "fév", "févr", "febr", "úno", "unor", "lut", "şub", "sub", "veebr", "helmi", "фев", "лют", "φεβ", "2月", "2월"],
    &["mär", "mrz", "märz", "mars", "mrt", "bře", "márc", "mart", "märts", "maalis", "мар", "бер", "μαρ", "3月", "3월"],
    &["abr", "avr", "avril", "dub", "kwi", "nis", "ápr", "april", "huhti", "апр", "кві", "απρ", "4月", "4월"],
    &["mai", "mei", "maj", "mag", "kvě", "máj", "mayo", "touko", "май", "мая", "тра", "μαϊ", "μάι", "5月", "5월"],
    &[
        "juin", "giu", "čen", "čer", "cze", "haz", "jún", "iun", "juni", "juuni", "kesä", "июн", "юни", "чер", "ιουν", "6月",
        "6월",
    ],
    &["juil", "lug", "čec", "čvc", "tem", "júl", "iul", "juli", "juuli", "heinä", "июл", "юли", "лип", "ιουλ", "7月", "7월"],
    &["ago", "août", "srp", "sie", "ağu", "avg", "elo", "авг", "сер", "αυγ", "8月", "8월"],
    &["sept", "set", "zář", "wrz", "eyl", "szept", "syys", "сен", "сеп", "вер", "σεπ", "9月", "9월"],
    &["okt", "out", "ott", "říj", "paź", "eki", "loka", "окт", "жов", "οκτ", "10月", "10월"],
    &["lis", "kas", "noi", "marras", "ноя", "ное", "лис", "νοε", "11月", "11월"],
    &["dez", "dic", "déc", "des", "pro", "gru", "ara", "dets", "joulu", "дек", "гру", "δεκ", "12月", "12월"],
];

/// The month of a name, from 1; with or without the dot of an abbreviation, in any case.
pub(super) fn number(name: &str) -> Option<i8> {
    if name.len() == 3
        && let Some(place) = ENGLISH.iter().position(|known| name.eq_ignore_ascii_case(known))
    {
        return i8::try_from(place + 1).ok();
    }
    if name.len() > 16 || !name.starts_with(|letter: char| letter.is_alphanumeric()) {
        return None;
    }
    let name = name.trim_end_matches(['.', ',']).to_lowercase();
    let is_named = |names: &&[&str]| names.contains(&name.as_str());
    let place = ENGLISH.iter().position(|known| *known == name).or_else(|| OTHERS.iter().position(is_named));
    place.and_then(|place| i8::try_from(place + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_in_several_languages() {
        for (name, month) in [
            ("Mar", 3),
            ("MAY", 5),
            ("Mai", 5),
            ("Okt", 10),
            ("Dez", 12),
            ("Mär", 3),
            ("janv.", 1),
            ("août", 8),
            ("févr.", 2),
            ("Ago", 8),
            ("Янв", 1),
            ("12月", 12),
        ] {
            assert_eq!(number(name), Some(month), "{name}");
        }
        for name in ["", "Marc", "kernel:", "März11", "[12.5]", "10.0.0.1", "-"] {
            assert_eq!(number(name), None, "{name}");
        }
    }

    #[test]
    fn no_name_is_of_two_months() {
        let mut names: Vec<&str> = OTHERS.iter().flat_map(|names| names.iter().copied()).chain(ENGLISH).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
