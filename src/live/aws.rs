//! Access keys of AWS: IAM lists, makes and ends them, STS says whether one is accepted. Requests are signed
//! ([`super::sigv4`]), so that no secret is ever sent.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::driver::{About, Driver};
use super::fault::Fault;
use super::http::{Client, Request};
use super::issuer::Issuer;
use super::servers::Server;
use super::sigv4::{Signed, Signer};
use super::token::{Can, Held, Listed, Made, Token, Verdict, Want};
use super::vars::UNRESERVED;
use super::xml::{self, Element};
use crate::rule::ListKind;
use crate::secret::Secret;

const FORM: &str = "application/x-www-form-urlencoded";
/// Requests that one list may take.
const MAX_REQUESTS: usize = 12_000;

/// One account of AWS.
pub(super) struct Aws {
    alias: String,
    driver: Driver,
    kind: &'static ListKind,
    iam: Service,
    sts: Service,
    id: String,
    secret: Secret,
}

struct Service {
    name: &'static str,
    version: &'static str,
    host: String,
    region: String,
    client: Client,
}

/// An answer: its status, and its XML where it is that.
struct Said {
    status: u16,
    xml: Option<Element>,
}

impl Said {
    fn text(&self, name: &str) -> Option<String> {
        self.xml.as_ref()?.text_of(name).map(str::to_owned)
    }
}

impl Aws {
    /// Reads the secret; sends nothing.
    pub fn open(server: &Server) -> Result<Aws, Fault> {
        let not_sent = |why: String| Fault::NotSent(format!("`{}`: {why}", server.alias));
        let secret = server.secret.as_ref().ok_or("it has no secret".to_owned());
        let secret = secret.and_then(|secret| secret.read()).map_err(not_sent)?;
        let id = server.user.clone().unwrap_or_default();
        let sts = server.address.beside("iam.", "sts.");
        let service = |name, version, address: &super::Address| {
            Ok(Service {
                name,
                version,
                host: address.authority().to_owned(),
                region: region(address.authority()),
                client: Client::new(address, server.roots.as_deref(), server.pause)?,
            })
        };
        Ok(Aws {
            alias: server.alias.clone(),
            driver: server.driver.clone(),
            kind: server.driver.list_kind().map_err(not_sent)?,
            iam: service("iam", "2010-05-08", &server.address)?,
            sts: service("sts", "2011-06-15", sts.as_ref().unwrap_or(&server.address))?,
            id,
            secret,
        })
    }

    /// Asks IAM as the operator; what is no success is a fault.
    fn iam(&mut self, action: &'static str, fields: &[(&str, &str)]) -> Result<Said, Fault> {
        let said = self.iam.ask(action, fields, &self.id, &self.secret)?;
        let request = format!("{action} of IAM");
        if (200..300).contains(&said.status) && said.xml.is_some() {
            return Ok(said);
        }
        // The code is a word of a list that is published; the message would quote what was asked.
        let code = said.text("Code").unwrap_or_default();
        let why = match code.as_str() {
            "AccessDenied" => "the operator may not do that",
            "InvalidClientTokenId" => "the operator's key is not known",
            "SignatureDoesNotMatch" => "the operator's secret is not accepted, or the clock is off",
            "LimitExceeded" => "there are as many keys as there may be",
            "NoSuchEntity" => "there is no such thing",
            _ => "that is no success",
        };
        Err(Fault::Refused {
            status: said.status,
            request,
            why: why.into(),
        })
    }

    /// Every member of a list that comes in pages.
    fn pages(
        &mut self,
        action: &'static str,
        fields: &[(&str, &str)],
        budget: &mut usize,
    ) -> Result<Vec<Element>, Fault> {
        let mut all = Vec::new();
        let mut marker = String::new();
        loop {
            if *budget == 0 {
                let why = format!("the list takes more than {MAX_REQUESTS} requests");
                return Err(unexpected(action, &why));
            }
            *budget -= 1;
            let mut asked = fields.to_vec();
            if !marker.is_empty() {
                asked.push(("Marker", &marker));
            }
            let said = self.iam(action, &asked)?;
            let more = said.text("IsTruncated").is_some_and(|word| word == "true");
            let next = said.text("Marker").unwrap_or_default();
            let members = said.xml.and_then(first_members);
            all.extend(members.unwrap_or_default());
            if !more {
                return Ok(all);
            }
            if next.is_empty() || next == marker {
                return Err(unexpected(action, "the next page has no name"));
            }
            marker = next;
        }
    }

    /// A key with its last use, as the kind of list reads it.
    fn record(&mut self, key: &Element, budget: &mut usize) -> Result<Value, Fault> {
        let text = |name| key.text_of(name).unwrap_or_default().to_owned();
        let id = text("AccessKeyId");
        *budget = budget.saturating_sub(1);
        let used = self.iam("GetAccessKeyLastUsed", &[("AccessKeyId", &id)])?;
        let used = used.text("LastUsedDate").filter(|day| day != "N/A");
        Ok(json!({
            "UserName": text("UserName"),
            "AccessKeyId": id,
            "Status": text("Status"),
            "CreateDate": text("CreateDate"),
            "AccessKeyLastUsed": { "LastUsedDate": used },
        }))
    }

    fn cannot(&self, what: &str) -> Fault {
        Fault::CannotDo(format!("`{}`: AWS cannot be asked to {what}", self.alias))
    }
}

