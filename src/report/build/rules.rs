//! What a report says of rules. The text of a rule file is text like any other.

use std::collections::BTreeSet;

use super::View;
use crate::finding::Confidence;
use crate::hex::hex;
use crate::report::{Finding, RuleInfo, RuleSetInfo};
use crate::rule::{Kind, Rule, RuleSet};
use crate::secret::Masker;

impl View<'_> {
    /// The rules that have results, or `all`.
    pub(super) fn rules<'f>(
        &self,
        findings: impl Iterator<Item = &'f Finding>,
        all: bool,
    ) -> Vec<RuleInfo> {
        let with: BTreeSet<&str> = findings.map(|finding| finding.rule.as_str()).collect();
        self.rules
            .rules
            .iter()
            .filter(|rule| all || with.contains(rule.id.as_ref()))
            .map(|rule| self.rule(rule))
            .collect()
    }

    fn rule(&self, rule: &Rule) -> RuleInfo {
        RuleInfo {
            id: rule.id.to_string(),
            name: masked(self.masker, rule, &rule.name),
            provider: masked(self.masker, rule, &rule.provider),
            severity: rule.severity,
            exposure: rule.exposure,
            confidence: match &rule.kind {
                Kind::Token(_) => Confidence::High,
                Kind::Context(_) | Kind::Generic(_) | Kind::File(_) => Confidence::Medium,
            },
            docs: masked_if_any(self.masker, rule, &rule.docs),
            rotate: masked_if_any(self.masker, rule, &rule.rotate),
            console: masked_if_any(self.masker, rule, &rule.console),
            page: masked(self.masker, rule, &rule.page()),
        }
    }
}

/// What a rule says in words.
pub(super) fn masked(masker: &Masker<'_>, rule: &Rule, text: &str) -> String {
    match rule.is_builtin() {
        true => text.to_owned(),
        false => masker.show(text.as_bytes()).as_str().to_owned(),
    }
}

/// The same of what a rule may leave out.
pub(super) fn masked_if_any(masker: &Masker<'_>, rule: &Rule, text: &str) -> Option<String> {
    (!text.is_empty()).then(|| masked(masker, rule, text))
}

/// Version, size and hash of a rule set; the hash covers the text of every rule file.
pub(super) fn rule_set(rules: &RuleSet) -> RuleSetInfo {
    RuleSetInfo {
        version: rules.version.clone(),
        count: rules.rules.iter().filter(|rule| rule.on).count(),
        hash: hex(&rules.digest[..8]),
    }
}
