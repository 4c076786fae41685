//! No files of `src` import each other in a circle. Whoever reads a file finds what it is made of below it, and
//! nothing of it there.
//!
//! A folder's `mod.rs` is its door: it names its files, and these may take from it what they share. So what a file
//! takes from the `mod.rs` above it is not counted. Neither is a call of a method, which needs no import.

use std::collections::{BTreeMap, BTreeSet};

use super::rooms;

/// A module, as the names on the way to it.
type Module = Vec<String>;

/// A name on the way from `crate` to something.
type Path = Vec<String>;

/// What is read of the sources.
struct Sources {
    /// The files by their modules.
    files: BTreeMap<Module, String>,
    /// What each module takes by `use`, under which name.
    taken: BTreeMap<Module, BTreeMap<String, Path>>,
    /// Every path that a module names.
    named: BTreeMap<Module, Vec<Path>>,
}

impl Sources {
    fn of(files: Vec<(String, String)>) -> Self {
        let modules: Vec<(Module, String, String)> = files
            .into_iter()
            .map(|(below, text)| (module(&below), below, text))
            .collect();
        let mut sources = Sources {
            files: modules
                .iter()
                .map(|(m, b, _)| (m.clone(), b.clone()))
                .collect(),
            taken: BTreeMap::new(),
            named: BTreeMap::new(),
        };
        for (module, _, text) in &modules {
            let (mut taken, mut named) = (BTreeMap::new(), Vec::new());
            for path in imported(text) {
                if let Some(path) = sources.absolute(module, path) {
                    taken.extend(path.last().map(|name| (name.clone(), path.clone())));
                    named.push(path);
                }
            }
            named.extend(
                inline(text)
                    .into_iter()
                    .filter_map(|path| sources.absolute(module, path)),
            );
            sources.taken.insert(module.clone(), taken);
            sources.named.insert(module.clone(), named);
        }
        sources
    }

    /// A path from `crate` on; nothing for one that leads to another crate.
    fn absolute(&self, here: &Module, path: Path) -> Option<Path> {
        let mut rest = path.into_iter().peekable();
        let mut at = match rest.peek()?.as_str() {
            "crate" => {
                rest.next();
                Vec::new()
            }
            "self" => {
                rest.next();
                here.clone()
            }
            "super" => here.clone(),
            child => {
                let inside = [here.as_slice(), &[child.to_owned()]].concat();
                self.files.contains_key(&inside).then(|| here.clone())?
            }
        };
        while rest.next_if(|part| part == "super").is_some() {
            at.pop()?;
        }
        at.extend(rest);
        Some(at)
    }

    /// The module in which the thing at a path stands; what a module hands on is looked for where it got it.
    fn home(&self, path: &[String], depth: usize) -> Module {
        let mut at = Module::new();
        for (n, part) in path.iter().enumerate() {
            let inside = [at.as_slice(), std::slice::from_ref(part)].concat();
            if self.files.contains_key(&inside) {
                at = inside;
                continue;
            }
            let handed = self.taken.get(&at).and_then(|taken| taken.get(part));
            return match handed {
                Some(from) if depth > 0 && from != &path[..=n] => {
                    self.home(&[from.as_slice(), &path[n + 1..]].concat(), depth - 1)
                }
                _ => at,
            };
        }
        at
    }

    /// Which files each file imports, besides the `mod.rs` above it.
    fn arrows(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, paths) in &self.named {
            let from = self.files[module].as_str();
            let homes = paths.iter().map(|path| self.home(path, 8));
            let others = homes.filter(|home| !module.starts_with(home));
            let files = others.filter_map(|home| self.files.get(&home));
            arrows
                .entry(from)
                .or_default()
                .extend(files.map(String::as_str));
        }
        arrows
    }
}

/// `detect/generic/mod.rs` is `detect::generic`.
fn module(below: &str) -> Module {
    let parts = below.trim_end_matches(".rs").split('/').map(str::to_owned);
    let mut parts: Module = parts.collect();
    if parts
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        parts.pop();
    }
    parts
}

