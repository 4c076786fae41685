//! The one place that sends something: a client for one server.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, RequestExt as _};

use super::address::Address;
use super::answer::Answer;
use super::fault::Fault;

/// How long one request may take in all.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read. Lists come in pages.
const MAX_ANSWER: u64 = 1 << 20;
/// Bytes of certificates that a user's file of roots may have.
const MAX_ROOTS: u64 = 16 << 20;

/// A request. Its path and its values may hold secrets: errors show `shown` alone.
pub(super) struct Request {
    pub method: &'static str,
    /// Filled, from the slash on.
    pub path: String,
    /// The method and the path, as the driver writes them.
    pub shown: String,
    pub headers: Vec<(String, String)>,
    /// The body and its type.
    pub body: Option<(&'static str, Vec<u8>)>,
}

/// Sends requests to one server, one after the other.
pub(super) struct Client {
    agent: Agent,
    address: Address,
    /// Between the beginnings of two requests lies at least this.
    pause: Duration,
    last: Option<Instant>,
}

impl Client {
    /// A client for an address; `roots` is a file of certificates that is trusted instead of the system's.
    ///
    /// # Errors
    /// The file cannot be read, or holds no certificate.
    pub fn new(address: &Address, roots: Option<&Path>, pause: Duration) -> Result<Self, Fault> {
        let roots = match roots {
            None => RootCerts::PlatformVerifier,
            Some(path) => certificates(path).map_err(|why| {
                Fault::NotSent(format!("the file of certificates {} {why}", path.display()))
            })?,
        };
        let config = Config::builder()
            .https_only(!address.is_plain())
            .http_status_as_error(false)
            // A redirect is an answer like others: nothing follows it, with a secret least of all.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // No proxy of the environment sees the secret.
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            // Told apart from the rest: as long as there is no connection, nothing was sent.
            .timeout_resolve(Some(PATIENCE / 2))
            .timeout_connect(Some(PATIENCE / 2))
            .user_agent(concat!("keysweep/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            // Each request has a connection of its own: an old one that broke would leave open what was sent.
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        let resolver = OfThisMachine {
            only: address.is_plain(),
            names: DefaultResolver::default(),
        };
        Ok(Client {
            agent: Agent::with_parts(config, DefaultConnector::default(), resolver),
            address: address.clone(),
            pause,
            last: None,
        })
    }

    /// Sends a request once. Nothing is ever sent twice.
    ///
    /// # Errors
    /// Nothing was sent, no whole answer came, or the server asks to be left alone.
    pub fn send(&mut self, request: &Request) -> Result<Answer, Fault> {
        if let Some(last) = self.last {
            std::thread::sleep(self.pause.saturating_sub(last.elapsed()));
        }
        self.last = Some(Instant::now());
        let shown = &request.shown;
        let broken = |what: &str| Fault::NotSent(format!("{shown} cannot be sent: {what}"));
        let mut made = ureq::http::Request::builder()
            .method(request.method)
            .uri(self.address.with(&request.path));
        for (name, value) in &request.headers {
            made = made.header(name, value);
        }
        let body = match &request.body {
            Some((kind, body)) => {
                made = made.header("Content-Type", *kind);
                body.clone()
            }
            None => Vec::new(),
        };
        // What http says of a part that is none may quote it.
        let made = made
            .body(body)
            .map_err(|_| broken("a value has characters that no request can have"))?;
        let answer = match made.body().is_empty() {
            true => made.map(|_| ()).with_agent(&self.agent).run(),
            false => made.with_agent(&self.agent).run(),
        };
        let mut answer = answer.map_err(|error| failed(shown, &self.address, &error))?;
        let status = answer.status().as_u16();
        if status == 429 {
            return Err(Fault::TooMany {
                request: shown.clone(),
            });
        }
        let kind = answer.headers().get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.to_owned();
        let body = answer
            .body_mut()
            .with_config()
            .limit(MAX_ANSWER)
            .read_to_vec();
        let body = body.map_err(|error| failed(shown, &self.address, &error))?;
        Ok(Answer::new(status, &kind, body))
    }
}

/// What went wrong, in our words: those of libraries may quote an address or a header.
fn failed(shown: &str, address: &Address, error: &Error) -> Fault {
    let not_sent = |why: &str| Fault::NotSent(format!("{address}: {why}; {shown} was not sent"));
    let lost = |why: &str| {
        Fault::Lost(format!(
            "{address}: {why}; what {shown} asked for may have happened"
        ))
    };
    match error {
        Error::HostNotFound => not_sent("its name is not known, or is not this machine"),
        Error::ConnectionFailed => not_sent("no connection"),
        Error::Io(error) => match error.kind() {
            std::io::ErrorKind::ConnectionRefused => not_sent("nothing listens there"),
            std::io::ErrorKind::InvalidData => not_sent("its certificate is not trusted"),
            _ => lost("the connection broke"),
        },
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => {
            not_sent("its certificate is not trusted, has ended, or is for another name")
        }
        Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            not_sent("no connection within 5 seconds")
        }
        Error::Timeout(_) => lost("no whole answer within 10 seconds"),
        Error::BodyExceedsLimit(_) => lost("an answer of more than 1 MiB"),
        Error::Http(_) | Error::BadUri(_) | Error::RequireHttpsOnly(_) => {
            not_sent("its address cannot be used")
        }
        _ => lost("what came is no answer in HTTP"),
    }
}

/// Finds the addresses of a host; for plain http only those of this machine, so that a name which somebody points
/// elsewhere brings no secret there.
struct OfThisMachine {
    only: bool,
    names: DefaultResolver,
}

impl fmt::Debug for OfThisMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfThisMachine")
    }
}

impl Resolver for OfThisMachine {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in found.iter() {
            if !self.only || address.ip().is_loopback() {
                kept.push(*address);
            }
        }
        match kept.is_empty() {
            true => Err(Error::HostNotFound),
            false => Ok(kept),
        }
    }
}

/// The certificates of a file.
fn certificates(path: &Path) -> Result<RootCerts, String> {
    let meta = std::fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    if meta.len() > MAX_ROOTS || !meta.is_file() {
        return Err("is no file of certificates".into());
    }
    let text = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut all: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&text) {
        match item {
            Ok(PemItem::Certificate(one)) => all.push(one),
            Ok(_) => {}
            Err(_) => return Err("has something that is no PEM".into()),
        }
    }
    match all.is_empty() {
        true => Err("has no certificate in PEM".into()),
        false => Ok(RootCerts::Specific(Arc::new(all))),
    }
}
