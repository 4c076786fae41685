"""devpi-server with devpi-tokens, without a mirror of any index, and two users."""

import base64

from stand import http

NEEDS = ()


def install(stand):
    stand.python("devpi")


def start(stand):
    home = stand.folder("devpi")
    programs = stand.python("devpi")
    password, operand = stand.secret("STAND_DEVPI")
    # The first password of root is in the argument list for a second; it is changed before anything else.
    first = "first-of-all"
    init = [programs / "devpi-init", "--serverdir", home / "data", "--no-root-pypi", "--root-passwd", first]
    stand.call("devpi", init, seconds=180)
    port = stand.port()
    serve = [programs / "devpi-server", "--serverdir", home / "data", "--host", "127.0.0.1", "--port", port,
             "--offline-mode"]
    process = stand.spawn("devpi", serve)
    url = f"http://127.0.0.1:{port}"
    stand.wait("devpi", process, lambda: http("GET", f"{url}/+api")[0] == 200, 120)
    root = login(url, "root", first)
    assert http("PATCH", f"{url}/root", {"password": password}, headers=root)[0] == 200
    root = login(url, "root", password)
    assert http("PUT", f"{url}/ann", {"password": stand.secret("STAND_DEVPI_ANN")[0]}, headers=root)[0] == 201
    assert http("PUT", f"{url}/ann/dev", {"type": "stage", "bases": []}, headers=root)[0] == 200
    status = http("GET", f"{url}/+status", headers=root)[1]["result"]["versioninfo"]
    stand.versions["devpi"] = f"{status['devpi-server']} with devpi-tokens {status['devpi-tokens']}"
    return {"kind": "devpi", "url": url, "user": "root", "secret": operand}


def header(user, value):
    """How devpi is told who asks."""
    return {"X-Devpi-Auth": base64.b64encode(f"{user}:{value}".encode()).decode()}


def login(url, user, password):
    status, answer = http("POST", f"{url}/+login", {"user": user, "password": password})
    assert status == 200, answer
    return header(user, answer["result"]["password"])


def check(stand, entry):
    url = entry["url"]
    root = login(url, "root", stand.env["STAND_DEVPI"])
    want = {"allowed": ["pkg_read", "upload"], "indexes": ["ann/dev"], "expires": 1893456000}
    before = set(http("GET", f"{url}/ann/+tokens", headers=root)[1]["result"]["tokens"])
    status, made = http("POST", f"{url}/ann/+token-create", want, headers=root)
    assert status == 200, made
    (new,) = set(http("GET", f"{url}/ann/+tokens", headers=root)[1]["result"]["tokens"]) - before
    ann = header("ann", made["result"]["token"])

    def alive(who):
        status, answer = http("GET", f"{url}/+api", headers=who)
        return status, isinstance(answer, dict) and answer.get("result", {}).get("authstatus")

    assert alive(ann)[1][:2] == ["ok", "ann"], alive(ann)
    assert http("DELETE", f"{url}/ann/+tokens/{new}", headers=root)[0] == 200
    assert alive(ann)[0] == 403, alive(ann)
    # One that never was is answered with 200, and nobody is who asks.
    status, who = alive(header("ann", "devpi-none"))
    assert status == 200 and who[0] == "noauth", (status, who)
