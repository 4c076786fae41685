use std::io::Write as _;

use crate::base64::{Engine as _, STANDARD};
use proptest::prelude::*;

use super::*;

/// The base64 layers of a text, those of alignments left out.
fn encoded(text: &[u8]) -> Vec<Layer> {
    let mut all = layers(text);
    all.retain(|layer| layer.name == "base64");
    all
}

fn wrap(text: &str, width: usize, between: &str) -> String {
    let lines: Vec<&str> = (0..text.len())
        .step_by(width)
        .map(|at| &text[at..(at + width).min(text.len())])
        .collect();
    lines.join(between)
}

/// Text of mixed letters and digits, different everywhere.
fn prose(length: usize) -> Vec<u8> {
    let words = (0..).flat_map(|n: usize| format!("Word{} ", n * 7919 % 10_007).into_bytes());
    words.take(length).collect()
}

#[test]
fn base64_maps_back_to_the_encoded_stretch() {
    let inner = b"some text with KEY=value0123456789 inside";
    let text = format!("x = {}\n", STANDARD.encode(inner));
    let layers = encoded(text.as_bytes());
    assert_eq!(layers[0].bytes, inner);
    let back = layers[0].back(&(15..33));
    assert_eq!(back, 4 + 20..4 + 44);
    assert_eq!(layers[0].source, 4..text.len() - 1);
}

#[test]
fn neighbours_in_base64_stay_apart() {
    let text = STANDARD.encode(prose(300));
    let layers = encoded(text.as_bytes());
    for at in 1..290 {
        let (one, two) = (layers[0].back(&(0..at)), layers[0].back(&(at + 1..at + 5)));
        assert!(one.end <= two.start, "at {at}");
    }
}

#[test]
fn wrapped_base64_is_one_layer_in_every_dress() {
    let inner = prose(1500);
    let text = STANDARD.encode(&inner);
    let dresses = [
        ("", "\n", ""),
        ("", "\r\n", ""),
        ("data: |\n    ", "\n    ", ""),
        ("\t", "\n\t", ""),
        ("# ", "\n# ", ""),
        ("// ", "\n// ", ""),
        (" * ", "\n * ", ""),
        ("-- ", "\n-- ", ""),
        ("; ", "\n; ", ""),
        ("% ", "\n% ", ""),
        ("> ", "\n> ", ""),
        ("#", "\n#", ""),
        ("//", "\n//", ""),
        ("+", "\n+", ""),
        ("x = \"", "\" +\n    \"", "\""),
        ("x = '", "'\n  + '", "'"),
        ("x = '", "' .\n '", "'"),
        ("x = (b'", "'\n  b'", "')"),
        ("x = '", "' \\\n '", "'"),
        ("x = \"", "\\n", "\""),
        ("x = \"", "\\r\\n", "\""),
        ("x = \"", "\\\\n", "\""),
        ("x = \"", "\\n\" +\n  \"", "\\n\""),
        ("x = \"", "\\n\\\n", "\""),
        ("x=", "\\\n", ""),
        ("[\"", "\",\n  \"", "\"]"),
        ("x = \"", "\" + \"", "\""),
    ];
    for width in [
        16, 20, 33, 48, 60, 61, 62, 63, 64, 76, 77, 100, 128, 200, 900,
    ] {
        for (open, between, close) in dresses {
            let file = format!("{open}{}{close}\nend\n", wrap(&text, width, between));
            let found = encoded(file.as_bytes());
            let whole = found.iter().filter(|layer| layer.bytes == inner).count();
            assert!(whole >= 1, "width {width}, {between:?}");
            let layer = found.iter().find(|l| l.bytes == inner).expect("counted");
            for at in [0, 1, 500, 1499] {
                let back = layer.back(&(at..at + 1));
                assert!(open.len() <= back.start && back.end < file.len() - close.len() - 4);
            }
        }
    }
}

#[test]
fn what_follows_a_stretch_is_no_part_of_it() {
    let inner = prose(150);
    let text = STANDARD.encode(&inner);
    for close in [
        "\nversion: 1\n",
        "\n-----END X-----\n",
        "\n\nSome more words\n",
        "\n",
    ] {
        let file = format!("a\n{}{close}", wrap(&text, 48, "\n"));
        let found = encoded(file.as_bytes());
        assert!(found.iter().any(|layer| layer.bytes == inner), "{close:?}");
    }
}

