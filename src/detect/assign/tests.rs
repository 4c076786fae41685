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
            let _ = read_from_word(&text, at..text.len().min(at + 4));
        }
    }
}
