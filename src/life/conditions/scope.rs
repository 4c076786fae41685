//! Which scopes are wider than any one task needs: a table, with the page that says what each means.

use crate::finding::{Fact, Field};

/// A scope that opens an account, or everything of a service.
struct Wide {
    /// How the ids of the rules begin that write such a scope; empty for all.
    kind: &'static str,
    /// Whether the text of a fact is that scope.
    is: fn(&[u8]) -> bool,
    /// What it opens, as the end of a sentence that begins with "It".
    opens: &'static str,
}

/// The table. The most particular first: the first that fits is told.
const WIDE: &[Wide] = &[
    // <https://docs.pypi.org/api/secrets/>: without a caveat for projects a token is for the whole account.
    Wide {
        kind: "pypi-",
        is: |scope| scope == b"account-wide",
        opens: "may publish to every project of its account",
    },
    Wide {
        kind: "devpi-",
        is: |scope| scope == b"all that its user may do",
        opens: "may do everything that its user may do",
    },
    // <https://docs.datasette.io/en/latest/authentication.html#api-tokens>: restrictions are optional.
    Wide {
        kind: "datasette-",
        is: |scope| scope == b"all that its owner may do",
        opens: "may do everything that its owner may do",
    },
    // <https://learn.microsoft.com/rest/api/storageservices/create-account-sas>: `srt` names services (s),
    // containers (c) and objects (o), `sp` the rights, among them write (w) and delete (d).
    Wide {
        kind: "azure-",
        is: is_account_signature,
        opens: "may write or delete in every container and object of its storage account",
    },
    // <https://learn.microsoft.com/azure/cosmos-db/secure-access-to-data>: primary and secondary keys.
    Wide {
        kind: "azure-cosmos-",
        is: |scope| scope == b"read-write",
        opens: "may read and change everything in its Cosmos DB account",
    },
    // <https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas>: Manage includes Send and Listen.
    Wide {
        kind: "azure-",
        is: |scope| scope == b"manage",
        opens: "may manage its messaging namespace, which includes sending and listening",
    },
    // <https://learn.microsoft.com/azure/search/search-security-api-keys>: admin keys.
    Wide {
        kind: "azure-",
        is: |scope| scope == b"admin",
        opens: "is an admin key: it may change and delete everything of its search service",
    },
    // <https://learn.microsoft.com/azure/azure-functions/function-keys-how-to>: the host's master key.
    Wide {
        kind: "azure-",
        is: |scope| scope == b"master",
        opens: "is a master key: it opens every function of its app, and its administration",
    },
    // <https://supabase.com/docs/guides/api/api-keys>: it bypasses Row Level Security.
    Wide {
        kind: "",
        is: |scope| has_word(scope, b"service_role"),
        opens: "bypasses every rule for rows of its Supabase project",
    },
    // <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles>
    Wide {
        kind: "",
        is: |scope| has_word(scope, b"system:masters"),
        opens: "belongs to system:masters, which may do everything in its cluster and cannot be restricted",
    },
    // <https://developers.cloudflare.com/fundamentals/api/get-started/keys/>: the global key.
    Wide {
        kind: "cloudflare-",
        is: |scope| scope == b"everything its user may do",
        opens: "is a global key: it may do everything that its user may do",
    },
    // <https://docs.getunleash.io/reference/api-tokens-and-client-keys>: `*:*`.
    Wide {
        kind: "unleash-",
        is: |scope| scope == b"every project, every environment",
        opens: "is for every project and every environment",
    },
    // <https://platform.openai.com/docs/api-reference/admin-api-keys>,
    // <https://docs.anthropic.com/en/api/administration-api>
    Wide {
        kind: "",
        is: |scope| scope == b"administration of the organization",
        opens: "administers its organization and may make other keys",
    },
    // superfly/macaroon `resset/action.go`: all five actions.
    Wide {
        kind: "fly-",
        is: |scope| scope == b"everything",
        opens: "may do everything in its organization",
    },
    // <https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens>
    Wide {
        kind: "",
        is: |scope| has_word(scope, b"applied-permissions/admin"),
        opens: "is an administrator's token of its JFrog platform",
    },
    // <https://docs.gitea.com/development/oauth2-provider#scopes>: accounts of users can be changed.
    Wide {
        kind: "",
        is: |scope| has_word(scope, b"write:user") || has_word(scope, b"write:admin"),
        opens: "may change users of its server",
    },
    // <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps>
    Wide {
        kind: "",
        is: |scope| has_word(scope, b"admin:org") || has_word(scope, b"admin:enterprise"),
        opens: "administers its organization",
    },
    // A claim that names everything, or an administrator, in any notation of scopes (RFC 6749, section 3.3:
    // words with blanks between).
    Wide {
        kind: "",
        is: |scope| {
            [&b"*"[..], b"*:*", b"*.*", b"admin", b"administrator"]
                .iter()
                .any(|all| has_word(scope, all))
        },
        opens: "has a scope that names everything, or an administrator",
    },
];

