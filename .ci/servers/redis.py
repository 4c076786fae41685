"""Redis with its accounts in a file."""

from stand import Cannot

NEEDS = ()


def install(stand):
    stand.debian({"redis-server": "5:7.0.15*", "redis-tools": "5:7.0.15*"})


def start(stand):
    home = stand.folder("redis")
    port = stand.port()
    password, operand = stand.secret("STAND_REDIS")
    accounts = stand.file(home / "users.acl", f"user default on >{password} ~* &* +@all\n")
    lines = ["bind 127.0.0.1", f"port {port}", f"dir {home}", "save ''", f"aclfile {accounts}", "daemonize no"]
    config = stand.file(home / "redis.conf", "\n".join(lines) + "\n")
    process = stand.spawn("redis", ["redis-server", config])
    entry = {"kind": "redis", "url": f"redis://127.0.0.1:{port}", "user": "default", "secret": operand}
    stand.wait("redis", process, lambda: ask(stand, entry, "PING") == "PONG", 30)
    # What the tests rotate: no driver makes an account.
    ask(stand, entry, f"ACL SETUSER deploy on >{stand.secret('STAND_REDIS_DEPLOY')[0]} ~* +@all")
    info = ask(stand, entry, "INFO server")
    stand.versions["redis"] = info.split("redis_version:")[1].split()[0]
    return entry


def ask(stand, entry, command, user="default", password=None):
    """Runs a command, on standard input."""
    port = entry["url"].rsplit(":", 1)[1]
    argv = ["redis-cli", "-e", "--no-auth-warning", "-h", "127.0.0.1", "-p", port, "--user", user]
    env = {"REDISCLI_AUTH": password or stand.env["STAND_REDIS"]}
    return stand.call("redis", argv, env=env, stdin=command + "\n").strip()


def check(stand, entry):
    ask(stand, entry, "ACL SETUSER check on >one >two ~* +@all")
    for password in ("one", "two"):
        assert ask(stand, entry, "ACL WHOAMI", "check", password) == "check"
    ask(stand, entry, "ACL SETUSER check <one")
    # After a refused AUTH the client goes on as `default`, which needs a password too.
    try:
        said = ask(stand, entry, "ACL WHOAMI", "check", "one")
    except Cannot as why:
        said = str(why)
    assert said != "check" and ("WRONGPASS" in said or "NOAUTH" in said), said
    ask(stand, entry, "ACL DELUSER check")
