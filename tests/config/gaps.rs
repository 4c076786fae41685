//! Failures that somebody accepts by name.

use crate::common::{Dir, skipped};

/// A shallow clone of a repository with a commit.
fn shallow(config: &str) -> (Dir, Dir) {
    let origin = Dir::repo();
    origin.write("a.txt", "one\n");
    origin.commit("one");
    origin.write("a.txt", "two\n");
    origin.write("keysweep.toml", config);
    origin.commit("two");
    let clone = Dir::new();
    let url = format!("file://{}", origin.path().display());
    clone.git(&["clone", "-q", "--depth", "1", &url, "."]);
    (origin, clone)
}

#[test]
fn a_known_gap_is_accepted_by_name_and_still_told() {
    let (_origin, clone) = shallow("[scan]\n");
    clone.run(&["history"]).ends(2);
    let (_origin, clone) = shallow("[gaps]\naccept = [\"shallow\"]\n");
    let run = clone.run(&["history"]);
    run.ends(0)
        .says("not read, accepted: shallow clone, older history is not here")
        .says("nothing fails within limits (shallow clone, older history is not here, accepted)");
    let report = clone.json(&["history"]);
    assert_eq!(report["summary"]["exit"]["status"], 0);
    assert_eq!(report["summary"]["complete"], false);
    assert_eq!(report["summary"]["skipped"]["accepted"], 1);
    assert_eq!(report["summary"]["skipped"]["failed"], 0);
    assert_eq!(report["skipped"][0]["weight"], "accepted");
    assert_eq!(skipped(&report).len(), 1);
    // Limits of scope are another matter.
    clone.run(&["history", "--strict"]).ends(0);
    for format in ["github", "markdown", "sarif"] {
        clone
            .run(&["history", "--format", format])
            .says("older history is not here");
    }
    clone.run(&["history", "--no-config"]).ends(2);
    clone.run(&["history", "--untrusted"]).ends(2);
    // Other kinds still fail.
    clone
        .run(&["history", "--no-config", "--accept-gap", "missing-object"])
        .ends(2);
    clone
        .run(&["history", "--no-config", "--accept-gap", "shallow-history"])
        .ends(0);
    clone
        .run(&["history", "--accept-gap", "interrupted"])
        .ends(2)
        .complains("the kinds are shallow, partial, permission-denied");
}

#[test]
fn nobody_accepts_that_a_scan_was_stopped() {
    let dir = Dir::repo();
    dir.write("keysweep.toml", "[gaps]\naccept = [\"timed-out\"]\n");
    dir.run(&["scan"])
        .ends(2)
        .complains("keysweep.toml:2: `gaps.accept`: the names are permission-denied");
}
