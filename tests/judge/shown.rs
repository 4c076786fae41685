//! What is shown by default, and what is folded or not listed, by what stands around a value and where: each case is
//! a file that is scanned, and its neighbour, which differs in what decides, and is shown.

use crate::common::{Dir, expand, findings};

/// A path and a template of a text.
type File = (&'static str, &'static str);

/// What is folded or not listed, what is shown although it looks like that, and what `explain` says of the former.
const CASES: &[(File, File, &str)] = &[
    // Without quotes a program has no literal.
    (
        ("src/maple.go", "// one line of it:\n// token: {alnum:24}\n"),
        (
            "deploy/maple.yml",
            "# one line of it:\n# token: {alnum:24}\n",
        ),
        "in a program, and no literal of it",
    ),
    (
        ("src/maple.py", "RULES = '''\n  password: {alnum:14}\n'''\n"),
        ("src/maple.sh", "password={alnum:14}\n"),
        "in a program, and no literal of it",
    ),
    (
        (
            "src/maple.graphql",
            "type A {{\n  checkoutToken: UUIDFilterInput7\n}}\n",
        ),
        ("src/maple.ts", "checkoutToken: '{alnum:24}'\n"),
        "in a program, and no literal of it",
    ),
    // An answer that a comment shows.
    (
        (
            "src/lark.go",
            "/*\n{{\n  \"code\": 0,\n  \"access_token\": \"{alnum:24}\"\n}}\n*/\n",
        ),
        (
            "src/lark2.go",
            "x := `\n{{\n  \"code\": 0,\n  \"access_token\": \"{alnum:24}\"\n}}\n`\n",
        ),
        "an example in a comment or a text",
    ),
    (
        ("compose.yml", "  # e.g. DB_PASSWORD: \"{alnum:14}\"\n"),
        ("compose2.yml", "  # DB_PASSWORD: \"{alnum:14}\"\n"),
        "an example in a comment or a text",
    ),
    (
        (
            "src/okta.go",
            "x := `{{\"expires_in\": 60, \"refresh_token\": \"{alnum:24}\"}}`\n",
        ),
        (
            "data/okta.json",
            "{{\"expires_in\": 60, \"refresh_token\": \"{alnum:24}\"}}\n",
        ),
        "in a program that shows what a server answers",
    ),
    // Names around a value that say it is an example.
    (
        (
            "src/api.ex",
            "example: %{{\n  tenant: %{{\n    jwt_secret: \"{alnum:32}\"\n  }}\n}}\n",
        ),
        (
            "src/api2.ex",
            "defaults: %{{\n  tenant: %{{\n    jwt_secret: \"{alnum:32}\"\n  }}\n}}\n",
        ),
        "an example: a name around it says so",
    ),
    (
        (
            "src/Devices.java",
            "  @Operation(description = \"Send this: \" +\n      \"{{\\n\" +\n      \"  \\\"provisionDeviceSecret\\\": \\\"{lowernum:20}\\\"\\n\" +\n      \"}}\")\n",
        ),
        (
            "src/Devices2.java",
            "  String body(\"Send this: \" +\n      \"{{\\n\" +\n      \"  \\\"provisionDeviceSecret\\\": \\\"{lowernum:20}\\\"\\n\" +\n      \"}}\")\n",
        ),
        "an example: a name around it says so",
    ),
    (
        (
            "lib/api.ex",
            "  example:\n    \"Bearer {jwt:{{\"typ\":\"JWT\",\"alg\":\"HS256\"}}.{{\"iat\":1680162154}}}\"\n",
        ),
        (
            "lib/api2.ex",
            "  header:\n    \"Bearer {jwt:{{\"typ\":\"JWT\",\"alg\":\"HS256\"}}.{{\"iat\":1680162154}}}\"\n",
        ),
        "an example: a name around it says so",
    ),
    (
        (
            "src/Factors.java",
            "  @Operation(notes = \"Gives:\\n\" +\n      \"{{\\n  \\\"url\\\": \\\"otpauth://totp/Maple?issuer=M&secret={base32:32}\\\"\\n\" +\n      \"}}\")\n",
        ),
        (
            "conf/factors.yml",
            "url: otpauth://totp/Maple?issuer=M&secret={base32:32}\n",
        ),
        "an example: a name around it says so",
    ),
    // Settings of a comment that name a host which nobody has.
    (
        (
            "chart/values.yaml",
            "#   client_secret: {uuid}\n#   token_url: https://sso.example.com/token\nx: 1\n",
        ),
        (
            "chart2/values.yaml",
            "#   client_secret: {uuid}\n#   token_url: https://sso.acme.test/token\nx: 1\n",
        ),
        "an example in a comment or a text",
    ),
    // Data that a comment shows, and code that was put out of use.
    (
        (
            "src/pay.go",
            "// {{\"id\":\"1\",\n//    {{\"href\":\"https://acme.test/now?token={alnum:17}\"}}}}\n",
        ),
        (
            "src/pay2.go",
            "// links := {{\"id\":\"1\",\n//    {{\"href\":\"https://acme.test/now?token={alnum:17}\"}}}}\n",
        ),
        "a part of data that a comment of it shows",
    ),
    // Settings in a text that a list of secrets is given.
    (
        (
            "ci.yml",
            "repo_secrets: |\n  REGISTRY_USERNAME=quay-io:username\n",
        ),
        ("ci2.yml", "repo_secrets: |\n  REGISTRY_TOKEN={alnum:32}\n"),
        "the value is a setting with a name of its own",
    ),
    (
        ("src/maple.ex", "receiver_password: 30..52\n"),
        ("src/maple2.ex", "receiver_password: \"30..52x\"\n"),
        "the value is a number",
    ),
    (
        ("nginx.j2", "'proxy_pass': ('https' if tls else 'http')\n"),
        (
            "nginx2.j2",
            "'proxy_pass': ('{alnum:14}' if tls else 'http')\n",
        ),
        "the value is the rest of an address",
    ),
    // A link that ends by itself.
    (
        (
            "a.json",
            "{{\"f\":\"http://cdn.acme.test/5?e=1576142006&token={alnum:40}\"}}\n",
        ),
        (
            "b.json",
            "{{\"f\":\"http://cdn.acme.test/5?w=1&token={alnum:40}\"}}\n",
        ),
        "once",
    ),
    // A person's address behind another scheme.
    (
        (
            "src/page.js",
            "open(\"https://mailto:ann.maple@acme.test/\")\n",
        ),
        (
            "src/page2.js",
            "open(\"https://ann:{alnum:14}@acme.test/\")\n",
        ),
        "the address of a person behind another scheme",
    ),
    // What a password is of, and words that ask for another.
    (
        ("app.yml", "maple_password: maple\n"),
        ("app2.yml", "maple_password: {alnum:14}\n"),
        "the value repeats the name",
    ),
    (
        (
            "srv.yml",
            "jwt_secret: pleasechange!pleasechange!pleasechange!pleasechange!\n",
        ),
        ("srv2.yml", "jwt_secret: {alnum:40}\n"),
        "a sample",
    ),
    // A token that its own name calls made up, whatever its form.
    (
        (
            "src/forge.rs",
            "const FAKE_FORGE_TOKEN: &str = \"{check:crc32-base62:ghp_{alnum:30}}\";\n",
        ),
        (
            "src/forge2.rs",
            "const TEST_FORGE_TOKEN: &str = \"{check:crc32-base62:ghp_{alnum:30}}\";\n",
        ),
        "its name says that it is made up",
    ),
    (
        (
            "conf/i18n.yml",
            "maple_api_key: \"{hex:8}-{hex:4}-{hex:4}-{hex:4}-1a1a1a1a1a1a\"\n",
        ),
        (
            "conf/i18n2.yml",
            "maple_api_key: \"{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}\"\n",
        ),
        "repeated characters",
    ),
    (
        (
            "src/Setup.cs",
            "x.CertPassword = Env.GetValue(app, \"global\", \"identity__certPassword\");\n",
        ),
        (
            "src/Setup2.cs",
            "x.CertPassword = \"identity__{alnum:14}\";\n",
        ),
        "the value is the name of a variable",
    ),
];

