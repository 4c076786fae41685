//! Annotations.

use super::*;

#[test]
fn annotations_point_at_files_and_escape_them() {
    let text = text("github", &sample(), Style::default());
    let lines: Vec<&str> = text.lines().collect();
    // What the change itself allows comes first.
    assert!(
        lines[0].starts_with("::warning file=src/app.py,line=12,col=7,endColumn=47,title=keysweep%3A suppressed (new here)::"),
        "{}", lines[0]
    );
    assert!(
        lines[1].starts_with("::error file=src/f1.py,line=1,col=7,endColumn=47,title=Example token (example-token)::high exk_…"),
        "{}", lines[1]
    );
    // Gone from HEAD: an annotation without a line.
    let gone = lines
        .iter()
        .find(|l| l.contains("stale/expired"))
        .expect("the stale one");
    assert!(gone.starts_with("::notice title="), "{gone}");
    assert!(gone.contains("%250A"), "{gone}");
    assert!(text.contains("::notice title=keysweep%3A suppressed::suppressed: 1 known, 1 of them critical; 1 allowed by comments"));
    assert!(text.contains("::warning title=keysweep%3A not read::1 missing git object: 0123"));
}
