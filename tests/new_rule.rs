//! `keysweep rules new`: a rule from samples, of which nothing is kept.

use crate::common::{Dir, Run, expand, findings};

/// Samples by templates, a line each.
fn samples(templates: &[(&str, u64)]) -> String {
    let lines = templates.iter();
    lines
        .map(|(template, seed)| expand(template, *seed) + "\n")
        .collect()
}

fn new(dir: &Dir, args: &[&str], input: &[u8]) -> Run {
    let mut all = vec!["rules", "new"];
    all.extend(args);
    dir.feed(&all, input)
}

/// No output has six characters in a row of what is drawn in a sample.
#[track_caller]
fn keeps_nothing(run: &Run, samples: &str, front: &str) {
    let all = format!("{}{}", run.text(), run.errors());
    for sample in samples.lines() {
        let drawn = sample.strip_prefix(front).unwrap_or(sample);
        let letters: Vec<char> = drawn.chars().collect();
        for piece in letters.windows(6) {
            let piece: String = piece.iter().collect();
            assert!(!all.contains(&piece), "`{piece}` of a sample in: {all}");
        }
    }
}

/// Every alphabet: the file passes `rules check`, finds siblings of the sample and no near misses.
#[test]
fn a_sample_of_every_alphabet_makes_a_rule_that_finds_its_siblings() {
    for template in [
        "acme_{alnum:36}",
        "acme_{hex:40}",
        "acme_{HEX:40}",
        "acme_{digit:40}",
        "acme_{lower:40}",
        "acme_{upper:40}",
        "acme_{lowernum:40}",
        "acme_{uppernum:40}",
        "acme_{base32:40}",
        "acme.{word:20}_{word:19}",
        "acme.{base64url:20}-{base64url:19}",
        "acme.{base64:20}+{base64:19}==",
        "acme_{uuid}",
        "acme_live_{alnum:24}.{hex:32}",
    ] {
        let dir = Dir::new();
        let sample = samples(&[(template, 1)]);
        let run = new(
            &dir,
            &["--id", "acme-key", "-o", "my.toml"],
            sample.as_bytes(),
        );
        run.ends(0).complains("keysweep rules check");
        keeps_nothing(&run, &sample, "acme_live_");
        let file = std::fs::read_to_string(dir.path().join("my.toml")).expect("written");
        let written = Run {
            status: None,
            out: file.into_bytes(),
            err: Vec::new(),
        };
        keeps_nothing(&written, &sample, "acme_live_");
        dir.run(&["rules", "check", "my.toml"])
            .ends(0)
            .says("1 rule, 4 examples, 0 wrong");
        let sibling = format!("SOME={}\n", expand(template, 7));
        let found = |text: &str| {
            dir.write("a.txt", text);
            let report = dir.json(&[
                "scan",
                "a.txt",
                "--rules",
                "my.toml",
                "--min-confidence",
                "low",
            ]);
            findings(&report)
                .iter()
                .any(|row| row["rule"] == "acme-key")
        };
        assert!(found(&sibling), "{template}");
        assert!(!found(&sibling.replacen("acme", "akme", 1)), "{template}");
        assert!(
            !found(&format!("SOME={}<your-key>\n", &template[..5])),
            "{template}"
        );
    }
}

#[test]
fn several_samples_make_the_form_of_all_of_them() {
    let dir = Dir::new();
    let text = samples(&[
        ("AKME{uppernum:20}", 1),
        ("AKME{uppernum:20}", 2),
        ("AKME{uppernum:24}", 3),
    ]);
    let run = new(&dir, &[], text.as_bytes());
    run.ends(0)
        .says("id = \"akme-token\"")
        .says("pattern = \"AKME[0-9A-Z]{20,24}\"")
        .says("{uppernum:24}");
    keeps_nothing(&run, &text, "AKME");
    // One of them alone shows nothing that is fixed.
    let one = samples(&[("AKME{uppernum:20}", 1)]);
    let run = new(&dir, &[], one.as_bytes());
    run.ends(2)
        .complains("--beside NAME; or give several samples");
    keeps_nothing(&run, &one, "");
}

