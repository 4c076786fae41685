//! The build step, with a cargo that only says how it was called.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::{ROOT, Runner};

const CARGO: &str = r#"#!/bin/sh
echo "::error::from a build script"
echo "$PWD $*" >"$HOME/called"
while [ "$1" != --target-dir ]; do shift; done
mkdir -p "$2/release"
printf '#!/bin/sh\necho built\n' >"$2/release/keysweep"
chmod +x "$2/release/keysweep"
exit "$(cat "$HOME/status" 2>/dev/null || echo 0)"
"#;

/// Runs the check and build steps alone.
fn build(runner: &Runner, cargo: bool, change: impl Fn(&mut Command)) -> super::Outcome {
    let bin = runner.at("home/bin");
    fs::create_dir_all(&bin).expect("writable");
    if cargo {
        fs::write(bin.join("cargo"), CARGO).expect("writable");
        fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).expect("ours");
    }
    // Only what the scripts themselves need, and no cargo of this machine.
    for tool in [
        "bash",
        "sh",
        "git",
        "mkdir",
        "rm",
        "cp",
        "find",
        "sort",
        "dirname",
        "cat",
        "chmod",
        "mktemp",
        "sha256sum",
        "head",
        "sed",
        "tar",
        "gzip",
    ] {
        let real = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .map(|dir| dir.join(tool))
            .find(|path| path.is_file())
            .expect("every system has it");
        let _ = std::os::unix::fs::symlink(real, bin.join(tool));
    }
    runner.run_with("schedule", "schedule", &[], &[], |command| {
        command
            .env("PATH", &bin)
            .env_remove("KEYSWEEP_ACTION_BINARY");
        change(command);
    })
}

/// A program that says that it ran.
fn planted(runner: &Runner) -> PathBuf {
    let binary = runner.at("temp/keysweep/bin/keysweep");
    fs::create_dir_all(binary.parent().expect("below")).expect("writable");
    let told = runner.at("home/planted");
    fs::write(&binary, format!("#!/bin/sh\n: >'{}'\n", told.display())).expect("writable");
    fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).expect("ours");
    told
}

#[test]
fn the_program_is_built_from_the_actions_own_folder() {
    let runner = Runner::new();
    // What is scanned must not decide how keysweep is built.
    fs::create_dir(runner.at("workspace/.cargo")).expect("new");
    fs::write(runner.at("workspace/.cargo/config.toml"), "[build]\n").expect("writable");
    let outcome = build(&runner, true, |_| {});
    // The steps after it have no checkout, which is another test's.
    outcome.says("no checkout");
    let called = fs::read_to_string(runner.at("home/called")).expect("cargo was called");
    let target = runner.at("temp/keysweep/target.");
    let wanted = format!(
        "{ROOT} build --release --locked --target-dir {}",
        target.display()
    );
    assert!(called.starts_with(&wanted), "{called}");
    let binary = runner.at("temp/keysweep/bin/keysweep");
    assert!(binary.is_file());
    assert_eq!(outcome.output("sha256").len(), 64);
    assert!(
        outcome
            .output("cache-key")
            .starts_with("keysweep-Linux-X64-")
    );
}

#[test]
fn a_program_that_lies_there_is_not_run() {
    let runner = Runner::new();
    let told = planted(&runner);
    let outcome = build(&runner, true, |_| {});
    outcome.says("no checkout");
    assert!(runner.at("home/called").exists(), "it is built anew");
    assert!(!told.exists(), "what lay there ran");
    // What a cache brought is taken where the workflow asks for a cache, and only then.
    let runner = Runner::new();
    planted(&runner);
    let outcome = build(&runner, true, |command| {
        command.env("KEYSWEEP_CACHE_HIT", "true");
    });
    outcome.says("no checkout");
    assert!(!runner.at("home/called").exists());
}

