//! Where members are shown: in the index, in history, in every format.

use super::make::{Zip, gzip, tar};
use crate::common::{Dir, findings, line, members, skipped};

#[test]
fn news_in_the_index_counts_members() {
    let dir = Dir::repo();
    let zip = |lines: &[(&str, String)]| {
        let mut zip = Zip::default();
        for (name, line) in lines {
            zip = zip.deflated(name, line.as_bytes());
        }
        zip.end()
    };
    dir.write("a.zip", zip(&[("a.env", line(1))]));
    dir.write("notes", "text");
    dir.commit("one");
    // Packed anew, with another member and more text: the old value is no news.
    dir.write(
        "a.zip",
        zip(&[("readme", "text".to_owned()), ("a.env", line(1))]),
    );
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(0);
    // Moved inside: no news either.
    dir.write("a.zip", zip(&[("conf/a.env", line(1))]));
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(0);
    // Another value is, and a second place of the old one.
    dir.write(
        "a.zip",
        zip(&[("a.env", line(1)), ("b.env", line(1)), ("c.env", line(2))]),
    );
    dir.git(&["add", "-A"]);
    let report = dir.json(&["staged"]);
    assert_eq!(members(&report), ["a.zip!b.env:1:14", "a.zip!c.env:1:14"]);
    // Unpacked, a value is no news: it left as many places as it came to.
    dir.git(&["rm", "-q", "--cached", "a.zip"]);
    dir.write("a.env", line(1));
    dir.git(&["add", "a.env"]);
    dir.run(&["staged"]).ends(0);
}

#[test]
fn an_archive_in_the_index_that_cannot_be_read_is_told() {
    let dir = Dir::repo();
    let whole = gzip(&line(1).repeat(100).into_bytes());
    dir.write("a.gz", &whole[..whole.len() - 20]);
    dir.git(&["add", "-A"]);
    let report = dir.json(&["staged"]);
    assert_eq!(report["summary"]["complete"], false);
    assert!(skipped(&report)[0].starts_with("corrupt-archive a.gz"));
}

#[test]
fn history_names_what_it_could_not_read_by_its_first_path() {
    let dir = Dir::repo();
    let whole = gzip(&line(1).repeat(100).into_bytes());
    dir.write("z/first.gz", &whole[..whole.len() - 20]);
    dir.commit("Add it");
    dir.git(&["mv", "z/first.gz", "a.gz"]);
    dir.commit("Move it");
    dir.write("loud.bin", "loud".repeat(10_000));
    dir.commit("Add what is too large");
    let report = dir.json(&["history", "--max-file-size", "20K"]);
    let skipped = skipped(&report);
    assert_eq!(skipped.len(), 2, "{skipped:?}");
    assert!(
        skipped[0].starts_with("corrupt-archive z/first.gz"),
        "{skipped:?}"
    );
    assert!(skipped[1].starts_with("too-large loud.bin"), "{skipped:?}");
}

#[test]
fn history_knows_who_brought_a_member() {
    let dir = Dir::repo();
    let pack = |n: u64| gzip(&tar(&[("conf/a.env", line(n).as_bytes()), ("b", b"text")]));
    dir.write("old/backup.tgz", pack(1));
    dir.commit("Add the backup");
    let added = dir.git(&["rev-parse", "HEAD"]);
    dir.git(&["mv", "old", "new"]);
    dir.commit("Move the backup");
    dir.write("new/backup.tgz", pack(2));
    dir.commit("Another backup");
    dir.git(&[
        "repack",
        "-q",
        "-a",
        "-d",
        "-f",
        "--window=10",
        "--depth=10",
    ]);
    let report = dir.json(&["history"]);
    assert_eq!(skipped(&report), Vec::<String>::new());
    assert_eq!(
        members(&report),
        [
            "new/backup.tgz!conf/a.env:1:14",
            "new/backup.tgz!conf/a.env:1:14",
            "old/backup.tgz!conf/a.env:1:14",
        ]
    );
    let gone = findings(&report)
        .iter()
        .find(|finding| finding["timeline"]["at_head"] == false)
        .expect("the first value is gone");
    assert_eq!(gone["timeline"]["first"]["id"], added.as_str());
    assert_eq!(gone["timeline"]["first"]["subject"], "Add the backup");
    assert_eq!(gone["timeline"]["removed"]["subject"], "Another backup");
}

#[test]
fn an_archive_that_is_stored_as_a_difference_is_opened_all_the_same() {
    let dir = Dir::repo();
    // Random bytes make git store the second version as a difference to the first.
    let noise: Vec<u8> = (0u64..8_000)
        .flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes())
        .collect();
    let zip = |extra: Option<u64>| {
        let mut zip = Zip::default().stored("noise", &noise);
        if let Some(n) = extra {
            zip = zip.deflated("a.env", line(n).as_bytes());
        }
        zip.end()
    };
    dir.write("a.zip", zip(None));
    dir.commit("one");
    dir.write("a.zip", zip(Some(1)));
    dir.commit("two");
    dir.write("a.zip", zip(Some(2)));
    dir.commit("three");
    dir.git(&[
        "repack",
        "-q",
        "-a",
        "-d",
        "-f",
        "--window=10",
        "--depth=10",
    ]);
    let pack = dir.git(&["count-objects", "-v"]);
    assert!(pack.contains("in-pack"), "{pack}");
    for args in [&["history"][..], &["history", "--full"]] {
        let report = dir.json(args);
        assert_eq!(members(&report), ["a.zip!a.env:1:14", "a.zip!a.env:1:14"]);
    }
}

