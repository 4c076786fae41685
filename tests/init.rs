//! `keysweep init`: what it finds, what it writes, and what it leaves alone.

use crate::common::{Dir, line};

#[test]
fn init_shows_every_step_writes_when_asked_and_overwrites_nothing() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write(".gitattributes", "*.png binary");
    dir.commit("one");
    dir.run(&["init"])
        .ends(2)
        .complains("--yes takes every step");
    let dry = dir.run(&["init", "--dry-run"]);
    dry.ends(0)
        .says("1. keysweep.toml")
        .says("   + # fail-on = ")
        .says("   + .keysweep-baseline merge=union")
        .says("   keysweep baseline create")
        .says("   keysweep hook install")
        .says("Nothing was written.");
    assert_eq!(dir.git(&["status", "--porcelain"]), "");
    dir.run(&["init", "--yes"]).ends(0).says("   not done");
    assert!(
        dir.read(".gitattributes")
            .starts_with("*.png binary\n.keysweep-baseline merge=union\n")
    );
    assert!(dir.read(".git/hooks/pre-commit").contains("keysweep hook"));
    assert!(
        !dir.path().join(".keysweep-baseline").exists(),
        "not without --baseline"
    );
    dir.run(&["scan"]).ends(1);
    // What was written is a configuration, and so is every line of it.
    dir.run(&["config", "show"]).ends(0);
    let live: String = dir
        .read("keysweep.toml")
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(key)
                if key
                    .split(" = ")
                    .next()
                    .is_some_and(|key| !key.contains(' '))
                    && key.contains(" = ") =>
            {
                format!("{key}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    dir.write("keysweep.toml", live);
    dir.run(&["config", "show"])
        .ends(0)
        .says("max-file-size = \"256M\"  # keysweep.toml:");
    let own = "# mine\n";
    dir.write("keysweep.toml", own);
    dir.run(&["init", "--yes", "--baseline"]).ends(0);
    assert_eq!(dir.read("keysweep.toml"), own);
    dir.run(&["scan"]).ends(0);
    dir.run(&["init", "--yes"])
        .ends(0)
        .says("Everything is set up.");
}

#[test]
fn init_knows_the_programs_that_keep_hooks() {
    for (file, content, said) in [
        (
            ".pre-commit-config.yaml",
            "repos: []\n",
            "   add to .pre-commit-config.yaml:\n   | repos:\n",
        ),
        (
            "lefthook.yml",
            "x: y\n",
            "   add to lefthook.yml:\n   | pre-commit:\n",
        ),
        (".lefthook.toml", "x = 1\n", "   add to .lefthook.toml:"),
        ("hk.pkl", "x\n", "   add to hk.pkl:"),
        (
            "package.json",
            "{\"lint-staged\": {}}\n",
            "   | \"lint-staged\": { \"*\": \"keysweep hook\" }",
        ),
        (".overcommit.yml", "x\n", "   add to .overcommit.yml:"),
        (
            ".husky/pre-commit",
            "npm test\n",
            "   add to .husky/pre-commit:\n   | keysweep hook --stage pre-commit\n",
        ),
    ] {
        let dir = Dir::repo();
        dir.write(file, content);
        dir.run(&["init", "--dry-run"]).ends(0).says(said);
        dir.run(&["init", "--yes"]).ends(0);
        assert_eq!(dir.read(file), content, "{file} stays as it is");
        assert!(!dir.path().join(".git/hooks/pre-commit").exists(), "{file}");
    }
    // husky writes what lies below `_` anew; its own file is beside it.
    let dir = Dir::repo();
    dir.write(".husky/_/h", "");
    dir.git(&["config", "core.hooksPath", ".husky/_"]);
    dir.run(&["hook", "install"])
        .ends(2)
        .complains(".husky/pre-commit");
    dir.run(&["init", "--yes"]).ends(0);
    assert_eq!(
        dir.read(".husky/pre-commit"),
        "keysweep hook --stage pre-commit\n"
    );
    dir.run(&[]).says("the hook runs (husky)");
}

#[test]
fn init_finds_hooks_where_git_finds_them_and_managers_where_they_are_installed() {
    // husky that is installed and was never set up has no folder yet.
    let dir = Dir::repo();
    let package = "{\"description\": \"no \\\"lefthook\\\" here\", \"devDependencies\": {\"husky\": \"^9\"}}\n";
    dir.write("package.json", package);
    dir.run(&["init", "--yes"])
        .ends(0)
        .says("the hook of husky");
    assert_eq!(
        dir.read(".husky/pre-commit"),
        "keysweep hook --stage pre-commit\n"
    );
    // A word in a text is no program; what package.json runs already needs no step.
    let dir = Dir::repo();
    dir.write(
        "package.json",
        "{\"keywords\": [\"husky\", \"lint-staged\"]}\n",
    );
    dir.run(&["init", "--dry-run"])
        .ends(0)
        .says("keysweep hook install");
    dir.write(
        "package.json",
        "{\"lint-staged\": {\"*\": \"keysweep hook\"}}\n",
    );
    dir.run(&["init", "--dry-run"])
        .ends(0)
        .says("The hook is there already: lint-staged.");
    // A folder of hooks in the repository, and one that others share.
    let dir = Dir::repo();
    dir.git(&["config", "core.hooksPath", ".hooks"]);
    dir.run(&["init", "--yes"]).ends(0);
    assert!(dir.read(".hooks/pre-commit").contains("keysweep hook"));
    dir.run(&[]).says("the hook runs (.hooks/pre-commit)");
    let dir = Dir::repo();
    let shared = dir.outside("shared");
    dir.git(&["config", "core.hooksPath", shared.to_str().expect("UTF-8")]);
    dir.run(&["init", "--yes"])
        .ends(0)
        .says("so they run in every repository that shares it")
        .says("   | keysweep hook install\n");
    assert!(!shared.exists());
    // A hook of somebody else gets its line by hand, and the other steps are taken.
    let dir = Dir::repo();
    dir.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    dir.run(&["init", "--yes"])
        .ends(0)
        .says("   add to .git/hooks/pre-commit:\n   | keysweep hook --stage pre-commit \"$@\" || exit 1\n");
    assert_eq!(dir.read(".git/hooks/pre-commit"), "#!/bin/sh\nexit 0\n");
    // Another way to write the same attribute is the same.
    dir.write(".gitattributes", "/.keysweep-baseline  text merge=union\n");
    dir.run(&["init", "--yes"]).ends(0);
    assert_eq!(
        dir.read(".gitattributes"),
        "/.keysweep-baseline  text merge=union\n"
    );
}

/// Each host of continuous integration is known by its file, and its step is told and not written.
#[test]
fn each_host_gets_its_step() {
    let cases = [
        (".github/workflows/x.yml", "a step for GitHub Actions"),
        (".gitlab-ci.yml", "a job for GitLab CI"),
        ("Jenkinsfile", "a stage for Jenkins"),
        ("azure-pipelines.yml", "steps for Azure Pipelines"),
        ("bitbucket-pipelines.yml", "a step for Bitbucket Pipelines"),
        (".circleci/config.yml", "a job for CircleCI"),
        (".woodpecker/test.yml", "a workflow for Woodpecker"),
        (".forgejo/workflows/x.yml", "a workflow for Forgejo Actions"),
        (".gitea/workflows/x.yml", "a workflow for Gitea Actions"),
    ];
    for (file, what) in cases {
        let dir = Dir::repo();
        dir.write(file, "on: push\n");
        let run = dir.run(&["init", "--dry-run"]);
        run.ends(0).says(what).says("keysweep");
        let told = cases.iter().filter(|(_, what)| run.text().contains(what));
        assert_eq!(told.count(), 1, "{file}");
        dir.write(file, "# keysweep\n");
        if !file.contains("workflows") && !file.contains("woodpecker") {
            let text = dir.run(&["init", "--dry-run"]).text();
            assert!(!text.contains(what), "{file} has it already");
        }
    }
}