/// What the widest known scope of a credential opens, if it has one.
pub(super) fn opens(rule: &str, facts: &[Fact]) -> Option<&'static str> {
    let scopes = facts.iter().filter(|fact| fact.field == Field::Scope);
    let scopes: Vec<&[u8]> = scopes.filter_map(Fact::text).collect();
    let fits =
        |wide: &&Wide| rule.starts_with(wide.kind) && scopes.iter().any(|scope| (wide.is)(scope));
    WIDE.iter().find(fits).map(|wide| wide.opens)
}

/// Whether a list of scopes has a word.
fn has_word(scope: &[u8], word: &[u8]) -> bool {
    let is = |part: &[u8]| part.eq_ignore_ascii_case(word);
    scope.split(|b| matches!(b, b' ' | b',' | b';')).any(is)
}

/// `sp=… srt=sco` with the right to write or delete.
fn is_account_signature(scope: &[u8]) -> bool {
    let get = |name: &[u8]| {
        scope
            .split(|b| *b == b' ')
            .find_map(|part| part.strip_prefix(name))
    };
    let (Some(rights), Some(types)) = (get(b"sp="), get(b"srt=")) else {
        return false;
    };
    let all = b"sco".iter().all(|kind| types.contains(kind));
    all && rights.iter().any(|right| matches!(right, b'w' | b'd'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Certainty, Source, Value};

    fn scope(text: &str) -> Vec<Fact> {
        vec![Fact {
            field: Field::Scope,
            value: Value::Text(text.into()),
            source: Source::Bytes,
            certainty: Certainty::Stated,
        }]
    }

    #[test]
    fn what_opens_everything_is_told_and_what_is_narrow_is_not() {
        for (rule, text, wide) in [
            ("pypi-api-token", "account-wide", true),
            ("pypi-api-token", "projects one two", false),
            ("azure-sas", "sp=rwdlacup ss=bfqt srt=sco", true),
            ("azure-sas", "sp=rl ss=b srt=sco", false),
            ("azure-sas", "sp=rwd ss=b srt=o", false),
            ("azure-sas", "sp=rwd", false),
            ("azure-cosmos-key", "read-write", true),
            ("azure-cosmos-key", "read-only", false),
            ("azure-messaging-key", "manage", true),
            ("azure-messaging-key", "listen", false),
            ("jwt", "service_role", true),
            ("jwt", "anon", false),
            ("jwt", "orders:read orders:write", false),
            ("jwt", "*:*", true),
            ("jwt", "openid admin", true),
            ("jwt", "administration", false),
            ("private-key-pem", "system:masters", true),
            ("private-key-pem", "system:nodes", false),
            (
                "cloudflare-global-api-key",
                "everything its user may do",
                true,
            ),
            ("cloudflare-user-token", "user token", false),
            (
                "unleash-api-token",
                "every project, every environment",
                true,
            ),
            (
                "unleash-api-token",
                "project web, environment production",
                false,
            ),
            (
                "openai-admin-key",
                "administration of the organization",
                true,
            ),
            ("gitea-access-token", "read:user", false),
            ("gitea-access-token", "read:repository,write:user", true),
        ] {
            assert_eq!(opens(rule, &scope(text)).is_some(), wide, "{rule}: {text}");
        }
        assert_eq!(opens("jwt", &[]), None);
    }
}
