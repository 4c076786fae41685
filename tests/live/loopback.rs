//! A server of this machine that answers as a test says, and keeps what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What somebody asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// With the query.
    pub path: String,
    /// By their names in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub kind: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Sent byte by byte with this pause between, where it is there.
    pub slow: Option<Duration>,
    /// The connection is closed without an answer.
    pub hang_up: bool,
}

impl Answer {
    pub fn json(status: u16, body: impl ToString) -> Self {
        Answer {
            status,
            kind: "application/json",
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
            slow: None,
            hang_up: false,
        }
    }

    pub fn html(status: u16, body: &str) -> Self {
        Answer {
            kind: "text/html; charset=utf-8",
            ..Answer::json(status, body)
        }
    }

    pub fn redirect(to: &str) -> Self {
        Answer {
            headers: vec![("Location", to.to_owned())],
            ..Answer::json(302, "")
        }
    }

    pub fn hang_up() -> Self {
        Answer {
            hang_up: true,
            ..Answer::json(200, "")
        }
    }
}

/// A server that runs as long as the test binary does.
pub struct Loopback {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Loopback {
    /// Starts a server whose answers come from `answer`.
    #[allow(clippy::disallowed_methods, reason = "a test plays the server")]
    pub fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (asked.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, answer) = (kept.clone(), answer.clone());
                std::thread::spawn(move || {
                    let _ = serve(&stream, &kept, answer.as_ref());
                });
            }
        });
        Loopback { port, asked }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test thread fell").clone()
    }

    /// Method and path of what was asked so far.
    pub fn paths(&self) -> Vec<String> {
        let asked = self.asked();
        asked
            .iter()
            .map(|one| format!("{} {}", one.method, one.path))
            .collect()
    }
}

fn serve(
    mut stream: &TcpStream,
    kept: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(&Asked) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(crate::common::HANG))?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next(), words.next());
    let (Some(method), Some(path)) = (method, path) else {
        return Ok(());
    };
    let mut asked = Asked {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: BTreeMap::new(),
        body: Vec::new(),
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        let name = name.to_ascii_lowercase();
        asked.headers.insert(name, value.trim().to_owned());
    }
    let length = asked.headers.get("content-length");
    let length = length.and_then(|text| text.parse().ok()).unwrap_or(0);
    asked.body = vec![0; length];
    reader.read_exact(&mut asked.body)?;
    kept.lock()
        .expect("no test thread fell")
        .push(asked.clone());
    let answer = answer(&asked);
    if answer.hang_up {
        return stream.shutdown(std::net::Shutdown::Both);
    }
    let mut head = format!(
        "HTTP/1.1 {} Status\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n",
        answer.status,
        answer.kind,
        answer.body.len()
    );
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    match answer.slow {
        None => stream.write_all(&answer.body)?,
        Some(pause) => {
            for byte in &answer.body {
                stream.write_all(&[*byte])?;
                std::thread::sleep(pause);
            }
        }
    }
    stream.flush()
}
