//! Dates and names that stand beside a secret, each under its documented name: in a Terraform state, the token
//! file of a Google client, a secret of Kubernetes, a cache of the AWS CLI, a connection string of Azure. They are
//! not protected.

use super::{Certainty, Fact, Facts, Field, Seen, steps, time};

/// The names, and what each says. `detect::beside` looks for them.
const FIELDS: &[(&str, Field)] = &[
    // Terraform, `aws_iam_access_key`.
    ("create_date", Field::Issued),
    ("user", Field::Owner),
    // Google's `token.json`: the end of the access token, not of the token that renews it.
    ("expiry", Field::Expires),
    ("client_id", Field::Id),
    ("account", Field::Owner),
    // Kubernetes, a secret of the type `kubernetes.io/service-account-token`.
    ("creationTimestamp", Field::Issued),
    ("kubernetes.io/legacy-token-last-used", Field::LastUsed),
    ("kubernetes.io/legacy-token-invalid-since", Field::Expires),
    ("kubernetes.io/service-account.name", Field::Owner),
    // The caches of the AWS CLI: `sso` and `cli`.
    ("expiresAt", Field::Expires),
    ("startUrl", Field::Issuer),
    ("Expiration", Field::Expires),
    ("Arn", Field::Owner),
    // Azure's connection strings.
    ("AccountName", Field::Account),
    ("SharedAccessKeyName", Field::Owner),
    ("Endpoint", Field::Account),
    ("HostName", Field::Account),
];

pub(super) fn facts(seen: &Seen<'_>) -> Vec<Fact> {
    let mut facts = Facts::new(Certainty::Stated);
    for (name, field) in FIELDS {
        let Some(value) = seen.beside(name) else {
            continue;
        };
        steps::took(value.len());
        match field {
            Field::Expires | Field::Issued | Field::LastUsed => {
                facts.time(*field, time::iso(value));
            }
            _ => facts.text(*field, value),
        }
    }
    facts.list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::beside_names;

    #[test]
    fn what_is_looked_for_is_what_is_told() {
        let told: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        assert_eq!(told, beside_names());
    }
}
