//! Each form is read where it stands, and nothing else is; the work grows with the length of a file.

use super::*;

fn found(path: &str, text: &str) -> Vec<String> {
    let path = RepoPath(path.as_bytes().to_vec());
    let all = settled(of(&path, PlaceKind::Source, text.as_bytes()));
    all.iter()
        .map(|one| format!("{} {}{}", one.line, one.kind.scheme(), one.name))
        .collect()
}

#[test]
fn every_form_is_read() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            ".github/workflows/a.yml",
            "env:\n  A: ${{ secrets.RELEASE_BOT }}\n  B: ${{ secrets['OTHER'] }}\n  # ${{ secrets.OLD }}\n  \
             C: ${{ secrets.GITHUB_TOKEN }}${{ vars.PLAIN_TOKEN }}\n",
            &["2 gha:secrets.RELEASE_BOT", "3 gha:secrets.OTHER"],
        ),
        (
            ".gitea/workflows/a.yaml",
            "jobs:\n  b:\n    uses: x/y@v1\n    secrets: inherit # all\n",
            &["4 gha:"],
        ),
        (
            "action.yml",
            "runs:\n  x: ${{ my.secrets.X }} ${{ steps.get-secrets.outputs.X }} ${{ secrets.Y }}\n",
            &["2 gha:secrets.Y"],
        ),
        (
            ".gitlab-ci.yml",
            "variables:\n  DEPLOY_TOKEN: $GROUP_TOKEN\n  STAGE: test\nx:\n  script: use ${NPM_PASSWORD} $CI_JOB_TOKEN $HOME\n",
            &[
                "2 gitlab:DEPLOY_TOKEN",
                "2 gitlab:GROUP_TOKEN",
                "5 gitlab:NPM_PASSWORD",
            ],
        ),
        (
            "deploy/app.yaml",
            "env:\n- name: A\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n\
             - valueFrom: { secretKeyRef: {name: api, key: token} }\nenvFrom:\n- secretRef:\n    name: all\n\
             volumes:\n- secret:\n    secretName: tls\n",
            &["4 k8s:db#password", "9 k8s:all", "13 k8s:tls"],
        ),
        (
            "deploy/one.yaml",
            "      secretKeyRef: {name: api, key: token}\n",
            &["1 k8s:api#token"],
        ),
        (
            "external.yaml",
            "data:\n- secretKey: x\n  remoteRef:\n    key: prod/db\n    property: password\n- remoteRef:\n    key: prod/api\n",
            &["3 external:prod/db#password", "6 external:prod/api"],
        ),
        (
            "docker-compose.prod.yml",
            "services:\n  a:\n    environment:\n      X: ${DB_PASSWORD:-none}\n      Y: ${PORT}\n    secrets:\n      - tls_key\nsecrets:\n  tls_key:\n    file: ./x\n",
            &["4 compose:DB_PASSWORD", "9 compose:tls_key"],
        ),
        (
            "main.tf",
            "variable \"db_password\" {\n  type = string\n  sensitive = true\n}\nvariable \"size\" { default = 3 }\n\
             x = var.db_password\ny = var.size\ndata \"aws_secretsmanager_secret\" \"d\" {\n  name = \"prod/db\"\n}\n\
             data \"vault_kv_secret_v2\" \"v\" {\n  mount = \"kv\"\n  name  = \"ci/git\"\n}\n",
            &[
                "1 terraform:var.db_password",
                "6 terraform:var.db_password",
                "8 external:prod/db",
                "11 vault:kv/ci/git",
            ],
        ),
        (
            ".env.example",
            "# all\nAPI_TOKEN=\nexport DB_PASSWORD=changeme\nPORT=80\n",
            &["2 env:API_TOKEN", "3 env:DB_PASSWORD"],
        ),
        (
            "run.sh",
            "X=$(vault kv get -field=token kv/ci/git)\nvault read secret/app\nvault status\n",
            &["1 vault:kv/ci/git", "2 vault:secret/app"],
        ),
        (
            "conf/app.yml",
            "password: vault:kv/ci/app#password\n",
            &["1 vault:kv/ci/app#password"],
        ),
    ];
    for (path, text, want) in cases {
        assert_eq!(found(path, text), *want, "{path}");
    }
}

