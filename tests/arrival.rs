//! Arriving: `keysweep` alone, words of other tools, `import`, and finding a rule.

use std::fs;
use std::process::Command;

use sha1::{Digest as _, Sha1};

use crate::archives::make::{Entry, Zip};
use crate::common::{Dir, Run, expand, findings, line, token};

#[test]
fn alone_it_names_three_commands_and_says_where_one_stands() {
    let dir = Dir::repo();
    let run = dir.run(&[]);
    run.ends(2)
        .says("  keysweep scan ")
        .says("  keysweep history ")
        .says("  keysweep init ")
        .says("Here is a git repository: no keysweep.toml, which is fine, no baseline, no hook.");
    assert!(run.text().lines().count() <= 10, "{}", run.text());
    dir.write(".gitleaks.toml", "title = \"x\"\n");
    dir.write("keysweep.toml", "");
    dir.write("a.env", line(1));
    dir.run(&["baseline", "create"]).ends(0);
    dir.run(&["hook", "install"]).ends(0);
    dir.run(&[])
        .says("keysweep.toml, 1 known finding, the hook runs (.git/hooks/pre-commit).")
        .says("Files of other scanners are here (.gitleaks.toml): `keysweep import` reads them.");
    let outside = Dir::new();
    outside.run(&[]).ends(2).says("Here is no git repository");
}

#[test]
fn a_scan_says_that_files_of_other_scanners_can_be_read() {
    let dir = Dir::repo();
    dir.write("a.txt", "x\n");
    dir.write(".gitleaksignore", "");
    dir.write(".secrets.baseline", "{}\n");
    dir.commit("one");
    let said = "keysweep: note: .gitleaksignore, .secrets.baseline: what another scanner was told is not used; `keysweep import` reads it\n";
    for verb in ["scan", "history"] {
        let run = dir.run(&[verb]);
        assert_eq!(
            run.ends(0).errors().matches(said).count(),
            1,
            "{verb}: {}",
            run.errors()
        );
        let quiet = dir.run(&[verb, "--quiet"]);
        assert_eq!(quiet.errors(), "", "{verb}");
    }
    // Whoever has files of ours took over what they wanted.
    dir.write(".keysweepignore", "");
    assert_eq!(dir.run(&["scan"]).errors(), "");
}

#[test]
fn verbs_that_write_no_report_end_as_a_scan_does_that_could_not_read_everything() {
    let dir = Dir::repo();
    dir.fix_salt();
    dir.write("a.env", line(1));
    let broken = Zip::default().with(&Entry {
        name: b"b.env",
        method: 8,
        data: b"\xff\xff\xff",
        size: 9,
        ..Default::default()
    });
    dir.write("broken.zip", broken.end());
    dir.write(".gitleaksignore", "a.env:github-pat:1\n");
    dir.commit("one");
    let report = dir.json(&["scan"]);
    assert_eq!(report["summary"]["complete"], false);
    let id = findings(&report)[0]["id"]
        .as_str()
        .expect("text")
        .to_owned();
    let incomplete =
        "not everything that was asked for was read; `keysweep scan` or `history` says what\n";
    dir.run(&["show", &id])
        .ends(2)
        .says("a.env:1:14")
        .complains(incomplete);
    dir.run(&["fix", &id]).ends(2).complains(incomplete);
    dir.run(&["show", "ffff"])
        .ends(2)
        .complains("has the id ffff; not everything could be read");
    dir.run(&["tokens", "init"])
        .ends(2)
        .says("[[token]]")
        .complains(incomplete);
    dir.run(&["import", "gitleaks"])
        .ends(2)
        .says("1 known finding\n")
        .complains(incomplete);
    dir.run(&["baseline", "update"])
        .ends(2)
        .complains(incomplete);
    dir.write(
        "tokens.toml",
        "[[token]]\nid = \"a\"\nkind = \"github-pat\"\nowner = \"team:a\"\npurpose = \"x\"\nscope = [\"x\"]\nexpires = 2030-01-01\nrefs = [\"gha:secrets.A\"]\n",
    );
    dir.run(&["tokens", "check", "--derive"])
        .ends(2)
        .says("knows of no change")
        .complains(incomplete);
    // The step of `init` that looks for findings says it, and so does `init`.
    fs::remove_file(dir.path().join(".keysweep-baseline")).expect("there");
    dir.run(&["init", "--yes", "--baseline"])
        .ends(2)
        .complains(incomplete);
    // What the configuration accepts by name is no failure.
    dir.write("keysweep.toml", "[gaps]\naccept = [\"corrupt-archive\"]\n");
    dir.run(&["show", &id]).ends(0);
    let derive = [
        "tokens",
        "check",
        "--derive",
        "--accept-gap",
        "corrupt-archive",
    ];
    dir.run(&derive).ends(0);
}

