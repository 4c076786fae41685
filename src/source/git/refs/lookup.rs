//! Looking up one reference by its name, as git does: the loose file first, then `packed-refs`.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::MAX_SYMBOLIC;
use super::text::{Target, is_name, is_per_worktree, lines, packed_line, parse};
use crate::finding::{Oid, Reason, Skipped};
use crate::source::files;
use crate::source::git::bounds::{self, LIST, SMALL};
use crate::source::git::fault::Fault;
use crate::source::git::open::Layout;

/// Where a reference leads.
#[derive(Clone, Debug)]
pub(in crate::source) enum Found {
    Id(Oid),
    /// Through symbolic references to this name, which is not there.
    Dangling(Vec<u8>),
    /// There is no such reference.
    Absent,
    Broken(Fault),
}

impl Found {
    /// What there is to say when the reference called `name` leads here. A HEAD on a branch
    /// without commits, and a remote's HEAD after its branch was renamed, hide no object: git
    /// itself passes over them.
    pub fn gap(self, name: &[u8]) -> Option<Skipped> {
        let remote = !name.starts_with(b"refs/") || name.starts_with(b"refs/remotes/");
        let head = name == b"HEAD" || (remote && name.ends_with(b"/HEAD"));
        let fault = match self {
            Found::Id(_) | Found::Absent => return None,
            Found::Dangling(to) if head && to.starts_with(b"refs/") => return None,
            Found::Dangling(to) => {
                let to = String::from_utf8_lossy(&to).into_owned();
                Fault::new(
                    Reason::BrokenRef,
                    format!("it names {to:?}, which is not there"),
                )
            }
            Found::Broken(fault) => fault,
        };
        Some(Skipped::new(Reason::BrokenRef, name, fault.detail))
    }
}

/// Looks up references; `packed-refs` is read at the first question that needs it.
pub(in crate::source) struct Finder<'a> {
    layout: &'a Layout,
    packed: OnceCell<Result<Vec<u8>, Fault>>,
}

impl<'a> Finder<'a> {
    pub fn new(layout: &'a Layout) -> Self {
        Finder {
            layout,
            packed: OnceCell::new(),
        }
    }

    /// What the reference `name` says in the worktree with the private directory `worktree`.
    ///
    /// # Errors
    /// It is there and says nothing that can be understood.
    pub fn target(&self, worktree: &Path, name: &[u8]) -> Result<Option<Target>, Fault> {
        if !is_name(name) {
            return Err(broken("its name is none that a reference can have"));
        }
        match loose(self.layout, &self.file(worktree, name))? {
            Some(text) => match parse(&text) {
                Some(target) => Ok(Some(target)),
                None => Err(broken("it names no object")),
            },
            None if name.starts_with(b"refs/") => self.packed(name),
            None => Ok(None),
        }
    }

    /// Where the reference `name` of a worktree leads.
    pub fn resolve(&self, worktree: &Path, name: &[u8]) -> Found {
        let mut at = name.to_vec();
        for step in 0..=MAX_SYMBOLIC {
            at = match self.target(worktree, &at) {
                Ok(Some(Target::Id(oid))) => return Found::Id(oid),
                Ok(Some(Target::Name(next))) => next,
                Ok(None) if step == 0 => return Found::Absent,
                Ok(None) => return Found::Dangling(at),
                Err(fault) => return Found::Broken(fault),
            };
        }
        Found::Broken(too_long())
    }

    /// Where each line of a file leads: FETCH_HEAD and MERGE_HEAD have several.
    pub fn each(&self, worktree: &Path, name: &[u8]) -> Vec<Found> {
        let text = match loose(self.layout, &self.file(worktree, name)) {
            Ok(text) => text.unwrap_or_default(),
            Err(fault) => return vec![Found::Broken(fault)],
        };
        let one = |line| match parse(line) {
            Some(Target::Id(oid)) => Found::Id(oid),
            Some(Target::Name(name)) => match self.resolve(worktree, &name) {
                Found::Absent => Found::Dangling(name),
                found => found,
            },
            None => Found::Broken(broken("it names no object")),
        };
        lines(&text).map(one).collect()
    }

    /// The object that a short or full name means: the places are tried as git tries them
    /// (gitrevisions(7)).
    ///
    /// # Errors
    /// The reference that is meant is broken.
    pub fn short(&self, name: &[u8]) -> Result<Option<Oid>, Fault> {
        let name = if name == b"@" { b"HEAD" } else { name };
        if !is_name(name) {
            return Ok(None);
        }
        let places: [(&[u8], &[u8]); 6] = [
            (b"", b""),
            (b"refs/", b""),
            (b"refs/tags/", b""),
            (b"refs/heads/", b""),
            (b"refs/remotes/", b""),
            (b"refs/remotes/", b"/HEAD"),
        ];
        for (before, after) in places {
            // Beside HEAD lie files of many kinds: of those only references count.
            let plain = before.is_empty() && !name.starts_with(b"refs/");
            let reference = |b: &u8| b.is_ascii_uppercase() || *b == b'_';
            let spaces: [&[u8]; 2] = [b"main-worktree/", b"worktrees/"];
            let spaced = spaces.iter().any(|space| name.starts_with(space));
            if plain && !spaced && !name.iter().all(reference) {
                continue;
            }
            let full = [before, name, after].concat();
            match self.resolve(&self.layout.git_dir, &full) {
                Found::Id(oid) => return Ok(Some(oid)),
                Found::Absent | Found::Dangling(_) => {}
                Found::Broken(fault) => return Err(fault),
            }
        }
        Ok(None)
    }

