//! What the documentation says is true of the program.

mod address;
mod console;
mod failing;

use std::path::{Path, PathBuf};
use std::process::Command;

use keysweep::finding::Reason;
use keysweep::rule::{Check, FactDecoder, RuleSet, load_file};

use crate::common::Dir;

const README: &str = include_str!("../README.md");
const RULES: &str = include_str!("../docs/rules.md");

/// The README and the pages below `docs/`.
fn pages() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = vec![top.join("README.md")];
    for entry in std::fs::read_dir(top.join("docs"))
        .expect("readable")
        .flatten()
    {
        if entry.path().extension().is_some_and(|ext| ext == "md") {
            out.push(entry.path());
        }
    }
    out.sort();
    out
}

/// All documents.
fn documents() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = pages();
    out.extend(["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| top.join(name)));
    out
}

/// A document and its name for messages.
fn read(path: &Path) -> (String, String) {
    let text = std::fs::read_to_string(path).expect("UTF-8");
    (path.display().to_string(), text)
}

#[test]
fn the_rules_of_the_manual_load_beside_the_built_in_ones() {
    let (_, rest) = RULES
        .split_once("```toml\n")
        .expect("the manual shows a rule file");
    let (text, _) = rest.split_once("```").expect("the block ends");
    let rules = load_file("rules.md", text).expect("the example is right");
    assert_eq!(rules.len(), 3, "one of each kind");
    let mut all: RuleSet = keysweep::builtin::set();
    all.extend(rules).expect("the ids are free");
}

/// The error for an unknown key lists the known ones; the manual has a row for each.
#[test]
fn the_manual_has_every_key_check_and_decoder_of_a_rule() {
    let error = load_file("a.toml", "[[rule]]\nnonsense = 1\n").expect_err("no such key");
    let (_, known) = error
        .message
        .split_once("expected")
        .expect("the known keys");
    let keys: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    assert!(keys.len() > 20, "{}", error.message);
    for key in keys {
        assert!(RULES.contains(&format!("\n| `{key}` |")), "{key}");
    }
    let checks = Check::ALL.iter().map(|check| check.name());
    let decoders = FactDecoder::ALL.iter().map(|decoder| decoder.name());
    for name in checks.chain(decoders) {
        assert!(RULES.contains(&format!("`{name}`")), "{name}");
    }
}

/// `docs/exit-status.md` has every kind of gap that can be accepted, and says so of no other.
#[test]
fn the_manual_has_every_kind_of_gap() {
    let page = include_str!("../docs/exit-status.md");
    let (_, page) = page.split_once("| kind |").expect("the first table");
    let (failing, _) = page.split_once("| reason |").expect("the second table");
    for reason in Reason::ACCEPTABLE {
        let code = reason.code();
        assert!(failing.contains(&format!("`{code}`")), "{code}");
    }
}

/// Each option of each command has a place in `docs/commands.md`.
#[test]
fn the_manual_has_every_option() {
    let page = include_str!("../docs/commands.md");
    let dir = Dir::new();
    let mut options = 0;
    for verb in [
        "scan", "staged", "history", "audit", "hook", "baseline", "allow", "rules", "explain",
    ] {
        let help = dir.run(&[verb, "--help"]).ends(0).text();
        for word in help.split([' ', '\n', '`', ',', ']']) {
            if word.starts_with("--") && word.len() > 2 {
                assert!(page.contains(word), "{verb} {word}");
                options += 1;
            }
        }
    }
    assert!(options > 100, "{options}");
}

/// The lines of a finding that the README explains are lines of the finding that it shows.
#[test]
fn the_readme_explains_lines_that_it_shows() {
    let (_, rest) = README
        .split_once("$ keysweep history\n")
        .expect("the session");
    let (shown, _) = rest.split_once("\n\n").expect("the first finding ends");
    let (_, rest) = README
        .split_once("\n## What one finding says\n")
        .expect("the section");
    let (table, _) = rest.split_once("\n## ").expect("it ends");
    let mut rows = 0;
    for row in table.lines().filter_map(|line| line.strip_prefix("| `")) {
        let (part, _) = row.split_once("` |").expect("a cell ends");
        assert!(shown.contains(part), "`{part}` in: {shown}");
        rows += 1;
    }
    // Drawings begin with a bar.
    let told = shown.lines().skip(1);
    for line in told.filter(|line| !line.starts_with("  |")) {
        let word = line.split_whitespace().next().expect("a word");
        assert!(table.contains(&format!("| `{word}")), "{word} is explained");
    }
    assert!(rows > 7, "{rows}");
}

/// Prose is folded; a table's row, a picture or a command cannot be.
#[test]
fn no_line_of_prose_is_wider_than_110_characters() {
    let security = Path::new(env!("CARGO_MANIFEST_DIR")).join("SECURITY.md");
    for path in pages().into_iter().chain([security]) {
        let (name, text) = read(&path);
        let mut code = false;
        for (index, line) in text.lines().enumerate() {
            code ^= line.starts_with("```");
            let folds = !code && !line.starts_with(['|', '!', '#']);
            let width = line.chars().count();
            assert!(
                !folds || width <= 110,
                "{name}:{}: {width}: {line}",
                index + 1
            );
        }
    }
}

#[test]
fn the_manual_promises_no_more_rules_than_there_are() {
    let page = include_str!("../docs/detection.md");
    let (_, rest) = page.split_once("More than ").expect("the sentence");
    let promised: usize = rest
        .chars()
        .take_while(|c| *c != ' ')
        .filter(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .expect("a number");
    let set = keysweep::builtin::set();
    let on = set.rules.iter().filter(|rule| rule.on).count();
    assert!(on > promised, "{on} rules, {promised} promised");
}

/// Language and text of the blocks below a heading of the README.
fn blocks(heading: &str) -> Vec<(&'static str, &'static str)> {
    let (_, rest) = README
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("the README has no section {heading}"));
    let section = rest.split("\n## ").next().unwrap_or_default();
    section
        .split("```")
        .skip(1)
        .step_by(2)
        .map(|block| block.split_once('\n').expect("a language"))
        .collect()
}

/// The blocks of the three ways to use it are taken from the README by the tests that run them:
/// `tests/hook` and `tests/action/manual.rs`. Here it is held that there are no others.
#[test]
fn the_three_ways_show_nothing_that_no_test_runs() {
    let hook = blocks("As a pre-commit hook");
    let (words, audit) = ("uses: KEYSWEEP_ADDRESS@COMMIT\n", blocks("Audit a history"));
    // What the hook says is held by `console`.
    let [config, framework, plain, ("console", _)] = hook[..] else {
        panic!("four blocks: {hook:?}");
    };
    assert!(config.0 == "yaml" && config.1.contains("- id: keysweep\n"));
    assert!(framework.0 == "sh" && framework.1.starts_with("pre-commit install "));
    assert_eq!(framework.1.lines().count(), 1);
    assert_eq!(plain, ("sh", "keysweep hook install\n"));
    let action = blocks("As a GitHub Action");
    assert_eq!(action.len(), 2);
    for (language, text) in action {
        assert!(language == "yaml" && text.contains(words), "{text}");
    }
    let [(language, text)] = audit[..] else {
        panic!("one block: {audit:?}");
    };
    assert_eq!(language, "sh");
    assert!(text.starts_with("git clone --mirror REPOSITORY "), "{text}");
}

#[test]
fn every_format_is_named() {
    let page = include_str!("../docs/formats.md");
    for format in crate::common::formats() {
        assert!(page.contains(&format!("\n| `{format}` |")), "{format}");
    }
}

/// Links lead to files, and those with a fragment to a heading of a page.
#[test]
fn links_lead_to_files_and_headings() {
    for path in documents() {
        let (name, text) = read(&path);
        let dir = path.parent().expect("a folder");
        for part in text.split("](").skip(1) {
            let link = part.split(')').next().unwrap_or_default();
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            if file.contains("://") {
                continue;
            }
            let target = if file.is_empty() {
                path.clone()
            } else {
                dir.join(file)
            };
            assert!(target.exists(), "{name}: {link}");
            if !heading.is_empty() {
                let (_, page) = read(&target);
                let mut heads = page
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .map(anchor);
                assert!(heads.any(|head| head == heading), "{name}: {link}");
            }
        }
    }
}

/// The fragment that hosts give to a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_')
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Every page is in the index.
#[test]
fn the_index_names_every_page() {
    let index = include_str!("../docs/README.md");
    for path in pages() {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("UTF-8");
        assert!(
            name == "README.md" || index.contains(&format!("]({name})")),
            "{name}"
        );
    }
}

/// The picture is compared line by line, but for what a new rule changes and for folded lines.
#[test]
fn the_picture_shows_what_the_demo_prints() {
    let picture = include_str!("../docs/terminal.svg");
    let mut text = String::new();
    for (index, part) in picture.split('<').enumerate() {
        let inner = part.split_once('>').map_or(part, |(_, inner)| inner);
        text.push_str(if index == 0 { "" } else { inner });
    }
    let output = Command::new(env!("CARGO_BIN_EXE_keysweep"))
        .args(["history", "--demo", "--now", "2026-11-24"])
        .output()
        .expect("the program runs");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(printed.lines().count() > 20, "{printed}");
    for line in printed.lines() {
        let line = line.replace('&', "&#38;").replace('<', "&#60;");
        let line = line.replace('>', "&#62;");
        if line.chars().count() <= 100 && !line.starts_with("read ") {
            assert!(text.contains(&line), "run docs/terminal.sh; new: {line}");
        }
    }
}

/// What a page says to whoever reads it: the text of its nodes, without style, script and drawings.
fn words_of_page(page: &str) -> Vec<String> {
    let mut text = page.to_owned();
    for name in ["style", "script", "svg"] {
        let (open, close) = (format!("<{name}"), format!("</{name}>"));
        while let Some(from) = text.find(&open) {
            let to = text[from..].find(&close).expect("it ends") + from + close.len();
            text.replace_range(from..to, "");
        }
    }
    let nodes = text
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, node)| node));
    let plain = |node: &str| {
        let node = node.replace("&quot;", "\"").replace("&#39;", "'");
        node.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    let lines: Vec<String> = nodes.map(plain).collect();
    let lines = lines.iter().flat_map(|node| node.lines()).map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The page in the picture is compared word by word, but for the number of rules.
#[test]
fn the_picture_of_the_inventory_shows_what_the_page_says() {
    let output = Command::new(env!("CARGO_BIN_EXE_keysweep"))
        .args(["audit", "--demo", "--now", "2026-11-24", "--format", "html"])
        .output()
        .expect("the program runs");
    let page = String::from_utf8(output.stdout).expect("UTF-8");
    let rules = |line: &String| line.contains(" rules");
    let said: Vec<String> = words_of_page(&page)
        .into_iter()
        .filter(|line| !rules(line))
        .collect();
    let shown = include_str!("../docs/inventory.txt")
        .lines()
        .map(|line| line.trim().to_owned());
    let shown: Vec<String> = shown
        .filter(|line| !line.is_empty() && !rules(line))
        .collect();
    assert!(said.len() > 40, "{page}");
    assert_eq!(said, shown, "run docs/inventory.sh");
}

/// The crates that the notices name are those of the lock file, and no direct one is missing. `.ci/run`
/// compares the whole file.
#[test]
fn the_notices_of_third_parties_are_not_stale() {
    let lock: toml::Table = include_str!("../Cargo.lock").parse().expect("TOML");
    let mut locked = std::collections::BTreeSet::new();
    for package in lock["package"].as_array().expect("a list") {
        let text = |key: &str| package[key].as_str().expect("text").to_owned();
        locked.insert(format!("{} {}", text("name"), text("version")));
    }
    let notices = include_str!("../THIRD-PARTY-NOTICES");
    let (list, _) = notices.split_once("\n\n====").expect("the list ends");
    let named: std::collections::BTreeSet<&str> = list
        .lines()
        .skip(2)
        .map(|line| line.split_once(": ").expect("a crate and its licence").0)
        .collect();
    let again = "run .ci/notices";
    for name in &named {
        assert!(locked.contains(*name), "{name} is not locked: {again}");
    }
    let manifest: toml::Table = include_str!("../Cargo.toml").parse().expect("TOML");
    for name in manifest["dependencies"].as_table().expect("a table").keys() {
        let have = named
            .iter()
            .any(|line| line.split(' ').next() == Some(name));
        assert!(have, "{name} is not named: {again}");
    }
}

/// Every test and fuzz target that SECURITY.md names is there.
#[test]
fn the_promises_name_tests_that_exist() {
    let mut sources = String::new();
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<_> = ["src", "tests"].iter().map(|dir| top.join(dir)).collect();
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                sources.push_str(&std::fs::read_to_string(path).expect("UTF-8"));
            }
        }
    }
    let text = include_str!("../SECURITY.md");
    let (_, text) = text
        .split_once("## What is promised")
        .expect("the promises");
    let mut named = 0;
    for name in text.split('`').skip(1).step_by(2) {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if !name.contains('_') || !name.bytes().all(word) {
            continue;
        }
        let target = format!("{}/fuzz/fuzz_targets/{name}.rs", env!("CARGO_MANIFEST_DIR"));
        let exists = sources.contains(&format!("fn {name}(")) || Path::new(&target).is_file();
        assert!(exists, "there is no test {name}");
        named += 1;
    }
    assert!(named > 40, "{named}");
}
