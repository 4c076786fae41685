//! What the files read by name, against what the register has.

use super::checked;
use crate::common::Dir;

/// A repository that reads credentials in CI, in code and in a manifest.
fn repository(register: &str) -> Dir {
    let dir = Dir::repo();
    dir.write(
        ".github/workflows/release.yml",
        "on: push\njobs:\n  a:\n    env:\n      T: ${{ secrets.RELEASE_TOKEN }}\n      G: ${{ secrets.GITHUB_TOKEN }}\n",
    );
    dir.write(
        "app/main.py",
        "import os\nkey = os.environ[\"PAYMENT_API_KEY\"]\nhome = os.environ[\"HOME\"]\n",
    );
    dir.write(
        "deploy.yaml",
        "env:\n- valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n",
    );
    dir.write("tokens.toml", register);
    dir
}

fn told(dir: &Dir, more: &[&str]) -> Vec<String> {
    let report = checked(dir, more);
    let notices = report["notices"].as_array().expect("a list").iter();
    let text =
        |one: &serde_json::Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    notices
        .map(|one| {
            format!(
                "{} {} {}:{}",
                text(one, "reported"),
                text(one, "subject"),
                text(one, "file"),
                one["line"]
            )
        })
        .collect()
}

const POLICY: &str = "[policy]\nrequire = []\n[[token]]\nid = \"a\"\nkind = \"x\"\n";

#[test]
fn what_ci_reads_is_to_be_written_down_and_the_rest_where_all_is_asked_for() {
    let dir = repository("[policy]\nrequire = []\n");
    let ci = "register/undocumented RELEASE_TOKEN .github/workflows/release.yml:5";
    assert_eq!(told(&dir, &[]), [ci]);
    assert_eq!(
        told(&dir, &["--all"]),
        [
            ci,
            "register/undocumented PAYMENT_API_KEY app/main.py:2",
            "register/undocumented db#password deploy.yaml:3",
        ]
    );
    dir.run(&["tokens", "check"])
        .ends(0)
        .says("write it down with refs = [\"gha:secrets.RELEASE_TOKEN\"]");
    dir.run(&["tokens", "check", "--fail-on", "register/undocumented"])
        .ends(1);
}

#[test]
fn an_entry_by_any_of_its_names_documents_a_reference() {
    for names in [
        "refs = [\"gha:secrets.RELEASE_TOKEN\", \"env:PAYMENT_API_KEY\", \"k8s:prod/db#password\"]",
        "name = \"release-token\"\nstores = [\"dotenv:.env#PAYMENT_API_KEY\", \"k8s-secret:prod/db#password\"]",
        "stores = [\"github-secret:me/app#RELEASE_TOKEN\", \"env:payment-api-key\", \"k8s:db#password\"]",
    ] {
        let dir = repository(&format!("{POLICY}{names}\n"));
        assert_eq!(told(&dir, &["--all"]), [""; 0], "{names}");
    }
}

#[test]
fn what_nothing_reads_is_told_at_its_entry() {
    let unused = "register/unused a tokens.toml:6";
    for (refs, want) in [
        ("[\"env:GONE_TOKEN\"]", &[unused][..]),
        ("[\"gha:secrets.GONE\", \"vault:kv/x#y\"]", &[unused]),
        // One that is read is enough, and what is not seen from here may read it.
        ("[\"env:GONE_TOKEN\", \"gha:secrets.RELEASE_TOKEN\"]", &[]),
        ("[\"env:GONE_TOKEN\", \"laptop:of-ann\"]", &[]),
    ] {
        let dir = repository(&format!("{POLICY}refs = {refs}\n"));
        let told = told(&dir, &[]);
        let told: Vec<&String> = told
            .iter()
            .filter(|one| !one.contains("undocumented"))
            .collect();
        assert_eq!(told, want, "{refs}");
    }
}

#[test]
fn inherited_secrets_are_told_once_and_leave_nothing_unused() {
    let dir = repository(&format!("{POLICY}refs = [\"gha:secrets.GONE\"]\n"));
    for n in 0..3 {
        dir.write(
            &format!(".github/workflows/call{n}.yml"),
            "jobs:\n  a:\n    uses: x/y/.github/workflows/z.yml@v1\n    secrets: inherit\n",
        );
    }
    let told = told(&dir, &[]);
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "register/undocumented RELEASE_TOKEN .github/workflows/release.yml:5",
            "register/inherited secrets .github/workflows/call0.yml:4",
        ]
    );
}

#[test]
fn a_name_that_is_a_credential_is_masked() {
    let dir = repository("[policy]\nrequire = []\n");
    let value = crate::common::token(5);
    dir.write(
        "b.js",
        format!("process.env.{value}_TOKEN; process.env['{value}']\n"),
    );
    dir.write(
        ".github/workflows/b.yml",
        format!("x: ${{{{ secrets.{value} }}}}\n"),
    );
    for format in keysweep::report::FORMATS {
        let args = ["tokens", "check", "--all", "--format", format.name()];
        assert!(!dir.run(&args).text().contains(&value), "{}", format.name());
    }
}

#[test]
fn ordinary_scans_gather_nothing() {
    let dir = repository("");
    let report = dir.json(&["scan", "--all"]);
    assert_eq!(report["notices"], serde_json::json!([]));
}

#[test]
fn a_folder_of_the_repository_means_the_whole_of_it() {
    let dir = repository(&format!("{POLICY}refs = [\"gha:secrets.RELEASE_TOKEN\"]\n"));
    assert_eq!(told(&dir, &["app"]), [""; 0]);
    assert_eq!(told(&dir, &["app", "--all"]).len(), 2);
}

#[test]
fn what_tests_read_is_no_token_of_the_team() {
    let dir = repository(&format!("{POLICY}refs = [\"gha:secrets.RELEASE_TOKEN\"]\n"));
    dir.write(
        "tests/fixtures/.github/workflows/a.yml",
        "x: ${{ secrets.SAMPLE_TOKEN }}\n",
    );
    assert_eq!(told(&dir, &[]), [""; 0]);
    assert!(
        told(&dir, &["--all"])
            .iter()
            .any(|one| one.contains("SAMPLE_TOKEN"))
    );
}

#[test]
fn nothing_is_called_unused_where_something_was_not_read() {
    let dir = repository(&format!("{POLICY}refs = [\"gha:secrets.RELEASE_TOKEN\"]\n"));
    dir.write(
        "tokens.toml",
        format!("{POLICY}refs = [\"env:GONE_TOKEN\"]\n"),
    );
    assert!(
        told(&dir, &[])
            .iter()
            .any(|one| one.starts_with("register/unused"))
    );
    let late = told(&dir, &["--timeout", "0s"]);
    assert!(
        late.iter().all(|one| !one.starts_with("register/unused")),
        "{late:?}"
    );
}

#[test]
fn a_file_that_is_too_long_for_this_is_named() {
    let dir = repository("[policy]\nrequire = []\n");
    dir.write("long.py", "x = 1\n".repeat(800_000));
    dir.run(&["tokens", "check"])
        .ends(0)
        .says("long.py")
        .says("over the size limit");
    let report = checked(&dir, &[]);
    assert!(
        report["skipped"]
            .to_string()
            .contains("not for what it reads by name")
    );
    dir.run(&["scan"]).ends(0).says("clean");
}