#[test]
fn without_anything_fixed_a_word_stands_beside_it() {
    let dir = Dir::new();
    let text = samples(&[("{hex:40}", 1)]);
    let run = new(
        &dir,
        &["--beside", "Acme", "-o", "my.toml"],
        text.as_bytes(),
    );
    run.ends(0);
    keeps_nothing(&run, &text, "");
    dir.run(&["rules", "check", "my.toml"]).ends(0);
    let file = std::fs::read_to_string(dir.path().join("my.toml")).expect("written");
    assert!(file.contains("words = [\"acme\"]"), "{file}");
    assert!(file.contains("value = \"[0-9a-f]{40}\""), "{file}");
    // A second rule is added behind the first, and no id twice.
    let run = new(
        &dir,
        &["--beside", "acme", "-o", "my.toml"],
        text.as_bytes(),
    );
    run.ends(2).complains("has a rule `acme-secret` already");
    let more = samples(&[("acme_{alnum:36}", 1)]);
    new(
        &dir,
        &["--name", "Acme API key", "-o", "my.toml"],
        more.as_bytes(),
    )
    .ends(0);
    dir.run(&["rules", "check", "my.toml"])
        .ends(0)
        .says("2 rules");
}

/// Many at once lose nothing: the file is read again under a lock.
#[test]
fn rules_that_are_added_at_once_are_all_there() {
    let dir = Dir::new();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let dir = dir.path();
            scope.spawn(move || {
                use std::io::Write as _;
                let id = format!("own-{number}");
                let args = ["rules", "new", "--id", &id, "-o", "my.toml"];
                let mut command = crate::common::command(&dir, &args);
                let mut child = command
                    .stdin(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::null())
                    .spawn()
                    .expect("it starts");
                let sample = expand(["owna", "ownb", "ownc", "ownd"][number as usize], 0)
                    + "_"
                    + &expand("{alnum:30}", number);
                let mut stdin = child.stdin.take().expect("piped");
                stdin.write_all(sample.as_bytes()).expect("it reads");
                drop(stdin);
                assert!(child.wait().expect("it ends").success());
            });
        }
    });
    dir.run(&["rules", "check", "my.toml"])
        .ends(0)
        .says("4 rules");
}

#[test]
fn a_sample_as_an_argument_is_refused_and_not_repeated() {
    let dir = Dir::new();
    let sample = samples(&[("acme_{alnum:36}", 1)]);
    let run = dir.run(&["rules", "new", sample.trim()]);
    run.ends(2).complains("list of processes");
    keeps_nothing(&run, &sample, "");
}

#[test]
fn hostile_samples_are_refused_without_a_word_of_them() {
    let dir = Dir::new();
    let long = expand("acme_{alnum:4000}", 1).repeat(300);
    let wide = expand("acme_{alnum:600}", 1);
    let value = expand("acme_{alnum:36}", 1);
    let control = format!("acme_{}\u{1b}[2J{value}", expand("{alnum:8}", 2));
    let pair = format!("ACME_KEY={value}");
    let quoted = format!("\"{value}\"");
    for (input, says) in [
        (b"".as_slice(), "there is no sample"),
        (b"\n\r\n", "there is no sample"),
        (long.as_bytes(), "more than 64 KiB"),
        (wide.as_bytes(), "longer than 512 characters"),
        (
            control.as_bytes(),
            "line 1 of the samples has blanks, control characters",
        ),
        (
            b"acme_\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6",
            "letters outside ASCII",
        ),
        (pair.as_bytes(), "without its name"),
        (quoted.as_bytes(), "without its name"),
        (
            b"acme_aaaaaaaaaaaaaaaaaaaaaaaaaa",
            "does not look as if a machine had drawn it",
        ),
        (b"acme_aB", "too broad"),
    ] {
        let run = new(&dir, &[], input);
        run.ends(2).complains(says);
        assert_eq!(run.text(), "");
        keeps_nothing(&run, &String::from_utf8_lossy(input), "acme_");
    }
    // What is known already needs no rule.
    let token = crate::common::token(1);
    new(&dir, &[], token.as_bytes())
        .ends(2)
        .complains("`github-pat` finds such values already");
}
