//! What the features say of lines that are written here: names, ways of writing and values, each
//! with each. Its hash says whether features mean the same as when the weights were fitted.

use keysweep::detect::Scanner;
use keysweep::example::expand;
use sha2::{Digest, Sha256};

const NAMES: &[&str] = &[
    "password",
    "DB_PASSWORD",
    "user.passwd",
    "pass",
    "client_secret",
    "SECRET_KEY",
    "apiToken",
    "api_key",
    "setAccessKey",
    "credentials",
    "auth",
    "key",
    "token_type",
    "public_key",
    "csrf_token",
    "secret_hash",
    "isToken",
    "passwordHint",
];

const WAYS: &[&str] = &[
    "NAME=VALUE\n",
    "NAME=\"VALUE\"\n",
    "  NAME: VALUE\n",
    "x = { NAME: 'VALUE', y }\n",
    "'NAME' => 'VALUE',\n",
    "if (NAME == \"VALUE\") {\n",
    "NAME(\"VALUE\");\n",
    "f(\"NAME\", \"VALUE\")\n",
    "['NAME', 'VALUE', 'x']\n",
    "run --NAME VALUE and more\n",
    "run -e NAME=VALUE\n",
    "<NAME>VALUE</NAME>\n",
    "<x name=\"NAME\" value=\"VALUE\"/>\n",
    "NAME: Bearer VALUE\n",
    "c = \"Server=x;NAME=VALUE;\"\n",
    "https://a.b/c?NAME=VALUE&d=e\n",
    "let NAME = VALUE; x(NAME = VALUE)\n",
    "NAME = \"VALUE\" + x\n",
    "NAME = getenv(\"X\", \"VALUE\")\n",
    "NAME = Some(\"VALUE\")\n",
];

const VALUES: &[&str] = &[
    "null",
    "$maple",
    "https://a.b/c",
    "/etc/maple",
    "maple(3)",
    "a->b",
    "{uuid}",
    "90210",
    "80",
    "1, 2",
    "$2b$10$maple",
    "{hex:40}",
    "maple leaf",
    "érable",
    "maple.leaf",
    "maple",
    "MAPLE",
    "mapleLeaf",
    "maple-leaf",
    "maple@acme.org",
    "Maple#24",
    "#!*%&",
    "{alnum:10}",
    "{alnum:16}",
    "{alnum:24}",
    "{base64:44}",
    "{hex:32}",
    "{lower:20}",
    "{alnum:80}",
];

/// The hash of the features of all lines, in hexadecimal.
pub fn hash() -> String {
    let scanner = Scanner::new(keysweep::builtin::set());
    let mut hash = Sha256::new();
    for (seed, value) in (1u64..).zip(VALUES) {
        let value = expand(value, seed).expect("a valid template");
        for name in NAMES {
            for way in WAYS {
                let line = way.replace("NAME", name).replace("VALUE", &value);
                for asked in scanner.asked(line.as_bytes()) {
                    for feature in &asked.features {
                        hash.update(feature.id());
                        hash.update(" ");
                    }
                    hash.update("\n");
                }
            }
        }
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