#[test]
fn words_of_other_tools_get_the_right_word_back() {
    let dir = Dir::new();
    for (args, right) in [
        (&["detect"][..], "keysweep history"),
        (&["protect", "--staged"], "keysweep staged"),
        (&["git", "."], "keysweep history"),
        (&["dir", "."], "keysweep scan PATH"),
        (&["filesystem", "."], "keysweep scan PATH"),
        (
            &["scan", "--source", "."],
            "name the path without an option",
        ),
        (&["scan", "--source=."], "name the path without an option"),
        (&["scan", "--redact"], "values are always masked"),
        (&["scan", "--report-format", "json"], "--format json"),
        (&["scan", "-f", "json"], "--format json"),
        (&["scan", "--json"], "--format json"),
        (&["history", "--exit-code", "0"], "--fail-on none"),
        (&["history", "--log-opts=HEAD"], "--range A..B"),
        (&["scan", "--baseline-path", "x"], ".keysweep-baseline"),
    ] {
        dir.run(args).ends(2).complains(right);
    }
    // A word of nobody gets what it always got.
    dir.run(&["sacn"]).ends(2).complains("scan");
}

#[test]
fn rules_are_found_by_a_word_and_by_filters() {
    let dir = Dir::new();
    dir.run(&["rules", "github"])
        .ends(0)
        .says("github-pat ")
        .says(" rules\n");
    dir.run(&["rules", "info/github-pat"])
        .ends(0)
        .says("# GitHub personal access token");
    dir.run(&["rules", "stale/expired"])
        .ends(2)
        .complains("no rule but a condition");
    dir.run(&["rules", "aws-*", "--severity", "critical"])
        .ends(0)
        .says("aws-");
    dir.run(&["rules", "githbu-pat"])
        .ends(2)
        .complains("did you mean `github-pat`?");
    let rows = dir
        .run(&["rules", "--provider", "GitLab", "--kind", "token", "--json"])
        .json();
    let rows = rows.as_array().expect("a list");
    assert!(
        rows.len() > 3 && rows.iter().all(|row| row["kind"] == "token"),
        "{rows:?}"
    );
    dir.write(
        "own.toml",
        "[[rule]]\nid = \"acme-key\"\nname = \"Acme key\"\nseverity = \"high\"\npattern = 'acme_[0-9a-z]{32}'\nmatch = [\"k = acme_{lower:32}\"]\nnear = [\"k = acme_{lower:31}\"]\n",
    );
    dir.run(&["rules", "check", "own.toml"])
        .ends(0)
        .says("1 rule, 2 examples, 0 wrong");
    let text = dir.read("own.toml").replace("{lower:32}", "{lower:30}");
    dir.write("own.toml", text);
    dir.run(&["rules", "check", "own.toml"])
        .ends(1)
        .says("it is not found");
}

