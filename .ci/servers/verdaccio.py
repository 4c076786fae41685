"""Verdaccio with accounts in a file and no registry behind it."""

from stand import http

NEEDS = ()
CONFIG = """
storage: {home}/storage
auth:
  htpasswd:
    file: {home}/htpasswd
    max_users: 100
uplinks: {{}}
packages:
  '**':
    access: $all
    publish: $authenticated
log: {{type: stdout, format: json, level: warn}}
web: {{enable: false}}
"""


def install(stand):
    stand.node("verdaccio")


def start(stand):
    home = stand.folder("verdaccio")
    (home / "storage").mkdir()
    config = stand.file(home / "config.yaml", CONFIG.format(home=home))
    port = stand.port()
    program = stand.node("verdaccio") / ".bin/verdaccio"
    process = stand.spawn("verdaccio", [program, "--config", config, "--listen", f"http://127.0.0.1:{port}"])
    url = f"http://127.0.0.1:{port}"
    stand.wait("verdaccio", process, lambda: http("GET", f"{url}/-/ping")[0] == 200, 90)
    password, login = stand.secret("STAND_VERDACCIO_LOGIN")
    user = {"name": "boss", "password": password, "type": "user", "roles": []}
    status, made = http("PUT", f"{url}/-/user/org.couchdb.user:boss", user)
    assert status == 201, made
    # What a login gives has no row in the list; a token does, and the operator's should.
    session = {"Authorization": f"Bearer {made['token']}"}
    want = {"password": password, "readonly": False, "cidr_whitelist": []}
    status, token = http("POST", f"{url}/-/npm/v1/tokens", want, headers=session)
    assert status == 200, token
    _, operand = stand.secret("STAND_VERDACCIO", token["token"])
    stand.versions["verdaccio"] = stand.call("verdaccio", [program, "--version"]).strip()
    return {"kind": "verdaccio", "url": url, "user": "boss", "secret": operand, "secrets": {"password": login}}


def check(stand, entry):
    url, tokens = entry["url"], f"{entry['url']}/-/npm/v1/tokens"
    boss = {"Authorization": f"Bearer {stand.env['STAND_VERDACCIO']}"}
    want = {"password": stand.env["STAND_VERDACCIO_LOGIN"], "readonly": False, "cidr_whitelist": []}
    made = http("POST", tokens, want, headers=boss)[1]
    new = {"Authorization": f"Bearer {made['token']}"}
    assert http("GET", f"{url}/-/whoami", headers=new) == (200, {"username": "boss"})
    assert made["key"] in [row["key"] for row in http("GET", tokens, headers=boss)[1]["objects"]]
    assert http("DELETE", f"{tokens}/token/{made['key']}", headers=boss)[0] == 200
    assert made["key"] not in [row["key"] for row in http("GET", tokens, headers=boss)[1]["objects"]]
    assert http("GET", f"{url}/-/whoami", headers=new)[0] == 403
    # One that never was is answered with 200 and no name.
    assert http("GET", f"{url}/-/whoami", headers={"Authorization": "Bearer bm9uZQ"})[1] == {}
