//! Command lines of clients that are given a password: which word of them it is.

use std::ops::Range;

use super::{Assignment, Op, RIGHT, Starts};

/// Where a client's command line has the password.
enum Takes {
    /// The word behind one of these flags, or glued to it.
    Word(&'static [&'static str]),
    /// Glued to the flag: alone, the flag asks for it.
    Glued(&'static [&'static str]),
    /// Behind this byte in the word behind one of these flags, or glued to it: `-u user:value`.
    Pair(&'static [&'static str], u8),
    /// The word with this number, from 0, of those that are no flags. With `b` among the letters of
    /// a flag where a letter stands here.
    Place(usize, Option<u8>),
    /// The same, where another word begins so: without it the words are a sentence.
    Beside(usize, &'static [u8]),
}

/// A client: how its name begins, in small letters, where the password stands, and an example.
type Client = (&'static str, Takes, &'static str);

/// A name of three to twelve bytes is an anchor of the scan, so that none may be a common word. It may
/// go on with letters and digits (`mysqldump`, `psexec64.exe`).
#[rustfmt::skip]
const CLIENTS: &[Client] = &[
    ("curl", Takes::Pair(&["-u", "--user", "--proxy-user", "-U"], b':'), "curl -s -u ann:maple7 https://acme.test"),
    ("mysql", Takes::Glued(&["-p"]), "mysqldump -u root -pmaple7 app"),
    ("sshpass", Takes::Word(&["-p"]), "sshpass -p maple7 ssh ann@acme.test"),
    ("psexec", Takes::Word(&["-p"]), "PsExec.exe \\\\HOST -u Administrator -p maple7 cmd"),
    ("redis-cli", Takes::Word(&["-a"]), "redis-cli -h cache -a maple7 ping"),
    ("mongo", Takes::Word(&["-p"]), "mongodump -u app -p maple7 --out x"),
    ("ldapsearch", Takes::Word(&["-w"]), "ldapsearch -x -D cn=admin -w maple7 -b dc=acme"),
    ("ldapadd", Takes::Word(&["-w"]), "ldapadd -x -D cn=admin -w maple7 -f a.ldif"),
    ("ldapmodify", Takes::Word(&["-w"]), "ldapmodify -x -D cn=admin -w maple7"),
    ("ldapdelete", Takes::Word(&["-w"]), "ldapdelete -D cn=admin -w maple7 cn=x"),
    ("ldapwhoami", Takes::Word(&["-w"]), "ldapwhoami -D cn=admin -w maple7"),
    ("smbclient", Takes::Pair(&["-U"], b'%'), "smbclient //host/share -U ann%maple7"),
    ("rpcclient", Takes::Pair(&["-U"], b'%'), "rpcclient -U ann%maple7 host"),
    ("winexe", Takes::Pair(&["-U"], b'%'), "winexe -U ann%maple7 //host cmd"),
    ("htpasswd", Takes::Place(2, Some(b'b')), "htpasswd -cb .htpasswd ann maple7"),
    ("docker login", Takes::Word(&["-p"]), "docker login -u ann -p maple7 registry.acme.test"),
    ("podman login", Takes::Word(&["-p"]), "podman login -u ann -p maple7 registry.acme.test"),
    ("az login", Takes::Word(&["-p"]), "az login --service-principal -u app -p maple7 --tenant t"),
    ("sqlcmd", Takes::Word(&["-P"]), "sqlcmd -S db -U sa -P maple7 -Q 'select 1'"),
    ("cqlsh", Takes::Word(&["-p"]), "cqlsh -u app -p maple7 db"),
    ("plink", Takes::Word(&["-pw"]), "plink -ssh ann@host -pw maple7 ls"),
    ("pscp", Takes::Word(&["-pw"]), "pscp -pw maple7 a.txt ann@host:"),
    ("lftp", Takes::Pair(&["-u"], b','), "lftp -u ann,maple7 sftp://host"),
    ("mosquitto_", Takes::Word(&["-P"]), "mosquitto_pub -u ann -P maple7 -t x -m y"),
    ("ipmitool", Takes::Word(&["-P"]), "ipmitool -I lanplus -U ADMIN -P maple7 power status"),
    ("unzip", Takes::Word(&["-P"]), "unzip -P maple7 a.zip"),
    ("xfreerdp", Takes::Word(&["/p:", "-p"]), "xfreerdp /v:host /u:ann /p:maple7"),
    ("rdesktop", Takes::Word(&["-p"]), "rdesktop -u ann -p maple7 host"),
    ("net user", Takes::Beside(1, b"/"), "net user ann maple7 /add"),
    ("net use", Takes::Beside(2, b"\\\\"), "net use Z: \\\\host\\share maple7 /user:ann"),
];

