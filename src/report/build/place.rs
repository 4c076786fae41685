//! Where a credential stands, and which commits brought and removed it.

use super::View;
use super::run::percent_encoded;
use crate::finding::{self, Origin, RepoPath};
use crate::report::{Commit, People, Place, Timeline};
use crate::secret::Shown;

/// What stands for the name of a person that is not to be shown.
const UNNAMED: &str = "(not shown)";

impl View<'_> {
    /// One place.
    pub(super) fn place(&self, place: &finding::Place) -> Place {
        let masker = self.masker;
        let outer = place.origin.outer();
        let member = place.origin.member();
        Place {
            path: masker.show_path(&place.path.0),
            member: member.map(|member| masker.show_path(&member.0)),
            repository: None,
            uri: self.uri(&place.path),
            kind: place.kind,
            message: matches!(outer, Origin::Message(_)),
            name: match outer {
                Origin::Name(name) => Some(masker.show_path(&name.words())),
                _ => None,
            },
            region: place.located.region,
            line_hash: place.located.line_hash,
            at_head: place.at_head,
            versions: place.versions,
            introduced: place.introduced.as_ref().map(|i| self.commit(&i.commit)),
            times_introduced: place.introduced.as_ref().map_or(0, |i| i.times),
            only_in: place.reach.as_ref().map(|r| masker.show(r.as_bytes())),
            suppressed: place.suppressed.as_ref().map(|it| self.suppression(it)),
            link: None,
            line: place.located.line.clone(),
            mark: place.located.mark.clone(),
        }
    }

    /// A path as an address, made once for all that stands there.
    fn uri(&self, path: &RepoPath) -> String {
        let mut known = self.uris.borrow_mut();
        if let Some(uri) = known.get(path) {
            return uri.clone();
        }
        let uri = percent_encoded(&self.masker.masked_path(&path.0));
        known.insert(path.clone(), uri.clone());
        uri
    }

    /// Since when and until when.
    pub(super) fn timeline(&self, timeline: &finding::Timeline) -> Timeline {
        Timeline {
            first: self.commit(&timeline.first),
            removed: timeline.removed.as_ref().map(|c| self.commit(c)),
            at_head: timeline.at_head,
            complete: timeline.complete,
        }
    }

    /// The name of whoever made a commit, as far as it is to be shown.
    pub(super) fn person(&self, name: &[u8]) -> Shown {
        let name = self.masker.show(name);
        match self.options.people {
            People::Full => name,
            People::Initials => {
                let words = name.as_str().split_whitespace();
                let letters = words.filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
                Shown::ours(
                    letters
                        .map(|letter| format!("{letter}."))
                        .collect::<String>(),
                )
            }
            People::None => Shown::ours(UNNAMED),
        }
    }

    fn commit(&self, commit: &finding::Commit) -> Commit {
        let email = || self.masker.show(&commit.email);
        let wanted = self.options.emails && self.options.people == People::Full;
        Commit {
            id: commit.id.to_string(),
            author: self.person(&commit.author),
            email: wanted.then(email),
            date: commit.authored_at(),
            subject: self.masker.show(&commit.subject),
            signed: commit.signed,
            link: None,
        }
    }
}
