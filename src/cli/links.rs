//! What a report needs to know to name pages of the repository's host.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use keysweep::Input;
use keysweep::report::Report;
use keysweep::source::{PolicyFrom, Repository, commit_of, read_policy, remote_of};

/// More files with findings than this are not compared with HEAD, and have no links.
const FILES: usize = 500;
/// Larger files are not compared; bytes.
const SIZE: u64 = 4 << 20;

/// The directory of what is scanned, where that can be a repository.
fn dir(input: &Input) -> Option<PathBuf> {
    match input {
        Input::Tree(options) => options.paths.first().cloned(),
        Input::Stream(..) | Input::Texts(..) => None,
        Input::Staged(options) => Some(options.dir.clone()),
        Input::Indexed(options, _) => Some(options.dir.clone()),
        Input::History(options) => Some(options.path.clone()),
        Input::Range(options, _) => Some(options.path.clone()),
        Input::Audit(options) => match (&options.history, &options.tree) {
            (Some(history), _) => Some(history.path.clone()),
            (None, tree) => tree.as_ref()?.paths.first().cloned(),
        },
    }
}

/// The address of the remote of what is scanned. It may hold anything.
pub fn remote(input: &Input) -> Option<Vec<u8>> {
    remote_of(&dir(input)?)
}

/// Where files of a working tree are scanned.
pub fn files(input: &Input) -> Option<PathBuf> {
    match input {
        Input::Tree(options) => options.paths.first().cloned(),
        _ => None,
    }
}

/// Gives what stands in files of a working tree its pages, as far as HEAD holds the same file: on the page of
/// another version the line would be another one. What cannot be compared has no link.
pub fn add(report: &mut Report, dir: &Path) {
    if report.run.web.is_none() {
        return;
    }
    let Ok(home) = keysweep::source::home(&[dir.to_owned()]) else {
        return;
    };
    let repository = Repository::from(home.root.clone());
    let Ok(head) = commit_of(&repository, "HEAD") else {
        return;
    };
    let all = report.findings.iter().chain(&report.suppressed);
    let places = all.flat_map(|finding| &finding.places);
    let mut same: BTreeMap<String, bool> = places
        .map(|place| (place.path.as_str().to_owned(), false))
        .collect();
    let plain = |path: &&String| {
        let meta = fs::symlink_metadata(home.root.join(path.as_str()));
        meta.is_ok_and(|meta| meta.is_file() && meta.len() <= SIZE)
    };
    let names: Vec<String> = same.keys().filter(plain).take(FILES).cloned().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let read = |from: &PolicyFrom| read_policy(from, &names);
    let now = read(&PolicyFrom::WorkTree(home.root.clone()));
    let then = read(&PolicyFrom::Commit(repository, head));
    let (Ok(now), Ok(then)) = (now, then) else {
        return;
    };
    for (name, (now, then)) in names.iter().zip(now.iter().zip(&then)) {
        let equal = match (now, then) {
            (Some(now), Some(then)) => now.bytes == then.bytes,
            _ => false,
        };
        same.insert((*name).to_owned(), equal);
    }
    let same = |path: &str| same.get(path).copied().unwrap_or(false);
    report.link_files(&head.to_string(), &same);
}