#[test]
fn rules_for_programs_end_quietly_where_nobody_reads_on_and_check_takes_what_it_can_use() {
    let dir = Dir::new();
    let mut shell = Command::new("bash");
    let keysweep = env!("CARGO_BIN_EXE_keysweep");
    let line = format!("set -o pipefail; '{keysweep}' rules --json | head -n 1");
    shell.current_dir(dir.path()).args(["-c", &line]);
    let run = Run::new(shell);
    assert_eq!(run.ends(0).text(), "[\n");
    assert_eq!(run.errors(), "");
    let rule = |id: &str, prefix: &str| {
        format!(
            "[provider]\nname = \"X\"\n[[rule]]\nid = \"{id}\"\nname = \"X\"\nseverity = \"high\"\npattern = '{prefix}_[a-z]{{20}}'\nmatch = [\"{prefix}_{{lower:20}}\"]\n"
        )
    };
    dir.write("a.toml", rule("one-x", "onex"));
    dir.write("b.toml", rule("two-x", "twox"));
    dir.run(&["rules", "check", "a.toml", "--rules", "b.toml"])
        .ends(0)
        .says("1 rule, 1 example, 0 wrong\n");
    dir.run(&["rules", "check", "a.toml", "--rules", "none.toml"])
        .ends(2)
        .complains("none.toml cannot be read");
    for option in [
        ["--provider", "x"],
        ["--kind", "token"],
        ["--severity", "high"],
    ] {
        dir.run(&["rules", "check", "a.toml", option[0], option[1]])
            .ends(2)
            .complains("is for lists of rules");
    }
    dir.run(&["rules", "check", "a.toml", "--json"]).ends(2);
    dir.run(&["rules", "github-pat*", "--severity", "high"])
        .ends(0)
        .says("\n1 rule\n");
}

#[test]
fn what_gitleaks_was_told_is_kept() {
    let dir = Dir::repo();
    dir.fix_salt();
    dir.write(
        "src/a.py",
        format!("x = 1\ngithub_token = \"{}\"\n", token(1)),
    );
    dir.write("src/b.py", format!("github_token = \"{}\"\n", token(2)));
    dir.write("vendor/c.py", format!("github_token = \"{}\"\n", token(3)));
    dir.write(
        ".gitleaks.toml",
        "[extend]\nuseDefault = true\ndisabledRules = [\"github-pat\", \"no-such\"]\n[[rules]]\nid = \"Acme_Key\"\ndescription = \"Acme\"\nregex = '''acme_([0-9a-z]{20})'''\nkeywords = [\"acme\"]\n[allowlist]\npaths = ['''^vendor/''', '''(a|b)+x''']\nstopwords = [\"example\"]\n",
    );
    dir.write(
        ".gitleaksignore",
        "# comment\nsrc/a.py:github-pat:2\nsrc/gone.py:github-pat:9\n",
    );
    dir.commit("one");
    let dry = dir.run(&["import", "gitleaks", "--dry-run"]);
    dry.ends(0)
        .says("  disabled rule `github-pat`\n")
        .says("  allowed path `^vendor/`: /vendor/\n")
        .says("  src/a.py:2: accepted\n")
        .says("  rule `Acme_Key`: severity medium")
        .says("  disabled rule `no-such`: no rule here")
        .says("  allowed path `(a|b)+x`: an expression")
        .says("  allowed word `example`: accept what it hid")
        .says("  src/gone.py:9: nothing is found there now");
    assert_eq!(dir.git(&["status", "--porcelain"]), "");
    dir.run(&["import", "gitleaks"])
        .ends(0)
        .says("written: 1 rule, 1 disabled rule, 1 ignored path, 1 known finding\n");
    // The same again changes nothing, and says so.
    let ours = [
        "keysweep.toml",
        "keysweep-rules.toml",
        ".keysweepignore",
        ".keysweep-baseline",
    ];
    let before = ours.map(|file| dir.read(file));
    dir.run(&["import", "gitleaks"])
        .ends(0)
        .says("\nnothing changes: what can be written is there already\n");
    assert_eq!(ours.map(|file| dir.read(file)), before);
    dir.write("keysweep-rules.toml", "# mine\n");
    dir.run(&["import", "gitleaks"])
        .ends(0)
        .says("keysweep-rules.toml is there with other rules and stays as it is");
    assert_eq!(dir.read("keysweep-rules.toml"), "# mine\n");
    dir.write("keysweep-rules.toml", &before[1]);
    assert_eq!(dir.read(".keysweepignore"), "/vendor/\n");
    assert!(
        dir.read("keysweep-rules.toml")
            .contains("(?P<secret>[0-9a-z]{20})")
    );
    // The disabled rule hides both; without it the ignored path and the accepted line do.
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 0, "{report:#}");
    dir.write(
        "keysweep.toml",
        "[rules]\nfiles = [\"keysweep-rules.toml\"]\n",
    );
    let report = dir.json(&["scan"]);
    let left: Vec<&str> = findings(&report)
        .iter()
        .filter_map(|one| one["places"][0]["path"].as_str())
        .collect();
    assert_eq!(left, ["src/b.py"]);
    dir.write("d.txt", format!("acme_{}\n", expand("{lower:20}", 4)));
    dir.run(&["scan", "d.txt"]).ends(1).says("acme-key");
}

