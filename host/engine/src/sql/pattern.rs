//! LIKE and GLOB, as SQLite means them, for patterns of the plain kind.

/// How a pattern is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `%` and `_`; letters of ASCII match whatever their case.
    Like,
    /// `*` and `?`.
    Glob,
}

/// The longest pattern, in bytes; SQLite refuses longer ones.
const MAXIMUM_PATTERN: usize = 1_000;

/// Whether the pattern is understood here: no set of characters, nothing too long.
pub fn is_plain(style: Style, pattern: &str) -> bool {
    pattern.len() <= MAXIMUM_PATTERN && !pattern.contains('\0') && (style == Style::Like || !pattern.contains('['))
}

/// What a text must hold to match, where the pattern asks for nothing else: `%.%`. No letter is in it, for LIKE knows no case.
pub(super) fn held(style: Style, pattern: &str) -> Option<&str> {
    let (any, one) = if style == Style::Like { ('%', '_') } else { ('*', '?') };
    let held = pattern.strip_prefix(any)?.strip_suffix(any)?;
    (!held.contains([any, one]) && !held.contains(|letter: char| letter.is_ascii_alphabetic())).then_some(held)
}

/// What a text must begin with to match, where the pattern asks for nothing else: `10.%`.
pub(super) fn prefix(style: Style, pattern: &str) -> Option<&str> {
    let (any, one) = if style == Style::Like { ('%', '_') } else { ('*', '?') };
    pattern.strip_suffix(any).filter(|prefix| !prefix.contains([any, one]))
}

/// Whether a text matches.
pub fn matches(style: Style, pattern: &str, text: &str) -> bool {
    let (any, one) = if style == Style::Like { (b'%', b'_') } else { (b'*', b'?') };
    let same = |left: u8, right: u8| if style == Style::Like { left.eq_ignore_ascii_case(&right) } else { left == right };
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut place) = (0, 0);
    // Where to go on when the rest does not match: behind the last `any`, and the place it may grow to.
    let mut retry = None;
    loop {
        match pattern.get(at) {
            Some(&byte) if byte == any => {
                at += 1;
                retry = Some((at, place));
                continue;
            }
            Some(&byte) if byte == one && place < text.len() => {
                at += 1;
                place = next(text, place);
                continue;
            }
            Some(&byte) if byte != one && text.get(place).is_some_and(|&found| same(byte, found)) => {
                at += 1;
                place += 1;
                continue;
            }
            None if place == text.len() => return true,
            _ => {}
        }
        match retry {
            Some((behind, grown)) if grown < text.len() => {
                let grown = next(text, grown);
                retry = Some((behind, grown));
                (at, place) = (behind, grown);
            }
            _ => return false,
        }
    }
}

/// The place of the next character.
fn next(text: &[u8], place: usize) -> usize {
    let rest = text[place + 1..].iter().take_while(|&&byte| byte & 0xc0 == 0x80).count();
    place + 1 + rest
}
