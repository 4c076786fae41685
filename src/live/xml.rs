//! The XML that AWS answers with, and no more of it: elements with text inside. A document type, a processing
//! instruction within, and sections of raw text are refused, so that nothing can be referred to or expanded.

/// Elements in one another; AWS nests six.
const MAX_DEPTH: usize = 32;

/// An element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name, without a prefix.
    pub name: String,
    /// Its text, without blanks around it.
    pub text: String,
    /// The elements inside.
    pub inside: Vec<Element>,
}

impl Element {
    /// The first element of a name, at any depth.
    pub fn find(&self, name: &str) -> Option<&Element> {
        self.inside.iter().find_map(|one| match one.name == name {
            true => Some(one),
            false => one.find(name),
        })
    }

    /// The text of the first element of a name, at any depth.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.find(name).map(|one| one.text.as_str())
    }
}

/// Reads a document; nothing where it is none.
pub(super) fn read(text: &str) -> Option<Element> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    if let Some(declared) = rest.strip_prefix("<?xml") {
        rest = declared.split_once("?>")?.1;
    }
    // What holds the document: its last one is open.
    let mut open = vec![Element::default()];
    while let Some((before, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>')?;
        open.last_mut()?.text.push_str(&plain(before)?);
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let mut done = open.pop()?;
            done.text = done.text.trim().to_owned();
            if open.is_empty() || done.name != local(name.trim_end()) {
                return None;
            }
            open.last_mut()?.inside.push(done);
            continue;
        }
        let (tag, empty) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let name = tag.split_ascii_whitespace().next()?;
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || open.len() > MAX_DEPTH {
            return None;
        }
        let element = Element {
            name: local(name).to_owned(),
            ..Element::default()
        };
        match empty {
            true => open.last_mut()?.inside.push(element),
            false => open.push(element),
        }
    }
    let whole = open.pop()?;
    let alone = open.is_empty() && rest.trim().is_empty() && whole.inside.len() == 1;
    (alone && whole.text.trim().is_empty()).then_some(whole)
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// A text without its five references, and those by number.
fn plain(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = reference.split_once(';')?;
        let number = name.strip_prefix('#');
        out.push(match (name, number) {
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("amp", _) => '&',
            ("quot", _) => '"',
            ("apos", _) => '\'',
            (_, Some(number)) => {
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
            _ => return None,
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_their_texts_are_read() {
        let text = "<?xml version=\"1.0\"?>\n<a:Answer xmlns=\"https://x.example/\"><Result><Name>R&amp;D &#x41;</Name><None/></Result></a:Answer>\n";
        let read = read(text).expect("read");
        assert_eq!(read.text_of("Name"), Some("R&D A"));
        assert_eq!(read.text_of("None"), Some(""));
        assert_eq!(read.text_of("Other"), None);
    }

    #[test]
    fn what_is_no_such_document_is_refused() {
        let deep = "<a>".repeat(100_000);
        for bad in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>text",
            "<a>&other;</a>",
            "<a>&#xD800;</a>",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<a><![CDATA[x]]></a>",
            "<a><?x y?></a>",
            "<a",
            "<>",
            deep.as_str(),
        ] {
            assert_eq!(read(bad), None, "{}", bad.get(..40).unwrap_or(bad));
        }
    }
}
