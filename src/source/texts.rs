//! Texts that no file holds yet: what an editor shows, or what an agent is about to write. They are looked at
//! as if they stood at their paths.

use std::path::PathBuf;

use super::tree::Visited;
use super::{Blob, Control, Visit, archive, names};
use crate::finding::{Ignored, Origin, Reason, RepoPath, Skipped};

/// A text and its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Relative to the top of what it belongs to.
    pub path: RepoPath,
    /// What is looked at.
    pub after: Vec<u8>,
    /// What stood there before, where a change is judged: what it already held is no news.
    pub before: Option<Vec<u8>>,
}

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct TextOptions {
    /// A directory that exists. The configuration is looked for there and above, and what hides findings at the
    /// top of its repository.
    pub dir: PathBuf,
    /// The texts.
    pub texts: Vec<Text>,
    /// Only what the texts add to what stood there before.
    pub change: bool,
    /// Larger texts are skipped; bytes.
    pub max_file_size: u64,
}

/// Visits each text as `Origin::File`, and in a change what stood there before as `Origin::Before`.
pub fn scan_texts<V: Visit>(options: &TextOptions, visit: &V, control: &Control) -> Visited {
    let mut skipped = Vec::new();
    for text in &options.texts {
        if control.stopped() {
            let reason = match control.timed_out() {
                true => Reason::TimedOut,
                false => Reason::Interrupted,
            };
            let path = text.path.0.clone();
            skipped.push(Skipped::new(reason, path, "it was not looked at"));
            continue;
        }
        let size = text.after.len() as u64;
        if size > options.max_file_size {
            let detail = format!("{size} bytes, the limit is {}", options.max_file_size);
            let path = text.path.0.clone();
            skipped.push(Skipped::new(Reason::TooLarge, path, detail));
            continue;
        }
        let origin = Origin::File(text.path.clone());
        let blob = Blob {
            bytes: &text.after,
            origin: &origin,
        };
        visit.blob(blob, None);
        control.count(text.after.len());
        skipped.extend(archive::open(blob, visit, control));
        if let Some(before) = text.before.as_ref().filter(|_| options.change) {
            let origin = Origin::Before(text.path.clone());
            let blob = Blob {
                bytes: before,
                origin: &origin,
            };
            // What is compared with is never reported; unread, it lets through too much, not too little.
            visit.blob(blob, None);
            archive::open(blob, visit, control);
        }
    }
    if !control.stopped() {
        // A path is content too; that of a file which is there already is no news.
        let texts = options.texts.iter();
        let paths = texts.filter(|text| !options.change || text.before.is_none());
        names::in_paths(paths.map(|text| text.path.0.as_slice()), visit, |_| true);
    }
    skipped.sort();
    Visited {
        skipped,
        root: options.dir.clone(),
        nothing: None,
        ignored: Ignored::default(),
    }
}
