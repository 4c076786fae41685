//! `hook install` and `hook uninstall`.

use std::fs;

use super::Site;
use crate::common::{Run, line};

#[test]
fn installed_twice_and_removed() {
    let site = Site::new();
    let hooks = site.at("work/.git/hooks");
    for _ in 0..2 {
        site.keysweep(&["hook", "install"])
            .ends(0)
            .says("hooks/pre-commit")
            .says("hooks/pre-push");
    }
    site.keysweep(&["hook", "uninstall"])
        .ends(0)
        .says("removed");
    assert!(!hooks.join("pre-commit").exists() && !hooks.join("pre-push").exists());
    site.keysweep(&["hook", "uninstall"])
        .ends(0)
        .says("no hooks in");
}

#[test]
fn a_foreign_hook_is_never_touched() {
    let site = Site::new();
    let foreign = "#!/bin/sh\nexit 0\n";
    site.hook("pre-push", foreign);
    site.keysweep(&["hook", "install"])
        .ends(2)
        .complains("nothing was installed")
        .complains("hooks/pre-push: keysweep hook --stage pre-push \"$@\" || exit 1")
        .complains("hooks/pre-commit: keysweep hook --stage pre-commit \"$@\" || exit 1");
    assert!(
        !site.at("work/.git/hooks/pre-commit").exists(),
        "both or none"
    );
    assert_eq!(
        fs::read_to_string(site.at("work/.git/hooks/pre-push")).expect("there"),
        foreign
    );
    site.keysweep(&["hook", "uninstall"])
        .ends(0)
        .says("left alone");
    fs::remove_file(site.at("work/.git/hooks/pre-push")).expect("there");
    // Ours, changed by somebody, is somebody's.
    site.keysweep(&["hook", "install"]).ends(0);
    let path = site.at("work/.git/hooks/pre-commit");
    let text = fs::read_to_string(&path).expect("there");
    fs::write(&path, format!("{text}echo more\n")).expect("writable");
    site.keysweep(&["hook", "install"]).ends(2);
    site.keysweep(&["hook", "uninstall"])
        .ends(0)
        .says("left alone")
        .says("removed");
    assert!(path.exists());
    // A link is not followed.
    fs::remove_file(&path).expect("there");
    std::os::unix::fs::symlink(site.at("elsewhere"), &path).expect("a link");
    site.keysweep(&["hook", "install"]).ends(2);
    assert!(!site.at("elsewhere").exists());
}

#[test]
fn the_configured_folder_is_used() {
    let site = Site::new();
    site.git(&["config", "core.hooksPath", "tools/hooks"])
        .ends(0);
    fs::create_dir_all(site.at("work/deep/er")).expect("new");
    let mut command = site.command("keysweep", &["hook", "install"]);
    command.current_dir(site.at("work/deep/er"));
    crate::common::Run::new(command)
        .ends(0)
        .says("core.hooksPath is set");
    assert!(site.at("work/tools/hooks/pre-commit").is_file());
    site.write("a.env", &line(1));
    site.git(&["add", "a.env"]).ends(0);
    site.git(&["commit", "-q", "-m", "leak"])
        .ends(1)
        .has("a.env:1:14");
    site.git(&[
        "config",
        "core.hooksPath",
        site.at("shared").to_str().expect("UTF-8"),
    ])
    .ends(0);
    site.keysweep(&["hook", "install"])
        .ends(0)
        .says("every repository that shares");
    assert!(site.at("shared/pre-push").is_file());
}

#[test]
fn a_program_that_is_gone_is_no_clean_commit() {
    let site = Site::hooked();
    let path = site.at("work/.git/hooks/pre-commit");
    let text = fs::read_to_string(&path).expect("there");
    let here = fs::canonicalize(env!("CARGO_BIN_EXE_keysweep")).expect("there");
    let shown = [
        env!("CARGO_BIN_EXE_keysweep"),
        here.to_str().expect("UTF-8"),
    ];
    let linked = site.at("bin/keysweep");
    let mut gone = text.replace(linked.to_str().expect("UTF-8"), "/nowhere/keysweep");
    for name in shown {
        gone = gone.replace(name, "/nowhere/keysweep");
    }
    assert_ne!(gone, text);
    fs::write(&path, gone).expect("writable");
    fs::remove_file(linked).expect("there");
    site.write("a.txt", "nothing\n");
    site.git(&["add", "-A"]).ends(0);
    let found = std::process::Command::new("sh")
        .args(["-c", "command -v keysweep"])
        .output()
        .expect("a shell");
    if found.status.success() {
        // Somebody has keysweep on the path of this machine; then the hook finds that one.
        return;
    }
    site.git(&["commit", "-q", "-m", "x"])
        .ends(1)
        .has("nothing was scanned");
}

#[test]
fn the_command_of_the_readme_installs() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme
        .split_once("Without pre-commit:\n\n```sh\n")
        .expect("the section");
    let (commands, _) = rest.split_once("```").expect("the block ends");
    let site = Site::new();
    Run::new(site.command("bash", &["-ec", commands])).ends(0);
    for hook in ["pre-commit", "pre-push"] {
        assert!(site.at("work/.git/hooks").join(hook).is_file(), "{hook}");
    }
    site.write("a.env", &line(1));
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "leak"])
        .ends(1)
        .has("a.env:1:14");
}
