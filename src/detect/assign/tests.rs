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
        (format!("p.auth('u', '{v}')"), "auth", "p.auth", Op::Call),
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
