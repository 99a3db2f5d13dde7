//! Topic names and filters: what is valid, and which filter is within which right.
//! Stricter than 3.1.1 in three points: no control characters, a length limit, no filters that
//! begin with `$` (`$SYS`, `$share`: not offered).
//! Not here: matching a publish to its subscribers, which the router does.

/// Whether a message may be published to `topic`: not empty, no wildcard, no control character, at
/// most `bytes_max` long. A name that begins with `$` is valid; it reaches nobody.
#[must_use]
pub fn valid_name(topic: &str, bytes_max: usize) -> bool {
    !topic.is_empty()
        && topic.len() <= bytes_max
        && !topic.contains(|c: char| c == '+' || c == '#' || c.is_control())
}

/// Whether `filter` may be subscribed to: wildcards fill their level, `#` stands last, no `$` in
/// front, no control character, at most `bytes_max` long.
#[must_use]
pub fn valid_filter(filter: &str, bytes_max: usize) -> bool {
    if filter.is_empty()
        || filter.len() > bytes_max
        || filter.starts_with('$')
        || filter.contains(char::is_control)
    {
        return false;
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        let last = levels.peek().is_none();
        let whole = level.len() == 1;
        if level.contains('+') && !whole || level.contains('#') && !(whole && last) {
            return false;
        }
    }
    true
}

/// Whether every topic that `narrow` matches is matched by `wide` too. A topic name is a filter as
/// well, so this also tells whether a name is within a right. Both must be valid.
#[must_use]
pub fn covers(wide: &str, narrow: &str) -> bool {
    // A wildcard in front never reaches `$…` (3.1.1, 4.7.2).
    if narrow.starts_with('$') && !wide.starts_with('$') {
        return false;
    }
    let mut narrow_levels = narrow.split('/');
    for wide_level in wide.split('/') {
        if wide_level == "#" {
            return true; // Also the level above: `a/#` matches `a`.
        }
        match narrow_levels.next() {
            Some("#") | None => return false,
            Some(level) if wide_level == "+" || wide_level == level => {}
            Some(_) => return false,
        }
    }
    narrow_levels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::covers;
    use super::valid_filter;
    use super::valid_name;
    use proptest::prelude::*;

    const BYTES_MAX: usize = 256;

    #[test]
    fn filters_are_valid_or_not() {
        for good in ["#", "+", "a/#", "+/+", "/a", "a//b", "避難/+/一", "a/", "/", "a/$b", "+/#"]
        {
            assert!(valid_filter(good, BYTES_MAX), "{good:?} should be a valid filter");
        }
        for bad in ["", "a#", "a/#/b", "+a", "a/b+", "##", "$SYS/#", "$share/g/t", "a\0b", "a\nb"] {
            assert!(!valid_filter(bad, BYTES_MAX), "{bad:?} should not be a valid filter");
        }
        assert!(valid_filter(&"a".repeat(BYTES_MAX), BYTES_MAX));
        assert!(!valid_filter(&"a".repeat(BYTES_MAX + 1), BYTES_MAX), "one byte too long");
    }

    #[test]
    fn names_are_valid_or_not() {
        for good in ["a", "/", "a//b", "避難", "noroshi/device/d1", "$SYS/x", "a b"] {
            assert!(valid_name(good, BYTES_MAX), "{good:?} should be a valid name");
        }
        for bad in ["", "a/#", "+/b", "a\0", "\u{7f}", "a/\u{85}"] {
            assert!(!valid_name(bad, BYTES_MAX), "{bad:?} should not be a valid name");
        }
        assert!(
            !valid_name(&"避".repeat(BYTES_MAX / 3 + 1), BYTES_MAX),
            "bytes count, not letters"
        );
    }

    #[test]
    fn rights_cover_what_lies_within_them() {
        for (wide, narrow) in [
            ("a/#", "a"),
            ("a/#", "a/b/#"),
            ("+/b", "a/b"),
            ("+/+", "+/b"),
            ("#", "a/+"),
            ("#", "#"),
            ("noroshi/bulletin/#", "noroshi/bulletin/+"),
            ("a", "a"),
        ] {
            assert!(covers(wide, narrow), "{wide} should cover {narrow}");
        }
        for (wide, narrow) in [
            ("a/#", "#"),
            ("a/#", "+/b"),
            ("a/#", "ab"),
            ("a/+", "a/#"),
            ("a/+", "a"),
            ("+/+", "#"),
            ("a", "a/b"),
            ("a", "a/#"),
            ("#", "$SYS/x"),
            ("+/x", "$SYS/x"),
            ("a/b", "a"),
            ("noroshi/bulletin/#", "+/bulletin/#"),
            ("noroshi/bulletin/#", "noroshi/+"),
        ] {
            assert!(!covers(wide, narrow), "{wide} must not cover {narrow}");
        }
    }

    /// The standard's matching, written another way: level by level, by recursion.
    fn matches(filter: &[&str], topic: &[&str]) -> bool {
        match (filter, topic) {
            (["#"], _) | ([], []) => true,
            ([level, filter @ ..], [name, topic @ ..]) => {
                (*level == "+" || level == name) && matches(filter, topic)
            }
            ([_, ..], []) | ([], [_, ..]) => false,
        }
    }

    fn filter() -> impl Strategy<Value = String> {
        let levels = prop::collection::vec(prop::sample::select(vec!["a", "b", "+", ""]), 1..4);
        (levels, any::<bool>()).prop_map(|(mut levels, open)| {
            if open {
                levels.push("#");
            }
            levels.join("/")
        })
    }

    /// Every name of up to five levels of three kinds: more than any filter above can tell apart.
    fn names() -> Vec<Vec<&'static str>> {
        let mut all: Vec<Vec<&str>> = vec![vec![]];
        let mut grown = all.clone();
        for _ in 0..5 {
            grown = grown
                .iter()
                .flat_map(|name| ["a", "b", "c", ""].map(|level| [&name[..], &[level]].concat()))
                .collect();
            all.extend(grown.iter().cloned());
        }
        all.retain(|name| !name.is_empty());
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn covering_is_what_matching_says(wide in filter(), narrow in filter()) {
            let split = |filter: &str| filter.split('/').map(str::to_owned).collect::<Vec<_>>();
            let (wide_levels, narrow_levels) = (split(&wide), split(&narrow));
            let wide_levels: Vec<&str> = wide_levels.iter().map(String::as_str).collect();
            let narrow_levels: Vec<&str> = narrow_levels.iter().map(String::as_str).collect();
            let within = names()
                .iter()
                .filter(|name| matches(&narrow_levels, name))
                .all(|name| matches(&wide_levels, name));
            // `+/#` reads the same topics as `#`; refusing that is strict, and it is rare.
            let strict = narrow == "#" && wide == "+/#";
            prop_assert_eq!(covers(&wide, &narrow), within && !strict, "{} over {}", wide, narrow);
        }
    }
}