#[test]
fn no_file_of_another_scanner_hides_more_than_it_says_or_is_repeated() {
    let dir = Dir::repo();
    dir.write(
        ".gitleaks.toml",
        format!(
            "[[rules]]\nid = \"odd\\n*\\n]\"\nregex = \"abcdefgh([0-9]{{10}})\"\n\
             [[rules.allowlists]]\npaths = [\"^one/\"]\n\
             [[rules]]\nid = \"holds-one\"\nregex = \"({})\"\n\
             [[allowlists]]\ntargetRules = [\"x\\n*\\n#\"]\npaths = [\"^two/\"]\n\
             [allowlist]\npaths = [\"a\\nsrc/\", \"#three\", \"!four\", \"{}\"]\n",
            token(1),
            token(2)
        )
        .replace("[allowlist]\n", "[[allowlists]]\n"),
    );
    let run = dir.run(&["import", "gitleaks"]);
    run.ends(0).says("it holds a credential");
    let ignored = fs::read_to_string(dir.path().join(".keysweepignore")).expect("it is written");
    assert_eq!(
        ignored.lines().collect::<Vec<_>>(),
        ["/two/ [x----]", "\\#three", "\\!four", "/one/ [odd----]"],
    );
    let rules = fs::read_to_string(dir.path().join("keysweep-rules.toml")).expect("it is written");
    for value in [token(1), token(2)] {
        assert!(!rules.contains(&value) && !run.text().contains(&value));
    }
    // What cannot be read is told by its place alone.
    for (name, text) in [
        (".gitleaks.toml", "title = \"x\"\npassword = \"Tr0ub4dor\n"),
        ("report.json", "\"Tr0ub4dor\""),
    ] {
        dir.write(name, text);
        let run = dir.run(&["import", "gitleaks", name]);
        run.ends(2).complains(name);
        assert!(!run.errors().contains("Tr0ub4dor"), "{}", run.errors());
    }
}