    /// The file of a reference, where it is loose.
    fn file(&self, worktree: &Path, name: &[u8]) -> PathBuf {
        let common = &self.layout.common;
        if let Some(name) = name.strip_prefix(b"main-worktree/") {
            return common.join(files::path_of(name));
        }
        match is_per_worktree(name) && !name.starts_with(b"worktrees/") {
            true => worktree.join(files::path_of(name)),
            false => common.join(files::path_of(name)),
        }
    }

    fn packed(&self, name: &[u8]) -> Result<Option<Target>, Fault> {
        let text = self.packed.get_or_init(|| {
            let path = self.layout.common.join("packed-refs");
            let text = self.layout.bounds.read(&path, LIST);
            text.map(Option::unwrap_or_default)
        });
        let text = text
            .as_ref()
            .map_err(|fault| broken(&format!("packed-refs cannot be read: {}", fault.detail)))?;
        let wanted = [b" ", name].concat();
        for at in memmem::find_iter(text, &wanted) {
            let start = text[..at].iter().rposition(|b| *b == b'\n');
            let start = start.map_or(0, |newline| newline + 1);
            let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |n| at + n);
            let Some((oid, found)) = packed_line(text[start..end].trim_ascii()) else {
                continue;
            };
            if found == name {
                return Ok(Some(Target::Id(oid)));
            }
        }
        Ok(None)
    }
}

/// The content of a loose reference; `None` when there is none. A link whose text is the name of
/// a reference is a symbolic reference; others are followed.
///
/// # Errors
/// It leads out of the repository or nowhere, or is no regular file.
pub(super) fn loose(layout: &Layout, path: &Path) -> Result<Option<Vec<u8>>, Fault> {
    let link = fs::read_link(path).ok().map(|text| files::bytes_of(&text));
    if let Some(name) = link.as_deref().filter(|name| is_symbolic(name)) {
        return Ok(Some([b"ref: ", name].concat()));
    }
    match layout.bounds.real(path)? {
        None if link.is_some() => Err(broken("it is a link that leads nowhere")),
        None => Ok(None),
        // A directory of references stands where this one would: it may be packed.
        Some(real) if real.is_dir() => Ok(None),
        Some(real) => bounds::read(&real, SMALL),
    }
}

/// Whether git takes the text of a link for the name of a reference.
pub(super) fn is_symbolic(text: &[u8]) -> bool {
    text.starts_with(b"refs/") && is_name(text)
}

pub(super) fn broken(detail: &str) -> Fault {
    Fault::new(Reason::BrokenRef, detail)
}

pub(super) fn too_long() -> Fault {
    broken("it leads through too many symbolic references")
}

/// The commit that HEAD points to; `None` on an unborn branch.
///
/// # Errors
/// HEAD or the reference it names is broken.
pub(in crate::source) fn head(layout: &Layout) -> anyhow::Result<Option<Oid>> {
    match Finder::new(layout).resolve(&layout.git_dir, b"HEAD") {
        Found::Id(oid) => Ok(Some(oid)),
        Found::Absent => Ok(None),
        found => match found.gap(b"HEAD") {
            None => Ok(None),
            Some(gap) => anyhow::bail!("HEAD cannot be read: {}", gap.detail),
        },
    }
}

/// The commits that an unfinished merge adds as parents; empty when there is none.
///
/// # Errors
/// `MERGE_HEAD` is damaged.
pub(in crate::source) fn merge_heads(layout: &Layout) -> anyhow::Result<Vec<Oid>> {
    let found = Finder::new(layout).each(&layout.git_dir, b"MERGE_HEAD");
    let one = |found| match found {
        Found::Id(oid) => Ok(oid),
        _ => anyhow::bail!(
            "{} is damaged; `git merge --abort` or finish it",
            layout.git_dir.join("MERGE_HEAD").display()
        ),
    };
    found.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::git::open;

    fn repository() -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for folder in ["objects", "refs/heads/deep", "refs/tags"] {
            fs::create_dir_all(dir.path().join(".git").join(folder)).expect("writable");
        }
        fs::write(dir.path().join(".git/HEAD"), "ref: refs/heads/main\n").expect("writable");
        dir
    }

    #[test]
    fn names_are_tried_as_git_tries_them() {
        let dir = repository();
        let at = |name: &str| dir.path().join(".git").join(name);
        let id = |digit: &str| format!("{}\n", digit.repeat(40));
        fs::write(at("refs/heads/deep/x"), id("1")).expect("writable");
        let packed = format!(
            "{} refs/heads/deep\n{} refs/heads/main\n{} refs/tags/main-2\n",
            "4".repeat(40),
            "2".repeat(40),
            "3".repeat(40)
        );
        fs::write(at("packed-refs"), packed).expect("writable");
        fs::write(at("config"), "").expect("writable");
        let layout = open::open(dir.path(), &[]).expect("a repository");
        let finder = Finder::new(&layout);
        let short = |name: &str| {
            let found = finder.short(name.as_bytes()).expect("not broken");
            found.map(|oid| oid.to_string()[..1].to_owned())
        };
        assert_eq!(short("HEAD").as_deref(), Some("2"));
        assert_eq!(short("main").as_deref(), Some("2"));
        assert_eq!(short("deep/x").as_deref(), Some("1"));
        assert_eq!(short("deep").as_deref(), Some("4"));
        assert_eq!(short("tags/main-2").as_deref(), Some("3"));
        for none in ["mai", "config", "../HEAD", ""] {
            assert_eq!(short(none), None, "{none}");
        }
        assert_eq!(
            head(&layout).expect("whole"),
            finder.short(b"main").expect("whole")
        );
    }
}
