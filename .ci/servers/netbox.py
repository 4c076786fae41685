"""NetBox behind gunicorn, on a database of the stand's PostgreSQL and its Redis. No worker for jobs runs."""

import glob
import os
import secrets
import shutil
import subprocess
import sys

import postgresql
from stand import LOCKS, Cannot, http

NEEDS = ("postgresql", "redis")
# The variables hold what is secret. Without a pepper there are no tokens of version 2.
CONFIG = """
import os
ALLOWED_HOSTS = ['127.0.0.1']
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql', 'HOST': '127.0.0.1', 'PORT': os.environ['DB_PORT'],
    'NAME': 'netbox', 'USER': 'netbox', 'PASSWORD': os.environ['DB_PASSWORD'],
}}
REDIS = {use: {
    'HOST': '127.0.0.1', 'PORT': int(os.environ['REDIS_PORT']), 'PASSWORD': os.environ['REDIS_PASSWORD'],
    'DATABASE': number, 'SSL': False,
} for number, use in enumerate(('tasks', 'caching'))}
SECRET_KEY = os.environ['SECRET_KEY']
API_TOKEN_PEPPERS = {1: os.environ['PEPPER']}
# It asks nobody for newer versions, and counts itself nowhere.
ISOLATED_DEPLOYMENT = True
CENSUS_REPORTING_ENABLED = False
"""


def install(stand):
    programs(stand)


def programs(stand):
    """The environment of NetBox. Its lock file names the driver for PostgreSQL that comes as a wheel instead of the
    one that is compiled, which NetBox asks for, so that pip must not look for what is asked for."""
    return stand.python("netbox", seconds=1800, program=interpreter(), more=("--no-deps",))


def interpreter():
    """A Python of 3.12 or newer, which NetBox needs."""
    minors = range(12, 15)
    names = [sys.executable, *(shutil.which(f"python3.{minor}") for minor in minors)]
    # pyenv has a program of that name in the path also where none of its versions is chosen.
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    for minor in minors:
        names += sorted(glob.glob(f"{pyenv}/versions/3.{minor}.*/bin/python3"))
    new_enough = "import sys, venv; sys.exit(sys.version_info < (3, 12))"
    for name in filter(None, names):
        if subprocess.run([name, "-c", new_enough], capture_output=True).returncode == 0:
            return name
    raise Cannot("NetBox needs Python 3.12 or newer; no python3.12, python3.13 or python3.14 is in the path")


def start(stand):
    home = stand.folder("netbox")
    conf = stand.folder("netbox/conf")
    stand.file(conf / "__init__.py", "")
    stand.file(conf / "configuration.py", CONFIG)
    database, redis = stand.entries["postgresql"], stand.entries["redis"]
    password = stand.secret("STAND_NETBOX_DB")[0]
    postgresql.sql(stand, database, f"CREATE ROLE netbox LOGIN PASSWORD '{password}'")
    postgresql.sql(stand, database, "CREATE DATABASE netbox OWNER netbox")
    # It wants at least fifty characters in each.
    key = stand.secret("STAND_NETBOX_KEY", secrets.token_urlsafe(48))[0]
    pepper = stand.secret("STAND_NETBOX_PEPPER", secrets.token_urlsafe(48))[0]
    env = {"NETBOX_ROOT": home, "SECRET_KEY": key, "PEPPER": pepper, "DB_PASSWORD": password,
           "DB_PORT": database["url"].rsplit(":", 1)[1], "REDIS_PASSWORD": stand.env["STAND_REDIS"],
           "REDIS_PORT": redis["url"].rsplit(":", 1)[1]}
    netbox = programs(stand) / "netbox"
    tables(stand, database, netbox, env)
    login = stand.secret("STAND_NETBOX_LOGIN")[0]
    boss = {"DJANGO_SUPERUSER_USERNAME": "boss", "DJANGO_SUPERUSER_EMAIL": "boss@example.org",
            "DJANGO_SUPERUSER_PASSWORD": login}
    stand.call("netbox", [netbox, "createsuperuser", "--noinput"], env={**env, **boss}, seconds=300)
    port = stand.port()
    argv = [netbox.parent / "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--timeout", "300",
            "netbox.wsgi"]
    process = stand.spawn("netbox", argv, env=env)
    url = f"http://127.0.0.1:{port}"
    # Without a token it says so; before, nobody answers.
    stand.wait("netbox", process, lambda: http("GET", f"{url}/api/authentication-check/")[0] == 403, 300)
    want = {"username": "boss", "password": login, "description": "keysweep"}
    status, made = http("POST", f"{url}/api/users/tokens/provision/", want)
    assert status == 201, made
    token, operand = stand.secret("STAND_NETBOX", f"nbt_{made['key']}.{made['token']}")
    stand.versions["netbox"] = http("GET", f"{url}/api/status/", headers=bearer(token))[1]["netbox-version"]
    return {"kind": "netbox", "url": url, "secret": operand}


def tables(stand, database, netbox, env):
    """Fills the database. NetBox makes its tables by going through all its versions, which takes minutes; what comes
    out is the same each time, holds no secret yet, and is kept."""
    url, asked = f"{database['url']}/netbox", {"PGUSER": "netbox", "PGPASSWORD": env["DB_PASSWORD"]}
    with stand.once("netbox-tables", LOCKS / "netbox.txt", stand.versions["postgresql"]) as folder:
        if folder:
            stand.call("netbox", [netbox, "migrate", "--no-input"], env=env, seconds=3600)
            dump = [postgresql.program("pg_dump"), "--no-owner", "--no-comments", "-f", folder / "tables.sql", url]
            stand.call("netbox", dump, env=asked, seconds=300)
            return
    psql = [postgresql.program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction",
            "-f", stand.cache / "netbox-tables/tables.sql", url]
    stand.call("netbox", psql, env=asked, seconds=600)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def check(stand, entry):
    tokens, ask = f"{entry['url']}/api/users/tokens/", f"{entry['url']}/api/authentication-check/"
    operator = bearer(stand.env["STAND_NETBOX"])
    who = http("GET", ask, headers=operator)[1]
    want = {"user": who["id"], "version": 2, "write_enabled": False, "description": "check",
            "expires": "2030-01-01T00:00:00Z", "allowed_ips": []}
    status, made = http("POST", tokens, want, headers=operator)
    assert status == 201, made
    # What callers send is put together from two members.
    value = bearer(f"nbt_{made['key']}.{made['token']}")
    assert http("GET", ask, headers=value)[1]["username"] == "boss"
    rows = {row["id"]: row for row in http("GET", f"{tokens}?limit=100&offset=0", headers=operator)[1]["results"]}
    row = rows[made["id"]]
    assert row["key"] == made["key"] and row["user"]["username"] == "boss" and row["last_used"], row
    # The list does not have the other part.
    assert not row["token"], "the list holds the token"
    # A living token that is not let in from here is answered with 403 too.
    away = {**want, "description": "away", "allowed_ips": ["192.0.2.0/24"]}
    status, there = http("POST", tokens, away, headers=operator)
    assert status == 201, there
    status, said = http("GET", ask, headers=bearer(f"nbt_{there['key']}.{there['token']}"))
    assert status == 403 and "is not permitted" in said["detail"], said
    for one in (made, there):
        assert http("DELETE", f"{tokens}{one['id']}/", headers=operator)[0] == 204
    # 403, and not 401, is a dead token.
    assert http("GET", ask, headers=value) == (403, {"detail": "Invalid v2 token"})
