"""JupyterHub behind its own proxy. Users log in with one dummy password; the operator is a service."""

from stand import http

NEEDS = ()
CONFIG = """
import os
c = get_config()
c.JupyterHub.bind_url = 'http://127.0.0.1:{web}/'
c.JupyterHub.hub_bind_url = 'http://127.0.0.1:{hub}/'
c.ConfigurableHTTPProxy.command = ['{proxy}']
c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{api}'
c.JupyterHub.authenticator_class = 'dummy'
c.DummyAuthenticator.password = os.environ['DUMMY']
c.Authenticator.admin_users = {{'boss'}}
c.Authenticator.allowed_users = {{'ann', 'bob'}}
c.JupyterHub.spawner_class = 'simple'
c.JupyterHub.services = [{{'name': 'keysweep', 'api_token': os.environ['OPERATOR']}}]
c.JupyterHub.load_roles = [{{
    'name': 'keysweep', 'services': ['keysweep'],
    'scopes': ['list:users', 'tokens', 'read:tokens', 'admin:users'],
}}]
"""


def install(stand):
    stand.python("jupyterhub")
    stand.node("jupyterhub")


def start(stand):
    home = stand.folder("jupyterhub")
    web, hub, api = stand.port(), stand.port(), stand.port()
    proxy = stand.node("jupyterhub") / ".bin/configurable-http-proxy"
    config = stand.file(home / "config.py", CONFIG.format(web=web, hub=hub, api=api, proxy=proxy))
    token, operand = stand.secret("STAND_JUPYTERHUB")
    programs = stand.python("jupyterhub")
    env = {"OPERATOR": token, "DUMMY": stand.secret("STAND_JUPYTERHUB_LOGIN")[0], "PATH": path(programs)}
    process = stand.spawn("jupyterhub", [programs / "jupyterhub", "-f", config], env=env, cwd=home)
    url = f"http://127.0.0.1:{web}"
    # Before the hub answers, its proxy does, with 404 and 503.
    stand.wait("jupyterhub", process, lambda: "version" in http("GET", f"{url}/hub/api/")[1], 180)
    stand.versions["jupyterhub"] = http("GET", f"{url}/hub/api/")[1]["version"]
    return {"kind": "jupyterhub", "url": url, "secret": operand}


def path(programs):
    import os

    return f"{programs}:{os.environ['PATH']}"


def check(stand, entry):
    users = f"{entry['url']}/hub/api/users/ann/tokens"
    operator = {"Authorization": f"token {stand.env['STAND_JUPYTERHUB']}"}
    status, made = http("POST", users, {"note": "check", "expires_in": 3600, "scopes": ["self"]}, headers=operator)
    assert status == 201, status
    owner = {"Authorization": f"token {made['token']}"}
    assert http("GET", f"{entry['url']}/hub/api/user", headers=owner)[1]["name"] == "ann"
    assert made["id"] in [row["id"] for row in http("GET", users, headers=operator)[1]["api_tokens"]]
    assert http("DELETE", f"{users}/{made['id']}", headers=operator)[0] == 204
    # 403, and not 401, is a dead token.
    assert http("GET", f"{entry['url']}/hub/api/user", headers=owner)[0] == 403
