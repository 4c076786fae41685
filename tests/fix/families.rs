//! Each family of files: the value before, its reference after, and the parser of the language over both.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::id;
use crate::common::{Dir, token};

/// A parser: the program, and its arguments with `@` for the file.
struct Parser {
    program: &'static str,
    args: &'static [&'static str],
    /// How it is asked whether it is there.
    there: &'static [&'static str],
}

const PYTHON: Parser = Parser {
    program: "python3",
    args: &[
        "-c",
        "import ast,sys; ast.parse(open(sys.argv[1], encoding='utf-8').read())",
        "@",
    ],
    there: &["--version"],
};
const NODE: Parser = Parser {
    program: "node",
    args: &["--check", "@"],
    there: &["--version"],
};
const GO: Parser = Parser {
    program: "gofmt",
    args: &["-e", "-l", "@"],
    there: &["-h"],
};
const RUBY: Parser = Parser {
    program: "ruby",
    args: &["-c", "@"],
    there: &["--version"],
};
const JAVA: Parser = Parser {
    program: "javac",
    args: &["-d", ".classes", "@"],
    there: &["-version"],
};
const PHP: Parser = Parser {
    program: "php",
    args: &["-l", "@"],
    there: &["--version"],
};
const RUST: Parser = Parser {
    program: "rustc",
    args: &[
        "--edition",
        "2021",
        "--crate-type",
        "lib",
        "--emit",
        "metadata",
        "-o",
        ".metadata",
        "@",
    ],
    there: &["--version"],
};
const C: Parser = Parser {
    program: "gcc",
    args: &["-std=c11", "-fsyntax-only", "-Wall", "-Werror", "@"],
    there: &["--version"],
};
const CPP: Parser = Parser {
    program: "g++",
    args: &["-std=c++17", "-fsyntax-only", "@"],
    there: &["--version"],
};
const KOTLIN: Parser = Parser {
    program: "kotlinc",
    args: &["-d", ".classes", "@"],
    there: &["-version"],
};
const SCALA: Parser = Parser {
    program: "scalac",
    args: &["-d", ".classes", "@"],
    there: &["-version"],
};
const SWIFT: Parser = Parser {
    program: "swiftc",
    args: &["-typecheck", "@"],
    there: &["--version"],
};
const BASH: Parser = Parser {
    program: "bash",
    args: &["-n", "@"],
    there: &["--version"],
};
const TERRAFORM: Parser = Parser {
    program: "terraform",
    args: &["fmt", "-check", "@"],
    there: &["-version"],
};
/// Any reader of YAML will do: the one for Python is asked whether it is installed, too.
const YAML: Parser = Parser {
    program: "python3",
    args: &[
        "-c",
        "import sys,yaml; list(yaml.safe_load_all(open(sys.argv[1], encoding='utf-8')))",
        "@",
    ],
    there: &["-c", "import yaml"],
};
const LINES: Parser = Parser {
    program: "sh",
    args: &["-c", "! grep -v '^[A-Za-z0-9_.-]*=' \"$0\"", "@"],
    there: &["-c", "true"],
};

/// A family: the path, the text with `@` for the value, what stands in the text after, and the parser.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static Parser>,
);

