//! Whose JSON web token it is. A family is told by claims that no other issuer writes so; what fits none is
//! named by none.

use serde_json::{Map, Value};

use super::claims::texts;
use super::{Facts, Field};

type Claims = Map<String, Value>;

/// Tokens of one issuer and purpose.
pub(super) struct Family {
    /// What people call it.
    pub(super) name: &'static str,
    /// Without `exp` such a token has no end. Of others that is only not known.
    pub(super) endless: bool,
    is: fn(&Claims) -> bool,
    tell: fn(&Claims, &mut Facts),
}

impl Family {
    /// What its own claims say.
    pub(super) fn tell(&self, claims: &Claims, facts: &mut Facts) {
        (self.tell)(claims, facts);
    }
}

/// The first family that the claims fit.
pub(super) fn of(claims: &Claims) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| (family.is)(claims))
}

/// The most particular first.
static FAMILIES: &[Family] = &[
    // <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/>
    Family {
        name: "Kubernetes service account (legacy)",
        endless: true,
        is: |claims| issuer(claims) == "kubernetes/serviceaccount",
        tell: |claims, facts| {
            let namespace = ["kubernetes.io/serviceaccount/namespace"];
            texts(facts, Field::Account, claims, &namespace, 1);
            let secret = ["kubernetes.io/serviceaccount/secret.name"];
            texts(facts, Field::Id, claims, &secret, 1);
        },
    },
    Family {
        name: "Kubernetes service account (bound)",
        endless: false,
        is: |claims| claims.get("kubernetes.io").is_some_and(Value::is_object),
        tell: |claims, facts| {
            if let Some(Value::Object(inner)) = claims.get("kubernetes.io") {
                texts(facts, Field::Account, inner, &["namespace"], 1);
            }
            texts(facts, Field::Id, claims, &["jti"], 1);
        },
    },
    // <https://docs.github.com/en/actions/reference/security/oidc>
    Family {
        name: "GitHub Actions",
        endless: false,
        is: |claims| issuer(claims).contains("token.actions.githubusercontent.com"),
        tell: |claims, facts| {
            texts(facts, Field::Owner, claims, &["actor"], 1);
            texts(facts, Field::Environment, claims, &["environment"], 1);
            texts(facts, Field::Scope, claims, &["sub"], 1);
        },
    },
    // <https://docs.gitlab.com/ci/secrets/id_token_authentication/>
    Family {
        name: "GitLab CI/CD job",
        endless: false,
        is: |claims| {
            claims.contains_key("project_path")
                && (claims.contains_key("pipeline_source") || claims.contains_key("user_login"))
        },
        tell: |claims, facts| {
            texts(facts, Field::Owner, claims, &["user_login"], 1);
            texts(facts, Field::Environment, claims, &["environment"], 1);
            texts(facts, Field::Scope, claims, &["sub"], 1);
        },
    },
    // <https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference>
    Family {
        name: "Microsoft Entra user",
        endless: false,
        is: |claims| is_entra(claims) && is_of_user(claims),
        tell: |claims, facts| {
            texts(
                facts,
                Field::Owner,
                claims,
                &["upn", "preferred_username", "unique_name", "oid"],
                1,
            );
            texts(facts, Field::Id, claims, &["azp", "appid"], 1);
        },
    },
    Family {
        name: "Microsoft Entra application",
        endless: false,
        is: is_entra,
        tell: |claims, facts| texts(facts, Field::Owner, claims, &["azp", "appid", "oid"], 1),
    },
    // <https://supabase.com/docs/guides/api/api-keys>
    Family {
        name: "Supabase project key",
        endless: false,
        is: |claims| claims.contains_key("ref") && issuer(claims) == "supabase",
        tell: |claims, facts| texts(facts, Field::Account, claims, &["ref"], 1),
    },
    // <https://docs.n8n.io/api/authentication/>
    Family {
        name: "n8n API key",
        endless: true,
        is: |claims| issuer(claims) == "n8n",
        tell: |_, _| {},
    },
    // <https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/>
    Family {
        name: "Argo CD",
        endless: true,
        is: |claims| issuer(claims) == "argocd",
        tell: |claims, facts| texts(facts, Field::Id, claims, &["jti"], 1),
    },
    // <https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens>
    Family {
        name: "JFrog access token",
        endless: true,
        is: |claims| {
            let scope = claims
                .get("scp")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let issuer = issuer(claims);
            scope.starts_with("applied-permissions/")
                || ["jfac@", "jfrt@", "jf-artifactory@"]
                    .iter()
                    .any(|mark| issuer.starts_with(mark))
        },
        tell: |claims, facts| texts(facts, Field::Id, claims, &["jti"], 1),
    },
    // <https://docs.livekit.io/home/get-started/authentication/>
    Family {
        name: "LiveKit",
        endless: false,
        is: |claims| claims.get("video").is_some_and(Value::is_object),
        tell: |claims, facts| {
            texts(facts, Field::Id, claims, &["iss"], 1);
            if let Some(Value::Object(grants)) = claims.get("video") {
                let on = grants
                    .iter()
                    .filter(|(_, value)| **value == Value::Bool(true));
                let on: Vec<&str> = on.map(|(name, _)| name.as_str()).take(64).collect();
                facts.text(Field::Scope, on.join(" "));
                texts(facts, Field::Account, grants, &["room"], 1);
            }
        },
    },
    // <https://www.meilisearch.com/docs/learn/security/tenant_token_reference>
    Family {
        name: "Meilisearch tenant token",
        endless: true,
        is: |claims| claims.contains_key("apiKeyUid") && claims.contains_key("searchRules"),
        tell: |claims, facts| {
            texts(facts, Field::Id, claims, &["apiKeyUid"], 1);
            if let Some(rules) = claims.get("searchRules") {
                facts.text(Field::Scope, format!("search {rules}"));
            }
        },
    },
    // <https://docs.directus.io/guides/auth/tokens-cookies.html>
    Family {
        name: "Directus",
        endless: false,
        is: |claims| issuer(claims) == "directus",
        tell: |claims, facts| {
            texts(facts, Field::Owner, claims, &["id"], 1);
            if claims.get("admin_access") == Some(&Value::Bool(true)) {
                facts.text(Field::Scope, "administration");
            }
        },
    },
    // <https://github.com/pocketbase/pocketbase/blob/master/core/record_tokens.go>
    Family {
        name: "PocketBase record",
        endless: false,
        is: |claims| claims.contains_key("collectionId") && claims.contains_key("type"),
        tell: |claims, facts| {
            texts(facts, Field::Owner, claims, &["id"], 1);
            texts(facts, Field::Account, claims, &["collectionId"], 1);
        },
    },
    // <https://github.com/portainer/portainer/blob/develop/api/jwt/jwt.go>
    Family {
        name: "Portainer",
        endless: false,
        is: |claims| claims.contains_key("forceChangePassword") && claims.contains_key("username"),
        tell: |claims, facts| {
            texts(facts, Field::Owner, claims, &["username"], 1);
            if claims.get("role").and_then(Value::as_u64) == Some(1) {
                facts.text(Field::Scope, "administrator");
            }
        },
    },
    // <https://github.com/woodpecker-ci/woodpecker/blob/main/shared/token/token.go>: the token of a user has no end.
    Family {
        name: "Woodpecker CI",
        endless: true,
        is: |claims| claims.contains_key("user-id") && claims.contains_key("type"),
        tell: |claims, facts| texts(facts, Field::Owner, claims, &["user-id"], 1),
    },
    // <https://firebase.google.com/docs/auth/admin/verify-id-tokens>
    Family {
        name: "Firebase user",
        endless: false,
        is: |claims| issuer(claims).starts_with("https://securetoken.google.com/"),
        tell: |claims, facts| texts(facts, Field::Account, claims, &["aud"], 1),
    },
    Family {
        name: "Google account",
        endless: false,
        is: |claims| {
            matches!(
                issuer(claims),
                "https://accounts.google.com" | "accounts.google.com"
            )
        },
        tell: |claims, facts| texts(facts, Field::Owner, claims, &["email", "sub"], 1),
    },
    // <https://developers.home-assistant.io/docs/auth_api/>: the issuer is the id of the refresh token, and
    // no other claim is there.
    Family {
        name: "Home Assistant",
        endless: false,
        is: |claims| {
            let issuer = issuer(claims).as_bytes();
            let only = ["iss", "iat", "exp"]
                .iter()
                .all(|name| claims.contains_key(*name));
            claims.len() == 3
                && only
                && issuer.len() == 32
                && issuer.iter().all(u8::is_ascii_hexdigit)
        },
        tell: |claims, facts| texts(facts, Field::Id, claims, &["iss"], 1),
    },
];

fn issuer(claims: &Claims) -> &str {
    claims
        .get("iss")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn is_entra(claims: &Claims) -> bool {
    let issuer = issuer(claims);
    let hosts = [
        "https://sts.windows.net/",
        "https://login.microsoftonline.com/",
    ];
    claims.contains_key("tid") && hosts.iter().any(|host| issuer.starts_with(host))
}

/// Scopes are delegated by a user; an application has roles only.
fn is_of_user(claims: &Claims) -> bool {
    ["scp", "upn", "preferred_username"]
        .iter()
        .any(|name| claims.contains_key(*name))
}
