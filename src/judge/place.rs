//! What a path says about a finding that stands there.
//!
//! Tables of names with examples, which the tests run. Folders and the words of file names are
//! compared in lower case; a name in camel case is several words.

use crate::finding::{PlaceKind, RepoPath};

mod names;

use names::{
    BUNDLES, CI_FILES, CI_FOLDERS, DOCS, DOCS_NAMES, DOCS_WORDS, EXAMPLE, EXAMPLE_FILES,
    EXAMPLE_WORDS, FOREIGN, FOREIGN_FILES, INTERFACES, LANGUAGES, LOCKS, PROGRAMS, PROSE,
    PROSE_NAMES, SETTINGS, SETTINGS_FILES, SHIPPED, TEST, TEST_ENDINGS, TEST_FILES, TEST_SETTINGS,
    TEST_WORDS, TRANSLATED, TRANSLATED_FILES,
};

/// Whether a file is a program in whose language values stand in quotes.
pub(super) fn is_program(path: &RepoPath) -> bool {
    PROGRAMS.contains(&path.extension().as_str())
}

/// Whether a file is shipped with an application as it is.
pub(super) fn is_shipped(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    SHIPPED.contains(&name.as_str())
}

/// What kind of place a path names. Of several, the one that says most about what stands there.
pub(super) fn kind(path: &RepoPath) -> PlaceKind {
    let text = String::from_utf8_lossy(&path.0);
    let mut parts = text.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let folders: Vec<(String, Vec<String>)> = parts
        .map(|part| (part.to_lowercase(), words(part)))
        .collect();
    let file = File::of(name);
    let folder = |names: &[&str]| {
        folders
            .iter()
            .any(|(whole, _)| names.contains(&whole.as_str()))
    };
    // The texts of an application in one language: `values-de`, `de-DE`, `pt_BR`.
    let of_language = folders.first().is_some_and(|(whole, words)| {
        whole.starts_with("values-") || whole.len() == 5 && is_locale(words)
    });
    let worded = |names: &[&str]| folders.iter().any(|(_, words)| any(words, names));
    if is_generated(&file, &folder, of_language) {
        PlaceKind::Generated
    } else if folder(FOREIGN)
        || FOREIGN_FILES.contains(&file.lower.as_str())
        || file.lower.contains(".min.")
        || file.is_bundle()
    {
        PlaceKind::Vendored
    } else if is_ci(&file, &folders)
        && ![TEST, EXAMPLE, DOCS].into_iter().any(folder)
        && ![TEST_WORDS, EXAMPLE_WORDS, DOCS_WORDS]
            .into_iter()
            .any(worded)
    {
        PlaceKind::Configuration
    } else if folder(TEST) || worded(TEST_WORDS) || file.is_test() || is_chart_test(&file, &folder)
    {
        PlaceKind::Test
    } else if folder(EXAMPLE)
        || worded(EXAMPLE_WORDS)
        || any(&file.words, EXAMPLE_WORDS)
        || EXAMPLE_FILES.contains(&file.extension.as_str())
        || [".template.", ".default.", ".defaults."]
            .iter()
            .any(|part| file.lower.contains(part))
    {
        PlaceKind::Example
    } else if folder(DOCS)
        || worded(DOCS_WORDS)
        || file.is_prose()
        || file.is_interface()
        || any(&file.words, DOCS_NAMES)
    {
        PlaceKind::Documentation
    } else if file.is_settings() {
        PlaceKind::Configuration
    } else {
        PlaceKind::Source
    }
}

fn is_generated(file: &File, folder: &impl Fn(&[&str]) -> bool, of_language: bool) -> bool {
    let bundle = BUNDLES.contains(&file.extension.as_str());
    let translated = folder(TRANSLATED) || of_language || file.ends_in_language();
    LOCKS.contains(&file.lower.as_str())
        || file.extension == "map"
        || TRANSLATED_FILES.contains(&file.extension.as_str())
        || bundle && translated
}

/// `.github/workflows/e2e.yml`: what a server does after each change. That it runs tests makes it none.
fn is_ci(file: &File, folders: &[(String, Vec<String>)]) -> bool {
    let inside = |(outer, inner): &(&str, &str)| {
        let pair = |two: &[(String, Vec<String>)]| two[0].0 == *inner && two[1].0 == *outer;
        folders.windows(2).any(pair)
    };
    matches!(file.extension.as_str(), "yaml" | "yml")
        && (CI_FOLDERS.iter().any(inside)
            || CI_FILES.iter().any(|start| file.lower.starts_with(start)))
}

/// `ci/tls-values.yaml`: the values that a Helm chart is installed with to test it.
fn is_chart_test(file: &File, folder: &impl Fn(&[&str]) -> bool) -> bool {
    let last = file.words.last().map(String::as_str);
    matches!(file.extension.as_str(), "yaml" | "yml") && last == Some("values") && folder(&["ci"])
}

/// A file name, taken apart.
struct File {
    lower: String,
    /// Its words, without the extension's.
    words: Vec<String>,
    extension: String,
    /// Several words were told apart by capitals alone.
    camel: bool,
}

