//! The ways of writing a name and its value.
//!
//! In a text `§n` is the name in snake case (`datadog_api_key`), `§N` in capitals, `§c` and `§C` in camel
//! case, `§d` with dashes, `§l` with blanks, `§p` its first word and `§K` its last one in capitals; `§v`
//! is the value, and `§h` and `§t` are its halves.

use std::ops::Range;

/// A way of writing.
pub struct Way {
    pub id: &'static str,
    /// The end of the file's name.
    pub ext: &'static str,
    pub text: &'static str,
}

const fn way(id: &'static str, ext: &'static str, text: &'static str) -> Way {
    Way { id, ext, text }
}

pub const WAYS: &[Way] = &[
    way("= quoted", "py", "§n = \"§v\"\n"),
    way("bare =", "env", "§N=§v\n"),
    way("yaml", "yml", "§n: §v\n"),
    way("json", "json", "{\n  \"§n\": \"§v\"\n}\n"),
    way("::=", "conf", "§n ::= \"§v\"\n"),
    way(":::=", "conf", "§N :::= \"§v\"\n"),
    way(".=", "php", "$§c .= \"§v\";\n"),
    way("?=", "mk", "§N ?= §v\n"),
    way("||=", "rb", "§n ||= \"§v\"\n"),
    way("go var typed", "go", "var §c string = \"§v\"\n"),
    way("go const typed", "go", "const §c string = \"§v\"\n"),
    way("c char[]", "c", "static const char §n[] = \"§v\";\n"),
    way("c char[25]", "c", "char §n[25] = \"§v\";\n"),
    way("rust typed", "rs", "const §N: &str = \"§v\";\n"),
    way("swift typed", "swift", "let §c: String = \"§v\"\n"),
    way("kotlin typed", "kt", "val §c: String = \"§v\"\n"),
    way("ts typed", "ts", "const §c: string = '§v';\n"),
    way("csharp verbatim", "cs", "string §c = @\"§v\";\n"),
    way("vb", "vb", "Dim §c As String = \"§v\"\n"),
    way("java", "java", "private static final String §N = \"§v\";\n"),
    way("raw py", "py", "§n = r'§v'\n"),
    way("dash label", "conf", "§l - '§v'\n"),
    way("dash label bare", "conf", "§l - §v\n"),
    way("provider quoted", "conf", "§p = '§v'\n"),
    way("provider bare", "conf", "§p '§v'\n"),
    way("label blank", "conf", "§l '§v'\n"),
    way("glued", "conf", "§p§K-§v\n"),
    way(
        "pipe table",
        "conf",
        "| what | value |\n|---|---|\n| §l | §v |\n",
    ),
    way(
        "pipe table bold",
        "conf",
        "| what | value |\n|---|---|\n| **§l** | `§v` |\n",
    ),
    way("prose is", "conf", "For the staging system the §l is §v\n"),
    way(
        "prose is quoted",
        "conf",
        "For the staging system the §l is \"§v\".\n",
    ),
    way(
        "jenkins xml",
        "xml",
        "<com.cloudbees.plugins.credentials.impl.StringCredentialsImpl>\n  <scope>GLOBAL</scope>\n  <id>§d</id>\n  <description>§l</description>\n  <secret>§v</secret>\n</com.cloudbees.plugins.credentials.impl.StringCredentialsImpl>\n",
    ),
    way("xml element", "xml", "  <§c>§v</§c>\n"),
    way("xml element nl", "xml", "  <§c>\n    §v\n  </§c>\n"),
    way(
        "xml attr name/value",
        "xml",
        "  <add key=\"§c\" value=\"§v\" />\n",
    ),
    way(
        "xml property",
        "xml",
        "  <property name=\"§c\">§v</property>\n",
    ),
    way("reversed ==", "js", "if (\"§v\" === §c) {\n  go();\n}\n"),
    way("==", "js", "if (§c === \"§v\") {\n  go();\n}\n"),
    way("setter", "java", "    client.set§C(\"§v\");\n"),
    way("call 2 args", "js", "config.set('§n', '§v');\n"),
    way("putenv", "php", "putenv(\"§N=§v\");\n"),
    way("define", "php", "define('§N', '§v');\n"),
    way("#define", "h", "#define §N \"§v\"\n"),
    way("header", "http", "GET /v1/items HTTP/1.1\nX-§d: §v\n"),
    way(
        "setHeader",
        "java",
        "    request.setHeader(\"X-§d\", \"§v\");\n",
    ),
    way(
        "curl -H",
        "sh",
        "curl -s -H \"X-§d: §v\" https://api.acme.io/v1/items\n",
    ),
    way(
        "url query",
        "js",
        "fetch(\"https://api.acme.io/v1/items?§n=§v&page=2\");\n",
    ),
    way("flag =", "sh", "./serve --§d=§v --port 80\n"),
    way("flag blank", "sh", "./serve --§d §v --port 80\n"),
    way("docker ENV", "dockerfile", "FROM alpine\nENV §N §v\n"),
    way("powershell", "ps1", "$§C = \"§v\"\n"),
    way("batch set", "bat", "set §N=§v\r\n"),
    way(
        "yaml list env",
        "yml",
        "        env:\n        - name: §N\n          value: §v\n",
    ),
    way("compose list", "yml", "    environment:\n      - §N=§v\n"),
    way("array", "js", "const §cs = [\"§v\"];\n"),
    way("next line", "js", "const §c =\n  \"§v\";\n"),
    way(
        "next line ||",
        "js",
        "const §c = process.env.§N ||\n  \"§v\";\n",
    ),
    way(
        "tf variable",
        "tf",
        "variable \"§n\" {\n  type    = string\n  default = \"§v\"\n}\n",
    ),
    way("template string", "js", "const §c = `§v`;\n"),
    way("getenv default", "py", "§n = os.getenv(\"§N\", \"§v\")\n"),
    way("dict.get", "py", "§n = settings.get(\"§n\", \"§v\")\n"),
    way("comment", "py", "# §n = \"§v\"\n"),
    way("ini ;", "ini", "[main]\n;§n = §v\n§n = §v\n"),
    way("concat", "js", "const §c = \"§h\" + \"§t\";\n"),
    way("ruby =>", "rb", "  :§n => '§v',\n"),
    way("perl", "pl", "my $§n = q(§v);\n"),
    way(
        "sql insert",
        "sql",
        "INSERT INTO settings (name, value) VALUES ('§n', '§v');\n",
    ),
    way("log debug", "js", "console.log(\"§c: §v\");\n"),
    way("toml table", "toml", "[service]\n§n = \"§v\"\n"),
    way("yaml nested", "yml", "service:\n  prod:\n    §n: \"§v\"\n"),
    way(
        "json nested",
        "json",
        "{\"service\": {\"prod\": {\"§n\": \"§v\"}}}\n",
    ),
];

