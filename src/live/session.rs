//! Does with a server what its driver says, over HTTP.

use std::collections::HashMap;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::draw::drawn;
use super::driver::{
    About, By, Call, Check, Create, Driver, ListCalls, Pages, Pick, Presents, Step,
};
use super::fault::Fault;
use super::http::Client;
use super::issuer::{Can, Held, Issuer, Listed, Made, PARTLY, Token, Verdict, Want};
use super::servers::Server;
use super::vars::{Var, Vars};
use crate::base64::{Engine as _, STANDARD};
use crate::lists::{self, Asked, Dropped, List, MAX_ROWS};
use crate::rule::{Holds, ListKind};
use crate::secret::{Fingerprint, Secret};

/// Requests that one list may take. At ten a second it is twenty minutes.
const MAX_REQUESTS: usize = 12_000;

/// One server, while it is asked.
pub(super) struct Session {
    alias: String,
    driver: Driver,
    kind: &'static ListKind,
    client: Client,
    /// What the operator knows.
    operator: Vars,
    /// When the operator logged in, where that is needed.
    login: Option<Instant>,
}

impl Session {
    /// Reads the secrets; sends nothing.
    pub fn open(server: &Server) -> Result<Session, Fault> {
        let not_sent = |why: String| Fault::NotSent(format!("`{}`: {why}", server.alias));
        let mut operator = Vars::default();
        if let Some(user) = &server.user {
            operator.set("user", Var::Text(user.clone()));
        }
        if let Some(secret) = &server.secret {
            operator.set("secret", Var::Secret(secret.read().map_err(not_sent)?));
        }
        for (name, secret) in &server.secrets {
            let secret = secret.read().map_err(not_sent)?;
            operator.set(format!("secrets.{name}"), Var::Secret(secret));
        }
        for (name, text) in &server.set {
            operator.set(format!("set.{name}"), Var::Text(text.clone()));
        }
        Ok(Session {
            alias: server.alias.clone(),
            driver: server.driver.clone(),
            kind: server.driver.list_kind().map_err(not_sent)?,
            client: Client::new(&server.address, server.roots.as_deref(), server.pause)?,
            operator,
            login: None,
        })
    }

    /// Logs the operator in where the driver asks for that, and it is not done, or too long ago.
    fn log_in(&mut self) -> Result<(), Fault> {
        let lasts = self.driver.auth.lasts();
        if self.driver.login.is_empty() || self.login.is_some_and(|at| at.elapsed() < lasts) {
            return Ok(());
        }
        for step in self.driver.login.clone() {
            let answer = self.sent(&step.call, &Vars::default(), &Presents::default())?;
            let answer = succeeded(&step.call, answer)?;
            let kept = kept(&step, &answer)?;
            for (name, value) in kept {
                // What a login gives opens the server.
                let value = match value {
                    Value::String(text) => Var::Secret(Secret::new(text.as_bytes())),
                    other => Var::Json(other),
                };
                self.operator.set(name, value);
            }
        }
        self.login = Some(Instant::now());
        Ok(())
    }

    /// Sends a request as somebody.
    fn sent(&mut self, call: &Call, vars: &Vars, who: &Presents) -> Result<Answer, Fault> {
        let vars = self.operator.and(vars);
        let not_sent = |why: String| {
            Fault::NotSent(format!(
                "`{}`: {} cannot be sent: {why}",
                self.alias,
                call.shown()
            ))
        };
        let headers = presented(who, &vars).map_err(not_sent)?;
        let request = call.request(&vars, headers).map_err(not_sent)?;
        self.client.send(&request)
    }

    /// Sends a request as the operator.
    pub(super) fn asked(&mut self, call: &Call, vars: &Vars) -> Result<Answer, Fault> {
        self.log_in()?;
        let admin = self.driver.auth.admin.clone();
        self.sent(call, vars, &admin)
    }

