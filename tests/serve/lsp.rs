//! `keysweep lsp`, driven by a client over pipes.

use std::io::{BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};

use crate::common::{Dir, Run, contains, line, token};

/// A client, and all that it was told.
pub(super) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    heard: String,
    id: i32,
}

impl Client {
    pub(super) fn new(dir: &Dir, encodings: Value) -> (Self, Value) {
        let mut child = dir.spawn(&["lsp", "--stdio"], Stdio::piped(), Stdio::piped());
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut client = Client {
            child,
            stdin,
            stdout,
            heard: String::new(),
            id: 0,
        };
        let capabilities = json!({"general": {"positionEncodings": encodings}});
        let hello = client
            .ask("initialize", json!({"capabilities": capabilities}))
            .expect("it greets");
        client.tell("initialized", json!({}));
        (client, hello)
    }

    fn send(&mut self, message: Message) {
        message
            .write(self.stdin.as_mut().expect("open"))
            .expect("the server reads");
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) {
        self.send(Message::Notification(Notification::new(
            method.to_owned(),
            params,
        )));
    }

    fn read(&mut self) -> Message {
        let message = Message::read(&mut self.stdout)
            .expect("a message")
            .expect("one more");
        self.heard
            .push_str(&serde_json::to_string(&message).expect("JSON"));
        message
    }

    /// The answer to a question, or the code of the error; diagnostics on the way are only heard.
    fn ask(&mut self, method: &str, params: Value) -> Result<Value, i32> {
        self.id += 1;
        self.send(Message::Request(Request::new(
            self.id.into(),
            method.to_owned(),
            params,
        )));
        loop {
            if let Message::Response(response) = self.read() {
                assert_eq!(response.id, self.id.into());
                return response.response_result.map_err(|error| error.code);
            }
        }
    }

    /// The next diagnostics, of a version of a file.
    pub(super) fn diagnostics(&mut self, uri: &str, version: Option<i64>) -> Vec<Value> {
        loop {
            let Message::Notification(told) = self.read() else {
                panic!("no question is open")
            };
            assert_eq!(told.method, "textDocument/publishDiagnostics");
            assert_eq!(told.params["uri"], uri);
            if version.is_none() || told.params["version"].as_i64() == version {
                return told.params["diagnostics"]
                    .as_array()
                    .expect("a list")
                    .clone();
            }
        }
    }

