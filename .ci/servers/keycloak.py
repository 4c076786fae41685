"""Keycloak with two realms: in `plain` a new secret ends the old at once, in `shop` a policy keeps both."""

import shutil

from stand import http

NEEDS = ()
ARTIFACT = "org.keycloak:keycloak-quarkus-dist:26.5.6:zip"
SHA256 = "490189d9dff05272432d51f71a069462eeca97f2920a694d539a1e6c26a5a347"
FEATURES = ["--features=client-secret-rotation", "--db=dev-file", "--health-enabled=false"]
# Seconds: how long a secret lives, how long the one before it, and how early a new one may be asked for.
ROTATION = {"expiration-period": 7776000, "rotated-expiration-period": 172800, "remaining-rotation-period": 7775000}


def install(stand):
    def build(folder):
        # What a start would do first, and every start again.
        kc = ["bash", folder / "bin/kc.sh", "build", *FEATURES]
        stand.run("the build of keycloak", kc, 300, cwd=folder)
        shutil.rmtree(folder / "data", ignore_errors=True)

    return stand.maven("keycloak", ARTIFACT, SHA256, then=build)


def start(stand):
    home = stand.folder("keycloak")
    program = home / "keycloak"
    shutil.copytree(install(stand), program)
    port, management = stand.port(), stand.port()
    password, operand = stand.secret("STAND_KEYCLOAK")
    env = {"KC_BOOTSTRAP_ADMIN_USERNAME": "boss", "KC_BOOTSTRAP_ADMIN_PASSWORD": password,
           "JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx512m"}
    options = ["--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={port}", "--hostname-strict=false",
               "--cache=local", "--http-management-host=127.0.0.1", f"--http-management-port={management}"]
    argv = ["bash", program / "bin/kc.sh", "start", "--optimized", *options]
    process = stand.spawn("keycloak", argv, env=env)
    url = f"http://127.0.0.1:{port}"
    stand.wait("keycloak", process, lambda: http("GET", f"{url}/realms/master")[0] == 200, 240)
    admin = login(url, password)
    for realm in ("plain", "shop"):
        assert http("POST", f"{url}/admin/realms", {"realm": realm, "enabled": True}, headers=admin)[0] == 201
    rotation(url, admin)
    # What the tests rotate: a client would be another one without its secret, so that no driver makes one.
    for realm, variable in (("plain", "STAND_KEYCLOAK_PLAIN_DEPLOY"), ("shop", "STAND_KEYCLOAK_DEPLOY")):
        stand.secret(variable, client(url, admin, realm, "deploy")[1])
    stand.versions["keycloak"] = http("GET", f"{url}/admin/serverinfo", headers=admin)[1]["systemInfo"]["version"]
    entry = {"kind": "keycloak", "url": url, "user": "boss", "secret": operand}
    stand.entries["keycloak-plain"] = entry | {"set": {"realm": "plain"}}
    return entry | {"set": {"realm": "shop"}}


def client(url, admin, realm, name):
    """Makes a client with a secret. Gives its number and its secret."""
    clients = f"{url}/admin/realms/{realm}/clients"
    want = {"clientId": name, "publicClient": False, "serviceAccountsEnabled": True}
    assert http("POST", clients, want, headers=admin)[0] == 201
    (made,) = http("GET", f"{clients}?clientId={name}", headers=admin)[1]
    return made["id"], made["secret"]


def rotation(url, admin):
    """The policy of the realm `shop` that keeps the old secret beside the new one."""
    realm = f"{url}/admin/realms/shop/client-policies"
    profile = {"name": "rotate", "executors": [{"executor": "secret-rotation", "configuration": ROTATION}]}
    status, said = http("PUT", f"{realm}/profiles", {"profiles": [profile]}, headers=admin)
    assert status == 204, said
    condition = {"condition": "client-access-type", "configuration": {"type": ["confidential"]}}
    policy = {"name": "rotate", "enabled": True, "conditions": [condition], "profiles": ["rotate"]}
    status, said = http("PUT", f"{realm}/policies", {"policies": [policy]}, headers=admin)
    assert status == 204, said


def login(url, password):
    """The operator's access token, of a minute."""
    form = {"grant_type": "password", "client_id": "admin-cli", "username": "boss", "password": password}
    status, answer = http("POST", f"{url}/realms/master/protocol/openid-connect/token", form=form)
    assert status == 200, answer
    return {"Authorization": f"Bearer {answer['access_token']}"}


def check(stand, entry):
    url, admin = entry["url"], login(entry["url"], stand.env["STAND_KEYCLOAK"])

    def introspect(realm, secret):
        path = f"{url}/realms/{realm}/protocol/openid-connect/token/introspect"
        return http("POST", path, form={"token": "none"}, basic=f"check:{secret}")

    for realm, kept in (("plain", 401), ("shop", 200)):
        # The list has the secret itself.
        number, old = client(url, admin, realm, "check")
        one = f"{url}/admin/realms/{realm}/clients/{number}"
        assert introspect(realm, old) == (200, {"active": False})
        new = http("POST", f"{one}/client-secret", headers=admin)[1]["value"]
        assert introspect(realm, new)[0] == 200
        assert introspect(realm, old)[0] == kept, realm
        if kept == 200:
            assert http("DELETE", f"{one}/client-secret/rotated", headers=admin)[0] == 204
            assert introspect(realm, old)[0] == 401
        assert http("DELETE", one, headers=admin)[0] == 204
