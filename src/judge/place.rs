//! What a path says about a finding that stands there.

use crate::finding::RepoPath;

/// The kinds of places that weigh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PlaceKind {
    /// Tests, fixtures, examples, mocks.
    pub(super) test: bool,
    /// Documentation and prose.
    pub(super) docs: bool,
    /// Code of others: vendored, installed, minified.
    pub(super) foreign: bool,
    /// Generated lists of digests and names: lock files, checksums, translations, source maps.
    pub(super) listing: bool,
    /// Files that are shipped to clients: web pages, mobile applications.
    pub(super) client: bool,
}

const TEST: &[&str] = &[
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "__tests__",
    "__mocks__",
    "testdata",
    "fixture",
    "fixtures",
    "example",
    "examples",
    "sample",
    "samples",
    "mock",
    "mocks",
    "demo",
    "demos",
    "e2e",
];
const DOCS: &[&str] = &["doc", "docs", "documentation"];
const PROSE: &[&str] = &["md", "markdown", "rst", "adoc", "txt", "mdx"];
const FOREIGN: &[&str] = &[
    "node_modules",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "bower_components",
    "site-packages",
    "dist-packages",
];
const LOCKS: &[&str] = &[
    "cargo.lock",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "gemfile.lock",
    "composer.lock",
    "go.sum",
    "pipfile.lock",
    "uv.lock",
    "packages.lock.json",
    "podfile.lock",
    "mix.lock",
    "flake.lock",
    "npm-shrinkwrap.json",
    "sha256sums",
    "checksums.txt",
    "bun.lock",
];
const CLIENT: &[&str] = &[
    "js", "mjs", "jsx", "ts", "tsx", "html", "htm", "vue", "svelte", "plist", "swift", "kt", "dart",
];

pub(super) fn kind(path: &RepoPath) -> PlaceKind {
    let text = String::from_utf8_lossy(&path.0).to_ascii_lowercase();
    let name = text.rsplit('/').next().unwrap_or(&text);
    let ext = path.extension();
    let folder = |names: &[&str]| {
        text.split('/')
            .rev()
            .skip(1)
            .any(|part| names.contains(&part))
    };
    let stem_test = name.split(['.', '_', '-']).any(|part| {
        matches!(
            part,
            "test" | "tests" | "spec" | "example" | "sample" | "mock" | "fixture"
        )
    });
    PlaceKind {
        test: folder(TEST)
            || stem_test
            || name.ends_with("test.java")
            || name.ends_with("tests.cs"),
        docs: folder(DOCS) || PROSE.contains(&ext.as_str()),
        foreign: folder(FOREIGN) || name.contains(".min."),
        listing: LOCKS.contains(&name)
            || ext == "map"
            || matches!(ext.as_str(), "po" | "pot" | "xlf")
            || folder(&["locale", "locales", "i18n", "translations"]),
        client: CLIENT.contains(&ext.as_str())
            || matches!(
                name,
                "google-services.json"
                    | "googleservice-info.plist"
                    | "strings.xml"
                    | "androidmanifest.xml"
            ),
    }
}
