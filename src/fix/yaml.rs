//! Repairs of YAML and properties that something fills in: workflows, pipelines, Compose, Spring, manifests.

use std::ops::Range;

use super::family::Family;
use super::{Edit, Repair, Unfixable, line_of};

pub(super) fn repair(
    family: Family,
    text: &str,
    span: &Range<usize>,
    name: &str,
) -> Result<Repair, Unfixable> {
    let line = line_of(text, span.start);
    let before = &text[line.start..span.start];
    if before.trim_start().starts_with('#') || before.contains(" #") {
        return Err(Unfixable::Comment);
    }
    if family == Family::Kubernetes {
        return manifest(text, span);
    }
    // Braces of a flow end a plain scalar.
    let plain = !before.ends_with(['"', '\'']);
    if plain && before.contains('{') && !before.contains("${") && !in_block(text, line.start) {
        return Err(Unfixable::NoExpression);
    }
    let (with, step) = match family {
        Family::GithubActions => {
            let name = secret_name(name);
            let step =
                format!("Store the new value as a secret of the repository: gh secret set {name}");
            (format!("${{{{ secrets.{name} }}}}"), step)
        }
        Family::GitlabCi => {
            // In a script the shell reads it, and between single quotes it reads nothing.
            if before.ends_with('\'') && in_block(text, line.start) {
                return Err(Unfixable::NoExpression);
            }
            let step = format!(
                "Add {name} as a masked and protected variable of the project (Settings → CI/CD → Variables); it comes \
                 before one of the same name in the file."
            );
            (format!("${name}"), step)
        }
        Family::Compose => {
            let step = format!(
                "Set {name} where Compose runs, in the environment or in an .env file that git ignores."
            );
            (format!("${{{name}}}"), step)
        }
        _ => {
            let step =
                format!("Set {name} in the environment of the application, from a secret store.");
            (format!("${{{name}}}"), step)
        }
    };
    Ok(Repair {
        edits: vec![Edit::replace(span, with)],
        steps: vec![step],
        ..Repair::default()
    })
}

/// GitHub keeps names that begin with its own for itself.
fn secret_name(name: &str) -> String {
    match name.starts_with("GITHUB_") {
        true => format!("REPO_{name}"),
        false => name.to_owned(),
    }
}

/// How far a line is indented, in blanks.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Whether the line that starts at `at` stands in a block of text (`|`, `>`).
fn in_block(text: &str, at: usize) -> bool {
    let mut least = indent(&text[at..]);
    for line in text[..at]
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
    {
        if indent(line) >= least {
            continue;
        }
        least = indent(line);
        let end = line.trim_end().trim_end_matches(['-', '+']);
        if end.ends_with([' ', ':']) || !end.ends_with(['|', '>']) {
            continue;
        }
        return true;
    }
    false
}

/// A manifest of Kubernetes: the value of an environment variable refers to a Secret.
fn manifest(text: &str, span: &Range<usize>) -> Result<Repair, Unfixable> {
    if text.lines().any(|line| line.trim_end() == "kind: Secret") {
        return Err(Unfixable::SecretManifest);
    }
    let line = line_of(text, span.start);
    let whole = &text[line.clone()];
    let dash = whole.trim_start().starts_with("- ");
    let item = whole.trim_start().trim_start_matches("- ");
    let column = whole.len() - item.len();
    let given = item
        .strip_prefix("value:")
        .ok_or(Unfixable::NoEnvironment)?
        .trim();
    let bare = given.trim_matches(['"', '\'']);
    if bare != &text[span.clone()] || in_block(text, line.start) {
        return Err(Unfixable::NoEnvironment);
    }
    let name = sibling(text, line.start, column, dash).ok_or(Unfixable::NoEnvironment)?;
    let secret = format!("{}-secrets", metadata_name(text).unwrap_or("app"));
    let pad = " ".repeat(column);
    let lead = &whole[..column];
    let with = format!(
        "{lead}valueFrom:\n{pad}  secretKeyRef:\n{pad}    name: {secret}\n{pad}    key: {name}"
    );
    let step = format!(
        "Create the Secret without writing the value down: kubectl create secret generic {secret} \
         --from-file={name}=/dev/stdin"
    );
    Ok(Repair {
        edits: vec![Edit::replace(&line, with)],
        steps: vec![step],
        ..Repair::default()
    })
}

