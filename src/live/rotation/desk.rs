//! Where a plan is made, applied, and gone on with: the register, the servers, the stores and the journals together.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::draft::{Draft, Facts, draft};
use super::journal::{Head, Journal, Journals, Lock};
use super::plan::{Change, Holds, PLAN_VERSION, Plan, What};
use super::run::{Outcome, Run, World};
use super::seal::{Seal, digest, fresh};
use super::state::State;
use crate::live::connect::connect;
use crate::live::find;
use crate::live::issuer::Issuer;
use crate::live::servers::{Server, Servers};
use crate::live::store::{self, Around, Content, Named};
use crate::live::token::Listed;
use crate::register::{End, Entry, Register};
use crate::secret::Secret;

/// What plans are made and applied with.
pub struct Desk<'a> {
    /// The servers of the user.
    pub servers: &'a Servers,
    /// The register.
    pub register: &'a Register,
    /// Its file, as it can be opened from everywhere.
    pub file: &'a Path,
    /// Whether git tracks a file.
    pub tracked: &'a dyn Fn(&Path) -> Result<bool, String>,
    /// The user allows programs that the register names.
    pub programs: bool,
}

/// Why nothing is planned for an entry.
pub struct NotPlanned {
    /// The entry.
    pub entry: String,
    /// Why.
    pub why: String,
}

/// A change that was worked out again and is as its plan says.
pub struct Ready<'a> {
    change: Change,
    value: Option<Secret>,
    stores: Vec<Named<'a>>,
}

/// A server that was asked for its list.
struct Asked {
    issuer: Box<dyn Issuer>,
    listed: Listed,
    operator: Option<Secret>,
    seal: Seal,
}

type Servings = BTreeMap<String, Result<Asked, String>>;

