//! The hooks of coding agents: what an agent is about to do, as JSON on standard input, and the answer that it
//! understands.
//!
//! | agent | documentation of its hooks |
//! |---|---|
//! | Claude Code | <https://code.claude.com/docs/en/hooks> |
//! | Codex, with the same messages | <https://developers.openai.com/codex/hooks> |
//! | Cursor | <https://cursor.com/docs/agent/hooks> |
//! | Gemini CLI | <https://geminicli.com/docs/hooks/reference> |
//! | GitHub Copilot, also in VS Code | <https://docs.github.com/en/copilot/reference/hooks-reference> |
//!
//! What a tool does is read from the *shape* of its input and not from its name: names differ between agents and
//! grow with every release, and what is not recognised is looked at all the same, every string of it.

use serde_json::{Map, Value, json};

/// The exit status of a hook that blocks. All of the agents above take it so, whatever else is printed.
pub const BLOCKED: u8 = 2;

/// Whose hook it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// Claude Code, Codex, and Copilot in VS Code, which share the form.
    Claude,
    /// Cursor.
    Cursor,
    /// Gemini CLI.
    Gemini,
    /// GitHub Copilot's command line and cloud agent.
    Copilot,
    /// None that is known.
    Unknown,
}

/// When the hook is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Before a tool runs, or a permission is asked.
    Before,
    /// After it ran.
    After,
    /// Before a prompt is sent.
    Prompt,
    /// At something that holds no content: a session begins, the agent stops.
    Nothing,
}

/// A text that the agent is about to write or to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The whole content of a file.
    Whole {
        /// Its path, as the agent wrote it.
        path: String,
        /// What it is to hold.
        text: String,
    },
    /// Replacements in a file.
    Edits {
        /// Its path, as the agent wrote it.
        path: String,
        /// What goes and what comes in its place, in order.
        edits: Vec<Edit>,
    },
    /// What belongs to no file; the name says of which kind it is.
    Loose {
        /// A name that reports can show.
        name: &'static str,
        /// The text.
        text: String,
    },
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What stands there; empty where something is put in.
    pub old: String,
    /// What comes.
    pub new: String,
    /// It is replaced wherever it stands.
    pub all: bool,
}

/// A call of a hook.
#[derive(Debug)]
pub struct Call {
    agent: Agent,
    moment: Moment,
    event: String,
    /// The agent's working directory, where it says so.
    pub cwd: Option<String>,
    /// What is to be looked at; nothing for events that hold no content.
    pub pieces: Vec<Piece>,
}

/// What a hook prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// For the agent, on standard output; may be empty.
    pub out: String,
    /// For the agent and its user, on standard error; may be empty.
    pub err: String,
    /// The exit status.
    pub status: u8,
}

/// Members of a message that say who calls and when. They are no content.
const ENVELOPE: &[&str] = &[
    "session_id",
    "sessionId",
    "transcript_path",
    "transcriptPath",
    "hook_event_name",
    "timestamp",
    "cwd",
    "permission_mode",
    "tool_use_id",
    "conversation_id",
    "generation_id",
    "cursor_version",
    "workspace_roots",
    "model",
    "user_email",
    "turn_id",
    "prompt_id",
    "tool_name",
    "toolName",
];
/// Where the path of a file stands in the input of a tool.
const PATHS: &[&str] = &[
    "file_path",
    "filePath",
    "path",
    "notebook_path",
    "absolute_path",
    "target_file",
    "filename",
];
/// Where its whole content stands.
const WHOLE: &[&str] = &["content", "contents", "file_text", "fileText"];
/// Where the two sides of a replacement stand.
const SIDES: &[(&str, &str)] = &[
    ("old_string", "new_string"),
    ("oldString", "newString"),
    ("old_str", "new_str"),
    ("oldStr", "newStr"),
];
/// Where text stands that is put in.
const INSERTED: &[&str] = &[
    "new_source",
    "insert_text",
    "new_str",
    "newStr",
    "new_string",
    "newString",
];
/// Where several replacements stand.
const SEVERAL: &[&str] = &["edits", "replacements"];
/// Where a command of a shell stands.
const COMMANDS: &[&str] = &["command", "cmd"];

/// Bytes of a file times edits of it that are worked out.
const MOST_EDITED: usize = 1 << 28;

