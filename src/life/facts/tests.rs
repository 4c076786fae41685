use proptest::prelude::*;

use super::mutated_tests::keyfiles;
use super::*;
use crate::base64::{Engine, STANDARD_BARE};
use crate::example::expand;
use crate::secret::Secret;

fn made(template: &str) -> Vec<u8> {
    expand(template, 5).expect("a valid template").into_bytes()
}

/// The facts as `field=value` with the certainty, for comparison.
fn said(facts: &[Fact]) -> Vec<String> {
    facts
        .iter()
        .map(|fact| {
            let value = match &fact.value {
                Value::Time(at) => at.to_string(),
                Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
                Value::Id(id) => id.clone(),
            };
            format!("{}={value}", fact.field.name())
        })
        .collect()
}

#[test]
fn jwt_claims() {
    let token = made(
        r#"{jwt:{"alg":"RS256"}.{"exp":1700000000.75,"iat":1699990000000,"nbf":"1699990000","iss":"https://issuer.example","sub":"alice","scp":["read","write"],"aud":["a","b"]}}"#,
    );
    let facts = jwt::facts(&token);
    assert_eq!(
        said(&facts),
        [
            "expires=2023-11-14T22:13:20Z",
            "not-before=2023-11-14T19:26:40Z",
            "issued=2023-11-14T19:26:40Z",
            "issuer=https://issuer.example",
            "owner=alice",
            "scope=read write",
            "audience=a b",
        ]
    );
    assert!(facts.iter().all(|f| f.certainty == Certainty::Certain));
}

#[test]
fn an_unsigned_jwt_only_states() {
    let token = made(r#"{jwt:{"alg":"none"}.{"exp":1700000000}}"#);
    let facts = jwt::facts(&token);
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].certainty, Certainty::Stated);
    let wild = made(r#"{jwt:{"alg":"HS256"}.{"exp":99,"iat":1e300}}"#);
    assert!(jwt::facts(&wild).is_empty());
}

#[test]
fn sentry_token() {
    let token = made(
        r#"sntrys_{b64:{{"iat":1700000000.5,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}}}_{base64:43}"#,
    );
    assert_eq!(
        said(&sentry::facts(&token)),
        [
            "issued=2023-11-14T22:13:20Z",
            "issuer=https://us.sentry.io",
            "owner=acme"
        ]
    );
}

#[test]
fn azure_storage_signature() {
    let url = made(
        "https://acme.blob.core.windows.net/c?sv=2022-11-02&ss=b&srt=sco&sp=rwd&se=2024-05-01T10:00:00Z&st=2024-04-01&spr=https&sig={percent:{base64:43}=}",
    );
    assert_eq!(
        said(&url::sas(&url)),
        [
            "expires=2024-05-01T10:00:00Z",
            "not-before=2024-04-01T00:00:00Z",
            "account=acme",
            "scope=sp=rwd ss=b srt=sco spr=https",
        ]
    );
    let policy = [&url[..], b"&si=policy"].concat();
    assert!(url::sas(&policy).iter().all(|f| f.field != Field::Expires));
}

#[test]
fn service_bus_signature() {
    let text = made(
        "SharedAccessSignature sr=acme.servicebus.windows.net%2Fq&sig={percent:{base64:43}=}&se=1700000000&skn=send",
    );
    assert_eq!(
        said(&url::sas(&text)),
        [
            "expires=2023-11-14T22:13:20Z",
            "owner=send",
            "account=acme.servicebus.windows.net/q"
        ]
    );
}

#[test]
fn presigned_requests() {
    let key = String::from_utf8(made("{check:aws-key-id:ASIA{base32:16}}")).expect("ASCII");
    let url = format!(
        "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&amp;X-Amz-Credential={key}%2F20240501%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20240501T000000Z&X-Amz-Expires=3600&X-Amz-Signature=00ff"
    );
    let said_v4 = said(&url::presigned(url.as_bytes()));
    assert_eq!(said_v4[0], "expires=2024-05-01T01:00:00Z");
    assert_eq!(said_v4[1], "issued=2024-05-01T00:00:00Z");
    assert_eq!(said_v4[2], format!("owner={key}"));
    assert!(said_v4[3].starts_with("account=") && said_v4[3].len() == 20);
    assert_eq!(said_v4[4], "scope=s3 eu-west-1");
    let long = url.replace("=3600", "=3600000");
    assert!(!said(&url::presigned(long.as_bytes()))[0].starts_with("expires"));
    let v2 = format!("https://b/k?AWSAccessKeyId={key}&Expires=1700000000&Signature=x%3D");
    assert_eq!(
        said(&url::presigned(v2.as_bytes()))[0],
        "expires=2023-11-14T22:13:20Z"
    );
}