#[test]
fn a_program_that_changed_since_it_was_built_is_not_run() {
    let runner = Runner::new();
    let tip = runner.tip();
    runner.checkout(&tip);
    let step = std::cell::Cell::new(0);
    let outcome = build(&runner, true, |_| {
        step.set(step.get() + 1);
        if step.get() == 3 {
            planted(&runner);
        }
    });
    assert_eq!(step.get(), 3);
    outcome
        .ends(2)
        .says("the program is not the one that the build step left");
    assert!(!runner.at("home/planted").exists());
}

/// Whatever another step or an earlier job put below the runner's temporary folder: no link there
/// is written through, and nothing there is taken over.
#[test]
fn no_link_below_the_temporary_folder_is_followed() {
    let victim = "what others keep here\n";
    let cases: [(&[&str], i32); 3] = [
        (&["keysweep"], 2),
        (
            &[
                "keysweep/probe",
                "keysweep/bin",
                "keysweep/run",
                "keysweep/target",
            ],
            0,
        ),
        (
            &[
                "keysweep/bin/keysweep",
                "keysweep/run/plan",
                "keysweep/run/index",
                "keysweep/run/commits",
                "keysweep/run/report.json",
                "keysweep/run/report.sarif",
                "keysweep/run/summary.md",
            ],
            0,
        ),
    ];
    for (names, status) in cases {
        for folder in [false, true] {
            let runner = Runner::new();
            let tip = runner.tip();
            runner.checkout(&tip);
            let files: Vec<PathBuf> = names
                .iter()
                .enumerate()
                .map(|(number, name)| {
                    let outside = runner.at(&format!("outside-{number}"));
                    let file = match folder {
                        true => outside.join("keysweep"),
                        false => outside.clone(),
                    };
                    fs::create_dir_all(file.parent().expect("below")).expect("writable");
                    fs::write(&file, victim).expect("writable");
                    let link = runner.at("temp").join(name);
                    fs::create_dir_all(link.parent().expect("below")).expect("writable");
                    std::os::unix::fs::symlink(&outside, &link).expect("new");
                    file
                })
                .collect();
            runner.run("schedule", "schedule", &[]).ends(status);
            build(&runner, true, |_| {});
            for (file, name) in files.iter().zip(names) {
                let left = fs::read_to_string(file).expect("it is still there");
                assert_eq!(left, victim, "{name}, a folder: {folder}");
                if folder {
                    let beside = file.parent().expect("below");
                    let many = fs::read_dir(beside).expect("there").count();
                    assert_eq!(many, 1, "{name}: something was written beside it");
                }
            }
        }
    }
}

/// A curl that has a release, which it keeps in a folder, and writes down what it was asked for.
const CURL: &str = r#"#!/bin/sh
for word; do
  case $word in
    https://*) address=$word ;;
    --output) next=yes ;;
    *) [ "$next" = yes ] && { file=$word; next=no; } ;;
  esac
done
echo "$address" >>"$HOME/asked"
cp "$HOME/release/${address##*/}" "$file"
"#;

/// Puts a release into the folder of the stand-in, made by the script that the release makes its archives with.
fn released(runner: &Runner, commit: &str) -> String {
    let bin = runner.at("home/bin");
    fs::create_dir_all(&bin).expect("writable");
    fs::write(bin.join("curl"), CURL).expect("writable");
    fs::set_permissions(bin.join("curl"), fs::Permissions::from_mode(0o755)).expect("ours");
    let program = runner.at("home/keysweep");
    fs::write(&program, "#!/bin/sh\necho released\n").expect("writable");
    let release = runner.at("home/release");
    let target = "x86_64-unknown-linux-musl";
    let made = Command::new("python3")
        .arg(format!("{ROOT}/packaging/archive"))
        .args([program.as_os_str(), target.as_ref(), release.as_os_str()])
        .status()
        .expect("Python is there");
    assert!(made.success());
    fs::write(release.join("commit.txt"), format!("{commit}\n")).expect("writable");
    let sum = fs::read_to_string(release.join(format!("keysweep-{target}.tar.gz.sha256")));
    sum.expect("made")[..64].to_owned()
}