#[test]
fn code_is_read_in_every_language() {
    for (path, text) in [
        ("a.py", "x = os.environ['API_TOKEN']"),
        ("a.py", "x = os.environ.get(\n    \"API_TOKEN\", None)"),
        ("a.py", "x = os.getenv('API_TOKEN')"),
        ("a.py", "from os import environ\nx = environ['API_TOKEN']"),
        ("a.ipynb", "\"x = os.environ[\\\"API_TOKEN\\\"]\""),
        ("a.ts", "const x = process.env.API_TOKEN;"),
        ("a.js", "const x = process.env['API_TOKEN'];"),
        ("a.vue", "import.meta.env.API_TOKEN"),
        ("a.ts", "Deno.env.get(\"API_TOKEN\")"),
        ("a.ts", "Bun.env.API_TOKEN"),
        ("a.rs", "std::env::var(\"API_TOKEN\")"),
        ("a.rs", "env::var_os(\"API_TOKEN\")"),
        ("a.rs", "env!(\"API_TOKEN\")"),
        ("a.rb", "ENV['API_TOKEN']"),
        ("a.rb", "ENV.fetch('API_TOKEN') { nil }"),
        ("a.go", "os.Getenv(\"API_TOKEN\")"),
        ("a.go", "os.LookupEnv(`API_TOKEN`)"),
        ("a.php", "getenv('API_TOKEN')"),
        ("a.php", "$_ENV['API_TOKEN']"),
        ("a.c", "getenv(\"API_TOKEN\")"),
        ("A.java", "System.getenv(\"API_TOKEN\")"),
        ("A.java", "System.getenv().get(\"API_TOKEN\")"),
        ("A.cs", "Environment.GetEnvironmentVariable(\"API_TOKEN\")"),
        ("a.ex", "System.get_env(\"API_TOKEN\")"),
        ("a.ex", "System.fetch_env!(\"API_TOKEN\")"),
    ] {
        let all = found(path, text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        assert!(all[0].ends_with(" env:API_TOKEN"), "{text}: {all:?}");
    }
    for text in [
        "my_getenv(\"API_TOKEN\")",
        "getenv(API_TOKEN)",
        "getenv(\"HOME\")",
        "getenv(\"TOKEN_TYPE\")",
        "getenv(\"PUBLIC_KEY\")",
        "process.env",
        "getenv(\"API_TOKEN",
    ] {
        assert_eq!(found("a.js", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn no_file_without_an_extractor_is_looked_at() {
    for path in ["README.md", "a.lock", "data.bin", "a/LICENSE"] {
        assert!(!looks_at(&RepoPath(path.as_bytes().to_vec())), "{path}");
    }
}

#[test]
fn twice_the_text_takes_twice_the_steps() {
    let cases: &[(&str, &str)] = &[
        ("a.yml", "secretKeyRef:\n"),
        ("a.yml", "secretKeyRef: {name: \n"),
        ("a.yml", "vault:kv/a/"),
        ("a.sh", "vault kv get -x "),
        ("a.tf", " data \"vault_x\" {\n"),
        ("a.tf", "var."),
        ("a.tf", " variable x\n"),
        ("a.py", "getenv("),
        ("a.py", "os.environ.get(\n"),
        (".gitlab-ci.yml", "$A_TOKEN"),
        (".github/workflows/a.yml", "secrets"),
        (".github/workflows/a.yml", "secrets.A"),
        ("compose.yml", "${A_TOKEN"),
        (".env.example", "A_TOKEN =\n"),
    ];
    for (path, text) in cases {
        let path = RepoPath(path.as_bytes().to_vec());
        let steps = |n: usize| counted(&path, PlaceKind::Source, text.repeat(n).as_bytes()).1;
        let (one, two) = (steps(20_000), steps(40_000));
        assert!(two <= 2 * one + 50_000, "{text}: {one} {two}");
        let bytes = 20_000 * text.len() as u64;
        assert!(one <= 400 * bytes, "{text}: {one} steps for {bytes} bytes");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_strange(text in "[\\s\\S]*", which in 0usize..8) {
        let path = ["a.yml", "compose.yml", ".gitlab-ci.yml", ".github/workflows/a.yml", "a.tf",
            "a.py", ".env.example", "a.sh"][which];
        for one in of(&RepoPath(path.as_bytes().to_vec()), PlaceKind::Source, text.as_bytes()) {
            proptest::prop_assert!(one.line as usize <= 1 + text.matches('\n').count());
        }
    }
}
