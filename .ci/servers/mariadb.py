"""MariaDB 10.11, whose operator may make accounts."""

from stand import Cannot, NOBODY

NEEDS = ()
# The account without a name would shadow others that log in from this machine.
INIT = """
DELETE FROM mysql.global_priv WHERE User = '';
FLUSH PRIVILEGES;
CREATE USER 'keysweep'@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT ALL PRIVILEGES ON *.* TO 'keysweep'@'127.0.0.1' WITH GRANT OPTION;
"""


def install(stand):
    stand.debian({"mariadb-server": "1:10.11.*", "mariadb-client": "1:10.11.*"})


def start(stand):
    home = stand.folder("mariadb", NOBODY)
    port = stand.port()
    password, operand = stand.secret("STAND_MARIADB")
    data = ["--no-defaults", f"--datadir={home}/data"]
    stand.call("mariadb", ["mariadb-install-db", *data, "--skip-test-db", "--auth-root-authentication-method=normal"],
               user=NOBODY)
    first = stand.file(home / "init.sql", INIT.format(password=password), NOBODY)
    network = [f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
    files = [f"--socket={home}/s", f"--pid-file={home}/pid", f"--init-file={first}"]
    process = stand.spawn("mariadb", [mariadbd(), *data, *network, *files], user=NOBODY)
    entry = {"kind": "mariadb", "url": f"mariadb://127.0.0.1:{port}", "user": "keysweep", "secret": operand}
    stand.wait("mariadb", process, lambda: sql(stand, entry, "SELECT 1") == "1", 60)
    # What the tests rotate: no driver makes an account.
    deploy = stand.secret("STAND_MARIADB_DEPLOY")[0]
    sql(stand, entry, f"CREATE USER 'deploy'@'%' IDENTIFIED BY '{deploy}'")
    stand.versions["mariadb"] = sql(stand, entry, "SELECT VERSION()")
    return entry


def mariadbd():
    """The server's program, which Debian keeps where only root looks."""
    return "/usr/sbin/mariadbd"


def sql(stand, entry, statement, user=None, password=None):
    """Runs a statement, on standard input. Gives the answer without decoration."""
    port = entry["url"].rsplit(":", 1)[1]
    client = ["mariadb", "--no-defaults", "--protocol=tcp", "-h", "127.0.0.1", "-P", port, "-N", "--raw",
              "-u", user or entry["user"]]
    env = {"MYSQL_PWD": password or stand.env["STAND_MARIADB"]}
    return stand.call("mariadb", client, env=env, stdin=statement).strip()


def check(stand, entry):
    both = "mysql_native_password USING PASSWORD('one') OR mysql_native_password USING PASSWORD('two')"
    sql(stand, entry, f"CREATE USER 'check'@'%' IDENTIFIED VIA {both}")
    for password in ("one", "two"):
        assert sql(stand, entry, "SELECT 1", "check", password) == "1"
    sql(stand, entry, "ALTER USER 'check'@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('two')")
    assert "1045" in refused(stand, entry, "one")
    # An expired password still logs in, and no statement runs.
    sql(stand, entry, "ALTER USER 'check'@'%' PASSWORD EXPIRE")
    assert "1820" in refused(stand, entry, "two")
    sql(stand, entry, "DROP USER 'check'@'%'")


def refused(stand, entry, password):
    """What the server says to a password that it refuses."""
    try:
        sql(stand, entry, "SELECT 1", "check", password)
    except Cannot as why:
        return str(why)
    raise AssertionError("it can still log in")
