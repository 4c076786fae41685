//! The registries that rule files name things of: checks, decoders of facts, and the kinds of generic
//! rules. A name is parsed once, when a rule is loaded; `detect` and `life` implement each in a `match`
//! that the compiler holds complete.

/// Makes an enumeration of names: its list, the name of each, and the way back.
macro_rules! names {
    ($(#[$doc:meta])* $list:ident { $($(#[$about:meta])* $item:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $list { $($(#[$about])* $item,)* }

        impl $list {
            /// All of them, in the order of this file.
            pub const ALL: &[$list] = &[$($list::$item,)*];

            /// The name that rule files and reports use.
            pub fn name(self) -> &'static str {
                match self { $($list::$item => $name,)* }
            }

            /// The one of this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }

        #[cfg(schemas)]
        impl schemars::JsonSchema for $list {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($list).to_ascii_lowercase().into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let names: Vec<&str> = Self::ALL.iter().map(|one| one.name()).collect();
                schemars::json_schema!({ "type": "string", "enum": names })
            }
        }
    };
}

names! {
    /// An offline check: a checksum or a structure that a value carries in itself.
    Check {
        /// CRC-32 of the rest in base62 at the end.
        Crc32Base62 = "crc32-base62",
        /// CRC-32 of all before the last `_` in base62 behind it.
        Crc32Base62All = "crc32-base62-all",
        /// CRC-32 of the rest in hexadecimal digits at the end.
        Crc32Hex = "crc32-hex",
        /// CRC-32 of the part behind the prefix in hexadecimal digits at the end.
        Crc32HexBody = "crc32-hex-body",
        /// The same with the bytes of the checksum in little-endian order.
        Crc32LeHex = "crc32-le-hex",
        /// CRC-32 in little-endian order, in base64.
        Crc32LeBase64 = "crc32-le-base64",
        /// GitLab's routable tokens.
        GitlabRoutable = "gitlab-routable",
        /// Azure's identifiable keys.
        AzureIdentifiable = "azure-identifiable",
        /// Azure's common annotated security keys.
        AzureCask = "azure-cask",
        /// A JSON web token whose parts are what they should be.
        Jwt = "jwt",
        /// An id of an AWS key that holds a possible account.
        AwsKeyId = "aws-key-id",
        /// A key in PEM form whose bytes are a key.
        Pem = "pem",
        /// The key file of a Google Cloud service account.
        GcpKeyFile = "gcp-key-file",
        /// An organization token of Sentry.
        SentryOrgToken = "sentry-org-token",
        /// A macaroon of PyPI.
        PypiMacaroon = "pypi-macaroon",
        /// A seed or key of NATS.
        Nkey = "nkey",
        /// Nobody thought it up.
        Random = "random",
    }
}

impl Check {
    /// Whether it is a checksum whose algorithm is published: a value of the form that fails it was
    /// never issued.
    pub fn is_checksum(self) -> bool {
        match self {
            Check::Crc32Base62
            | Check::Crc32Base62All
            | Check::Crc32Hex
            | Check::Crc32HexBody
            | Check::Crc32LeHex
            | Check::Crc32LeBase64
            | Check::GitlabRoutable
            | Check::AzureIdentifiable
            | Check::AzureCask
            | Check::Nkey => true,
            Check::Jwt
            | Check::AwsKeyId
            | Check::Pem
            | Check::GcpKeyFile
            | Check::SentryOrgToken
            | Check::PypiMacaroon
            | Check::Random => false,
        }
    }
}

names! {
    /// A decoder of facts: what the bytes of a credential tell about its life.
    FactDecoder {
        /// The parameters that a secured key of Algolia is bound to.
        Algolia = "algolia",
        /// The account in the id of an AWS key.
        AwsKeyId = "aws-key-id",
        /// The right that the checksum of an Azure key proves, and its month of issue.
        AzureKey = "azure-key",
        /// The parameters of a shared access signature.
        AzureSas = "azure-sas",
        /// Dates and names beside a secret, under documented names.
        Beside = "beside",
        /// The payload of a signed token of Datasette.
        Datasette = "datasette",
        /// The caveats of a token of devpi.
        DevpiMacaroon = "devpi-macaroon",
        /// The id of the bot in a token of Discord.
        DiscordBot = "discord-bot",
        /// The caveats of a token of Fly.io.
        FlyMacaroon = "fly-macaroon",
        /// The file of a Google Cloud service account.
        GcpKeyFile = "gcp-key-file",
        /// The ids in a routable token of GitLab.
        GitlabRoutable = "gitlab-routable",
        /// The name and organization in a token of Grafana.
        Grafana = "grafana",
        /// The end of a reference token of JFrog.
        JfrogReference = "jfrog-reference",
        /// Claims of a JSON web token.
        Jwt = "jwt",
        /// Aliases, dates and certificates of a store of keys (Java's, PKCS#12).
        Keystore = "keystore",
        /// Principals and dates of a keytab of Kerberos.
        Keytab = "keytab",
        /// The account and id in a token of Mapbox.
        Mapbox = "mapbox",
        /// The address and account in a token of 1Password.
        OnePassword = "1password",
        /// Dates, users and revocation of an OpenPGP key.
        OpenPgp = "openpgp",
        /// The comment of an OpenSSH key, and the certificate beside it.
        OpenSsh = "openssh",
        /// Claims of a public PASETO.
        Paseto = "paseto",
        /// The date in a key of Postman.
        Postman = "postman",
        /// What the prefix says: environment and scope.
        Prefix = "prefix",
        /// The parameters of a presigned address.
        Presigned = "presigned",
        /// The public id by which a token is found in its provider's list.
        PublicId = "public-id",
        /// The caveats of a token of PyPI.
        PypiMacaroon = "pypi-macaroon",
        /// The payload of an organization token of Sentry.
        SentryOrgToken = "sentry-org-token",
        /// The dates of a line of `/etc/shadow`.
        Shadow = "shadow",
        /// The workspace, bot, user or app in a token of Slack.
        Slack = "slack",
        /// The project and environment in a token of Unleash.
        Unleash = "unleash",
        /// The date and id in a key of WorkOS.
        Workos = "workos",
        /// Validity and subject of the certificate beside a key.
        X509 = "x509",
    }
}

names! {
    /// What a generic rule takes of that which the score over names and values finds.
    Generic {
        /// Passwords that people choose.
        Password = "password",
        /// Secrets that programs share.
        Secret = "secret",
        /// Tokens and keys of interfaces.
        Token = "token",
    }
}

names! {
    /// Where the form of a rule is known from.
    Source {
        /// The provider, or the standard, tells it on the page that `docs` names.
        Documented = "documented",
        /// Values of this form are listed in public: by other tools' lists of kinds, or by those who
        /// alert about them.
        Observed = "observed",
        /// Nobody has shown it.
        Unverified = "unverified",
    }
}

/// The former name of a decoder of facts, which rule files may still have, and its name.
pub const FACTS_RENAMED: (&str, &str) = ("aws-presigned", "presigned");
