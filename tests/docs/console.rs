//! Every output that README and `docs/` show is what the program says.
//!
//! A block of the language `console` is a session: a line that begins with `$ ` is a command, the lines
//! below it are what the command prints. The sessions of one page run one after the other in a small
//! repository, which each page gets anew. A block whose first line is a comment with the name of a file
//! (`# keysweep.toml`) is written to that file first.
//!
//! `TRYCMD=overwrite cargo test --test it docs::console` writes what the program says now into the pages.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::pages;
use crate::common::{Dir, expand, line};

/// Separates what two commands print. No page and no output holds it.
const MARK: &str = "----- end of a command -----";

/// One piece of a page: a session with its commands, a file to write, or text that is neither.
enum Piece<'a> {
    Text(&'a str),
    File(&'a str, &'a str),
    Session(Vec<(&'a str, String)>),
}

/// The repository that the pages are about: a token that was removed again, a password in a file that
/// is tracked, and a key in a file that git ignores.
fn shop() -> Dir {
    let dir = Dir::repo();
    let commit = |who: &str, day: &str, subject: &str| {
        dir.git(&["add", "--all"]);
        let (moment, address) = (format!("{day}T09:00:00Z"), format!("{who}@shop.test"));
        let args = ["commit", "-q", "-m", subject];
        dir.git_by(who, &address, &moment, &args);
    };
    dir.write(".gitignore", ".env\n");
    dir.write("deploy.sh", format!("#!/bin/sh\nexport {}", line(1)));
    commit("Ada", "2024-03-04", "Deploy script");
    dir.write("deploy.sh", "#!/bin/sh\n: \"${GITHUB_TOKEN:?}\"\n");
    commit("Grace", "2024-09-02", "Read the token from the environment");
    let password = expand("{alnum:6}-Maple", 1);
    dir.write(
        "config/mail.toml",
        format!("user = \"shop\"\npassword = \"{password}\"\n"),
    );
    commit("Grace", "2025-05-19", "Send mail");
    dir.write(".env", expand("STRIPE_API_KEY=sk_live_{alnum:24}\n", 1));
    dir
}

/// A page in pieces, in order; together they are the page again.
fn pieces(page: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find("```") {
        let inner = rest[at + 3..].find("```").expect("each block ends") + at + 3;
        let (language, body) = rest[at + 3..inner]
            .split_once('\n')
            .expect("a block has lines");
        out.push(Piece::Text(&rest[..at]));
        let first = body.lines().next().unwrap_or_default();
        let name = first
            .strip_prefix("# ")
            .filter(|name| name.contains('.') && !name.contains(' '));
        out.push(match name {
            _ if language == "console" => Piece::Session(session(body)),
            Some(name) => Piece::File(name, &rest[at..inner + 3]),
            None => Piece::Text(&rest[at..inner + 3]),
        });
        rest = &rest[inner + 3..];
    }
    out.push(Piece::Text(rest));
    out
}

/// Commands and what the page says that they print.
fn session(body: &str) -> Vec<(&str, String)> {
    let mut out: Vec<(&str, String)> = Vec::new();
    for line in body.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => out.push((command, String::new())),
            None => {
                let (_, said) = out.last_mut().expect("a session begins with a command");
                said.push_str(line);
                said.push('\n');
            }
        }
    }
    for (_, said) in &mut out {
        said.truncate(said.trim_end().len());
    }
    out
}

/// Runs commands in one shell and gives back what each printed, standard error among it.
fn run(dir: &Path, commands: &[&str]) -> Vec<String> {
    let mut script = "exec 2>&1\n".to_owned();
    for command in commands {
        let _ = writeln!(script, "{command}\ns=$?; echo; echo '{MARK}'; (exit $s)");
    }
    let program = Path::new(env!("CARGO_BIN_EXE_keysweep"))
        .parent()
        .expect("a folder");
    let mut path = std::ffi::OsString::from(program);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &script])
        .current_dir(dir)
        .env_clear()
        .env("PATH", path);
    shell
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        shell.env(format!("GIT_{role}_NAME"), "Ada");
        shell.env(format!("GIT_{role}_EMAIL"), "Ada@shop.test");
        shell.env(format!("GIT_{role}_DATE"), "2026-11-24T09:00:00Z");
    }
    let output = shell.stdin(Stdio::null()).output().expect("a shell");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut out: Vec<String> = text
        .split(&format!("{MARK}\n"))
        .map(|said| said.trim_end().to_owned())
        .collect();
    out.pop();
    assert_eq!(out.len(), commands.len(), "{text}");
    out
}