impl Call {
    /// Reads what an agent wrote.
    ///
    /// # Errors
    /// It is no JSON object; the message repeats nothing of it.
    pub fn read(bytes: &[u8]) -> Result<Call, String> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let value: Value = serde_json::from_slice(bytes).map_err(|error| {
            format!(
                "it is no JSON (line {}, column {})",
                error.line(),
                error.column()
            )
        })?;
        let Value::Object(mut message) = value else {
            return Err("it is JSON, but no object".to_owned());
        };
        let agent = Agent::of(&message);
        let text = |name: &str| message.get(name).and_then(Value::as_str).map(str::to_owned);
        let event = text("hook_event_name").unwrap_or_default();
        let cwd = text("cwd").or_else(|| {
            let roots = message.get("workspace_roots")?.as_array()?;
            roots.first()?.as_str().map(str::to_owned)
        });
        let moment = Moment::of(&event);
        let mut pieces = Vec::new();
        if moment != Moment::Nothing {
            let input = ["tool_input", "toolInput", "toolArgs"];
            let input = input.iter().find_map(|name| message.remove(*name));
            for name in ENVELOPE {
                message.remove(*name);
            }
            // Events of Cursor have their content beside who calls; others hold more than the input, such as
            // what a tool answered.
            for value in input.into_iter().chain([Value::Object(message)]) {
                read_input(value, &mut pieces);
            }
        }
        Ok(Call {
            agent,
            moment,
            event,
            cwd,
            pieces,
        })
    }

    /// Whether only what comes beside what the files hold already counts. What is read, and what was written
    /// before anybody asked, counts whole.
    pub fn compares(&self) -> bool {
        let reads = matches!(self.event.as_str(), "beforeReadFile" | "beforeTabFileRead");
        self.moment == Moment::Before && !reads
    }

    /// The answer that lets it pass. Nothing in it says `allow`: that would answer the agent's own question to
    /// its user.
    pub fn pass(&self) -> Answer {
        let out = match (self.agent, self.moment) {
            (Agent::Cursor, Moment::Prompt) => json!({"continue": true}).to_string(),
            (Agent::Cursor | Agent::Gemini, _) => "{}".to_owned(),
            _ => String::new(),
        };
        Answer {
            out,
            err: String::new(),
            status: 0,
        }
    }

    /// The answer that blocks it, with the reason.
    pub fn block(&self, why: &str) -> Answer {
        let out = match (self.agent, self.moment) {
            (Agent::Claude, Moment::Before) if self.event == "PermissionRequest" => json!({
                "hookSpecificOutput": {
                    "hookEventName": self.event,
                    "decision": {"behavior": "deny", "message": why},
                }
            }),
            (Agent::Claude, Moment::Before) => json!({
                "hookSpecificOutput": {
                    "hookEventName": self.event,
                    "permissionDecision": "deny",
                    "permissionDecisionReason": why,
                }
            }),
            (Agent::Claude, _) => json!({"decision": "block", "reason": why}),
            (Agent::Gemini, _) => json!({"decision": "deny", "reason": why}),
            (Agent::Cursor, Moment::Prompt) => json!({"continue": false, "user_message": why}),
            (Agent::Cursor, _) => {
                json!({"permission": "deny", "user_message": why, "agent_message": why})
            }
            (Agent::Copilot, _) => {
                json!({"permissionDecision": "deny", "permissionDecisionReason": why})
            }
            (Agent::Unknown, _) => Value::Null,
        };
        Answer {
            out: match out {
                Value::Null => String::new(),
                out => out.to_string(),
            },
            ..blocked(why)
        }
    }
}

/// Blocks whoever calls, also where nobody knows who it is.
pub fn blocked(why: &str) -> Answer {
    Answer {
        out: String::new(),
        err: why.to_owned(),
        status: BLOCKED,
    }
}

