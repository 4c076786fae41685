//! `keysweep tokens init`: a register from what is found and what is read by name.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::super::args::{Lists, Looking, heading};
use super::super::known::{Look, Project};
use super::super::{atomic, lists, output};
use super::check;
use keysweep::Examined;
use keysweep::finding::{Class, Field, PlaceKind, Source};
use keysweep::lists::{List, Moment, Row, State};
use keysweep::reference::{Kind, Reference};
use keysweep::register::{At, End, Entry, FILE, Names, Proposed, Register, proposal};
use keysweep::report::{Finding, Report, terminal};
use keysweep::secret::{Fingerprint, REDACTED};

/// Proposes a register from the credentials that are found and from the places that read one by its name.
///
/// It goes to standard output, or with --write into a new file. Where there is a register, only what it does
/// not have is proposed, to be added to it.
#[derive(Args)]
pub struct Init {
    /// A directory of the repository. [default: .]
    dir: Option<PathBuf>,
    /// Write tokens.toml at the top of the repository, where there is none.
    #[arg(long)]
    write: bool,
    /// Also propose what only code reads.
    #[arg(long)]
    all: bool,
    /// Do not read the history for who committed a value first.
    #[arg(long)]
    no_history: bool,
    /// Also propose the tokens of this list of a server: a snapshot that `tokens import` wrote, or
    /// KIND=FILE, as the server gave it. Repeatable.
    #[arg(long = "from", value_name = "[KIND=]FILE", help_heading = heading::INPUT)]
    from: Vec<String>,
    #[command(flatten)]
    looking: Looking,
}

/// Runs the verb.
///
/// # Errors
/// There is a register already that is to be written, or a broken one; and what makes a scan pointless.
pub fn run(init: Init) -> Result<ExitCode> {
    let dir = init.dir.unwrap_or_else(|| PathBuf::from("."));
    let mut project = Project::open(&dir, init.looking)?;
    let path = project.root.join(FILE);
    let have = check::of_repository(&project.root)?;
    if init.write && have.is_some() {
        bail!(
            "there is a register {} already: without --write what it does not have is printed",
            path.display()
        );
    }
    project.references = true;
    project.lists = lists::read(&Lists { with: init.from })?;
    let tree = project.look(Look::Tree, false)?;
    project.references = false;
    let git_dir = keysweep::source::git_dir(&project.root);
    let history = match git_dir.is_some() && !init.no_history {
        true => Some(project.look(Look::History, false)?),
        false => None,
    };
    let looks = std::iter::once(&tree).chain(&history);
    let looked: Vec<&Report> = looks.map(|look| &look.report).collect();
    let mut proposal_of = Proposal::new(have.as_ref(), init.all);
    proposal_of.findings(&tree, history.as_ref());
    proposal_of.lists(&project.lists);
    proposal_of.references(&tree.references);
    let text = proposal(&proposal_of.entries(), project.now, have.is_none());
    // Names come from anywhere, and the register holds no value.
    let text = output::masked(&text);
    Register::parse(FILE, text.as_bytes()).context("the proposal is no register")?;
    if !init.write {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .context("standard output cannot be written")?;
        return Ok(output::ended(&looked));
    }
    let read = || Ok(check::bytes_of_repository(&project.root)?.map(|file| file.bytes));
    atomic::change(&path, git_dir.as_deref(), read, |before| match before {
        Some(bytes) if bytes == text.as_bytes() => Ok((None, ())),
        Some(_) => bail!("somebody else wrote {} meanwhile", path.display()),
        None => Ok((Some(text.clone().into_bytes()), ())),
    })?;
    let entries = match proposal_of.entries.len() {
        1 => "1 entry".to_owned(),
        n => format!("{n} entries"),
    };
    output::note(&format!(
        "{} has {entries}: fill in what stands in comments",
        path.display()
    ));
    Ok(output::ended(&looked))
}

/// A register that comes to be.
struct Proposal<'a> {
    /// What the present register has.
    names: Names,
    prints: HashSet<Fingerprint>,
    all: bool,
    entries: Vec<Proposed>,
    /// The proposed entry of a name, in small letters.
    by_name: BTreeMap<String, usize>,
    ids: HashSet<String>,
    /// The next number of a name that several have.
    numbers: HashMap<String, usize>,
    /// The proposed entry of a token that a server calls so.
    by_row: HashMap<String, usize>,
    have: Option<&'a Register>,
}