    /// Asks for every page, and gives each record to `take`.
    fn pages(
        &mut self,
        call: &Call,
        pages: Option<&Pages>,
        items: (&str, bool),
        vars: &Vars,
        budget: &mut usize,
        take: &mut dyn FnMut(Entry) -> Result<(), Fault>,
    ) -> Result<Asking, Fault> {
        let mut vars = vars.clone();
        let mut number = pages.map_or(1, |pages| pages.first);
        let mut before = 0_u64;
        let mut last: Option<Vec<u8>> = None;
        vars.set("cursor", Var::Nothing);
        loop {
            if *budget == 0 {
                return Err(unexpected(
                    call,
                    &format!("the list takes more than {MAX_REQUESTS} requests"),
                ));
            }
            *budget -= 1;
            vars.set(
                "page",
                Var::Number(i64::try_from(number).unwrap_or(i64::MAX)),
            );
            vars.set(
                "offset",
                Var::Number(i64::try_from(before).unwrap_or(i64::MAX)),
            );
            let answer = self.asked(call, &vars)?;
            if !(200..300).contains(&answer.status) && call.is_ok(answer.status) {
                return Ok(Asking::Refused(answer.status));
            }
            let answer = succeeded(call, answer)?;
            // A server that knows nothing of pages gives the first one again and again.
            if last.as_deref() == Some(answer.body()) {
                return Ok(Asking::Whole);
            }
            let records = records(call, &answer, items)?;
            let count = records.len() as u64;
            last = Some(answer.body().to_vec());
            records.into_iter().try_for_each(&mut *take)?;
            let Some(pages) = pages else {
                return Ok(Asking::Whole);
            };
            match pages.by {
                By::Page | By::Offset if count < pages.size => return Ok(Asking::Whole),
                By::Page => number += 1,
                By::Offset => before += count,
                By::Cursor => {
                    let next = pages
                        .next
                        .as_ref()
                        .and_then(|next| answer.at(next)?.as_str());
                    match next.filter(|next| !next.is_empty()) {
                        Some(next) => vars.set("cursor", Var::Text(next.to_owned())),
                        None => return Ok(Asking::Whole),
                    }
                }
            }
        }
    }

    /// For whom the list is asked: once for each record of `over`, or once.
    fn each(&mut self, calls: &ListCalls, budget: &mut usize) -> Result<Vec<Vars>, Fault> {
        let Some(over) = &calls.over else {
            return Ok(vec![Vars::default()]);
        };
        let mut all = Vec::new();
        let none = Vars::default();
        let items = (over.items.as_str(), over.keyed);
        let asking = self.pages(
            &over.call,
            over.pages.as_ref(),
            items,
            &none,
            budget,
            &mut |Entry { key, record }| {
                let mut vars = Vars::default();
                for (name, pick) in &over.keep {
                    let value = member(key.as_deref(), &record, pick);
                    if matches!(value, Var::Nothing) {
                        let why = format!("nothing stands at `{}` of a record", pick.at);
                        return Err(unexpected(&over.call, &why));
                    }
                    vars.set(format!("each.{name}"), value);
                }
                all.push(vars);
                Ok(())
            },
        )?;
        match asking {
            Asking::Whole => Ok(all),
            Asking::Refused(status) => Err(refused(&over.call, status)),
        }
    }

    fn made(&mut self, how: &Create, mut vars: Vars, new: Option<Secret>) -> Result<Made, Fault> {
        for (name, template) in &how.otherwise {
            if matches!(vars.get(name), None | Some(Var::Nothing)) {
                let known = self.operator.and(&vars);
                let value = known.fill_json(template).map_err(Fault::NotSent)?;
                vars.set(name.clone(), Var::Json(value));
            }
        }
        let new = match new {
            Some(new) => new,
            None => drawn().map_err(Fault::NotSent)?,
        };
        vars.set("new", Var::Secret(new));
        let mut id = None;
        for step in &how.steps {
            let answer = self.asked(&step.call, &vars)?;
            let answer = succeeded(&step.call, answer)?;
            for (name, value) in kept(step, &answer)? {
                if name == "id" {
                    id = Var::Json(value.clone()).shown();
                }
                vars.set(name, Var::Json(value));
            }
        }
        let value = &how.value;
        let value = vars
            .fill(value)
            .map_err(|why| Fault::Lost(format!("`{}`: the new value: {why}", self.alias)))?;
        if value.is_empty() || value.chars().any(char::is_control) {
            let why = "the new value is empty or has control characters";
            return Err(Fault::Lost(format!("`{}`: {why}", self.alias)));
        }
        Ok(Made {
            value: Secret::new(value.as_bytes()),
            id: id.filter(|id| !id.is_empty()),
        })
    }