impl Agent {
    /// By members that only its messages have.
    fn of(message: &Map<String, Value>) -> Agent {
        let has = |name: &str| message.contains_key(name);
        let event = message.get("hook_event_name").and_then(Value::as_str);
        match event {
            _ if has("cursor_version") || has("workspace_roots") || has("generation_id") => {
                Agent::Cursor
            }
            Some(event) if event.starts_with("before") || event.starts_with("after") => {
                Agent::Cursor
            }
            Some(
                "BeforeTool" | "AfterTool" | "BeforeAgent" | "AfterAgent" | "BeforeModel"
                | "AfterModel",
            ) => Agent::Gemini,
            _ if has("toolName") || has("sessionId") => Agent::Copilot,
            Some(_) => Agent::Claude,
            None => Agent::Unknown,
        }
    }
}

impl Moment {
    /// An event that is not known is taken for a call of a tool: it must not pass unseen.
    fn of(event: &str) -> Moment {
        match event {
            "UserPromptSubmit" | "userPromptSubmitted" | "beforeSubmitPrompt" | "BeforeAgent" => {
                Moment::Prompt
            }
            "SessionStart" | "SessionEnd" | "sessionStart" | "sessionEnd" | "Stop" | "stop"
            | "SubagentStart" | "SubagentStop" | "subagentStart" | "subagentStop"
            | "Notification" | "PreCompact" | "preCompact" | "PreCompress" | "AfterAgent" => {
                Moment::Nothing
            }
            _ if event.to_ascii_lowercase().starts_with("after")
                || event.to_ascii_lowercase().starts_with("post") =>
            {
                Moment::After
            }
            _ => Moment::Before,
        }
    }
}

/// Takes apart the input of a tool.
fn read_input(value: Value, pieces: &mut Vec<Piece>) {
    // Copilot's arguments are an object, or one written as a string.
    let value = match value {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(inner @ Value::Object(_)) => inner,
            _ => Value::String(text),
        },
        value => value,
    };
    match value {
        Value::Object(mut input) => {
            file(&mut input, pieces);
            commands(&mut input, pieces);
            loose(Value::Object(input), pieces);
        }
        value => loose(value, pieces),
    }
}

/// Takes out what is written to a file.
fn file(input: &mut Map<String, Value>, pieces: &mut Vec<Piece>) {
    let path = PATHS
        .iter()
        .find_map(|name| input.get(*name)?.as_str().map(str::to_owned));
    let Some(path) = path else { return };
    for name in WHOLE {
        if let Some(text) = take(name, input) {
            pieces.push(Piece::Whole {
                path: path.clone(),
                text,
            });
        }
    }
    let mut edits = Vec::new();
    let pair = |from: &mut Map<String, Value>, edits: &mut Vec<Edit>| {
        let all = ["replace_all", "replaceAll"]
            .iter()
            .any(|name| from.get(*name) == Some(&Value::Bool(true)));
        for (old, new) in SIDES {
            // Without both sides it is no replacement.
            if from.get(*old).is_some_and(Value::is_string)
                && from.get(*new).is_some_and(Value::is_string)
            {
                let (old, new) = (take(old, from), take(new, from));
                edits.push(Edit {
                    old: old.unwrap_or_default(),
                    new: new.unwrap_or_default(),
                    all,
                });
            }
        }
        for name in INSERTED {
            if let Some(new) = take(name, from) {
                edits.push(Edit {
                    old: String::new(),
                    new,
                    all: false,
                });
            }
        }
    };
    pair(input, &mut edits);
    for name in SEVERAL {
        if let Some(Value::Array(several)) = input.get_mut(*name) {
            for one in several.iter_mut().filter_map(Value::as_object_mut) {
                pair(one, &mut edits);
            }
        }
    }
    if !edits.is_empty() {
        pieces.push(Piece::Edits { path, edits });
    }
}

/// Takes out a member that is a string.
fn take(name: &str, from: &mut Map<String, Value>) -> Option<String> {
    if !from.get(name)?.is_string() {
        return None;
    }
    match from.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Takes out commands of a shell: text, or its words.
fn commands(input: &mut Map<String, Value>, pieces: &mut Vec<Piece>) {
    for name in COMMANDS {
        let text = match input.get(*name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(words)) if words.iter().all(Value::is_string) => {
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                words.join(" ")
            }
            _ => continue,
        };
        input.remove(*name);
        if !patch(&text, pieces) {
            pieces.push(Piece::Loose {
                name: "tool-call.sh",
                text,
            });
        }
    }
}

