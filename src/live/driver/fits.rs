//! What an answer says of a token: conditions for *live* and for *dead*, and everything else is *unknown*.

use serde::Deserialize;
use serde_json::Value;

use super::super::answer::Answer;
use super::super::token::Verdict;
use super::Check;

/// A condition on an answer; each member that is there has to hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fits {
    /// The HTTP status.
    pub status: u16,
    /// A JSON pointer where something stands that is neither null nor false nor empty.
    has: Option<String>,
    /// A JSON pointer where nothing of that stands; the answer is JSON all the same.
    lacks: Option<String>,
    /// A text that stands somewhere in the body.
    text: Option<String>,
}

impl Fits {
    /// Whether an answer fits.
    pub fn holds(&self, answer: &Answer) -> bool {
        let said = |pointer: &String| answer.at(pointer).is_some_and(is_said);
        let text = |text: &String| {
            let text = text.as_bytes();
            !text.is_empty() && memchr::memmem::find(answer.body(), text).is_some()
        };
        self.status == answer.status
            && self.has.as_ref().is_none_or(said)
            && self
                .lacks
                .as_ref()
                .is_none_or(|pointer| answer.json().is_some() && !said(pointer))
            && self.text.as_ref().is_none_or(text)
    }

    /// What is wrong with it.
    pub(super) fn fault(&self) -> Option<String> {
        let pointers = [&self.has, &self.lacks].into_iter().flatten();
        super::typed::pointers(pointers).err()
    }

    /// Whether it looks at anything but the status.
    pub(super) fn looks_inside(&self) -> bool {
        self.has.is_some() || self.lacks.is_some() || self.text.is_some()
    }
}

impl Check {
    /// What an answer says of a token.
    pub fn verdict(&self, answer: &Answer) -> Verdict {
        // An API answers with no page: a proxy, a login or an error of the host does, and says nothing of the token.
        if answer.html {
            return Verdict::Unknown(format!(
                "the answer (status {}) is a page of HTML, perhaps of a proxy",
                answer.status
            ));
        }
        let live = self.live.iter().any(|fits| fits.holds(answer));
        let dead = self.dead.iter().any(|fits| fits.holds(answer));
        match (live, dead) {
            (true, false) => Verdict::Live,
            (false, true) => Verdict::Dead,
            _ => Verdict::Unknown(format!(
                "the answer (status {}) is neither that of a living nor that of a dead token",
                answer.status
            )),
        }
    }
}

fn is_said(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(text: &str, status: u16, body: &str) -> bool {
        let fits: Fits = toml::from_str(text).expect("a condition");
        fits.holds(&Answer::new(
            status,
            "application/json",
            body.as_bytes().to_vec(),
        ))
    }

    #[test]
    fn every_member_has_to_hold() {
        assert!(fits(
            "status = 200\nhas = '/name'",
            200,
            r#"{"name":"ann"}"#
        ));
        assert!(!fits("status = 200\nhas = '/name'", 200, r#"{"name":""}"#));
        assert!(!fits("status = 200\nhas = '/name'", 200, "ann"));
        assert!(!fits(
            "status = 200\nhas = '/name'",
            201,
            r#"{"name":"ann"}"#
        ));
        assert!(fits(
            "status = 200\nlacks = '/valid'",
            200,
            r#"{"valid":false}"#
        ));
        // What is no JSON at all lacks nothing: it is another kind of answer.
        assert!(!fits("status = 200\nlacks = '/valid'", 200, "<p>"));
        assert!(fits(
            "status = 403\ntext = 'required scope'",
            403,
            "no required scope"
        ));
        assert!(!fits("status = 403\ntext = 'required scope'", 403, "no"));
    }
}
