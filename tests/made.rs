//! The generated cases of `cargo bench --bench accuracy`: the same every time, and none without content.

use std::collections::{BTreeMap, BTreeSet};

use keysweep::detect::Scanner;

#[allow(dead_code, reason = "the bench needs the rest")]
#[path = "../benches/accuracy/made/mod.rs"]
mod generated;

use generated::case::Case;
use generated::fill::Words;

#[test]
fn the_same_passwords_are_made_each_time() {
    let passwords = generated::passwords(&Words::read());
    assert_eq!(passwords.len(), generated::PASSWORDS);
    assert_eq!(passwords, generated::passwords(&Words::read()));
    let different: BTreeSet<&String> = passwords.iter().collect();
    assert_eq!(different.len(), passwords.len());
}

#[test]
fn every_class_of_cases_has_files_of_its_own_and_shows_where_its_credential_stands() {
    let cases = generated::all(&Scanner::new(keysweep::builtin::set()));
    let files: BTreeSet<String> = cases.iter().map(Case::file).collect();
    assert_eq!(files.len(), cases.len(), "no file holds two cases");
    let mut rows: BTreeMap<_, usize> = BTreeMap::new();
    for case in &cases {
        let wrong = "a pattern was not filled";
        assert!(
            !case.text.contains(['«', '»', '§']),
            "{wrong}: {}",
            case.text
        );
        assert!(
            !case.path.contains(['«', '»', '§']),
            "{wrong}: {}",
            case.path
        );
        if let Some(value) = &case.value {
            let value = case.text.get(value.clone());
            assert!(value.is_some_and(|value| !value.is_empty()), "{case:?}");
        }
        *rows.entry((case.part, &case.row)).or_default() += 1;
    }
    // A rule of which every form has several lines is seen in its examples only.
    let few: Vec<_> = rows.iter().filter(|(_, cases)| **cases < 2).collect();
    assert!(few.is_empty(), "{few:?}");
}
