//! One credential of each structured kind, and what its bytes tell.

use super::{keyfiles, make};
use crate::common::expand;

/// How far what a credential says can be relied on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// A checksum: an altered one tells nothing.
    Checksum,
    /// A signature that only the server can check: what an altered one says is of no token.
    Signature,
    /// Nothing.
    Bare,
}

/// A file with one credential.
pub struct Sample {
    pub group: &'static str,
    pub name: &'static str,
    /// The rule that finds it.
    pub rule: &'static str,
    pub text: String,
    /// The name of the file behind the dot.
    pub ext: &'static str,
    /// The content, where that is no text.
    pub bytes: Option<Vec<u8>>,
    /// The credential as it stands in the text, as far as it may be altered.
    pub secret: String,
    pub guard: Guard,
    /// What it tells: the field and the value.
    pub facts: Vec<(&'static str, String)>,
}

/// A name, the rule, the template, and what it tells.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

struct Group {
    name: &'static str,
    seed: u64,
    all: Vec<Sample>,
}

impl Group {
    /// `text` holds `@` where the credential stands.
    fn add(
        &mut self,
        (name, rule, guard): (&'static str, &'static str, Guard),
        text: &str,
        secret: String,
        facts: &[(&'static str, &str)],
    ) {
        self.all.push(Sample {
            group: self.name,
            name,
            rule,
            text: text.replacen('@', &secret, 1),
            ext: "conf",
            bytes: None,
            secret,
            guard,
            facts: facts.iter().map(|(f, v)| (*f, (*v).to_owned())).collect(),
        });
    }

    /// A file that is a credential by itself.
    fn file(
        &mut self,
        (name, rule): (&'static str, &'static str),
        ext: &'static str,
        bytes: Vec<u8>,
        facts: &[(&'static str, &str)],
    ) {
        self.add((name, rule, Guard::Bare), "", String::new(), facts);
        let added = self.all.last_mut().expect("it was added");
        (added.ext, added.bytes) = (ext, Some(bytes));
    }

    fn of(&self, template: &str) -> String {
        expand(template, self.seed)
    }

    fn jwt(&mut self, name: &'static str, claims: &str, facts: &[(&'static str, &str)]) {
        let token = self.of(&format!(
            r#"{{jwt:{{"alg":"RS256","typ":"JWT"}}.{claims}}}"#
        ));
        self.add(
            (name, "jwt", Guard::Signature),
            "token = \"@\"\n",
            token,
            facts,
        );
    }
}

const END: &str = "2027-01-15T08:00:00Z";
const START: &str = "2023-11-14T22:13:20Z";

/// All of them. The same seed gives the same.
pub fn all(seed: u64) -> Vec<Sample> {
    let mut group = Group {
        name: "",
        seed,
        all: Vec::new(),
    };
    for (name, fill) in [
        ("JSON web tokens", jwts as fn(&mut Group)),
        ("macaroons", macaroons),
        ("signed addresses", addresses),
        ("AWS ids", aws),
        ("GitLab", gitlab),
        ("Sentry", sentry),
        ("Azure", azure),
        ("JSON and numbers inside", inside),
        ("ids in clear", ids),
        ("checksum only", checksums),
        ("prefixes", prefixes),
        ("keys and certificates", keys),
        ("files of keys", files),
        ("beside the secret", beside),
        ("PASETO", paseto),
    ] {
        group.name = name;
        fill(&mut group);
    }
    group.all
}

fn jwts(group: &mut Group) {
    let (iat, exp) = (("issued", START), ("expires", END));
    let base = r#""iat":1700000000,"exp":1800000000"#;
    group.jwt(
        "plain",
        &format!(r#"{{"iss":"https://login.demo.test","sub":"svc","aud":"orders","scope":"read write",{base}}}"#),
        &[exp, iat, ("issuer", "https://login.demo.test"), ("owner", "svc"), ("audience", "orders"), ("scope", "read write")],
    );
    group.jwt(
        "Kubernetes, legacy",
        r#"{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"prod","kubernetes.io/serviceaccount/secret.name":"ci-token","sub":"system:serviceaccount:prod:ci"}"#,
        &[("kind", "Kubernetes service account (legacy)"), ("expires", "never"), ("owner", "system:serviceaccount:prod:ci"), ("account", "prod"), ("id", "ci-token")],
    );
    group.jwt(
        "Kubernetes, bound",
        &format!(r#"{{"iss":"https://kubernetes.default.svc","kubernetes.io":{{"namespace":"prod","serviceaccount":{{"name":"ci"}}}},"jti":"j-1","sub":"system:serviceaccount:prod:ci",{base}}}"#),
        &[("kind", "Kubernetes service account (bound)"), exp, iat, ("owner", "system:serviceaccount:prod:ci"), ("account", "prod"), ("id", "j-1")],
    );
    group.jwt(
        "GitHub Actions",
        &format!(r#"{{"iss":"https://token.actions.githubusercontent.com","sub":"repo:demo/app:ref:refs/heads/main","repository":"demo/app","actor":"ann","environment":"prod",{base}}}"#),
        &[("kind", "GitHub Actions"), exp, ("owner", "ann"), ("account", "demo/app"), ("environment", "prod"), ("scope", "repo:demo/app:ref:refs/heads/main")],
    );
    group.jwt(
        "GitLab CI/CD",
        &format!(r#"{{"iss":"https://gitlab.demo.test","sub":"project_path:demo/app:ref_type:branch:ref:main","project_path":"demo/app","user_login":"ann","pipeline_source":"push",{base}}}"#),
        &[("kind", "GitLab CI/CD job"), exp, ("owner", "ann"), ("account", "demo/app")],
    );
    group.jwt(
        "Entra, user",
        &format!(r#"{{"iss":"https://sts.windows.net/t-1/","tid":"t-1","appid":"a-1","upn":"ann@demo.test","scp":"Mail.Read",{base}}}"#),
        &[("kind", "Microsoft Entra user"), exp, ("owner", "ann@demo.test"), ("account", "t-1"), ("id", "a-1"), ("scope", "Mail.Read")],
    );
    group.jwt(
        "Entra, application",
        &format!(r#"{{"iss":"https://login.microsoftonline.com/t-1/v2.0","tid":"t-1","azp":"a-2","roles":["Mail.Send"],"sub":"s-1",{base}}}"#),
        &[("kind", "Microsoft Entra application"), exp, ("owner", "a-2"), ("account", "t-1"), ("scope", "Mail.Send")],
    );
    group.jwt(
        "Supabase",
        &format!(
            r#"{{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"service_role",{base}}}"#
        ),
        &[
            ("kind", "Supabase project key"),
            exp,
            ("account", "abcdefghijklmnopqrst"),
            ("scope", "service_role"),
        ],
    );
    group.jwt(
        "n8n",
        r#"{"iss":"n8n","sub":"7d4f","aud":"public-api","iat":1700000000}"#,
        &[
            ("kind", "n8n API key"),
            ("expires", "never"),
            iat,
            ("owner", "7d4f"),
            ("audience", "public-api"),
        ],
    );
    group.jwt(
        "Home Assistant",
        &format!(r#"{{"iss":"00112233445566778899aabbccddeeff",{base}}}"#),
        &[
            ("kind", "Home Assistant"),
            exp,
            iat,
            ("id", "00112233445566778899aabbccddeeff"),
        ],
    );
    group.jwt(
        "LiveKit",
        &format!(r#"{{"iss":"APIdemo","sub":"ann","video":{{"room":"stage","roomJoin":true,"canPublish":false,"roomAdmin":true}},{base}}}"#),
        &[("kind", "LiveKit"), exp, ("owner", "ann"), ("account", "stage"), ("scope", "roomAdmin roomJoin")],
    );
    group.jwt(
        "Meilisearch",
        &format!(
            r#"{{"apiKeyUid":"{}","searchRules":{{"products":{{}}}}}}"#,
            group.of("{uuid}")
        ),
        &[
            ("kind", "Meilisearch tenant token"),
            ("expires", "never"),
            ("scope", "search {\"products\":{}}"),
        ],
    );
    group.jwt(
        "Directus",
        &format!(r#"{{"id":"u-1","role":"r-1","app_access":true,"admin_access":true,"iss":"directus",{base}}}"#),
        &[("kind", "Directus"), exp, iat, ("owner", "u-1"), ("scope", "administration")],
    );
    group.jwt(
        "PocketBase",
        r#"{"collectionId":"_pb_users_auth_","exp":1800000000,"id":"u1","refreshable":true,"type":"auth"}"#,
        &[("kind", "PocketBase record"), exp, ("owner", "u1"), ("account", "_pb_users_auth_")],
    );
    group.jwt(
        "Portainer",
        r#"{"id":1,"username":"ann","role":1,"scope":"default","forceChangePassword":false,"exp":1800000000}"#,
        &[("kind", "Portainer"), exp, ("owner", "ann"), ("scope", "administrator"), ("scope", "default")],
    );
    group.jwt(
        "Woodpecker",
        r#"{"type":"user","user-id":"7"}"#,
        &[
            ("kind", "Woodpecker CI"),
            ("expires", "never"),
            ("owner", "7"),
        ],
    );
    group.jwt(
        "Argo CD",
        r#"{"iss":"argocd","sub":"proj:demo:ci","iat":1700000000,"jti":"c-1"}"#,
        &[
            ("kind", "Argo CD"),
            ("expires", "never"),
            ("owner", "proj:demo:ci"),
            ("id", "c-1"),
        ],
    );
    group.jwt(
        "JFrog",
        r#"{"iss":"jfac@01","sub":"jfac@01/users/ann","scp":"applied-permissions/admin","iat":1700000000,"jti":"f-1"}"#,
        &[("kind", "JFrog access token"), ("expires", "never"), ("owner", "jfac@01/users/ann"), ("scope", "applied-permissions/admin"), ("id", "f-1")],
    );
    let app = group.of(&format!(r#"ghs_123456_{{jwt:{{"alg":"RS256","typ":"JWT"}}.{{"iss":"https://github.com","sub":"installation-7",{base}}}}}"#));
    group.add(
        (
            "GitHub App installation",
            "github-app-installation-jwt",
            Guard::Signature,
        ),
        "GH_TOKEN=@\n",
        app,
        &[
            ("kind", "GitHub App installation"),
            exp,
            ("id", "app 123456"),
        ],
    );
    let job = group.of(&format!(r#"glcbt-{{jwt:{{"alg":"RS256","typ":"JWT"}}.{{"iss":"https://gitlab.demo.test","sub":"job_1","project_path":"demo/app","user_login":"ann",{base}}}}}"#));
    group.add(
        (
            "GitLab job token",
            "gitlab-ci-job-token-jwt",
            Guard::Signature,
        ),
        "CI_JOB_TOKEN=@\n",
        job,
        &[
            ("kind", "GitLab CI/CD job"),
            exp,
            ("owner", "ann"),
            ("account", "demo/app"),
        ],
    );
}

fn macaroons(group: &mut Group) {
    let (index, id, seed) = (
        "pypi.org",
        "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f0",
        group.seed,
    );
    let caveats = |list: &[&str]| list.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
    let wide = make::macaroon("pypi-", index, id, &caveats(&[r#"[3,"u-1"]"#]), seed);
    group.add(
        ("PyPI, account-wide", "pypi-api-token", Guard::Signature),
        "TWINE_PASSWORD=@\n",
        wide,
        &[
            ("issuer", index),
            ("id", id),
            ("owner", "user u-1"),
            ("scope", "account-wide"),
        ],
    );
    let list = [
        r#"[0,1800000000,1700000000]"#,
        r#"[1,["orders","billing"]]"#,
    ];
    let scoped = make::macaroon("pypi-", index, id, &caveats(&list), seed);
    group.add(
        ("PyPI, projects and end", "pypi-api-token", Guard::Signature),
        "TWINE_PASSWORD=@\n",
        scoped,
        &[
            ("expires", END),
            ("not-before", START),
            ("scope", "projects orders billing"),
        ],
    );
    let devpi = make::macaroon(
        "devpi-",
        "",
        "ann-a1b2c3",
        &caveats(&["expires=1800000000", "allowed=pkg_read,upload"]),
        seed,
    );
    group.add(
        ("devpi", "devpi-token", Guard::Signature),
        "DEVPI_PASSWORD=@\n",
        devpi,
        &[
            ("expires", END),
            ("owner", "ann"),
            ("id", "a1b2c3"),
            ("scope", "allowed=pkg_read,upload"),
        ],
    );
    let fly = make::fly(4321, 77, 1_700_000_000, 1_800_000_000, seed);
    group.add(
        ("Fly.io", "fly-access-token", Guard::Signature),
        "FLY_API_TOKEN=\"@\"\n",
        fly,
        &[
            ("expires", END),
            ("not-before", START),
            ("account", "organization 4321"),
            ("scope", "everything"),
            ("scope", "apps 77 read write"),
        ],
    );
}

fn addresses(group: &mut Group) {
    let sas = group.of("https://acme.blob.core.windows.net/c?sv=2022-11-02&ss=b&srt=sco&sp=rwd&se=2027-01-15T08:00:00Z&st=2023-11-14&spr=https&sig={percent:{base64:43}=}");
    group.add(
        ("Azure storage", "azure-sas", Guard::Signature),
        "url: \"@\"\n",
        sas,
        &[
            ("expires", END),
            ("not-before", "2023-11-14T00:00:00Z"),
            ("account", "acme"),
            ("scope", "sp=rwd ss=b srt=sco spr=https"),
        ],
    );
    let bus = group.of("SharedAccessSignature sr=acme.servicebus.windows.net%2Fq&sig={percent:{base64:43}=}&se=1800000000&skn=send");
    group.add(
        (
            "Azure Service Bus",
            "azure-service-bus-sas",
            Guard::Signature,
        ),
        "Authorization: @\n",
        bus,
        &[
            ("expires", END),
            ("owner", "send"),
            ("account", "acme.servicebus.windows.net/q"),
        ],
    );
    let key = group.of("{check:aws-key-id:AKIA{base32:16}}");
    let s3 = group.of(&format!("https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}%2F20270115%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20270115T070000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={{hex:64}}"));
    group.add(
        ("S3, version 4", "aws-presigned-url", Guard::Signature),
        "url: \"@\"\n",
        s3,
        &[
            ("expires", END),
            ("issued", "2027-01-15T07:00:00Z"),
            ("owner", &key),
            ("scope", "s3 eu-west-1"),
        ],
    );
    let old = group.of(&format!("https://b.s3.amazonaws.com/k?AWSAccessKeyId={key}&Expires=1800000000&Signature={{alnum:27}}%3D"));
    group.add(
        ("S3, version 2", "aws-presigned-url-v2", Guard::Signature),
        "url: \"@\"\n",
        old,
        &[("expires", END), ("owner", &key)],
    );
    let gcs = group.of("https://storage.googleapis.com/acme/a.zip?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=svc%40acme.iam.gserviceaccount.com%2F20270115%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20270115T070000Z&X-Goog-Expires=3600&X-Goog-SignedHeaders=host&X-Goog-Signature={hex:512}");
    group.add(
        (
            "Google Cloud Storage, version 4",
            "gcs-signed-url",
            Guard::Signature,
        ),
        "url: \"@\"\n",
        gcs,
        &[
            ("expires", END),
            ("issued", "2027-01-15T07:00:00Z"),
            ("owner", "svc@acme.iam.gserviceaccount.com"),
            ("scope", "storage auto"),
        ],
    );
    let policy = r#"{"Statement":[{"Resource":"https://cdn.demo.test/*","Condition":{"DateLessThan":{"AWS:EpochTime":1800000000}}}]}"#;
    let policy = make::standard(policy)
        .replace('+', "-")
        .replace('=', "_")
        .replace('/', "~");
    let signed = group.of("Signature={alnum:342}__&Key-Pair-Id=K{uppernum:13}");
    let pair = signed[signed.len() - 14..].to_owned();
    group.add(
        (
            "CloudFront, policy",
            "cloudfront-signed-url",
            Guard::Signature,
        ),
        &format!("url: \"https://cdn.demo.test/v?Policy={policy}&@\"\n"),
        signed,
        &[
            ("expires", END),
            ("scope", "https://cdn.demo.test/*"),
            ("owner", &pair),
        ],
    );
}

/// What the fifth to fourteenth character of a key id say.
fn account(id: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digit = |c: char| alphabet.find(c).expect("base32") as u64;
    let bits = id[4..14].chars().fold(0, |n, c| n << 5 | digit(c));
    format!("{:012}", ((bits >> 2) & 0x7fff_ffff_ff80) >> 7)
}

fn aws(group: &mut Group) {
    let id = group.of("{check:aws-key-id:AKIA{base32:16}}");
    let told = account(&id);
    group.add(
        ("AKIA", "aws-access-key-id", Guard::Bare),
        "aws_access_key_id = @\n",
        id,
        &[("account", &told)],
    );
    let id = group.of("{check:aws-key-id:ASIA{base32:16}}");
    let told = account(&id);
    group.add(
        ("ASIA", "aws-temporary-access-key-id", Guard::Bare),
        "aws_access_key_id = @\n",
        id,
        &[("account", &told)],
    );
}

fn gitlab(group: &mut Group) {
    let token =
        group.of("{check:gitlab-routable:glpat-{b64url:{alnum:16}g:4{nl}o:1{nl}u:2s!}.01.0w}");
    // The byte behind the lines is their length.
    let payload = [
        group.of("{alnum:16}").into_bytes(),
        b"g:4\no:1\nu:2s\x0c".to_vec(),
    ]
    .concat();
    let payload = make::url(payload);
    let length = format!("{:02}", base36(payload.len()));
    drop(token);
    let token = group.of(&format!(
        "{{check:gitlab-routable:glpat-{payload}.01.{length}}}"
    ));
    group.add(
        ("routable", "gitlab-pat-routable", Guard::Checksum),
        "GITLAB_TOKEN={}\n".replace("{}", "@").as_str(),
        token,
        &[
            ("owner", "user 100"),
            ("account", "group 4"),
            ("account", "organization 1"),
        ],
    );
}

fn base36(number: usize) -> String {
    let digit = |n: usize| char::from_digit(u32::try_from(n).expect("small"), 36).expect("a digit");
    format!("{}{}", digit(number / 36), digit(number % 36))
}

fn sentry(group: &mut Group) {
    let token = group.of(r#"sntrys_{b64:{{"iat":1700000000.5,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}}}_{base64:43}"#);
    group.add(
        ("organization token", "sentry-org-token", Guard::Bare),
        "SENTRY_AUTH_TOKEN=@\n",
        token,
        &[
            ("issued", START),
            ("issuer", "https://us.sentry.io"),
            ("owner", "acme"),
        ],
    );
}

fn azure(group: &mut Group) {
    let pat = group.of("{check:azure-cask:{alnum:52}JQQJ99BKACAAAAAAAAAAAAASAZDO}");
    let cask = |rule| ("annotated key, DevOps", rule, Guard::Bare);
    group.add(
        cask("azure-devops-pat"),
        "AZURE_DEVOPS_EXT_PAT=@\n",
        pat,
        &[("issued", "2025-11-01T00:00:00Z")],
    );
    let ai = group.of("{check:azure-cask:{alnum:52}JQQJ99BEACYeBjFXJ3w3AAABACOG}");
    group.add(
        (
            "annotated key, AI services",
            "azure-ai-services-key",
            Guard::Bare,
        ),
        "AZURE_OPENAI_API_KEY=@\n",
        ai,
        &[("issued", "2025-05-01T00:00:00Z")],
    );
    // The maker of examples takes the first seed of a family, which for Cosmos is the one that reads only.
    let cosmos = group.of("{check:azure-identifiable:{alnum:76}ACDb}==");
    group.add(
        ("Cosmos DB", "azure-cosmos-key", Guard::Checksum),
        "AZURE_COSMOS_KEY=\"@\"\n",
        cosmos,
        &[("scope", "read-only")],
    );
    let bus = group.of("{check:azure-identifiable:{alnum:33}+ASb}=");
    group.add(
        ("Service Bus", "azure-messaging-key", Guard::Bare),
        "Endpoint=sb://orders.servicebus.windows.net/;SharedAccessKeyName=RootManage;SharedAccessKey=@\n",
        bus,
        &[("scope", "send"), ("owner", "RootManage"), ("account", "sb://orders.servicebus.windows.net/")],
    );
    let storage = group.of("{check:azure-identifiable:{alnum:76}+ASt}==");
    group.add(
        ("storage account", "azure-storage-connection-string", Guard::Bare),
        "DefaultEndpointsProtocol=https;AccountName=reports;AccountKey=@;EndpointSuffix=core.windows.net\n",
        storage,
        &[("account", "reports")],
    );
}

fn inside(group: &mut Group) {
    let jfrog = make::standard(group.of("reftkn:01:1800000000:{alnum:27}"));
    let bare = |name, rule| (name, rule, Guard::Bare);
    group.add(
        bare("JFrog reference token", "jfrog-reference-token"),
        "JFROG_TOKEN=@\n",
        jfrog,
        &[("expires", END)],
    );
    let endless = make::standard(group.of("reftkn:01:0000000000:{alnum:27}"));
    group.add(
        bare("JFrog reference token without end", "jfrog-reference-token"),
        "JFROG_TOKEN=@\n",
        endless,
        &[("expires", "never")],
    );
    // 1,700,000,000,000 milliseconds in Crockford's base 32.
    let ulid = format!(
        "01HF7YAT00{}",
        group.of("{uppernum:16}").replace(['I', 'L', 'O', 'U'], "A")
    );
    let workos = format!(
        "sk_live_{}",
        make::standard(format!("key_{ulid},{}", group.of("{alnum:25}")))
    );
    group.add(
        bare("WorkOS", "workos-api-key"),
        "WORKOS_API_KEY=@\n",
        workos,
        &[
            ("issued", START),
            ("environment", "live"),
            ("id", &format!("key_{ulid}")),
        ],
    );
    let postman = group.of("PMAK-6553f100{hex:16}-{hex:34}");
    group.add(
        bare("Postman", "postman-api-key"),
        "POSTMAN_API_KEY=@\n",
        postman,
        &[("issued", START)],
    );
    let cloud = group
        .of(r#"glc_{b64:{{"o":"652992","n":"stack-1-ci","k":"{alnum:24}","m":{{"r":"us"}}}}}"#);
    group.add(
        bare("Grafana Cloud", "grafana-cloud-token"),
        "GRAFANA_TOKEN=@\n",
        cloud,
        &[
            ("id", "stack-1-ci"),
            ("account", "organization 652992"),
            ("scope", "region us"),
        ],
    );
    let legacy = group.of(r#"{b64:{{"k":"{alnum:32}","n":"ci","id":1}}}"#);
    group.add(
        bare("Grafana, old key", "grafana-legacy-api-key"),
        "GRAFANA_API_KEY=@\n",
        legacy,
        &[("id", "ci"), ("account", "organization 1")],
    );
    let user = group.of("1{digit:17}");
    let discord = format!(
        "{}.{}",
        make::url(&user),
        group.of("G{word:5}.{base64url:38}")
    );
    group.add(
        bare("Discord bot", "discord-bot-token"),
        "DISCORD_BOT_TOKEN=@\n",
        discord,
        &[("id", &user)],
    );
    let (team, bot) = (group.of("1{digit:11}"), group.of("2{digit:12}"));
    let slack = group.of(&format!("xoxb-{team}-{bot}-{{alnum:24}}"));
    group.add(
        bare("Slack bot", "slack-bot-token"),
        "SLACK_BOT_TOKEN=@\n",
        slack,
        &[
            ("account", &format!("workspace {team}")),
            ("id", &format!("bot {bot}")),
            ("scope", "bot"),
        ],
    );
    let app = group.of("A{uppernum:10}");
    let slack = group.of(&format!("xapp-1-{app}-{{digit:13}}-{{hex:64}}"));
    group.add(
        bare("Slack app", "slack-app-token"),
        "SLACK_APP_TOKEN=@\n",
        slack,
        &[("id", &format!("app {app}"))],
    );
    let mapbox = group.of(r#"sk.{b64url:{{"u":"acme","a":"ck1{lowernum:22}"}}}.{base64url:22}"#);
    group.add(
        ("Mapbox", "mapbox-secret-token", Guard::Signature),
        "MAPBOX_SECRET_TOKEN=@\n",
        mapbox,
        &[("owner", "acme"), ("scope", "secret")],
    );
    let one = group.of(r#"ops_{b64url:{{"signInAddress":"acme.1password.com","email":"svc@demo.test","secretKey":"{uppernum:30}","srpX":"{hex:64}","muk":"{alnum:120}"}}}"#);
    group.add(
        bare("1Password", "1password-service-account-token"),
        "OP_SERVICE_ACCOUNT_TOKEN=@\n",
        one,
        &[("issuer", "acme.1password.com"), ("owner", "svc@demo.test")],
    );
    let datasette = group.of(r#"dstok_{b64url:{{"a":"ann","token":"dstok","t":1700000000,"d":100000000,"_r":{{"a":["vi"]}}}}}.{base64url:27}"#);
    group.add(
        ("Datasette", "datasette-api-token", Guard::Signature),
        "DATASETTE_TOKEN=@\n",
        datasette,
        &[
            ("expires", END),
            ("issued", START),
            ("owner", "ann"),
            ("scope", r#"{"a":["vi"]}"#),
        ],
    );
    let unleash = group.of("*:production.{hex:56}");
    group.add(
        bare("Unleash", "unleash-api-token"),
        "UNLEASH_API_TOKEN=@\n",
        unleash,
        &[
            ("environment", "production"),
            ("scope", "every project, environment production"),
        ],
    );
    let algolia = group.of("{b64:{hex:64}validUntil=1800000000&restrictIndices=orders}");
    group.add(
        ("Algolia", "algolia-secured-api-key", Guard::Signature),
        "ALGOLIA_SECURED_KEY=@\n",
        algolia,
        &[("expires", END), ("scope", "restrictIndices=orders")],
    );
}

fn ids(group: &mut Group) {
    let bare = |name, rule| (name, rule, Guard::Bare);
    let id = group.of("{base64url:22}");
    let token = group.of(&format!("SG.{id}.{{base64url:43}}"));
    group.add(
        bare("SendGrid", "sendgrid-api-key"),
        "SENDGRID_API_KEY=@\n",
        token,
        &[("id", &id)],
    );
    let sid = group.of("SK{hex:32}");
    let token = group.of("{alnum:32}");
    group.add(
        bare("Twilio", "twilio-api-key-secret"),
        &format!("TWILIO_API_KEY={sid}\nTWILIO_API_SECRET=@\n"),
        token,
        &[("id", &sid)],
    );
    let id = group.of("k{alnum:11}CNTRL");
    let token = group.of(&format!("tskey-auth-{id}-{{alnum:32}}"));
    group.add(
        bare("Tailscale", "tailscale-auth-key"),
        "TS_AUTHKEY=@\n",
        token,
        &[("id", &id), ("scope", "adding nodes")],
    );
    let id = group.of("{alnum:12}");
    let token = group.of(&format!("nbt_{id}.{{alnum:40}}"));
    group.add(
        bare("NetBox", "netbox-api-token"),
        "NETBOX_TOKEN=@\n",
        token,
        &[("id", &id)],
    );
    let id = group.of("{alnum:7}");
    let token = group.of(&format!("{id}.{{alnum:32}}"));
    group.add(
        bare("Headscale", "headscale-api-key"),
        "HEADSCALE_API_KEY=@\n",
        token,
        &[("id", &id)],
    );
    let user = group.of("bot{lower:5}");
    let name = make::standard(&user).replace('=', "");
    let token = group.of(&format!(
        "{{check:crc32-base62-all:syt_{name}_{{lower:20}}}}"
    ));
    group.add(
        bare("Matrix", "matrix-synapse-access-token"),
        "MATRIX_ACCESS_TOKEN=@\n",
        token,
        &[("owner", &user)],
    );
    let id = group.of("1{digit:9}");
    let token = group.of(&format!("{id}:AA{{base64url:33}}"));
    group.add(
        bare("Telegram", "telegram-bot-token"),
        "TELEGRAM_BOT_TOKEN=@\n",
        token,
        &[("id", &id)],
    );
    let id = group.of("pat{alnum:14}");
    let token = group.of(&format!("{id}.{{hex:64}}"));
    group.add(
        bare("Airtable", "airtable-pat"),
        "AIRTABLE_TOKEN=@\n",
        token,
        &[("id", &id)],
    );
    let token = group.of("{hex:32}-us12");
    group.add(
        bare("Mailchimp", "mailchimp-api-key"),
        "MAILCHIMP_API_KEY=@\n",
        token,
        &[("account", "data centre us12")],
    );
    let id = group.of("1{digit:11}");
    let token = make::standard(group.of(&format!("{id}:{{alnum:20}}")));
    group.add(
        bare("Jira Data Center", "atlassian-data-center-pat"),
        "JIRA_PAT=@\n",
        token.clone(),
        &[("id", &id)],
    );
    let token = format!(
        "BBDC-{}",
        make::standard(group.of(&format!("{id}:{{alnum:20}}")))
    );
    group.add(
        bare("Bitbucket Data Center", "bitbucket-server-token"),
        "BITBUCKET_TOKEN=@\n",
        token,
        &[("id", &id)],
    );
}

fn checksums(group: &mut Group) {
    for (name, rule, template, scope) in [
        (
            "Cloudflare global key",
            "cloudflare-global-api-key",
            "{check:crc32-hex-body:cfk_{alnum:40}}",
            "everything its user may do",
        ),
        (
            "Cloudflare user token",
            "cloudflare-user-token",
            "{check:crc32-hex-body:cfut_{alnum:40}}",
            "user token",
        ),
    ] {
        let token = group.of(template);
        group.add(
            (name, rule, Guard::Checksum),
            "CLOUDFLARE_KEY=@\n",
            token,
            &[("scope", scope)],
        );
    }
}

fn prefixes(group: &mut Group) {
    const ORGANIZATION: &str = "administration of the organization";
    let rows: [Row; 8] = [
        (
            "Stripe live",
            "stripe-live-secret-key",
            "sk_live_51{alnum:97}",
            &[("environment", "live")],
        ),
        (
            "Stripe restricted test",
            "stripe-test-restricted-key",
            "rk_test_51{alnum:97}",
            &[("environment", "test"), ("scope", "restricted")],
        ),
        (
            "Vault",
            "hashicorp-vault-service-token",
            "hvs.{alnum:90}",
            &[("scope", "service token")],
        ),
        (
            "Doppler",
            "doppler-service-token",
            "dp.st.prd.{alnum:43}",
            &[("environment", "prd"), ("scope", "service: one config")],
        ),
        (
            "OpenAI",
            "openai-project-key",
            "sk-proj-{alnum:74}T3BlbkFJ{alnum:74}",
            &[("scope", "one project")],
        ),
        (
            "OpenAI admin",
            "openai-admin-key",
            "sk-admin-{alnum:58}T3BlbkFJ{alnum:58}",
            &[("scope", ORGANIZATION)],
        ),
        (
            "Anthropic admin",
            "anthropic-admin-key",
            "sk-ant-admin01-{alnum:93}AA",
            &[("scope", ORGANIZATION)],
        ),
        (
            "Docker organization",
            "docker-hub-oat",
            "dckr_oat_{alnum:32}",
            &[("scope", "organization")],
        ),
    ];
    for (name, rule, template, facts) in rows {
        let token = group.of(template);
        group.add((name, rule, Guard::Bare), "SECRET=\"@\"\n", token, facts);
    }
}

fn keys(group: &mut Group) {
    let bare = |name, rule| (name, rule, Guard::Bare);
    let issuer = ("issuer", "CN=ca,O=demo");
    let times = [
        ("expires", "2027-01-01T00:00:00Z"),
        ("not-before", "2026-01-01T00:00:00Z"),
    ];
    let key = group.of("{pem:EC PRIVATE KEY}");
    let other = expand("{pem:EC PRIVATE KEY}", group.seed + 1000);
    group.add(
        bare("key with its certificate", "private-key-pem"),
        &format!("{}\n@\n", make::certificate("www.demo.test", "Demo", 26)),
        key,
        &[
            times[0],
            times[1],
            issuer,
            ("owner", "www.demo.test"),
            ("account", "Demo"),
        ],
    );
    let client = make::standard(make::certificate("kubernetes-admin", "system:masters", 26));
    group.add(
        bare("kubeconfig", "private-key-pem"),
        &format!("users:\n- name: admin\n  user:\n    client-certificate-data: {client}\n    client-key-data: @\n"),
        make::standard(other),
        &[times[0], times[1], issuer, ("owner", "kubernetes-admin"), ("scope", "system:masters")],
    );
    let key = group.of("{pem:OPENSSH PRIVATE KEY}");
    group.add(
        bare("OpenSSH", "private-key-openssh"),
        "@\n",
        key,
        &[("owner", "user@host")],
    );
    let other = expand("{pem:OPENSSH PRIVATE KEY}", group.seed + 1000);
    let certificate =
        make::ssh_certificate("ann@demo", &["ann", "deploy"], 1_800_000_000, group.seed);
    group.add(
        bare("OpenSSH with certificate", "private-key-openssh"),
        &format!("@\n{certificate}\n"),
        other,
        &[
            ("kind", "OpenSSH user certificate"),
            ("expires", END),
            ("id", "ann@demo"),
            ("scope", "ann deploy"),
        ],
    );
}

fn files(group: &mut Group) {
    let seed = group.seed;
    let pgp = |life, revoked| {
        let key = keyfiles::Pgp {
            version: 4,
            created: 1_700_000_000,
            life,
            direct: None,
            user: "Ann <ann@demo.test>",
            revoked,
        };
        let (bytes, print) =
            keyfiles::pgp(&key, &make::bytes(64, seed + u64::from(life.is_some())));
        (
            keyfiles::armor(&bytes, |bytes| make::standard(bytes)),
            print,
        )
    };
    let bare = ("kind", "OpenPGP key, not protected");
    let user = ("owner", "Ann <ann@demo.test>");
    let (armor, print) = pgp(Some(100_000_000), Some((1_750_000_000, 2)));
    group.add(
        ("OpenPGP with end, revoked", "private-key-pgp", Guard::Bare),
        "@",
        armor,
        &[
            bare,
            ("expires", END),
            ("issued", START),
            user,
            ("id", &print),
            (
                "revocation",
                "revoked on 2025-06-15: its secret part is known to others",
            ),
        ],
    );
    let (armor, print) = pgp(None, None);
    group.add(
        ("OpenPGP without end", "private-key-pgp", Guard::Bare),
        "@",
        armor,
        &[
            bare,
            ("expires", "never"),
            ("issued", START),
            user,
            ("id", &print),
        ],
    );
    let made = 1_700_000_000_000 + seed;
    let certificate = make::certificate_bytes("www.demo.test", "Demo", 26);
    let facts = |kind| {
        [
            ("kind", kind),
            ("expires", "2027-01-01T00:00:00Z"),
            ("not-before", "2026-01-01T00:00:00Z"),
            ("issued", START),
            ("issuer", "CN=ca,O=demo"),
            ("owner", "www.demo.test"),
            ("account", "Demo"),
            ("id", "server"),
        ]
    };
    group.file(
        ("Java", "private-key-java-keystore-file"),
        "jks",
        keyfiles::jks("server", made, &certificate),
        &facts("JKS, private keys protected by a password"),
    );
    group.file(
        ("PKCS#12", "private-key-pkcs12-file"),
        "p12",
        keyfiles::pkcs12("server", made, &certificate),
        &facts("PKCS#12, private keys protected by a password"),
    );
    let host = ["host", "www.demo.test"];
    group.file(
        ("Kerberos", "private-key-kerberos-keytab-file"),
        "keytab",
        keyfiles::keytab(&host, "DEMO.TEST", 1_700_000_000, 300, &[18, 23]),
        &[
            (
                "kind",
                "Kerberos key for aes256-cts-hmac-sha1-96, rc4-hmac (weak)",
            ),
            ("issued", START),
            ("owner", "host/www.demo.test@DEMO.TEST"),
            ("id", "kvno 300"),
        ],
    );
}

fn beside(group: &mut Group) {
    let bare = |name, rule| (name, rule, Guard::Bare);
    let hash = group.of("$6${alnum:16}${alnum:86}");
    group.add(
        bare("/etc/shadow", "hash-sha512crypt"),
        "root:*:19000:0:99999:7:::\ndeploy:@:19675:0:90:7::20833:\n",
        hash,
        &[
            ("owner", "deploy"),
            ("changed", "2023-11-14T00:00:00Z"),
            ("expires", "2027-01-15T00:00:00Z"),
            ("scope", "to be changed after 90 days"),
        ],
    );
    let token = group.of("ya29.{base64url:160}");
    group.add(
        bare("token.json of Google", "google-oauth-access-token"),
        r#"{"token": "@", "token_uri": "https://oauth2.googleapis.com/token", "client_id": "42-demo.apps.googleusercontent.com", "account": "ann@demo.test", "expiry": "2027-01-15T08:00:00.123Z"}"#,
        token,
        &[("expires", END), ("id", "42-demo.apps.googleusercontent.com"), ("owner", "ann@demo.test")],
    );
    let secret = group.of("{base64:40}");
    group.add(
        bare("Terraform state", "aws-secret-access-key"),
        "{\"type\": \"aws_iam_access_key\", \"instances\": [{\"attributes\": {\n\"create_date\": \"2023-11-14T22:13:20Z\",\n\"secret\": \"aws\",\n\"aws_secret_access_key\": \"@\",\n\"user\": \"deploy\"}}]}\n",
        secret,
        &[("issued", START), ("owner", "deploy")],
    );
    let claims = r#"{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"prod","kubernetes.io/serviceaccount/secret.name":"ci-token","sub":"system:serviceaccount:prod:ci"}"#;
    let token = group.of(&format!(r#"{{jwt:{{"alg":"RS256","kid":"k"}}.{claims}}}"#));
    group.add(
        ("secret of Kubernetes", "jwt", Guard::Signature),
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata:\n  name: ci-token\n  creationTimestamp: \"2023-11-14T22:13:20Z\"\n  labels:\n    kubernetes.io/legacy-token-last-used: \"2026-05-01\"\n  annotations:\n    kubernetes.io/service-account.name: ci\ndata:\n  token: @\n",
        make::standard(token),
        &[("expires", "never"), ("issued", START), ("last-used", "2026-05-01T00:00:00Z"), ("owner", "ci")],
    );
    let token = group.of("{base64:300}");
    group.add(
        bare("login of the AWS CLI", "aws-sso-access-token"),
        r#"{"startUrl": "https://acme.awsapps.com/start", "region": "eu-west-1", "accessToken": "@", "expiresAt": "2027-01-15T08:00:00UTC"}"#,
        token,
        &[("expires", END), ("issuer", "https://acme.awsapps.com/start")],
    );
    let id = expand("{check:aws-key-id:ASIA{base32:16}}", group.seed + 1000);
    let told = account(&id);
    group.add(
        bare("role of the AWS CLI", "aws-temporary-access-key-id"),
        r#"{"Credentials": {"AccessKeyId": "@", "SessionToken": "short", "Expiration": "2027-01-15T08:00:00Z"}, "AssumedRoleUser": {"AssumedRoleId": "AROA:ann", "Arn": "arn:aws:sts::123456789012:assumed-role/deploy/ann"}}"#,
        id,
        &[("expires", END), ("owner", "arn:aws:sts::123456789012:assumed-role/deploy/ann"), ("account", &told)],
    );
    let id = group.of("{hex:40}");
    let file = group.of(&format!(
        r#"{{{{"type": "service_account", "project_id": "orders", "private_key_id": "{id}", "private_key": "-----BEGIN PRIVATE KEY-----\n{{base64:64}}\n{{base64:64}}\n-----END PRIVATE KEY-----\n", "client_email": "ci@orders.iam.gserviceaccount.com", "client_id": "{{digit:21}}", "token_uri": "https://oauth2.googleapis.com/token"}}}}"#
    ));
    group.add(
        bare(
            "service account of Google Cloud",
            "google-service-account-key",
        ),
        "@\n",
        file,
        &[
            ("owner", "ci@orders.iam.gserviceaccount.com"),
            ("account", "orders"),
            ("id", &id),
        ],
    );
}

fn paseto(group: &mut Group) {
    let claims =
        r#"{"sub":"svc","exp":"2027-01-15T08:00:00+00:00","iat":"2023-11-14T22:13:20+00:00"}"#;
    let body = [claims.as_bytes(), &make::bytes(64, group.seed)].concat();
    let token = format!("v4.public.{}", make::url(body));
    group.add(
        ("public, version 4", "paseto-public", Guard::Signature),
        "token = \"@\"\n",
        token,
        &[("expires", END), ("issued", START), ("owner", "svc")],
    );
}
