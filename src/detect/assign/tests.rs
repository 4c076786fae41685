use super::*;

fn word(text: &str, word: &str) -> Option<(String, String, Op)> {
    let at = text
        .to_lowercase()
        .find(word)
        .expect("the word is in the text");
    let got = read_from_word(text.as_bytes(), at..at + word.len())?;
    Some((
        String::from_utf8_lossy(got.key).into_owned(),
        text[got.value].to_owned(),
        got.op,
    ))
}

#[test]
fn reads_the_syntaxes_of_the_file_families() {
    let v = format!("hun{}", "ter2");
    let cases: &[(String, &str, &str, Op)] = &[
        (
            format!("DB_PASSWORD={v}\n"),
            "pass",
            "DB_PASSWORD",
            Op::Equals,
        ),
        (
            format!("  \"password\": \"{v}\","),
            "pass",
            "password",
            Op::Colon,
        ),
        (
            format!("{{\\\"password\\\":\\\"{v}\\\"}}"),
            "pass",
            "password",
            Op::Colon,
        ),
        (format!("password: {v}\n"), "pass", "password", Op::Colon),
        (
            format!("password := \"{v}\""),
            "pass",
            "password",
            Op::Equals,
        ),
        (
            format!("let password: &str = \"{v}\";"),
            "pass",
            "password",
            Op::Equals,
        ),
        (format!(":password => '{v}'"), "pass", "password", Op::Arrow),
        (
            format!("obj.setPassword(\"{v}\");"),
            "pass",
            "obj.setPassword",
            Op::Call,
        ),
        (
            format!("if password == \"{v}\" {{"),
            "pass",
            "password",
            Op::Compare,
        ),
        (
            format!("define('DB_PASSWORD', '{v}');"),
            "pass",
            "DB_PASSWORD",
            Op::Pair,
        ),
        (
            format!("<password>{v}</password>"),
            "pass",
            "password",
            Op::Xml,
        ),
        (
            format!("<add key=\"Password\" value=\"{v}\"/>"),
            "pass",
            "Password",
            Op::NameValue,
        ),
        (
            format!("tool --password {v} -x"),
            "pass",
            "--password",
            Op::Flag,
        ),
        (
            format!("\"Server=a;Password={v};Pooling=1\""),
            "pass",
            "Password",
            Op::Equals,
        ),
        (
            format!("https://h/x?token={v}&a=1"),
            "token",
            "token",
            Op::Url,
        ),
        (
            format!("IDENTIFIED BY '{v}'"),
            "identified by",
            "password",
            Op::SqlBy,
        ),
        (
            format!("curl -s -u admin:{v} http://h/"),
            "curl",
            "password",
            Op::Flag,
        ),
        (
            format!("mysql -uroot -p{v} db"),
            "mysql",
            "password",
            Op::Flag,
        ),
        (
            format!("Authorization: Bearer {v}"),
            "auth",
            "Authorization",
            Op::Header,
        ),
        (
            format!("password = Some(\"{v}\"),"),
            "pass",
            "password",
            Op::Equals,
        ),
        (format!("p.auth('u', '{v}')"), "auth", "password", Op::Call),
        (
            format!("password = os.getenv('P', '{v}')"),
            "pass",
            "password",
            Op::Equals,
        ),
        (
            format!("ENV DB_PASSWORD {v}\n"),
            "pass",
            "DB_PASSWORD",
            Op::Blank,
        ),
        (format!("密码：{v}\n"), "密码", "密码", Op::Colon),
    ];
    for (text, anchor, key, op) in cases {
        assert_eq!(
            word(text, anchor),
            Some(((*key).to_owned(), v.clone(), *op)),
            "{text}"
        );
    }
}

#[test]
fn names_given_elsewhere_are_found() {
    let v = "k3jf93jf93jf93jf9";
    for text in [
        format!("- name: API_TOKEN\n  value: {v}\n"),
        format!("{{\"name\": \"API_TOKEN\", \"value\": \"{v}\"}}"),
    ] {
        let at = text.find(v).expect("the value is in the text");
        let got = read_from_run(text.as_bytes(), at..at + v.len()).expect("is labelled");
        assert_eq!(
            (got.key, got.op),
            (&b"API_TOKEN"[..], Op::NameValue),
            "{text}"
        );
        assert_eq!(got.value, at..at + v.len());
    }
}

