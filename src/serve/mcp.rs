//! The Model Context Protocol over standard input and output: one JSON-RPC 2.0 message a line.
//!
//! Both eras of the protocol are spoken: since revision 2026-07-28 every request says its version in `_meta`
//! (<https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning>), and before that a client begins
//! with `initialize` (<https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle>). Nothing is
//! kept between two requests.

use serde_json::{Map, Value, json};

/// The revision whose requests carry their version.
const MODERN: &str = "2026-07-28";
/// The revisions that begin with `initialize`, the newest first.
const LEGACY: &[&str] = &["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// Bytes of a line that is read; a longer one is refused.
pub const LINE_MAX: usize = 32 << 20;

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const UNSUPPORTED_VERSION: i32 = -32022;

/// What a client is asked to know.
const INSTRUCTIONS: &str = "Finds credentials (tokens, keys, passwords) in text before it is written or \
    committed. Everything is done on this machine. No answer holds a value.";

/// What a client can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// What credentials a text holds, as it would be judged at a path.
    ScanText {
        /// The text.
        text: String,
        /// Its path; where there is none nothing is known of the kind of file.
        path: Option<String>,
    },
    /// What the next commit adds.
    ScanStaged,
    /// Why a line is reported or not.
    Explain {
        /// The file.
        path: String,
        /// The line, from 1; the whole file where there is none.
        line: Option<usize>,
    },
}

/// What a tool answers: text for the model, and the same as JSON.
pub type Answer = Result<(String, Value), String>;

/// An error of JSON-RPC.
struct Fault {
    code: i32,
    message: String,
    data: Option<Value>,
}

/// Answers one line, without its end. Nothing is answered to notifications, answers and empty lines.
pub fn answer(line: &[u8], ask: &mut dyn FnMut(Ask) -> Answer) -> Option<String> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    let value = match super::json::read(line) {
        Ok(value) => value,
        // The place alone: what stands there may be a value.
        Err(error) => {
            let message = format!(
                "no JSON, nested too deeply, or a member stands twice (column {})",
                error.column()
            );
            return Some(failed(Value::Null, Fault::new(PARSE_ERROR, message)));
        }
    };
    let Value::Object(message) = value else {
        let message = "a message is one JSON object; batches are no part of the protocol";
        return Some(failed(Value::Null, Fault::new(INVALID_REQUEST, message)));
    };
    let id = match message.get("id") {
        None => None,
        Some(id @ (Value::String(_) | Value::Number(_))) => Some(id.clone()),
        Some(_) => {
            let fault = Fault::new(INVALID_REQUEST, "an id is a string or a number");
            return Some(failed(Value::Null, fault));
        }
    };
    let Some(Value::String(method)) = message.get("method") else {
        // An answer to a question that nobody asked.
        let response = message.contains_key("result") || message.contains_key("error");
        let fault = Fault::new(INVALID_REQUEST, "there is no method");
        return (!response).then(|| failed(id.unwrap_or(Value::Null), fault));
    };
    let id = id?;
    if message.get("jsonrpc") != Some(&Value::String("2.0".to_owned())) {
        let fault = Fault::new(INVALID_REQUEST, "`jsonrpc` is not \"2.0\"");
        return Some(failed(id, fault));
    }
    Some(match request(method, message.get("params"), ask) {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string(),
        Err(fault) => failed(id, fault),
    })
}

/// The answer to a line that is longer than [`LINE_MAX`].
pub fn too_long() -> String {
    let message = format!("a message of more than {} MiB is not read", LINE_MAX >> 20);
    failed(Value::Null, Fault::new(INVALID_REQUEST, message))
}

fn failed(id: Value, fault: Fault) -> String {
    let mut error = json!({"code": fault.code, "message": fault.message});
    if let Some(data) = fault.data {
        error["data"] = data;
    }
    json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string()
}

fn request(
    method: &str,
    params: Option<&Value>,
    ask: &mut dyn FnMut(Ask) -> Answer,
) -> Result<Value, Fault> {
    let empty = Map::new();
    let params = match params {
        None => &empty,
        Some(Value::Object(params)) => params,
        Some(_) => return Err(Fault::new(INVALID_PARAMS, "`params` is no object")),
    };
    let modern = is_modern(params)?;
    let mut result = match method {
        "initialize" if !modern => initialize(params),
        "ping" if !modern => json!({}),
        "server/discover" if modern => json!({
            "supportedVersions": versions(),
            "capabilities": {"tools": {}},
            "instructions": INSTRUCTIONS,
        }),
        "server/discover" => {
            let message = "`_meta` does not say `io.modelcontextprotocol/protocolVersion`";
            return Err(Fault::new(INVALID_PARAMS, message));
        }
        "tools/list" => json!({"tools": tools()}),
        "tools/call" => call(params, ask)?,
        _ => return Err(Fault::new(METHOD_NOT_FOUND, "there is no such method")),
    };
    if modern {
        result["resultType"] = json!("complete");
        result["_meta"] = json!({"io.modelcontextprotocol/serverInfo": server()});
        if method != "tools/call" {
            // Nothing of it changes while the program runs.
            result["ttlMs"] = json!(3_600_000);
            result["cacheScope"] = json!("public");
        }
    }
    Ok(result)
}

/// What is spoken, the newest first.
fn versions() -> Vec<&'static str> {
    [&[MODERN], LEGACY].concat()
}