/// What `name:` says beside the `value:` that starts at `column` of the line at `at`; `dash`: the value is the
/// first member of its item, so that the name comes later.
fn sibling(text: &str, at: usize, column: usize, dash: bool) -> Option<&str> {
    let of = |line: &'_ str| -> Option<String> {
        let item = line.trim_start().trim_start_matches("- ");
        let fits = line.len() - item.len() == column;
        let name = item.strip_prefix("name:").filter(|_| fits)?.trim();
        Some(name.trim_matches(['"', '\'']).to_owned())
    };
    let lines: Vec<&str> = match dash {
        true => text[at..].lines().skip(1).take(1).collect(),
        false => text[..at].lines().rev().take(1).collect(),
    };
    let line = lines.first()?;
    let name = of(line)?;
    let start = line.find(&name)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!name.is_empty() && name.chars().all(plain)).then(|| &line[start..start + name.len()])
}

/// The name of the thing that a manifest describes.
fn metadata_name(text: &str) -> Option<&str> {
    let mut lines = text
        .lines()
        .skip_while(|line| line.trim_end() != "metadata:")
        .skip(1);
    let name = lines
        .by_ref()
        .take_while(|line| line.starts_with(' '))
        .find_map(|line| line.strip_prefix("  name:"))?;
    let name = name.trim().trim_matches(['"', '\'']);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(family: Family, text: &str) -> String {
        let at = text.find("@@@").expect("marked");
        match repair(family, text, &(at..at + 3), "GITHUB_TOKEN") {
            Ok(repair) => super::super::apply(text, &repair.edits).expect("fits"),
            Err(why) => why.name().to_owned(),
        }
    }

    #[test]
    fn each_family_has_its_reference() {
        let pod =
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - env:\n";
        let from = "      valueFrom:\n        secretKeyRef:\n          name: web-secrets\n          key: TOKEN\n";
        for (family, text, want) in [
            (
                Family::GithubActions,
                "env:\n  T: @@@\n",
                "env:\n  T: ${{ secrets.REPO_GITHUB_TOKEN }}\n".to_owned(),
            ),
            (
                Family::GitlabCi,
                "variables:\n  T: \"@@@\"\n",
                "variables:\n  T: \"$GITHUB_TOKEN\"\n".to_owned(),
            ),
            (
                Family::GitlabCi,
                "s: |\n  curl -u '@@@' x\n",
                "no-expression".to_owned(),
            ),
            (
                Family::Compose,
                "environment:\n  - T=@@@\n",
                "environment:\n  - T=${GITHUB_TOKEN}\n".to_owned(),
            ),
            (
                Family::Compose,
                "environment: {T: @@@}\n",
                "no-expression".to_owned(),
            ),
            (
                Family::Compose,
                "environment: {T: \"@@@\"}\n",
                "environment: {T: \"${GITHUB_TOKEN}\"}\n".to_owned(),
            ),
            (
                Family::Spring,
                "a.password=@@@\n",
                "a.password=${GITHUB_TOKEN}\n".to_owned(),
            ),
            (Family::Spring, "a: 1  # @@@\n", "comment".to_owned()),
        ] {
            assert_eq!(fixed(family, text), want, "{text}");
        }
        let text = format!("{pod}    - name: TOKEN\n      value: \"@@@\"\n");
        let want = format!("{pod}    - name: TOKEN\n{from}");
        assert_eq!(fixed(Family::Kubernetes, &text), want);
        let secret = "apiVersion: v1\nkind: Secret\nstringData:\n  token: @@@\n";
        assert_eq!(fixed(Family::Kubernetes, secret), "secret-manifest");
        let map = "apiVersion: v1\nkind: ConfigMap\ndata:\n  token: @@@\n";
        assert_eq!(fixed(Family::Kubernetes, map), "no-environment");
    }
}