impl<'a> Proposal<'a> {
    fn new(have: Option<&'a Register>, all: bool) -> Self {
        let empty = Register::default();
        let register = have.unwrap_or(&empty);
        let entries = register.entries.iter();
        Proposal {
            names: Names::of(register),
            prints: entries
                .clone()
                .filter_map(|it| Some(it.fingerprint?.value))
                .collect(),
            all,
            entries: Vec::new(),
            by_name: BTreeMap::new(),
            by_row: HashMap::new(),
            numbers: HashMap::new(),
            ids: entries.map(|entry| entry.id.clone()).collect(),
            have,
        }
    }

    /// Adds the credentials that were found where they may be in use.
    fn findings(&mut self, tree: &Examined, history: Option<&Examined>) {
        let past: HashMap<Fingerprint, &Finding> = history
            .iter()
            .flat_map(|history| &history.report.findings)
            .map(|finding| (finding.fingerprint, finding))
            .collect();
        let strong: HashSet<Fingerprint> = tree
            .known
            .iter()
            .map(|known| known.fingerprint)
            .zip(tree.known.iter().map(|known| known.subject.secret.expose()))
            .filter(|(print, value)| *print == Fingerprint::of_strong(value))
            .map(|(print, _)| print)
            .collect();
        for finding in &tree.report.findings {
            let live = finding
                .places
                .iter()
                .any(|place| matches!(place.kind, PlaceKind::Source | PlaceKind::Configuration));
            let listed = finding.class == Class::Credential && finding.part_of.is_none() && live;
            if !listed || self.prints.contains(&finding.fingerprint) {
                continue;
            }
            let key = finding.key.as_ref().map(|key| key.as_str().to_owned());
            let key = key.filter(|key| is_plain(key));
            let id = self.id(&name_for(finding, key.as_deref()));
            let mut proposed = of_finding(finding, past.get(&finding.fingerprint).copied());
            proposed.entry.id = id;
            proposed.entry.fingerprint = strong
                .contains(&finding.fingerprint)
                .then(|| at(finding.fingerprint));
            for fact in finding
                .facts_of(Field::Id)
                .filter(|it| it.source == Source::List)
            {
                let id = fact.value.as_str().to_owned();
                self.by_row.entry(id).or_insert(self.entries.len());
            }
            if let Some(key) = key {
                self.by_name.entry(same(&key)).or_insert(self.entries.len());
            }
            self.entries.push(proposed);
        }
    }

    /// Adds what servers list and accept, or may accept: to the entry of the finding that it is, else to that
    /// of its name, else as one of its own.
    fn lists(&mut self, all: &[List]) {
        let rows = all
            .iter()
            .flat_map(|list| list.rows.iter().map(move |row| (list, row)));
        // A list may be as long as the proposal that comes of it.
        let prints = self.entries.iter().enumerate();
        let prints: HashMap<Fingerprint, usize> = prints
            .filter_map(|(n, it)| Some((it.entry.fingerprint?.value, n)))
            .collect();
        for (list, row) in rows {
            let over = matches!(row.state, State::Revoked | State::Expired | State::Disabled);
            let name = terminal(row.called());
            let digest = row.equal.map(|it| it.digest);
            let known = !self.names.get(&name).is_empty()
                || digest.is_some_and(|print| self.prints.contains(&print));
            if over || known || name.is_empty() {
                continue;
            }
            let found = self.by_row.get(&row.id).or(self.by_name.get(&same(&name)));
            let found = found.or_else(|| prints.get(&digest?)).copied();
            let n = match found {
                Some(n) => n,
                None => {
                    let id = self.id(&name);
                    self.add(id)
                }
            };
            of_row(&mut self.entries[n], list, row);
        }
    }

    /// Adds an entry of which only the id is known, and says where.
    fn add(&mut self, id: String) -> usize {
        self.entries.push(Proposed {
            entry: Entry {
                id,
                ..Entry::default()
            },
            ..Proposed::default()
        });
        self.entries.len() - 1
    }

    /// Adds what is read by name: to the entry that has the name, else as one of its own.
    fn references(&mut self, all: &[Reference]) {
        for reference in all {
            let name = &reference.name;
            let known = self.have.is_some() && !self.names.get(name).is_empty();
            let text = format!("{}{name}", reference.kind.scheme());
            let masked = output::masked(&text).contains(REDACTED);
            if reference.kind == Kind::Inherited || known || masked {
                continue;
            }
            let code = matches!(reference.kind, Kind::Environment | Kind::Example)
                || !reference.place.is_live();
            let n = match self.by_name.get(&same(name)) {
                Some(n) => *n,
                None if code && !self.all => continue,
                None => {
                    let id = self.id(name);
                    let n = self.add(id);
                    self.by_name.insert(same(name), n);
                    n
                }
            };
            let refs = &mut self.entries[n].entry.refs;
            if refs.iter().all(|have| have.value != text) {
                refs.push(at(text));
            }
        }
    }

