//! Stores behind servers of the user's own file: Vault, secrets of Gitea, variables of GitLab. They are asked as the
//! driver of their kind says that its operator is.

use serde_json::{Map, Value};
use toml::Table;

use super::{Around, Content, Store, Unwritten, place_and_key};
use crate::live::answer::Answer;
use crate::live::driver::Call;
use crate::live::fault::Fault;
use crate::live::servers::Server;
use crate::live::session::Session;
use crate::live::vars::{Var, Vars};
use crate::secret::Secret;

/// Pages of names that are read.
const MAX_PAGES: usize = 100;
/// Names on a page.
const PAGE: usize = 50;

/// A server, opened when it is asked for the first time.
struct Door<'a> {
    server: &'a Server,
    session: Option<Session>,
}

impl Door<'_> {
    fn ask(&mut self, call: &Call, vars: &Vars) -> Result<Answer, Fault> {
        let session = match self.session.take() {
            Some(session) => session,
            None => Session::open(self.server)?,
        };
        self.session.insert(session).asked(call, vars)
    }

    /// An answer with one of these statuses.
    fn read(&mut self, call: &Call, vars: &Vars) -> Result<Answer, String> {
        let answer = self.ask(call, vars).map_err(|fault| fault.to_string())?;
        match call.is_ok(answer.status) && !answer.html {
            true => Ok(answer),
            false => Err(refused(call, answer.status)),
        }
    }

    /// Sends what changes something.
    fn change(&mut self, call: &Call, vars: &Vars) -> Result<(), Unwritten> {
        match self.ask(call, vars) {
            Ok(answer) if call.is_ok(answer.status) && !answer.html => Ok(()),
            Ok(answer) => Err(Unwritten {
                why: refused(call, answer.status),
                may_hold: answer.status >= 500,
            }),
            Err(fault) => Err(Unwritten {
                may_hold: fault.may_have_happened(),
                why: fault.to_string(),
            }),
        }
    }
}

fn refused(call: &Call, status: u16) -> String {
    let why = match status {
        403 => "the credential of that server may not do that",
        404 => "there is no such place, or the credential may not see it",
        _ => "that is no success",
    };
    format!(
        "was refused: {} was answered with status {status}: {why}",
        call.shown()
    )
}

/// A request whose path is put together already: `parts` are names, each one part of it.
fn call(method: &str, path: &str, body: Option<Table>, ok: &[u16]) -> Result<Call, String> {
    let mut table = Table::new();
    table.insert(method.to_owned(), path.into());
    if let Some(body) = body {
        table.insert("json".to_owned(), body.into());
    }
    if !ok.is_empty() {
        let ok: Vec<i64> = ok.iter().map(|status| i64::from(*status)).collect();
        table.insert("ok".to_owned(), ok.into());
    }
    Call::take(&mut table)
}

/// A name as one part of a path; its braces are no templates then.
fn part(name: &str) -> Result<String, String> {
    match name {
        "" | "." | ".." => Err("has an empty part, or `.` or `..`, in its place".into()),
        _ => Ok(
            percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC)
                .to_string(),
        ),
    }
}

fn body(members: &[(&str, &str)]) -> Table {
    members
        .iter()
        .map(|(name, template)| ((*name).to_owned(), (*template).into()))
        .collect()
}

fn of_kind<'a>(around: &Around<'a>, alias: &str, kind: &str) -> Result<&'a Server, String> {
    let server = around.servers.find(alias)?;
    let is = &server.driver.server.kind;
    match is == kind {
        true => Ok(server),
        false => Err(format!("`{alias}` is a {is} and no {kind}")),
    }
}

/// `vault:ALIAS/MOUNT/PATH#KEY`: one value of a secret in KV version 2. It is written only over the version that was
/// read, and the other values of the secret stay.
pub struct Vault<'a> {
    door: Door<'a>,
    get: Call,
    post: Call,
    key: String,
}

impl<'a> Vault<'a> {
    pub fn open(place: &str, around: &Around<'a>) -> Result<Self, String> {
        let form = "vault:ALIAS/MOUNT/PATH#KEY";
        let (path, key) = place_and_key(place, form)?;
        let vaults = || {
            around
                .servers
                .servers
                .iter()
                .filter(|s| s.driver.server.kind == "vault")
        };
        let (first, rest) = path
            .split_once('/')
            .ok_or(format!("write it like {form}"))?;
        // The alias may be left out where there is one Vault.
        let (server, path) = match vaults().find(|server| server.alias == first) {
            Some(server) => (server, rest),
            None => match vaults().collect::<Vec<_>>().as_slice() {
                [one] => (*one, path),
                [] => return Err("needs a server of the kind vault in the file of servers".into()),
                _ => return Err(format!("may be on several Vaults: write it like {form}")),
            },
        };
        let (mount, path) = path
            .split_once('/')
            .ok_or(format!("write it like {form}"))?;
        let path: Result<Vec<String>, String> = path.split('/').map(part).collect();
        let path = format!("/v1/{}/data/{}", part(mount)?, path?.join("/"));
        let mut options = Table::new();
        options.insert("cas".to_owned(), "{version}".into());
        let mut written = body(&[("data", "{data}")]);
        written.insert("options".to_owned(), options.into());
        Ok(Vault {
            door: Door {
                server,
                session: None,
            },
            get: call("get", &path, None, &[])?,
            post: call("post", &path, Some(written), &[])?,
            key: key.to_owned(),
        })
    }

