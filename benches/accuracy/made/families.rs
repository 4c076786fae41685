//! Files that hold passwords, family by family: what a file of it is called, and a text around one.
//!
//! `§v` is the password; `§x` the same with the entities of XML, `§u` with the escapes of addresses.
//! Words between guillemets are drawn (`fill.rs`).

pub struct Family {
    pub id: &'static str,
    pub path: &'static str,
    pub text: &'static str,
}

const fn family(id: &'static str, path: &'static str, text: &'static str) -> Family {
    Family { id, path, text }
}

pub const FAMILIES: &[Family] = &[
    family(
        "env",
        ".env",
        "APP_ENV=production\nDB_HOST=«host»\nDB_USER=«user»\nDB_PASSWORD=§v\nDB_PORT=5432\n",
    ),
    family(
        "application.yml",
        "src/main/resources/application.yml",
        "spring:\n  datasource:\n    url: jdbc:postgresql://«host»/«service»\n    username: «user»\n    password: §v\n",
    ),
    family(
        "properties",
        "conf/«service».properties",
        "db.url=jdbc:mysql://«host»/«service»\ndb.user=«user»\ndb.password=§v\n",
    ),
    family(
        "java",
        "src/main/java/io/acme/Database.java",
        "public class Database {\n    private static final String USER = \"«user»\";\n    private static final String PASSWORD = \"§v\";\n}\n",
    ),
    family(
        "python",
        "«service»/settings.py",
        "DATABASES = {\n    'default': {\n        'HOST': '«host»',\n        'USER': '«user»',\n        'PASSWORD': '§v',\n    }\n}\n",
    ),
    family(
        "php config",
        "config/config.inc.php",
        "<?php\n$cfg['Servers'][$i]['user'] = '«user»';\n$cfg['Servers'][$i]['password'] = '§v';\n",
    ),
    family(
        "docker-compose map",
        "docker-compose.yml",
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: «user»\n      POSTGRES_PASSWORD: \"§v\"\n",
    ),
    family(
        "docker-compose list",
        "deploy/docker-compose.yml",
        "services:\n  db:\n    environment:\n      - MYSQL_USER=«user»\n      - MYSQL_PASSWORD=§v\n",
    ),
    family(
        "web.config",
        "Web.config",
        "<configuration>\n  <appSettings>\n    <add key=\"SmtpUser\" value=\"«user»\" />\n    <add key=\"SmtpPassword\" value=\"§x\" />\n  </appSettings>\n</configuration>\n",
    ),
    family(
        "context.xml",
        "conf/context.xml",
        "<Context>\n  <Resource name=\"jdbc/«service»\" type=\"javax.sql.DataSource\" username=\"«user»\" password=\"§x\" url=\"jdbc:mysql://«host»/a\"/>\n</Context>\n",
    ),
    family(
        "xml element",
        "conf/«service».xml",
        "<server>\n  <host>«host»</host>\n  <username>«user»</username>\n  <password>§x</password>\n</server>\n",
    ),
    family(
        "shell",
        "bin/deploy.sh",
        "#!/bin/sh\nset -e\nDB_USER=«user»\nexport DB_PASS='§v'\n",
    ),
    family(
        "mysql -p",
        "bin/restore.sh",
        "#!/bin/sh\nmysql -h «host» -u «user» -p'§v' «service» < dump.sql\n",
    ),
    family(
        "curl -u",
        "bin/publish.sh",
        "#!/bin/sh\ncurl -sf -u '«user»:§v' -T app.tgz https://repo.«domain»/upload/\n",
    ),
    family(
        "sql",
        "db/create.sql",
        "CREATE USER '«user»'@'%' IDENTIFIED BY '§v';\nGRANT ALL ON «service».* TO '«user»'@'%';\n",
    ),
    family(
        "kubernetes env",
        "k8s/«service».yaml",
        "      containers:\n      - name: «service»\n        env:\n        - name: DB_USER\n          value: «user»\n        - name: DB_PASSWORD\n          value: \"§v\"\n",
    ),
    family(
        "go const",
        "internal/db/config.go",
        "package db\n\nconst (\n\tdbUser string = \"«user»\"\n\tdbPassword string = \"§v\"\n)\n",
    ),
    family(
        "go :=",
        "cmd/«service»/main.go",
        "package main\n\nfunc main() {\n\tpassword := \"§v\"\n\tconnect(\"«user»\", password)\n}\n",
    ),
    family(
        "js object",
        "src/config.js",
        "module.exports = {\n  host: '«host»',\n  user: '«user»',\n  password: '§v',\n};\n",
    ),
    family(
        "ts const",
        "src/mail.ts",
        "export const smtpUser: string = '«user»';\nexport const smtpPassword: string = '§v';\n",
    ),
    family(
        "database.yml",
        "config/database.yml",
        "production:\n  adapter: postgresql\n  username: «user»\n  password: §v\n",
    ),
    family(
        "ruby",
        "lib/«service».rb",
        "conn = Mysql2::Client.new(host: '«host»', username: '«user»', password: '§v')\n",
    ),
    family(
        "terraform variable",
        "infra/variables.tf",
        "variable \"db_password\" {\n  type    = string\n  default = \"§v\"\n}\n",
    ),
    family(
        "terraform attribute",
        "infra/main.tf",
        "resource \"aws_db_instance\" \"main\" {\n  username = \"«user»\"\n  password = \"§v\"\n}\n",
    ),
    family(
        "jdbc url",
        "conf/jdbc.conf",
        "url = jdbc:mysql://«host»:3306/«service»?user=«user»&password=§u\n",
    ),
    family(
        "url userinfo",
        "«service»/db.py",
        "engine = create_engine('postgresql://«user»:§u@«host»/«service»')\n",
    ),
    family(
        "connection string",
        "src/App/appsettings.json",
        "{\n  \"ConnectionStrings\": {\n    \"Main\": \"Server=«host»;Database=«service»;User Id=«user»;Password=§v;\"\n  }\n}\n",
    ),
    family(
        "c# call",
        "src/App/Mail.cs",
        "var smtp = new SmtpClient(\"«host»\");\nsmtp.Credentials = new NetworkCredential(\"«user»\", \"§v\");\n",
    ),
    family(
        "json config",
        "config/production.json",
        "{\n  \"database\": {\n    \"user\": \"«user»\",\n    \"password\": \"§v\"\n  }\n}\n",
    ),
    family(
        "ini",
        "etc/«service».ini",
        "[database]\nhost = «host»\nuser = «user»\npassword = §v\n",
    ),
    family(
        "toml",
        "«service».toml",
        "[database]\nuser = \"«user»\"\npassword = \"§v\"\n",
    ),
    family(
        "Dockerfile",
        "Dockerfile",
        "FROM debian:12\nENV DB_USER «user»\nENV DB_PASSWORD §v\n",
    ),
    family(
        "powershell",
        "deploy/setup.ps1",
        "$user = \"«user»\"\n$pw = ConvertTo-SecureString \"§v\" -AsPlainText -Force\n",
    ),
    family(
        "ansible vars",
        "group_vars/all.yml",
        "db_user: «user»\ndb_password: \"§v\"\n",
    ),
];

/// The same outside of what runs: a place says whether a password matters, not whether it is one.
pub const PLACES: &[Family] = &[
    family(
        "README",
        "README.md",
        "## Staging\n\nLog in as `«user»`:\n\n```\nDB_PASSWORD=§v\n```\n",
    ),
    family(
        "unit test",
        "tests/test_login.py",
        "def test_login(client):\n    password = '§v'\n    assert client.login('«user»', password)\n",
    ),
];

/// With the entities of XML.
pub fn xml(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('"', "&quot;")
}

/// With the escapes of addresses for all but their unreserved characters (RFC 3986).
pub fn url(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(escaped).collect()
}
