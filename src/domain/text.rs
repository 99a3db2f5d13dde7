//! Text that people write: limits, and what is refused with a reason. Names are never normalised.

/// Longest message, remark or point in characters.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Longest title of a bulletin in characters.
pub const TITLE_CHARS_MAX: usize = 40;
/// Longest name of a person, role, room or node in characters.
pub const NAME_CHARS_MAX: usize = 60;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Longer than allowed.
    #[error("the text has {chars} characters, {max} are allowed")]
    TooLong {
        /// What it has.
        chars: usize,
        /// What it may have.
        max: usize,
    },
    /// A control character other than line break and tab.
    #[error("the text holds a control character")]
    Control,
}

/// Checks a text that may not be empty; surrounding white space is cut off.
///
/// # Errors
/// [`BadText`].
pub fn required(text: &str, max: usize) -> Result<String, BadText> {
    let text = optional(text, max)?;
    if text.is_empty() { Err(BadText::Empty) } else { Ok(text) }
}

/// The same for a text that may be empty.
///
/// # Errors
/// [`BadText`].
pub fn optional(text: &str, max: usize) -> Result<String, BadText> {
    let text = text.trim();
    let chars = text.chars().count();
    if chars > max {
        return Err(BadText::TooLong { chars, max });
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(BadText::Control);
    }
    Ok(text.to_owned())
}

/// Login names: small letters, digits, `-` and `_`, up to 40; full-width and capital letters forgiven.
#[must_use]
pub fn login(text: &str) -> Option<String> {
    let folded: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(c).saturating_sub(0xfee0)).unwrap_or(c)
            }
            'ー' | '‐' | '−' => '-',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect();
    let fits = (1..=40).contains(&folded.len())
        && folded.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    fits.then_some(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        assert_eq!(required(" 毛布50枚\n足りません ", 20), Ok("毛布50枚\n足りません".to_owned()));
        assert_eq!(required(" \u{3000}\n", 20), Err(BadText::Empty));
        assert_eq!(required(&"ア".repeat(21), 20), Err(BadText::TooLong { chars: 21, max: 20 }));
        assert_eq!(required("a\u{0}b", 20), Err(BadText::Control));
    }

    #[test]
    fn logins_forgive_width_and_case() {
        assert_eq!(login(" Ｄａｉｉｃｈｉ－ＵＫＥ "), Some("daiichi-uke".to_owned()));
        assert_eq!(login("honbu-1"), Some("honbu-1".to_owned()));
        for bad in ["", "a b", "受付", "a/b"] {
            assert_eq!(login(bad), None, "{bad:?}");
        }
    }
}
