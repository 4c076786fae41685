//! Tests of this room: every format, what is dropped, what is refused, and what is joined.

use super::*;

fn asked() -> Asked {
    Asked {
        server: Some("git.test".to_owned()),
        taken: "2026-11-26T00:00:00Z".parse().ok(),
        ..Asked::default()
    }
}

fn load(name: &str, text: &str) -> Result<List, Unreadable> {
    read(kind(name).expect("a kind"), text.as_bytes(), &asked())
}

/// One row as a line: id, name, owner, scope, created, expires, last use, state.
fn line(row: &Row) -> String {
    format!(
        "{}|{}|{}|{}|{}|{}|{}|{}",
        row.id,
        row.name,
        row.owner,
        row.scope.join(","),
        row.created,
        row.expires,
        row.last_used,
        row.state.name()
    )
}

fn lines(name: &str, text: &str) -> Vec<String> {
    let list = load(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
    list.rows.iter().map(line).collect()
}

/// A token that a machine could have drawn, made here so that none stands in this file.
fn drawn(seed: u64) -> String {
    crate::example::expand("{hex:40}", seed).expect("a template")
}

const HUB: &str = r#"{"api_tokens":[
  {"kind":"api_token","user":"ann","id":"a1","note":"deploy","scopes":["list:users","tokens"],
   "created":"2026-01-02T03:04:05.123456Z","last_activity":null,"expires_at":"2026-11-01T00:00:00Z"},
  {"kind":"api_token","user":"ann","id":"a2","note":"x","scopes":[],
   "created":"2026-01-02T03:04:05Z","last_activity":"2026-11-20T00:00:00Z","expires_at":null}]}"#;

#[test]
fn documents_one_after_the_other_are_one_list() {
    let want = [
        "a1|deploy|ann|list:users,tokens|2026-01-02T03:04:05Z|2026-11-01T00:00:00Z|never|expired",
        "a2|x|ann||2026-01-02T03:04:05Z|never|2026-11-20T00:00:00Z|active",
    ];
    assert_eq!(lines("jupyterhub", HUB), want);
    let bob = HUB.replace("ann", "bob");
    assert_eq!(lines("jupyterhub", &format!("{HUB}\n{bob}")).len(), 4);
    // As programs join pages.
    assert_eq!(lines("jupyterhub", &format!("[{HUB},\n{bob}]")).len(), 4);
    let bom = format!("\u{feff}{HUB}");
    assert_eq!(lines("jupyterhub", &bom).len(), 2);
    assert!(lines("jupyterhub", r#"{"api_tokens":null}"#).is_empty());
    assert!(lines("gitea", "[]").is_empty());
    assert!(lines("gitea", "null").is_empty());
}

#[test]
fn pages_of_pages_lines_and_single_records_are_lists() {
    let one = r#"{"id":8,"name":"deploy","scopes":["write:repository"],"token_last_eight":"0123abcd",
      "created_at":"2026-01-02T03:04:05Z","last_used_at":"2026-01-02T03:04:05Z","owner":"boss"}"#;
    let want = "8|deploy|boss|write:repository|2026-01-02T03:04:05Z|never|never|active";
    for text in [one.to_owned(), format!("[{one}]"), format!("[[{one}]]")] {
        assert_eq!(lines("gitea", &text), [want], "{text}");
    }
    assert_eq!(lines("gitea", &format!("{one}\n{one}")).len(), 2);
}

#[test]
fn what_stands_around_the_records_may_come_behind_them() {
    let tokens = r#""userTokens":[{"name":"ci","createdAt":"2026-01-02T03:04:05+0000","type":"PROJECT_ANALYSIS_TOKEN",
      "project":{"key":"app"},"expirationDate":"2027-01-02","isExpired":false}]"#;
    let want =
        ["ci|ci|ann|analysis,project app|2026-01-02T03:04:05Z|2027-01-02T00:00:00Z|never|active"];
    assert_eq!(
        lines("sonarqube", &format!(r#"{{"login":"ann",{tokens}}}"#)),
        want
    );
    assert_eq!(
        lines("sonarqube", &format!(r#"{{{tokens},"login":"ann"}}"#)),
        want
    );
}

#[test]
fn the_members_of_an_object_are_records() {
    let text = r#"{"result":{"tokens":{"t1":{"restrictions":["allowed=pkg_read,upload","expires=1803859200","indexes=root/pypi"]},
      "t2":{"restrictions":["expires=never"]}}},"type":"tokens","owner":"root"}"#;
    assert_eq!(
        lines("devpi", text),
        [
            "t1||root|pkg_read,upload,indexes root/pypi|unknown|2027-03-01T00:00:00Z|unknown|active",
            "t2||root||unknown|never|unknown|active",
        ]
    );
}

