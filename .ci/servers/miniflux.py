"""Miniflux on a database of the stand's PostgreSQL."""

import postgresql
from stand import http

NEEDS = ("postgresql",)


def install(stand):
    return stand.go("miniflux", "miniflux.app/v2")


def start(stand):
    database = stand.entries["postgresql"]
    password, login = stand.secret("STAND_MINIFLUX_DB")[0], stand.secret("STAND_MINIFLUX_LOGIN")[0]
    postgresql.sql(stand, database, f"CREATE ROLE miniflux LOGIN PASSWORD '{password}'")
    postgresql.sql(stand, database, "CREATE DATABASE miniflux OWNER miniflux")
    host, port = database["url"].split("//")[1], stand.port()
    env = {"DATABASE_URL": f"postgres://miniflux:{password}@{host}/miniflux?sslmode=disable", "RUN_MIGRATIONS": 1,
           "CREATE_ADMIN": 1, "ADMIN_USERNAME": "boss", "ADMIN_PASSWORD": login, "LISTEN_ADDR": f"127.0.0.1:{port}",
           "DISABLE_SCHEDULER_SERVICE": 1}
    process = stand.spawn("miniflux", [install(stand)], env=env)
    url = f"http://127.0.0.1:{port}"
    stand.wait("miniflux", process, lambda: http("GET", f"{url}/healthcheck")[0] == 200, 60)
    status, made = http("POST", f"{url}/v1/api-keys", {"description": "keysweep"}, basic=f"boss:{login}")
    assert status == 201, made
    _, operand = stand.secret("STAND_MINIFLUX", made["token"])
    stand.versions["miniflux"] = "2.3.5"  # it says 2.3.x-dev of itself
    return {"kind": "miniflux", "url": url, "user": "boss", "secret": operand}


def check(stand, entry):
    keys, boss = f"{entry['url']}/v1/api-keys", {"X-Auth-Token": stand.env["STAND_MINIFLUX"]}
    made = http("POST", keys, {"description": "check"}, headers=boss)[1]
    # The list has the secret itself.
    assert made["token"] in [row["token"] for row in http("GET", keys, headers=boss)[1]]
    new = {"X-Auth-Token": made["token"]}
    assert http("GET", f"{entry['url']}/v1/me", headers=new)[0] == 200
    assert http("DELETE", f"{keys}/{made['id']}", headers=boss)[0] == 204
    assert http("GET", f"{entry['url']}/v1/me", headers=new)[0] == 401
