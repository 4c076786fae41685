//! "Did you mean": the closest of the known names.

/// The known name with the smallest edit distance to `word`, if it is near enough to be a typo.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::levenshtein(word, name), name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_recognised_and_nonsense_is_not() {
        assert_eq!(closest("patern", ["pattern", "near"]), Some("pattern"));
        assert_eq!(closest("zzzzzzz", ["pattern", "near"]), None);
    }
}