#[test]
fn tables_are_read_with_every_separator() {
    let report = "user,arn,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_service,password_enabled,password_last_changed,password_last_used\n\
        ann,arn:aws:iam::1:user/ann,true,2026-01-02T03:04:05+00:00,N/A,N/A,false,N/A,no_information\n\
        bob,arn:aws:iam::1:user/bob,false,N/A,N/A,N/A,true,2026-01-02T03:04:05+00:00,2026-11-20T00:00:00+00:00\n";
    let want = [
        "ann/access-key-1|ann, access key 1|ann||2026-01-02T03:04:05Z|never|never|active",
        "bob/password|bob, console password|bob||2026-01-02T03:04:05Z|unknown|2026-11-20T00:00:00Z|active",
    ];
    assert_eq!(lines("aws", report), want);
    assert_eq!(
        lines(
            "aws",
            &report.replace(',', ";").replace("; access", ", access")
        )
        .len(),
        2
    );
    assert_eq!(lines("aws", &report.replace(',', "\t")).len(), 2);
}

#[test]
fn columns_can_be_named() {
    let text = "Team,ID,Ends\n\"a, b\",7,2027-01-01\nc,8,never\n";
    let columns = [("id", "ID"), ("owner", "Team"), ("expires", "Ends")];
    let columns = columns.map(|(field, column)| {
        let field = ListField::ALL.iter().find(|(name, _)| *name == field);
        (field.expect("a field").1, column.to_owned())
    });
    let asked = Asked {
        columns: columns.to_vec(),
        ..asked()
    };
    let list = read(kind("csv").expect("a kind"), text.as_bytes(), &asked).expect("a list");
    let rows: Vec<String> = list.rows.iter().map(line).collect();
    assert_eq!(
        rows,
        [
            "7||a, b||unknown|2027-01-01T00:00:00Z|unknown|unknown",
            "8||c||unknown|never|unknown|unknown"
        ]
    );
    let error = read(
        kind("csv").expect("a kind"),
        "ID,Team\n1,x\n".as_bytes(),
        &asked,
    );
    let error = error.expect_err("a column is missing");
    assert!(error.to_string().contains("has no `Ends`"), "{error}");
}

#[test]
fn users_of_redis_are_rows() {
    let hash = "0".repeat(64);
    let text = format!(
        "user ci on sanitize-payload #{hash} #{} ~app:* resetchannels -@all +@read\nuser default off nopass ~* &* +@all\n",
        "1".repeat(64)
    );
    let want = [
        "ci|ci||~app:*,resetchannels,-@all,+@read|unknown|never|unknown|active",
        "default|default||opens without a password,~*,&*,+@all|unknown|never|unknown|disabled",
    ];
    assert_eq!(lines("redis", &text), want);
    let list = load("redis", &text).expect("a list");
    assert_eq!(list.rows[0].hashes.len(), 2);
    // As a terminal shows it.
    let numbered = format!("1) \"user ci on #{hash} ~*\"\n2) \"user default off nopass ~*\"\n");
    assert_eq!(lines("redis", &numbered).len(), 2);
}