#[test]
fn what_detect_secrets_knew_is_known_by_its_digest_unless_it_was_called_real() {
    let dir = Dir::repo();
    dir.fix_salt();
    let password = |seed| expand("{alnum:7}#{alnum:3}", seed);
    let digest = |text: &str| -> String {
        Sha1::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    let lines: String = (1..4)
        .map(|n| format!("db_password = \"{}\"\n", password(n)))
        .collect();
    dir.write("db.py", lines);
    let row = |seed: u64, line: u64, real: &str| {
        format!(
            "{{\"type\": \"Secret Keyword\", \"filename\": \"db.py\", \"hashed_secret\": \"{}\", \"line_number\": {line}{real}}}",
            digest(&password(seed))
        )
    };
    // The line is not where it was; the digest is.
    let rows = [row(1, 40, ""), row(2, 2, ", \"is_secret\": true")].join(",");
    dir.write(
        ".secrets.baseline",
        format!("{{\"version\": \"1.5.0\", \"results\": {{\"db.py\": [{rows}]}}, \"filters_used\": [{{\"path\": \"detect_secrets.filters.regex.should_exclude_file\", \"pattern\": [\"^docs/\"]}}]}}\n"),
    );
    dir.commit("one");
    // Its digests are no findings.
    let report = dir.json(&["scan", "--all"]);
    let paths: Vec<&str> = findings(&report)
        .iter()
        .filter_map(|one| one["places"][0]["path"].as_str())
        .collect();
    assert_eq!(paths, ["db.py"; 3], "{report:#}");
    dir.run(&["import", "detect-secrets"])
        .ends(0)
        .says("  db.py:40: accepted\n")
        .says("  excluded path `^docs/`: /docs/\n")
        .says("  db.py:2: marked as a real secret, so it is not accepted; rotate it\n");
    let report = dir.json(&["scan"]);
    let left: Vec<u64> = findings(&report)
        .iter()
        .filter_map(|one| one["places"][0]["region"]["start_line"].as_u64())
        .collect();
    assert_eq!(left, [2, 3]);
    dir.run(&["import", "kingfisher"])
        .ends(2)
        .complains("there is nothing to import: the files of this tool are YAML");
    dir.run(&["import", "trufflehog", "no-such"])
        .ends(2)
        .complains("cannot be read");
}

/// A repository with something that fails, something that does not, and something that is not read.
fn mixed() -> Dir {
    let dir = Dir::repo();
    dir.write("a <&\"'>.env", line(1));
    dir.write(
        "app.js",
        format!(
            "const c = connect({{password: \"{}\"}});\n",
            expand("{alnum:6}-Maple", 2)
        ),
    );
    dir.write("big.bin", "x ".repeat(4000));
    dir.commit("one");
    dir
}

#[test]
#[allow(clippy::print_stderr, reason = "what was left out is said")]
fn junit_is_read_by_a_parser_of_xml() {
    let dir = mixed();
    dir.run(&["scan", "--max-file-size", "2K", "--output", "junit=out.xml"])
        .ends(1);
    let script = "import sys,xml.etree.ElementTree as E\n\
        r=E.parse(sys.argv[1]).getroot(); s=r.find('testsuite'); c=s.findall('testcase')\n\
        f=[x for x in c if x.find('failure') is not None]; k=[x for x in c if x.find('skipped') is not None]\n\
        assert (len(c),len(f),len(k))==tuple(int(s.get(n)) for n in ('tests','failures','skipped')), s.attrib\n\
        assert s.get('errors')=='0'\n\
        print(f[0].get('file'), f[0].get('line'), f[0].find('failure').get('type'))\n\
        print([x.find('skipped').get('message') for x in k])\n";
    let mut command = Command::new("python3");
    command
        .current_dir(dir.path())
        .args(["-c", script, "out.xml"]);
    let Ok(output) = command.output() else {
        eprintln!("left out: there is no python3 here");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.starts_with("a <&\"'>.env 1 high\n"), "{said}");
    assert!(
        said.contains("not read: 1 file over the size limit: big.bin"),
        "{said}"
    );
}

#[test]
fn reports_for_gitlab_have_the_members_that_it_documents() {
    let dir = mixed();
    let report = dir
        .run(&["history", "--format", "gitlab", "--max-file-size", "2K"])
        .json();
    assert_eq!(report["scan"]["type"], "secret_detection");
    assert_eq!(report["scan"]["status"], "success");
    for member in ["start_time", "end_time"] {
        let time = report["scan"][member].as_str().expect("text");
        assert!(time.len() == 19 && time.as_bytes()[10] == b'T', "{time}");
    }
    for tool in ["analyzer", "scanner"] {
        for member in ["id", "name", "version"] {
            assert!(report["scan"][tool][member].is_string());
        }
        assert_eq!(report["scan"][tool]["vendor"]["name"], "keysweep");
    }
    let first = &report["vulnerabilities"][0];
    assert_eq!(first["severity"], "High");
    assert_eq!(first["location"]["file"], "a <&\"'>.env");
    assert_eq!(
        first["location"]["commit"]["sha"],
        dir.git(&["rev-parse", "HEAD"]).as_str()
    );
    assert_eq!(first["identifiers"][0]["value"], "github-pat");
    assert_eq!(first["id"].as_str().map(str::len), Some(20));
    let issues = dir.run(&["scan", "--format", "codequality"]).json();
    let issues = issues.as_array().expect("a list");
    assert_eq!(issues[0]["check_name"], "github-pat");
    assert_eq!(issues[0]["severity"], "critical");
    assert_eq!(issues[0]["location"]["lines"]["begin"], 1);
    let prints: std::collections::BTreeSet<&str> = issues
        .iter()
        .filter_map(|one| one["fingerprint"].as_str())
        .collect();
    assert_eq!(prints.len(), issues.len());
}

#[test]
fn a_report_is_written_by_a_template_of_the_user() {
    let dir = mixed();
    let source =
        "{% for it in findings %}\n{{ it.reported }} {{ it.places[0].path }}\n{% endfor %}\n";
    dir.write("t.txt", source);
    dir.run(&["scan", "--format", "template=t.txt"])
        .ends(1)
        .says("github-pat a <&\"'>.env\n");
    dir.run(&["scan", "--output", "template=t.txt=../out.html"])
        .ends(1);
    let html = fs::read_to_string(dir.outside("out.html")).expect("written");
    assert!(
        html.contains("github-pat a &lt;&amp;&quot;&#39;&gt;.env\n"),
        "{html}"
    );
    dir.write("wrong.txt", "\n{% for %}");
    for (wrong, why) in [
        ("template=wrong.txt", "the template wrong.txt: line 2"),
        ("template=none.txt", "the template none.txt: "),
        ("template", "'template=FILE'"),
    ] {
        dir.run(&["scan", "--format", wrong]).ends(2).complains(why);
    }
    dir.run(&["scan", "--output", "template=t.txt"])
        .ends(2)
        .complains("write template=FILE=TARGET");
    dir.write("late.txt", "{{ findigns }}");
    dir.run(&["scan", "--format", "template=late.txt"])
        .ends(2)
        .complains("the template: line 1");
}

#[test]
fn hook_scan_and_a_range_agree_on_twenty_changes() {
    let password = |seed| expand("{alnum:7}#{alnum:3}", seed);
    let aws = expand("{alnum:40}", 9);
    let changes: Vec<(&str, String)> = vec![
        (".env", format!("AWS_SECRET_ACCESS_KEY={aws}\n")),
        ("config.yaml", format!("db:\n  password: {}\n", password(1))),
        (
            "application.properties",
            format!("spring.datasource.password={}\n", password(2)),
        ),
        ("my.cnf", format!("[client]\npassword={}\n", password(3))),
        (
            "db.js",
            format!(
                "const c = connect({{user: \"root\", password: \"{}\"}});\n",
                password(4)
            ),
        ),
        ("deploy.sh", line(5)),
        ("tests/test_a.py", line(6)),
        (
            "tests/test_b.py",
            format!("password = \"{}\"\n", password(7)),
        ),
        ("docs/a.md", format!("password: {}\n", password(8))),
        ("docs/b.md", line(9)),
        ("README.md", "# nothing\n".to_owned()),
        ("main.tf", format!("password = \"{}\"\n", password(10))),
        (
            "docker-compose.yml",
            format!("environment:\n  POSTGRES_PASSWORD: {}\n", password(11)),
        ),
        (
            ".github/workflows/x.yml",
            format!("env:\n  TOKEN: {}\n", token(12)),
        ),
        (
            "src/a.py",
            format!("API_KEY = \"{}\"\n", expand("{alnum:32}", 13)),
        ),
        ("src/b.go", "password := os.Getenv(\"X\")\n".to_owned()),
        (
            "k8s.yaml",
            format!("stringData:\n  password: {}\n", password(14)),
        ),
        ("id_rsa", expand("{pem:RSA PRIVATE KEY}", 15)),
        (
            "url.txt",
            format!(
                "postgres://app:{}@db.internal/app\n",
                expand("{alnum:14}", 16)
            ),
        ),
        ("example/app.env", format!("PASSWORD={}\n", password(17))),
    ];
    assert_eq!(changes.len(), 20);
    let mut stopped = 0;
    for (path, content) in changes {
        let dir = Dir::repo();
        dir.write("base.txt", "base\n");
        dir.commit("base");
        dir.write(path, content);
        dir.git(&["add", "-A"]);
        let hook = dir.run(&["hook"]).status;
        let staged = dir.run(&["staged"]).status;
        let scan = dir.run(&["scan"]).status;
        dir.commit("change");
        // What the action runs for a push or a pull request.
        let range = dir.run(&["history", "--range", "HEAD~1..HEAD"]).status;
        assert_eq!([hook, staged, range], [scan; 3], "{path}");
        stopped += usize::from(hook == Some(1));
    }
    assert!((8..20).contains(&stopped), "{stopped}");
}
