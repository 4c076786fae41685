//! Works out a change: from the register, what the server lists, and what the stores hold. `live plan` writes it down;
//! `live apply` works it out again and compares, so that nothing of a plan is believed.

use jiff::Timestamp;

use super::plan::{self, Change, Holds, Place, Successor, What};
use super::seal::{Seal, digest};
use super::{steps, time};
use crate::finding::DAY;
use crate::lists::Row;
use crate::live::driver::About;
use crate::live::find;
use crate::live::issuer::Issuer;
use crate::live::servers::Server;
use crate::live::store::{Content, Named, takes_id};
use crate::live::token::{Can, Held, Listed, Token, Verdict};
use crate::register::{Entry, Policy};
use crate::secret::Secret;

/// What a change is worked out from.
pub struct Facts<'a> {
    /// The entry of the register.
    pub entry: &'a Entry,
    /// What holds for all entries.
    pub policy: &'a Policy,
    /// The server, as the user wrote it down.
    pub server: &'a Server,
    /// What it lists.
    pub listed: &'a Listed,
    /// The secret by which it is asked.
    pub operator: Option<&'a Secret>,
    /// The plan's seals for this server.
    pub seal: &'a Seal,
    /// When the plan is or was made.
    pub made: Timestamp,
    /// Only end the token.
    pub revoke: bool,
}

/// A change, and what only memory may hold.
pub struct Draft {
    /// The change.
    pub change: Change,
    /// The old value, where a store or the list shows it.
    pub value: Option<Secret>,
}

