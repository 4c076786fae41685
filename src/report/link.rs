//! Pages of a repository's host: where a file, a line and a commit can be looked at in a browser.
//!
//! The address of a remote is text of the repository's configuration and nobody's promise. Only its host and
//! path are used, both are taken apart and put together again, and every link is `https`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Commit, Finding, Mode, Place, Report};
use crate::finding::Region;

/// What stands for itself in a segment of a path (RFC 3986).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Longer addresses are nobody's repository; bytes.
const LONGEST: usize = 512;

/// How a host writes its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    GitHub,
    GitLab,
    /// Gitea and Forgejo.
    Gitea,
    Bitbucket,
    Azure,
}

/// The pages of one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    kind: Kind,
    /// `https://host/owner/name`.
    home: String,
}

impl Web {
    /// The pages of the repository that a remote leads to; `None` for a host of which nothing is known, and
    /// for what is no address of a host.
    pub fn of(remote: &str) -> Option<Self> {
        let (host, path) = apart(remote)?;
        let path: Vec<String> = segments(path)?;
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let (kind, host, path) = match (kind(&host)?, path.as_slice()) {
            (Kind::Azure, path) => (Kind::Azure, azure_host(&host), azure_path(&host, path)?),
            (Kind::GitLab, path) if path.len() >= 2 => (Kind::GitLab, host, path.join("/")),
            (kind, [owner, name]) if kind != Kind::GitLab => {
                (kind, host, format!("{owner}/{name}"))
            }
            _ => return None,
        };
        Some(Web {
            kind,
            home: format!("https://{host}/{path}"),
        })
    }

    /// The page of the repository itself; [`Web::of`] takes it as well.
    pub fn home(&self) -> &str {
        &self.home
    }

    /// The page of a commit, named by its full id.
    pub fn commit(&self, id: &str) -> String {
        let word = match self.kind {
            Kind::GitHub | Kind::Gitea | Kind::Azure => "commit",
            Kind::GitLab => "-/commit",
            Kind::Bitbucket => "commits",
        };
        format!("{}/{word}/{id}", self.home)
    }

    /// The page of a file (its percent-encoded path) in a commit, at the lines of a region; without a region
    /// the page of the whole file.
    pub fn file(&self, commit: &str, path: &str, region: Option<Region>) -> String {
        let home = &self.home;
        let (first, last) = region.map_or((0, 0), |it| (it.start_line, it.end_line));
        let lines = |from: &str, to: &str| match (first, last) {
            (0, _) => String::new(),
            (first, last) if last > first => format!("{from}{first}{to}{last}"),
            (first, _) => format!("{from}{first}"),
        };
        match self.kind {
            Kind::GitHub => format!("{home}/blob/{commit}/{path}{}", lines("#L", "-L")),
            Kind::GitLab => format!("{home}/-/blob/{commit}/{path}{}", lines("#L", "-")),
            Kind::Gitea => format!("{home}/src/commit/{commit}/{path}{}", lines("#L", "-L")),
            Kind::Bitbucket => format!("{home}/src/{commit}/{path}{}", lines("#lines-", ":")),
            Kind::Azure => {
                let lines = match first {
                    0 => String::new(),
                    first => format!(
                        "&line={first}&lineEnd={}&lineStartColumn=1&lineEndColumn=1",
                        last.max(first) + 1
                    ),
                };
                let path = path.replace('/', "%2F");
                format!("{home}?path=%2F{path}&version=GC{commit}{lines}&_a=contents")
            }
        }
    }
}

/// Host and path of an address as git writes them: `https://`, `ssh://`, `git://`, and `user@host:path`.
/// User information and port are left out.
fn apart(remote: &str) -> Option<(String, &str)> {
    if remote.len() > LONGEST {
        return None;
    }
    let (authority, path) = match remote.split_once("://") {
        Some((scheme, rest)) => {
            let known = ["https", "http", "ssh", "git", "git+ssh"];
            if !known.contains(&scheme.to_ascii_lowercase().as_str()) {
                return None;
            }
            rest.split_once('/')?
        }
        None => {
            let (authority, path) = remote.split_once(':')?;
            if authority.contains('/') {
                return None;
            }
            (authority, path.trim_start_matches('/'))
        }
    };
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    let labels = host.split('.');
    let good = |label: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !label.is_empty() && !label.starts_with('-') && label.bytes().all(plain)
    };
    (host.contains('.') && labels.into_iter().all(good)).then_some((host, path))
}

/// The parts of a path, each encoded anew, without `.git` at the end; `None` when one leads elsewhere.
fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let one = |part: &str| {
        let part = percent_decode_str(part).decode_utf8().ok()?;
        let odd = part.is_empty() || part == "." || part == ".." || part.contains('/');
        let odd = odd || part.chars().any(super::escape::hidden) || part.contains('‹');
        (!odd).then(|| utf8_percent_encode(&part, SEGMENT).to_string())
    };
    path.split('/').map(one).collect()
}