#[test]
fn names_that_stand_behind_or_around_their_values_are_found() {
    for text in [
        "if ('maple7' === api_password) {",
        "'maple7'.equals(password)",
        "- value: maple7\n  name: DB_PASSWORD\n",
        "{\"value\": \"maple7\", \"name\": \"DB_PASSWORD\"}",
        "- name: DB_PASSWORD\n  value: maple7\n",
        "{\"name\": \"DB_PASSWORD\", \"type\": \"x\", \"value\": \"maple7\"}",
        "variable \"db_password\" {\n  type = string\n  default = \"maple7\"\n}",
        "<key>password</key>\n  <string>maple7</string>",
        "<name>db.password</name><value>maple7</value>",
        "<entry key=\"password\">maple7</entry>",
        "token = x(password,\n 'maple7')\n{password, \"maple7\"}",
        "${DB_PASSWORD:-maple7}",
        "password: !!str maple7\n",
        "storePassword 'maple7'",
        "auth=(password, 'maple7')",
        "the password is maple7.",
        "| **DB password** | `maple7` |",
    ] {
        let at = text.to_lowercase().rfind("password").expect("it is there");
        let got = read_from_word(text.as_bytes(), at..at + 8).map(|a| &text[a.value]);
        let other = text
            .to_lowercase()
            .find("auth")
            .and_then(|at| read_from_word(text.as_bytes(), at..at + 4).map(|a| &text[a.value]));
        assert_eq!(got.or(other), Some("maple7"), "{text}");
    }
    for text in [
        "- name: A\n  value: x\n- name: DB_PASSWORD\n  valueFrom: y\n",
        "variable \"db_password\" {\n  type = string\n}\nlocals {\n  default = \"maple7\"\n}",
        "if ('a' + 'maple7' === 1 && password) {",
    ] {
        let at = text.to_lowercase().rfind("password").expect("it is there");
        assert_eq!(read_from_word(text.as_bytes(), at..at + 8), None, "{text}");
    }
}

#[test]
fn all_members_of_a_list_are_read() {
    for text in [
        "tokens = ['a1', \"b2\",\n  'c3']",
        "{\"tokens\": [\n  \"a1\",\n  \"b2\", \"c3\"\n]}",
        "tokens:\n  - a1\n  - \"b2\"\n  - c3\nx: y\n",
    ] {
        let at = text.find("token").expect("it is there");
        let first = read_from_word(text.as_bytes(), at..at + 5).expect("it is read");
        let (others, _) = list_behind(text.as_bytes(), &first);
        let all: Vec<&str> = [first.value]
            .into_iter()
            .chain(others)
            .map(|range| &text[range])
            .collect();
        assert_eq!(all, ["a1", "b2", "c3"], "{text}");
    }
    for text in [
        "tokens: {\"a\": 1}",
        "tokens:\n  - name: x\n",
        "tokens[0] = x",
    ] {
        let at = text.find("token").expect("it is there");
        let first = read_from_word(text.as_bytes(), at..at + 5);
        assert!(
            first.is_none_or(|a| list_behind(text.as_bytes(), &a).0.is_empty()),
            "{text}"
        );
    }
}

#[test]
fn labels_are_read_from_runs_where_they_are_all_of_a_line() {
    let run = "Zk9qT2mXw8rB4Lp7";
    for (text, key) in [
        (format!("acme {run}\n"), "acme"),
        (format!("# acme ACCESS '{run}'"), "acme ACCESS"),
        (format!("acme - {run}"), "acme"),
        (format!("acme api token - '{run}'"), "acme api token"),
        (format!("acmeKEY-{run}"), "acmeKEY"),
        (
            format!("<secret>{{acme AQAAABAAA {run}}}</secret>"),
            "secret>{acme AQAAABAAA",
        ),
    ] {
        let at = text.find(run).expect("it is there");
        let start = text
            .rfind(' ')
            .filter(|_| !text.contains('\''))
            .map_or(at, |b| b + 1);
        let glued = text.starts_with("acmeKEY");
        let anchor = if glued {
            0..text.len()
        } else {
            start..at + run.len()
        };
        let got = read_from_run(text.as_bytes(), anchor).expect("it is labelled");
        assert_eq!((got.key, &text[got.value]), (key.as_bytes(), run), "{text}");
    }
    for text in [
        format!("see the commit {run} for more\n"),
        format!("acme {run} and so on\n"),
        format!("we use acme with {run}\n"),
    ] {
        let at = text.find(run).expect("it is there");
        assert_eq!(
            read_from_run(text.as_bytes(), at..at + run.len()),
            None,
            "{text}"
        );
    }
}

#[test]
fn quotes_of_markup_are_quotes() {
    let v = format!("xyj{}", "ajy");
    for quote in ["&quot;", "&#34;", "&#39;", "&apos;"] {
        let text =
            format!("<pre>{{{quote}password{quote}: {quote}{v}{quote}, {quote}n{quote}: 1}}");
        let got = word(&text, "pass").expect("is read");
        assert_eq!(got, ("password".to_owned(), v.clone(), Op::Colon), "{text}");
    }
}

