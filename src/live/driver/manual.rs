//! What the manual says of each kind of server, from its driver.

use super::{Driver, builtin, kinds};

/// Characters of a line of prose in the manual.
const WIDTH: usize = 108;

/// The part of `docs/servers.md` that is generated: a table of the kinds, and a section for each.
pub fn table() -> String {
    let drivers: Vec<Driver> = kinds().filter_map(|kind| builtin(kind).ok()).collect();
    let mut out = String::from(
        "| kind | list | try | make | replace in place | end | checked against |\n|---|---|---|---|---|---|---|\n",
    );
    for driver in &drivers {
        let mark = |can: bool| if can { "yes" } else { "–" };
        let can = driver.can();
        out.push_str(&format!(
            "| [`{0}`](#{0}) | {1} | {2} | {3} | {4} | {5} | {6} |\n",
            driver.server.kind,
            mark(can.list),
            mark(can.check),
            mark(can.create),
            mark(can.replace),
            mark(can.revoke),
            driver.server.checked
        ));
    }
    for driver in &drivers {
        out.push_str(&section(driver));
    }
    out
}

fn section(driver: &Driver) -> String {
    let server = &driver.server;
    let mut said = format!("{} ([documentation]({})).", server.name, server.docs);
    let asked = driver.asked_for_by_admin();
    let mut needs: Vec<String> = ["user", "secret"]
        .iter()
        .filter(|name| asked.contains(name))
        .map(|name| format!("`{name}`"))
        .collect();
    needs.extend(server.set.iter().map(|name| format!("`set.{name}`")));
    needs.extend(
        server
            .secrets
            .iter()
            .map(|name| format!("`secrets.{name}`, to make tokens")),
    );
    if !needs.is_empty() {
        said.push_str(&format!(" It needs {}.", needs.join(", ")));
    }
    if server.never_expires {
        said.push_str(" Its tokens have no end.");
    }
    if let Some(days) = server.longest {
        said.push_str(&format!(
            " They live {days} days at most where nobody changed that."
        ));
    }
    if let Some(most) = server.most {
        said.push_str(&format!(" An owner has {most} at most."));
    }
    if server.unique_names {
        said.push_str(" An owner has no two of one name.");
    }
    if server.settles > 0 {
        said.push_str(&format!(
            " What was ended is waited for {} seconds.",
            server.settles
        ));
    }
    if !server.about.is_empty() {
        said.push_str(&format!(" {}", server.about));
    }
    format!("\n### {}\n\n{}\n", server.kind, folded(&said))
}

/// The text in lines of at most [`WIDTH`] characters, where its words allow that.
fn folded(text: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}
