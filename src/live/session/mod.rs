//! Does with a server what its driver says, over HTTP.

mod pages;

use std::rc::Rc;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::draw::drawn;
use super::driver::{About, Call, Create, Driver, Presents, Step};
use super::fault::Fault;
use super::gathered::Gathered;
use super::http::Client;
use super::issuer::Issuer;
use super::servers::Server;
use super::token::{Can, Held, Listed, Made, PARTLY, Token, Verdict, Want};
use super::vars::{Var, Vars};
use crate::base64::{Engine as _, STANDARD};
use crate::rule::ListKind;
use crate::secret::Secret;
use pages::{Asking, MAX_REQUESTS};

/// One server, while it is asked.
pub(super) struct Session {
    alias: String,
    /// Shared, so that a request of it can be sent while the session is changed.
    driver: Rc<Driver>,
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
            driver: Rc::new(server.driver.clone()),
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
        let driver = Rc::clone(&self.driver);
        for step in &driver.login {
            let answer = self.sent(&step.call, &Vars::default(), &Presents::default())?;
            let answer = succeeded(&step.call, answer)?;
            for (name, value) in kept(step, &answer)? {
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
        let driver = Rc::clone(&self.driver);
        self.sent(call, vars, &driver.auth.admin)
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

    /// Sends a value to the server, and says what the answer means.
    fn tried(&mut self, value: &Secret, held: &Held) -> Result<(Verdict, Answer), Fault> {
        let driver = Rc::clone(&self.driver);
        let check = driver.check.as_ref();
        let check = check.ok_or_else(|| self.cannot("try a value"))?;
        let mut vars = Vars::default();
        vars.set("value", Var::Secret(value.clone()));
        for (name, text) in [("owner", &held.owner), ("name", &held.name)] {
            if let Some(text) = text {
                vars.set(name, Var::Text(text.clone()));
            }
        }
        let answer = self.sent(&check.call, &vars, &driver.auth.value)?;
        Ok((check.verdict(&answer), answer))
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
        let driver = Rc::clone(&self.driver);
        let calls = driver.list.as_ref();
        let calls = calls.ok_or_else(|| self.cannot("list its tokens"))?;
        let mut gathered = Gathered::new(self.kind, &self.alias, calls.over.is_some());
        let mut budget = MAX_REQUESTS;
        for each in self.each(calls, &mut budget)? {
            let mut added = Map::new();
            let known = self.operator.and(&each);
            for (name, template) in &calls.add {
                let text = known.fill(template).map_err(Fault::NotSent)?;
                added.insert(name.clone(), Value::String(text));
            }
            gathered.next();
            let asking = self.pages(&calls.records, &each, &mut budget, &mut |entry| {
                let took = gathered.take(calls, &each, &added, entry);
                took.map_err(|why| Fault::unexpected(calls.records.call.shown(), why))
            })?;
            match asking {
                Asking::Whole(last) => gathered.last_page(&last),
                Asking::Refused(status) => gathered.incomplete(format!(
                    "a part of the list was refused with status {status}; {PARTLY}"
                )),
            }
        }
        Ok(gathered.finish())
    }

    fn check(&mut self, value: &Secret, held: &Held) -> Result<Verdict, Fault> {
        self.tried(value, held).map(|(verdict, _)| verdict)
    }

    fn own(&mut self) -> Result<Option<String>, Fault> {
        let driver = Rc::clone(&self.driver);
        let pointer = driver.check.as_ref().and_then(|check| check.id.as_ref());
        let secret = match self.operator.get("secret") {
            Some(Var::Secret(secret)) => Some(secret.clone()),
            _ => None,
        };
        let (Some(pointer), Some(secret)) = (pointer, secret) else {
            return Ok(None);
        };
        let user = self.operator.text("user");
        let held = Held {
            owner: user.clone(),
            name: user,
        };
        let (verdict, answer) = self.tried(&secret, &held)?;
        let unclear = |why: String| Fault::CannotDo(format!("`{}`: {why}", self.alias));
        match verdict {
            Verdict::Live => answer
                .at(pointer)
                .and_then(|id| Var::Json(id.clone()).shown())
                .map(Some)
                .ok_or_else(|| unclear(format!("nothing stands at `{pointer}`"))),
            // What is no token of this server is none of those that it lists.
            Verdict::Dead => Ok(None),
            Verdict::Unknown(why) => Err(unclear(why)),
        }
    }

    fn create(&mut self, want: &Want) -> Result<Made, Fault> {
        let driver = Rc::clone(&self.driver);
        let create = driver.create.as_ref();
        let create = create.ok_or_else(|| self.cannot("make a token"))?;
        let mut vars = match &want.like {
            Some(token) => of_token(token),
            None => Vars::default(),
        };
        vars.set("name", Var::Text(want.name.clone()));
        vars.set("owner", Var::Text(want.owner.clone()));
        vars.set("scope", Var::List(want.scope.clone()));
        ends(&mut vars, want.ends, Timestamp::now());
        self.made(create, vars, None)
    }

    fn replace(&mut self, token: &Token) -> Result<Made, Fault> {
        let driver = Rc::clone(&self.driver);
        let replace = driver.replace.as_ref();
        let replace = replace.ok_or_else(|| self.cannot("give a token another value"))?;
        self.made(replace, of_token(token), None)
    }

    fn replace_by(&mut self, token: &Token, value: &Secret) -> Result<Made, Fault> {
        let driver = Rc::clone(&self.driver);
        let replace = driver.replace.as_ref().filter(|replace| replace.draws());
        let replace = replace.ok_or_else(|| self.cannot("give a token a value of our choice"))?;
        self.made(replace, of_token(token), Some(value.clone()))
    }

    fn revoke(&mut self, token: &Token) -> Result<(), Fault> {
        let driver = Rc::clone(&self.driver);
        let revoke = driver.revoke.as_ref();
        let revoke = revoke.ok_or_else(|| self.cannot("end a token"))?;
        let answer = self.asked(revoke, &of_token(token))?;
        succeeded(revoke, answer).map(|_| ())
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
        false => Err(Fault::refused(call.shown(), answer.status)),
    }
}

/// What a step keeps of its answer.
fn kept(step: &Step, answer: &Answer) -> Result<Vec<(String, Value)>, Fault> {
    let kept = step.keep.iter().map(|(name, pick)| {
        let value = answer.json().and_then(|json| pick.of(None, json));
        let value = value.ok_or_else(|| {
            Fault::unexpected(
                step.call.shown(),
                format!("nothing stands at `{}`", pick.at),
            )
        })?;
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
