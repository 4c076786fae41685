//! A repository with a known story: three people, slots that were rotated, keys that were only removed,
//! encrypted files, a renewed certificate, dates that cannot be, messages, a deleted branch. Every line of its
//! inventory is asserted, in JSON and in the table for a spreadsheet.

mod told;

use crate::common::{Dir, expand, jwt_of, mail_of, noon, token};
use crate::facts::make;

const ANN: &str = "Ann Admin";
const BOB: &str = "Bob Dev";
const EVE: &str = "Eve Ops";

/// A token with a valid checksum, of the story alone.
fn pat(seed: u64) -> String {
    token(1000 + seed)
}

fn env(seed: u64) -> String {
    format!("GITHUB_TOKEN={}\n", pat(seed))
}

fn certificate(year: u8) -> String {
    make::certificate("www.demo.test", "Demo", year)
}

/// A value as SOPS writes it: what it encrypts, and the vector that changes with the value.
fn sops(data: u64, iv: u64) -> String {
    let random = |bytes, seed| make::standard(make::bytes(bytes, seed));
    let (data, iv, tag) = (random(15, data), random(32, iv), random(16, data + 1));
    format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:str]")
}

fn sops_file(first: &str, second: &str) -> String {
    format!(
        "database:\n    password: {first}\n    replica_password: {second}\nsops:\n    age:\n        - recipient: age1x\n    \
         lastmodified: \"2024-01-10T12:00:00Z\"\n    version: 3.9.0\n"
    )
}

fn sealed(seed: u64) -> String {
    // The length of an encrypted session key, that key, and what it encrypts.
    let value = make::standard([&[2, 0][..], &make::bytes(512 + 40, seed)].concat());
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: app\nspec:\n  encryptedData:\n    \
         password: {value}\n"
    )
}

fn vault(seed: u64) -> String {
    let line = |n: u64| expand("{hex:80}", seed * 10 + n);
    format!(
        "$ANSIBLE_VAULT;1.1;AES256\n{}\n{}\n{}\n",
        line(0),
        line(1),
        line(2)
    )
}

