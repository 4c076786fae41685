"""Gitea with a database in a file, two users, and a repository whose secrets can be written."""

import getpass
import shutil

from stand import NOBODY, ROOT_USER, http, own

NEEDS = ()
VERSION = "1.26.4"
# What it reads at run time lies beside its source; it is not built into the program.
READ = ("templates", "options", "public")
CONFIG = """
RUN_MODE = prod
RUN_USER = {user}
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
STATIC_ROOT_PATH = {home}/static
APP_DATA_PATH = {home}/data
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {home}/data/gitea.db
[security]
INSTALL_LOCK = true
SECRET_KEY = {key}
[log]
MODE = console
LEVEL = Warn
ROOT_PATH = {home}/log
[repository]
ROOT = {home}/repositories
[cron.update_checker]
ENABLED = false
"""


def install(stand):
    return stand.go("gitea", "code.gitea.io/gitea", {"CGO_ENABLED": "1"}, keep, "sqlite sqlite_unlock_notify")


def keep(folder):
    for name in READ:
        shutil.copytree(folder / f"mod/code.gitea.io/gitea@v{VERSION}" / name, folder / "static" / name)


def start(stand):
    home, built = stand.folder("gitea", NOBODY), install(stand)
    # It refuses to be root, and another user cannot pass to where it was built.
    program = home / "gitea"
    shutil.copy(built, program)
    shutil.copytree(built.parent / "static", home / "static")
    for path in (home / "static", *(home / "static").rglob("*")):
        own(path, NOBODY)
    port = stand.port()
    user = NOBODY if ROOT_USER else getpass.getuser()
    text = CONFIG.format(user=user, home=home, port=port, key=stand.secret("STAND_GITEA_KEY")[0])
    config = stand.file(home / "app.ini", text, NOBODY)
    env = {"GITEA_WORK_DIR": home}
    process = stand.spawn("gitea", [program, "web", "-c", config], user=NOBODY, env=env)
    url = f"http://127.0.0.1:{port}"
    stand.wait("gitea", process, lambda: http("GET", f"{url}/api/v1/version")[0] == 200, 120)

    def admin(*words):
        return stand.call("gitea", [program, "-c", config, "admin", "user", *words], user=NOBODY, env=env)

    for user, more in (("boss", ["--admin"]), ("ann", [])):
        admin("create", "--username", user, "--random-password", "--must-change-password=false",
              "--email", f"{user}@example.org", *more)
    made = admin("generate-access-token", "--username", "boss", "--token-name", "keysweep", "--scopes", "all", "--raw")
    token, operand = stand.secret("STAND_GITEA", made.strip().splitlines()[-1])
    stand.versions["gitea"] = VERSION  # it says "development" of itself
    assert http("POST", f"{url}/api/v1/user/repos", {"name": "app"}, basic=f"boss:{token}")[0] == 201
    return {"kind": "gitea", "url": url, "user": "boss", "secret": operand}


def check(stand, entry):
    api, boss = f"{entry['url']}/api/v1", f"boss:{stand.env['STAND_GITEA']}"
    tokens = f"{api}/users/ann/tokens"
    status, made = http("POST", tokens, {"name": "check", "scopes": ["read:repository"]}, basic=boss)
    assert status == 201, made
    (row,) = (row for row in http("GET", tokens, basic=boss)[1] if row["id"] == made["id"])
    assert row["token_last_eight"] == made["sha1"][-8:] and row["sha1"] == "", row
    # Never used is said by the day on which it was made.
    assert row["last_used_at"] == row["created_at"], row
    new = {"Authorization": f"token {made['sha1']}"}
    # Alive, and without the scope for this: 403.
    status, said = http("GET", f"{api}/user", headers=new)
    assert status == 403 and "required scope" in said["message"], said
    assert http("DELETE", f"{tokens}/{made['id']}", basic=boss)[0] == 204
    assert http("GET", f"{api}/user", headers=new)[0] == 401
    assert http("DELETE", f"{tokens}/{made['id']}", basic=boss)[0] == 404
