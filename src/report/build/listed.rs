//! Tokens that servers list as a report shows them.

use super::View;
use crate::finding::Credential;
use crate::lists::{Joined, List, Moment, Row};
use crate::report::Listed;
use crate::secret::{Fingerprint, Shown};

impl View<'_> {
    /// Every row of every list, in their order, with the findings that it is.
    pub(super) fn listed_tokens(&self, joined: &Joined, credentials: &[Credential]) -> Vec<Listed> {
        let mut found: Vec<Vec<Vec<Fingerprint>>> = self
            .lists
            .iter()
            .map(|list| vec![Vec::new(); list.rows.len()])
            .collect();
        for (credential, matches) in credentials.iter().zip(&joined.matches) {
            for one in matches {
                found[one.list][one.row].push(credential.fingerprint);
            }
        }
        let lists = self.lists.iter().zip(found);
        lists
            .flat_map(|(list, found)| {
                let rows = list.rows.iter().zip(found);
                rows.map(move |(row, findings)| self.listed_token(list, row, findings))
            })
            .collect()
    }

    fn listed_token(&self, list: &List, row: &Row, findings: Vec<Fingerprint>) -> Listed {
        let show = |text: &str| match list.kind.by_id && text == row.id {
            // Public, and what people look it up with: it stays although it may be a finding itself.
            true => Shown::ours(text),
            false => self.masker.show(text.as_bytes()),
        };
        Listed {
            list: self.masker.show(list.server.as_bytes()),
            kind: list.kind.id.clone(),
            taken: list.taken,
            id: show(&row.id),
            name: show(&row.name),
            owner: show(&row.owner),
            made_by: show(&row.made_by),
            scope: row.scope.iter().map(|text| show(text)).collect(),
            created: row.created.at(),
            expires: row.expires.at(),
            never_expires: row.expires == Moment::Never,
            last_used: row.last_used.at(),
            never_used: row.last_used == Moment::Never,
            state: row.state,
            findings,
        }
    }
}
