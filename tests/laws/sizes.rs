//! What has to be read at once stays small enough to be read at once.

use super::rooms;

/// Lines of a function, without its comments, that can be seen as a whole.
const FUNCTION: usize = 60;
/// Lines of a file, without its tests and comments, that can be kept in mind.
const FILE: usize = 450;
/// So many functions are longer, none of them in the detector: they are lists of parts. It may only fall.
const LONGER: usize = 3;
/// So many files are longer. It may only fall.
const LARGER: usize = 0;

/// The functions of a text as rustfmt writes it, each with its lines.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let head = code.strip_prefix("pub").map_or(code, |rest| {
            let rest = rest
                .strip_prefix('(')
                .and_then(|rest| Some(rest.split_once(')')?.1))
                .unwrap_or(rest);
            rest.trim_start()
        });
        let Some(named) = head.trim_start_matches("const ").strip_prefix("fn ") else {
            continue;
        };
        let name = named.split(['(', '<']).next().unwrap_or_default();
        let indent = line.len() - code.len();
        // The first line that is no deeper and closes; in a trait a function may have no body.
        let closes = |line: &&str| {
            let here = line.len() - line.trim_start().len() == indent;
            here && line.ends_with(['}', ';'])
        };
        let length = lines[at..].iter().position(closes).map_or(1, |n| n + 1);
        out.push((name, length));
    }
    out
}

#[test]
fn functions_and_files_can_be_seen_as_a_whole() {
    let (mut longer, mut larger, mut all) = (Vec::new(), Vec::new(), 0);
    for (room, below, text) in rooms::files() {
        if rooms::is_test(&below) {
            continue;
        }
        let text = rooms::product(&text);
        let lines = text.lines().count();
        if lines > FILE {
            larger.push(format!("{below}: {lines}"));
        }
        for (name, lines) in functions(text) {
            all += 1;
            if lines > FUNCTION {
                assert!(room != "detect", "{below}: {name} has {lines} lines");
                longer.push(format!("{below}: {name} has {lines} lines"));
            }
        }
    }
    assert!(all > 2_000, "functions are not read: {all}");
    let told = "split what is new, or lower the number";
    assert_eq!(longer.len(), LONGER, "{told}:\n{}", longer.join("\n"));
    assert_eq!(larger.len(), LARGER, "{told}:\n{}", larger.join("\n"));
}

#[test]
fn lines_of_functions_are_counted_to_their_brace() {
    let text = "trait T {\n    fn a(&self);\n    fn b(&self) {\n        1;\n    }\n}\npub(super) fn c<T>(\n    x: T,\n) -> T {\n    x\n}\nfn d() {}\n";
    assert_eq!(functions(text), [("a", 1), ("b", 3), ("c", 5), ("d", 1)]);
}
