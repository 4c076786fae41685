//! Forms of samples that templates draw.

use keysweep::example::expand;

use super::{ALPHABETS, Form};

fn form(template: &str, seeds: std::ops::Range<u64>) -> Result<Form, String> {
    let texts: Vec<String> = seeds
        .map(|seed| expand(template, seed).expect("a template"))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Form::of(&texts)
}

#[test]
fn every_alphabet_is_told_from_one_sample() {
    for (name, class) in ALPHABETS {
        // Signs have to be there to be seen.
        let template = match name {
            "word" => "acme.{word:20}_{word:20}".to_owned(),
            "base64url" => "acme.{base64url:20}-{base64url:19}".to_owned(),
            "base64" => "acme.{base64:20}+{base64:19}".to_owned(),
            name => format!("acme.{{{name}:40}}"),
        };
        for seed in 0..20 {
            let form = form(&template, seed..seed + 1).expect(&template);
            let length = if name == "word" { 41 } else { 40 };
            assert_eq!(
                form.pattern(),
                format!("acme\\.{class}{{{length}}}"),
                "{seed}"
            );
            assert_eq!(form.template(false), format!("acme.{{{name}:{length}}}"));
        }
    }
    let uuid = form("acme_{uuid}", 0..1).expect("a form");
    assert_eq!(uuid.template(false), "acme_{uuid}");
}

#[test]
fn several_samples_tell_what_is_fixed_and_how_long_they_are() {
    let form = form("AKME{uppernum:20}", 0..3).expect("a form");
    assert_eq!(form.pattern(), "AKME[0-9A-Z]{20}");
    let texts = [("acme_{alnum:30}", 1), ("acme_{alnum:34}", 2)];
    let texts = texts.map(|(template, seed)| expand(template, seed).expect("a template"));
    let both = Form::of(&[&texts[0], &texts[1]]).expect("a form");
    assert_eq!(both.pattern(), "acme_[0-9A-Za-z]{30,34}");
    let parts = self::form("ac-{digit:12}-{digit:12}-{alnum:24}", 0..4).expect("a form");
    assert_eq!(
        parts.pattern(),
        "ac\\-[0-9]{12}\\-[0-9]{12}\\-[0-9A-Za-z]{24}"
    );
    // One value twice, and one with its end changed, are no two samples of what is fixed.
    let one = expand("Q{alnum:39}", 1).expect("a template");
    let other = format!(
        "{}{}",
        &one[..39],
        if one.ends_with('a') { 'b' } else { 'a' }
    );
    for pair in [[one.as_str(), one.as_str()], [one.as_str(), other.as_str()]] {
        assert_eq!(Form::of(&pair).expect("a form").front, "");
    }
}

#[test]
fn what_no_pattern_tells_is_refused() {
    for sample in [
        "acme_short",
        "correct-horse-battery-staple",
        "acme_aaaaaaaaaaaaaaaaaaaaaaaa",
        "Tr0ub4dor&3!x%y(z)q[w]e{r}t",
        "acme_00000000000000000000",
    ] {
        assert!(Form::of(&[sample]).is_err(), "{sample}");
    }
    let differ = ["a.{alnum:30}", "{alnum:30}.{alnum:30}"];
    let differ = differ.map(|template| expand(template, 1).expect("a template"));
    assert!(Form::of(&[&differ[0], &differ[1]]).is_err());
}