/// Without what differs from version to version or from run to run: the number of rules, the salt of a
/// new baseline, and the tag that is made with the salt.
fn settled(text: &str) -> String {
    let mut out = text.to_owned();
    for (pattern, instead) in [
        (r"with [0-9,]+ rules \(set [0-9.]+", "with N rules (set V"),
        (r"salt=[0-9a-f]{32}", "salt=S"),
        (r"\b([0-9a-f]{20}):[0-9a-f]{2}\b", "$1:T"),
    ] {
        let pattern = regex::Regex::new(pattern).expect("a pattern");
        out = pattern.replace_all(&out, instead).into_owned();
    }
    out
}

/// What the page is when the program has its say, and how many outputs were looked at.
fn as_it_runs(page: &str) -> (String, usize) {
    let dir = shop();
    let (mut out, mut looked) = (String::new(), 0);
    for piece in pieces(page) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::File(name, block) => {
                let (_, body) = block.split_once('\n').expect("a block has lines");
                dir.write(name, body.trim_end_matches('`'));
                out.push_str(block);
            }
            Piece::Session(steps) => {
                let commands: Vec<&str> = steps.iter().map(|(command, _)| *command).collect();
                out.push_str("```console\n");
                let mut spoke = false;
                for ((command, shown), said) in steps.iter().zip(run(&dir.path(), &commands)) {
                    looked += 1;
                    let said = match settled(shown) == settled(&said) {
                        true => shown,
                        false => &said,
                    };
                    let gap = if spoke { "\n" } else { "" };
                    spoke = !said.is_empty();
                    let _ = write!(out, "{gap}$ {command}\n{said}");
                    if !said.is_empty() {
                        out.push('\n');
                    }
                }
                out.push_str("```");
            }
        }
    }
    (out, looked)
}

#[test]
fn every_output_that_a_page_shows_is_what_the_program_says() {
    let overwrite = std::env::var_os("TRYCMD").is_some_and(|word| word == "overwrite");
    let (mut outputs, mut stale) = (0, String::new());
    for path in pages() {
        let page = fs::read_to_string(&path).expect("UTF-8");
        let (now, looked) = as_it_runs(&page);
        outputs += looked;
        if now == page {
            continue;
        }
        if overwrite {
            fs::write(&path, &now).expect("writable");
        }
        let _ = writeln!(stale, "{}", difference(&path, &page, &now));
    }
    assert!(outputs > 8, "only {outputs} outputs were looked at");
    assert!(
        overwrite || stale.is_empty(),
        "stale; `TRYCMD=overwrite cargo test --test it docs::console` writes what the program says:\n{stale}"
    );
}

/// The first line in which two texts differ.
fn difference(path: &Path, old: &str, new: &str) -> String {
    let same = old
        .lines()
        .zip(new.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (old.lines().nth(same), new.lines().nth(same));
    format!(
        "{}:{}\n  page:    {old:?}\n  program: {new:?}",
        path.display(),
        same + 1
    )
}

/// A block in another language shows no session, because nobody would run it.
#[test]
fn no_session_stands_in_a_block_that_is_not_run() {
    for path in pages() {
        let page = fs::read_to_string(&path).expect("UTF-8");
        for piece in pieces(&page) {
            let (Piece::Text(text) | Piece::File(_, text)) = piece else {
                continue;
            };
            assert!(!text.contains("\n$ "), "{}: {text}", path.display());
        }
    }
}
