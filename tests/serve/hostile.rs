//! Messages that are made to get something past the hook of an agent, or to keep a server busy for ever.

use std::process::Stdio;

use serde_json::{Value, json};

use super::agent::{at, claude, denied, hook, passed};
use super::{lsp, mcp};
use crate::common::{Dir, Run, contains, line, token};

fn bash(dir: &Dir, command: &str) -> Run {
    hook(dir, &claude(dir, "Bash", json!({"command": command})))
}

#[test]
fn what_a_call_says_of_old_text_is_no_proof_that_it_stands_there() {
    let dir = Dir::repo();
    let (new, held) = (line(1), line(2));
    let (new, held) = (new.trim_end(), held.trim_end());
    dir.write("held.env", format!("A=1\n{held}\n"));
    // A command that writes what looks like a patch to a file, in every kind of its lines.
    for kind in [
        "*** Update File: x\n-",
        "*** Update File: x\n ",
        "*** Update File: x\n@@ ",
        "*** ",
        "",
    ] {
        let heredoc = format!("cat > .env <<'E'\n*** Begin Patch\n{kind}{new}\nE");
        denied(&bash(&dir, &heredoc), &token(1));
        // Neither is it passed over where the program that applies patches gets it.
        let patch = format!("apply_patch <<'E'\n*** Begin Patch\n{kind}{new}\nE");
        denied(&bash(&dir, &patch), &token(1));
    }
    denied(
        &bash(&dir, &format!("echo '*** Begin Patch'; echo {new} > .env")),
        &token(1),
    );
    let behind = format!(
        "apply_patch <<E\n*** Begin Patch\n*** End Patch\nE\ncat > .env <<E\n*** Add File: tests/a.py\n+{new}\nE"
    );
    denied(&bash(&dir, &behind), &token(1));
    // An edit of a file that holds no such thing.
    let edit = json!({"file_path": at(&dir, "new.env"), "old_string": new, "new_string": format!("{new}\n#")});
    denied(&hook(&dir, &claude(&dir, "Edit", edit)), &token(1));
    // What does stand there may stay, move with its file, and go.
    for change in [
        format!("*** Update File: held.env\n@@\n A=1\n-{held}\n+B=2"),
        format!("*** Update File: held.env\n@@\n-A=1\n+A=2\n {held}"),
        format!("*** Update File: held.env\n*** Move to: moved.env\n@@\n-A=1\n+A=2\n {held}"),
        "*** Delete File: held.env".to_owned(),
    ] {
        let patch = format!("*** Begin Patch\n{change}\n*** End Patch\n");
        passed(&bash(&dir, &patch));
        passed(&bash(&dir, &format!("apply_patch <<'EOF'\n{patch}EOF\n")));
        passed(&hook(
            &dir,
            &claude(&dir, "apply_patch", json!({"input": patch})),
        ));
    }
}