impl Service {
    fn ask(
        &mut self,
        action: &str,
        fields: &[(&str, &str)],
        id: &str,
        secret: &Secret,
    ) -> Result<Said, Fault> {
        let mut pairs = vec![("Action", action), ("Version", self.version)];
        pairs.extend(fields);
        let encode = |text: &str| {
            // The emulator signs what it would write itself, so that nothing more may be encoded than has to be.
            percent_encoding::utf8_percent_encode(text, UNRESERVED).to_string()
        };
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let body = pairs.join("&").into_bytes();
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let signer = Signer {
            id,
            secret,
            region: &self.region,
            service: self.name,
        };
        let authorization = signer.authorization(&Signed {
            method: "POST",
            path: "/",
            query: "",
            headers: &[
                ("content-type", FORM),
                ("host", &self.host),
                ("x-amz-date", &time),
            ],
            body: &body,
            time: &time,
        });
        let headers = [
            ("Authorization", authorization),
            ("X-Amz-Date", time),
            // Asked for JSON, some services answer with JSON of another form.
            ("Accept", "text/xml".to_owned()),
        ];
        let answer = self.client.send(&Request {
            method: "POST",
            path: "/".into(),
            shown: format!("{action} of {}", self.name.to_uppercase()),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: Some((FORM, body)),
        })?;
        let text = std::str::from_utf8(answer.body()).ok();
        // An emulator calls its XML a page of HTML.
        let is_xml = text.is_some_and(|text| text.trim_start().starts_with("<?xml"));
        Ok(Said {
            status: answer.status,
            xml: text.filter(|_| is_xml || !answer.html).and_then(xml::read),
        })
    }
}

impl Issuer for Aws {
    fn about(&self) -> &About {
        &self.driver.server
    }

    fn can(&self) -> Can {
        self.driver.can()
    }

    fn list(&mut self) -> Result<Listed, Fault> {
        let mut budget = MAX_REQUESTS;
        let mut records = Vec::new();
        for user in self.pages("ListUsers", &[], &mut budget)? {
            let name = user.text_of("UserName").unwrap_or_default().to_owned();
            for key in self.pages("ListAccessKeys", &[("UserName", &name)], &mut budget)? {
                records.push(self.record(&key, &mut budget)?);
            }
        }
        let document = json!({ "AccessKeyMetadata": records });
        let text = document.to_string();
        let listed = Listed::read(self.kind, &self.alias, text.as_bytes());
        listed.map_err(|why| unexpected("ListAccessKeys", &why))
    }

    fn check(&mut self, value: &Secret, held: &Held) -> Result<Verdict, Fault> {
        let id = held.name.clone().unwrap_or_default();
        if id.is_empty() {
            let why = "the id of the key is not known, and a secret is tried with it";
            return Ok(Verdict::Unknown(why.into()));
        }
        let said = self.sts.ask("GetCallerIdentity", &[], &id, value)?;
        let code = said.text("Code").unwrap_or_default();
        // A clock that is off is told by the code of a wrong secret.
        let late = said.text("Message").is_some_and(|text| {
            text.contains("Signature expired") || text.contains("Signature not yet current")
        });
        Ok(match (said.status, code.as_str()) {
            (200, _) if said.text("Arn").is_some() => Verdict::Live,
            (403, "SignatureDoesNotMatch") if late => {
                Verdict::Unknown("the clock of this machine is off".into())
            }
            (403, "InvalidClientTokenId" | "SignatureDoesNotMatch") => Verdict::Dead,
            (status, _) => Verdict::Unknown(format!(
                "the answer (status {status}) is neither that of a living nor that of a dead key"
            )),
        })
    }

    fn own(&mut self) -> Result<Option<String>, Fault> {
        Ok(Some(self.id.clone()))
    }

    fn create(&mut self, want: &Want) -> Result<Made, Fault> {
        let said = self.iam("CreateAccessKey", &[("UserName", &want.owner)])?;
        let (id, secret) = (said.text("AccessKeyId"), said.text("SecretAccessKey"));
        match (id, secret) {
            (Some(id), Some(secret)) if !secret.is_empty() => Ok(Made {
                value: Secret::new(secret.as_bytes()),
                id: Some(id),
            }),
            _ => Err(unexpected("CreateAccessKey", "it has no key")),
        }
    }

    fn replace(&mut self, _: &Token) -> Result<Made, Fault> {
        Err(self.cannot("give a key another secret"))
    }

    fn replace_by(&mut self, _: &Token, _: &Secret) -> Result<Made, Fault> {
        Err(self.cannot("give a key another secret"))
    }

    /// Where it may not be deleted, it is at least not accepted any more.
    fn revoke(&mut self, token: &Token) -> Result<(), Fault> {
        let key = [
            ("UserName", token.row.owner.as_str()),
            ("AccessKeyId", token.row.id.as_str()),
        ];
        let inactive = [key[0], key[1], ("Status", "Inactive")];
        self.iam("UpdateAccessKey", &inactive)?;
        self.iam("DeleteAccessKey", &key).map(|_| ())
    }
}

/// The region that the host of a service names; that of the services which have none.
fn region(authority: &str) -> String {
    let mut labels = authority.split('.').skip(1);
    match labels.next() {
        Some(label) if label.contains('-') => label.to_owned(),
        _ => "us-east-1".to_owned(),
    }
}

/// The elements `member` of the first list of an answer.
fn first_members(answer: Element) -> Option<Vec<Element>> {
    for one in answer.inside {
        if one.inside.iter().any(|inner| inner.name == "member") {
            return Some(one.inside);
        }
        if let Some(found) = first_members(one) {
            return Some(found);
        }
    }
    None
}

fn unexpected(action: &str, why: &str) -> Fault {
    Fault::unexpected(format!("{action} of IAM"), why)
}