#[test]
fn accounts_of_mariadb_have_their_hashes_and_lives() {
    let hash = |digit: &str| format!("*{}", digit.repeat(40));
    let inner = format!(
        r#"{{\"plugin\":\"mysql_native_password\",\"authentication_string\":\"{}\",\"password_last_changed\":1764115200,\"password_lifetime\":90,\"account_locked\":true,\"auth_or\":[{{\"plugin\":\"mysql_native_password\",\"authentication_string\":\"{}\"}},{{}}]}}"#,
        hash("A"),
        hash("B")
    );
    let text = format!(r#"{{"Host":"%","User":"ci","Priv":"{inner}"}}"#);
    let want = ["ci@%|ci||from %|2025-11-26T00:00:00Z|2026-02-24T00:00:00Z|unknown|disabled"];
    assert_eq!(lines("mariadb", &text), want);
    assert_eq!(
        load("mariadb", &text).expect("a list").rows[0].hashes.len(),
        2
    );
    // As `mariadb --batch` prints the table.
    let inner = inner
        .replace("\\\"", "\"")
        .replace(":90", ":0")
        .replace("true", "false");
    let table = format!("Host\tUser\tPriv\n%\tci\t{inner}\n");
    let want = ["ci@%|ci||from %|2025-11-26T00:00:00Z|never|unknown|active"];
    assert_eq!(lines("mariadb", &table), want);
}

#[test]
fn secrets_are_dropped_into_a_digest() {
    let token = format!("default:development.{}", drawn(1));
    let text = format!(
        r#"{{"tokens":[{{"secret":"{token}","tokenName":"ci","type":"client","projects":["*"],"environment":"development","createdAt":"2026-01-02T03:04:05.000Z","expiresAt":null,"seenAt":null}}]}}"#
    );
    let list = load("unleash", &text).expect("a list");
    assert_eq!(list.dropped.secrets, 1);
    assert_eq!(list.dropped.guessable, 0);
    let written = write_snapshot(&list, true, &|_| Vec::new()).expect("nothing is in it");
    assert!(
        !written.contains(&token) && !written.contains(&drawn(1)),
        "{written}"
    );
    assert!(!format!("{list:?}").contains(&token));
    let back = read_snapshot(written.as_bytes()).expect("it is one");
    assert_eq!(back.rows, list.rows);
    // A secret that somebody thought up leaves no digest behind.
    let text = text.replace(&token, "correct horse battery");
    let list = load("unleash", &text).expect("a list");
    assert_eq!(list.dropped.guessable, 1);
    let written = write_snapshot(&list, true, &|_| Vec::new()).expect("nothing is in it");
    assert!(written.contains("\"equal\": null"), "{written}");
}

#[test]
fn a_snapshot_with_a_credential_in_it_is_refused() {
    let list = load("jupyterhub", HUB).expect("a list");
    let finder = |text: &[u8]| match text {
        b"deploy" => vec![(0..6, "a-rule".to_owned())],
        _ => Vec::new(),
    };
    let refused = write_snapshot(&list, false, &finder).expect_err("it is refused");
    assert_eq!((refused.row, refused.rule.as_str()), (1, "a-rule"));
}

#[test]
fn hashes_stay_out_of_a_snapshot_unless_they_are_wanted() {
    let text = format!("user ci on #{} ~*\n", "ab".repeat(32));
    let list = load("redis", &text).expect("a list");
    let without = write_snapshot(&list, false, &|_| Vec::new()).expect("written");
    assert!(!without.contains(&"ab".repeat(32)));
    let back = read_snapshot(without.as_bytes()).expect("it is one");
    assert_eq!(back.dropped.hashes, 1);
    let with = write_snapshot(&list, true, &|_| Vec::new()).expect("written");
    let back = read_snapshot(with.as_bytes()).expect("it is one");
    assert_eq!(back.rows, list.rows);
}

#[test]
fn a_list_of_another_server_is_called_so() {
    let gitea = r#"[{"id":8,"name":"x","scopes":[],"token_last_eight":"0123abcd"}]"#;
    for (kind, text, hint) in [
        ("jupyterhub", gitea, "`gitea`"),
        ("gitea", HUB, "`jupyterhub`"),
        ("redis", gitea, "`gitea`"),
        ("gitea", "user ci on ~*\n", "ACL LIST"),
        ("gitea", "rolname,rolcanlogin\nx,t\n", "`postgresql`"),
        ("aws", "rolname,rolcanlogin\nx,t\n", "`postgresql`"),
        (
            "zabbix",
            r#"{"jsonrpc":"2.0","error":{"code":-32602}}"#,
            "no list stands",
        ),
        ("gitea", "[1, 2]", "is no object"),
    ] {
        let error = load(kind, text).expect_err(text).to_string();
        assert!(error.contains("is no list of the kind"), "{error}");
        assert!(error.contains(hint), "{kind}: {error}");
    }
}

#[test]
fn bad_input_is_said_with_its_place_and_never_taken_for_a_whole_list() {
    let long = |n: usize| "x".repeat(n);
    for (kind, text, line, why) in [
        ("jupyterhub", &HUB[..HUB.len() / 2], 3, "cut off"),
        ("jupyterhub", &HUB[..HUB.len() - 1], 5, "cut off"),
        ("jupyterhub", "{\"api_tokens\":[\n{\"id\":}", 2, "no JSON"),
        ("gitea", "", 0, "empty"),
        ("gitea", "  \n", 0, "empty"),
        ("gitea", "[1] trailing", 1, "is no object"),
        ("gitea", "[]\nnonsense", 2, "no JSON"),
        (
            "csv",
            "id,name\n1,2\n3\n",
            3,
            "1 columns, and the head has 2",
        ),
        ("csv", "id,id\n1,2\n", 1, "two columns are called `id`"),
        ("csv", "id,name\n1,\"cut", 2, "inside quotes"),
        (
            "redis",
            "user ci on ~*\nuser x\n",
            2,
            "no line of `ACL LIST`",
        ),
        ("gitea", "\0\0", 0, "no text"),
    ] {
        let error = load(kind, text).expect_err(text);
        assert!(error.message.contains(why), "{text:?}: {error}");
        assert_eq!(error.line, line, "{text:?}: {error}");
    }
    let error = load("csv", "id\n\u{1}\n").map(|list| list.rows.len());
    assert_eq!(error, Ok(1));
    let list = load("csv", &format!("id,name\n1,{}\n", long(600))).expect("a list");
    assert_eq!(list.rows[0].name.len(), 512 + "…".len());
    assert!(list.notes[0].contains("is cut"), "{:?}", list.notes);
}

#[test]
fn what_is_odd_about_rows_is_said_and_nothing_is_lost() {
    let text = "id,name,expires,last-used,created\n\
        1,=1+1,9999-12-31,0000-01-01,2026-01-02 03:04:05\n1,two,soon,never,0001-01-01\n";
    let list = load("csv", text).expect("a list");
    assert_eq!(list.rows.len(), 2);
    assert_eq!(list.rows[0].name, "=1+1");
    assert_eq!(list.rows[0].expires, Moment::Unknown);
    let notes = list.notes.join("\n");
    for said in [
        "row 1: a text begins like a formula",
        "row 1: `expires` is \"9999-12-31\", and the year 9999 is none",
        "row 1: `last-used` is \"0000-01-01\", and the year 0 is none",
        "row 2: `expires` is \"soon\", and it is no date",
        "row 2: row 1 has the same id",
        "1 rows have times without a zone",
    ] {
        assert!(notes.contains(said), "{said} in:\n{notes}");
    }
}

#[test]
fn pages_that_are_missing_make_a_list_incomplete() {
    let page = |next: &str| {
        format!(
            r#"{{"count":2,"next":{next},"results":[{{"id":1,"key":"abcdefghijkl","user":{{"username":"ann"}},"write_enabled":true,"enabled":true,"allowed_ips":null,"created":"2026-01-02T03:04:05Z","expires":null,"last_used":null}}]}}"#
        )
    };
    // Lists of one user's tokens: they are complete only where the administrator says so, and never without a page.
    let of_all = Asked {
        complete: true,
        ..asked()
    };
    let said = |name: &str, text: &str| {
        let list = read(kind(name).expect("a kind"), text.as_bytes(), &of_all);
        list.expect("a list").complete
    };
    let first = page(r#""http://netbox.test/?offset=1""#);
    assert!(!said("netbox", &first));
    let both = format!("{first}{}", page("null").replace("\"id\":1", "\"id\":2"));
    assert!(said("netbox", &both));
    assert!(!load("netbox", &both).expect("a list").complete);
    assert!(!load("gitea", "[]").expect("a list").complete);
    assert!(said("gitea", "[]"));
}

/// Gives rows without end.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0 += 1;
        let line = format!("{}\n", self.0);
        let text = match self.0 {
            1 => "id\n",
            _ => &line,
        };
        buffer[..text.len()].copy_from_slice(text.as_bytes());
        Ok(text.len())
    }
}

