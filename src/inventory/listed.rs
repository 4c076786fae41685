//! What the lists of servers tell: tokens that nobody wrote down, that nobody uses, or that have no end; and where
//! the register and a list disagree.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::of_entry;
use crate::finding::{Credential, Notice, Severity, date};
use crate::lists::{Joined, List, Moment, Row, State, Unused, unused_since};
use crate::plan::Plan;
use crate::register::{End, Entry, Register, State as Written, base};
use crate::rule::{Holds, ListField};

/// Ends that are no further apart are the same: some servers keep days, others moments.
const SAME: SignedDuration = SignedDuration::from_hours(24);

/// The notices about the lists of a run.
pub(super) fn notices(
    plan: &Plan,
    register: Option<&Register>,
    joined: &Joined,
    credentials: &[Credential],
) -> Vec<Notice> {
    let mut out = Vec::new();
    for (number, list) in plan.lists.iter().enumerate() {
        if list.kind.holds == Holds::Names {
            continue;
        }
        let can_end = can_end(list);
        for row in &list.rows {
            out.extend(unused(plan, list, row));
            out.extend(endless(list, row).filter(|_| can_end));
            out.extend(still_works(list, row));
        }
        if let Some(register) = register {
            let written = WrittenDown::of(register, list, number, joined, credentials);
            out.extend(written.notices());
        }
    }
    out
}

/// Whether tokens of a list can have an end: where none can, nobody needs to be told so of each.
fn can_end(list: &List) -> bool {
    let fields = list.kind.reads.iter().flat_map(|read| read.fields.iter());
    let mut ends = fields.filter(|(field, _)| *field == ListField::Expires);
    ends.any(|(_, from)| from.iter().any(|from| !from.at.is_empty()))
}

/// `The token deploy of git.example.org (owner ann)`.
fn called(list: &List, row: &Row) -> String {
    let owner = match row.owner.is_empty() {
        true => String::new(),
        false => format!(" (owner {})", row.owner),
    };
    format!("The token {} of {}{owner}", row.called(), list.server)
}

/// The day on which a list was taken, for the end of a sentence.
fn on(list: &List) -> String {
    match list.taken {
        Some(taken) => format!("as the list of {} says", date(taken)),
        None => "as its list says".to_owned(),
    }
}

fn of_row(id: &'static str, row: &Row, message: String, at: Option<Timestamp>) -> Notice {
    let mut notice = Notice::new(id, row.called().as_bytes(), message);
    notice.at = at;
    notice
}

/// Accepted by its server and not used: only a list whose day is known tells that.
fn unused(plan: &Plan, list: &List, row: &Row) -> Option<Notice> {
    let what = match unused_since(list, row, || unused_days(plan, list, row))? {
        Unused::Since(used) => format!("was used last on {}", date(used)),
        Unused::Ever(made) => format!("was made on {} and never used", date(made)),
    };
    let message = format!(
        "{} {what}, {}: revoke it, or find out who needs it.",
        called(list, row),
        on(list)
    );
    Some(of_row("live/unused", row, message, row.last_used.at()))
}

/// For how many days nobody may use a token of a list: what the policy says of the rules that find such tokens, the
/// strictest of them.
fn unused_days(plan: &Plan, list: &List, row: &Row) -> i64 {
    let owner = [row.owner.as_bytes()];
    let of = |rule: &str| {
        let terms = plan.policy.terms(rule, Severity::Medium, &owner);
        terms.max_unused.days
    };
    let rules = list.kind.rules.iter().map(|rule| of(rule));
    rules.min().unwrap_or_else(|| of(""))
}

fn endless(list: &List, row: &Row) -> Option<Notice> {
    let is = row.state == State::Active && row.expires == Moment::Never;
    let message = format!(
        "{} has no end, {}: give its successor one.",
        called(list, row),
        on(list)
    );
    is.then(|| of_row("live/no-expiry", row, message, None))
}

