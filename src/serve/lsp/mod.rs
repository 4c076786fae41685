//! The Language Server Protocol
//! (<https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>): what stands in
//! the buffers of an editor is judged as a scan of the files would judge it, with two repairs for each finding.
//!
//! A change only marks its buffer. It is looked at when nothing else waits, so that of many changes the last
//! one counts and none piles up.

mod actions;
mod text;

use std::collections::BTreeMap;
use std::rc::Rc;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::words::not_read;
use crate::report::{Finding, Report, advice, terminal};
pub use text::Encoding;
use text::{Index, Point};

/// Bytes of a buffer that are looked at.
const BUFFER_MAX: usize = 16 << 20;
/// Findings of a buffer that are shown.
const SHOWN_MAX: usize = 1000;
/// Findings that repairs are worked out for at once: each goes over the text.
const REPAIRED_MAX: usize = 50;
/// Bytes that the changes of one message may go over.
const CHANGED_MAX: usize = 1 << 32;

/// What is found in a text that stands at a path of the editor's machine: the report, and the path as it names it.
pub type Look<'a> = dyn FnMut(&str, &str) -> Result<(Report, String), String> + 'a;

/// What there is to do after a message.
#[derive(Default)]
pub struct Step {
    /// To be sent.
    pub send: Vec<Message>,
    /// The exit status, when the client said that it is over.
    pub exit: Option<u8>,
}

/// One server with the buffers that are open.
#[derive(Default)]
pub struct Server {
    phase: Phase,
    encoding: Encoding,
    buffers: BTreeMap<String, Buffer>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Waiting,
    Running,
    Ending,
}

/// What an editor holds of a file.
#[derive(Default)]
struct Buffer {
    /// Where the file is on this machine, or a name.
    file: String,
    text: String,
    version: Option<i64>,
    /// It changed since it was looked at.
    changed: bool,
    /// Changes were not followed; what the editor holds is not known until it sends the whole.
    lost: bool,
    /// Its path in reports.
    path: String,
    seen: Vec<Seen>,
}

/// A finding with its place in the buffer. One finding has all of its places, and is kept once.
struct Seen {
    finding: Rc<Finding>,
    start: Point,
    end: Point,
}

impl Server {
    /// Takes a message. Scans only where the answer needs it.
    pub fn take(&mut self, message: Message, look: &mut Look<'_>) -> Step {
        match message {
            Message::Request(request) => self.request(request, look),
            Message::Notification(notification) => self.notification(notification),
            // Nothing is ever asked of the client.
            Message::Response(_) => Step::default(),
        }
    }

    /// Looks at what changed, and says what is there now.
    pub fn settle(&mut self, look: &mut Look<'_>) -> Vec<Message> {
        let changed = self.buffers.iter().filter(|(_, buffer)| buffer.changed);
        let changed: Vec<String> = changed.map(|(uri, _)| uri.clone()).collect();
        let encoding = self.encoding;
        let told = |uri: &String| self.buffers.get_mut(uri)?.look(uri, encoding, look);
        changed.iter().filter_map(told).collect()
    }

    fn request(&mut self, request: Request, look: &mut Look<'_>) -> Step {
        let Request { id, method, params } = request;
        let fail = |id: RequestId, code: ErrorCode, why: &str| {
            Response::new_err(id, code as i32, why.to_owned())
        };
        let mut send = Vec::new();
        let answer = match (self.phase, method.as_str()) {
            (Phase::Waiting, "initialize") => {
                self.phase = Phase::Running;
                self.encoding = Encoding::agreed(&params);
                Response::new_ok(id, self.hello())
            }
            (Phase::Waiting, _) => fail(
                id,
                ErrorCode::ServerNotInitialized,
                "`initialize` comes first",
            ),
            (Phase::Running, "shutdown") => {
                self.phase = Phase::Ending;
                Response::new_ok(id, Value::Null)
            }
            (Phase::Running, "textDocument/codeAction") => {
                send.extend(self.settle(look));
                Response::new_ok(id, self.actions(&params))
            }
            (Phase::Running, "initialize") => {
                fail(id, ErrorCode::InvalidRequest, "it is initialized already")
            }
            (Phase::Running, _) => fail(id, ErrorCode::MethodNotFound, "there is no such method"),
            (Phase::Ending, _) => fail(id, ErrorCode::InvalidRequest, "it was shut down"),
        };
        send.push(Message::Response(answer));
        Step { send, exit: None }
    }

