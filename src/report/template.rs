//! A report in a form of the user's own: a template in the language of Jinja, over what the JSON report holds.

use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context};

use super::{Format, Report, Style, escape, summary};

/// How Markdown is called among the ways to escape, which minijinja does not know.
const MARKDOWN: &str = "markdown";

/// One template, which was read and understood.
pub struct Template {
    env: Environment<'static>,
}

/// The name under which it is kept.
const NAME: &str = "template";

impl Template {
    /// A template from its text. `target` is the name of the file that is written, or that of the template: its
    /// ending says how text is escaped.
    ///
    /// # Errors
    /// The text is no template: with its line.
    pub fn new(source: String, target: &str) -> Result<Self, String> {
        let mut env = Environment::new();
        // A misspelt name must not be an empty report.
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        let escape = escape_of(target);
        env.set_auto_escape_callback(move |_| escape.clone());
        env.set_formatter(write_value);
        let syntax = SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        env.set_syntax(syntax.map_err(|error| said(&error))?);
        env.add_filter("code", |text: String| {
            Value::from_safe_string(escape::code_span(&text))
        });
        env.add_template_owned(NAME, source)
            .map_err(|error| said(&error))?;
        Ok(Template { env })
    }
}

impl Format for Template {
    fn name(&self) -> &'static str {
        "template"
    }

    fn about(&self) -> &'static str {
        "a template of your own, over what the JSON report holds"
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        let template = self.env.get_template(NAME).map_err(failed)?;
        let lines = summary::lines(report);
        let all = context! {
            verdict => summary::verdict(report),
            summary_lines => lines,
            ..Value::from(Serde(report))
        };
        template
            .render_captured_to(all, &mut *out)
            .map(drop)
            .map_err(failed)
    }
}

/// How the endings of files say that text is escaped; `.j2` and its like are no endings of their own.
fn escape_of(target: &str) -> AutoEscape {
    let name = target.to_ascii_lowercase();
    let jinja = [".j2", ".jinja2", ".jinja"];
    let name = jinja
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(&name);
    match name.rsplit(['/', '.']).next().unwrap_or_default() {
        "html" | "htm" | "xhtml" | "xml" | "svg" => AutoEscape::Html,
        "json" | "jsonl" | "js" | "yaml" | "yml" => AutoEscape::Json,
        "md" | "markdown" => AutoEscape::Custom(MARKDOWN.into()),
        // Everything else is written for people, who see no control characters.
        _ => AutoEscape::None,
    }
}

/// Writes one value as the ending of the target says.
fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    let text = || match value.kind() {
        ValueKind::None => String::new(),
        _ => value.to_string(),
    };
    let fmt = |error: std::fmt::Error| minijinja::Error::from(error);
    if value.is_safe() {
        return out.write_str(&text()).map_err(fmt);
    }
    match state.auto_escape() {
        AutoEscape::Html => out.write_str(&escape::xml(&text())).map_err(fmt),
        AutoEscape::Json => {
            let mut json = Vec::new();
            escape::json_line(value, &mut json).map_err(|error| {
                minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string())
            })?;
            let json = String::from_utf8_lossy(&json);
            out.write_str(json.trim_end()).map_err(fmt)
        }
        AutoEscape::Custom(name) if name == MARKDOWN => {
            out.write_str(&escape::markdown_text(&text())).map_err(fmt)
        }
        _ => out.write_str(&escape::terminal(&text())).map_err(fmt),
    }
}

/// What is wrong with a template, with its line.
fn said(error: &minijinja::Error) -> String {
    let line = error
        .line()
        .map_or(String::new(), |line| format!("line {line}: "));
    let detail = error.detail().map_or(String::new(), |it| format!(": {it}"));
    format!("{line}{}{detail}", error.kind())
}

fn failed(error: minijinja::Error) -> io::Error {
    use std::error::Error as _;
    // Whoever closed the pipe had enough, which is no fault of the template.
    let cause = error.source().and_then(|it| it.downcast_ref::<io::Error>());
    match cause {
        Some(cause) => io::Error::new(cause.kind(), said(&error)),
        None => io::Error::other(format!("the template: {}", said(&error))),
    }
}