impl<'a> Desk<'a> {
    /// Plans what is due, or what is named.
    pub fn plan(&self, wanted: &Wanted<'_>) -> (Plan, Vec<NotPlanned>) {
        let now = Timestamp::now();
        // A plan tells its moment in seconds, and is compared with what is worked out from it.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let mut plan = Plan {
            plan_version: PLAN_VERSION,
            id: fresh()[..12].to_owned(),
            made: now,
            nonce: fresh(),
            changes: Vec::new(),
        };
        let mut not = Vec::new();
        let mut servings = Servings::new();
        for (entry, revoke) in wanted.entries(self.register) {
            let asked = match entry {
                Ok(entry) if !wanted.is_due(self, entry, &plan, &mut servings) => continue,
                Ok(entry) => self
                    .draft(entry, revoke, &plan, &mut servings)
                    .map(|(draft, _)| plan.changes.push(draft.change))
                    .map_err(|why| (entry.id.clone(), why)),
                Err(missing) => Err(missing),
            };
            if let Err((entry, why)) = asked {
                not.push(NotPlanned { entry, why });
            }
        }
        (plan, not)
    }

    /// Works a plan out again.
    ///
    /// # Errors
    /// Something is otherwise than the plan says: a sentence each.
    pub fn ready(&self, plan: &Plan) -> Result<Vec<Ready<'a>>, Vec<String>> {
        let mut ready = Vec::new();
        let mut wrong = Vec::new();
        let mut servings = Servings::new();
        for change in &plan.changes {
            let about = |why: String| format!("{}: {why}", change.entry);
            let entry = self
                .register
                .entries
                .iter()
                .find(|entry| entry.id == change.entry);
            let Some(entry) = entry else {
                wrong.push(about("the register has no such entry any more".into()));
                continue;
            };
            match self.draft(entry, change.what == What::Revoke, plan, &mut servings) {
                Err(why) => wrong.push(about(why)),
                Ok((draft, stores)) => {
                    wrong.extend(change.differs(&draft.change).into_iter().map(about));
                    ready.push(Ready {
                        change: draft.change,
                        value: draft.value,
                        stores,
                    });
                }
            }
        }
        match wrong.is_empty() {
            true => Ok(ready),
            false => Err(wrong),
        }
    }

    fn asked<'s>(
        &self,
        alias: &str,
        plan: &Plan,
        servings: &'s mut Servings,
    ) -> Result<&'s mut Asked, String> {
        let asked = servings.entry(alias.to_owned()).or_insert_with(|| {
            let server = self.servers.find(alias)?;
            let operator = operator(server)?;
            let mut issuer = connect(server).map_err(|fault| fault.to_string())?;
            let listed = issuer.list().map_err(|fault| fault.to_string())?;
            Ok(Asked {
                issuer,
                listed,
                seal: Seal::new(&plan.nonce, operator.as_ref()),
                operator,
            })
        });
        asked.as_mut().map_err(|why| why.clone())
    }

    fn draft(
        &self,
        entry: &Entry,
        revoke: bool,
        plan: &Plan,
        servings: &mut Servings,
    ) -> Result<(Draft, Vec<Named<'a>>), String> {
        let alias = entry.server.as_ref().ok_or(
            "the entry names no `server`, an alias of the file of servers: who issued it is not known",
        )?;
        let mut stores = match revoke {
            true => Vec::new(),
            false => self.stores(entry.stores.iter().map(|at| at.value.as_str()))?,
        };
        let asked = self.asked(&alias.value, plan, servings)?;
        let facts = Facts {
            entry,
            policy: &self.register.policy,
            server: self.servers.find(&alias.value)?,
            listed: &asked.listed,
            operator: asked.operator.as_ref(),
            seal: &asked.seal,
            made: plan.made,
            revoke,
        };
        let draft = draft(&facts, asked.issuer.as_mut(), &mut stores)?;
        Ok((draft, stores))
    }

    fn stores<'t>(&self, names: impl Iterator<Item = &'t str>) -> Result<Vec<Named<'a>>, String> {
        let around = Around {
            dir: self.file.parent().unwrap_or(Path::new(".")),
            servers: self.servers,
            tracked: self.tracked,
            programs: self.programs,
        };
        let open = |name: &str| {
            let store = store::open(name, &around);
            let store = store.map_err(|why| format!("the store {name}: {why}"))?;
            Ok((name.to_owned(), store))
        };
        names.map(open).collect()
    }

    /// Does a change.
    ///
    /// # Errors
    /// Nothing was begun: the server cannot be opened, or the journal not be written.
    pub fn apply(
        &self,
        plan: &Plan,
        n: usize,
        ready: Ready<'_>,
        by: &str,
        world: &dyn World,
        (journals, lock): (&Journals, &Lock),
    ) -> Result<(String, Outcome), String> {
        let Ready {
            change,
            value,
            mut stores,
        } = ready;
        let server = self.servers.find(&change.server)?;
        let head = Head {
            plan: plan.id.clone(),
            made: plan.made,
            nonce: plan.nonce.clone(),
            register: self.file.to_owned(),
            by: by.to_owned(),
            programs: self.programs,
            address: address(server, &plan.nonce),
            change,
        };
        let mut issuer = connect(server).map_err(|fault| fault.to_string())?;
        let id = format!("{}-{}", plan.id, n + 1);
        let journal = journals.begin(&id, head.clone(), lock)?;
        let mut run = Run {
            issuer: issuer.as_mut(),
            stores: &mut stores,
            journal,
            state: State::begun(head),
            world,
            old: value,
            new: None,
            no_wait: false,
        };
        Ok((id, run.go()))
    }

    /// Goes on with a rotation.
    ///
    /// # Errors
    /// Nothing was done: the server is another than before, or a store cannot be opened.
    pub fn resume(
        &self,
        state: State,
        journal: Journal,
        no_wait: bool,
        world: &dyn World,
    ) -> Result<Outcome, String> {
        let head = state.head.clone();
        let server = self.servers.find(&head.change.server)?;
        if address(server, &head.nonce) != head.address {
            return Err(format!(
                "`{}` is at another address than when this rotation began, or asks as somebody else; nothing was done",
                server.alias
            ));
        }
        let names = head.change.stores.iter().map(|place| place.store.as_str());
        let mut stores = self.stores(names)?;
        let operator = operator(server)?;
        let old = old_value(&head, &mut stores, operator.as_ref());
        let mut issuer = connect(server).map_err(|fault| fault.to_string())?;
        let mut run = Run {
            issuer: issuer.as_mut(),
            stores: &mut stores,
            journal,
            state,
            world,
            old,
            new: None,
            no_wait,
        };
        Ok(run.go())
    }
}