    fn cannot(&self, what: &str) -> Fault {
        Fault::CannotDo(format!(
            "`{}`: a server of the kind {} cannot be asked to {what}",
            self.alias, self.driver.server.kind
        ))
    }
}

impl Issuer for Session {
    fn about(&self) -> &About {
        &self.driver.server
    }

    fn can(&self) -> Can {
        self.driver.can()
    }

    fn list(&mut self) -> Result<Listed, Fault> {
        let calls = self.driver.list.clone();
        let calls = calls.ok_or_else(|| self.cannot("list its tokens"))?;
        let mut gathered = Gathered::new(self.kind, &self.alias, calls.over.is_some());
        let mut budget = MAX_REQUESTS;
        for each in self.each(&calls, &mut budget)? {
            let mut added = Map::new();
            let known = self.operator.and(&each);
            for (name, template) in &calls.add {
                let text = known.fill(template).map_err(Fault::NotSent)?;
                added.insert(name.clone(), Value::String(text));
            }
            let items = (calls.items.as_str(), calls.keyed);
            let pages = calls.pages.as_ref();
            let asking = self.pages(
                &calls.call,
                pages,
                items,
                &each,
                &mut budget,
                &mut |Entry { key, record }| {
                    let took = gathered.take(&calls, &each, &added, key, record);
                    took.map_err(|why| unexpected(&calls.call, &why))
                },
            )?;
            if let Asking::Refused(status) = asking {
                gathered.incomplete(format!(
                    "a part of the list was refused with status {status}; {PARTLY}"
                ));
            }
        }
        Ok(gathered.finish())
    }

    fn check(&mut self, value: &Secret, held: &Held) -> Result<Verdict, Fault> {
        let check = self.driver.check.clone();
        let check = check.ok_or_else(|| self.cannot("try a value"))?;
        let mut vars = Vars::default();
        vars.set("value", Var::Secret(value.clone()));
        let known = [("owner", &held.owner), ("name", &held.name)];
        for (name, text) in known {
            if let Some(text) = text {
                vars.set(name, Var::Text(text.clone()));
            }
        }
        let who = self.driver.auth.value.clone();
        let answer = self.sent(&check.call, &vars, &who)?;
        Ok(verdict(&check, &answer))
    }

    fn own(&mut self) -> Result<Option<String>, Fault> {
        let check = self.driver.check.clone();
        let pointer = check.as_ref().and_then(|check| check.id.clone());
        let secret = self.operator.get("secret").cloned();
        let (Some(check), Some(pointer), Some(secret)) = (check, pointer, secret) else {
            return Ok(None);
        };
        let mut vars = Vars::default();
        vars.set("value", secret);
        let who = self.driver.auth.value.clone();
        let answer = self.sent(&check.call, &vars, &who)?;
        Ok(answer
            .at(&pointer)
            .and_then(|id| Var::Json(id.clone()).shown()))
    }

    fn create(&mut self, want: &Want) -> Result<Made, Fault> {
        let create = self.driver.create.clone();
        let create = create.ok_or_else(|| self.cannot("make a token"))?;
        let mut vars = match &want.like {
            Some(token) => of_token(token),
            None => Vars::default(),
        };
        vars.set("name", Var::Text(want.name.clone()));
        vars.set("owner", Var::Text(want.owner.clone()));
        vars.set("scope", Var::List(want.scope.clone()));
        ends(&mut vars, want.ends, Timestamp::now());
        self.made(&create, vars, None)
    }

