//! `keysweep mcp`, driven by a client over pipes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::common::{Dir, contains, line, token};

/// A client, and all that it was told.
pub(super) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    heard: String,
    id: u64,
}

impl Client {
    pub(super) fn new(dir: &Dir) -> Self {
        let mut child = dir.spawn(&["mcp"], Stdio::piped(), Stdio::piped());
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Client {
            child,
            stdin,
            stdout,
            heard: String::new(),
            id: 0,
        }
    }

    fn write(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("open");
        writeln!(stdin, "{line}").expect("the server reads");
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.stdout
            .read_line(&mut line)
            .expect("the server answers");
        self.heard.push_str(&line);
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// One line, and the answer to it.
    fn line(&mut self, line: &str) -> Value {
        self.write(line);
        self.read()
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let answer = self.line(
            &json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params})
                .to_string(),
        );
        assert_eq!(answer["id"], self.id, "{answer}");
        answer
    }

    /// Calls a tool: whether it failed, its text, and the same as JSON.
    pub(super) fn call(&mut self, tool: &str, arguments: Value) -> (bool, String, Value) {
        let answer = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        let text = result["content"][0]["text"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"));
        (
            result["isError"] == true,
            text.to_owned(),
            result["structuredContent"].clone(),
        )
    }

    /// Closes standard input; the server ends by itself.
    pub(super) fn end(mut self) -> String {
        drop(self.stdin.take());
        assert!(self.child.wait().expect("it ends").success());
        self.heard
    }
}