/// Definite lengths in their shortest form, as DER wants.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    match body.len() {
        n @ 0..=0x7f => [&[tag, n as u8][..], &body].concat(),
        n @ 0x80..=0xff => [&[tag, 0x81, n as u8][..], &body].concat(),
        n => [&[tag, 0x82, (n >> 8) as u8, n as u8][..], &body].concat(),
    }
}

pub(super) fn certificate(common: &[u8], organization: &[u8]) -> Vec<u8> {
    let ed25519 = der(0x30, &[&[6, 3, 0x2b, 0x65, 0x70]]);
    certificate_of(&ed25519, &[0; 32], common, organization)
}

/// A certificate of this public key: its algorithm, and its bits.
fn certificate_of(public: &[u8], bits: &[u8], common: &[u8], organization: &[u8]) -> Vec<u8> {
    let attribute = |kind: u8, text: &[u8]| {
        der(
            0x31,
            &[&der(0x30, &[&[6, 3, 0x55, 4, kind], &der(0x0c, &[text])])],
        )
    };
    let name = |organization: &[u8], common: &[u8]| {
        der(0x30, &[&attribute(10, organization), &attribute(3, common)])
    };
    let algorithm = der(0x30, &[&[6, 3, 0x2b, 0x65, 0x70]]); // Ed25519
    let validity = der(
        0x30,
        &[
            &der(0x17, &[b"240101000000Z"]),
            &der(0x17, &[b"250101000000Z"]),
        ],
    );
    let key = der(0x30, &[public, &der(3, &[&[0], bits])]);
    let body = der(
        0x30,
        &[
            &[0xa0, 3, 2, 1, 2],
            &[2, 1, 1],
            &algorithm,
            &name(b"ca-org", b"kubernetes"),
            &validity,
            &name(organization, common),
            &key,
        ],
    );
    der(0x30, &[&body, &algorithm, &der(3, &[&[0; 65]])])
}

#[test]
fn certificates_beside_keys() {
    let bytes = certificate(b"kubernetes-admin", b"system:masters");
    let facts = x509::facts(&[b"junk", &bytes], true);
    assert!(facts.iter().all(|f| f.certainty == Certainty::Inferred));
    assert_eq!(
        said(&facts),
        [
            "expires=2025-01-01T00:00:00Z",
            "not-before=2024-01-01T00:00:00Z",
            "issuer=CN=kubernetes,O=ca-org",
            "owner=kubernetes-admin",
            "scope=system:masters",
        ]
    );
    let server = certificate(b"www.example.org", b"Example");
    assert!(said(&x509::facts(&[&server], false)).contains(&"account=Example".to_owned()));
}

/// What the certificate beside a key says of its owner.
fn owner_beside(key: &[u8], label: &str, certificate: &[u8]) -> Option<String> {
    let body = crate::base64::STANDARD.encode(key);
    let whole = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let partners = [Partner {
        kind: "certificate".into(),
        value: Secret::new(certificate),
    }];
    let facts = x509::of(&Seen {
        secret: whole.as_bytes(),
        whole: whole.as_bytes(),
        key: b"",
        partners: &partners,
    });
    let mut said = said(&facts).into_iter();
    said.find(|fact| fact.starts_with("owner="))
}

