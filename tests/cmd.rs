//! The command line as literate cases: each file of `tests/cmd` is a page that people can read and
//! this test runs. `TRYCMD=overwrite cargo test --test it cmd::` writes what the program says now.
//! What each format makes of the demo repository stands whole beside a `.toml` of its name, so that whatever changes
//! in an output is seen as a difference.
//!
//! A page `x.md` runs in a copy of `x.in`, outside of every repository. No page holds anything in
//! the shape of a credential.

use std::path::PathBuf;

/// Where git is, found as a shell would.
fn git() -> PathBuf {
    let path = std::env::var_os("PATH").expect("a search path");
    std::env::split_paths(&path)
        .flat_map(|dir| [dir.join("git"), dir.join("git.exe")])
        .find(|file| file.is_file())
        .expect("the tests need git")
}

#[test]
fn literate_cases() {
    trycmd::TestCases::new()
        .register_bin("keysweep", trycmd::cargo::cargo_bin!("keysweep"))
        .register_bin("git", trycmd::schema::Bin::Path(git()))
        .env("NO_COLOR", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .case("tests/cmd/*.md")
        .case("tests/cmd/*.toml");
}

#[test]
fn every_format_is_shown_whole() {
    let pages = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd"));
    for format in crate::common::formats() {
        let shown = |verb: &str| pages.join(format!("{verb}{format}.stdout")).is_file();
        assert!(
            shown("demo-") || shown("audit-demo-"),
            "no page shows {format}"
        );
    }
}
