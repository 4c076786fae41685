//! Embeds the built-in rules: `rules/*.toml` are read, checked and compiled here, so that the
//! program parses nothing at start-up and a rule is added by editing one file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use sha2::{Digest, Sha256};

// The levels, errors in files and the rule room, compiled a second time for this script.
#[path = "src/finding"]
#[allow(dead_code)]
mod finding {
    #[path = "level.rs"]
    mod level;
    #[allow(unused_imports)]
    pub use level::*;
}
#[allow(dead_code)]
#[path = "src/file_error.rs"]
mod file_error;
#[allow(dead_code)]
#[path = "src/hex.rs"]
mod hex;
#[allow(dead_code, unused_imports)]
#[path = "src/rule/mod.rs"]
mod rule;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rule");
    println!("cargo::rerun-if-changed=src/finding/level.rs");
    println!("cargo::rerun-if-changed=src/file_error.rs");
    println!("cargo::rerun-if-changed=src/hex.rs");
    // The levels are part of the report's schema, which this script does not need: building schemars
    // for it would be time that installing costs.
    println!("cargo::rustc-cfg=schemas");
    if let Err(message) = embed() {
        println!("cargo::error={message}");
        process::exit(1);
    }
}

/// The file beside the rules that says how long their credentials live.
const LIFETIMES: &str = "lifetimes.toml";

fn embed() -> Result<(), String> {
    let mut files: Vec<PathBuf> = fs::read_dir("rules")
        .map_err(|e| format!("rules: {e}"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let mut rules = Vec::new();
    let mut lifetimes = String::new();
    // Anybody can compute it from the files: each with its name and length in front.
    let mut hash = Sha256::new();
    for path in &files {
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let text = fs::read_to_string(path).map_err(|e| format!("rules/{name}: {e}"))?;
        hash.update(format!("{name}\0{}\0{text}", text.len()));
        if name == LIFETIMES {
            lifetimes = text;
            continue;
        }
        rules.extend(rule::load_builtin(name, &text).map_err(|e| format!("rules/{e}"))?);
    }
    // Every value that a machine draws must look so.
    for rule in rules.iter_mut().filter(|rule| rule.is_drawn()) {
        rule.checks.to_mut().push(rule::Check::Random);
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    for pair in rules.windows(2) {
        if pair[0].id == pair[1].id {
            return Err(format!(
                "rules/{}: the id `{}` stands in rules/{} too",
                pair[1].file, pair[1].id, pair[0].file
            ));
        }
    }
    let slow = rules
        .iter()
        .find(|rule| matches!(&rule.kind, rule::Kind::Token(token) if token.literals.is_empty()));
    if let Some(rule) = slow {
        return Err(format!(
            "rules/{}: `{}` has no literal of three bytes or more to drive the scan",
            rule.file, rule.id
        ));
    }
    let mut out = String::from("static RULES: &[Rule] = &[\n");
    for rule in &rules {
        let _ = writeln!(out, "    {},", rule::emit::rule(rule));
    }
    out.push_str("];\n");
    let _ = writeln!(
        out,
        "static HASH: [u8; 32] = {:?};",
        <[u8; 32]>::from(hash.finalize())
    );
    let exists = |id: &str| rules.iter().any(|rule| rule.id == id);
    let rows =
        rule::load_lifetimes(LIFETIMES, &lifetimes, exists).map_err(|e| format!("rules/{e}"))?;
    out.push_str("static LIFETIMES: &[Lifetime] = &[\n");
    for row in &rows {
        let _ = writeln!(out, "    {},", rule::emit::lifetime(row));
    }
    out.push_str("];\n");
    list_kinds(&mut out, exists)?;
    drivers()?;
    let dir = env::var("OUT_DIR").map_err(|e| e.to_string())?;
    fs::write(Path::new(&dir).join("rules.rs"), out).map_err(|e| e.to_string())
}

/// The drivers, `rules/servers/*.toml`, as texts by their names: only `keysweep live` reads one, and a test reads all.
fn drivers() -> Result<(), String> {
    let mut files: Vec<PathBuf> = fs::read_dir("rules/servers")
        .map_err(|e| format!("rules/servers: {e}"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let mut out = String::from("static DRIVERS: &[(&str, &str)] = &[\n");
    for path in &files {
        let kind = path
            .file_stem()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let text = fs::read_to_string(path).map_err(|e| format!("rules/servers/{kind}: {e}"))?;
        let _ = writeln!(out, "    ({kind:?}, {text:?}),");
    }
    out.push_str("];\n");
    let dir = env::var("OUT_DIR").map_err(|e| e.to_string())?;
    fs::write(Path::new(&dir).join("drivers.rs"), out).map_err(|e| e.to_string())
}

/// The kinds of lists, `rules/lists/*.toml`, sorted by name.
fn list_kinds(out: &mut String, exists: impl Fn(&str) -> bool) -> Result<(), String> {
    let mut files: Vec<PathBuf> = fs::read_dir("rules/lists")
        .map_err(|e| format!("rules/lists: {e}"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let mut kinds = Vec::new();
    for path in &files {
        let name = path.file_name().and_then(|n| n.to_str());
        let name = name.unwrap_or_default();
        let text = fs::read_to_string(path).map_err(|e| format!("rules/lists/{name}: {e}"))?;
        let kind = rule::load_list_kind(name, &text, &exists);
        kinds.push(kind.map_err(|e| format!("rules/lists/{e}"))?);
    }
    kinds.sort_by(|a, b| a.id.cmp(&b.id));
    out.push_str("static LIST_KINDS: &[ListKind] = &[\n");
    for kind in &kinds {
        let _ = writeln!(out, "    {},", rule::emit::list_kind(kind));
    }
    out.push_str("];\n");
    Ok(())
}