/// Past its end at a server that lets it in all the same.
fn still_works(list: &List, row: &Row) -> Option<Notice> {
    let is = !list.kind.ends && row.state == State::Expired;
    let end = row.expires.at().filter(|_| is)?;
    let message = format!(
        "{} ended on {} and still logs in, to set a new password: lock it.",
        called(list, row),
        date(end)
    );
    Some(of_row("live/expired-listed", row, message, Some(end)))
}

/// Whether an entry can be about a token of a list.
fn may_be(entry: &Entry, list: &List) -> bool {
    let server = entry.server.as_ref().map(|server| server.value.as_str());
    server.is_none_or(|server| server == list.server || server == list.kind.id)
}

/// One list beside the register.
pub(super) struct WrittenDown<'a> {
    register: &'a Register,
    list: &'a List,
    /// Entries of this server, or of no server, by what a row can be called; more than one is nothing.
    by_name: HashMap<&'a str, Vec<&'a Entry>>,
    /// Entries by the ids of their versions at the server.
    by_id: HashMap<&'a str, Vec<&'a Entry>>,
    /// Rows that are found credentials whose fingerprint an entry has.
    by_value: HashMap<usize, &'a Entry>,
}

impl<'a> WrittenDown<'a> {
    pub(super) fn of(
        register: &'a Register,
        list: &'a List,
        number: usize,
        joined: &Joined,
        credentials: &[Credential],
    ) -> Self {
        let mut out = WrittenDown {
            register,
            list,
            by_name: HashMap::new(),
            by_id: HashMap::new(),
            by_value: HashMap::new(),
        };
        let mut by_fingerprint = HashMap::new();
        for entry in register.entries.iter().filter(|entry| may_be(entry, list)) {
            let name = entry.name.as_ref().map(|name| name.value.as_str());
            let names: BTreeSet<&str> = name.into_iter().chain([entry.id.as_str()]).collect();
            for name in names {
                out.by_name.entry(name).or_default().push(entry);
            }
            for id in entry.versions.iter().filter_map(|it| it.server_id.as_ref()) {
                out.by_id.entry(id.value.as_str()).or_default().push(entry);
            }
            if let Some(fingerprint) = &entry.fingerprint {
                by_fingerprint.insert(fingerprint.value, entry);
            }
        }
        for (credential, matches) in credentials.iter().zip(&joined.matches) {
            let entry = by_fingerprint.get(&credential.fingerprint);
            let row = matches.iter().find(|one| one.list == number);
            if let (Some(entry), Some(row)) = (entry, row) {
                out.by_value.insert(row.row, entry);
            }
        }
        out
    }