    fn entries(&self) -> Vec<Proposed> {
        self.entries.clone()
    }

    /// A short name that no entry has.
    fn id(&mut self, from: &str) -> String {
        let mut slug = String::new();
        for c in from.chars().take(60) {
            match c.is_ascii_alphanumeric() {
                true => slug.push(c.to_ascii_lowercase()),
                false if slug.ends_with('-') || slug.is_empty() => {}
                false => slug.push('-'),
            }
        }
        let slug = match slug.trim_end_matches('-') {
            "" => "token",
            slug => slug,
        };
        // Where many have one name, the search goes on where it ended.
        let next = self.numbers.entry(slug.to_owned()).or_insert(1);
        let id = loop {
            let id = match *next {
                1 => slug.to_owned(),
                n => format!("{slug}-{n}"),
            };
            *next += 1;
            if !self.ids.contains(&id) {
                break id;
            }
        };
        self.ids.insert(id.clone());
        id
    }
}

/// What is known of a credential, in the tree and in the history.
fn of_finding(finding: &Finding, past: Option<&Finding>) -> Proposed {
    let facts = || {
        finding
            .facts
            .iter()
            .chain(past.iter().flat_map(|past| &past.facts))
    };
    let moment = |field: Field| {
        let mut facts = facts().filter(|fact| fact.field == field);
        facts.find_map(|fact| fact.time)
    };
    let text = |field: Field| {
        let facts = finding
            .facts_of(field)
            .map(|fact| terminal(fact.value.as_str()));
        facts.map(at).collect::<Vec<At<String>>>()
    };
    let first = past
        .and_then(|past| past.timeline.as_ref())
        .map(|timeline| &timeline.first);
    let owner = text(Field::Owner).into_iter().next();
    let author = first.map(|commit| at(terminal(commit.author.as_str())));
    let never = finding
        .facts_of(Field::Expires)
        .any(|fact| fact.value.as_str() == "never");
    let end = finding.status.end().map(|end| at(End::At(end)));
    Proposed {
        found: finding
            .first_place()
            .map(|place| terminal(&place.line_in_file())),
        owner_committed: owner.is_none() && author.is_some(),
        first_seen: first.map(|commit| commit.date),
        entry: Entry {
            kind: Some(at(finding.rule.clone())),
            owner: owner.or(author),
            scope: text(Field::Scope),
            created: moment(Field::Issued).map(at),
            expires: end.or(never.then(|| at(End::Never))),
            rotated: moment(Field::Rotated).map(at),
            ..Entry::default()
        },
    }
}

/// Adds what a server says of a token. Its owner is better than who committed a value first.
fn of_row(proposed: &mut Proposed, list: &List, row: &Row) {
    let text = |text: &str| at(terminal(text));
    let entry = &mut proposed.entry;
    entry.server.get_or_insert(text(&list.server));
    entry.name.get_or_insert(text(row.called()));
    if !row.owner.is_empty() && (entry.owner.is_none() || proposed.owner_committed) {
        entry.owner = Some(text(&row.owner));
        proposed.owner_committed = false;
    }
    if entry.scope.is_empty() {
        let scope = row.scope.iter().filter(|scope| !scope.trim().is_empty());
        entry.scope = scope.map(|scope| text(scope)).collect();
    }
    entry.created = entry.created.or(row.created.at().map(at));
    entry.expires = entry.expires.or(match row.expires {
        Moment::At(end) => Some(at(End::At(end))),
        Moment::Never => Some(at(End::Never)),
        Moment::Unknown => None,
    });
}

/// A name for the entry of a finding: its key; behind the name of its file where that is one word, which
/// says little (`password`); else its rule.
fn name_for(finding: &Finding, key: Option<&str>) -> String {
    let Some(key) = key else {
        return finding.rule.clone();
    };
    let path = finding
        .first_place()
        .map_or("", |place| place.path.as_str());
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file
        .split('.')
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    match key.contains(['_', '-']) {
        true => key.to_owned(),
        false => format!("{stem}-{key}"),
    }
}

/// A value that stands on no line yet.
fn at<T>(value: T) -> At<T> {
    At { value, line: 0 }
}

/// Whether a key can be the name of a setting.
fn is_plain(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !key.is_empty() && key.len() <= 60 && key.chars().all(plain)
}

/// One form for the ways in which a name is written.
fn same(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}
