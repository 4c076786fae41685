//! The exchanges of `fixtures/servers`, played by a server of this machine: every driver, from making a token to
//! proving it dead.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use keysweep::live::driver;
use serde_json::{Value, json};

use super::loopback::{Answer, Asked, Loopback};
use super::{Desk, secret};
use crate::common::expand;

const DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/servers");

/// What placeholders stand for.
struct Filled {
    values: BTreeMap<String, String>,
    now: jiff::Timestamp,
}

impl Filled {
    fn new(seed: u64) -> Self {
        let form = "{alnum:7}.{alnum:40}";
        let drawn = [
            "value", "value2", "before", "session", "other", "key", "part",
        ];
        let mut values: BTreeMap<String, String> = drawn
            .iter()
            .zip(seed..)
            .map(|(name, seed)| ((*name).to_owned(), expand(form, seed)))
            .collect();
        values.insert("operator".into(), secret());
        values.insert("password".into(), secret());
        Filled {
            values,
            now: jiff::Timestamp::now(),
        }
    }

    fn one(&self, name: &str) -> String {
        let (name, form) = name.split_once([':', '+']).unwrap_or((name, ""));
        let value = |name: &str| self.values.get(name).cloned().unwrap_or_default();
        let moment = match name {
            "now" => Some(self.now),
            "end" => Some(self.now + jiff::SignedDuration::from_hours(48)),
            _ => None,
        };
        if let Some(moment) = moment {
            let moment = jiff::Timestamp::from_second(moment.as_second()).expect("a moment");
            return match form {
                "unix" => moment.as_second().to_string(),
                "date" => moment.strftime("%Y-%m-%d").to_string(),
                "plain" => moment.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                "0000" => moment.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string(),
                _ => moment.to_string(),
            };
        }
        let of = value(form);
        match name {
            "last" => of[of.len() - 8..].to_owned(),
            "start" => of[..of.find('.').expect("a dot")].to_owned(),
            "shown" => format!("{}...{}", &of[..5], &of[of.len() - 4..]),
            "base64" => base64(of.as_bytes()),
            "hash" => base64(&[7; 36]),
            name => value(name),
        }
    }

    fn text(&self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once("{{") {
            let (name, after) = behind.split_once("}}").expect("a placeholder ends");
            out.push_str(before);
            out.push_str(&self.one(name));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.text(text)),
            Value::Array(all) => all.iter().map(|one| self.json(one)).collect(),
            Value::Object(all) => {
                let all = all.iter().map(|(k, v)| (k.clone(), self.json(v)));
                Value::Object(all.collect())
            }
            other => other.clone(),
        }
    }

    /// Whether a body says what is expected. What keysweep chose, its name for the token and a value that it drew, is
    /// learned from it.
    fn learn(&mut self, expected: &Value, is: &Value) -> Result<(), String> {
        match (expected, is) {
            (Value::Object(expected), Value::Object(is)) => {
                let names = |members: &serde_json::Map<String, Value>| -> Vec<String> {
                    members.keys().cloned().collect()
                };
                if names(expected) != names(is) {
                    return Err(format!("members {:?} for {:?}", names(is), names(expected)));
                }
                expected
                    .iter()
                    .try_for_each(|(name, one)| self.learn(one, &is[name]))
            }
            (Value::Array(expected), Value::Array(is)) if expected.len() == is.len() => expected
                .iter()
                .zip(is)
                .try_for_each(|(one, is)| self.learn(one, is)),
            (Value::Number(_), Value::Number(_)) => Ok(()),
            // Moments are near, and no more is asked.
            (Value::String(text), _) if text.starts_with("{{end") || text == "*" => Ok(()),
            // A value that never was: any but the operator's.
            (Value::String(text), is) if text == "{{other}}" => {
                match is.as_str() == Some(secret().as_str()) {
                    true => Err("the operator's value was tried".into()),
                    false => Ok(()),
                }
            }
            (Value::String(text), Value::String(is)) => {
                let learned = ["name", "value", "value2"];
                if let Some(name) = learned
                    .iter()
                    .find(|name| *text == format!("{{{{{name}}}}}"))
                {
                    self.values.insert((*name).to_owned(), is.clone());
                }
                match self.text(text) == *is {
                    true => Ok(()),
                    false => Err(format!("another text than {text}")),
                }
            }
            (expected, is) if expected == is => Ok(()),
            (expected, _) => Err(format!("another value than {expected}")),
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for part in bytes.chunks(3) {
        let word = [
            part[0],
            *part.get(1).unwrap_or(&0),
            *part.get(2).unwrap_or(&0),
        ];
        let word = u32::from_be_bytes([0, word[0], word[1], word[2]]);
        for at in 0..4 {
            match at <= part.len() {
                true => out.push(char::from(LETTERS[(word >> (18 - 6 * at)) as usize & 63])),
                false => out.push('='),
            }
        }
    }
    out
}

/// A request without the number of its page.
fn without_page(request: &str) -> Vec<&str> {
    let numbered = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default();
        !["page", "offset", "first", "p"].contains(&name)
    };
    request.split(['?', '&']).filter(numbered).collect()
}

