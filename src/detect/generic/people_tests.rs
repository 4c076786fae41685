//! What machines draw and what people choose, through the scanner: most of it must be found at the
//! default confidence, whatever signs and words it happens to hold.

use std::collections::BTreeSet;

use crate::builtin;
use crate::detect::Scanner;
use crate::finding::{Class, Confidence};

/// The values that are listed by default in a text.
fn listed(text: &str) -> BTreeSet<Vec<u8>> {
    thread_local! {
        static SCANNER: Scanner = Scanner::new(builtin::set());
    }
    let found = SCANNER.with(|scanner| scanner.scan(text.as_bytes()));
    let sure = |c: &crate::detect::Candidate| {
        c.class == Class::Credential && c.confidence() >= Confidence::Medium
    };
    found.into_iter().filter(sure).map(|c| c.value).collect()
}

/// The same numbers every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end
    }

    fn one<'a>(&mut self, of: &'a str) -> &'a str {
        let all: Vec<&str> = of.split_whitespace().collect();
        all[self.below(all.len())]
    }
}

#[test]
fn random_printable_passwords_in_quotes_are_found() {
    let signs: Vec<char> = ('!'..='~')
        .filter(|c| !matches!(c, '"' | '\'' | '`' | '\\'))
        .collect();
    let forms = [
        "password = \"%\"",
        "db_pass: \"%\"",
        "\"password\": \"%\",",
        "DB_PASSWORD='%'",
        "client_secret = \"%\"",
    ];
    for len in [16, 24] {
        let mut draw = Draw(0x9e37_79b9_7f4a_7c15 + len as u64);
        let mut missed = Vec::new();
        const ALL: usize = 10_000;
        for part in 0..ALL / 100 {
            let values: Vec<String> = (0..100)
                .map(|_| (0..len).map(|_| signs[draw.below(signs.len())]).collect())
                .collect();
            let form = forms[part % forms.len()];
            let text: String = values
                .iter()
                .map(|value| form.replace('%', value) + "\n")
                .collect();
            let found = listed(&text);
            missed.extend(values.into_iter().filter(|v| !found.contains(v.as_bytes())));
        }
        assert!(
            missed.len() * 100 < ALL,
            "{} of {ALL} passwords of {len} characters are not listed: {:?}",
            missed.len(),
            &missed[..missed.len().min(20)]
        );
    }
}

/// Files in which passwords stand.
const FAMILIES: &[(&str, &str)] = &[
    ("environment", "DB_HOST=db1\nDB_PASSWORD=%\n"),
    (
        "YAML",
        "spring:\n  datasource:\n    username: app\n    password: %\n",
    ),
    ("properties", "db.user=app\ndb.password=%\n"),
    (
        "Java",
        "    private static final String PASSWORD = \"%\";\n",
    ),
    ("Python", "DB_PASSWORD = \"%\"\n"),
    (
        "PHP",
        "define('DB_USER', 'app');\ndefine('DB_PASSWORD', '%');\n",
    ),
    (
        "a PHP array",
        "    'username' => 'app',\n    'password' => '%',\n",
    ),
    ("compose", "    environment:\n      POSTGRES_PASSWORD: %\n"),
    (
        "a list of compose",
        "    environment:\n      - MYSQL_ROOT_PASSWORD=%\n",
    ),
    (
        "an attribute",
        "<Resource name=\"jdbc/x\" username=\"app\" password=\"%\"/>\n",
    ),
    (
        "an element",
        "<server>\n  <username>app</username>\n  <password>%</password>\n",
    ),
    ("a shell", "export DB_PASSWORD=\"%\"\n"),
    ("SQL", "CREATE USER app IDENTIFIED BY '%';\n"),
    ("Go", "\tpassword := \"%\"\n"),
    ("JavaScript", "  user: 'app',\n  password: '%',\n"),
    (
        "Ruby's YAML",
        "production:\n  adapter: mysql2\n  password: \"%\"\n",
    ),
    ("Terraform", "  username = \"app\"\n  password = \"%\"\n"),
    (
        "an address",
        "DATABASE_URL=postgres://app:%@db.acme.test:5432/x\n",
    ),
    ("curl", "curl -u app:% https://api.acme.test/x\n"),
    (
        "a connection string",
        "var c = \"Server=db;User Id=app;Password=%;\";\n",
    ),
    (
        "JSON",
        "{\n  \"user\": \"app\",\n  \"password\": \"%\"\n}\n",
    ),
    ("an INI file", "[db]\nuser = app\npassword = %\n"),
    ("TOML", "[db]\nuser = \"app\"\npassword = \"%\"\n"),
    ("a Dockerfile", "FROM x\nENV DB_PASSWORD=%\n"),
    ("Ansible", "db_user: app\ndb_password: %\n"),
];