    /// The values of the secret, and its version.
    fn secret(&mut self) -> Result<(Map<String, Value>, Value), String> {
        let answer = self.door.read(&self.get, &Vars::default())?;
        let data = answer.at("/data/data").and_then(Value::as_object).cloned();
        let version = answer
            .at("/data/metadata/version")
            .filter(|v| v.is_u64())
            .cloned();
        data.zip(version)
            .ok_or_else(|| "is no secret of KV version 2".into())
    }
}

impl Store for Vault<'_> {
    fn read(&mut self) -> Result<Content, String> {
        let (data, _) = self.secret()?;
        match data.get(&self.key).and_then(Value::as_str) {
            None => Err("has no such key; write an empty one first".into()),
            Some(value) => Ok(Content::of(value.as_bytes())),
        }
    }

    fn write(&mut self, value: &Secret) -> Result<(), Unwritten> {
        let (mut data, version) = self.secret().map_err(Unwritten::untouched)?;
        let text = std::str::from_utf8(value.expose());
        let text = text.map_err(|_| Unwritten::untouched("takes text, and the value is none"))?;
        data.insert(self.key.clone(), Value::from(text));
        let mut vars = Vars::default();
        vars.set("data", Var::Json(Value::Object(data)));
        vars.set("version", Var::Json(version));
        self.door.change(&self.post, &vars)
    }
}

/// `gitea-secret:ALIAS/OWNER/REPO#NAME`: a secret of Actions.
pub struct Gitea<'a> {
    door: Door<'a>,
    list: String,
    put: Call,
    put_bare: Call,
    name: String,
}

impl<'a> Gitea<'a> {
    pub fn open(place: &str, around: &Around<'a>) -> Result<Self, String> {
        let form = "gitea-secret:ALIAS/OWNER/REPO#NAME";
        let (path, name) = place_and_key(place, form)?;
        let parts: Vec<&str> = path.split('/').collect();
        let [alias, owner, repo] = parts.as_slice() else {
            return Err(format!("write it like {form}"));
        };
        let list = format!(
            "/api/v1/repos/{}/{}/actions/secrets",
            part(owner)?,
            part(repo)?
        );
        let one = format!("{list}/{}", part(name)?);
        let whole = body(&[("data", "{value}"), ("description", "{description}")]);
        Ok(Gitea {
            door: Door {
                server: of_kind(around, alias, "gitea")?,
                session: None,
            },
            put: call("put", &one, Some(whole), &[])?,
            put_bare: call("put", &one, Some(body(&[("data", "{value}")])), &[])?,
            list,
            name: name.to_owned(),
        })
    }

    /// What the list says of the secret.
    fn listed(&mut self) -> Result<Value, String> {
        for page in 1..=MAX_PAGES {
            let path = format!("{}?page={page}&limit={PAGE}", self.list);
            let answer = self
                .door
                .read(&call("get", &path, None, &[])?, &Vars::default())?;
            let all = answer
                .json()
                .and_then(Value::as_array)
                .ok_or("was answered with no list")?;
            let is = |one: &&Value| {
                one["name"]
                    .as_str()
                    .is_some_and(|name| name.eq_ignore_ascii_case(&self.name))
            };
            if let Some(found) = all.iter().find(is) {
                return Ok(found.clone());
            }
            if all.len() < PAGE {
                break;
            }
        }
        Err("is no secret of that repository; make it first".into())
    }
}

impl Store for Gitea<'_> {
    fn read(&mut self) -> Result<Content, String> {
        Ok(Content::Hidden)
    }

    fn ready(&mut self) -> Result<(), String> {
        self.listed().map(|_| ())
    }

    fn write(&mut self, value: &Secret) -> Result<(), Unwritten> {
        let listed = self.listed().map_err(Unwritten::untouched)?;
        let mut vars = Vars::default();
        vars.set("value", Var::Secret(value.clone()));
        // What is left out of the request is emptied by it.
        let description = listed["description"]
            .as_str()
            .filter(|text| !text.is_empty());
        if let Some(text) = description {
            vars.set("description", Var::Text(text.to_owned()));
            return self.door.change(&self.put, &vars);
        }
        self.door.change(&self.put_bare, &vars)
    }
}

/// `gitlab-variable:ALIAS/PROJECT#KEY`: a variable of CI; the project is its number or its path.
pub struct Gitlab<'a> {
    door: Door<'a>,
    get: Call,
    put: Call,
}

impl<'a> Gitlab<'a> {
    pub fn open(place: &str, around: &Around<'a>) -> Result<Self, String> {
        let form = "gitlab-variable:ALIAS/GROUP/PROJECT#KEY";
        let (path, key) = place_and_key(place, form)?;
        let (alias, project) = path
            .split_once('/')
            .ok_or(format!("write it like {form}"))?;
        let path = format!(
            "/api/v4/projects/{}/variables/{}",
            part(project)?,
            part(key)?
        );
        Ok(Gitlab {
            door: Door {
                server: of_kind(around, alias, "gitlab")?,
                session: None,
            },
            get: call("get", &path, None, &[])?,
            put: call("put", &path, Some(body(&[("value", "{value}")])), &[])?,
        })
    }
}

impl Store for Gitlab<'_> {
    fn read(&mut self) -> Result<Content, String> {
        let answer = self.door.read(&self.get, &Vars::default())?;
        // The value of a hidden variable is not there.
        Ok(answer
            .at("/value")
            .and_then(Value::as_str)
            .map_or(Content::Hidden, |value| Content::of(value.as_bytes())))
    }

    fn write(&mut self, value: &Secret) -> Result<(), Unwritten> {
        let mut vars = Vars::default();
        vars.set("value", Var::Secret(value.clone()));
        self.door.change(&self.put, &vars)
    }
}