/// A play of one file.
struct Play {
    exchanges: Vec<Value>,
    filled: Filled,
    at: usize,
    faults: Vec<String>,
}

impl Play {
    /// Whether the page after the one that was just given is asked for and was not recorded: what the servers listed
    /// fitted into one.
    fn is_beyond(&self, asked: &Asked) -> bool {
        let recorded = |at: Option<usize>| {
            let ask = self.exchanges.get(at?)?["ask"].as_str()?;
            Some(self.filled.text(ask))
        };
        let is = format!("{} {}", asked.method, asked.path);
        let before = recorded(self.at.checked_sub(1));
        recorded(Some(self.at)).as_deref() != Some(is.as_str())
            && before.as_deref() != Some(is.as_str())
            && before.is_some_and(|before| without_page(&before) == without_page(&is))
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        if self.is_beyond(asked) {
            return Answer::json(404, "");
        }
        let Some(exchange) = self.exchanges.get(self.at).cloned() else {
            self.faults.push(format!(
                "one request too many: {} {}",
                asked.method, asked.path
            ));
            return Answer::json(500, "{}");
        };
        self.at += 1;
        if let Err(why) = self.fits(&exchange, asked) {
            let expected = &exchange["ask"];
            self.faults
                .push(format!("request {} ({expected}): {why}", self.at));
            return Answer::json(500, "{}");
        }
        let status = exchange["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok());
        let status = status.expect("a status");
        match exchange["text"].as_str() {
            Some(text) => Answer {
                kind: "text/plain",
                ..Answer::json(status, text)
            },
            None if exchange["answer"].is_null() => Answer::json(status, ""),
            None => Answer::json(status, self.filled.json(&exchange["answer"])),
        }
    }

    fn fits(&mut self, exchange: &Value, asked: &Asked) -> Result<(), String> {
        if let Some(expected) = exchange.get("body") {
            let body: Value = serde_json::from_slice(&asked.body).map_err(|_| "no JSON came")?;
            self.filled.learn(expected, &body)?;
        } else if !self.filled.values.contains_key("name") {
            // Of other bodies only the name is learned.
            let body = String::from_utf8_lossy(&asked.body).into_owned();
            if let Some(at) = body
                .find("keysweep-test-")
                .or_else(|| body.find("keysweep%2Dtest%2D"))
            {
                let name = body[at..].replace("%2D", "-");
                let end = name.find(['"', '&']).unwrap_or(name.len());
                self.filled
                    .values
                    .insert("name".into(), name[..end].to_owned());
            }
        }
        let ask = exchange["ask"].as_str().expect("a request");
        let is = format!("{} {}", asked.method, asked.path);
        let encoded = |text: &str| text.replace(':', "%3A").replace('*', "%2A");
        if ![self.filled.text(ask), encoded(&self.filled.text(ask))].contains(&is) {
            return Err(format!("it was asked {}", is.replace(&secret(), "…")));
        }
        let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
        let expected: Vec<(String, String)> = match exchange.get("header") {
            Some(Value::Object(all)) => all
                .iter()
                .map(|(name, text)| (name.clone(), text.as_str().expect("text").to_owned()))
                .collect(),
            _ => Vec::new(),
        };
        for (name, template) in expected {
            self.same(&template, &header(&name), |text| text.to_owned())?;
        }
        if let Some(basic) = exchange["basic"].as_str() {
            let encode = |text: &str| format!("Basic {}", base64(text.as_bytes()));
            self.same(basic, &header("authorization"), encode)?;
        }
        if let Some(devpi) = exchange["devpi"].as_str() {
            self.same(devpi, &header("x-devpi-auth"), |text| {
                base64(text.as_bytes())
            })?;
        }
        Ok(())
    }

    fn same(
        &self,
        template: &str,
        is: &str,
        dressed: impl Fn(&str) -> String,
    ) -> Result<(), String> {
        if template.contains("{{other}}") {
            let operator = dressed(
                &self
                    .filled
                    .text(&template.replace("{{other}}", "{{operator}}")),
            );
            return match is.is_empty() || is == operator {
                true => Err("no value, or the operator's, was shown".into()),
                false => Ok(()),
            };
        }
        match dressed(&self.filled.text(template)) == is {
            true => Ok(()),
            false => Err(format!("somebody else asked than {template}")),
        }
    }
}

fn play(kind: &str, file: &Path) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let read: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let play = Arc::new(Mutex::new(Play {
        exchanges: read["exchanges"].as_array().cloned().unwrap_or_default(),
        filled: Filled::new(100),
        at: 0,
        faults: Vec::new(),
    }));
    let playing = play.clone();
    let server = Loopback::new(move |asked| playing.lock().expect("whole").answer(asked));
    let mut entry = format!(
        "[server.it]\nkind = \"{kind}\"\nurl = \"{}\"\nsecret = \"env:HUB_TOKEN\"\nrate = \"1000/s\"\n",
        server.address()
    );
    for (name, value) in read["servers.toml"].as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => {
                for (key, value) in inner {
                    entry.push_str(&format!("{name}.{key} = {value}\n"));
                }
            }
            value => entry.push_str(&format!("{name} = {value}\n")),
        }
    }
    let desk = Desk::new(&entry);
    let arguments = read["arguments"].as_array().cloned().unwrap_or_default();
    let mut words = vec!["driver-test", "--server", "it"];
    words.extend(arguments.iter().filter_map(Value::as_str));
    let run = desk.live(&words);
    let play = play.lock().expect("whole");
    let told = format!("{}{}", run.text(), run.errors());
    let left = play.exchanges.len() - play.at.min(play.exchanges.len());
    for value in play
        .filled
        .values
        .iter()
        .filter(|(name, _)| *name != "name")
    {
        assert!(
            !told.contains(value.1.as_str()),
            "{kind}: {} is printed",
            value.0
        );
    }
    match play.faults.is_empty() && left == 0 && !told.contains("WRONG") {
        true => Ok(()),
        false => Err(format!("{kind}: {:?}; {left} left\n{told}", play.faults)),
    }
}

