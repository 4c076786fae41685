//! `keysweep hook --agent` with the messages of the agents, as their documentation has them.

use serde_json::{Value, json};

use crate::common::{Dir, Run, contains, line, token};

/// Runs the hook on a message.
pub(super) fn hook(dir: &Dir, message: &Value) -> Run {
    dir.feed(&["hook", "--agent"], message.to_string().as_bytes())
}

/// A message as Claude Code sends it.
pub(super) fn claude(dir: &Dir, tool: &str, input: Value) -> Value {
    json!({
        "session_id": "abc", "transcript_path": "/t.jsonl", "cwd": dir.path(), "permission_mode": "default",
        "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input, "tool_use_id": "toolu_01",
    })
}

/// A file in the directory, as agents name files.
pub(super) fn at(dir: &Dir, name: &str) -> String {
    dir.path().join(name).display().to_string()
}

#[track_caller]
pub(super) fn denied(run: &Run, value: &str) -> Value {
    run.ends(2);
    run.complains("keysweep blocked this");
    run.complains("next: ");
    assert!(!contains(&run.out, value.as_bytes()), "{}", run.text());
    assert!(!contains(&run.err, value.as_bytes()), "{}", run.errors());
    match run.out.is_empty() {
        true => Value::Null,
        false => run.json(),
    }
}

#[track_caller]
pub(super) fn passed(run: &Run) {
    run.ends(0);
    assert!(run.err.is_empty(), "{}", run.errors());
    assert!(!contains(&run.out, b"allow"), "{}", run.text());
}

#[test]
fn each_agent_gets_the_answer_that_it_understands() {
    let dir = Dir::repo();
    let (path, content, value) = (at(&dir, "app.env"), line(1), token(1));
    let write = json!({"file_path": path, "content": content});
    let reason = |answer: &Value, at: &str| {
        let said = answer
            .pointer(at)
            .and_then(Value::as_str)
            .expect("a reason")
            .to_owned();
        assert!(
            said.contains("app.env:1:14") && said.contains("rule github"),
            "{said}"
        );
    };

    // Claude Code, and Codex, which has a `turn_id` more.
    let mut message = claude(&dir, "Write", write.clone());
    for turn in [Value::Null, json!("turn-1")] {
        message["turn_id"] = turn;
        let answer = denied(&hook(&dir, &message), &value);
        assert_eq!(answer["hookSpecificOutput"]["permissionDecision"], "deny");
        assert_eq!(answer["hookSpecificOutput"]["hookEventName"], "PreToolUse");
        reason(&answer, "/hookSpecificOutput/permissionDecisionReason");
    }

    let cursor = json!({
        "conversation_id": "c", "generation_id": "g", "cursor_version": "2.0.77", "workspace_roots": [dir.path()],
        "hook_event_name": "preToolUse", "tool_name": "Write", "tool_input": write,
    });
    let answer = denied(&hook(&dir, &cursor), &value);
    assert_eq!(answer["permission"], "deny");
    reason(&answer, "/agent_message");

    let gemini = json!({
        "session_id": "s", "cwd": dir.path(), "hook_event_name": "BeforeTool", "timestamp": "2026-01-01T00:00:00Z",
        "tool_name": "write_file", "tool_input": write,
    });
    let answer = denied(&hook(&dir, &gemini), &value);
    assert_eq!(answer["decision"], "deny");
    reason(&answer, "/reason");

    let arguments = json!({"path": path, "file_text": content}).to_string();
    let copilot = json!({
        "sessionId": "s", "timestamp": 1, "cwd": dir.path(), "toolName": "create", "toolArgs": arguments,
    });
    let answer = denied(&hook(&dir, &copilot), &value);
    assert_eq!(answer["permissionDecision"], "deny");
    reason(&answer, "/permissionDecisionReason");

    // Nobody knows who this is; the status and standard error say it all the same.
    assert_eq!(
        denied(
            &hook(&dir, &json!({"path": path, "content": content})),
            &value
        ),
        Value::Null
    );
}

#[test]
fn what_a_prompt_holds_is_kept_back() {
    let dir = Dir::repo();
    let prompt = format!("use {} for it", token(2));
    let claude = json!({"hook_event_name": "UserPromptSubmit", "session_id": "s", "cwd": dir.path(), "prompt": prompt});
    assert_eq!(denied(&hook(&dir, &claude), &token(2))["decision"], "block");
    let cursor = json!({"hook_event_name": "beforeSubmitPrompt", "workspace_roots": [dir.path()], "prompt": prompt});
    assert_eq!(denied(&hook(&dir, &cursor), &token(2))["continue"], false);
    let harmless = json!({"hook_event_name": "beforeSubmitPrompt", "workspace_roots": [dir.path()], "prompt": "hello"});
    let run = hook(&dir, &harmless);
    passed(&run);
    assert_eq!(run.json()["continue"], true);
}