impl File {
    fn of(name: &str) -> Self {
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, extension),
            _ => (name, ""),
        };
        File {
            lower: name.to_lowercase(),
            words: words(stem),
            extension: extension.to_ascii_lowercase(),
            camel: !stem.contains(['-', '_', '.']),
        }
    }

    fn is_test(&self) -> bool {
        let last = self.words.last().map(String::as_str).unwrap_or_default();
        let several = self.words.len() > 1;
        // `.env.testing-ci`, `.env.unit-tests`: whatever they are called besides.
        let setting = self.lower.starts_with(".env.")
            && (TEST_SETTINGS.contains(&self.extension.as_str())
                || words(&self.extension)
                    .iter()
                    .any(|word| word != "ci" && TEST_SETTINGS.contains(&word.as_str())));
        setting
            || self.extension == "t"
            || TEST_FILES.contains(&self.lower.as_str())
            || any(&self.words, TEST_WORDS)
            || self.camel && several && TEST_ENDINGS.contains(&last)
    }

    fn is_settings(&self) -> bool {
        SETTINGS.contains(&self.extension.as_str())
            || SETTINGS_FILES.contains(&self.lower.as_str())
            || self.lower.starts_with(".env")
            || self.lower.starts_with("dockerfile.")
    }

    fn is_interface(&self) -> bool {
        matches!(self.extension.as_str(), "yml" | "yaml" | "json") && any(&self.words, INTERFACES)
    }

    /// `main.0a1b2c3d.js`: what a build made of an application's source, named after its digest.
    fn is_bundle(&self) -> bool {
        let digest = self.words.last().map(String::as_str).unwrap_or_default();
        let both = digest.bytes().any(|b| b.is_ascii_digit())
            && digest.bytes().any(|b| b.is_ascii_lowercase());
        matches!(self.extension.as_str(), "js" | "mjs" | "css")
            && self.words.len() > 1
            && matches!(digest.len(), 8 | 16 | 20 | 32)
            && both
            && digest.bytes().all(|b| b.is_ascii_hexdigit())
    }

    fn is_prose(&self) -> bool {
        let first = self.words.first().map(String::as_str).unwrap_or_default();
        let plain = matches!(self.extension.as_str(), "" | "txt");
        PROSE.contains(&self.extension.as_str())
            || plain && PROSE_NAMES.contains(&first)
            || self.is_page_of_manual()
    }

    /// `maple.1`, `maple.conf.5`: a page of the manual is called by its section. Versions are too (`maple-2.1`), with a
    /// digit before it.
    fn is_page_of_manual(&self) -> bool {
        let stem = self.lower.strip_suffix(&self.extension).unwrap_or_default();
        let stem = stem.trim_end_matches('.');
        matches!(self.extension.as_bytes(), [b'1'..=b'8'])
            && stem.ends_with(|c: char| c.is_ascii_lowercase())
            && !stem.ends_with(".log")
    }

    /// `messages_de`, `strings.pt-BR`, `auth_zh_CN`; a name of one word says nothing by it.
    fn ends_in_language(&self) -> bool {
        let of_languages = matches!(self.extension.as_str(), "properties" | "inc");
        match self.words.as_slice() {
            [_, .., language, country] if is_locale(&[language, country]) => true,
            [_, .., language] => !self.camel && of_languages && is_language(language),
            _ => false,
        }
    }
}

fn is_language(word: &str) -> bool {
    LANGUAGES.contains(&word)
}

/// A language and a country (`pt`, `br`).
fn is_locale<W: AsRef<str>>(words: &[W]) -> bool {
    let is_country = |word: &str| word.len() == 2 && word.bytes().all(|b| b.is_ascii_lowercase());
    matches!(words, [language, country] if is_language(language.as_ref()) && is_country(country.as_ref()))
}

fn any(words: &[String], names: &[&str]) -> bool {
    words.iter().any(|word| names.contains(&word.as_str()))
}

