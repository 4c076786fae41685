//! How text for people looks at a terminal: colours, links, and lines that fold to its width.

use anstyle::{AnsiColor, Style as Ansi};

use super::Style;
use super::escape::terminal;
use crate::finding::Severity;

/// Narrower terminals are not folded to: every line would be a word.
const NARROWEST: usize = 40;

/// Colours, links and a width, or none of them.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    color: bool,
    links: bool,
    /// Columns.
    width: Option<usize>,
}

impl Paint {
    /// What a style asks for.
    pub(super) fn new(style: Style) -> Self {
        Paint {
            color: style.color,
            links: style.links(),
            width: style.width.filter(|width| *width >= NARROWEST),
        }
    }

    /// Nothing but text.
    pub(super) fn plain() -> Self {
        Paint::new(Style::default())
    }

    /// Text in a style.
    pub(super) fn with(&self, style: Ansi, text: &str) -> String {
        match self.color {
            true => format!("{}{text}{}", style.render(), style.render_reset()),
            false => text.to_owned(),
        }
    }

    /// Text that leads to a page (OSC 8), where terminals know links. `page` is an address of ours.
    pub(super) fn link(&self, page: Option<&str>, text: &str) -> String {
        match page.filter(|page| self.links && terminal(page) == *page) {
            Some(page) => format!("\u{1b}]8;;{page}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            None => text.to_owned(),
        }
    }

    /// How many columns a line of code may have that begins `indent` columns from the left.
    pub(super) fn code_width(&self, indent: usize) -> usize {
        self.width.unwrap_or(110).saturating_sub(indent).max(30)
    }

    /// A labelled line below a finding, folded between words: `  rotate  Delete it …`.
    pub(super) fn labelled(&self, label: &str, text: &str) -> String {
        let mut out = String::new();
        let label = self.with(dim(), &format!("{label:<7}"));
        for (n, line) in fold(text, self.width, LABEL).iter().enumerate() {
            match n {
                0 => out.push_str(&format!("  {label} {line}\n")),
                _ => out.push_str(&format!("{:LABEL$}{line}\n", "")),
            }
        }
        out
    }
}

/// Columns before the text of a labelled line.
const LABEL: usize = 10;

/// Lines of at most `width` columns, `indent` of which are taken already. A word that is longer stays whole,
/// so that an address can be copied.
pub(super) fn fold(text: &str, width: Option<usize>, indent: usize) -> Vec<String> {
    let Some(room) = width.map(|width| width.saturating_sub(indent).max(20)) else {
        return vec![text.to_owned()];
    };
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    for word in text.split(' ') {
        let long = word.chars().count();
        if columns > 0 && columns + 1 + long > room {
            out.push(std::mem::take(&mut line));
            columns = 0;
        } else if columns > 0 || !line.is_empty() {
            line.push(' ');
            columns += 1;
        }
        line.push_str(word);
        columns += long;
    }
    out.push(line);
    out
}

pub(super) fn bold() -> Ansi {
    Ansi::new().bold()
}

pub(super) fn dim() -> Ansi {
    Ansi::new().dimmed()
}

pub(super) fn severity_style(severity: Severity) -> Ansi {
    let color = match severity {
        Severity::Critical => AnsiColor::Magenta,
        Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low => AnsiColor::Blue,
        Severity::Info => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fold_between_words() {
        let text = "one two three four https://example.org/a/very/long/address end";
        assert_eq!(fold(text, None, 0), [text]);
        assert_eq!(
            fold(text, Some(25), 5),
            [
                "one two three four",
                "https://example.org/a/very/long/address",
                "end"
            ]
        );
    }

    #[test]
    fn a_link_is_for_terminals_and_holds_no_escape_of_others() {
        let style = Style {
            terminal: true,
            color: true,
            ..Style::default()
        };
        let paint = Paint::new(style);
        let page = Some("https://example.org/x");
        assert_eq!(
            paint.link(page, "a:1"),
            "\u{1b}]8;;https://example.org/x\u{1b}\\a:1\u{1b}]8;;\u{1b}\\"
        );
        assert_eq!(paint.link(Some("https://x/\u{1b}\\"), "a:1"), "a:1");
        assert_eq!(Paint::plain().link(page, "a:1"), "a:1");
    }
}