/// The secret by which a server is asked.
fn operator(server: &Server) -> Result<Option<Secret>, String> {
    let secret = server.secret.as_ref().map(|secret| secret.read());
    secret
        .transpose()
        .map_err(|why| format!("`{}`: {why}", server.alias))
}

/// The old value, where a store still holds it: what was seen there when the plan was made.
fn old_value(head: &Head, stores: &mut [Named<'_>], operator: Option<&Secret>) -> Option<Secret> {
    let seal = Seal::new(&head.nonce, operator);
    let places = head
        .change
        .stores
        .iter()
        .filter(|place| place.holds == Holds::Value && !store::takes_id(&place.store));
    places.into_iter().find_map(|place| {
        let (_, store) = stores.iter_mut().find(|(name, _)| *name == place.store)?;
        match store.read() {
            Ok(Content::Value(value)) if seal.of(&place.store, &value) == place.seen => {
                place.seen.as_ref().map(|_| value)
            }
            _ => None,
        }
    })
}

/// A digest of where a server is and as whom it is asked.
fn address(server: &Server, nonce: &str) -> String {
    let user = server.user.as_deref().unwrap_or_default();
    digest(&[
        server.address.to_string().as_bytes(),
        user.as_bytes(),
        nonce.as_bytes(),
    ])
}

/// What is to be planned.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// The entries that are rotated; all that are due where none is named.
    pub ids: &'a [String],
    /// The entries that are only ended.
    pub revoke: &'a [String],
    /// What ends or is to be rotated within so many seconds.
    pub due: Option<i64>,
}

type Chosen<'r> = Result<&'r Entry, (String, String)>;

impl Wanted<'_> {
    /// The entries, and whether each is only ended.
    fn entries<'r>(&self, register: &'r Register) -> Vec<(Chosen<'r>, bool)> {
        let find = |id: &String| {
            let found = register.entries.iter().find(|entry| entry.id == *id);
            found.ok_or_else(|| {
                let ids = register.entries.iter().map(|entry| entry.id.as_str());
                let near = crate::rule::closest(id, ids);
                let near = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
                (id.clone(), format!("the register has no such entry{near}"))
            })
        };
        let mut all: Vec<(Chosen<'r>, bool)> =
            self.ids.iter().map(|id| (find(id), false)).collect();
        all.extend(self.revoke.iter().map(|id| (find(id), true)));
        if self.due.is_some() {
            let issued = register
                .entries
                .iter()
                .filter(|entry| entry.server.is_some() && !entry.is_over());
            let named =
                |entry: &&Entry| !self.ids.contains(&entry.id) && !self.revoke.contains(&entry.id);
            all.extend(issued.filter(named).map(|entry| (Ok(entry), false)));
        }
        all
    }

    /// Whether an entry is wanted: by its name, or because it is due.
    fn is_due(&self, desk: &Desk<'_>, entry: &Entry, plan: &Plan, servings: &mut Servings) -> bool {
        if self.ids.contains(&entry.id) || self.revoke.contains(&entry.id) {
            return true;
        }
        let until = plan.made.as_second().saturating_add(self.due.unwrap_or(0));
        let every = entry
            .rotate_every
            .map(|every| every.value)
            .or(desk.register.policy.max_age);
        let turn = entry
            .changed()
            .zip(every)
            .map(|(at, every)| at.value.as_second() + every);
        let end = entry.end().and_then(|end| match end.value {
            End::At(at) => Some(at.as_second()),
            End::Never => None,
        });
        if [turn, end].into_iter().flatten().any(|at| at <= until) {
            return true;
        }
        // What the server says counts too. An entry that it cannot be asked about is due, so that it is told.
        let Some(alias) = &entry.server else {
            return false;
        };
        match desk.asked(&alias.value, plan, servings) {
            Err(_) => true,
            Ok(asked) => match find::of_entry(&asked.listed, entry, asked.issuer.about()) {
                Err(_) => true,
                Ok(token) => token
                    .row
                    .expires
                    .at()
                    .is_some_and(|at| at.as_second() <= until),
            },
        }
    }
}
