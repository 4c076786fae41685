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

mod edit;
mod input;
mod patch;

use serde_json::{Map, Value, json};

use super::json as strict;

pub use edit::{Edit, Piece};
pub use input::edited;

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
impl Call {
    /// Reads what an agent wrote.
    ///
    /// # Errors
    /// It is no JSON object; the message repeats nothing of it.
    pub fn read(bytes: &[u8]) -> Result<Call, String> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let value = strict::read(bytes).map_err(|error| {
            format!(
                "it is no JSON, or an object has a member twice (line {}, column {})",
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
                input::read(value, &mut pieces);
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