const ROWS: &[Row] = &[
    (
        "app.py",
        "import sys\n\nclass A:\n    api_token = '@'\n",
        "    api_token = os.environ[\"API_TOKEN\"]\n",
        Some(&PYTHON),
    ),
    (
        "b.py",
        "#!/usr/bin/env python3\n# coding: utf-8\n\"\"\"Doc\n\nmore.\n\"\"\"\nimport os, sys\napi_token = b\"@\"\n",
        "os.environb[b\"API_TOKEN\"]",
        Some(&PYTHON),
    ),
    (
        "c.py",
        "call(headers={\"api_token\": \"Bearer @\"}, x=1)\n",
        "(\"Bearer \" + os.environ[\"",
        Some(&PYTHON),
    ),
    (
        "app.js",
        "const apiToken = '@';\n",
        "const apiToken = process.env.API_TOKEN;\n",
        Some(&NODE),
    ),
    (
        "b.mjs",
        "export default {apiToken: `@`, x: \"it's\"};\n",
        "{apiToken: process.env.API_TOKEN, x",
        Some(&NODE),
    ),
    (
        "c.js",
        "fetch(u, {headers: {apiToken: \"Bearer @\"}});\n",
        "(\"Bearer \" + process.env.",
        Some(&NODE),
    ),
    // No parser of TypeScript and JSX comes with node 20: the text alone is compared.
    (
        "d.ts",
        "export const apiToken: string = \"@\";\n",
        "string = process.env.API_TOKEN;\n",
        None,
    ),
    (
        "e.tsx",
        "const a = <Mail apiToken=\"@\" to=\"x\" />;\n",
        "<Mail apiToken={process.env.API_TOKEN} to=\"x\" />",
        None,
    ),
    (
        "main.go",
        "package main\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n\nvar apiToken = \"@\"\n\nfunc main() { fmt.Println(strings.ToUpper(apiToken)) }\n",
        "\t\"fmt\"\n\t\"os\"\n\t\"strings\"\n)\n\nvar apiToken = os.Getenv(\"API_TOKEN\")\n",
        Some(&GO),
    ),
    (
        "b.go",
        "package b\n\nfunc f() string {\n\tapiToken := `@`\n\treturn apiToken\n}\n",
        "package b\n\nimport \"os\"\n\nfunc f() string {\n\tapiToken := os.Getenv(\"API_TOKEN\")\n",
        Some(&GO),
    ),
    (
        "app.rb",
        "api_token = \"@\" # it's\n",
        "api_token = ENV.fetch(\"API_TOKEN\") # it's\n",
        Some(&RUBY),
    ),
    (
        "App.java",
        "class App {\n    static final String API_TOKEN = \"@\"; // x\n    char c = '\"';\n}\n",
        "String API_TOKEN = System.getenv(\"API_TOKEN\");",
        Some(&JAVA),
    ),
    (
        "app.php",
        "<?php\n$api_token = '@';\n$h = ['api_token' => \"x\"];\n",
        "$api_token = getenv('API_TOKEN');\n",
        Some(&PHP),
    ),
    (
        "b.php",
        "<?php\ndefine('API_TOKEN', \"Bearer @\");\n",
        "(\"Bearer \" . getenv('",
        Some(&PHP),
    ),
    (
        "App.cs",
        "class App { static readonly string ApiToken = @\"@\"; }\n",
        "ApiToken = System.Environment.GetEnvironmentVariable(\"API_TOKEN\"); }\n",
        None,
    ),
    (
        "lib.rs",
        "pub fn f<'a>(_: &'a str) -> String {\n    let api_token = \"@\";\n    api_token.to_string()\n}\n",
        "std::env::var(\"API_TOKEN\").expect(\"API_TOKEN is set\");\n",
        Some(&RUST),
    ),
    (
        "b.rs",
        "pub fn f() -> String {\n    let api_token = \"Bearer {@}\".to_string();\n    api_token\n}\n",
        "format!(\"Bearer {{{}}}\", std::env::var(",
        Some(&RUST),
    ),
    (
        "App.kt",
        "object App {\n    val apiToken: String = \"@\" // it's\n    val c = '\"'\n}\n",
        "val apiToken: String = System.getenv(\"API_TOKEN\") // it's\n",
        Some(&KOTLIN),
    ),
    (
        "App.scala",
        "object App {\n  val apiToken = \"@\"\n  val b = s\"x $apiToken\"\n}\n",
        "val apiToken = sys.env(\"API_TOKEN\")\n",
        Some(&SCALA),
    ),
    (
        "App.swift",
        "import Dispatch\n\nlet apiToken = \"Bearer @\"\n",
        "import Foundation\nimport Dispatch\n\nlet apiToken = (\"Bearer \" + ProcessInfo.processInfo.environment[\"",
        Some(&SWIFT),
    ),
    (
        "app.c",
        "#include <stdio.h>\n\nint main(void) {\n    const char *api_token = \"@\"; /* it's */\n    return puts(api_token);\n}\n",
        "#include <stdlib.h>\n#include <stdio.h>\n\nint main(void) {\n    const char *api_token = getenv(\"API_TOKEN\"); /* it's */\n",
        Some(&C),
    ),
    (
        "app.cpp",
        "#include <string>\n\nstatic const std::string api_token = \"Bearer @\";\n",
        "#include <cstdlib>\n#include <string>\n\nstatic const std::string api_token = (\"Bearer \" + std::string(std::getenv(\"",
        Some(&CPP),
    ),
    (
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  a:\n    env:\n      API_TOKEN: @\n",
        "      API_TOKEN: ${{ secrets.API_TOKEN }}\n",
        Some(&YAML),
    ),
    (
        ".github/workflows/b.yaml",
        "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          API_TOKEN=@ make\n",
        "API_TOKEN=${{ secrets.API_TOKEN }} make\n",
        Some(&YAML),
    ),
    (
        ".gitlab-ci.yml",
        "variables:\n  API_TOKEN: \"@\"\n",
        "  API_TOKEN: \"$API_TOKEN\"\n",
        Some(&YAML),
    ),
    (
        "k8s/pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    env:\n    - name: API_TOKEN\n      value: \"@\"\n    - name: X\n      value: \"1\"\n",
        "    - name: API_TOKEN\n      valueFrom:\n        secretKeyRef:\n          name: web-secrets\n          key: API_TOKEN\n    - name: X\n",
        Some(&YAML),
    ),
    (
        "docker-compose.yml",
        "services:\n  a:\n    environment:\n      - API_TOKEN=@\n",
        "      - API_TOKEN=${API_TOKEN}\n",
        Some(&YAML),
    ),
    (
        "compose.yaml",
        "services:\n  a:\n    environment:\n      API_TOKEN: '@'\n",
        "      API_TOKEN: '${API_TOKEN}'\n",
        Some(&YAML),
    ),
    (
        "main.tf",
        "provider \"github\" {\n  api_token = \"@\"\n}\n",
        "  api_token = var.api_token\n}\n\nvariable \"api_token\" {\n  type      = string\n  sensitive = true\n}\n",
        Some(&TERRAFORM),
    ),
    (
        "b.tf",
        "locals {\n  api_token = \"Bearer @\"\n}\n",
        "\"Bearer ${var.",
        Some(&TERRAFORM),
    ),
    (
        "deploy.sh",
        "#!/bin/sh\nexport API_TOKEN=@\n",
        "export API_TOKEN=\"${API_TOKEN:?}\"\n",
        Some(&BASH),
    ),
    (
        "b.sh",
        "curl -H 'Authorization: token @' https://api.demo.test\n",
        "'Authorization: token '\"${",
        Some(&BASH),
    ),
    (
        "src/main/resources/application.yml",
        "mail:\n  api-token: @\n",
        "  api-token: ${API_TOKEN}\n",
        Some(&YAML),
    ),
    (
        "application-prod.properties",
        "mail.api-token=@\n",
        "mail.api-token=${MAIL_API_TOKEN}\n",
        Some(&LINES),
    ),
];