/// The paths that are listed by default and not folded.
fn shown(dir: &Dir) -> Vec<String> {
    let run = dir.run(&["scan", "--no-config", "--format", "json"]);
    let report = run.json();
    let all = findings(&report).iter();
    let all = all.filter(|finding| finding["folded"] == false);
    let places = all.flat_map(|finding| finding["places"].as_array().expect("a list").clone());
    places
        .map(|place| place["path"].as_str().expect("a path").to_owned())
        .collect()
}

#[test]
fn what_a_text_shows_is_told_from_what_a_file_sets() {
    for (seed, ((quiet, text), (told, other), why)) in (1..).zip(CASES) {
        let dir = Dir::repo();
        dir.write(quiet, expand(text, seed));
        dir.write(told, expand(other, seed + 1000));
        assert_eq!(shown(&dir), [*told], "{quiet} and {told}");
        dir.run(&["explain", quiet]).ends(0).says(why);
    }
}

/// Rules of one provider that take the same form: the one that the name speaks of.
#[test]
fn of_equal_rules_the_one_that_the_name_speaks_of_names_a_value() {
    let dir = Dir::repo();
    dir.write("a.env", expand("TWILIO_AUTH_TOKEN={hex:32}\n", 5));
    let report = dir.run(&["scan", "--format", "json"]).json();
    assert_eq!(findings(&report)[0]["rule"], "twilio-auth-token");
    dir.write("a.env", expand("TWILIO_API_SECRET={hex:32}\n", 5));
    let report = dir.run(&["scan", "--format", "json"]).json();
    assert_eq!(findings(&report)[0]["rule"], "twilio-api-key-secret");
}