#[test]
fn what_can_be_read_in_two_ways_is_judged_in_both_or_refused() {
    let dir = Dir::repo();
    let value = token(1);
    for input in [
        format!(r#"{{"file_path": "a.env", "content": "{value}", "content": ""}}"#),
        format!(r#"{{"file_path": "a.env", "content": "{value}"}}, "tool_input": {{}}"#),
    ] {
        let message = format!(
            r#"{{"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {input}}}"#
        );
        let run = dir.feed(&["hook", "--agent"], message.as_bytes());
        run.ends(2).complains("a member twice");
        assert!(!contains(&run.err, value.as_bytes()), "{}", run.errors());
    }
    // Of two paths nobody here knows which one the tool takes.
    dir.write("keysweep.toml", "[scan]\nexclude = [\"private/\"]\n");
    for (one, other) in [("private/a.env", "a.env"), ("a.env", "private/a.env")] {
        let input = json!({"file_path": one, "path": other, "content": line(1)});
        denied(&hook(&dir, &claude(&dir, "write", input)), &value);
    }
}

#[test]
fn edits_that_explode_are_blocked_before_they_take_memory() {
    let dir = Dir::repo();
    dir.write("a.txt", "a".repeat(100_000));
    let double = json!({"old_string": "a", "new_string": "a".repeat(40), "replace_all": true});
    for edits in [
        vec![json!({"old_string": "a", "new_string": "b".repeat(1 << 20), "replace_all": true})],
        vec![double; 60],
    ] {
        let input = json!({"file_path": at(&dir, "a.txt"), "edits": edits});
        let run = hook(&dir, &claude(&dir, "MultiEdit", input));
        run.ends(2).complains("too large to be worked out");
    }
    // Neither does a path that no system knows keep anybody waiting.
    let input = json!({"file_path": "a/".repeat(1 << 20), "content": ""});
    hook(&dir, &claude(&dir, "Write", input))
        .ends(2)
        .complains("leads nowhere");
}

/// Such files say that they are empty, hold what no repository does, and may never end.
#[cfg(target_os = "linux")]
#[test]
fn files_of_the_kernel_are_nothing_to_compare_with() {
    let dir = Dir::repo();
    let message = claude(
        &dir,
        "Write",
        json!({"file_path": "/proc/self/environ", "content": line(1)}),
    );
    let mut command = dir.command(&["hook", "--agent"]);
    command
        .env("GITHUB_TOKEN", token(1))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    serde_json::to_writer(child.stdin.take().expect("piped"), &message).expect("it reads");
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(out.status.code(), Some(2));
    let message = claude(
        &dir,
        "Write",
        json!({"file_path": "/proc/kmsg", "content": "a\n"}),
    );
    passed(&hook(&dir, &message));
}

#[test]
fn a_path_is_content_too() {
    let dir = Dir::repo();
    let path = format!("keys/{}.txt", token(1));
    let mut client = mcp::Client::new(&dir);
    let (failed, text, _) = client.call("scan_text", json!({"text": "hello\n", "path": path}));
    assert!(
        !failed && text.starts_with("1 found, 1 would stop"),
        "{text}"
    );
    let heard = client.end();
    assert!(!contains(heard.as_bytes(), token(1).as_bytes()));
    let patch = format!("*** Begin Patch\n*** Add File: {path}\n+hello\n*** End Patch\n");
    denied(&bash(&dir, &patch), &token(1));
}

#[test]
fn one_value_at_thousands_of_places_of_a_buffer_is_kept_once() {
    let dir = Dir::repo();
    let uri = lsp::uri(&dir, "app.py");
    let (mut client, _) = lsp::Client::new(&dir, Value::Null);
    let text: String = (0..5000)
        .map(|n| format!("k{n} = '{}'\n", token(1)))
        .collect();
    // A finding for each of them, each with all of the places, was more than any memory.
    assert_eq!(client.open(&uri, &text).len(), 1001);
    let all = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}});
    // Repairs are worked out for as many as somebody can look at.
    assert_eq!(client.actions(&uri, &all).len(), 100);
    let one = json!({"start": {"line": 700, "character": 9}, "end": {"line": 700, "character": 9}});
    assert_eq!(client.actions(&uri, &one).len(), 2);
    client.end();
}

#[test]
fn changes_that_nobody_can_follow_are_told_and_the_whole_text_mends_it() {
    let dir = Dir::repo();
    let uri = lsp::uri(&dir, "app.env");
    let (mut client, _) = lsp::Client::new(&dir, Value::Null);
    client.open(&uri, &"a\n".repeat(16 << 20));
    let top = json!({"line": 0, "character": 0});
    let change = json!({"range": {"start": top, "end": top}, "text": "b"});
    client.change(&uri, 2, json!(vec![change; 200]));
    let said = client.diagnostics(&uri, Some(2));
    assert!(
        said[0]["message"]
            .as_str()
            .expect("words")
            .contains("too much changed at once"),
        "{said:?}"
    );
    client.change(&uri, 3, json!([{"text": line(1)}]));
    assert_eq!(client.diagnostics(&uri, Some(3)).len(), 1);
    client.end();
}
