//! Which entry a name means: the name of a reference, or the key that a value is assigned to.

use std::collections::HashMap;

use super::Register;

/// The names that a register gives its tokens, and what they mean.
pub struct Names(HashMap<String, Vec<usize>>);

impl Names {
    /// Of a register: each entry by its id, its name, its references and its stores.
    pub fn of(register: &Register) -> Self {
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        for (n, entry) in register.entries.iter().enumerate() {
            let mut of_entry = vec![same(&entry.id)];
            of_entry.extend(entry.name.iter().map(|name| same(&name.value)));
            let places = entry.refs.iter().chain(&entry.stores);
            of_entry.extend(places.flat_map(|place| of_place(&place.value)));
            of_entry.sort();
            of_entry.dedup();
            for name in of_entry {
                names.entry(name).or_default().push(n);
            }
        }
        Names(names)
    }

    /// The entries that a name means.
    pub fn get(&self, name: &str) -> &[usize] {
        self.0.get(&same(name)).map_or(&[], Vec::as_slice)
    }
}

/// One form for the ways in which a name is written: `release-bot`, `RELEASE_BOT`.
fn same(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

/// The names of a reference or store as a register writes it, `scheme:path#key`.
///
/// What is kept under a path has the path for its name, and the key of that alone means nothing
/// (`token`); where a key is the name of a setting or a secret of CI, it is the name.
fn of_place(place: &str) -> Vec<String> {
    // A store that takes the id of the token is the same place.
    let place = place.strip_prefix("id:").unwrap_or(place);
    let (scheme, rest) = place.split_once(':').unwrap_or(("", place));
    let rest = rest
        .strip_prefix("secrets.")
        .or_else(|| rest.strip_prefix("var."))
        .unwrap_or(rest);
    let Some((path, key)) = rest.split_once('#') else {
        return vec![same(rest)];
    };
    match scheme {
        "vault" | "external" | "sops" => vec![same(rest), same(path)],
        "k8s" | "k8s-secret" => {
            // The namespace is seldom written where the secret is read.
            let secret = path.rsplit('/').next().unwrap_or(path);
            vec![same(&format!("{secret}#{key}")), same(secret)]
        }
        _ => vec![same(rest), same(key)],
    }
}
