//! A hub of Jupyter that is played: it makes, lists, accepts and ends tokens as the real one does, and misbehaves where
//! a test says so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::loopback::{Answer, Asked, Loopback};
use super::super::secret;
use crate::common::until;

/// A token of the hub.
#[derive(Clone, Debug)]
pub struct Token {
    pub id: String,
    pub user: String,
    pub note: String,
    pub scopes: Vec<String>,
    pub created: String,
    pub expires: Option<String>,
    pub value: String,
    /// Since when it is ended.
    pub ended: Option<Instant>,
}

/// How the hub misbehaves.
#[derive(Clone, Debug, Default)]
pub struct Odd {
    /// What it grants beside what it is asked for.
    pub grants: Vec<String>,
    /// It says that it ended a token, and does not.
    pub keeps: bool,
    /// For so long it accepts a token that it ended.
    pub late: Duration,
    /// A token that it made is not accepted.
    pub stillborn: bool,
    /// It refuses to make tokens, with this status.
    pub refuses: Option<u16>,
    /// It hangs up after it made a token.
    pub hangs_up: bool,
    /// It makes another token of the same name at the same moment.
    pub twins: bool,
    /// The request with this number, from 1, is not answered until somebody lets go; `true`: what it asks for is done
    /// before.
    pub holds: Option<(usize, bool)>,
    /// How far its clock is off, in seconds.
    pub clock: i64,
    /// It lists no tokens that are younger than this.
    pub lists_late: Duration,
}

#[derive(Default)]
struct State {
    tokens: Vec<(Token, Instant)>,
    made: u64,
    odd: Odd,
    /// Requests since the last change of how it misbehaves.
    asked: usize,
}

/// A hub that is played.
#[derive(Clone)]
pub struct Hub {
    pub loopback: Arc<Loopback>,
    state: Arc<Mutex<State>>,
    holding: Arc<AtomicBool>,
}

impl Hub {
    pub fn new() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let holding = Arc::new(AtomicBool::new(false));
        let (of_server, held) = (state.clone(), holding.clone());
        let loopback = Loopback::new(move |asked| answer(&of_server, &held, asked));
        Hub {
            loopback: Arc::new(loopback),
            state,
            holding,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test thread fell")
    }

    /// Changes how it misbehaves, and counts requests anew.
    pub fn odd(&self, odd: Odd) {
        let mut state = self.state();
        state.odd = odd;
        state.asked = 0;
    }

    /// The requests since then.
    pub fn asked(&self) -> usize {
        self.state().asked
    }

    /// Makes a token by hand; its value.
    pub fn give(&self, user: &str, note: &str, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|one| (*one).to_owned()).collect();
        self.state()
            .make(user, note, scopes, Some(90 * 86_400))
            .value
    }

    /// The tokens that are accepted.
    pub fn alive(&self) -> Vec<Token> {
        let state = self.state();
        let alive = state
            .tokens
            .iter()
            .filter(|(token, _)| token.ended.is_none());
        alive.map(|(token, _)| token.clone()).collect()
    }

    /// Every value that it ever gave.
    pub fn values(&self) -> Vec<String> {
        self.state()
            .tokens
            .iter()
            .map(|(token, _)| token.value.clone())
            .collect()
    }

    /// Changes tokens.
    pub fn change(&self, change: impl FnMut(&mut Token)) {
        self.state()
            .tokens
            .iter_mut()
            .map(|(token, _)| token)
            .for_each(change);
    }

    /// Waits until it holds a request back.
    pub fn wait_until_it_holds(&self) {
        until("a request is held back", || {
            self.holding.load(Ordering::SeqCst)
        });
    }

    /// Lets go of what it holds back, and holds nothing more.
    pub fn let_go(&self) {
        self.odd(Odd::default());
        self.holding.store(false, Ordering::SeqCst);
    }
}

impl State {
    fn make(&mut self, user: &str, note: &str, scopes: Vec<String>, seconds: Option<i64>) -> Token {
        self.made += 1;
        let now = jiff::Timestamp::now().as_second() + self.odd.clock;
        let moment = |at: i64| {
            jiff::Timestamp::from_second(at)
                .expect("a moment")
                .to_string()
        };
        let token = Token {
            id: format!("a{}", self.made),
            user: user.to_owned(),
            note: note.to_owned(),
            scopes,
            created: moment(now),
            expires: seconds.map(|seconds| moment(now + seconds)),
            value: crate::common::expand("{hex:32}", 1000 + self.made),
            ended: None,
        };
        self.tokens.push((token.clone(), Instant::now()));
        token
    }
}