/// The names of all clients.
pub(super) const fn names<const N: usize>() -> [&'static str; N] {
    let mut names = [""; N];
    let mut n = 0;
    while n < N {
        names[n] = CLIENTS[n].0;
        n += 1;
    }
    names
}

/// How many there are.
pub(super) const COUNT: usize = CLIENTS.len();

/// The first two bytes of the clients' names.
const STARTS: Starts = Starts::new(&names::<COUNT>());

/// The client whose name this is.
fn client(name: &[u8]) -> Option<&'static Takes> {
    // Asked of every word that is an anchor: two bytes turn most away.
    let mut like = STARTS.of(*name.first()?, *name.get(1)?);
    like.find_map(|client| {
        let (known, takes, _) = &CLIENTS[client];
        name.eq_ignore_ascii_case(known.as_bytes()).then_some(takes)
    })
}

/// Reads the password of the command whose name is at `word`; `None` for other words.
pub(super) fn read(bytes: &[u8], word: Range<usize>) -> Option<Option<Assignment<'_>>> {
    let takes = client(&bytes[word.clone()])?;
    Some(line(bytes, word, takes))
}

fn line<'a>(bytes: &'a [u8], word: Range<usize>, takes: &Takes) -> Option<Assignment<'a>> {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
    if word.start > 0 && (part(&bytes[word.start - 1]) || bytes[word.start - 1] == b'-') {
        return None;
    }
    let end = bytes.len().min(word.end + RIGHT / 2);
    let rest = &bytes[word.end..end];
    let name_end = word.end + rest.iter().take(12).take_while(|b| part(b)).count();
    if !matches!(bytes.get(name_end), Some(b' ' | b'\t')) {
        return None;
    }
    let words = Words {
        bytes,
        at: name_end,
        end,
    };
    let (value, quote) = match takes {
        Takes::Word(flags) => behind(words, flags, true)?,
        Takes::Glued(flags) => behind(words, flags, false)?,
        Takes::Pair(flags, operator) => {
            let (pair, quote) = behind(words, flags, true)?;
            let text = &bytes[pair.clone()];
            let at = memchr::memchr(*operator, text)?;
            if at == 0 || text.starts_with(b"http") {
                return None;
            }
            unquoted(bytes, pair.start + at + 1..pair.end, quote)
        }
        Takes::Place(n, letter) => placed(words, *n, *letter)?,
        Takes::Beside(n, begin) => {
            let mut all = words.clone();
            let mut begins = || all.next().map(|word| bytes[word].starts_with(begin));
            std::iter::from_fn(&mut begins).find(|begins| *begins)?;
            placed(words, *n, None)?
        }
    };
    // A flag of these letters may also give a port.
    let port = value.len() <= 5 && bytes[value.clone()].iter().all(u8::is_ascii_digit);
    (!value.is_empty() && !port).then_some(Assignment {
        key: b"password",
        key_at: word.start,
        value,
        quote,
        op: Op::Flag,
        fallback: false,
        wrapped: false,
    })
}

/// The value of one of the flags: the word behind it where that counts, or what is glued to it.
fn behind(mut words: Words<'_>, flags: &[&str], next: bool) -> Option<(Range<usize>, Option<u8>)> {
    let bytes = words.bytes;
    while let Some(word) = words.next() {
        let text = &bytes[word.clone()];
        let Some(flag) = flags.iter().find(|flag| text.starts_with(flag.as_bytes())) else {
            continue;
        };
        let glued = word.start + flag.len();
        let long = flag.len() > 2 && !flag.ends_with(':');
        if glued == word.end {
            let value = words.next().filter(|_| next)?;
            let is_flag = bytes[value.start] == b'-';
            return (!is_flag).then(|| unquoted(bytes, value, None));
        }
        match bytes[glued] {
            b'=' => return Some(unquoted(bytes, glued + 1..word.end, None)),
            // `--username` is no `--user`.
            _ if long => {}
            _ => return Some(unquoted(bytes, glued..word.end, None)),
        }
    }
    None
}