    pub(super) fn open(&mut self, uri: &str, text: &str) -> Vec<Value> {
        let document = json!({"uri": uri, "languageId": "x", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
        self.diagnostics(uri, Some(1))
    }

    pub(super) fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let document = json!({"uri": uri, "version": version});
        self.tell(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": changes}),
        );
    }

    pub(super) fn actions(&mut self, uri: &str, range: &Value) -> Vec<Value> {
        let params =
            json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": []}});
        let actions = self
            .ask("textDocument/codeAction", params)
            .expect("actions");
        actions.as_array().expect("a list").clone()
    }

    /// Ends as the protocol wants it; all that was heard.
    pub(super) fn end(mut self) -> String {
        assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
        assert_eq!(self.ask("textDocument/codeAction", json!({})), Err(-32600));
        self.tell("exit", Value::Null);
        drop(self.stdin.take());
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
        let mut errors = String::new();
        self.child
            .stderr
            .take()
            .expect("piped")
            .read_to_string(&mut errors)
            .expect("text");
        assert!(errors.is_empty(), "{errors}");
        self.heard
    }
}

pub(super) fn uri(dir: &Dir, name: &str) -> String {
    format!("file://{}", dir.path().join(name).display())
}

/// A text after the edits of an action, by another way of counting than the program's.
fn edited(text: &str, action: &Value, uri: &str, utf16: bool) -> String {
    let at = |place: &Value| {
        let line = place["line"].as_u64().unwrap() as usize;
        let character = place["character"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let rest = text[start..].split_inclusive('\n').next().unwrap_or("");
        start
            + match utf16 {
                false => character,
                true => {
                    let units: Vec<u16> = rest.encode_utf16().collect();
                    String::from_utf16(&units[..character])
                        .expect("no half of a character")
                        .len()
                }
            }
    };
    let mut out = text.to_owned();
    let mut edits = action["edit"]["changes"][uri]
        .as_array()
        .expect("edits")
        .clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(at(&edit["range"]["start"])));
    for edit in edits {
        let (start, end) = (at(&edit["range"]["start"]), at(&edit["range"]["end"]));
        out.replace_range(start..end, edit["newText"].as_str().unwrap());
    }
    out
}

#[test]
fn a_finding_is_shown_where_it_stands_and_repaired() {
    let value = token(1);
    let text = format!("import os\nmood = '😀😀'; github_token = \"{value}\"\n");
    for (encodings, utf16) in [
        (Value::Null, true),
        (json!(["utf-16"]), true),
        (json!(["utf-8", "utf-16"]), false),
    ] {
        let dir = Dir::repo();
        let uri = uri(&dir, "src/app one.py").replace(' ', "%20");
        let (mut client, hello) = Client::new(&dir, encodings);
        assert_eq!(
            hello["capabilities"]["positionEncoding"],
            if utf16 { "utf-16" } else { "utf-8" }
        );
        let found = client.open(&uri, &text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (&found[0]["severity"], &found[0]["code"]),
            (&json!(1), &json!("github-pat"))
        );
        assert_eq!(found[0]["source"], "keysweep");
        let before = &text[10..text.find(&value).unwrap()];
        let start = if utf16 {
            before.encode_utf16().count()
        } else {
            before.len()
        };
        let range = json!({
            "start": {"line": 1, "character": start}, "end": {"line": 1, "character": start + value.len()},
        });
        assert_eq!(found[0]["range"], range);

        let actions = client.actions(&uri, &range);
        assert_eq!(actions.len(), 2, "{actions:?}");
        assert_eq!(actions[0]["isPreferred"], true);
        assert_eq!(actions[0]["diagnostics"][0]["range"], range);
        let repaired = edited(&text, &actions[0], &uri, utf16);
        assert!(
            repaired.ends_with("github_token = os.environ[\"GITHUB_TOKEN\"]\n"),
            "{repaired}"
        );
        let allowed = edited(&text, &actions[1], &uri, utf16);
        assert!(
            allowed.starts_with("import os\n# keysweep:allow github-pat\nmood"),
            "{allowed}"
        );
        assert!(client.actions(&uri, &json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}})).is_empty());

        // What the repairs leave behind holds nothing.
        for (version, text) in [(2, repaired), (3, allowed)] {
            client.change(&uri, version, json!([{"text": text}]));
            assert_eq!(client.diagnostics(&uri, Some(version)), Vec::<Value>::new());
        }
        assert!(!contains(client.end().as_bytes(), value.as_bytes()));
    }
}

#[test]
fn changes_of_ranges_are_followed_through_characters_of_every_width() {
    let dir = Dir::repo();
    let uri = uri(&dir, "app.env");
    let (mut client, _) = Client::new(&dir, Value::Null);
    assert!(client.open(&uri, "A=😀x\nB=é\n").is_empty());
    let at = |line: u32, from: u32, to: u32| json!({"start": {"line": line, "character": from}, "end": {"line": line, "character": to}});
    // Behind the face, then the line that stands there now; behind the end is the end.
    client.change(
        &uri,
        2,
        json!([
            {"range": at(0, 4, 5), "text": format!("\nGITHUB_TOKEN={}", token(2))},
            {"range": at(2, 2, 3), "text": "ö"},
            {"range": at(90, 0, 0), "text": format!("GITHUB_TOKEN={}", token(3))},
        ]),
    );
    let found = client.diagnostics(&uri, Some(2));
    let lines: Vec<&Value> = found.iter().map(|one| &one["range"]["start"]).collect();
    assert_eq!(
        lines,
        [
            &json!({"line": 1, "character": 13}),
            &json!({"line": 3, "character": 13})
        ],
        "{found:?}"
    );
    // A file of settings leaves git, which no edit of it does; the comment stands above, for the rest of a line is
    // part of its value.
    let actions = client.actions(&uri, &found[0]["range"]);
    assert_eq!(actions.len(), 1);
    assert_eq!(
        actions[0]["edit"]["changes"][&uri][0]["newText"],
        "# keysweep:allow github-pat\n"
    );
    // Saving reads the configuration again.
    dir.write("keysweep.toml", "[scan]\nexclude = [\"app.env\"]\n");
    client.tell(
        "textDocument/didSave",
        json!({"textDocument": {"uri": uri}}),
    );
    assert!(client.diagnostics(&uri, Some(2)).is_empty());
    dir.write("keysweep.toml", "[scan\n");
    client.tell(
        "textDocument/didSave",
        json!({"textDocument": {"uri": uri}}),
    );
    let told = client.diagnostics(&uri, Some(2));
    assert!(
        told[0]["message"]
            .as_str()
            .unwrap()
            .starts_with("not looked at: "),
        "{told:?}"
    );
    client.tell(
        "textDocument/didClose",
        json!({"textDocument": {"uri": uri}}),
    );
    assert!(client.diagnostics(&uri, None).is_empty());
    let heard = client.end();
    assert!(
        ![2, 3]
            .iter()
            .any(|seed| contains(heard.as_bytes(), token(*seed).as_bytes()))
    );
}

