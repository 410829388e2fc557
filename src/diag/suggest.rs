//! "Did you mean": the nearest right name, or none where nothing is near.

/// The candidate nearest to `given`, if it is near enough to be a slip of the keyboard.
///
/// The cut-off grows with length: one slip in names of up to four letters, a third of longer ones.
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = given.to_lowercase();
    let allowed = (given.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (strsim::osa_distance(&lower, &c.to_lowercase()), c))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, c)| (*distance, c.len()))
        .map(|(_, c)| c)
}

/// `did you mean `x`?` as help text.
pub fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(given, candidates).map(|c| format!("did you mean `{c}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_offered() {
        assert_eq!(nearest("custmoer", ["Customer", "Project"]), Some("Customer"));
        assert_eq!(nearest("zebra", ["Customer", "Project"]), None);
        assert_eq!(nearest("Nn", ["Nm", "Ad1"]), Some("Nm"));
    }
}
