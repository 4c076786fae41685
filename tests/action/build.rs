//! The build step, with a cargo that only says how it was called.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

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
fn build(runner: &Runner, cargo: bool) -> super::Outcome {
    let bin = runner.at("home/bin");
    fs::create_dir_all(&bin).expect("writable");
    if cargo {
        fs::write(bin.join("cargo"), CARGO).expect("writable");
        fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).expect("ours");
    }
    // Only what the scripts themselves need, and no cargo of this machine.
    for tool in [
        "bash", "sh", "git", "mkdir", "rm", "cp", "find", "sort", "dirname", "cat", "chmod",
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
    })
}

#[test]
fn the_program_is_built_from_the_actions_own_folder() {
    let runner = Runner::new();
    // What is scanned must not decide how keysweep is built.
    fs::create_dir(runner.at("workspace/.cargo")).expect("new");
    fs::write(runner.at("workspace/.cargo/config.toml"), "[build]\n").expect("writable");
    let outcome = build(&runner, true);
    // The steps after it have no checkout, which is another test's.
    outcome.says("no checkout");
    let called = fs::read_to_string(runner.at("home/called")).expect("cargo was called");
    let target = runner.at("temp/keysweep/target");
    let wanted = format!(
        "{ROOT} build --release --locked --target-dir {}\n",
        target.display()
    );
    assert_eq!(called, wanted);
    let binary = runner.at("temp/keysweep/bin/keysweep");
    assert!(binary.is_file());
    assert!(
        outcome
            .output("cache-key")
            .starts_with("keysweep-Linux-X64-")
    );
    // The cache had it: not built again.
    fs::remove_file(runner.at("home/called")).expect("there");
    build(&runner, true);
    assert!(!runner.at("home/called").exists());
}

#[test]
fn what_goes_wrong_is_said() {
    let runner = Runner::new();
    build(&runner, false)
        .ends(2)
        .says("cargo is not installed on this runner");
    fs::write(runner.at("home/status"), "101").expect("writable");
    let outcome = build(&runner, true);
    outcome.ends(2).says("the program could not be built");
    let text = outcome.run.text();
    let stop = text
        .find("::stop-commands::")
        .expect("commands are stopped");
    let said = text.find("::error::from").expect("the build talks");
    assert!(stop < said, "{text}");
    assert!(!runner.at("temp/keysweep/bin/keysweep").exists());
}