fn files(kind: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(Path::new(DIR).join(kind)) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    files
}

#[test]
fn every_driver_does_the_whole_round_with_what_its_server_answered() {
    let mut faults = Vec::new();
    let mut any = 0;
    for kind in driver::kinds() {
        let driver = driver::builtin(kind).expect("a driver");
        // Programs and signed requests are tried against the real thing.
        if driver.server.code.is_some() {
            continue;
        }
        let files = files(kind);
        assert!(!files.is_empty(), "fixtures/servers/{kind} is missing");
        for file in files {
            any += 1;
            faults.extend(play(kind, &file).err());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(any >= 20, "{any}");
}

/// A hub that lists what was made in it, with a fault.
fn trial(fault: &'static str) -> String {
    let made = Arc::new(Mutex::new(Vec::<Value>::new()));
    let value = expand("{hex:32}", 77);
    let server = Loopback::new(move |asked| {
        let mut made = made.lock().expect("whole");
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", path) if path.starts_with("/hub/api/users?") => {
                Answer::json(200, json!([{"name": "ann"}]))
            }
            ("GET", "/hub/api/users/ann/tokens") => {
                Answer::json(200, json!({"api_tokens": made.clone()}))
            }
            ("POST", _) => {
                let id = match fault {
                    "no id" => Value::Null,
                    _ => json!("a7"),
                };
                let now = jiff::Timestamp::now().to_string();
                let wanted: Value = serde_json::from_slice(&asked.body).expect("JSON");
                let mut token = json!({
                    "id": "a7", "user": "ann", "note": wanted["note"], "scopes": ["self"], "created": now,
                    "expires_at": null, "last_activity": null,
                });
                if fault == "granted more" {
                    token["scopes"] = json!(["self", "admin"]);
                }
                made.push(token.clone());
                if fault == "two of one id" {
                    token["note"] = json!("y");
                    made.push(token.clone());
                }
                if fault == "hangs up" {
                    return Answer::hang_up();
                }
                token["token"] = json!(value);
                token["id"] = id;
                Answer::json(201, token)
            }
            ("GET", "/hub/api/user") => {
                let is = asked
                    .headers
                    .get("authorization")
                    .cloned()
                    .unwrap_or_default();
                match is.ends_with(&value) && (!made.is_empty() || fault == "never ends") {
                    true => Answer::json(200, json!({"name": "ann"})),
                    false => Answer::json(403, json!({"status": 403, "echo": is})),
                }
            }
            ("DELETE", _) => {
                if fault != "says yes and does nothing" {
                    made.clear();
                }
                Answer::json(204, "")
            }
            _ => Answer::json(404, "{}"),
        }
    });
    let desk = Desk::new(&super::hub(&server));
    let run = desk.live(&[
        "driver-test",
        "--server",
        "hub",
        "--owner",
        "ann",
        "--scope",
        "self",
    ]);
    let told = format!("{}{}", run.text(), run.errors());
    assert!(
        !told.contains(&expand("{hex:32}", 77)),
        "{fault}: the value is printed"
    );
    assert!(!told.contains(&secret()), "{fault}: the secret is printed");
    run.ends(i32::from(told.contains("WRONG")));
    told
}

