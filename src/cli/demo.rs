//! A small repository with leaked credentials, made on the spot, so that a newcomer sees findings
//! without looking for a leak. The values are expanded from templates: nothing of it is real.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// One commit: when, who, what it says, and what files become (`None` deletes).
struct Step {
    date: &'static str,
    author: &'static str,
    subject: &'static str,
    files: &'static [(&'static str, Option<&'static str>)],
}

/// The same seed expands a template to the same value, so that a token can stand in two files.
const SEED: u64 = 20_230_301;

const STEPS: &[Step] = &[
    Step {
        date: "2023-03-01T09:12:00Z",
        author: "Ada",
        subject: "Settings for the first deployment",
        files: &[
            ("README.md", Some("# Demo shop\n\nNothing here is real.\n")),
            (
                "config/settings.py",
                Some(
                    "DEBUG = False\nDATABASE_URL = \"postgres://shop:{alnum:14}@db.internal:5432/shop\"\nSIGNING_KEY_ID = \"primary\"\n",
                ),
            ),
        ],
    },
    Step {
        date: "2023-05-17T16:40:00Z",
        author: "Grace",
        subject: "Deploy script",
        files: &[(
            "deploy.sh",
            Some(
                "#!/bin/sh\nexport GITHUB_TOKEN={check:crc32-base62:ghp_{alnum:30}}\nexec ./release \"$1\"\n",
            ),
        )],
    },
    Step {
        date: "2023-09-02T08:05:00Z",
        author: "Grace",
        subject: "Notes of the debugging session",
        files: &[(
            "debug/session.log",
            Some(
                "The gateway refused this:\n\n    Authorization: Bearer {jwt:{\"alg\":\"RS256\",\"typ\":\"JWT\"}.{\"iss\":\"https://login.demo.test\",\"sub\":\"svc-checkout\",\"scope\":\"orders:write\",\"iat\":1693638000,\"exp\":1693641600}}\n",
            ),
        )],
    },
    Step {
        date: "2024-02-11T11:30:00Z",
        author: "Ada",
        subject: "Read the deploy token from the environment",
        files: &[(
            "deploy.sh",
            Some("#!/bin/sh\n: \"${{GITHUB_TOKEN:?}}\"\nexec ./release \"$1\"\n"),
        )],
    },
    Step {
        date: "2024-06-30T14:00:00Z",
        author: "Linus",
        subject: "Payments",
        files: &[
            (
                ".env",
                Some("STRIPE_API_KEY=sk_live_{alnum:24}\nSMTP_PASSWORD={alnum:6}-Maple\n"),
            ),
            ("deploy/id_rsa", Some("{pem:RSA PRIVATE KEY}\n")),
        ],
    },
];

/// What reports call it: its directory has another name in every run.
pub const CALLED: &str = "the demo repository";

/// Makes the repository in a temporary directory, which goes when the value is dropped.
///
/// # Errors
/// When git is not installed or fails, or the directory cannot be made.
pub fn make() -> Result<TempDir> {
    let dir = TempDir::with_prefix("keysweep-demo-")?;
    git(
        dir.path(),
        None,
        &["init", "--quiet", "--initial-branch=main"],
    )?;
    for step in STEPS {
        for (path, content) in step.files {
            place(dir.path(), path, *content)?;
        }
        git(dir.path(), None, &["add", "--all", "--force"])?;
        git(
            dir.path(),
            Some(step),
            &["commit", "--quiet", "--message", step.subject],
        )?;
    }
    Ok(dir)
}

fn place(root: &Path, path: &str, content: Option<&str>) -> Result<()> {
    let target = root.join(path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    match content {
        None => fs::remove_file(target)?,
        Some(template) => {
            let text = keysweep::example::expand(template, SEED)
                .map_err(|error| anyhow::anyhow!("the demo's template for {path}: {error}"))?;
            fs::write(target, text)?;
        }
    }
    Ok(())
}

/// Runs git without the user's configuration, hooks and signing.
fn git(dir: &Path, step: Option<&Step>, args: &[&str]) -> Result<()> {
    let mut command = Command::new("git");
    command
        .current_dir(dir)
        .args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "commit.gpgSign=false",
        ])
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    for name in [
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_WORK_TREE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_TEMPLATE_DIR",
    ] {
        command.env_remove(name);
    }
    if let Some(step) = step {
        let address = format!("{}@demo.test", step.author.to_lowercase());
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), step.author)
                .env(format!("GIT_{role}_EMAIL"), &address)
                .env(format!("GIT_{role}_DATE"), step.date);
        }
    }
    let output = command
        .output()
        .context("the demo makes its repository with git, which is not installed or cannot run")?;
    if !output.status.success() {
        bail!(
            "git {} failed: {}",
            args[0],
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