#[test]
fn a_list_that_does_not_end_is_refused_at_its_limit() {
    let mut mapper = Mapper::new(kind("csv").expect("a kind"), &asked());
    mapper.most = 1_000;
    let mut lines = Endless(0);
    let mut input: Input<'_> = BufReader::new(&mut lines);
    let error = table::Table
        .read(&mut input, &mut mapper)
        .expect_err("too many");
    assert!(error.message.contains("at most 1000 rows"), "{error}");
    assert_eq!(error.line, 1_002);
}

#[test]
fn snapshots_of_other_versions_and_halves_are_refused() {
    let list = load("jupyterhub", HUB).expect("a list");
    let text = write_snapshot(&list, false, &|_| Vec::new()).expect("written");
    for (text, why) in [
        (
            text.replace("\"snapshot_version\": 1", "\"snapshot_version\": 2"),
            "version 2",
        ),
        (text[..text.len() / 2].to_owned(), "cut off"),
        (
            text.replace("jupyterhub", "jupyter"),
            "did you mean `jupyterhub`",
        ),
        (text.replace("\"active\"", "\"alive\""), "row 2: `state`"),
        (
            text.replace("\"never\"", "\"soon\""),
            "`last_used` is a moment",
        ),
        (text.replace("\"notes\"", "\"more\""), "unknown field"),
        (HUB.to_owned(), "needs its kind"),
        ("[]".to_owned(), "needs its kind"),
    ] {
        let error = read_snapshot(text.as_bytes()).expect_err(why);
        assert!(error.message.contains(why), "{why}: {error}");
    }
}

