use super::*;

#[test]
fn every_driver_is_sound_and_has_its_kind_of_list() {
    let mut any = 0;
    for kind in kinds() {
        let driver = builtin(kind).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(driver.server.kind, kind, "the name of the file is the kind");
        let list = driver
            .list_kind()
            .unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert!(!list.reads.is_empty(), "{kind}");
        assert!(
            driver.list.is_some() || driver.server.code.is_some(),
            "{kind}: it has no list"
        );
        let checked = &driver.server.checked;
        let said = checked.starts_with(|c: char| c.is_ascii_digit())
            || checked.starts_with("from the documentation on 20");
        assert!(
            said,
            "{kind}: `checked` is a version or a day of the documentation: {checked}"
        );
        any += 1;
    }
    assert!(any >= 14, "{any}");
}

/// A driver with one list, and what another table makes of it.
fn with(table: &str) -> Result<Driver, String> {
    load(&format!(
        "[server]\nkind = 'gitea'\nname = 'x'\ndocs = 'https://x.example'\nchecked = '1'\n[list]\nget = '/all'\n{table}"
    ))
}

#[test]
fn what_cannot_be_meant_is_refused() {
    assert!(with("").is_ok());
    let bad = [
        ("pages = { by = 'page', size = 50 }", "has no `{page}`"),
        ("pages = { by = 'page' }", "needs `size`"),
        ("pages = { by = 'cursor' }", "need `next`"),
        ("value = 'secret'", "no JSON pointer"),
        ("keep = { a = { at = '/a', fin = 'x' } }", "unknown field"),
        ("keep = { a = 7 }", "is a text, or a table"),
        (
            "[check]\nget = '/x'\nlive = [{ status = 200 }]\ndead = []",
            "true of any page",
        ),
        (
            "[check]\nget = '/x/{secret?}/y'\nlive = [{ status = 401 }]\ndead = []",
            "has to be there",
        ),
        (
            "[create]\npost = '/x'\nvalue = '{name}'",
            "no answer gives `{name}`",
        ),
        ("[create]\npost = '/x'\nvalue = 'hunter2'", "is no secret"),
        ("[create]\npost = '/x'", "no answer gives `{value}`"),
        (
            "[create]\npost = '/x/{old.a}'\nkeep = { value = '/v' }",
            "`{old.a}` is not known",
        ),
        (
            "[replace]\npost = '/x/{scope}'\nkeep = { value = '/v' }",
            "`{scope}` is not known",
        ),
        (
            "[revoke]\ndelete = '//elsewhere.example/'",
            "no path of the server",
        ),
        (
            "[revoke]\ndelete = 'https://elsewhere.example/'",
            "begins with a slash",
        ),
        ("[revoke]\ndelete = '/x'\nget = '/y'", "two requests"),
    ];
    for (table, says) in bad {
        let why = with(table).expect_err(table);
        assert!(why.contains(says), "{table}: {why}");
    }
    let otherwise = "[create]\npost = '/x/{old.a}'\nkeep = { value = '/v' }\notherwise = { 'old.a' = '{owner}' }";
    assert!(with(otherwise).is_ok());
    assert!(with(&otherwise.replace("{owner}", "{old.b}")).is_err());
    assert!(with("[replace]\nput = '/x'\njson = { p = '{new}' }\nvalue = '{new}'").is_ok());
}