/// What a host's name says of the program that it runs.
fn kind(host: &str) -> Option<Kind> {
    let has = |word: &str| host.split('.').any(|label| label.contains(word));
    match host {
        "dev.azure.com" | "ssh.dev.azure.com" | "vs-ssh.visualstudio.com" => Some(Kind::Azure),
        "codeberg.org" => Some(Kind::Gitea),
        "bitbucket.org" => Some(Kind::Bitbucket),
        _ if host.ends_with(".visualstudio.com") => Some(Kind::Azure),
        _ if has("github") => Some(Kind::GitHub),
        _ if has("gitlab") => Some(Kind::GitLab),
        _ if has("gitea") || has("forgejo") => Some(Kind::Gitea),
        _ => None,
    }
}

fn azure_host(host: &str) -> String {
    match host {
        "ssh.dev.azure.com" | "vs-ssh.visualstudio.com" => "dev.azure.com".to_owned(),
        host => host.to_owned(),
    }
}

/// `organisation/project/_git/name`, or `project/_git/name` where the organisation is in the host.
fn azure_path(host: &str, path: &[&str]) -> Option<String> {
    match (host, path) {
        ("ssh.dev.azure.com" | "vs-ssh.visualstudio.com", ["v3", organisation, project, name]) => {
            Some(format!("{organisation}/{project}/_git/{name}"))
        }
        ("dev.azure.com", [_, _, "_git", _]) => Some(path.join("/")),
        (host, [_, "_git", _] | [_, _, "_git", _]) if host.ends_with(".visualstudio.com") => {
            Some(path.join("/"))
        }
        _ => None,
    }
}

impl Report {
    /// Gives commits and places their pages, where the host of the repository is known. Of a tree, see
    /// [`link_files`].
    pub(super) fn linked(mut self) -> Self {
        let Some(web) = self.run.web.as_deref().and_then(Web::of) else {
            return self;
        };
        let head = match self.run.mode {
            Mode::History | Mode::Audit => self.run.history.as_ref().and_then(|h| h.head.clone()),
            Mode::Range => self.run.range.as_ref().and_then(|range| range.to.clone()),
            Mode::Tree | Mode::Staged => None,
        };
        for finding in self.findings.iter_mut().chain(&mut self.suppressed) {
            link_finding(finding, &web, head.as_deref());
        }
        self
    }
}

/// Gives places in files their pages in the commit `head` of the repository with the page `web`: those of files
/// that it holds with the same content, which `same` knows of paths as reports show them.
pub fn link_files(web: &str, head: &str, rows: &mut [&mut Finding], same: &dyn Fn(&str) -> bool) {
    let Some(web) = Web::of(web) else {
        return;
    };
    let places = rows.iter_mut().flat_map(|finding| {
        let parts = finding.parts.iter_mut().map(|part| &mut part.place);
        finding.places.iter_mut().chain(parts)
    });
    for place in places {
        if place.link.is_none() && is_file(place) && same(place.path.as_str()) {
            place.link = Some(page(place, &web, head));
        }
    }
}

fn link_finding(finding: &mut Finding, web: &Web, head: Option<&str>) {
    let link = |commit: &mut Commit| commit.link = Some(web.commit(&commit.id));
    if let Some(timeline) = &mut finding.timeline {
        link(&mut timeline.first);
        timeline.removed.iter_mut().for_each(link);
    }
    let parts = finding.parts.iter_mut().map(|part| &mut part.place);
    for place in finding.places.iter_mut().chain(parts) {
        if let Some(commit) = &mut place.introduced {
            link(commit);
        }
        place.link = link_of(place, web, head);
    }
}

/// The page of a place of a history. What only a stash or a reflog keeps was never pushed.
fn link_of(place: &Place, web: &Web, head: Option<&str>) -> Option<String> {
    let reach = place.only_in.as_ref().map(|reach| reach.as_str());
    let pushed = reach.is_none_or(|reach| {
        reach.starts_with("refs/pull") || reach.starts_with("refs/merge-requests")
    });
    let introduced = place.introduced.as_ref().map(|commit| commit.id.as_str());
    if !pushed {
        return None;
    }
    if place.message {
        return introduced.map(|id| web.commit(id));
    }
    let commit = match place.at_head {
        Some(true) => head,
        _ => introduced,
    };
    commit
        .filter(|_| is_file(place))
        .map(|commit| page(place, web, commit))
}

fn is_file(place: &Place) -> bool {
    place.name.is_none() && !place.message && !place.path.as_str().starts_with(".git-history/")
}