    fn hello(&self) -> Value {
        json!({
            "capabilities": {
                "positionEncoding": self.encoding.name(),
                // 2: the client sends what changed.
                "textDocumentSync": {"openClose": true, "change": 2, "save": true},
                "codeActionProvider": {"codeActionKinds": ["quickfix"]},
            },
            "serverInfo": {"name": "keysweep", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    fn notification(&mut self, notification: Notification) -> Step {
        let Notification { method, params } = notification;
        if method == "exit" {
            let orderly = self.phase == Phase::Ending;
            return Step {
                exit: Some(u8::from(!orderly)),
                ..Step::default()
            };
        }
        let document = &params["textDocument"];
        let (Phase::Running, Some(uri)) = (self.phase, document["uri"].as_str()) else {
            return Step::default();
        };
        let uri = uri.to_owned();
        let version = document["version"].as_i64();
        match method.as_str() {
            "textDocument/didOpen" => {
                let buffer = Buffer {
                    file: text::file_of(&uri),
                    text: document["text"].as_str().unwrap_or_default().to_owned(),
                    version,
                    changed: true,
                    ..Buffer::default()
                };
                self.buffers.insert(uri, buffer);
            }
            "textDocument/didChange" => {
                let Some(buffer) = self.buffers.get_mut(&uri) else {
                    return Step::default();
                };
                let mut steps = 0;
                for change in params["contentChanges"].as_array().into_iter().flatten() {
                    steps += buffer.text.len();
                    buffer.lost |= steps > CHANGED_MAX;
                    buffer.change(change, self.encoding);
                }
                buffer.version = version;
                buffer.changed = true;
            }
            // What is configured may have changed meanwhile.
            "textDocument/didSave" => {
                if let Some(buffer) = self.buffers.get_mut(&uri) {
                    buffer.changed = true;
                }
            }
            "textDocument/didClose" => {
                self.buffers.remove(&uri);
                return Step {
                    send: vec![publish(&uri, None, Vec::new())],
                    exit: None,
                };
            }
            _ => {}
        }
        Step::default()
    }

    /// The repairs of the findings that a range touches.
    fn actions(&self, params: &Value) -> Value {
        let Some(uri) = params["textDocument"]["uri"].as_str() else {
            return json!([]);
        };
        let Some(buffer) = self.buffers.get(uri) else {
            return json!([]);
        };
        let (start, end) = (
            text::position(&params["range"]["start"]),
            text::position(&params["range"]["end"]),
        );
        let touched = |seen: &&Seen| seen.start.position() <= end && start <= seen.end.position();
        let touched: Vec<&Seen> = buffer
            .seen
            .iter()
            .filter(touched)
            .take(REPAIRED_MAX)
            .collect();
        let at = |offset| text::position_of(&buffer.text, offset, self.encoding);
        let all = actions::of(&touched, buffer).map(|(seen, action)| {
            let edits = action.edits.iter().map(|edit| {
                json!({
                    "range": {"start": at(edit.span.0), "end": at(edit.span.1)},
                    "newText": edit.with,
                })
            });
            let edits: Vec<Value> = edits.collect();
            json!({
                "title": action.title,
                "kind": "quickfix",
                "isPreferred": action.preferred,
                "diagnostics": [diagnostic(seen)],
                "edit": {"changes": {uri: edits}},
            })
        });
        Value::Array(all.collect())
    }
}

impl Buffer {
    /// One change: the whole text, or what stands in a range.
    fn change(&mut self, change: &Value, encoding: Encoding) {
        let Some(new) = change["text"].as_str() else {
            return;
        };
        let range = &change["range"];
        if !range.is_object() {
            self.text = new.to_owned();
            self.lost = false;
            return;
        }
        if self.lost {
            return;
        }
        let start = text::offset_of(&self.text, text::position(&range["start"]), encoding);
        let end = text::offset_of(&self.text, text::position(&range["end"]), encoding);
        self.text.replace_range(start..end.max(start), new);
    }

    /// Looks at the text and says what is there.
    fn look(&mut self, uri: &str, encoding: Encoding, look: &mut Look<'_>) -> Option<Message> {
        self.changed = false;
        self.seen.clear();
        let about = |why: &str| {
            let top = json!({"line": 0, "character": 0});
            json!({
                "range": {"start": top, "end": top}, "severity": 2, "source": "keysweep",
                "message": terminal(why),
            })
        };
        if self.lost {
            let why = "not looked at: too much changed at once; close it and open it again";
            return Some(publish(uri, self.version, vec![about(why)]));
        }
        if self.text.len() > BUFFER_MAX {
            let why = format!("not looked at: it is larger than {} MiB", BUFFER_MAX >> 20);
            return Some(publish(uri, self.version, vec![about(&why)]));
        }
        let (report, path) = match look(&self.file, &self.text) {
            Ok(found) => found,
            Err(why) => {
                let why = format!("not looked at: {why}");
                return Some(publish(uri, self.version, vec![about(&why)]));
            }
        };
        let mut said: Vec<Value> = not_read(&report).iter().map(|why| about(why)).collect();
        self.path = path;
        self.seen = seen(report, &self.text, encoding);
        if self.seen.len() > SHOWN_MAX {
            let more = self.seen.len() - SHOWN_MAX;
            said.push(about(&format!(
                "{more} more findings in this file are not shown"
            )));
            self.seen.truncate(SHOWN_MAX);
        }
        said.extend(self.seen.iter().map(diagnostic));
        Some(publish(uri, self.version, said))
    }
}

/// The findings with all their places in the text, in the order of the places.
fn seen(report: Report, text: &str, encoding: Encoding) -> Vec<Seen> {
    let mut wanted = Vec::new();
    let mut found = Vec::new();
    for finding in report.findings {
        if finding.is_told_elsewhere() {
            continue;
        }
        let finding = Rc::new(finding);
        for place in &finding.places {
            let region = place.region;
            if place.name.is_none() && place.member.is_none() && place.suppressed.is_none() {
                wanted.push((region.start_line, region.start_column));
                wanted.push((region.end_line, region.end_column));
                found.push(Rc::clone(&finding));
            }
        }
    }
    let points = Index::new(text).points(&wanted, encoding);
    let pairs = points.chunks_exact(2).zip(found);
    let mut all: Vec<Seen> = pairs
        .map(|(pair, finding)| Seen {
            finding,
            start: pair[0],
            end: pair[1],
        })
        .collect();
    all.sort_by_key(|seen| (seen.start.offset, seen.end.offset));
    all
}

/// What an editor shows. What fails is an error, what stands in tests and the like a hint.
fn diagnostic(seen: &Seen) -> Value {
    let finding = &seen.finding;
    let severity = match (finding.fails, finding.folded) {
        (true, _) => 1,
        (false, false) => 2,
        (false, true) => 4,
    };
    let step = finding
        .first_place()
        .map_or("", |place| advice(place.path.as_str()));
    let message = format!(
        "{} ({}), shown as {}. Instead: {step}",
        finding.name,
        finding.severity.name(),
        finding.shown
    );
    json!({
        "range": {"start": seen.start, "end": seen.end},
        "severity": severity,
        "code": finding.rule,
        "source": "keysweep",
        "message": terminal(&message),
        "data": {"id": finding.id},
    })
}

fn publish(uri: &str, version: Option<i64>, diagnostics: Vec<Value>) -> Message {
    let mut params = json!({"uri": uri, "diagnostics": diagnostics});
    if let Some(version) = version {
        params["version"] = json!(version);
    }
    Message::Notification(Notification::new(
        "textDocument/publishDiagnostics".to_owned(),
        params,
    ))
}