/// The word with the number `n` of those that are no flags.
fn placed(
    mut words: Words<'_>,
    n: usize,
    letter: Option<u8>,
) -> Option<(Range<usize>, Option<u8>)> {
    let bytes = words.bytes;
    let mut seen = 0;
    let mut allowed = letter.is_none();
    while let Some(word) = words.next() {
        let text = &bytes[word.clone()];
        if text.starts_with(b"-") || letter.is_none() && text.starts_with(b"/") {
            allowed |= letter.is_some_and(|letter| text.contains(&letter));
        } else if seen == n {
            return (allowed && text != b"*").then(|| unquoted(bytes, word, None));
        } else {
            seen += 1;
        }
    }
    None
}

/// A word, or the rest of one, without quotes around it.
fn unquoted(bytes: &[u8], word: Range<usize>, quote: Option<u8>) -> (Range<usize>, Option<u8>) {
    let quotes = |b: &u8| matches!(b, b'"' | b'\'');
    match bytes[word.clone()] {
        [first, .., last] if first == last && quotes(&first) => {
            (word.start + 1..word.end - 1, Some(first))
        }
        _ => (word, quote),
    }
}

/// The words of a command line, over lines that a backslash, a caret or a backquote continues.
#[derive(Clone)]
struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl Words<'_> {
    /// The next word with its quotes; none at the end of the command.
    fn next(&mut self) -> Option<Range<usize>> {
        let (bytes, end) = (self.bytes, self.end);
        let mut at = self.at;
        while at < end {
            at += match bytes[at..end] {
                [b' ' | b'\t', ..] => 1,
                [b'\\' | b'`' | b'^', b'\n', ..] => 2,
                [b'\\' | b'`' | b'^', b'\r', b'\n', ..] => 3,
                _ => break,
            };
        }
        let start = at;
        let mut opens = true;
        while at < end {
            match bytes[at] {
                quote @ (b'"' | b'\'') => {
                    let close = opens
                        .then(|| text_end(&bytes[at + 1..end], quote))
                        .flatten();
                    match close {
                        Some(len) => at += len + 2,
                        None => break,
                    }
                    opens = false;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b'|' | b';' | b'`' | b'<' | b'>' => break,
                // Quotes may open where a word or a value begins.
                b => {
                    opens = matches!(b, b'=' | b':' | b'%' | b',')
                        || at == start + 1 && bytes[start] == b'-';
                    at += 1;
                }
            }
        }
        self.at = at;
        (at > start).then_some(start..at)
    }
}

/// How far it is to the quote that closes a text on its line.
fn text_end(rest: &[u8], quote: u8) -> Option<usize> {
    let at = rest.iter().position(|b| *b == quote || *b == b'\n')?;
    (rest[at] == quote).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Option<&str> {
        let (name, ..) = CLIENTS
            .iter()
            .find(|(name, ..)| text.to_lowercase().starts_with(name))?;
        read(text.as_bytes(), 0..name.len())
            .flatten()
            .map(|a| &text[a.value])
    }

    #[test]
    fn every_client_is_read_in_its_example() {
        for (name, _, text) in CLIENTS {
            assert_eq!(password(text), Some("maple7"), "{text}");
            assert!((3..=12).contains(&name.len()), "{name} can be an anchor");
        }
    }

    #[test]
    fn quotes_and_continued_lines_are_read_and_other_words_are_not() {
        for (text, want) in [
            (
                "curl -s \\\n  -u 'ann:maple 7' \\\n https://acme.test",
                Some("maple 7"),
            ),
            ("curl --user=ann:\"maple 7\" x", Some("maple 7")),
            ("mysql -u root -p'maple 7' app", Some("maple 7")),
            ("exec(\"mysql -pmaple7\", x)", None),
            ("mysql -pmaple7\", x)", Some("maple7")),
            ("mysql -u root -p app", None),
            ("sshpass -f file ssh", None),
            ("curl --username ann:x y", None),
            ("curl -u ann https://acme.test", None),
            ("docker login -u ann\ndocker run -p 8080:80 x", None),
            ("mongo db | tee -p x", None),
            ("htpasswd -c .htpasswd ann maple7", None),
            ("net use Z: \\\\host\\share *", None),
        ] {
            assert_eq!(password(text), want, "{text}");
        }
    }
}