#[test]
fn every_tool_is_looked_at_whatever_it_is_called() {
    let dir = Dir::repo();
    let value = token(3);
    let patch = format!(
        "*** Begin Patch\n*** Update File: app.py\n@@\n-old\n+key = \"{value}\"\n*** End Patch\n"
    );
    for (tool, input) in [
        (
            "Bash",
            json!({"command": format!("export GITHUB_TOKEN={value}"), "description": "sets it"}),
        ),
        (
            "shell",
            json!({"command": ["bash", "-lc", format!("echo {value}")]}),
        ),
        ("apply_patch", json!({"input": patch})),
        ("shell", json!({"command": ["apply_patch", patch]})),
        (
            "NotebookEdit",
            json!({"notebook_path": at(&dir, "a.py"), "new_source": format!("t = '{value}'")}),
        ),
        (
            "replace_string_in_file",
            json!({"filePath": "a.py", "oldString": "x", "newString": format!("t = '{value}'")}),
        ),
        (
            "mcp__tracker__create",
            json!({"issue": {"labels": ["a", {"body": format!("see\n\"{value}\"\n")}]}}),
        ),
        ("WebFetch", json!(format!("https://x:{value}@host.test/"))),
        ("never heard of", json!([[value]])),
    ] {
        let run = hook(&dir, &claude(&dir, tool, input));
        denied(&run, &value);
    }
    for (tool, input) in [
        (
            "Bash",
            json!({"command": "curl -H \"Authorization: Bearer $GITHUB_TOKEN\" https://host.test"}),
        ),
        (
            "Write",
            json!({"file_path": at(&dir, "a.py"), "content": "token = os.environ[\"GITHUB_TOKEN\"]\n"}),
        ),
        ("Read", json!({"file_path": at(&dir, "a.py")})),
        ("TodoWrite", json!({"todos": []})),
        ("Bash", json!(null)),
    ] {
        passed(&hook(&dir, &claude(&dir, tool, input)));
    }
    // Events without content say nothing.
    passed(&hook(
        &dir,
        &json!({"hook_event_name": "SessionStart", "session_id": "s", "source": line(1)}),
    ));
}

#[test]
fn an_edit_is_judged_by_what_it_adds_to_the_file() {
    let dir = Dir::repo();
    // No human password by itself says what it is; in the file its name does.
    let password = "Tr0ub4dor&3xyz";
    dir.write(
        "config.yml",
        format!("db:\n  password: changeme\n  token: {}\n", token(4)),
    );
    let edit = |old: &str, new: &str| {
        let input =
            json!({"file_path": at(&dir, "config.yml"), "old_string": old, "new_string": new});
        hook(&dir, &claude(&dir, "Edit", input))
    };
    let run = edit("changeme", password);
    denied(&run, password);
    run.complains("config.yml:2:");
    // What the file holds already is nobody's news, and taking it out is welcome.
    passed(&edit("changeme", "${DB_PASSWORD}"));
    passed(&edit(&token(4), "${TOKEN}"));
    let whole = format!("db:\n  password: ${{X}}\n  token: {}\n", token(4));
    let input = json!({"file_path": at(&dir, "config.yml"), "content": whole});
    passed(&hook(&dir, &claude(&dir, "Write", input)));
    // Where the edit does not fit the file, what comes is judged alone.
    denied(&edit("not there", &line(5)), &token(5));
    let several = json!({
        "file_path": at(&dir, "config.yml"),
        "edits": [{"old_string": "db:", "new_string": "database:"},
            {"old_string": "changeme", "new_string": token(6), "replace_all": true}],
    });
    denied(&hook(&dir, &claude(&dir, "MultiEdit", several)), &token(6));
}

#[test]
fn what_a_commit_would_let_pass_is_let_pass() {
    let dir = Dir::repo();
    dir.write("keysweep.toml", "[scan]\nexclude = [\"private/\"]\n");
    let allowed = format!("t = '{}'  # keysweep:allow -- of a test\n", token(1));
    for (path, content) in [("private/a.env", line(1)), ("a.py", allowed)] {
        let input = json!({"file_path": at(&dir, path), "content": content});
        passed(&hook(&dir, &claude(&dir, "Write", input.clone())));
        // Unless nothing in the repository may hide anything.
        let message = claude(&dir, "Write", input).to_string();
        dir.feed(&["hook", "--agent", "--untrusted"], message.as_bytes())
            .ends(2);
    }
    // Git's own directory belongs to the repository around it.
    let exclude = |content: String| {
        let input = json!({"file_path": at(&dir, ".git/info/exclude"), "content": content});
        hook(&dir, &claude(&dir, "Write", input))
    };
    passed(&exclude("/target\n".to_owned()));
    exclude(line(1)).ends(2);
    // A directory that is not there yet.
    let input = json!({"file_path": at(&dir, "new/deep/a.env"), "content": line(1)});
    hook(&dir, &claude(&dir, "Write", input))
        .ends(2)
        .complains("new/deep/a.env:1:14");
}

#[test]
fn what_cannot_be_read_is_blocked_and_says_why() {
    let dir = Dir::repo();
    let value = token(7);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for message in [
        String::new(),
        "not json".to_owned(),
        format!("{{\"tool_input\": \"{value}"),
        format!("\"{value}\""),
        format!("{{\"tool_input\": {deep}}}"),
        "[]".to_owned(),
    ] {
        let run = dir.feed(&["hook", "--agent"], message.as_bytes());
        run.ends(2).complains("so the call is blocked");
        assert!(
            run.out.is_empty() && !contains(&run.err, value.as_bytes()),
            "{run:?}"
        );
    }
    // A broken configuration is no reason to look away either.
    dir.write("keysweep.toml", "[scan\n");
    let run = hook(&dir, &claude(&dir, "Bash", json!({"command": "ls"})));
    run.ends(2)
        .complains("keysweep could not look at this call");
    // The answer has the form that the agent wants, and judges its message alone.
    for other in ["--all-files", "--format=json", "--output=json=x"] {
        let run = dir.run(&["hook", "--agent", other]);
        run.ends(2).complains("cannot be used with");
    }
}
