"""Unleash, the open source edition, on a database of the stand's PostgreSQL."""

import postgresql
from stand import http

NEEDS = ("postgresql",)
START = """
import { createRequire } from 'node:module';
const { start } = createRequire(process.env.MODULES)('unleash-server');
const env = process.env;
await start({
  db: { host: '127.0.0.1', port: +env.DB_PORT, user: 'unleash', password: env.DB_PASSWORD, database: 'unleash',
        ssl: false },
  server: { host: '127.0.0.1', port: +env.WEB_PORT, gracefulShutdownEnable: false },
  versionCheck: { enable: false }, telemetry: false, logLevel: 'warn',
});
"""


def install(stand):
    stand.node("unleash")


def start(stand):
    home = stand.folder("unleash")
    database = stand.entries["postgresql"]
    password = stand.secret("STAND_UNLEASH_DB")[0]
    postgresql.sql(stand, database, f"CREATE ROLE unleash LOGIN PASSWORD '{password}'")
    postgresql.sql(stand, database, "CREATE DATABASE unleash OWNER unleash")
    port = stand.port()
    script = stand.file(home / "start.mjs", START)
    env = {"MODULES": stand.node("unleash").parent / "package.json", "DB_PASSWORD": password, "WEB_PORT": port,
           "DB_PORT": database["url"].rsplit(":", 1)[1], "NODE_ENV": "production"}
    process = stand.spawn("unleash", ["node", script], env=env)
    url = f"http://127.0.0.1:{port}"
    stand.wait("unleash", process, lambda: http("GET", f"{url}/health")[0] == 200, 180)
    # The first administrator has a password that everybody knows; the operator is a personal token of it.
    cookie = login(url)
    want = {"description": "keysweep", "expiresAt": "2030-01-01T00:00:00.000Z"}
    status, made = http("POST", f"{url}/api/admin/user/tokens", want, headers={"Cookie": cookie})
    assert status == 201, made
    _, operand = stand.secret("STAND_UNLEASH", made["secret"])
    stand.versions["unleash"] = http("GET", f"{url}/api/admin/ui-config",
                                     headers={"Authorization": made["secret"]})[1]["version"]
    return {"kind": "unleash", "url": url, "secret": operand}


def login(url):
    """The session of the first administrator."""
    import json
    import urllib.request

    body = json.dumps({"username": "admin", "password": "unleash4all"}).encode()
    request = urllib.request.Request(f"{url}/auth/simple/login", data=body,
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.headers["Set-Cookie"].split(";")[0]


def check(stand, entry):
    admin, tokens = {"Authorization": stand.env["STAND_UNLEASH"]}, f"{entry['url']}/api/admin/api-tokens"
    want = {"tokenName": "check", "type": "backend", "environment": "development", "project": "default",
            "expiresAt": "2030-01-01T00:00:00.000Z"}
    status, made = http("POST", tokens, want, headers=admin)
    assert status == 201, made
    # Asked for one project, all were granted; and the list has the secret itself.
    assert made["projects"] == ["*"], made["projects"]
    assert made["secret"] in [row["secret"] for row in http("GET", tokens, headers=admin)[1]["tokens"]]
    features = f"{entry['url']}/api/client/features"
    assert http("GET", features, headers={"Authorization": made["secret"]})[0] == 200
    assert http("DELETE", f"{tokens}/{made['secret']}", headers=admin)[0] == 200
    # What was revoked works for up to a minute, so that this is not asked here.
    assert http("GET", features, headers={"Authorization": "*:development.none"})[0] == 401