#[test]
fn base64_behind_a_prefix_of_its_alphabet_is_read() {
    let inner = prose(60);
    for prefix in [
        "/", "x/", "api/v1/", "Basic/", "A", "AB", "ABC", "key-", "a_b_c_",
    ] {
        let file = format!("x {prefix}{}\n", STANDARD.encode(&inner));
        let found = encoded(file.as_bytes());
        let there = found
            .iter()
            .any(|layer| layer.bytes.windows(inner.len()).any(|part| part == inner));
        assert!(there, "{prefix}");
    }
}

#[test]
fn long_base64_is_read_to_its_end() {
    let inner = prose(5 << 20);
    for (width, between) in [(1 << 30, ""), (64, "\n"), (61, "\r\n")] {
        let text = STANDARD.encode(&inner);
        let file = wrap(&text, width, between);
        let mut seen = 0;
        for layer in encoded(file.as_bytes()) {
            if layer.bytes.len() < 1000 {
                continue;
            }
            // The layers answer for everything, each for its own part.
            let (start, line) = (layer.source.start, width + between.len());
            let at = start / line * width + start % line;
            assert_eq!(at / 4 * 3 + layer.own.start, seen, "width {width}");
            let own = layer.own.clone();
            assert!(layer.bytes[own.clone()] == inner[seen..seen + own.len()]);
            seen += own.len();
        }
        assert_eq!(seen, inner.len(), "width {width}");
    }
}

#[test]
fn escapes_decode_and_map_back() {
    let text = br"url = https://u:p%40ss%2fword@host/ and \u0041\u0042cdefgh\x49";
    let layers = layers(text);
    assert_eq!(layers[0].bytes, b"https://u:p@ss/word@host/");
    assert_eq!(&text[layers[0].back(&(10..15))], b"p%40ss%2f");
    assert_eq!(layers[1].bytes, b"ABcdefghI");
    assert_eq!(layers[1].name, "escape");
}

#[test]
fn utf16_and_utf32_of_both_orders_are_read() {
    let text = "password = hunter22 in wide characters";
    for (name, width, place) in [
        ("utf-16", 2, 0),
        ("utf-16", 2, 1),
        ("utf-32", 4, 0),
        ("utf-32", 4, 3),
    ] {
        for before in [&b""[..], b"\0\0", b"\xff\xfe\0\0"] {
            let mut wide = before.to_vec();
            for byte in text.bytes() {
                let mut character = vec![0; width];
                character[place] = byte;
                wide.append(&mut character);
            }
            let layers = layers(&wide);
            let layer = layers.iter().find(|layer| layer.name == name).expect(name);
            let start = layer
                .bytes
                .windows(8)
                .position(|part| part == b"hunter22")
                .expect(name);
            assert!(layer.bytes.ends_with(b"characters"));
            let back = layer.back(&(start..start + 8));
            let inside: Vec<u8> = wide[back].iter().copied().filter(|b| *b != 0).collect();
            assert_eq!(inside, b"hunter22");
        }
    }
}

#[test]
fn wide_text_whose_zeros_come_first_is_read_whole_behind_a_letter() {
    let text = "password = hunter22 in wide characters";
    for width in [2, 4] {
        let mut wide = b"x".to_vec();
        for byte in text.bytes() {
            wide.extend(vec![0; width - 1]);
            wide.push(byte);
        }
        for behind in [&b""[..], b"\xff", b"x"] {
            let bytes = [&wide, behind].concat();
            let whole = layers(&bytes).iter().any(|layer| {
                let end = layer.bytes.len();
                layer.bytes == text.as_bytes() && layer.back(&(end - 1..end)).end == wide.len()
            });
            assert!(whole, "{width} {behind:?}");
        }
    }
}