/// The paths of all `use` of a text, braces opened.
fn imported(text: &str) -> Vec<Path> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let starts_line = rest[..at].rsplit('\n').next().is_some_and(|before| {
            let before = before.trim();
            before.is_empty() || before.starts_with("pub")
        });
        let body = &rest[at + 4..];
        let end = body.find(';').unwrap_or(body.len());
        if starts_line {
            open(&body[..end], &[], &mut out);
        }
        rest = &rest[at + 4..];
    }
    out
}

/// Opens `a::{b, c::{d, e as f}}` to its paths.
fn open(tree: &str, before: &[String], out: &mut Vec<Path>) {
    let (mut depth, mut start) = (0, 0);
    for (at, c) in tree.char_indices().chain([(tree.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = tree[start..at].trim();
                start = at + 1;
                let (path, inner) = part.split_once('{').unwrap_or((part, ""));
                let path = path.split(" as ").next().unwrap_or_default();
                let names = path
                    .split("::")
                    .map(str::trim)
                    .filter(|name| !name.is_empty());
                let whole: Path = before
                    .iter()
                    .cloned()
                    .chain(names.map(str::to_owned))
                    .collect();
                match part.ends_with('}') {
                    true => open(&inner[..inner.len() - 1], &whole, out),
                    false if part.is_empty() => {}
                    false => out.push(whole),
                }
            }
            _ => {}
        }
    }
}

/// Every path of two names or more that a text writes out. What ends with `::` opens a brace, and is [`imported`].
fn inline(text: &str) -> Vec<Path> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    words
        .map(|word| word.trim_start_matches(':'))
        .filter(|word| !word.ends_with("::"))
        .map(|word| {
            word.trim_end_matches(':')
                .split("::")
                .map(str::to_owned)
                .collect()
        })
        .filter(|path: &Path| path.len() > 1)
        .collect()
}

/// The files from which a walk along the arrows comes back, each with where it goes on.
fn circles<'a>(arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<String> {
    let reached = |from: &'a str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(at) = next.pop() {
            let new = arrows.get(at).into_iter().flatten();
            next.extend(new.copied().filter(|file| seen.insert(*file)));
        }
        seen
    };
    let all: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|file| (*file, reached(file))).collect();
    let in_circle = |from: &str, to: &str| all.get(to).is_some_and(|seen| seen.contains(from));
    let mut out = Vec::new();
    for (from, to) in arrows {
        out.extend(
            to.iter()
                .filter(|to| in_circle(from, to))
                .map(|to| format!("{from} imports {to}")),
        );
    }
    out
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let files: Vec<(String, String)> = rooms::files()
        .into_iter()
        .filter(|(_, below, _)| !rooms::is_test(below))
        .map(|(_, below, text)| (below, rooms::product(&text).to_owned()))
        .collect();
    let sources = Sources::of(files);
    let arrows = sources.arrows();
    let count: usize = arrows.values().map(BTreeSet::len).sum();
    assert!(count > 500, "imports are not read: {count}");
    let circles = circles(&arrows);
    assert!(circles.is_empty(), "in a circle:\n{}", circles.join("\n"));
}

#[test]
fn circles_are_seen_through_what_a_module_hands_on() {
    let of = |files: &[(&str, &str)]| {
        let files = files
            .iter()
            .map(|(below, text)| ((*below).to_owned(), (*text).to_owned()));
        let sources = Sources::of(files.collect());
        circles(&sources.arrows())
    };
    // Two files of a room, the second by way of its door.
    let door = (
        "a/mod.rs",
        "mod b;\nmod c;\npub use b::{B, other::X as Y};\n",
    );
    let b = ("a/b.rs", "use super::c::C;\n");
    let c = ("a/c.rs", "fn f() { crate::a::B::new() }\n");
    assert_eq!(
        of(&[door, b, c]),
        ["a/b.rs imports a/c.rs", "a/c.rs imports a/b.rs"]
    );
    // A door and its file.
    let b = ("a/b.rs", "use super::Door;\n");
    assert!(of(&[door, b, c]).is_empty());
    // Two rooms.
    let d = ("d.rs", "pub use crate::a::{\n    B,\n};\n");
    let b = ("a/b.rs", "fn f() -> crate::d::D { crate::d::D }\n");
    assert_eq!(of(&[door, b, d]).len(), 2);
}
