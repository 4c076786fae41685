"""PostgreSQL 15, with a superuser whose password is asked for also on this machine."""

import glob

from stand import Cannot, NOBODY

NEEDS = ()


def install(stand):
    stand.debian({"postgresql-15": "15.*", "postgresql-client-15": "15.*"})


def program(name):
    """A program of the server; Debian keeps them out of the path."""
    found = glob.glob(f"/usr/lib/postgresql/15/bin/{name}")
    if not found:
        raise Cannot(f"{name} of PostgreSQL 15 is not below /usr/lib/postgresql")
    return found[0]


def start(stand):
    home = stand.folder("postgresql", NOBODY)
    password, operand = stand.secret("STAND_POSTGRESQL")
    given = stand.file(home / "given", password, NOBODY)
    init = [program("initdb"), "-D", home / "data", "-A", "scram-sha-256", f"--pwfile={given}", "-U", "postgres",
            "--no-sync"]
    stand.call("postgresql", init, user=NOBODY)
    given.unlink()
    port = stand.port()
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": home, "fsync": "off"}
    argv = [program("postgres"), "-D", home / "data"]
    argv += [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
    process = stand.spawn("postgresql", argv, user=NOBODY)
    ready = [program("pg_isready"), "-h", "127.0.0.1", "-p", port, "-q"]
    stand.wait("postgresql", process, lambda: stand.call("postgresql", ready) == "", 60)
    entry = {"kind": "postgresql", "url": f"postgresql://127.0.0.1:{port}", "user": "postgres", "secret": operand}
    # What the tests rotate: no driver makes an account.
    deploy = stand.secret("STAND_POSTGRESQL_DEPLOY")[0]
    sql(stand, entry, f"CREATE ROLE deploy LOGIN PASSWORD '{deploy}' VALID UNTIL '2030-01-01'")
    stand.versions["postgresql"] = sql(stand, entry, "SHOW server_version").split()[0]
    return entry


def sql(stand, entry, statement, user=None, password=None):
    """Runs a statement, on standard input. Gives the answer without decoration."""
    psql = [program("psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", f"{entry['url']}/postgres"]
    env = {"PGUSER": user or entry["user"], "PGPASSWORD": password or stand.env["STAND_POSTGRESQL"]}
    return stand.call("postgresql", psql, env=env, stdin=statement).strip()


def check(stand, entry):
    sql(stand, entry, "CREATE ROLE check_it LOGIN PASSWORD 'one' VALID UNTIL '2030-01-01'")
    assert sql(stand, entry, "SELECT current_user", "check_it", "one") == "check_it"
    sql(stand, entry, "ALTER ROLE check_it NOLOGIN")
    refused(stand, entry, "one")
    sql(stand, entry, "DROP ROLE check_it")
    # A role that is gone is answered like a wrong password.
    assert "password authentication failed" in refused(stand, entry, "one")


def refused(stand, entry, password):
    """Why the role cannot log in."""
    try:
        sql(stand, entry, "SELECT 1", "check_it", password)
    except Cannot as why:
        return str(why)
    raise AssertionError("it can still log in")