    fn replace(&mut self, token: &Token) -> Result<Made, Fault> {
        let replace = self.driver.replace.clone();
        let replace = replace.ok_or_else(|| self.cannot("give a token another value"))?;
        self.made(&replace, of_token(token), None)
    }

    fn replace_by(&mut self, token: &Token, value: &Secret) -> Result<Made, Fault> {
        let replace = self.driver.replace.clone().filter(Create::draws);
        let replace = replace.ok_or_else(|| self.cannot("give a token a value of our choice"))?;
        self.made(&replace, of_token(token), Some(value.clone()))
    }

    fn revoke(&mut self, token: &Token) -> Result<(), Fault> {
        let revoke = self.driver.revoke.clone();
        let revoke = revoke.ok_or_else(|| self.cannot("end a token"))?;
        let answer = self.asked(&revoke, &of_token(token))?;
        succeeded(&revoke, answer).map(|_| ())
    }
}

/// How asking for a list ended.
enum Asking {
    /// Every page came.
    Whole,
    /// The server refused, and the driver says that it may.
    Refused(u16),
}

/// The rows of a list as they come in.
struct Gathered {
    kind: &'static ListKind,
    asked: Asked,
    list: List,
    tokens: Vec<Token>,
}

impl Gathered {
    fn new(kind: &'static ListKind, alias: &str, of_all: bool) -> Self {
        let taken = Timestamp::now();
        Gathered {
            kind,
            asked: Asked {
                server: Some(alias.to_owned()),
                taken: Some(taken),
                complete: of_all,
                sole: false,
                columns: Vec::new(),
            },
            list: List {
                kind,
                server: alias.to_owned(),
                taken: Some(taken),
                complete: kind.holds == Holds::All || of_all && lists::can_be_complete(kind),
                sole: false,
                rows: Vec::new(),
                dropped: Dropped::default(),
                notes: Vec::new(),
            },
            tokens: Vec::new(),
        }
    }

    fn incomplete(&mut self, why: String) {
        self.list.complete = false;
        self.note(why);
    }

    fn note(&mut self, note: String) {
        if self.list.notes.len() < 20 && !self.list.notes.contains(&note) {
            self.list.notes.push(note);
        }
    }

    /// Reads one record as its kind of list says, in a document of its own, so that each row is known to be this
    /// record's.
    fn take(
        &mut self,
        calls: &ListCalls,
        each: &Vars,
        added: &Map<String, Value>,
        key: Option<String>,
        record: Value,
    ) -> Result<(), String> {
        let mut vars = each.clone();
        for (name, pick) in &calls.keep {
            vars.set(format!("old.{name}"), member(key.as_deref(), &record, pick));
        }
        let values = calls.value.iter();
        let values = values.filter_map(|pointer| record.pointer(pointer)?.as_str());
        let values: Vec<Secret> = values.map(|text| Secret::new(text.as_bytes())).collect();
        let document = document(&calls.items, key, record, added);
        let read = lists::read(self.kind, document.to_string().as_bytes(), &self.asked);
        let read = read.map_err(|error| error.message)?;
        self.list.dropped.secrets += read.dropped.secrets;
        self.list.dropped.guessable += read.dropped.guessable;
        for note in read.notes {
            self.note(note);
        }
        for row in read.rows {
            if self.list.rows.len() >= MAX_ROWS {
                return Err(format!("a list has at most {MAX_ROWS} rows"));
            }
            self.list.rows.push(row.clone());
            // A record may hold the value before too, which is a row of its own.
            let digest = row.equal.map(|equal| equal.digest);
            let mut own = values.iter();
            let own = own.find(|value| Some(Fingerprint::of_strong(value.expose())) == digest);
            self.tokens.push(Token {
                value: own.cloned(),
                row,
                vars: vars.clone(),
            });
        }
        Ok(())
    }