fn page(place: &Place, web: &Web, commit: &str) -> String {
    web.file(commit, &place.uri, place.region_in_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(remote: &str) -> Option<String> {
        Web::of(remote).map(|web| web.home)
    }

    #[test]
    fn every_way_to_write_a_remote_leads_to_the_page_of_its_repository() {
        for (remote, page) in [
            ("https://github.com/o/r.git", "https://github.com/o/r"),
            (
                "https://me:secret@github.com/o/r/",
                "https://github.com/o/r",
            ),
            ("git@github.com:o/r.git", "https://github.com/o/r"),
            ("ssh://git@GitHub.com:22/o/r", "https://github.com/o/r"),
            (
                "git@gitlab.example.org:a/b/c.git",
                "https://gitlab.example.org/a/b/c",
            ),
            ("https://codeberg.org/o/r", "https://codeberg.org/o/r"),
            (
                "https://gitea.example.org:3000/o/r",
                "https://gitea.example.org/o/r",
            ),
            ("git@bitbucket.org:o/r.git", "https://bitbucket.org/o/r"),
            (
                "git@ssh.dev.azure.com:v3/org/my%20project/r",
                "https://dev.azure.com/org/my%20project/_git/r",
            ),
            (
                "https://org@dev.azure.com/org/p/_git/r",
                "https://dev.azure.com/org/p/_git/r",
            ),
            (
                "https://org.visualstudio.com/p/_git/r",
                "https://org.visualstudio.com/p/_git/r",
            ),
        ] {
            assert_eq!(home(remote).as_deref(), Some(page), "{remote}");
            assert_eq!(
                home(page).as_deref(),
                Some(page),
                "a page is an address too"
            );
        }
    }

    #[test]
    fn an_address_that_is_no_page_makes_no_link() {
        for remote in [
            "",
            "../origin.git",
            "/srv/git/github.com/o/r",
            "C:/work/github.com/o/r",
            "file://github.com/o/r",
            "javascript://github.com/o/r",
            "ext::sh -c github.com/o/r",
            "https://example.org/o/r",
            "https://github.com/o",
            "https://github.com/o/../r",
            "https://github.com/o/%2e%2e",
            "https://github.com/o/a%2Fb",
            "https://github.com/o/\u{202e}r",
            "https://git_hub.github.com\"onclick=/o/r",
            "https://github/o/r",
        ] {
            assert_eq!(home(remote), None, "{remote}");
        }
        let odd = home("https://github.com/o/\"><script>'`x").expect("a name of a repository");
        assert_eq!(odd, "https://github.com/o/%22%3E%3Cscript%3E%27%60x");
    }

    #[test]
    fn every_host_has_its_way_to_name_a_line() {
        let region = |start_line, end_line| {
            Some(Region {
                start_line,
                start_column: 1,
                end_line,
                end_column: 2,
            })
        };
        for (remote, one, several, commit) in [
            (
                "https://github.com/o/r",
                "/blob/C/a/b.py#L3",
                "/blob/C/a/b.py#L3-L5",
                "/commit/C",
            ),
            (
                "https://gitlab.com/o/r",
                "/-/blob/C/a/b.py#L3",
                "/-/blob/C/a/b.py#L3-5",
                "/-/commit/C",
            ),
            (
                "https://codeberg.org/o/r",
                "/src/commit/C/a/b.py#L3",
                "/src/commit/C/a/b.py#L3-L5",
                "/commit/C",
            ),
            (
                "https://bitbucket.org/o/r",
                "/src/C/a/b.py#lines-3",
                "/src/C/a/b.py#lines-3:5",
                "/commits/C",
            ),
            (
                "https://dev.azure.com/o/p/_git/r",
                "?path=%2Fa%2Fb.py&version=GCC&line=3&lineEnd=4&lineStartColumn=1&lineEndColumn=1&_a=contents",
                "?path=%2Fa%2Fb.py&version=GCC&line=3&lineEnd=6&lineStartColumn=1&lineEndColumn=1&_a=contents",
                "/commit/C",
            ),
        ] {
            let web = Web::of(remote).expect("a page");
            assert_eq!(
                web.file("C", "a/b.py", region(3, 3)),
                format!("{remote}{one}")
            );
            assert_eq!(
                web.file("C", "a/b.py", region(3, 5)),
                format!("{remote}{several}")
            );
            assert_eq!(web.commit("C"), format!("{remote}{commit}"));
        }
    }

    proptest::proptest! {
        #[test]
        fn a_link_is_always_https_and_needs_no_escape(remote in "(https://|git@|ssh://)?[\\s\\S]{0,12}(github\\.com|gitlab\\.x)[/:][\\s\\S]{0,20}/[\\s\\S]{0,20}") {
            if let Some(web) = Web::of(&remote) {
                proptest::prop_assert!(web.home.starts_with("https://"));
                let plain = |b: u8| b.is_ascii_alphanumeric() || b":/.-_~%".contains(&b);
                proptest::prop_assert!(web.home.bytes().all(plain));
                proptest::prop_assert_eq!(Web::of(&web.home), Some(web.clone()));
            }
        }
    }
}