#[test]
fn the_schema_of_snapshots_is_the_committed_one() {
    let committed = include_str!("../../docs/snapshot.schema.json");
    assert_eq!(
        schema(),
        committed,
        "keysweep generate snapshot-schema writes it"
    );
    let schema: serde_json::Value = serde_json::from_str(committed).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (name, text) in [("jupyterhub", HUB), ("redis", "user a on #00 nopass ~*\n")] {
        let list = load(name, text).expect("a list");
        let written = write_snapshot(&list, true, &|_| Vec::new()).expect("written");
        let value = serde_json::from_str(&written).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn every_kind_says_how_it_is_got_and_read() {
    for kind in kinds() {
        assert!(!kind.export.is_empty(), "{}", kind.id);
        assert!(!kind.checked.is_empty(), "{}", kind.id);
        // What is looked up by a few characters alone would be guessed.
        let handles = kind.reads.iter().flat_map(|read| read.fields.iter());
        let handles = handles
            .filter(|(field, _)| *field == ListField::Handle)
            .count();
        assert!(
            handles == 0 || !kind.value.is_empty() || !kind.rules.is_empty(),
            "{}",
            kind.id
        );
    }
}

/// What is read by documentation alone: a record as the page of the kind shows it, with other words.
#[test]
fn lists_that_are_only_documented_are_read_as_their_pages_show_them() {
    for (kind, text, want) in [
        (
            "gitlab",
            r#"[{"id":4,"name":"ci","revoked":false,"created_at":"2026-07-23T14:31:47.729Z","scopes":["api"],"user_id":3,"last_used_at":"2026-10-06T17:58:37.550Z","active":true,"expires_at":"2027-01-31"}]"#,
            "4|ci|user 3|api|2026-07-23T14:31:47Z|2027-01-31T00:00:00Z|2026-10-06T17:58:37Z|active",
        ),
        (
            "github",
            r#"[{"id":1,"owner":{"login":"ann"},"repository_selection":"all","permissions":{"repository":{"contents":"read"}},"access_granted_at":"2026-05-16T08:47:09Z","token_id":98716,"token_name":"bot","token_expired":false,"token_expires_at":"2027-11-16T08:47:09Z","token_last_used_at":null}]"#,
            "98716|bot|ann|repository.contents:read,repositories: all|2026-05-16T08:47:09Z|2027-11-16T08:47:09Z|never|active",
        ),
        (
            "github-secrets",
            r#"{"total_count":1,"secrets":[{"name":"DEPLOY","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-02-02T03:04:05Z"}]}"#,
            "DEPLOY|DEPLOY|||2026-02-02T03:04:05Z|unknown|unknown|unknown",
        ),
        (
            "grafana",
            r#"[{"id":1,"name":"ci","created":"2026-03-23T10:31:02Z","expiration":null,"secondsUntilExpiration":0,"hasExpired":false,"owner":"sa-ci","role":"Viewer"}]"#,
            "1|ci|sa-ci|role Viewer|2026-03-23T10:31:02Z|never|unknown|active",
        ),
        (
            "dockerhub",
            r#"{"count":1,"next":null,"results":[{"uuid":"b3","creator_ip":"192.0.2.1","created_at":"2026-07-20T12:00:00.000Z","last_used":null,"generated_by":"manual","is_active":true,"token_label":"pull","scopes":["repo:read"],"expires_at":"2027-10-28T18:30:19.520Z"}]}"#,
            "b3|pull||repo:read|2026-07-20T12:00:00Z|2027-10-28T18:30:19Z|never|active",
        ),
        (
            "vault",
            r#"{"data":{"accessor":"8609","creation_time":1795696496,"creation_ttl":2764800,"display_name":"token-deploy","entity_id":"","expire_time":null,"id":"","issue_time":"2026-11-26T12:34:56.123456789Z","meta":{"owner":"ann"},"policies":["default","web"]}}"#,
            "8609|token-deploy|ann|default,web|2026-11-26T12:34:56Z|never|unknown|active",
        ),
    ] {
        assert_eq!(lines(kind, text), [want], "{kind}");
    }
}