/// Every string that is left: as JSON, so that names stand beside values, and those that JSON writes otherwise
/// than they are once more by themselves.
fn loose(value: Value, pieces: &mut Vec<Piece>) {
    let mut plain = Vec::new();
    let mut open = vec![&value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if patch(text, pieces) => {}
            Value::String(text) if text.contains(['\n', '"', '\\', '\t', '\r']) => {
                plain.push(text.as_str())
            }
            Value::Array(all) => open.extend(all.iter().rev()),
            Value::Object(all) => open.extend(all.values().rev()),
            _ => {}
        }
    }
    if !plain.is_empty() {
        let text = plain.join("\n\n");
        pieces.push(Piece::Loose {
            name: "tool-call",
            text,
        });
    }
    let nothing = match &value {
        Value::Object(all) => all.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    };
    if !nothing {
        let text = serde_json::to_string_pretty(&value).unwrap_or_default();
        pieces.push(Piece::Loose {
            name: "tool-call.json",
            text,
        });
    }
}

/// Takes apart a patch of the form `*** Begin Patch`, which Codex and others apply
/// (<https://developers.openai.com/api/docs/guides/tools-apply-patch>): each stretch of a file is a replacement.
/// Says whether it was one.
fn patch(text: &str, pieces: &mut Vec<Piece>) -> bool {
    let Some(at) = text.find("*** Begin Patch") else {
        return false;
    };
    // What stands before it may be a command that it is given to.
    let before = text[..at].trim();
    if !before.is_empty() {
        pieces.push(Piece::Loose {
            name: "tool-call.sh",
            text: before.to_owned(),
        });
    }
    let mut file: Option<(String, Vec<Edit>)> = None;
    let mut close = |file: &mut Option<(String, Vec<Edit>)>| {
        if let Some((path, mut edits)) = file.take() {
            edits.retain(|edit| edit.old != edit.new);
            if !edits.is_empty() {
                pieces.push(Piece::Edits { path, edits });
            }
        }
    };
    for line in text[at..].lines().skip(1) {
        let heads = ["*** Add File: ", "*** Update File: ", "*** Move to: "];
        if let Some(path) = heads.iter().find_map(|head| line.strip_prefix(head)) {
            close(&mut file);
            file = Some((path.trim().to_owned(), vec![Edit::nothing()]));
        } else if line.starts_with("*** ") {
            close(&mut file);
        } else if let Some((_, edits)) = &mut file {
            if line.starts_with("@@") {
                edits.push(Edit::nothing());
            } else if let Some(edit) = edits.last_mut() {
                edit.line(line);
            }
        } else if !line.trim().is_empty() {
            // A line that belongs to no file is looked at like everything that is not understood.
            file = Some(("tool-call".to_owned(), vec![Edit::nothing()]));
            if let Some((_, edits)) = &mut file {
                edits[0].line(&format!("+{line}"));
            }
        }
    }
    close(&mut file);
    true
}

impl Edit {
    fn nothing() -> Edit {
        Edit {
            old: String::new(),
            new: String::new(),
            all: false,
        }
    }

    /// A line of a patch: what goes, what comes, or what stays.
    fn line(&mut self, line: &str) {
        let (sides, text): (&mut [&mut String], &str) = match line.as_bytes().first() {
            Some(b'-') => (&mut [&mut self.old], &line[1..]),
            Some(b'+') => (&mut [&mut self.new], &line[1..]),
            Some(b' ') => (&mut [&mut self.old, &mut self.new], &line[1..]),
            _ => (&mut [&mut self.old, &mut self.new], line),
        };
        for side in sides {
            side.push_str(text);
            side.push('\n');
        }
    }
}

/// What a file holds after the edits; `None` where one of them does not fit, so that the agent's tool refuses it
/// or does what nobody can tell from here.
pub fn edited(text: &str, edits: &[Edit]) -> Option<String> {
    // Each edit goes over the whole text.
    if text.len().saturating_mul(edits.len()) > MOST_EDITED {
        return None;
    }
    let mut text = text.to_owned();
    for edit in edits {
        if edit.old.is_empty() || !text.contains(&edit.old) {
            return None;
        }
        text = match edit.all {
            true => text.replace(&edit.old, &edit.new),
            false => text.replacen(&edit.old, &edit.new, 1),
        };
    }
    Some(text)
}