impl Way {
    /// Whether people write passwords like this. The others are seen with tokens only.
    pub fn is_for_passwords(&self) -> bool {
        !["provider quoted", "provider bare", "glued"].contains(&self.id)
    }
}

/// A template with a name of several words and a value, and where the value stands in it, in bytes.
pub fn write(template: &str, name: &str, value: &str) -> (String, Range<usize>) {
    let words: Vec<&str> = name.split(' ').collect();
    let capital = |word: &&str| word[..1].to_uppercase() + &word[1..];
    let pascal: String = words.iter().map(capital).collect();
    let camel = words[0].to_owned() + &words[1..].iter().map(capital).collect::<String>();
    let snake = words.join("_");
    let marks = [
        ("§N", snake.to_uppercase()),
        ("§n", snake),
        ("§c", camel),
        ("§C", pascal),
        ("§d", words.join("-")),
        ("§l", name.to_owned()),
        ("§p", words[0].to_owned()),
        ("§K", words[words.len() - 1].to_uppercase()),
    ];
    let filled = |text: &str| {
        let fill = |text: String, (mark, with): &(&str, String)| text.replace(mark, with);
        marks.iter().fold(text.to_owned(), fill)
    };
    let half = value.char_indices().nth(value.chars().count() / 2);
    let (head, tail) = value.split_at(half.map_or(0, |(at, _)| at));
    let (before, written, after) = match template.rsplit_once("§v") {
        // Where a value stands twice, the last one counts.
        Some((before, after)) => (before.replace("§v", value), value.to_owned(), after),
        None => {
            let (before, rest) = template.split_once("§h").expect("a value or its halves");
            let (between, after) = rest.split_once("§t").expect("both halves");
            (before.to_owned(), format!("{head}{between}{tail}"), after)
        }
    };
    let before = filled(&before);
    let range = before.len()..before.len() + written.len();
    (before + &written + &filled(after), range)
}