/// Whether the parser takes a file; true with a word about it where it is not installed.
fn parses(dir: &Dir, parser: &Parser, path: &str, said: &mut Vec<&'static str>) -> bool {
    let run = |args: &[&str]| {
        let mut command = Command::new(parser.program);
        command
            .args(args)
            .current_dir(dir.path())
            .stdin(Stdio::null());
        command.env("HOME", dir.path()).output()
    };
    let there = run(parser.there).is_ok_and(|out| out.status.success() || parser.there == ["-h"]);
    if !there {
        if !said.contains(&parser.program) {
            said.push(parser.program);
        }
        return true;
    }
    std::fs::create_dir_all(dir.path().join(".classes")).expect("new");
    let args: Vec<&str> = parser
        .args
        .iter()
        .map(|arg| if *arg == "@" { path } else { arg })
        .collect();
    let out = run(&args).expect("it was there");
    if !out.status.success() {
        let (err, text) = (
            String::from_utf8_lossy(&out.stderr),
            String::from_utf8_lossy(&out.stdout),
        );
        panic!(
            "{}: {path}: {err}{text}\n{}",
            parser.program,
            dir.read(path)
        );
    }
    true
}

#[test]
fn every_family_reads_the_value_elsewhere_and_still_parses() {
    let (mut missing, mut wrong) = (Vec::new(), Vec::new());
    for (path, text, after, parser) in ROWS {
        let dir = Dir::repo();
        // A verbatim string of C# begins with the mark that stands for the value here.
        let at = text
            .rfind("@\"@\"")
            .map_or_else(|| text.rfind('@'), |at| Some(at + 2))
            .expect("marked");
        let text = format!("{}{}{}", &text[..at], token(1), &text[at + 1..]);
        dir.write(path, &text);
        let id = id(&dir);
        if let Some(parser) = parser {
            assert!(parses(&dir, parser, path, &mut missing));
        }
        let shown = dir.run(&["fix", &id, "--diff"]);
        shown.ends(0);
        assert!(!shown.text().contains(&token(1)), "{path}");
        dir.run(&["fix", &id, "--write"]).ends(0);
        let now = dir.read(path);
        if !now.contains(after) {
            wrong.push(format!("{path}: {now}"));
        }
        assert!(!now.contains(&token(1)), "{path}: {now}");
        if let Some(parser) = parser {
            assert!(parses(&dir, parser, path, &mut missing));
        }
        // What nobody changed is as it was.
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !line.contains(&token(1)))
            .collect();
        assert!(kept.iter().all(|line| now.contains(line)), "{path}: {now}");
        assert!(Path::new(path).is_relative());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if !missing.is_empty() {
        let missing = missing.join(", ");
        // Not by a macro: the test's own capture would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "LEFT OUT: parsing before and after a repair needs what is not installed: {missing}"
        );
    }
}
