"""The web interface of Zabbix, which has the programs' interface too, on a database of the stand's PostgreSQL; served
by PHP itself. No process of Zabbix that measures anything runs."""

import gzip
import shutil

import postgresql
from stand import http

NEEDS = ("postgresql",)
CONFIG = """<?php
$DB['TYPE'] = 'POSTGRESQL';
$DB['SERVER'] = '127.0.0.1';
$DB['PORT'] = getenv('DB_PORT');
$DB['DATABASE'] = 'zabbix';
$DB['USER'] = 'zabbix';
$DB['PASSWORD'] = getenv('DB_PASSWORD');
$DB['SCHEMA'] = '';
$DB['ENCRYPTION'] = false;
$DB['DOUBLE_IEEE754'] = true;
$ZBX_SERVER_NAME = 'stand';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""


def install(stand):
    php = {f"php8.2-{part}": "8.2.*" for part in ("cli", "pgsql", "xml", "mbstring", "bcmath", "gd", "ldap")}
    stand.debian({**php, "zabbix-frontend-php": "1:6.0.14*", "zabbix-server-pgsql": "1:6.0.14*"})


def start(stand):
    home = stand.folder("zabbix")
    web = home / "web"
    shutil.copytree("/usr/share/zabbix", web, symlinks=False, ignore_dangling_symlinks=True)
    # Debian's looks for its configuration below /etc, which is not this run's.
    place = web / "include/classes/core/CConfigFile.php"
    there = stand.file(home / "zabbix.conf.php", CONFIG)
    place.write_text(place.read_text().replace("/etc/zabbix/zabbix.conf.php", str(there)))
    database, password = stand.entries["postgresql"], stand.secret("STAND_ZABBIX_DB")[0]
    postgresql.sql(stand, database, f"CREATE ROLE zabbix LOGIN PASSWORD '{password}'")
    postgresql.sql(stand, database, "CREATE DATABASE zabbix OWNER zabbix")
    psql = [postgresql.program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction",
            f"{database['url']}/zabbix"]
    env = {"PGUSER": "zabbix", "PGPASSWORD": password}
    for part in ("schema", "images", "data"):
        with gzip.open(f"/usr/share/zabbix-server-pgsql/{part}.sql.gz", "rt", encoding="utf-8") as text:
            stand.call("zabbix", psql, env=env, seconds=600, stdin=text.read())
    port = stand.port()
    argv = ["php", "-d", "post_max_size=16M", "-d", "max_execution_time=300", "-S", f"127.0.0.1:{port}", "-t", web]
    process = stand.spawn("zabbix", argv, env={"DB_PORT": database["url"].rsplit(":", 1)[1], "DB_PASSWORD": password})
    url = f"http://127.0.0.1:{port}"
    stand.wait("zabbix", process, lambda: "result" in ask(url, None, "apiinfo.version", []), 60)
    stand.versions["zabbix"] = ask(url, None, "apiinfo.version", [])["result"]
    # The first administrator has a password that everybody knows; the operator is a token of it.
    session = ask(url, None, "user.login", {"username": "Admin", "password": "zabbix"})["result"]
    made = ask(url, session, "token.create", [{"name": "keysweep", "userid": "1"}])["result"]["tokenids"]
    _, operand = stand.secret("STAND_ZABBIX", ask(url, session, "token.generate", made)["result"][0]["token"])
    return {"kind": "zabbix", "url": url, "secret": operand}


def ask(url, auth, method, params):
    """One call of the programs' interface."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params, "auth": auth}
    status, answer = http("POST", f"{url}/api_jsonrpc.php", body)
    # Also what is refused has this status.
    assert status == 200, status
    return answer


def check(stand, entry):
    url, boss = entry["url"], stand.env["STAND_ZABBIX"]
    (made,) = ask(url, boss, "token.create", [{"name": "check", "userid": "1", "expires_at": 1893456000}])["result"][
        "tokenids"]
    value = ask(url, boss, "token.generate", [made])["result"][0]["token"]
    rows = ask(url, boss, "token.get", {"output": "extend"})["result"]
    (row,) = (row for row in rows if row["tokenid"] == made)
    # It says who made the token for whom; numbers are text.
    assert (row["userid"], row["creator_userid"], row["expires_at"]) == ("1", "1", "1893456000"), row
    users = ("user.get", {"output": ["username"], "limit": 1})
    assert "result" in ask(url, value, *users)
    again = ask(url, boss, "token.generate", [made])["result"][0]["token"]
    assert "error" in ask(url, value, *users) and "result" in ask(url, again, *users)
    ask(url, boss, "token.delete", [made])
    assert "Not authori" in ask(url, again, *users)["error"]["data"]
