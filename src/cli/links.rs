//! What a report needs to know to name pages of the repository's host. It is only found out where an output
//! holds such pages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use keysweep::Input;
use keysweep::report::{Finding, Report, link_files};
use keysweep::source::{Control, TreeOptions, home, remote_of, same_at_head};

/// More files with findings than this are not compared with HEAD, and have no links.
const FILES: usize = 500;
/// Larger files are not compared; bytes.
const SIZE: u64 = 4 << 20;

/// The address of the remote of what is scanned, which may hold anything. A history says it itself.
pub fn remote(input: &Input) -> Option<Vec<u8>> {
    match input {
        Input::Tree(options) => remote_of(&root(options)?),
        Input::Stream(..) | Input::Texts(..) | Input::History(_) => None,
        Input::Staged(options) => remote_of(&options.dir),
        Input::Indexed(options, _) => remote_of(&options.dir),
        Input::Range(options, _) => remote_of(&options.path),
        Input::Audit(options) => match (&options.history, &options.tree) {
            (None, Some(tree)) => remote_of(&root(tree)?),
            _ => None,
        },
    }
}

/// The directory that paths are relative to, where files of a working tree are scanned.
pub fn files(input: &Input) -> Option<PathBuf> {
    match input {
        Input::Tree(options) => root(options),
        _ => None,
    }
}

/// The top of the repository that all paths lie in, or the directory that holds them all.
fn root(options: &TreeOptions) -> Option<PathBuf> {
    Some(home(&options.paths).ok()?.root)
}

/// Gives what stands in files of the working tree at `root` its pages, as far as HEAD holds the same file: on the
/// page of another version the line would be another one. What cannot be compared has no link.
pub fn add(report: &mut Report, root: &Path, control: &Control) {
    let Some(web) = report.run.web.clone() else {
        return;
    };
    let rows = report.findings.iter_mut().chain(&mut report.suppressed);
    add_to(&mut rows.collect::<Vec<_>>(), &web, root, control);
}

/// The same for some of the findings of a report.
pub fn add_to(rows: &mut [&mut Finding], web: &str, root: &Path, control: &Control) {
    let places = rows.iter().flat_map(|finding| &finding.places);
    let names: BTreeSet<String> = places.map(|place| place.path.as_str().to_owned()).collect();
    let names: Vec<&str> = names.iter().take(FILES).map(String::as_str).collect();
    let Some((head, same)) = same_at_head(root, &names, SIZE, control) else {
        return;
    };
    let same = names.iter().zip(same).filter(|(_, same)| *same);
    let same: BTreeSet<&str> = same.map(|(name, _)| *name).collect();
    link_files(web, &head.to_string(), rows, &|path| same.contains(path));
}