/// The words of a name in lower case: parted at what is no letter or digit, and before a capital
/// that follows a small letter or stands before one.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut out = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            out.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || before.is_some_and(char::is_uppercase)
                    && after.is_some_and(|after| after.is_lowercase()));
        if begins {
            out.push(String::new());
        }
        out.last_mut()
            .expect("there is one")
            .extend(letter.to_lowercase());
    }
    out.retain(|word| !word.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_kind() {
        for (path, expected) in [
            ("src/main.rs", PlaceKind::Source),
            ("config/database.yml", PlaceKind::Configuration),
            (".env", PlaceKind::Configuration),
            ("passwords.txt", PlaceKind::Source),
            ("src/contest/latest.go", PlaceKind::Source),
            ("src/Audit.java", PlaceKind::Source),
            ("src/IT.java", PlaceKind::Source),
            ("cmd/it.go", PlaceKind::Source),
            ("tests/a.py", PlaceKind::Test),
            ("a_test.go", PlaceKind::Test),
            ("src/integration-test/a.kt", PlaceKind::Test),
            ("src/dockerTest/Dockerfile", PlaceKind::Test),
            ("Acme.Web.IntegrationTests/Settings.cs", PlaceKind::Test),
            ("Acme.Test/a.cs", PlaceKind::Test),
            ("src/LoginTests.java", PlaceKind::Test),
            ("src/LoginIT.java", PlaceKind::Test),
            ("src/LoginTest.kt", PlaceKind::Test),
            ("src/login.spec.ts", PlaceKind::Test),
            ("acme-e2e/k8s/db.yml", PlaceKind::Test),
            ("fuzzing/corpora/a.zip", PlaceKind::Test),
            ("HTTPTest.cs", PlaceKind::Test),
            ("examples/app/config.json", PlaceKind::Example),
            (".env.example", PlaceKind::Example),
            ("snippets/a.js", PlaceKind::Example),
            ("acme-demo/app.yml", PlaceKind::Example),
            ("src/Democracy.java", PlaceKind::Source),
            ("config.template.yml", PlaceKind::Example),
            ("config.default.toml", PlaceKind::Example),
            ("template.yml", PlaceKind::Configuration),
            ("settings.py.dist", PlaceKind::Example),
            ("package.spec", PlaceKind::Source),
            ("train.ipynb", PlaceKind::Example),
            ("docs/setup.yml", PlaceKind::Documentation),
            ("docs_src/a.py", PlaceKind::Documentation),
            ("views/api-docs/start.blade.php", PlaceKind::Documentation),
            ("templates/howto_app.html.twig", PlaceKind::Documentation),
            ("src/docsis/modem.c", PlaceKind::Source),
            ("charts/acme/ci/tls-values.yaml", PlaceKind::Test),
            ("charts/acme/values.yaml", PlaceKind::Configuration),
            ("ci/values.go", PlaceKind::Source),
            ("api/openapi.yml", PlaceKind::Documentation),
            ("api/openapi.go", PlaceKind::Source),
            ("README", PlaceKind::Documentation),
            ("NOTES.md", PlaceKind::Documentation),
            ("debian/maple.1", PlaceKind::Documentation),
            ("man/maple.conf.5", PlaceKind::Documentation),
            ("maple-2.1", PlaceKind::Source),
            ("maple.log.1", PlaceKind::Source),
            ("lib/fake_data.rb", PlaceKind::Test),
            ("src/fakery.rb", PlaceKind::Source),
            ("vendor/a/b.go", PlaceKind::Vendored),
            ("jquery.min.js", PlaceKind::Vendored),
            ("static/build/pdf.worker.js", PlaceKind::Vendored),
            ("build/main.0a1b2c3d.js", PlaceKind::Vendored),
            ("build/main.feedface.js", PlaceKind::Source),
            (".yarn/releases/yarn.cjs", PlaceKind::Vendored),
            ("t/lib/Auth.pm", PlaceKind::Test),
            ("t/auth.t", PlaceKind::Test),
            (".env.testing", PlaceKind::Test),
            (".env.testing-ci", PlaceKind::Test),
            (".env.unit-tests", PlaceKind::Test),
            (".env.production-ci", PlaceKind::Configuration),
            (".env.latest", PlaceKind::Configuration),
            (".github/workflows/test.yml", PlaceKind::Configuration),
            (
                ".github/workflows/deploy-demo.yaml",
                PlaceKind::Configuration,
            ),
            (".github/workflows/e2e/run.py", PlaceKind::Test),
            (".gitlab-ci-test.yml", PlaceKind::Configuration),
            ("azure-pipelines-test.yml", PlaceKind::Configuration),
            ("tests/.github/workflows/test.yml", PlaceKind::Test),
            ("examples/.gitlab-ci.yml", PlaceKind::Example),
            ("docker-compose.test.yml", PlaceKind::Test),
            ("values-test.yaml", PlaceKind::Test),
            (".env.production", PlaceKind::Configuration),
            ("phpunit.xml", PlaceKind::Test),
            ("yarn.lock", PlaceKind::Generated),
            ("resources/de-DE/a.json", PlaceKind::Generated),
            ("tasks/de-DE/a.resjson", PlaceKind::Generated),
            ("lang/de/auth.php", PlaceKind::Generated),
            ("src/lang/pl.json", PlaceKind::Generated),
            ("localization/fr.inc", PlaceKind::Generated),
            ("messages_de.properties", PlaceKind::Generated),
            ("messages_pt_BR.properties", PlaceKind::Generated),
            ("strings.zh-CN.json", PlaceKind::Generated),
            ("app/res/values-de/strings.xml", PlaceKind::Generated),
            ("en.lproj/Main.strings", PlaceKind::Generated),
            ("lang/parser.rs", PlaceKind::Source),
            ("acme-documentation/guide/a.xml", PlaceKind::Documentation),
        ] {
            assert_eq!(kind(&RepoPath::from(path)), expected, "{path}");
        }
    }

    #[test]
    fn settings_of_mobile_applications_are_shipped() {
        for (path, expected) in [
            ("web/app.js", false),
            ("ios/GoogleService-Info.plist", true),
            ("res/strings.xml", true),
            ("a.go", false),
        ] {
            assert_eq!(is_shipped(&RepoPath::from(path)), expected, "{path}");
        }
    }
}