fn answer(state: &Mutex<State>, holding: &AtomicBool, asked: &Asked) -> Answer {
    let (holds, n) = {
        let mut state = state.lock().expect("no test thread fell");
        state.asked += 1;
        (state.odd.holds, state.asked)
    };
    let held = holds.filter(|(at, _)| *at == n);
    let hold = || {
        holding.store(true, Ordering::SeqCst);
        while holding.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    match held {
        // Whoever asked is dead when it is let go of: what it asked for never reached anybody.
        Some((_, false)) => {
            hold();
            Answer::hang_up()
        }
        Some((_, true)) => {
            let answer = act(&mut state.lock().expect("no test thread fell"), asked);
            hold();
            answer
        }
        None => act(&mut state.lock().expect("no test thread fell"), asked),
    }
}

fn act(state: &mut State, asked: &Asked) -> Answer {
    let forbidden = || Answer::json(403, json!({"status": 403, "message": "Forbidden"}));
    let given = asked
        .headers
        .get("authorization")
        .map(String::as_str)
        .unwrap_or_default();
    let given = given.strip_prefix("token ").unwrap_or_default();
    if asked.path == "/hub/api/user" {
        return match whose(state, given) {
            Some((name, id)) => {
                Answer::json(200, json!({"name": name, "token_id": id, "kind": "user"}))
            }
            None => forbidden(),
        };
    }
    if given != secret() && whose(state, given).is_none_or(|(name, _)| name != "boss") {
        return forbidden();
    }
    if asked.path.starts_with("/hub/api/users?offset=") {
        return Answer::json(200, json!([{"name": "ann"}, {"name": "boss"}]));
    }
    let rest = asked
        .path
        .strip_prefix("/hub/api/users/")
        .unwrap_or_default();
    let (user, rest) = rest.split_once("/tokens").unwrap_or_default();
    match (asked.method.as_str(), rest.strip_prefix('/')) {
        ("GET", None) => {
            let late = state.odd.lists_late;
            let listed = state.tokens.iter().filter(|(token, made)| {
                token.user == user && token.ended.is_none() && made.elapsed() >= late
            });
            let listed: Vec<Value> = listed.map(|(token, _)| shown(token)).collect();
            Answer::json(200, json!({ "api_tokens": listed }))
        }
        ("POST", None) => made(state, user, asked),
        ("DELETE", Some(id)) => {
            let keeps = state.odd.keeps;
            let found = state.tokens.iter_mut().map(|(token, _)| token);
            match found
                .into_iter()
                .find(|token| token.id == id && token.ended.is_none())
            {
                Some(token) => {
                    if !keeps {
                        token.ended = Some(Instant::now());
                    }
                    Answer::json(204, "")
                }
                None => Answer::json(404, json!({"status": 404, "message": "Not Found"})),
            }
        }
        _ => Answer::json(404, json!({"status": 404})),
    }
}

/// Whose a value is, and the id of its token.
fn whose(state: &State, value: &str) -> Option<(String, String)> {
    if value == secret() {
        return Some(("keysweep".to_owned(), "service".to_owned()));
    }
    let late = state.odd.late;
    let accepted = |token: &&Token| token.ended.is_none_or(|at| at.elapsed() < late);
    let of_value = state
        .tokens
        .iter()
        .map(|(token, _)| token)
        .filter(|token| token.value == value);
    let stillborn = |token: &Token| state.odd.stillborn && token.id != "a1";
    of_value
        .filter(accepted)
        .find(|token| !stillborn(token))
        .map(|token| (token.user.clone(), token.id.clone()))
}

fn made(state: &mut State, user: &str, asked: &Asked) -> Answer {
    if let Some(status) = state.odd.refuses {
        return Answer::json(status, json!({"status": status, "message": "no"}));
    }
    let body: Value = serde_json::from_slice(&asked.body).expect("JSON");
    let note = body["note"].as_str().expect("a note").to_owned();
    let mut scopes: Vec<String> = serde_json::from_value(body["scopes"].clone()).expect("scopes");
    scopes.extend(state.odd.grants.clone());
    let token = state.make(user, &note, scopes.clone(), body["expires_in"].as_i64());
    if state.odd.twins {
        state.make(user, &note, scopes, None);
    }
    if state.odd.hangs_up {
        return Answer::hang_up();
    }
    let mut said = shown(&token);
    said["token"] = Value::from(token.value);
    if state.odd.twins {
        said["id"] = Value::from("");
    }
    Answer::json(201, said)
}

fn shown(token: &Token) -> Value {
    json!({
        "user": token.user, "id": token.id, "note": token.note, "scopes": token.scopes,
        "created": token.created, "last_activity": null, "expires_at": token.expires,
    })
}
