//! Revisions as people write them: `A..B`, `A...B`, and what one of them names.

use anyhow::{Context, bail};
use gix::bstr::ByteSlice;

use super::objects::Objects;
use super::walk::Walk;
use crate::finding::Oid;
use crate::source::git::open::Layout;
use crate::source::git::refs::Finder;

/// `A..B` and `A...B`; a missing side is HEAD. The last is whether there were three dots.
pub(super) fn split(text: &str) -> anyhow::Result<(&str, &str, bool)> {
    let parts = match text.split_once("...") {
        Some((from, to)) => Some((from, to, true)),
        None => text.split_once("..").map(|(from, to)| (from, to, false)),
    };
    let Some((from, to, symmetric)) = parts else {
        bail!(
            "`{text}` is no range: write A..B (what B has and A has not) or A...B (from their \
             merge base to B)"
        );
    };
    let or_head = |name: &'static str, side| if str::is_empty(side) { name } else { side };
    if to.starts_with('.') || to.contains("..") || from.contains("..") {
        bail!("`{text}` is no range: there are too many dots");
    }
    Ok((or_head("HEAD", from), or_head("HEAD", to), symmetric))
}

/// What revisions name. Names of references and whole ids are read here; every other form is left
/// to gix, which opens the repository once more, isolated: no configuration of the user or system,
/// no environment, no includes, no replacement objects.
pub(super) struct Revisions<'a> {
    layout: &'a Layout,
    objects: &'a Objects,
    finder: Finder<'a>,
    rest: std::cell::OnceCell<gix::Repository>,
}

impl<'a> Revisions<'a> {
    pub fn new(layout: &'a Layout, objects: &'a Objects) -> Self {
        Revisions {
            layout,
            objects,
            finder: Finder::new(layout),
            rest: std::cell::OnceCell::new(),
        }
    }

    /// The object that a revision names; `None` when there is none.
    fn find(&self, name: &str) -> anyhow::Result<Option<Oid>> {
        if let Ok(id) = gix::ObjectId::from_hex(name.as_bytes()) {
            let oid = Oid::from_bytes(id.as_bytes());
            return Ok(self.objects.contains(&oid).then_some(oid));
        }
        match self.finder.short(name.as_bytes()) {
            Ok(Some(oid)) => return Ok(Some(oid)),
            Ok(None) => {}
            Err(fault) => bail!("the revision `{name}` cannot be read: {}", fault.detail),
        }
        let id = self.rest()?.rev_parse_single(name.as_bytes().as_bstr());
        Ok(id.ok().map(|id| Oid::from_bytes(id.detach().as_bytes())))
    }

    fn rest(&self) -> anyhow::Result<&gix::Repository> {
        if let Some(rest) = self.rest.get() {
            return Ok(rest);
        }
        let layout = self.layout;
        layout.check_all()?;
        let rest = gix::open::Options::isolated()
            .with(gix::sec::Trust::Full)
            .open_path_as_is(true)
            .config_overrides(["core.useReplaceRefs=false"])
            .open(&layout.git_dir)
            .map(|repo| repo.to_thread_local())
            .with_context(|| format!("cannot open {}", layout.git_dir.display()))?;
        Ok(self.rest.get_or_init(|| rest))
    }
}

/// The commit that a revision names, and the annotated tags on the way.
pub(super) fn revision(
    repo: &Revisions<'_>,
    name: &str,
    walk: &mut Walk<'_>,
    shallow: bool,
) -> anyhow::Result<(Oid, Vec<Oid>)> {
    let help = match shallow {
        true => {
            "the clone is shallow: `git fetch --deepen=100` or `git fetch --unshallow` brings \
                 older commits"
        }
        false => {
            "`git fetch` brings what a remote has, `git log --oneline --all` lists what is \
                  here"
        }
    };
    let (start, steps) = ancestry(name);
    let Some(id) = repo.find(start)? else {
        bail!("there is no revision `{start}` in this repository; {help}");
    };
    let peeled = match walk.peel(id) {
        Ok(peeled) => peeled,
        Err(what) => bail!("the revision `{name}` is {what}; {help}"),
    };
    if steps.is_empty() {
        return Ok((peeled.commit, peeled.tags));
    }
    let mut at = peeled.commit;
    for Step { times, parent } in steps {
        for step in 1..=times {
            // Nearby ones are found at once.
            if step % 1024 == 0 && walk.is_stopped() {
                bail!("stopped before the revision `{name}` was found");
            }
            let parents = walk.parents(&at);
            let next = parents.get(parent).filter(|oid| walk.tree(oid).is_some());
            let Some(next) = next else {
                bail!(
                    "there is no revision `{name}` in this repository: {} has no such parent \
                     here; {help}",
                    at.short()
                );
            };
            at = *next;
        }
    }
    Ok((at, Vec::new()))
}

/// So often to this parent (from 0).
#[derive(Debug, PartialEq, Eq)]
struct Step {
    times: u64,
    parent: usize,
}

/// Takes `~N` and `^N` from the end of a revision. They are followed here, where both ends of a
/// range share the commits that were read; every other form is left to the parser.
fn ancestry(name: &str) -> (&str, Vec<Step>) {
    let (mut start, mut steps) = (name, Vec::new());
    while let Some(at) = start.rfind(['~', '^']).filter(|at| *at > 0) {
        let number = match &start[at + 1..] {
            "" => Some(1),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok(),
            _ => None,
        };
        let step = match (start.as_bytes()[at], number) {
            (b'~', Some(times)) => Step { times, parent: 0 },
            (b'^', Some(number)) => Step {
                times: u64::from(number > 0),
                parent: (number as usize).saturating_sub(1),
            },
            _ => break,
        };
        steps.push(step);
        start = &start[..at];
    }
    steps.reverse();
    (start, steps)
}

#[cfg(test)]
mod tests {
    use super::{Step, ancestry, split};

    #[test]
    fn ancestors_are_told_from_other_forms() {
        let step = |times, parent| Step { times, parent };
        assert_eq!(ancestry("HEAD"), ("HEAD", vec![]));
        assert_eq!(ancestry("HEAD~3"), ("HEAD", vec![step(3, 0)]));
        assert_eq!(
            ancestry("v1^2~^"),
            ("v1", vec![step(1, 1), step(1, 0), step(1, 0)])
        );
        assert_eq!(ancestry("v1^0"), ("v1", vec![step(0, 0)]));
        for other in ["v1^{}", "HEAD^!", "^x", "~1", "a~x"] {
            assert_eq!(ancestry(other), (other, vec![]), "{other}");
        }
    }

    #[test]
    fn ranges_have_two_or_three_dots() {
        assert_eq!(split("a..b").expect("reads"), ("a", "b", false));
        assert_eq!(split("a...b").expect("reads"), ("a", "b", true));
        assert_eq!(split("v1.0..").expect("reads"), ("v1.0", "HEAD", false));
        assert_eq!(split("...b").expect("reads"), ("HEAD", "b", true));
        for wrong in ["a", "a....b", "a..b..c", ""] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
    }
}