#[test]
fn the_password_of_a_plugin_is_read_and_its_hash_is_not() {
    let v = format!("hun{}", "ter2");
    for text in [
        format!("CREATE USER 'u' IDENTIFIED WITH mysql_native_password BY '{v}';"),
        format!("IDENTIFIED WITH 'caching_sha2_password' BY '{v}'"),
    ] {
        let got = word(&text, "identified with").expect("is read");
        assert_eq!(got, ("password".to_owned(), v.clone(), Op::SqlBy), "{text}");
    }
    for text in [
        format!("IDENTIFIED WITH 'mysql_native_password' AS '*{v}'"),
        "IDENTIFIED WITH auth_socket".to_owned(),
        "IDENTIFIED WITH".to_owned(),
    ] {
        assert_eq!(word(&text, "identified with"), None, "{text}");
    }
}

#[test]
fn a_literal_over_several_lines_starts_on_its_first() {
    let line = "Kj3".repeat(20);
    let text = format!("$key = '{line}\n{line}';");
    assert_eq!(word(&text, "key").map(|w| w.1), Some(line.clone()));
    // Text with an odd quote is no literal.
    assert_eq!(word("key = 'it goes on\nand on'", "key"), None);
    assert_eq!(word("key = 'short\n'", "key"), None);
}

#[test]
fn gaps_to_fill_belong_to_the_value() {
    for (text, value) in [
        ("API_TOKEN=abc1<your-token>\n", "abc1<your-token>"),
        ("API_TOKEN=abc1<TOKEN>\n", "abc1<TOKEN>"),
        ("token: abc1<br>\n", "abc1"),
        ("<token>abc1</token>", "abc1"),
    ] {
        assert_eq!(
            word(text, "token").map(|w| w.1).as_deref(),
            Some(value),
            "{text}"
        );
    }
    for text in [
        "(?P<token>abc[0-9])",
        "https://<user>:<token>@host/x",
        "url=<token>abc",
    ] {
        assert_eq!(word(text, "token"), None, "{text}");
    }
}

#[test]
fn the_field_of_a_template_gives_nothing_a_value() {
    let run = "JQ".repeat(12) + "9";
    let text = format!("API_KEY={{check:x:{{alnum:52}}{run}}}");
    let at = text.find(&run).expect("is there");
    let got = read_from_run(text.as_bytes(), at..at + run.len()).expect("is labelled");
    assert_eq!(got.key, b"API_KEY");
    assert!(text[got.value].starts_with("{check:"));
}

#[test]
fn arrays_of_bytes_are_values() {
    let list: Vec<String> = (0..16u8)
        .map(|n| format!("0x{:02x}", n.wrapping_mul(83)))
        .collect();
    let list = list.join(", ");
    for text in [
        format!("key := []byte{{{list}}}"),
        format!("uint8_t key[16] = {{ {list} }};"),
        format!("let key: [u8; 16] = [{list}];"),
        format!("key = bytes([{list}])"),
    ] {
        assert_eq!(
            word(&text, "key").map(|w| w.1),
            Some(list.clone()),
            "{text}"
        );
    }
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    let parts: &[&[u8]] = &[
        b"password",
        b"=",
        b"\"",
        b"\\",
        b"\n",
        b"(",
        b"\xff",
        b"&quot;",
        b"|",
        b" ",
        b":",
        b"<",
        b"-p",
        b"curl -u ",
        b".",
        b"-",
        b"[",
        b"Some(",
        b"&#34;",
        b"<your-token>",
        b"[16]",
        b"{0x1f, ",
        b"12, 34",
        b"None,",
        b",",
        b" ::= ",
        b" .= ",
        b" - ",
        b" is ",
        b"| ",
        b"['a', 'b'",
        b"\n - a\n - b",
        b"name: ",
        b"value: ",
        b"</key><string>",
        b"variable \"",
        b" { default = ",
        b"}",
        b" string = ",
        b" As String = ",
        b"' === ",
        b".equals(",
        b"q(",
        b"%Q{",
        b" || \n",
        b"\"kty\"",
        b"\"d\": \"",
        b"acmeKEY-",
        b"<secret>{",
        b"{password, ",
        b"${",
        b":-",
        b"!!str ",
        b"sshpass -p ",
        b"net use ",
        b" \\\n -u a:",
        b"ConvertTo-SecureString ",
        b"NetworkCredential(\"a\", ",
        b"login(x, ",
        b"-passin pass:",
        b"NEO4J_AUTH=a/",
        b"\xe5\xaf\x86",
        b"Zk9qT2mXw8rB4Lp7",
    ];
    let mut state = 7usize;
    for _ in 0..20_000 {
        let mut text = b"password".to_vec();
        for _ in 0..state % 9 {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            text.extend_from_slice(parts[(state >> 33) % parts.len()]);
        }
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let _ = read_from_word(&text, 0..8);
        for at in 0..text.len() {
            let _ = read_from_run(&text, at..text.len());
            for len in [4, 12] {
                let word = at..text.len().min(at + len);
                if let Some(read) = read_from_word(&text, word) {
                    assert!(read.value.end <= text.len(), "{read:?}");
                    let (others, _) = list_behind(&text, &read);
                    assert!(others.iter().all(|one| one.end <= text.len()));
                }
            }
        }
    }
}
