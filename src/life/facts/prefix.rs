//! What the prefix of a credential says: its environment, and how much it opens.

use super::{Certainty, Fact, Facts, Field, steps};

/// A prefix, and what it says. Of several that fit, all count.
const PREFIXES: &[(&str, Field, &str)] = &[
    // Stripe: keys <https://docs.stripe.com/keys>
    ("sk_live_", Field::Environment, "live"),
    ("rk_live_", Field::Environment, "live"),
    ("pk_live_", Field::Environment, "live"),
    ("sk_test_", Field::Environment, "test"),
    ("rk_test_", Field::Environment, "test"),
    ("pk_test_", Field::Environment, "test"),
    ("rk_live_", Field::Scope, "restricted"),
    ("rk_test_", Field::Scope, "restricted"),
    // Razorpay and Plaid
    ("rzp_live_", Field::Environment, "live"),
    ("rzp_test_", Field::Environment, "test"),
    ("access-sandbox-", Field::Environment, "sandbox"),
    ("access-development-", Field::Environment, "development"),
    ("access-production-", Field::Environment, "production"),
    // Vault <https://developer.hashicorp.com/vault/docs/concepts/tokens>
    ("hvs.", Field::Scope, "service token"),
    ("hvb.", Field::Scope, "batch token"),
    ("hvr.", Field::Scope, "recovery token"),
    // Doppler <https://docs.doppler.com/reference/auth-token-formats>
    ("dp.pt.", Field::Scope, "personal"),
    ("dp.ct.", Field::Scope, "command line"),
    ("dp.st.", Field::Scope, "service: one config"),
    ("dp.sa.", Field::Scope, "service account"),
    ("dp.scim.", Field::Scope, "user provisioning"),
    ("dp.audit.", Field::Scope, "audit"),
    // OpenAI and Anthropic
    ("sk-proj-", Field::Scope, "one project"),
    ("sk-svcacct-", Field::Scope, "service account"),
    (
        "sk-admin-",
        Field::Scope,
        "administration of the organization",
    ),
    ("sk-ant-api", Field::Scope, "API of one workspace"),
    (
        "sk-ant-admin",
        Field::Scope,
        "administration of the organization",
    ),
    ("sk-ant-oat", Field::Scope, "OAuth access"),
    ("sk-ant-ort", Field::Scope, "OAuth refresh"),
    // Docker <https://docs.docker.com/security/access-tokens/>
    ("dckr_pat_", Field::Scope, "one user"),
    ("dckr_oat_", Field::Scope, "organization"),
    // Cloudflare <https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/>
    ("cfk_", Field::Scope, "everything its user may do"),
    ("cfut_", Field::Scope, "user token"),
    ("cfat_", Field::Scope, "account token"),
    // Tailscale <https://tailscale.com/kb/1252/key-secret-management>
    ("tskey-api-", Field::Scope, "API"),
    ("tskey-auth-", Field::Scope, "adding nodes"),
    ("tskey-client-", Field::Scope, "OAuth client"),
    ("tskey-scim-", Field::Scope, "user provisioning"),
    ("tskey-webhook-", Field::Scope, "webhook"),
];

pub(super) fn facts(secret: &[u8]) -> Vec<Fact> {
    steps::took(secret.len());
    let mut facts = Facts::new(Certainty::Stated);
    for (prefix, field, text) in PREFIXES {
        if secret.starts_with(prefix.as_bytes()) {
            facts.text(*field, text);
        }
    }
    // Doppler names the config that a service token is of.
    let config = secret.strip_prefix(b"dp.st.").and_then(|rest| {
        let dot = rest.iter().position(|&b| b == b'.')?;
        rest.get(..dot)
    });
    facts.text(Field::Environment, config.unwrap_or_default());
    facts.list
}
