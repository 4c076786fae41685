//! How a list goes on behind its first page.

use serde::Deserialize;

/// How a list goes on behind its first page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pages {
    /// What the next page is asked for by.
    pub by: By,
    /// Records of a whole page: one with fewer is the last. Nothing is counted where the answer names the next page.
    #[serde(default)]
    pub size: u64,
    /// The number of the first page, of pages that have numbers.
    #[serde(default = "one")]
    pub first: u64,
    /// A JSON pointer to what `{cursor}` is for the next page; the last page has nothing there.
    pub next: Option<String>,
}

fn one() -> u64 {
    1
}

/// What the next page is asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// `{page}`: its number.
    Page,
    /// `{offset}`: how many records come before it.
    Offset,
    /// `{cursor}`: a word of the answer before. It is a part of a query and never an address.
    Cursor,
}

impl By {
    /// The name in templates.
    pub(in crate::live) fn name(self) -> &'static str {
        match self {
            By::Page => "page",
            By::Offset => "offset",
            By::Cursor => "cursor",
        }
    }
}

impl Pages {
    /// What is wrong with it; `asked` are the names that its request asks for.
    pub(super) fn fault(&self, asked: &[&str]) -> Option<String> {
        let name = self.by.name();
        match (self.by, &self.next) {
            (By::Cursor, None) => Some("pages by `cursor` need `next`, a JSON pointer".into()),
            (By::Cursor, Some(next)) => super::typed::pointers([next]).err(),
            (_, Some(_)) => Some("`next` is of pages by `cursor`".into()),
            (_, None) if self.size == 0 => {
                Some("`pages` needs `size`, the records of a page".into())
            }
            _ if !asked.contains(&name) => Some(format!(
                "pages go by `{name}`, and the request has no `{{{name}}}`"
            )),
            _ => None,
        }
    }
}