#[test]
fn every_escape_stands_for_its_character() {
    for (escaped, plain) in [
        ("%41", "A"),
        ("\\x41", "A"),
        ("\\u0041", "A"),
        ("\\\\u0041", "A"),
        ("\\u{41}", "A"),
        ("\\u{1F600}", "\u{1F600}"),
        ("\\U00000041", "A"),
        ("\\U0001F600", "\u{1F600}"),
        ("\\ud83d\\ude00", "\u{1F600}"),
        ("\\u00e9", "\u{e9}"),
        ("\\u20AC", "\u{20ac}"),
        ("\\101", "A"),
        ("\\/", "/"),
        ("&#65;", "A"),
        ("&#x41;", "A"),
        ("&#X41;", "A"),
        ("&#65", "A"),
        ("&amp;", "&"),
        ("&quot;", "\""),
        ("&lowbar;", "_"),
    ] {
        let text = format!("before_the_{escaped}-and_behind");
        let layers = layers(text.as_bytes());
        let layer = &layers[0];
        assert_eq!(
            String::from_utf8_lossy(&layer.bytes),
            format!("before_the_{plain}-and_behind")
        );
        let back = layer.back(&(11..11 + plain.len()));
        assert_eq!(&text[back], escaped);
        assert_eq!(layer.back(&(11..12)).len(), escaped.len());
    }
    for other in [
        "%4g",
        "\\x4",
        "\\u004",
        "\\u{}",
        "\\u{110000}",
        "\\ud83d",
        "\\U0041",
        "\\18",
        "\\n",
        "&;",
        "&#;",
        "&nothing;",
        "&&",
    ] {
        let text = format!("before_the_{other}-and_behind");
        let all = layers(text.as_bytes());
        assert!(all.iter().all(|layer| layer.name == "base64"), "{other}");
    }
}

#[test]
fn quoted_printable_is_undone_once() {
    let text =
        "let password =3D \"caf=C3=A9\"; the next line is broken=\n right here\r\n".repeat(200);
    let layers: Vec<_> = layers(text.as_bytes())
        .into_iter()
        .filter(|l| l.name == "quoted-printable")
        .collect();
    assert_eq!(layers.len(), 1);
    let plain = String::from_utf8_lossy(&layers[0].bytes);
    assert!(plain.starts_with("let password = \"caf\u{e9}\"; the next line is broken right here"));
    assert_eq!(layers[0].source, 0..text.len());
    let at = plain.find("here").expect("it is there");
    // One character of the decoded text has two bytes.
    assert_eq!(&text[layers[0].back(&(at..at + 4))], "here");
}

#[test]
fn json_in_a_string_is_undone_once() {
    let inner = r#"{\"a\": \"b\/c\", \"d\": {\"e\": \"\n\"}}"#;
    let text = format!("x = \"{inner}\"; y = \"{inner}\";\n");
    let strings: Vec<_> = layers(text.as_bytes())
        .into_iter()
        .filter(|l| l.name == "string")
        .collect();
    assert_eq!(strings.len(), 2);
    for layer in &strings {
        assert_eq!(layer.bytes, b"{\"a\": \"b/c\", \"d\": {\"e\": \"\n\"}}");
        assert_eq!(&text[layer.source.clone()], inner);
        assert_eq!(&text[layer.back(&(7..10))], "b\\/c");
    }
}

#[test]
fn a_token_that_a_soft_line_break_divides_is_whole() {
    let token = format!("tok_{}", "a1B2c3D4e5".repeat(4));
    for (end, at) in [("=\n", 20), ("=\r\n", 30), ("=\n", 4), ("=\r\n", 40)] {
        let (one, two) = token.split_at(at);
        let text = format!("{}{one}{end}{two}\n", "word ".repeat(15 - at / 5));
        let whole = |layer: &Layer| {
            layer
                .bytes
                .windows(token.len())
                .any(|w| w == token.as_bytes())
        };
        assert!(layers(text.as_bytes()).iter().any(whole), "{end:?} {at}");
    }
}

#[test]
fn long_stretches_of_escapes_are_whole_in_their_pieces() {
    let inner: Vec<u8> = prose(400_000).into_iter().filter(|b| *b != b' ').collect();
    let text: String = inner.iter().map(|byte| format!("%{byte:02x}")).collect();
    let mut seen = 0;
    for layer in layers(text.as_bytes()) {
        let start = layer.source.start / 3 + layer.own.start;
        assert_eq!(start, seen);
        assert!(layer.bytes[layer.own.clone()] == inner[seen..seen + layer.own.len()]);
        seen += layer.own.len();
    }
    assert_eq!(seen, inner.len());
}