#[test]
fn a_certificate_of_another_key_says_nothing_of_this_one() {
    let owner = Some("owner=www.demo.test".to_owned());
    let rsa = der(
        0x30,
        &[
            &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1],
            &[5, 0],
        ],
    );
    let curve = [
        &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1][..],
        &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
    ];
    let curve = der(0x30, &curve);
    let of_rsa = |n: u8| {
        let public = der(0x30, &[&der(2, &[&[n; 128]]), &[2, 1, 3]]);
        certificate_of(&rsa, &public, b"www.demo.test", b"Demo")
    };
    let of_curve = |n: u8| {
        let public = [&[4][..], &[n; 64]].concat();
        certificate_of(&curve, &public, b"www.demo.test", b"Demo")
    };
    let pkcs1 = der(
        0x30,
        &[
            &[2, 1, 0],
            &der(2, &[&[7; 128]]),
            &[2, 1, 3],
            &der(2, &[&[9; 128]]),
        ],
    );
    let pkcs8 = der(0x30, &[&[2, 1, 0], &rsa, &der(4, &[&pkcs1])]);
    let point = der(3, &[&[0, 4], &[7; 64]]);
    let sec1 = der(
        0x30,
        &[&[2, 1, 1], &der(4, &[&[9; 32]]), &der(0xa1, &[&point])],
    );
    let bare = der(0x30, &[&[2, 1, 1], &der(4, &[&[9; 32]])]);
    for (key, label) in [(&pkcs1, "RSA PRIVATE KEY"), (&pkcs8, "PRIVATE KEY")] {
        assert_eq!(owner_beside(key, label, &of_rsa(7)), owner, "{label}");
        assert_eq!(owner_beside(key, label, &of_rsa(8)), None, "{label}");
        assert_eq!(owner_beside(key, label, &of_curve(7)), None, "{label}");
    }
    assert_eq!(owner_beside(&sec1, "EC PRIVATE KEY", &of_curve(7)), owner);
    assert_eq!(owner_beside(&sec1, "EC PRIVATE KEY", &of_curve(8)), None);
    assert_eq!(owner_beside(&sec1, "EC PRIVATE KEY", &of_rsa(7)), None);
    // A key without its public half, and one that is encrypted, may be anybody's.
    assert_eq!(owner_beside(&bare, "EC PRIVATE KEY", &of_curve(8)), owner);
    let hidden = der(0x30, &[&der(0x30, &[&[6, 1, 0x2a]]), &der(4, &[&[7; 64]])]);
    assert_eq!(
        owner_beside(&hidden, "ENCRYPTED PRIVATE KEY", &of_rsa(8)),
        owner
    );
}

/// What a made key of OpenPGP says of its end.
fn end_of_pgp(version: u8, created: u32, life: Option<u32>, direct: Option<Option<u32>>) -> String {
    let key = keyfiles::Pgp {
        version,
        created,
        life,
        direct,
        user: "Ann <ann@demo.test>",
        revoked: None,
    };
    let bytes = keyfiles::pgp(&key, &[0x5a; 64]).0;
    let armor = keyfiles::armor(&bytes, |bytes| crate::base64::STANDARD.encode(bytes));
    let facts = said(&openpgp::facts(armor.as_bytes()));
    assert!(
        facts.iter().any(|fact| fact.starts_with("issued=")),
        "{facts:?}"
    );
    let end = facts.iter().find_map(|fact| fact.strip_prefix("expires="));
    end.unwrap_or("unknown").to_owned()
}

#[test]
fn the_end_of_a_pgp_key_is_what_its_version_says_it_in() {
    const MADE: u32 = 1_700_000_000;
    const END: &str = "2027-01-15T08:00:00Z";
    let life = Some(100_000_000);
    for (version, user, direct, want) in [
        (4, life, None, END),
        (4, None, None, "never"),
        // A signature about the key that does not speak of its end takes nothing back.
        (4, life, Some(None), END),
        (4, None, Some(life), END),
        (4, None, Some(None), "never"),
        (6, None, Some(life), END),
        (6, Some(5), Some(life), END),
        (6, None, Some(None), "never"),
        (6, life, Some(None), "unknown"),
    ] {
        let end = end_of_pgp(version, MADE, user, direct);
        assert_eq!(end, want, "version {version}: {user:?}, {direct:?}");
    }
}

#[test]
fn dates_of_old_keys_are_told_where_their_field_is_a_date() {
    // 1999: a number that may be a date is none so long ago, and the date of a key is.
    let made = 920_000_000;
    assert_eq!(time::seconds(made), None);
    assert_eq!(
        time::stamp(made).map(|at| at.to_string()).as_deref(),
        Some("1999-02-26T03:33:20Z")
    );
    assert!(time::stamp(0).is_none() && time::stamp(253_402_300_799).is_none());
    let made = u32::try_from(made).expect("small");
    assert_eq!(
        end_of_pgp(4, made, Some(1_000_000), None),
        "1999-03-09T17:20:00Z"
    );
    let file = keyfiles::jks("old", 920_000_000_000, &certificate(b"a", b"b"));
    assert!(said(&keystore::facts(&file)).contains(&"issued=1999-02-26T03:33:20Z".to_owned()));
    let file = keyfiles::keytab(&["host"], "DEMO.TEST", made, 3, &[18]);
    assert!(said(&keytab::facts(&file)).contains(&"issued=1999-02-26T03:33:20Z".to_owned()));
}

