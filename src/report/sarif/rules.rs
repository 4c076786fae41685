//! The tool of a run: its rules, and the weaknesses that they are filed under.

use serde_json::json;
use serde_sarif::sarif as s;

use super::wording::{CWE, Listed, description, precision, security_severity, tags, weaknesses};
use super::{HOME, bag, multi};
use crate::report::Report;
use crate::report::escape::uri;
use crate::report::words::{self, Level};

pub(super) fn driver(report: &Report, rules: &[Listed<'_>]) -> s::ToolComponent {
    let mut driver = s::ToolComponent::builder().name("keysweep").build();
    driver.version = Some(report.run.version.to_string());
    driver.semantic_version = Some(report.run.version.to_string());
    driver.information_uri = (!HOME.is_empty()).then(|| HOME.to_owned());
    driver.rules = Some(rules.iter().map(descriptor).collect());
    driver.supported_taxonomies = Some(vec![cwe_component()]);
    driver.properties = Some(bag([(
        "ruleSet",
        json!({
            "version": report.run.rule_set.version,
            "count": report.run.rule_set.count,
            "hash": report.run.rule_set.hash,
        }),
    )]));
    driver
}

fn descriptor(rule: &Listed<'_>) -> s::ReportingDescriptor {
    let mut out = s::ReportingDescriptor::builder().id(rule.id).build();
    let informational = rule.id.starts_with("info/") || rule.id.starts_with("local/");
    let level = match informational {
        true => Level::Note,
        false => words::level(rule.severity),
    };
    out.name = Some(rule.name.to_owned());
    out.short_description = Some(multi(rule.name));
    out.full_description = Some(multi(&description(rule)));
    out.help = Some(help(rule));
    out.help_uri = rule
        .info
        .and_then(|info| info.docs.as_deref())
        .filter(|docs| docs.starts_with("https://"))
        .map(|docs| uri(docs, false));
    out.default_configuration = Some(s::ReportingConfiguration {
        level: Some(json!(level.name())),
        // Samples and publishable keys are off by default.
        enabled: informational.then_some(false),
        ..Default::default()
    });
    out.relationships = Some(
        weaknesses(rule.id)
            .iter()
            .map(|cwe| {
                let mut relation = s::ReportingDescriptorRelationship::builder()
                    .target(cwe_reference(cwe))
                    .build();
                relation.kinds = Some(vec!["superset".to_owned()]);
                relation
            })
            .collect(),
    );
    let mut properties = bag([
        ("precision", json!(precision(rule.confidence))),
        ("security-severity", json!(security_severity(rule.severity))),
    ]);
    properties.tags = Some(tags(rule, informational));
    out.properties = Some(properties);
    out
}

/// Help as text and as Markdown; both are ours or the user's rule file's.
fn help(rule: &Listed<'_>) -> s::MultiformatMessageString {
    let mut parts = vec![description(rule)];
    if let Some(info) = rule.info {
        for (label, text) in [
            ("How to rotate: ", &info.rotate),
            ("Where it is listed: ", &info.console),
            ("Documentation: ", &info.docs),
        ] {
            if let Some(text) = text {
                parts.push(format!("{label}{text}"));
            }
        }
    }
    let text = parts.join("\n\n");
    let page = rule.info.map(|info| info.page.as_str()).unwrap_or_default();
    let markdown = match page.trim().is_empty() {
        true => text.clone(),
        false => page.to_owned(),
    };
    let mut out = s::MultiformatMessageString::builder().text(text).build();
    out.markdown = Some(markdown);
    out
}

fn cwe_component() -> s::ToolComponentReference {
    s::ToolComponentReference {
        name: Some("CWE".to_owned()),
        index: Some(0),
        ..Default::default()
    }
}

pub(super) fn cwe_reference(id: &str) -> s::ReportingDescriptorReference {
    let mut out = s::ReportingDescriptorReference::builder().build();
    out.id = Some(id.to_owned());
    out.index = (0..)
        .zip(CWE)
        .find(|(_, (have, _))| *have == id)
        .map(|(i, _)| i);
    out.tool_component = Some(cwe_component());
    out
}

pub(super) fn taxonomy() -> s::ToolComponent {
    let mut out = s::ToolComponent::builder().name("CWE").build();
    out.organization = Some("MITRE".to_owned());
    out.information_uri = Some("https://cwe.mitre.org/".to_owned());
    out.short_description = Some(multi("The MITRE Common Weakness Enumeration"));
    out.is_comprehensive = Some(false);
    out.taxa = Some(
        CWE.iter()
            .map(|(id, name)| {
                let mut taxon = s::ReportingDescriptor::builder().id(*id).build();
                taxon.name = Some((*name).to_owned());
                taxon.short_description = Some(multi(name));
                taxon.help_uri = Some(format!(
                    "https://cwe.mitre.org/data/definitions/{}.html",
                    &id[4..]
                ));
                taxon
            })
            .collect(),
    );
    out
}
