//! `.keysweepignore`.

use crate::common::{Dir, findings, line, places};

#[test]
fn paths_and_rules_are_hidden_and_counted() {
    let dir = Dir::repo();
    dir.write("fixtures/a.env", line(1));
    dir.write("fixtures/b.env", line(2));
    dir.write("docs/a.md", line(3));
    dir.write("src/c.env", line(4));
    dir.write(
        ".keysweepignore",
        "fixtures/  # made up\n*.md [github-pat]\n!src/\nsrc/*.env [jwt]\n",
    );
    let report = dir.json(&["scan"]);
    assert_eq!(places(&report), ["github-pat src/c.env:1:14"]);
    let summary = &report["summary"]["suppressed"];
    assert_eq!(summary["total"], 3);
    assert_eq!(summary["ignore_file"], 3);
    assert_eq!(summary["ignored_paths"], 3);
    assert_eq!(
        report["suppressed"][0]["suppressed"]["source"],
        ".keysweepignore"
    );
    dir.run(&["scan"])
        .ends(1)
        .says("suppressed: 3 in ignored paths, 3 of them high")
        .says("policy from this repository hides 3 findings and 3 paths");
    dir.run(&["scan", "--show-suppressed"])
        .says("by .keysweepignore:1 -- made up");
    let report = dir.json(&["scan", "--untrusted"]);
    assert_eq!(findings(&report).len(), 4);
    assert_eq!(report["summary"]["suppressed"]["total"], 0);
}

#[test]
fn the_file_at_the_repository_s_top_counts_wherever_the_scan_starts() {
    let dir = Dir::repo();
    dir.write("src/a.env", line(1));
    dir.write("src/.keysweepignore", "*\n");
    dir.run(&["scan"]).ends(1);
    dir.write(".keysweepignore", "src/a.env\n");
    dir.run(&["scan"]).ends(0);
    dir.run(&["scan", "src"]).ends(0);
    dir.run(&["scan", "src/a.env"]).ends(0);
}