/// A password as people choose them.
fn chosen(draw: &mut Draw) -> String {
    const SEASONS: &str = "Spring Summer Autumn Winter Fall Sommer Herbst Verano Invierno Automne \
        January March October Monday Friday";
    const NAMES: &str = "maria thomas jessica michael anna lukas sofia carlos pierre camille jonas";
    const WORDS: &str = "dragon monkey sunshine football princess shadow tequila coffee banana \
        guitar purple rocket tiger pepper silver dolphin mustang falcon cowboy butterfly";
    const ELSEWHERE: &str = "kaffee schmetterling regenbogen zucker mariposa corazon estrella \
        futbol soleil bonjour papillon doudou fromage hund katze wasser berlin paris";
    const WALKS: &str = "qwerty asdfgh zxcvbn qazwsx 1qaz2wsx zaq12wsx qwertz azerty 1q2w3e4r";
    const LOVED: &str = "letmein99 qwerty2020 hunter2 Password123! 12345678 password123 P@ssw0rd \
        Passw0rd1 iloveyou2 trustno1 Admin@2022 root1234 letmein 123456789 S3cur3Me Password1";
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let word = |draw: &mut Draw| match draw.below(2) {
        0 => draw.one(WORDS).to_owned(),
        _ => draw.one(ELSEWHERE).to_owned(),
    };
    let year = |draw: &mut Draw| (1960 + draw.below(65)).to_string();
    let sign = |draw: &mut Draw| draw.one("! @ # $ % & * ? .").to_owned();
    match draw.below(15) {
        0 => draw.one(SEASONS).to_owned() + &year(draw),
        1 => draw.one(SEASONS).to_owned() + draw.one("@ ! .") + &year(draw),
        2 => draw.one(NAMES).to_owned() + &draw.below(100).to_string(),
        3 => capital(draw.one(NAMES)) + &year(draw),
        4 => capital(&word(draw).replace('o', "0").replace('e', "3")) + draw.one("! 1 77"),
        5 => capital(&word(draw)) + &sign(draw) + &draw.below(100).to_string(),
        6 => word(draw) + draw.one(WORDS),
        7 => word(draw),
        8 => draw.one(WALKS).to_owned() + draw.one("1 ! 123 2020"),
        9 => [word(draw), word(draw), word(draw)].join(draw.one("- . _")),
        10 => word(draw) + &draw.below(1000).to_string(),
        11 => draw.one(LOVED).to_owned(),
        12 => capital(&word(draw)),
        13 => capital(&word(draw)) + &capital(draw.one(WORDS)) + draw.one("1 99 !"),
        _ => draw.one(NAMES).to_owned() + &sign(draw) + draw.one(NAMES),
    }
}

#[test]
fn passwords_that_people_choose_are_found_in_every_family_of_files() {
    let mut draw = Draw(0x2545_f491_4f6c_dd1d);
    let passwords: Vec<String> = (0..500).map(|_| chosen(&mut draw)).collect();
    let (mut all, mut found) = (0, 0);
    for (family, text) in FAMILIES {
        let missed: Vec<&String> = passwords
            .iter()
            .filter(|password| {
                let all = listed(&text.replace('%', password));
                !all.iter()
                    .any(|value| value.starts_with(password.as_bytes()))
            })
            .collect();
        all += passwords.len();
        found += passwords.len() - missed.len();
        let some = &missed[..missed.len().min(20)];
        assert!(
            missed.len() * 100 <= passwords.len() * 15,
            "{} of {} are missed in {family}: {some:?}",
            missed.len(),
            passwords.len()
        );
    }
    assert!(found * 100 >= all * 95, "{found} of {all} are found");
}

#[test]
fn passphrases_in_quotes_are_found_and_sentences_are_not() {
    for (value, want) in [
        ("correct horse battery", true),
        ("kitten lesser pooch karate", true),
        ("kaffee-mit-milch", true),
        ("silver.katze.monkey", true),
        ("Please enter a password", false),
        ("the password is wrong", false),
        ("Nouveau mot de passe", false),
        ("my-app-secret", false),
        ("database.password", false),
    ] {
        let text = format!("password = \"{value}\"\n");
        assert_eq!(listed(&text).contains(value.as_bytes()), want, "{value}");
    }
}

/// Forms that are no secret, each with a neighbour that is one.
#[test]
fn what_is_near_to_nothing_stays_found() {
    for (nothing, secret) in [
        ("maple__apt_key: '{HEX:40}'", "maple__apt_token: '{HEX:40}'"),
        (
            "maple_repo_repokey: '{HEX:40}'",
            "maple_repo_secret: '{hex:40}'",
        ),
        (
            "    proxy_pass: 'http://maple2_upstream'",
            "    proxy_pass: 'http+{alnum:16}'",
        ),
        (
            "nginx_password_characters: 'ascii_letters,digits,.-_~&()*='",
            "nginx_characters_password: '{alnum:20}'",
        ),
        (
            "'passwd': [ 'compat', 'mymachines', 'systemd' ]",
            "'passwd': [ '{alnum:16}', 'mymachines', 'systemd' ]",
        ),
        (
            "Replies to the request identified by 'mapleId7' alone.",
            "create user maple identified by 'oakTree7';",
        ),
        (
            "samePasswords('newPassword', 'newPassword2'),",
            "login('newPassword', '{alnum:16}'),",
        ),
        ("hash_salt: maple", "hash_salt: \"{alnum:32}\""),
        ("pepper: black", "config.pepper = \"{hex:128}\""),
        (
            "MAPLE_PRIMARY_KEY=mapletree",
            "MAPLE_PRIMARY_PASSWORD=mapletree",
        ),
        (
            "    access.key.id: mapletree\n    access.key.secret: mapletree",
            "    access.key.id: mapletree\n    access.key.secret: {alnum:40}",
        ),
    ] {
        let text = |template| crate::example::expand(template, 5).expect("a template") + "\n";
        assert!(listed(&text(nothing)).is_empty(), "{nothing}");
        assert!(!listed(&text(secret)).is_empty(), "{secret}");
    }
}