#[test]
fn a_server_that_does_otherwise_is_told() {
    let cases = [
        ("nothing", "it is gone from the list"),
        ("no id", "nothing stands at `/id`"),
        (
            "granted more",
            "asked for the scope `self`, it has `self admin`",
        ),
        (
            "two of one id",
            "cannot be found: the server lists 2 new tokens",
        ),
        ("hangs up", "what was made all the same was ended"),
        ("never ends", "it should be dead and is live"),
        ("says yes and does nothing", "it is in the list still"),
    ];
    for (fault, says) in cases {
        let told = trial(fault);
        assert!(told.contains(says), "{fault}: {told}");
        let wrong = !matches!(fault, "nothing" | "granted more");
        assert_eq!(told.contains("WRONG"), wrong, "{fault}: {told}");
    }
}

#[test]
fn the_address_of_the_next_page_is_not_followed() {
    let elsewhere = Loopback::new(|_| Answer::json(200, "{}"));
    let next = format!("{}/api/users/tokens/?offset=100", elsewhere.address());
    let server = Loopback::new(move |asked| {
        let rows: Vec<Value> = (0..100)
            .map(|n| {
                json!({"id": n, "user": {"id": 1, "username": "ann"}, "key": "k", "description": "x",
                       "created": "2026-11-01T10:00:00Z", "expires": null, "last_used": null,
                       "enabled": true, "write_enabled": true, "allowed_ips": []})
            })
            .collect();
        match asked.path.ends_with("offset=0") {
            true => Answer::json(200, json!({"count": 101, "next": next, "results": rows})),
            false => Answer::json(200, json!({"count": 101, "next": null, "results": []})),
        }
    });
    let entry = super::hub(&server).replace("jupyterhub", "netbox");
    let desk = Desk::new(&entry);
    desk.live(&["list", "-o", "out"])
        .ends(0)
        .complains("100 tokens");
    assert_eq!(server.asked().len(), 2);
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn the_page_of_servers_is_not_stale() {
    let page = include_str!("../../docs/servers.md");
    assert!(
        page.ends_with(&driver::table()),
        "stale: put what `keysweep generate server-table` prints at the end of docs/servers.md"
    );
}

/// The driver that the page shows is one, and that of the hub but for its head.
#[test]
fn the_driver_of_the_page_loads() {
    let page = include_str!("../../docs/servers.md");
    let (_, rest) = page
        .split_once("## A driver of your own")
        .expect("the section");
    let (_, rest) = rest.split_once("```toml\n").expect("a driver");
    let (text, _) = rest.split_once("```").expect("it ends");
    let shown = driver::load(text).expect("sound");
    let own = driver::builtin("jupyterhub").expect("a driver");
    assert_eq!(format!("{:?}", shown.list), format!("{:?}", own.list));
    assert_eq!(format!("{:?}", shown.create), format!("{:?}", own.create));
}

/// An emulator of IAM and STS: one user, and errors that are called HTML, as moto calls them.
fn iam(made: &Mutex<bool>, asked: &Asked) -> Answer {
    let body = String::from_utf8_lossy(&asked.body).into_owned();
    let is = |action: &str| body.contains(&format!("Action={action}&"));
    let mut made = made.lock().expect("whole");
    let signed = asked.headers.get("authorization").cloned();
    let ours = signed.is_some_and(|signed| signed.contains("Credential=ours/"));
    let xml =
        |inside: &str| Answer::json(200, format!("<Answer><Result>{inside}</Result></Answer>"));
    let refused = |code: &str| {
        let text = format!(
            "<?xml version=\"1.0\"?><ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
        );
        Answer::html(403, &text)
    };
    let member = "<member><UserName>ann</UserName><AccessKeyId>made</AccessKeyId><Status>Active</Status>\
                  <CreateDate>2026-11-26T10:00:00Z</CreateDate></member>";
    if is("GetCallerIdentity") {
        return match (ours, *made) {
            (true, _) => xml("<Arn>arn:aws:iam::1:user/boss</Arn>"),
            (false, false) => refused("InvalidClientTokenId"),
            // Which secret signed is not looked at here: moto looks at that.
            (false, true) => xml("<Arn>arn:aws:iam::1:user/ann</Arn>"),
        };
    }
    if is("CreateAccessKey") {
        *made = true;
        let secret = expand("{alnum:40}", 3);
        return xml(&format!(
            "<AccessKey><AccessKeyId>made</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey></AccessKey>"
        ));
    }
    if is("DeleteAccessKey") {
        *made = false;
    }
    match (is("ListUsers"), is("ListAccessKeys") && *made) {
        (true, _) => xml("<Users><member><UserName>ann</UserName></member></Users>"),
        (_, true) => xml(&format!("<AccessKeyMetadata>{member}</AccessKeyMetadata>")),
        _ => xml(""),
    }
}

#[test]
fn a_key_of_aws_is_made_signed_for_and_proved_dead() {
    let made = Mutex::new(false);
    let server = Loopback::new(move |asked| iam(&made, asked));
    let entry = super::hub(&server).replace("\"jupyterhub\"", "\"aws\"\nuser = \"ours\"");
    let desk = Desk::new(&entry);
    let run = desk.live(&["driver-test", "--server", "hub", "--owner", "ann"]);
    let told = format!("{}{}", run.text(), run.errors());
    for says in [
        "the answer names its id",
        "the new value is live",
        "it is dead at once",
        "it is gone from the list",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    let secret = expand("{alnum:40}", 3);
    assert!(!told.contains(&secret));
    for asked in server.asked() {
        assert!(
            !String::from_utf8_lossy(&asked.body).contains(&secret),
            "no secret is sent"
        );
    }
}