#[test]
fn key_ids_tell_the_account() {
    let id = made("{check:aws-key-id:AKIA{base32:16}}");
    assert_eq!(aws::facts(&id).len(), 1);
    assert!(aws::facts(b"AKIA").is_empty());
}

/// Every decoder shown the same bytes as everything that it may look at.
fn all_decoders(bytes: &[u8]) -> Vec<Fact> {
    let kinds = [
        "certificate",
        "ssh-certificate",
        "shadow-line",
        "address",
        "aws-access-key-id",
        "twilio-account-sid",
        "beside:create_date",
        "beside:user",
    ];
    let partner = |kind: &&str| Partner {
        kind: (*kind).to_owned(),
        value: Secret::new(bytes),
    };
    let partners: Vec<Partner> = kinds.iter().map(partner).collect();
    let seen = Seen {
        secret: bytes,
        whole: bytes,
        key: b"client-key-data",
        partners: &partners,
    };
    let all = FactDecoder::ALL.iter();
    all.flat_map(|name| decoder(*name)(&seen)).collect()
}

/// Prefixes behind which the decoders read on.
const HEADS: &[&str] = &[
    "",
    "eyJ",
    "sntrys_",
    "pypi-",
    "devpi-",
    "fm2_",
    "ops_",
    "glc_",
    "sk.",
    "dstok_",
    "sk_live_",
    "ghs_1_",
    "PMAK-",
    "v4.public.",
    "xoxb-",
    "xapp-1-A",
    "SG.",
    "tskey-auth-",
    "pat",
    "dp.st.",
    "BBDC-",
    "*:*.",
    "glpat-",
];

/// Half a credential, made of what the other half would be made of.
fn stuffed(head: &str, body: &[u8], encoded: bool) -> Vec<u8> {
    let body = match encoded {
        true => STANDARD_BARE.encode(body).into_bytes(),
        false => body.to_vec(),
    };
    [head.as_bytes(), &body].concat()
}

#[test]
fn facts_are_short_however_long_the_credential_is() {
    for head in HEADS {
        for body in [
            &b"A"[..],
            b"\x91",
            b"\x02\x01",
            b"{\"a\":",
            b":",
            b"-",
            b".",
        ] {
            let long = stuffed(head, &body.repeat(60_000 / body.len()), true);
            for fact in all_decoders(long.get(..MAX.min(long.len())).unwrap_or_default()) {
                match fact.value {
                    Value::Text(text) => assert!(text.len() <= MAX_TEXT, "{head}"),
                    Value::Id(id) => assert!(id.len() <= 64, "{head}"),
                    Value::Time(_) => {}
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn no_decoder_panics_on_any_bytes(
        head in proptest::sample::select(HEADS),
        body in proptest::collection::vec(any::<u8>(), 0..300),
        encoded in any::<bool>(),
    ) {
        all_decoders(&stuffed(head, &body, encoded));
    }

    #[test]
    fn no_decoder_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        jwt::facts(&bytes);
        sentry::facts(&bytes);
        url::sas(&bytes);
        url::presigned(&bytes);
        aws::facts(&bytes);
        x509::facts(&[&bytes], true);
        time::iso(&bytes);
        time::digits(&bytes);
    }

    #[test]
    fn no_date_panics(text in "[0-9TZ:.+%-]{0,24}", number in any::<f64>()) {
        time::iso(text.as_bytes());
        time::number(number);
        url::sas(format!("se={text}&sig=x").as_bytes());
        url::presigned(format!("X-Amz-Date={text}&X-Amz-Expires={number}&X-Amz-Signature=x").as_bytes());
    }

    #[test]
    fn mutated_certificates_do_not_panic(at in 0usize..300, byte in any::<u8>()) {
        let mut bytes = certificate(b"a", b"b");
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        x509::facts(&[&bytes], false);
    }
}