    /// The list; a token that two pages have, because the list changed between them, is one.
    fn finish(mut self) -> Listed {
        let mut seen: HashMap<(String, String), usize> = HashMap::new();
        let tokens = std::mem::take(&mut self.tokens);
        for token in tokens {
            let row = &token.row;
            let at = self.tokens.len();
            if !row.id.is_empty()
                && let Some(before) = seen.insert((row.id.clone(), row.owner.clone()), at)
                && self
                    .tokens
                    .get(before)
                    .is_some_and(|other| other.row == *row)
            {
                seen.insert((row.id.clone(), row.owner.clone()), before);
                continue;
            }
            self.tokens.push(token);
        }
        self.list.rows = self.tokens.iter().map(|token| token.row.clone()).collect();
        Listed {
            list: self.list,
            tokens: self.tokens,
        }
    }
}

/// A document with one record where the driver says that records are.
fn document(items: &str, key: Option<String>, record: Value, added: &Map<String, Value>) -> Value {
    let mut value = match key {
        Some(key) => Value::Object(Map::from_iter([(key, record)])),
        None => Value::Array(vec![record]),
    };
    for name in items
        .split('/')
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        value = Value::Object(Map::from_iter([(name.to_owned(), value)]));
    }
    match &mut value {
        Value::Object(members) => {
            members.extend(added.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        // A list by itself has nothing around it: what is added stands in the record.
        Value::Array(records) => {
            for record in records {
                if let Value::Object(members) = record {
                    members.extend(added.iter().map(|(k, v)| (k.clone(), v.clone())));
                }
            }
        }
        _ => {}
    }
    value
}

/// A record of a page.
struct Entry {
    /// Its name, where records are the members of an object.
    key: Option<String>,
    record: Value,
}

/// The records of a page.
fn records(
    call: &Call,
    answer: &Answer,
    (items, keyed): (&str, bool),
) -> Result<Vec<Entry>, Fault> {
    let bare = |record: &Value| Entry {
        key: None,
        record: record.clone(),
    };
    let json = answer
        .json()
        .ok_or_else(|| unexpected(call, "it is no JSON"))?;
    match (json.pointer(items), keyed) {
        (Some(Value::Array(records)), false) => Ok(records.iter().map(bare).collect()),
        (Some(Value::Object(members)), true) => {
            let named = members.iter().map(|(name, record)| Entry {
                key: Some(name.clone()),
                record: record.clone(),
            });
            Ok(named.collect())
        }
        // Some servers write an empty list so.
        (Some(Value::Null), _) => Ok(Vec::new()),
        // A single record.
        (Some(record @ Value::Object(_)), false) => Ok(vec![bare(record)]),
        _ => Err(unexpected(call, "no list stands where it should")),
    }
}

/// What is taken out of a record that may have a name.
fn member(key: Option<&str>, record: &Value, pick: &Pick) -> Var {
    match pick.of(key, record) {
        None => Var::Nothing,
        Some(Value::String(text)) => Var::Text(text),
        Some(other) => Var::Json(other),
    }
}

/// What an answer says of a token.
pub(super) fn verdict(check: &Check, answer: &Answer) -> Verdict {
    // An API answers with no page: a proxy, a login or an error of the host does, and says nothing of the token.
    if answer.html {
        return Verdict::Unknown(format!(
            "the answer (status {}) is a page of HTML, perhaps of a proxy",
            answer.status
        ));
    }
    let live = check.live.iter().any(|fits| fits.holds(answer));
    let dead = check.dead.iter().any(|fits| fits.holds(answer));
    match (live, dead) {
        (true, false) => Verdict::Live,
        (false, true) => Verdict::Dead,
        _ => Verdict::Unknown(format!(
            "the answer (status {}) is neither that of a living nor that of a dead token",
            answer.status
        )),
    }
}

/// The headers by which somebody presents himself.
fn presented(who: &Presents, vars: &Vars) -> Result<Vec<(String, String)>, String> {
    let mut headers = Vec::new();
    let split = |text: &str| {
        let (name, value) = text.split_once(':').ok_or("a header has no colon")?;
        Ok::<_, String>((name.trim().to_owned(), value.trim().to_owned()))
    };
    if let Some(header) = &who.header {
        let (name, template) = split(header)?;
        headers.push((name, vars.fill(&template)?));
    }
    if let Some(basic) = &who.basic {
        let text = STANDARD.encode(vars.fill(basic)?);
        headers.push(("Authorization".to_owned(), format!("Basic {text}")));
    }
    if let Some(header) = &who.base64_header {
        let (name, template) = split(header)?;
        headers.push((name, STANDARD.encode(vars.fill(&template)?)));
    }
    Ok(headers)
}

/// An answer that is success.
fn succeeded(call: &Call, answer: Answer) -> Result<Answer, Fault> {
    match call.is_ok(answer.status) && !answer.html {
        true if call.failed(&answer) => Err(Fault::Refused {
            status: answer.status,
            request: call.shown(),
            why: "the answer says that it failed".into(),
        }),
        true => Ok(answer),
        false if answer.html => Err(Fault::Refused {
            status: answer.status,
            request: call.shown(),
            why: "a page of HTML, perhaps of a proxy or a login".into(),
        }),
        false => Err(refused(call, answer.status)),
    }
}

/// A refusal, in our words: servers write secrets into theirs.
fn refused(call: &Call, status: u16) -> Fault {
    let why = match status {
        300..=399 => "a redirect, which is not followed: write the address that it leads to",
        400 => "the server does not take the request",
        401 => "the secret is not accepted",
        403 => "the secret may not do that, or is not accepted",
        404 => "there is no such thing, or the secret may not see it",
        409 => "it is there already, or there are as many as there may be",
        500..=599 => "the server has an error",
        _ => "that is not what the driver calls success",
    };
    Fault::Refused {
        status,
        request: call.shown(),
        why: why.into(),
    }
}

fn unexpected(call: &Call, why: &str) -> Fault {
    Fault::Unexpected {
        request: call.shown(),
        why: why.to_owned(),
    }
}

/// What a step keeps of its answer.
fn kept(step: &Step, answer: &Answer) -> Result<Vec<(String, Value)>, Fault> {
    let kept = step.keep.iter().map(|(name, pick)| {
        let value = answer.json().and_then(|json| pick.of(None, json));
        let value = value
            .ok_or_else(|| unexpected(&step.call, &format!("nothing stands at `{}`", pick.at)))?;
        Ok((name.clone(), value))
    });
    kept.collect()
}

/// What is known of a token, for requests about it.
fn of_token(token: &Token) -> Vars {
    let mut vars = token.vars.clone();
    vars.set("id", Var::Text(token.row.id.clone()));
    vars.set("name", Var::Text(token.row.name.clone()));
    vars.set("owner", Var::Text(token.row.owner.clone()));
    if let Some(value) = &token.value {
        vars.set("value", Var::Secret(value.clone()));
    }
    vars
}

/// When a token ends, in the ways that servers ask for it.
fn ends(vars: &mut Vars, ends: Option<Timestamp>, now: Timestamp) {
    let names = ["seconds", "days", "unix", "date", "moment"];
    let Some(end) = ends else {
        for name in names {
            vars.set(name, Var::Nothing);
        }
        return;
    };
    let seconds = (end.as_second() - now.as_second()).max(1);
    vars.set("seconds", Var::Number(seconds));
    vars.set("days", Var::Number((seconds / 86_400).max(1)));
    vars.set("unix", Var::Number(end.as_second()));
    let day = crate::finding::date(end);
    vars.set("date", Var::Text(day));
    let moment = Timestamp::from_second(end.as_second()).unwrap_or(end);
    vars.set("moment", Var::Text(moment.to_string()));
}
