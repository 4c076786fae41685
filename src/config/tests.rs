use super::keys::FORBIDDEN;
use super::*;

fn read(text: &str) -> Result<Config, String> {
    Config::parse(FILE, text.as_bytes(), Whose::Repository).map_err(|error| error.to_string())
}

fn error(text: &str) -> String {
    read(text).expect_err(text)
}

#[test]
fn every_key_is_read_at_its_default_and_shown_with_its_line() {
    for key in KEYS {
        let text = format!("\n[{}]\n{} = {}\n", key.section, key.name, key.default);
        let config = read(&text).unwrap_or_else(|error| panic!("{error}"));
        let shown = show(&config);
        let line = format!("{} = {}  # {FILE}:3", key.name, key.default);
        assert!(shown.contains(&line), "{shown}");
        assert_eq!(shown.matches("# default").count(), KEYS.len() - 1);
        // What is shown can stand in a file and says the same.
        read(&shown).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn values_are_taken_with_their_lines() {
    let config = read(
        "[scan]\nexclude = [\n  \"vendor/\", # theirs\n  \"*.lock\",\n]\n[rules]\n\
         disable = [\"jwt -- ours are public\"]\n[limits]\nmax-file-size = \"64K\"\n\
         [gaps]\naccept = [\"shallow\"]\n",
    )
    .expect("reads");
    let excluded: Vec<(&str, u32)> = config
        .exclude
        .iter()
        .map(|at| (at.value.as_str(), at.line))
        .collect();
    assert_eq!(excluded, [("vendor/", 3), ("*.lock", 4)]);
    assert_eq!(config.disable[0].value.rule, "jwt");
    assert_eq!(config.disable[0].value.reason, "ours are public");
    assert_eq!(config.max_file_size, Some(64 << 10));
    assert_eq!(config.accept, [Reason::ShallowHistory]);
    assert!(show(&config).contains("exclude = [\"vendor/\", \"*.lock\"]  # keysweep.toml:2"));
}

#[test]
fn slips_get_a_suggestion_and_a_line() {
    for (text, want) in [
        (
            "[scna]\n",
            "keysweep.toml:1: there is no section `scna`; did you mean `scan`?",
        ),
        (
            "\n[scan]\nexlude = []\n",
            "keysweep.toml:3: there is no key `exlude` in `[scan]`; did you mean `exclude`?",
        ),
        (
            "exclude = []\n",
            "keysweep.toml:1: `exclude` stands in the section `[scan]`",
        ),
        (
            "[report]\nexclude = []\n",
            "keysweep.toml:2: `exclude` stands in the section `[scan]`",
        ),
        (
            "scan = 1\n",
            "keysweep.toml:1: `scan` is a section: write `[scan]`",
        ),
        (
            "[scan]\nignored = \"yes\"\n",
            "keysweep.toml:2: `scan.ignored` is `true` or `false`",
        ),
        (
            "[scan]\nexclude = \"a\"\n",
            "keysweep.toml:2: `scan.exclude` is a list of texts",
        ),
        (
            "[scan]\nexclude = [\n\"a\",\n7]\n",
            "keysweep.toml:4: `scan.exclude`: each entry is a text",
        ),
        (
            "[report]\nmin-severity = \"hihg\"\n",
            "keysweep.toml:2: `report.min-severity` is one of info, low, medium, high, critical; did you mean `high`?",
        ),
        (
            "[report]\nfail-on = [\"a[\"]\n",
            "keysweep.toml:2: `report.fail-on`: write `none`, a severity",
        ),
        (
            "[limits]\narchive-depth = -1\n",
            "keysweep.toml:2: `limits.archive-depth` is a whole number",
        ),
        (
            "[limits]\nmax-file-size = \"much\"\n",
            "keysweep.toml:2: `limits.max-file-size` is a number of bytes",
        ),
        ("[gaps]\naccept = [\"shalow\"]\n", "did you mean `shallow`?"),
        (
            "[gaps]\naccept = [\"interrupted\"]\n",
            "keysweep.toml:2: `gaps.accept`: the names are",
        ),
        (
            "[rules]\nfiles = [\"../x.toml\"]\n",
            "keysweep.toml:2: `rules.files`: a rule file is a path below",
        ),
        (
            "[rules]\nfiles = [\"/etc/x.toml\"]\n",
            "a rule file is a path below",
        ),
        ("[scan\n", "keysweep.toml:1: this is not TOML: "),
        (
            "[scan]\n<<<<<<< HEAD\n",
            "keysweep.toml:2: a merge left its conflict marks here",
        ),
    ] {
        let error = error(text);
        assert!(error.contains(want), "{text:?}: {error}");
    }
    let not_text = Config::parse(FILE, b"\n[scan]\n# \xff\n", Whose::User);
    assert!(not_text.is_err_and(|error| {
        error
            .to_string()
            .contains("keysweep.toml:3: this line is not UTF-8")
    }));
}

#[test]
fn what_is_the_users_word_may_not_stand_there() {
    for (names, why) in FORBIDDEN {
        for name in *names {
            for text in [
                format!("{name} = 1\n"),
                format!("[{name}]\n"),
                format!("[report]\n{name} = true\n"),
                format!("[scan]\n{} = \"x\"\n", name.replace('-', "_")),
            ] {
                let error = error(&text);
                assert!(
                    error.contains("may not stand in a configuration"),
                    "{text}: {error}"
                );
                assert!(error.contains(why), "{text}: {error}");
            }
        }
    }
}

#[test]
fn a_repository_may_lower_limits_and_the_user_may_raise_them() {
    for key in KEYS.iter().filter(|key| key.section == "limits") {
        let raised = format!("[limits]\n{} = 1_000_000_000_000\n", key.name).replace('_', "");
        let error = error(&raised);
        assert!(
            error.contains("may lower the limit, not raise it"),
            "{error}"
        );
        assert!(Config::parse("mine.toml", raised.as_bytes(), Whose::User).is_ok());
        read(&format!("[limits]\n{} = 1\n", key.name)).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn messages_do_not_quote_what_may_be_a_credential() {
    let value: String = "aB3".repeat(12);
    for text in [
        format!("{value} = 1\n"),
        format!("[{value}]\n"),
        format!("[scan]\n{value} = 1\n"),
        format!("[scan]\nignored = \"{value}\"\n"),
        format!("[report]\nmin-severity = \"{value}\"\n"),
        format!("[report]\nfail-on = [\"{value}[\"]\n"),
        format!("[gaps]\naccept = [\"{value}\"]\n"),
        format!("[scan]\nexclude = {value}\n"),
        format!("[scan]\nexclude = [\"{value}\n"),
        format!("{value}\n"),
        format!("[scan]\n{value} = 1\n{value} = 2\n"),
        format!("[{value}]\n[{value}]\n"),
    ] {
        let error = error(&text);
        assert!(!error.contains(&value[..12]), "{text}: {error}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_with_a_line_that_exists(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        text in "(\\[(scan|gaps|limits|x)\\]\n|(exclude|accept|ignored|archive-depth) = [\\[\\]\"a{},0-9\n-]{0,12}\n){0,6}",
    ) {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let lines = bytes.split(|b| *b == b'\n').count() as u32;
            match Config::parse(FILE, bytes, Whose::Repository) {
                Ok(config) => drop(show(&config)),
                Err(error) => proptest::prop_assert!((1..=lines).contains(&error.line), "{error}"),
            }
        }
    }
}

#[test]
fn a_size_is_a_number_with_one_unit_at_most() {
    let size = super::size;
    assert_eq!(size("10"), Some(10));
    for text in ["10M", "10m", "10MB", "10MiB", " 10M "] {
        assert_eq!(size(text), Some(10 << 20), "{text}");
    }
    for text in [
        "10MBB",
        "10MIBB",
        "10IB",
        "10 M",
        "10MM",
        "B",
        "",
        "-1",
        "1.5M",
        "99999999999G",
    ] {
        assert_eq!(size(text), None, "{text}");
    }
}