#[test]
fn of_many_changes_the_last_one_counts() {
    let dir = Dir::repo();
    let uri = uri(&dir, "app.env");
    let (mut client, _) = Client::new(&dir, Value::Null);
    client.open(&uri, "");
    for version in 2..=300 {
        let text = if version == 300 {
            "nothing\n".to_owned()
        } else {
            line(version as u64)
        };
        client.change(&uri, version, json!([{"text": text}]));
    }
    assert!(client.diagnostics(&uri, Some(300)).is_empty());
    let told = client.heard.matches("publishDiagnostics").count();
    assert!(told < 150, "{told} answers to 299 changes");
    client.end();
}

#[test]
fn baseline_and_what_is_saved_nowhere() {
    let dir = Dir::repo();
    dir.write("old.env", line(4));
    dir.commit("old");
    dir.run(&["baseline", "create"]).ends(0);
    let (mut client, _) = Client::new(&dir, Value::Null);
    assert!(client.open(&uri(&dir, "old.env"), &line(4)).is_empty());
    assert_eq!(client.open("untitled:Untitled-1", &line(5)).len(), 1);
    // A test's value is a hint.
    let found = client.open(&uri(&dir, "vendor/x/a.env"), &line(6));
    assert_eq!(found[0]["severity"], 4, "{found:?}");
    client.end();
}

#[test]
fn wrong_messages_end_it_without_a_word_of_them() {
    let dir = Dir::repo();
    let value = token(7);
    let framed = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let deep = framed(&format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)));
    for input in [
        value.clone(),
        format!("{value}: 1\r\n\r\n"),
        format!("{}\r\n", "x".repeat(100_000)),
        "Content-Length: 99999999999999999\r\n\r\n".to_owned(),
        "Content-Length: 100000000\r\n\r\n".to_owned(),
        format!("Content-Length: 900\r\n\r\n{{\"a\": \"{value}\""),
        framed(&format!("{{\"method\": \"{value}")),
        framed(&format!("[\"{value}\"]")),
        deep,
    ] {
        let run: Run = dir.feed(&["lsp"], input.as_bytes());
        run.ends(2).complains("keysweep: ");
        assert!(
            run.out.is_empty() && !contains(&run.err, value.as_bytes()),
            "{run:?}"
        );
    }
    // The end of the input without a word, before and after the greeting.
    dir.feed(&["lsp"], b"").ends(1);
    let mut child = dir.spawn(&["lsp"], Stdio::piped(), Stdio::piped());
    let mut stdin = child.stdin.take().unwrap();
    let ask = |id: i32, method: &str| {
        Message::Request(Request::new(id.into(), method.to_owned(), json!([1])))
    };
    for (id, method) in [
        (1, "shutdown"),
        (2, "initialize"),
        (3, "initialize"),
        (4, "no/such"),
        (5, "textDocument/codeAction"),
    ] {
        ask(id, method).write(&mut stdin).unwrap();
    }
    stdin.flush().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut codes = Vec::new();
    for _ in 0..5 {
        let Some(Message::Response(response)) = Message::read(&mut stdout).unwrap() else {
            panic!("an answer")
        };
        codes.push(response.response_result.err().map(|error| error.code));
    }
    assert_eq!(
        codes,
        [Some(-32002), None, Some(-32600), Some(-32601), None]
    );
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