/// Works out a change. The value that stores hold is sent to its server once, to see whether it lives; nothing else
/// changes anything.
///
/// # Errors
/// It cannot be done, or must not be: why, and what to do.
pub fn draft(
    facts: &Facts<'_>,
    issuer: &mut dyn Issuer,
    stores: &mut [Named<'_>],
) -> Result<Draft, String> {
    let token = find::of_entry(facts.listed, facts.entry, issuer.about())?;
    let old = plan::Listed::of(&token.row);
    if find::marked(facts.listed, &old.mark).is_none() {
        return Err(format!("the server lists more than one {}", old.called()));
    }
    not_our_own(facts, token, issuer)?;
    let about = issuer.about().clone();
    let what = what(facts, issuer.can(), &about)?;
    let mut change = Change {
        entry: facts.entry.id.clone(),
        what,
        server: facts.server.alias.clone(),
        kind: about.kind.clone(),
        state: state(facts, &token.row, &about),
        old,
        successor: None,
        stores: Vec::new(),
        overlap: 0,
        steps: Vec::new(),
        warnings: Vec::new(),
    };
    let mut value = token.value.clone();
    if what != What::Revoke {
        change.overlap = match (what, facts.entry.overlap) {
            (What::Rotate, Some(overlap)) => overlap.value,
            _ => 0,
        };
        change.successor = Some(successor(facts, token, what, &about, &mut change.warnings)?);
        let shown = places(facts, stores, &mut change)?;
        value = value.or(shown);
        lives(issuer, token, value.as_ref())?;
        warn(facts, &about, &mut change);
    } else if !facts.entry.stores.is_empty() {
        let warning = "Stores of this token keep a value that is dead then: take it out of them.";
        change.warnings.push(warning.into());
    }
    change.steps = steps::steps(&change, &about);
    Ok(Draft { change, value })
}

/// The credential by which keysweep asks is not ended by asking with it.
fn not_our_own(facts: &Facts<'_>, token: &Token, issuer: &mut dyn Issuer) -> Result<(), String> {
    let row = &token.row;
    let refuse = || {
        Err(format!(
            "{} is what keysweep itself asks `{}` with: rotate it by hand, or with another credential in servers.toml",
            plan::Listed::of(row).called(),
            facts.server.alias
        ))
    };
    // An account is the one that the file of servers names; where a user has tokens, the row is a token of his.
    let is_user = |user: &String| !user.is_empty() && (row.id == *user || row.name == *user);
    if facts.server.user.as_ref().is_some_and(is_user) {
        return refuse();
    }
    let Some(operator) = facts.operator else {
        return Ok(());
    };
    let listed = token.value.as_ref() == Some(operator);
    if listed || find::is_value_of(row, operator) == Some(true) {
        return refuse();
    }
    match issuer.own() {
        Ok(Some(id)) if !id.is_empty() && id == row.id => refuse(),
        Ok(_) => Ok(()),
        Err(fault) => Err(format!(
            "whose secret keysweep asks with cannot be told: {fault}"
        )),
    }
}

/// What can be done with a token here.
fn what(facts: &Facts<'_>, can: Can, about: &About) -> Result<What, String> {
    let kind = &about.kind;
    if !can.list {
        return Err(format!(
            "a server of the kind {kind} does not list its tokens, so nothing can be proved"
        ));
    }
    if facts.revoke {
        return match can.revoke {
            true => Ok(What::Revoke),
            false => Err(format!(
                "a server of the kind {kind} cannot be asked to end a token"
            )),
        };
    }
    match (can.create && can.revoke, can.replace) {
        (true, _) => Ok(What::Rotate),
        (false, true) if can.choose => Ok(What::Choose),
        (false, true) => Ok(What::Replace),
        (false, false) => Err(format!(
            "a server of the kind {kind} cannot be asked to make a token and to end one"
        )),
    }
}

/// A digest of where the server is and which tokens of this name it lists.
fn state(facts: &Facts<'_>, old: &Row, about: &About) -> String {
    let mut marks: Vec<String> = find::kin(facts.listed, old, about)
        .iter()
        .map(|token| find::mark(&token.row))
        .collect();
    marks.sort();
    let set: Vec<String> = facts
        .server
        .set
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    digest(&[
        facts.server.address.to_string().as_bytes(),
        facts.server.user.as_deref().unwrap_or_default().as_bytes(),
        set.join("\n").as_bytes(),
        marks.join("\n").as_bytes(),
        facts.made.to_string().as_bytes(),
    ])
}

/// The token that is to follow.
fn successor(
    facts: &Facts<'_>,
    token: &Token,
    what: What,
    about: &About,
    warnings: &mut Vec<String>,
) -> Result<Successor, String> {
    let row = &token.row;
    if what.is_in_place() {
        return Ok(Successor {
            name: row.name.clone(),
            scope: plan::Listed::of(row).scope,
            ends: row.expires.at(),
        });
    }
    let of_register = facts.entry.name.as_ref().map(|name| name.value.as_str());
    let base = of_register.unwrap_or_else(|| find::base(about.name_of(row)));
    let base = if base.is_empty() {
        &facts.entry.id
    } else {
        base
    };
    let name = format!("{base}-{}", facts.made.strftime("%Y%m%d"));
    let owned = |other: &&Token| other.row.owner == row.owner;
    if let Some(other) = facts
        .listed
        .tokens
        .iter()
        .filter(owned)
        .find(|t| about.is_named(&t.row, &name))
    {
        return Err(format!(
            "there is a token {} already: it was rotated today, or a rotation did not end (`keysweep live status`)",
            plan::Listed::of(&other.row).called()
        ));
    }
    let count = facts.listed.tokens.iter().filter(owned).count();
    if let Some(most) = about.most.filter(|most| count >= *most) {
        return Err(format!(
            "{} has {count} tokens, and this kind of server gives at most {most}: there is no room for a second",
            match row.owner.is_empty() {
                true => "the account",
                false => &row.owner,
            }
        ));
    }
    Ok(Successor {
        name,
        scope: scope(facts, row.scope.clone(), warnings),
        ends: ends(facts, token, about, warnings),
    })
}

/// What the successor may do: what the register says, where that is the same or less.
fn scope(facts: &Facts<'_>, mut old: Vec<String>, warnings: &mut Vec<String>) -> Vec<String> {
    old.sort();
    old.dedup();
    let mut wanted: Vec<String> = facts
        .entry
        .scope
        .iter()
        .map(|at| at.value.clone())
        .collect();
    wanted.sort();
    wanted.dedup();
    if wanted.is_empty() || wanted == old {
        return old;
    }
    match wanted.iter().all(|one| old.contains(one)) {
        true => {
            let lost: Vec<&str> = old
                .iter()
                .filter(|one| !wanted.contains(one))
                .map(String::as_str)
                .collect();
            warnings.push(format!(
                "The register says less than the server: the new token may not do {} any more.",
                lost.join(", ")
            ));
            wanted
        }
        // The register may say it in words of people.
        false => old,
    }
}

/// When the successor ends: after two intervals, and where none is said, after as long as the old one lives.
fn ends(
    facts: &Facts<'_>,
    token: &Token,
    about: &About,
    warnings: &mut Vec<String>,
) -> Option<Timestamp> {
    if about.never_expires {
        return None;
    }
    let row = &token.row;
    let every = facts
        .entry
        .rotate_every
        .map(|every| every.value)
        .or(facts.policy.max_age);
    let whole = match (row.created.at(), row.expires.at()) {
        (Some(created), Some(end)) => Some(end.as_second() - created.as_second()),
        _ => None,
    };
    let longest = about.longest.map(|days| i64::from(days) * DAY);
    let Some(mut seconds) = every.map(|every| 2 * every).or(whole).filter(|s| *s > 0) else {
        warnings.push(
            "The new token has no end, as the old one: write `rotate_every` into the entry, and it ends after two intervals.".into(),
        );
        return None;
    };
    if let Some(longest) = longest.filter(|longest| *longest < seconds) {
        seconds = longest;
        let short = every.is_some_and(|every| longest < every);
        if short {
            warnings.push(format!(
                "This kind of server grants at most {}, which is less than the interval.",
                time::span(longest)
            ));
        }
    }
    let end = facts.made.as_second().checked_add(seconds)?;
    Timestamp::from_second(end).ok()
}

/// Looks into the stores. What they show is one value.
fn places(
    facts: &Facts<'_>,
    stores: &mut [Named<'_>],
    change: &mut Change,
) -> Result<Option<Secret>, String> {
    if stores.is_empty() {
        return Err(
            "the entry names no `stores`: the new value would be nowhere. Write where it is kept"
                .into(),
        );
    }
    if stores.iter().all(|(name, _)| takes_id(name)) {
        return Err("every store of the entry takes the id: the new value would be nowhere".into());
    }
    let mut shown: Option<(String, Secret)> = None;
    for (name, store) in stores {
        let said = |why: String| format!("the store {name} {why}");
        store.ready().map_err(said)?;
        let content = store.read().map_err(said)?;
        let (holds, seen) = match &content {
            Content::Value(value) => (Holds::Value, facts.seal.of(name, value)),
            Content::Empty => (Holds::Nothing, None),
            Content::Hidden => (Holds::Hidden, None),
        };
        if takes_id(name) {
            fits_id(change, &content).map_err(said)?;
        } else if let Content::Value(value) = content {
            if facts.operator == Some(&value) {
                return Err(said(format!(
                    "holds the secret that keysweep itself asks `{}` with: rotate that by hand, or ask with another",
                    facts.server.alias
                )));
            }
            match &shown {
                Some((other, before)) if *before != value => {
                    return Err(format!(
                        "the stores {other} and {name} hold different values: bring them in line first, or take one out of the entry"
                    ));
                }
                _ => shown = Some((name.clone(), value)),
            }
        }
        change.stores.push(Place {
            store: name.clone(),
            holds,
            seen,
        });
    }
    Ok(shown.map(|(_, value)| value))
}

/// Whether a store that takes the id of the token can take the next one.
fn fits_id(change: &Change, holds: &Content) -> Result<(), String> {
    let old = &change.old;
    if change.what.is_in_place() {
        return Err(
            "takes the id of the token, which stays when its value is changed in its place: take the store out of the entry".into(),
        );
    }
    if old.id.is_empty() {
        return Err("takes the id of the token, and this kind of server gives none".into());
    }
    match holds {
        Content::Value(id) if id.expose() != old.id.as_bytes() => {
            Err(format!("does not hold the id of {}", old.called()))
        }
        _ => Ok(()),
    }
}

/// Whether what the stores hold is the token that the server lists, and lives.
fn lives(issuer: &mut dyn Issuer, token: &Token, value: Option<&Secret>) -> Result<(), String> {
    let Some(value) = value else {
        return Ok(());
    };
    if find::is_value_of(&token.row, value) == Some(false) {
        return Err(format!(
            "what the stores hold is not {}: another value would be ended than the one that is replaced",
            plan::Listed::of(&token.row).called()
        ));
    }
    if !issuer.can().check || token.row.state == crate::lists::State::Expired {
        return Ok(());
    }
    match issuer.check(value, &Held::of(&token.row)) {
        Ok(Verdict::Live) => Ok(()),
        Ok(Verdict::Dead) => Err(
            "the server does not accept what the stores hold, so it is not the token that it lists; \
             put the right value there first"
                .into(),
        ),
        Ok(Verdict::Unknown(why)) => Err(format!("whether what the stores hold is alive cannot be told: {why}")),
        Err(fault) => Err(format!("whether what the stores hold is alive cannot be told: {fault}")),
    }
}

fn warn(facts: &Facts<'_>, about: &About, change: &mut Change) {
    let mut warn = |text: String| change.warnings.push(text);
    if change.what == What::Rotate && change.overlap == 0 {
        warn("The entry says no `overlap`: the old token ends as soon as the stores are written, and whatever still holds it fails.".into());
    }
    if change.what == What::Choose {
        warn("The value is changed in its place: from the first store on until the server has it, the two differ for a moment.".into());
    }
    if change.what == What::Replace {
        warn("The value is changed in its place: between that and the writing of the stores nothing works. `apply` wants --accept-gap.".into());
    }
    let shows = |place: &Place| place.holds == Holds::Value && !takes_id(&place.store);
    if !change.stores.iter().any(shows) {
        warn(
            "No store shows its value: that the old one is dead is proved by the list alone."
                .into(),
        );
    } else if change.stores.iter().any(|p| shows(p) && p.seen.is_none()) {
        warn(format!(
            "`{}` is asked without a secret, so whether a store was changed between plan and apply cannot be told.",
            facts.server.alias
        ));
    }
    if about.scope_is_fixed
        && change
            .successor
            .as_ref()
            .is_some_and(|next| !next.scope.is_empty())
    {
        warn("This kind of server cannot be asked for a scope: what it grants is compared.".into());
    }
}