/// A fuzz target found it: the last bytes of a stream that is cut off led behind the stream's own end.
#[test]
fn a_byte_of_a_cut_off_stream_leads_into_the_stretch_of_the_whole() {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(&prose(300)).expect("memory takes it");
    let whole = writer.finish().expect("memory takes it");
    let mut seen = 0;
    for length in 30..=whole.len() {
        let text = STANDARD.encode(&whole[..length]);
        every_layer(text.as_bytes(), |name, layer, back| {
            let all = back(0..layer.len());
            for at in 0..layer.len() {
                let one = back(at..at + 1);
                let inside = all.start <= one.start && one.end <= all.end;
                assert!(inside, "byte {at} of {name}, cut at {length}");
                seen += usize::from(name == "gzip");
            }
        });
    }
    assert!(seen > 10_000, "{seen}");
}

proptest! {
    #[test]
    fn no_decoder_panics_and_every_map_stays_inside(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for layer in layers(&bytes) {
            for start in 0..layer.bytes.len() {
                let back = layer.back(&(start..layer.bytes.len()));
                prop_assert!(back.start <= back.end && back.end <= bytes.len());
            }
        }
    }

    #[test]
    fn stretches_of_parts_are_those_of_the_whole(
        bytes in proptest::collection::vec(prop_oneof![4 => Just(b'a'), 2 => Just(b'4'), 1 => Just(b'%'), 1 => Just(b'\\'), 1 => Just(b'x'), 1 => Just(b' '), 1 => Just(b'&'), 1 => Just(b'#')], 0..120),
        cut in 0usize..120,
    ) {
        let mut whole = Vec::new();
        escaped(&bytes, 0..bytes.len(), |stretch| whole.push(stretch));
        for stretch in &whole {
            prop_assert!(!bytes[stretch.clone()].iter().any(|b| ends_stretch(*b)));
        }
        let cut = cut.min(bytes.len());
        let mut parts = Vec::new();
        escaped(&bytes, 0..cut, |stretch| parts.push(stretch));
        escaped(&bytes, cut..bytes.len(), |stretch| parts.push(stretch));
        prop_assert_eq!(parts, whole);
    }

    #[test]
    fn base64_round_trips(inner in proptest::collection::vec(any::<u8>(), 30..200)) {
        let text = STANDARD.encode(&inner);
        for layer in encoded(text.as_bytes()) {
            if layer.source.start == 0 && layer.bytes.len() == inner.len() {
                prop_assert_eq!(&layer.bytes, &inner);
            }
        }
    }

    /// Every run of a stretch is decoded once, whatever the lines are made of.
    #[test]
    fn a_stretch_is_decoded_once(
        parts in proptest::collection::vec((16usize..90, any::<bool>(), 0usize..8), 1..60),
    ) {
        let gaps = ["\n", "\r\n", "\n  ", "\\n", "\" +\n \"", "\n# ", "\",\n\"", " = "];
        let mut file = String::new();
        for (n, (width, digit, gap)) in parts.iter().enumerate() {
            let first = if *digit { '7' } else { 'Q' };
            file.push(first);
            let letters = (1..*width).map(|at| char::from(b"aBcDeFgHiJkL"[(at * 5 + n) % 12]));
            file.extend(letters);
            file.push_str(gaps[*gap]);
        }
        let bytes = file.as_bytes();
        let (mut runs, mut lines) = (Vec::new(), Vec::new());
        super::super::runs::find(bytes, 0..bytes.len(), |run| runs.push(run));
        for run in &runs {
            if let Some(start) = block::first(bytes, run) {
                lines.extend(block::lines(bytes, start, run).lines);
            }
        }
        // Lines without a digit may belong to two, the one before them and the one behind.
        for run in runs {
            let holders = lines.iter().filter(|line| line.end == run.end).count();
            prop_assert_eq!(holders, 1, "at {}", run.start);
        }
    }
}