/// Whether a request says its version, and so is one of the modern protocol.
fn is_modern(params: &Map<String, Value>) -> Result<bool, Fault> {
    let meta = params.get("_meta").and_then(Value::as_object);
    let Some(version) = meta.and_then(|meta| meta.get("io.modelcontextprotocol/protocolVersion"))
    else {
        return Ok(false);
    };
    if version != MODERN {
        return Err(Fault {
            code: UNSUPPORTED_VERSION,
            message: "this version of the protocol is not spoken here".to_owned(),
            data: Some(json!({"supported": versions(), "requested": version})),
        });
    }
    let capabilities = meta.and_then(|meta| meta.get("io.modelcontextprotocol/clientCapabilities"));
    match capabilities {
        Some(Value::Object(_)) => Ok(true),
        _ => Err(Fault::new(
            INVALID_PARAMS,
            "`_meta` does not say `io.modelcontextprotocol/clientCapabilities`",
        )),
    }
}

/// The version that the client asks for where it is known, else the newest that begins so.
fn initialize(params: &Map<String, Value>) -> Value {
    let asked = params.get("protocolVersion").and_then(Value::as_str);
    let version = LEGACY.iter().find(|version| Some(**version) == asked);
    json!({
        "protocolVersion": version.unwrap_or(&LEGACY[0]),
        "capabilities": {"tools": {}},
        "serverInfo": server(),
        "instructions": INSTRUCTIONS,
    })
}

fn server() -> Value {
    json!({"name": "keysweep", "title": "keysweep", "version": env!("CARGO_PKG_VERSION")})
}

/// The tools, always in this order.
fn tools() -> Value {
    let reads = json!({"readOnlyHint": true, "openWorldHint": false});
    json!([
        {
            "name": "scan_text",
            "title": "Scan a text for credentials",
            "description": "Says which credentials a text holds, before it is written to a file or sent \
                anywhere: place, rule, severity, whether it would stop a commit, and what to write instead. \
                Values are never repeated.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "description": "The text, for example the new content of a file."},
                    "path": {
                        "type": "string",
                        "description": "Where it is to stand, relative to the working directory. The kind of \
                            file and the configuration of its repository decide with."
                    }
                },
                "required": ["text"],
                "additionalProperties": false
            },
            "annotations": reads
        },
        {
            "name": "scan_staged",
            "title": "Scan what the next commit adds",
            "description": "Says which credentials the files staged with `git add` would bring into the \
                repository, as the pre-commit hook judges them.",
            "inputSchema": {"type": "object", "additionalProperties": false},
            "annotations": reads
        },
        {
            "name": "explain",
            "title": "Explain a line of a file",
            "description": "Says why what stands on a line of a file is reported as a credential, or why not.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "A file below the working directory."},
                    "line": {
                        "type": "integer",
                        "minimum": 1,
                        "description": "The line, from 1; without it the whole file."
                    }
                },
                "required": ["path"],
                "additionalProperties": false
            },
            "annotations": reads
        }
    ])
}

fn call(params: &Map<String, Value>, ask: &mut dyn FnMut(Ask) -> Answer) -> Result<Value, Fault> {
    let Some(Value::String(name)) = params.get("name") else {
        return Err(Fault::new(INVALID_PARAMS, "`name` of the tool is missing"));
    };
    let empty = Map::new();
    let arguments = match params.get("arguments") {
        None => &empty,
        Some(Value::Object(arguments)) => arguments,
        Some(_) => return Err(Fault::new(INVALID_PARAMS, "`arguments` is no object")),
    };
    let answer = match wanted(name, arguments) {
        Some(asked) => asked.and_then(ask),
        None => return Err(Fault::new(INVALID_PARAMS, "there is no such tool")),
    };
    // What a model can mend is a result that says so, and no error of the protocol.
    Ok(match answer {
        Ok((text, structured)) => json!({
            "content": [{"type": "text", "text": text}],
            "structuredContent": structured,
            "isError": false,
        }),
        Err(why) => json!({"content": [{"type": "text", "text": why}], "isError": true}),
    })
}

/// What is asked of a tool, or what is wrong with its arguments; `None` where there is no such tool.
fn wanted(name: &str, arguments: &Map<String, Value>) -> Option<Result<Ask, String>> {
    let known: &[&str] = match name {
        "scan_text" => &["text", "path"],
        "scan_staged" => &[],
        "explain" => &["path", "line"],
        _ => return None,
    };
    if arguments.keys().any(|key| !known.contains(&key.as_str())) {
        let known = match known {
            [] => "none".to_owned(),
            known => known.join(", "),
        };
        return Some(Err(format!(
            "there is an argument that {name} does not have; it has: {known}"
        )));
    }
    let text = |key: &str| match arguments.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("`{key}` is no string")),
    };
    let needed = |key: &str| text(key)?.ok_or_else(|| format!("`{key}` is missing"));
    let asked = || match name {
        "scan_text" => Ok(Ask::ScanText {
            text: needed("text")?,
            path: text("path")?,
        }),
        "scan_staged" => Ok(Ask::ScanStaged),
        _ => {
            let line = match arguments.get("line") {
                None | Some(Value::Null) => None,
                Some(line) => match line.as_u64().filter(|line| *line > 0) {
                    Some(line) => Some(usize::try_from(line).unwrap_or(usize::MAX)),
                    None => return Err("`line` is no whole number from 1 on".to_owned()),
                },
            };
            Ok(Ask::Explain {
                path: needed("path")?,
                line,
            })
        }
    };
    Some(asked())
}

impl Fault {
    fn new(code: i32, message: impl Into<String>) -> Fault {
        Fault {
            code,
            message: message.into(),
            data: None,
        }
    }
}