#[test]
fn a_client_of_the_older_protocol_scans_and_asks() {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    dir.write("notes.txt", "nothing\n");
    dir.git(&["add", "app.env"]);
    let mut client = Client::new(&dir);
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let answer = client.ask("initialize", hello);
    assert_eq!(answer["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(answer["result"]["serverInfo"]["name"], "keysweep");
    client.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    let tools = client.ask("tools/list", json!({}));
    let names: Vec<&str> = tools["result"]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .map(|tool| tool["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["scan_text", "scan_staged", "explain"]);

    let (failed, text, found) =
        client.call("scan_text", json!({"text": line(2), "path": "src/app.env"}));
    assert!(
        !failed && text.starts_with("1 found, 1 would stop a commit\nsrc/app.env:1:14: "),
        "{text}"
    );
    assert_eq!(found["findings"][0]["stops_a_commit"], true);
    assert_eq!(found["findings"][0]["line"], 1);
    let (failed, text, _) = client.call("scan_text", json!({"text": "hello\n"}));
    assert!(!failed && text == "no credentials found", "{text}");
    let (failed, text, _) = client.call("scan_staged", json!({}));
    assert!(!failed && text.contains("app.env:1:14"), "{text}");
    let (failed, text, _) = client.call("explain", json!({"path": "app.env", "line": 1}));
    assert!(!failed && text.contains("found: github"), "{text}");
    let (_, text, _) = client.call("explain", json!({"path": "notes.txt", "line": 1}));
    assert!(text.contains("nothing here has the form"), "{text}");

    let heard = client.end();
    for seed in [1, 2] {
        assert!(!contains(heard.as_bytes(), token(seed).as_bytes()));
    }
}

#[test]
fn a_client_of_the_protocol_without_sessions_scans_at_once() {
    let dir = Dir::repo();
    let mut client = Client::new(&dir);
    let meta = |version: &str| {
        json!({
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
        })
    };
    let answer = client.ask("server/discover", json!({"_meta": meta("2026-07-28")}));
    let result = &answer["result"];
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["supportedVersions"][0], "2026-07-28");
    assert!(
        result["ttlMs"].is_u64() && result["cacheScope"] == "public",
        "{answer}"
    );
    let call =
        json!({"name": "scan_text", "arguments": {"text": line(3)}, "_meta": meta("2026-07-28")});
    let answer = client.ask("tools/call", call);
    assert_eq!(answer["result"]["resultType"], "complete");
    assert_eq!(
        answer["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        "keysweep"
    );
    // What that revision has no longer, what it always says, and versions that nobody speaks.
    assert_eq!(
        client.ask("ping", json!({"_meta": meta("2026-07-28")}))["error"]["code"],
        -32601
    );
    let answer = client.ask("tools/list", json!({"_meta": meta("1900-01-01")}));
    assert_eq!(answer["error"]["code"], -32022);
    assert_eq!(answer["error"]["data"]["supported"][0], "2026-07-28");
    let bare = json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}});
    assert_eq!(client.ask("tools/list", bare)["error"]["code"], -32602);
    assert_eq!(
        client.ask("server/discover", json!({}))["error"]["code"],
        -32602
    );
    // A version of the older protocol that is not known gets the newest of it.
    let answer = client.ask("initialize", json!({"protocolVersion": "2020-01-01"}));
    assert_eq!(answer["result"]["protocolVersion"], "2025-11-25");
    assert!(!contains(client.end().as_bytes(), token(3).as_bytes()));
}

#[test]
fn wrong_messages_get_an_error_and_the_server_lives_on() {
    let dir = Dir::repo();
    let mut client = Client::new(&dir);
    let value = token(4);
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for (line, code) in [
        (
            format!("{{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"{value}"),
            -32700,
        ),
        (deep, -32700),
        (
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]".to_owned(),
            -32600,
        ),
        ("7".to_owned(), -32600),
        (
            json!({"jsonrpc": "2.0", "id": null, "method": "ping"}).to_string(),
            -32600,
        ),
        (
            json!({"jsonrpc": "2.0", "id": {"a": 1}, "method": "ping"}).to_string(),
            -32600,
        ),
        (
            json!({"jsonrpc": "1.0", "id": 1, "method": "ping"}).to_string(),
            -32600,
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": 7}).to_string(),
            -32600,
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": value}).to_string(),
            -32601,
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}).to_string(),
            -32602,
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": value}})
                .to_string(),
            -32602,
        ),
        (format!("\"{}\"", "x".repeat(33 << 20)), -32600),
    ] {
        let answer = client.line(&line);
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    // Notifications, answers and empty lines get nothing: the next answer is the next question's.
    client.write("");
    client.write(&json!({"jsonrpc": "2.0", "method": "no/such"}).to_string());
    client.write(&json!({"jsonrpc": "2.0", "id": 99, "result": {}}).to_string());
    // What a model can mend is a result.
    for (tool, arguments, words) in [
        ("scan_text", json!({}), "`text` is missing"),
        ("scan_text", json!({"text": 7}), "`text` is no string"),
        (
            "scan_text",
            json!({"text": "", "lang": "x"}),
            "does not have",
        ),
        (
            "explain",
            json!({"path": "a", "line": 0}),
            "`line` is no whole number",
        ),
        (
            "explain",
            json!({"path": format!("{value}.txt")}),
            "there is no such file",
        ),
        (
            "explain",
            json!({"path": "/etc/hostname"}),
            "there is no such file|not below the directory",
        ),
        ("explain", json!({"path": ".."}), "not below the directory"),
    ] {
        let (failed, text, _) = client.call(tool, arguments);
        assert!(
            failed && words.split('|').any(|words| text.contains(words)),
            "{text}"
        );
    }
    assert!(!contains(client.end().as_bytes(), value.as_bytes()));
}

#[test]
fn what_is_configured_is_asked_each_time() {
    let dir = Dir::repo();
    let mut client = Client::new(&dir);
    let ask = json!({"text": line(5), "path": "a.env"});
    assert!(
        client
            .call("scan_text", ask.clone())
            .1
            .starts_with("1 found")
    );
    dir.write("keysweep.toml", "[scan]\nexclude = [\"a.env\"]\n");
    assert!(
        client
            .call("scan_text", ask.clone())
            .1
            .starts_with("no credentials")
    );
    dir.write("keysweep.toml", "[scan\n");
    let (failed, text, _) = client.call("scan_text", ask);
    assert!(failed && text.contains("keysweep.toml"), "{text}");
    client.end();
}