    /// The entry of a row: by its value, its id at the server, or its name, where one fits alone. A name may be
    /// followed by the day of its version (`deploy-20261126`).
    pub(super) fn entry(&self, number: usize, row: &Row) -> Option<&'a Entry> {
        let only = |found: Option<&Vec<&'a Entry>>| match found.map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        };
        let base = base(&row.name);
        let by_value = self.by_value.get(&number).copied();
        by_value
            .or_else(|| {
                only(
                    self.by_id
                        .get(row.id.as_str())
                        .filter(|_| !row.id.is_empty()),
                )
            })
            .or_else(|| only(self.by_name.get(row.name.as_str())))
            .or_else(|| only(self.by_name.get(base)))
    }

    fn notices(&self) -> Vec<Notice> {
        let mut out = Vec::new();
        let mut seen = BTreeSet::new();
        for (number, row) in self.list.rows.iter().enumerate() {
            match self.entry(number, row) {
                Some(entry) => {
                    seen.insert(&entry.id);
                    out.extend(self.drift(entry, row));
                }
                None if row.state == State::Active => {
                    let message = format!(
                        "{} is not in the register {}: write it down, or revoke it.",
                        called(self.list, row),
                        self.register.file
                    );
                    out.push(of_row("live/unregistered", row, message, None));
                }
                None => {}
            }
        }
        let of_server = |entry: &&Entry| {
            let server = entry.server.as_ref();
            server.is_some_and(|server| server.value == self.list.server) && !entry.is_over()
        };
        let missing = self.register.entries.iter().filter(of_server);
        for entry in missing.filter(|entry| self.list.complete && !seen.contains(&entry.id)) {
            let what = format!("the complete list of {} does not have it", self.list.server);
            out.push(self.differs(entry, entry.line, &what));
        }
        out
    }

    /// Where an entry and its row disagree.
    fn drift(&self, entry: &Entry, row: &Row) -> Vec<Notice> {
        let mut out = Vec::new();
        out.extend(self.ends(entry, row));
        out.extend(self.owners(entry, row));
        out.extend(self.scopes(entry, row));
        out.extend(self.states(entry, row));
        out
    }

    fn differs(&self, entry: &Entry, line: u32, what: &str) -> Notice {
        let message = format!(
            "The register and {} disagree about {}: {what}.",
            self.list.server, entry.id
        );
        of_entry(self.register, "register/drift", entry, line, message)
    }

    fn ends(&self, entry: &Entry, row: &Row) -> Option<Notice> {
        let end = entry.end()?;
        let written = match end.value {
            End::At(at) => date(at),
            End::Never => "never".to_owned(),
        };
        let listed = match (end.value, row.expires) {
            (End::At(at), Moment::At(end)) if at.duration_since(end).abs() > SAME => date(end),
            (End::At(_), Moment::Never) => "never".to_owned(),
            (End::Never, Moment::At(end)) => date(end),
            _ => return None,
        };
        let what = format!("it ends {written} by the register and {listed} by the list");
        Some(self.differs(entry, end.line, &what))
    }

    /// Only names can be compared: `team:platform` is nobody's account.
    fn owners(&self, entry: &Entry, row: &Row) -> Option<Notice> {
        let owner = entry.owner.as_ref()?;
        let name = owner.value.strip_prefix("user:").unwrap_or(&owner.value);
        let comparable = !name.contains(':') && !row.owner.is_empty() && !row.owner.contains(' ');
        let differs = comparable && name != row.owner;
        let what = format!(
            "its owner is {name} by the register and {} by the list",
            row.owner
        );
        differs.then(|| self.differs(entry, owner.line, &what))
    }

    /// Sets of words, whatever their order.
    fn scopes(&self, entry: &Entry, row: &Row) -> Option<Notice> {
        let written: BTreeSet<&str> = entry.scope.iter().map(|at| at.value.as_str()).collect();
        let listed: BTreeSet<&str> = row.scope.iter().map(String::as_str).collect();
        if written.is_empty() || listed.is_empty() || written == listed {
            return None;
        }
        let more: Vec<&str> = listed.difference(&written).copied().collect();
        let less: Vec<&str> = written.difference(&listed).copied().collect();
        let mut parts = Vec::new();
        if !more.is_empty() {
            parts.push(format!("it may also {} by the list", more.join(", ")));
        }
        if !less.is_empty() {
            parts.push(format!("it may not {} by the list", less.join(", ")));
        }
        let line = entry.scope.first().map_or(entry.line, |at| at.line);
        Some(self.differs(entry, line, &parts.join("; ")))
    }

    fn states(&self, entry: &Entry, row: &Row) -> Option<Notice> {
        let is_row = |id: &str| id == row.id;
        // A value that was changed in its place has the id of the one before it.
        let mut versions = entry.versions.iter().rev();
        let version = versions.find(|it| it.server_id.as_ref().is_some_and(|id| is_row(&id.value)));
        let version = version.or(entry.current().filter(|it| it.server_id.is_none()))?;
        let line = version.line;
        match (version.state, row.state) {
            (Written::Revoked, State::Active) => {
                let what = "it is revoked by the register, and its server accepts it";
                Some(self.differs(entry, line, what))
            }
            (Written::Deployed | Written::Overlap, state)
                if !matches!(state, State::Active | State::Unknown) =>
            {
                let what = format!(
                    "it is in use by the register and {} by the list",
                    state.name()
                );
                Some(self.differs(entry, line, &what))
            }
            _ => None,
        }
    }
}