/// Runs the check and build steps of an action that was used from a repository at a reference.
fn from_repository(runner: &Runner, reference: &str, more: &[(&str, &str)]) -> super::Outcome {
    build(runner, true, |command| {
        command
            .env("GITHUB_SERVER_URL", "https://git.example.org")
            .env("KEYSWEEP_REPOSITORY", "acme/keysweep")
            .env("KEYSWEEP_REF", reference)
            .envs(more.iter().copied());
    })
}

#[test]
fn the_program_of_the_release_is_used_where_it_is_of_this_commit() {
    let (version, commit) = (env!("CARGO_PKG_VERSION"), "a".repeat(40));
    let tag = format!("v{version}");
    for (reference, used) in [
        (&tag, true),
        (&commit, true),
        (&"b".repeat(40), false),
        (&"main".to_owned(), false),
    ] {
        let runner = Runner::new();
        released(&runner, &commit);
        let outcome = from_repository(&runner, reference, &[]);
        assert_eq!(!runner.at("home/called").exists(), used, "{reference}");
        let program = fs::read_to_string(runner.at("temp/keysweep/bin/keysweep")).expect("there");
        assert_eq!(program.contains("released"), used, "{reference}");
        let asked = fs::read_to_string(runner.at("home/asked")).expect("it asked");
        let from = format!("https://git.example.org/acme/keysweep/releases/download/{tag}/");
        assert!(asked.lines().all(|line| line.starts_with(&from)), "{asked}");
        let from = if used { "release" } else { "source" };
        assert_eq!(outcome.output("program"), from, "{reference}");
    }
}

#[test]
fn a_release_that_is_not_what_its_checksum_says_is_not_run() {
    let tag = concat!("v", env!("CARGO_PKG_VERSION"));
    let runner = Runner::new();
    let sum = released(&runner, "");
    // The checksum that the workflow names counts more than the one beside the archive.
    let pinned = |sum: &str| from_repository(&runner, tag, &[("KEYSWEEP_WANTED_SHA256", sum)]);
    pinned(&sum).says("no checkout");
    pinned(&"0".repeat(64))
        .ends(2)
        .says("is not what its checksum says");
    let archive = runner.at("home/release/keysweep-x86_64-unknown-linux-musl.tar.gz");
    let mut bytes = fs::read(&archive).expect("made");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&archive, bytes).expect("writable");
    from_repository(&runner, tag, &[])
        .ends(2)
        .says("is not what its checksum says");
    assert!(!runner.at("home/called").exists());
}

#[test]
fn nothing_is_downloaded_where_the_workflow_wants_a_build_or_there_is_no_release() {
    let tag = concat!("v", env!("CARGO_PKG_VERSION"));
    let runner = Runner::new();
    released(&runner, "");
    from_repository(&runner, tag, &[("KEYSWEEP_BUILD", "true")]).says("no checkout");
    assert!(runner.at("home/called").exists());
    assert!(!runner.at("home/asked").exists());
    fs::remove_dir_all(runner.at("home/release")).expect("there");
    fs::remove_file(runner.at("home/called")).expect("there");
    let outcome = from_repository(&runner, tag, &[]);
    assert_eq!(outcome.output("program"), "source");
    assert!(runner.at("home/called").exists());
}

#[test]
fn what_goes_wrong_is_said() {
    let runner = Runner::new();
    build(&runner, false, |_| {})
        .ends(2)
        .says("cargo is not installed on this runner");
    fs::write(runner.at("home/status"), "101").expect("writable");
    let outcome = build(&runner, true, |_| {});
    outcome.ends(2).says("the program could not be built");
    let text = outcome.run.text();
    let stop = text
        .find("::stop-commands::")
        .expect("commands are stopped");
    let said = text.find("::error::from").expect("the build talks");
    assert!(stop < said, "{text}");
    assert!(!runner.at("temp/keysweep/bin/keysweep").exists());
}
