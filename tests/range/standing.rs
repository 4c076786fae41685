//! News is about a value and how much it counts where it stands: what leaves a place where it is
//! hidden, or counts for less, is new; what goes into one is not.

use serde_json::Value;

use crate::common::{Dir, expand, findings, line, token};

/// One way of standing where a value does not count, and of coming out of it.
struct Way {
    name: &'static str,
    /// Policy files that hold on both sides.
    policy: fn(&Dir),
    /// The file in which the value does not count, and the one in which it does.
    hidden: (&'static str, fn() -> String),
    live: (&'static str, fn() -> String),
}

fn plain() -> String {
    line(1)
}

fn allowed() -> String {
    format!("# keysweep:allow -- made up\n{}", line(1))
}

fn password() -> String {
    format!("db_password = \"{}\"\n", expand("{alnum:9}#{alnum:7}", 5))
}

fn yaml() -> String {
    password().replacen(" =", ":", 1)
}

fn module(attribute: &str) -> String {
    format!(
        "{attribute}\nmod inside {{\n    const A: &str = \"{}\";\n}}\n",
        token(1)
    )
}

/// A function of Python that begins with a text, or gives it.
fn function(gives: &str) -> String {
    let value = expand("{alnum:32}", 6);
    format!("def a():\n    {gives}\"\"\"Data\n      {{\"password\": \"{value}\"}}\n    \"\"\"\n")
}

fn nothing(_: &Dir) {}

const IN: &str = "fixtures/a.env";
const OUT: &str = "a.env";

const WAYS: &[Way] = &[
    Way {
        name: "an ignored path",
        policy: |dir| dir.write(".keysweepignore", "fixtures/\n"),
        hidden: (IN, plain),
        live: (OUT, plain),
    },
    Way {
        name: "a path ignored for the rule",
        policy: |dir| dir.write(".keysweepignore", "fixtures/ [github-pat]\n"),
        hidden: (IN, plain),
        live: (OUT, plain),
    },
    Way {
        name: "an excluded path",
        policy: |dir| dir.write("keysweep.toml", "[scan]\nexclude = [\"fixtures/\"]\n"),
        hidden: (IN, plain),
        live: (OUT, plain),
    },
    Way {
        name: "an entry of the baseline for a path",
        policy: |dir| {
            dir.write(IN, line(1));
            dir.run(&["baseline", "create"]).ends(0);
            let file = dir.path().join(".keysweep-baseline");
            let text = std::fs::read_to_string(&file).expect("it was made");
            let entry = " github-pat ";
            assert!(text.contains(entry), "{text}");
            let limited = text.replace(entry, " github-pat path=fixtures/** ");
            std::fs::write(&file, limited).expect("writable");
        },
        hidden: (IN, plain),
        live: (OUT, plain),
    },
    Way {
        name: "a comment",
        policy: nothing,
        hidden: (OUT, allowed),
        live: (OUT, plain),
    },
    Way {
        name: "a comment in another file",
        policy: nothing,
        hidden: (IN, allowed),
        live: (OUT, plain),
    },
    Way {
        name: "a password among tests",
        policy: nothing,
        hidden: ("tests/db.py", password),
        live: ("src/db.py", password),
    },
    Way {
        name: "tests inside a program",
        policy: nothing,
        hidden: ("src/a.rs", || module("#[cfg(test)]")),
        live: ("src/a.rs", || module("#[cfg(unix)]")),
    },
    Way {
        name: "a name that says example",
        policy: nothing,
        hidden: ("a.yml", || format!("example:\n  {}", yaml())),
        live: ("a.yml", || format!("settings:\n  {}", yaml())),
    },
    Way {
        name: "an example in a comment",
        policy: nothing,
        hidden: ("a.yml", || format!("# for example: {}", yaml())),
        live: ("a.yml", yaml),
    },
    Way {
        name: "the text that describes a function",
        policy: nothing,
        hidden: ("src/a.py", || function("")),
        live: ("src/a.py", || function("return ")),
    },
    Way {
        name: "a file rule's name",
        policy: nothing,
        hidden: ("data.bin", || "0".repeat(300)),
        live: ("store.p12", || "0".repeat(300)),
    },
];

/// The base with `first`, a commit of `second` on top, and the same staged on the base.
fn reports(way: &Way, first: (&str, fn() -> String), second: (&str, fn() -> String)) -> [Value; 2] {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    (way.policy)(&dir);
    let _ = std::fs::remove_file(dir.path().join(IN));
    dir.write(first.0, first.1());
    dir.commit("base");
    std::fs::remove_file(dir.path().join(first.0)).expect("it was written");
    dir.write(second.0, second.1());
    dir.git(&["add", "-A", "-f"]);
    let low = ["--min-severity", "info"];
    let staged = dir.json(&[&["staged"][..], &low].concat());
    dir.commit("change");
    let range = dir.json(&[&["history", "--range", "HEAD^..HEAD"][..], &low].concat());
    [staged, range]
}

#[test]
fn what_leaves_a_place_where_it_does_not_count_is_new() {
    for way in WAYS {
        for report in reports(way, way.hidden, way.live) {
            let mode = &report["run"]["mode"];
            let all = findings(&report);
            assert_eq!(all.len(), 1, "{}, {mode}", way.name);
            assert_eq!(all[0]["places"][0]["path"], way.live.0, "{}", way.name);
        }
    }
}

#[test]
fn what_stays_or_goes_where_it_does_not_count_is_not() {
    let counts = |report: &Value| {
        let suppressed = report["summary"]["suppressed"]["total"].clone();
        (
            findings(report).len(),
            suppressed.as_u64().expect("a number"),
        )
    };
    for way in WAYS {
        for report in reports(way, way.live, way.hidden) {
            let mode = &report["run"]["mode"];
            assert_eq!(counts(&report), (0, 0), "{}, {mode}: into it", way.name);
        }
        let moved = ("fixtures/moved.env", way.hidden.1);
        if way.hidden.0 == IN {
            for report in reports(way, way.hidden, moved) {
                let mode = &report["run"]["mode"];
                assert_eq!(counts(&report), (0, 0), "{}, {mode}: within it", way.name);
            }
        }
    }
}

#[test]
fn a_rule_for_other_paths_does_not_make_a_value_known() {
    let dir = Dir::repo();
    let rule = "[[rule]]\nid = \"house-key\"\nname = \"House key\"\nseverity = \"high\"\n\
                pattern = '(?P<secret>hk_[0-9a-z]{30})'\nwhere = { ext = [\"env\"] }\n";
    std::fs::write(dir.outside("own.toml"), rule).expect("writable");
    let rules = dir.outside("own.toml");
    let rules = rules.to_str().expect("plain");
    dir.write("a.txt", format!("k={}\n", expand("hk_{lower:30}", 1)));
    dir.commit("base");
    dir.git(&["mv", "a.txt", "a.env"]);
    let staged = dir.json(&["staged", "--rules", rules]);
    assert_eq!(findings(&staged).len(), 1);
    dir.commit("change");
    let range = dir.json(&["history", "--range", "HEAD^..", "--rules", rules]);
    assert_eq!(findings(&range).len(), 1);
}

#[test]
fn an_uncovered_value_among_covered_ones_is_the_one_that_is_told() {
    let dir = Dir::repo();
    let allow = "# keysweep:allow\n";
    dir.write("a.env", [allow, &line(1), allow, &line(2)].concat());
    dir.commit("base");
    dir.write("a.env", [allow, &line(1), "\n", &line(2)].concat());
    dir.commit("change");
    let report = dir.json(&["history", "--range", "HEAD^..", "--show-secrets"]);
    let values: Vec<&Value> = findings(&report).iter().map(|f| &f["value"]).collect();
    assert_eq!(values, [token(2).as_str()]);
    assert_eq!(report["summary"]["suppressed"]["total"], 0);
}
