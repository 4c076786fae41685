//! Names of folders and files that say what kind of place a path is, in small letters.

/// Folders of tests, by their whole name.
pub(super) const TEST: &[&str] = &[
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "suite",
    "suites",
    "__tests__",
    "__mocks__",
    "__snapshots__",
    "testdata",
    "testlib",
    "fixture",
    "fixtures",
    "mock",
    "mocks",
    "e2e",
    "cypress",
    "stub",
    "stubs",
    "fuzz",
    "fuzzing",
    "integration",
    "factories",
    "seeders",
    "t",
];
/// Words of a folder or of a file name that mean tests wherever they stand in it.
pub(super) const TEST_WORDS: &[&str] = &[
    "test", "tests", "fixture", "fixtures", "mock", "mocks", "fake", "fakes", "spec", "e2e",
];
/// Last words of a file name in camel case that mean tests (`LoginIT.java`).
pub(super) const TEST_ENDINGS: &[&str] =
    &["test", "tests", "it", "spec", "specs", "fixture", "mock"];
/// Last parts of the name of a file of settings (`.env.testing`), and files of test runners.
pub(super) const TEST_SETTINGS: &[&str] = &["testing", "tests", "test", "ci", "e2e"];
/// Folders whose files say what a server does with a repository after each change, with the folder that they stand in.
/// What such a file is called is what it does, not what it is.
pub(super) const CI_FOLDERS: &[(&str, &str)] = &[
    (".forgejo", "workflows"),
    (".gitea", "workflows"),
    (".github", "workflows"),
    (".gitlab", "ci"),
];
/// Starts of the names of such files elsewhere.
pub(super) const CI_FILES: &[&str] = &[
    ".gitlab-ci",
    ".travis",
    "azure-pipelines",
    "bitbucket-pipelines",
];
pub(super) const TEST_FILES: &[&str] = &[
    "phpunit.xml",
    "phpunit.xml.dist",
    "conftest.py",
    "docker-compose.test.yml",
];
/// The same for examples.
pub(super) const EXAMPLE: &[&str] = &[
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "snippets",
    "snippet",
    "quickstart",
    "playground",
    "tutorial",
    "tutorials",
    "notebooks",
];
pub(super) const EXAMPLE_WORDS: &[&str] =
    &["example", "examples", "sample", "samples", "demo", "demos"];
/// Extensions of files that are copied and filled in before they are used, and of notebooks.
pub(super) const EXAMPLE_FILES: &[&str] = &["example", "sample", "dist", "template", "ipynb"];
pub(super) const DOCS: &[&str] = &[
    "doc",
    "docs",
    "documentation",
    "docs_src",
    "javadoc",
    "manual",
    "wiki",
];
/// Words of a folder that mean documentation wherever they stand in it.
pub(super) const DOCS_WORDS: &[&str] = &[
    "docs",
    "documentation",
    "docbook",
    "docbkx",
    "apidoc",
    "apidocs",
];
/// Words of a file name that mean documentation, whatever the page is written in.
pub(super) const DOCS_NAMES: &[&str] = &["howto"];
/// Files of prose, by extension.
pub(super) const PROSE: &[&str] = &[
    "md", "markdown", "mdown", "rst", "adoc", "asciidoc", "mdx", "textile", "rdoc", "ronn", "pod",
];
/// Files of prose, by the first word of a name without another extension than `txt`.
pub(super) const PROSE_NAMES: &[&str] = &[
    "readme",
    "changelog",
    "changes",
    "history",
    "news",
    "license",
    "copying",
    "contributing",
    "authors",
    "faq",
];
pub(super) const FOREIGN: &[&str] = &[
    "node_modules",
    "vendor",
    "vendors",
    "vendored",
    "third_party",
    "third-party",
    "thirdparty",
    "bower_components",
    ".yarn",
    "site-packages",
    "dist-packages",
];
/// Files of libraries that applications keep as they come, by their whole name.
pub(super) const FOREIGN_FILES: &[&str] = &[
    "pdf.worker.js",
    "pdf.worker.mjs",
    "redoc.standalone.js",
    "swagger-ui-bundle.js",
];
pub(super) const LOCKS: &[&str] = &[
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
/// Descriptions of interfaces, by a word of the name of a file of settings: their values are examples.
pub(super) const INTERFACES: &[&str] = &["openapi", "swagger"];
/// Folders of texts for users in many languages.
pub(super) const TRANSLATED: &[&str] = &[
    "locale",
    "locales",
    "i18n",
    "l10n",
    "nls",
    "lang",
    "langs",
    "language",
    "languages",
    "localization",
    "localisation",
    "localizations",
    "translation",
    "translations",
    "intl",
];
/// Extensions of files of texts for users.
pub(super) const TRANSLATED_FILES: &[&str] = &[
    "po",
    "pot",
    "xlf",
    "xliff",
    "resx",
    "resjson",
    "strings",
    "ftl",
    "arb",
    "tmx",
    "mo",
    "qm",
    "ts_translation",
];
/// Extensions in which a name with a language behind it is a translation (`messages_de.properties`).
pub(super) const BUNDLES: &[&str] = &[
    "properties",
    "json",
    "yml",
    "yaml",
    "php",
    "inc",
    "js",
    "ts",
    "xml",
    "ini",
    "toml",
    "html",
];
/// Languages with two letters that such names end in (ISO 639-1), as far as they are written so.
pub(super) const LANGUAGES: &[&str] = &[
    "ar", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "eo", "es", "et", "eu", "fa",
    "fi", "fr", "ga", "gl", "he", "hi", "hr", "hu", "hy", "is", "it", "ja", "ka", "kk", "km", "ko",
    "lt", "lv", "mk", "mn", "ms", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq",
    "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "uz", "vi", "zh",
];
/// Extensions of files of settings.
pub(super) const SETTINGS: &[&str] = &[
    "yml",
    "yaml",
    "env",
    "properties",
    "ini",
    "conf",
    "cfg",
    "config",
    "cnf",
    "toml",
    "tf",
    "tfvars",
    "hcl",
    "json",
    "json5",
    "xml",
    "plist",
    "netrc",
    "npmrc",
    "pypirc",
    "kubeconfig",
    "nomad",
    "service",
    "dockerfile",
];
/// Files of settings, by name.
pub(super) const SETTINGS_FILES: &[&str] = &[
    "dockerfile",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    "credentials",
    "vagrantfile",
    ".s3cfg",
    ".boto",
    ".dockercfg",
    ".git-credentials",
    ".bashrc",
    ".zshrc",
    ".profile",
    ".bash_profile",
    ".envrc",
];
/// Files of settings that every copy of an application has.
pub(super) const SHIPPED: &[&str] = &[
    "google-services.json",
    "googleservice-info.plist",
    "strings.xml",
    "androidmanifest.xml",
];

/// Extensions of programs in whose language a value stands in quotes: without them it is a name, or a
/// line of a comment or of a text. Shells, makefiles and the like are none.
pub(super) const PROGRAMS: &[&str] = &[
    "c", "cc", "cpp", "cs", "dart", "erl", "ex", "exs", "fs", "go", "gql", "graphql", "graphqls",
    "groovy", "h", "hpp", "java", "js", "jsx", "kt", "lua", "m", "mjs", "mm", "php", "proto", "py",
    "pyi", "rb", "rs", "scala", "svelte", "swift", "ts", "tsx", "vb", "vue",
];
