//! The page of a rule: Markdown, all from its table.

use super::{Kind, Rule};

impl Rule {
    /// The page.
    pub fn page(&self) -> String {
        let mut out = format!("# {}\n\n`{}`", self.name, self.id);
        let provider = match self.provider.as_ref() {
            "" | "generic" => String::new(),
            name => format!(" of {name}"),
        };
        let how = match &self.kind {
            Kind::Token(_) => "recognised by its own form",
            Kind::Context(_) | Kind::Generic(_) => "recognised by the name it is assigned to",
            Kind::File(_) => "a file that is a credential by itself",
        };
        out.push_str(&format!(
            "{provider}: {how}. Severity {}, exposure {}.\n",
            self.severity.name(),
            self.exposure.name()
        ));
        if self.is_builtin() {
            out.push_str(&format!("\nIts form is {}.\n", self.source.name()));
        }
        if !self.checks.is_empty() {
            let checks: Vec<String> = self
                .checks
                .iter()
                .map(|check| format!("`{}`", check.name()))
                .collect();
            out.push_str(&format!("\nChecked offline by {}.\n", checks.join(", ")));
        }
        if !self.facts.is_empty() {
            let decoders: Vec<&str> = self.facts.iter().map(|one| one.name()).collect();
            out.push_str(&format!(
                "\nIts bytes tell about its life (`{}`).\n",
                decoders.join("`, `")
            ));
        }
        for (title, text) in [
            ("Rotate", &self.rotate),
            ("Listed at", &self.console),
            ("Documentation", &self.docs),
        ] {
            if !text.is_empty() {
                out.push_str(&format!("\n## {title}\n\n{text}\n"));
            }
        }
        if !self.examples.is_empty() {
            out.push_str("\n## Shapes that match\n\n");
            for example in self.examples.iter() {
                out.push_str(&format!("    {}\n", example.replace('\n', "\n    ")));
            }
        }
        out
    }
}