/// The story, told by commits.
fn the_story() -> Dir {
    let dir = Dir::repo();
    let key = expand("{pem:EC PRIVATE KEY}", 12);

    // Somebody writes any date into the first commit; the form of its token is younger than that.
    dir.write("root.env", env(1));
    dir.commit_by(ANN, "2012-01-01", "Start");
    dir.write("app.env", env(3));
    dir.write("tls/server.pem", format!("{}\n{key}\n", certificate(24)));
    dir.write("secrets/prod.yaml", sops_file(&sops(70, 71), &sops(72, 73)));
    dir.write("k8s/sealed.yaml", sealed(8));
    dir.write("ansible/mail.yml", vault(9));
    dir.write("ansible/web.yml", vault(19));
    dir.commit_by(
        ANN,
        "2024-01-10",
        "Settings, encrypted files and the server's key",
    );
    // A child that claims to be older than its parent.
    dir.write("child.env", env(2).replace("GITHUB_TOKEN", "CHILD_TOKEN"));
    dir.commit_by(BOB, "2009-05-05", "A note");

    dir.write("gone.env", env(6));
    dir.write(
        "old/name.env",
        env(16).replace("GITHUB_TOKEN", "RENAMED_TOKEN"),
    );
    dir.write(
        "deploy/prod/mail.env",
        env(17).replace("GITHUB_TOKEN", "MAIL_TOKEN"),
    );
    dir.write(
        "deploy/staging/mail.env",
        env(17).replace("GITHUB_TOKEN", "MAIL_TOKEN"),
    );
    dir.write("back.env", env(31).replace("GITHUB_TOKEN", "BACK_TOKEN"));
    let app = expand("{check:crc32-base62:ghs_{alnum:30}}", 29);
    dir.write("ci.env", format!("APP_TOKEN={app}\n"));
    dir.commit_by(BOB, "2024-03-01", "Tokens of the team");
    dir.write(
        "tests/pay.env",
        expand("STRIPE_KEY=sk_live_51{alnum:97}\n", 20),
    );
    dir.write(
        "deploy/production/pay.env",
        expand("STRIPE_KEY=sk_test_51{alnum:97}\n", 21),
    );
    let message = format!("Mail {} to the vendor", pat(15));
    dir.commit_by(BOB, "2024-04-01", &message);
    let tag = format!("Release, built with {}", pat(14));
    dir.git_by(
        EVE,
        &mail_of(EVE),
        &noon("2024-05-05"),
        &["tag", "-a", "v1", "-m", &tag],
    );

    // The first rotation, and tokens that say themselves when they end.
    dir.write("app.env", env(4));
    dir.write("back.env", "BACK_TOKEN=\n");
    dir.git(&["rm", "-q", "ci.env"]);
    let expired = r#"{"iss":"https://login.demo.test","sub":"svc-checkout","iat":1709200000,"exp":1709203600}"#;
    dir.write(
        "debug/session.log",
        format!("Authorization: Bearer {}\n", jwt_of(expired, 10)),
    );
    let endless = r#"{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"prod","kubernetes.io/serviceaccount/secret.name":"ci-token","sub":"system:serviceaccount:prod:ci"}"#;
    dir.write(
        "k8s/token.env",
        format!("K8S_TOKEN={}\n", jwt_of(endless, 11)),
    );
    dir.commit_by(EVE, "2024-09-01", "Rotate the token of the app");

    let caveats = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let pypi =
        |list: &[&str], seed| make::macaroon("pypi-", "pypi.org", "0f1e", &caveats(list), seed);
    dir.write(
        "publish/all.env",
        format!("TWINE_PASSWORD={}\n", pypi(&[r#"[3,"u-1"]"#], 22)),
    );
    // From 2026-11-20 on it ends within 30 days: 2026-12-20.
    let scoped = pypi(&[r#"[0,1797724800,1764547200]"#, r#"[1,["orders"]]"#], 23);
    dir.write("publish/orders.env", format!("TWINE_PASSWORD={scoped}\n"));
    let sas = expand(
        "https://reports.blob.core.windows.net/?sv=2022-11-02&ss=b&srt=sco&sp=rwdl&se=2029-01-01T00:00:00Z&st=2025-12-01T00:00:00Z&spr=https&sig={base64:43}%3D",
        24,
    );
    dir.write("storage.env", format!("REPORTS_URL={sas}\n"));
    let pair = expand(
        "AWS_ACCESS_KEY_ID={check:aws-key-id:AKIA{base32:16}}\nAWS_SECRET_ACCESS_KEY={base64:40}\n",
        25,
    );
    dir.write("aws.env", pair);
    let client = make::standard(make::certificate("kubernetes-admin", "system:masters", 26));
    let client_key = make::standard(expand("{pem:EC PRIVATE KEY}", 33));
    dir.write(
        "kube/config.yaml",
        format!("users:\n- name: admin\n  user:\n    client-certificate-data: {client}\n    client-key-data: {client_key}\n"),
    );
    dir.write(
        "slack.env",
        expand("SLACK_TOKEN=xoxb-{digit:12}-{digit:12}-{alnum:24}\n", 28),
    );
    dir.write(
        "npm.env",
        expand("NPM_TOKEN={check:crc32-base62:npm_{alnum:30}}\n", 30),
    );
    dir.write(
        "ssh/deploy",
        format!("{}\n", expand("{pem:OPENSSH PRIVATE KEY}", 32)),
    );
    dir.write("db.env", expand("DB_PASSWORD={alnum:18}\n", 34));
    dir.write(
        "mail.env",
        expand("SENDGRID_KEY=SG.{alnum:22}.{alnum:43}\n", 35),
    );
    dir.commit_by(EVE, "2025-12-01", "What the new services need");

    // Files move, a value comes back, a branch goes.
    dir.git(&["mv", "app.env", "prod.env"]);
    std::fs::create_dir_all(dir.path().join("config")).expect("new");
    dir.git(&["mv", "old/name.env", "config/name.env"]);
    dir.write("back.env", env(31).replace("GITHUB_TOKEN", "BACK_TOKEN"));
    dir.commit_by(EVE, "2026-02-01", "Order");
    dir.git_by(
        EVE,
        &mail_of(EVE),
        &noon("2026-02-02"),
        &["checkout", "-q", "-b", "trial"],
    );
    dir.write("trial.env", env(18).replace("GITHUB_TOKEN", "TRIAL_TOKEN"));
    dir.commit_by(EVE, "2026-02-03", "A trial");
    dir.git(&["checkout", "-q", "main"]);
    dir.git(&["branch", "-q", "-D", "trial"]);
    dir.git(&["reflog", "expire", "--expire=now", "--all"]);

    // The second rotation; the server gets a new certificate for its old key; the database a new value.
    dir.write("prod.env", env(5));
    dir.git(&["rm", "-q", "gone.env"]);
    dir.write("tls/server.pem", format!("{}\n{key}\n", certificate(26)));
    // SOPS encrypts all anew and keeps the vector of what stays the same.
    dir.write("secrets/prod.yaml", sops_file(&sops(76, 71), &sops(74, 75)));
    dir.write("ansible/mail.yml", vault(90));
    dir.commit_by(BOB, "2026-06-01", "Rotate again");
    dir
}