#[test]
fn a_credential_file_in_an_archive() {
    // By the member's own name: PKCS#12 begins with a sequence.
    let dir = Dir::repo();
    let store = [&[0x30, 0x82, 0x0a, 0x0b, 2, 1, 3][..], &[7; 300]].concat();
    dir.write(
        "a.zip",
        Zip::default().deflated("keys/server.p12", &store).end(),
    );
    dir.write("server.p12", &store);
    dir.commit("one");
    for verb in ["scan", "history"] {
        let report = dir.json(&[verb]);
        let found = members(&report);
        assert!(
            found.contains(&"a.zip!keys/server.p12:1:1".to_owned()),
            "{verb}: {found:?}"
        );
        assert!(
            found.contains(&"server.p12:1:1".to_owned()),
            "{verb}: {found:?}"
        );
    }
}

#[test]
fn the_place_of_a_member_weighs_as_a_path() {
    let dir = Dir::new();
    // A password in an example is not what it is elsewhere.
    let text = format!(
        "password = \"{}\"\n",
        crate::common::expand("{alnum:14}", 5)
    );
    let zip = Zip::default()
        .deflated("examples/a.env", text.as_bytes())
        .end();
    dir.write("a.zip", zip);
    let run = dir.run(&["scan", "--format", "json"]);
    run.ends(0);
    let report = run.json();
    assert_eq!(members(&report).len(), 1);
    assert_eq!(findings(&report)[0]["places"][0]["kind"], "example");
    assert_eq!(findings(&report)[0]["folded"], true);
}

#[test]
fn standard_input_can_be_an_archive() {
    let dir = Dir::new();
    let run = dir.feed(
        &["scan", "-", "--stdin-name", "in.tgz", "--format", "json"],
        &gzip(&tar(&[("a.env", line(1).as_bytes())])),
    );
    assert_eq!(members(&run.json()), ["in.tgz!a.env:1:14"]);
}

#[test]
fn every_format_names_the_member() {
    let dir = Dir::repo();
    let inner = tar(&[("b c/a.env", format!("\n\n{}", line(1)).as_bytes())]);
    dir.write("d/a.zip", Zip::default().deflated("x.tar", &inner).end());
    let run = dir.run(&["scan"]);
    run.ends(1).says("d/a.zip!x.tar!b c/a.env:3:14");
    let run = dir.run(&["scan", "--format", "github"]);
    run.ends(1)
        .says("::error file=d/a.zip,line=1,title=")
        .says("::d/a.zip!x.tar!b c/a.env:3:14: ");
    let log = dir.run(&["scan", "--format", "sarif"]).json();
    let result = &log["runs"][0]["results"][0];
    let text = result["message"]["text"].as_str().expect("text");
    assert!(
        text.contains("in the archive's member x.tar!b c/a.env, line 3"),
        "{text}"
    );
    let place = &result["locations"][0];
    let physical = &place["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "d/a.zip");
    assert_eq!(physical["region"]["startLine"], 1);
    let logical = &place["logicalLocations"][0];
    assert_eq!(logical["name"], "a.env");
    assert_eq!(logical["fullyQualifiedName"], "d/a.zip!x.tar!b c/a.env");
    let schema = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/report.schema.json"
    ));
    let schema = serde_json::from_str(&schema.expect("it is there")).expect("JSON");
    let report = dir.json(&["scan"]);
    assert!(jsonschema::is_valid(&schema, &report));
    let fingerprint = &findings(&report)[0]["fingerprint"];
    dir.write("a.env", line(1));
    let both = dir.json(&["scan"]);
    assert_eq!(findings(&both).len(), 1, "one value, two places");
    assert_eq!(&findings(&both)[0]["fingerprint"], fingerprint);
}

#[test]
fn ranges_know_members() {
    let dir = Dir::repo();
    let pack = |n: u64| {
        Zip::default()
            .deflated("conf/a.env", line(n).as_bytes())
            .end()
    };
    dir.write("old.zip", pack(1));
    dir.commit("one");
    // Packed anew in another place: no news. Another value is.
    dir.git(&["mv", "old.zip", "new.zip"]);
    dir.write(
        "more.zip",
        Zip::default().stored("inner.zip", &pack(2)).end(),
    );
    dir.write("locked/x.7z", b"7z\xbc\xaf\x27\x1c\x00\x04");
    dir.commit("two");
    dir.git(&["rm", "-q", "more.zip"]);
    dir.commit("three");
    let report = dir.json(&["history", "--range", "HEAD~2..HEAD"]);
    assert_eq!(members(&report), ["more.zip!inner.zip!conf/a.env:1:14"]);
    let place = &findings(&report)[0]["places"][0];
    assert_eq!(place["at_head"], false);
    assert_eq!(place["introduced"]["subject"], "two");
    assert_eq!(skipped(&report).len(), 1);
    assert!(
        skipped(&report)[0].contains(" locked/x.7z"),
        "{:?}",
        skipped(&report)
    );
}

#[test]
fn a_value_in_the_name_of_a_member_is_found_in_every_format() {
    let dir = Dir::new();
    let name = format!("{}.txt", crate::common::token(1));
    let plain = gzip(&tar(&[(name.as_str(), b"nothing\n".as_slice())]));
    let outer = gzip(&tar(&[("inner.tar.gz", plain.as_slice())]));
    dir.write("plain.tar.gz", plain);
    dir.write("outer.tgz", outer);
    for (archive, member) in [
        ("plain.tar.gz", "(name of a member)"),
        ("outer.tgz", "inner.tar.gz!(name of a member)"),
    ] {
        let report = dir.json(&["scan", archive]);
        let all = findings(&report);
        assert_eq!(all.len(), 1, "{archive}: {report}");
        assert_eq!(all[0]["places"][0]["member"], member, "{archive}");
        let text = dir.run(&["scan", archive]).text();
        assert!(!text.contains(&crate::common::token(1)), "{text}");
    }
}
