"""Headscale with a map of one relay that nobody asks."""

from stand import http

NEEDS = ()
CONFIG = """
server_url: http://127.0.0.1:{web}
listen_addr: 127.0.0.1:{web}
metrics_listen_addr: 127.0.0.1:{metrics}
grpc_listen_addr: 127.0.0.1:{grpc}
noise: {{private_key_path: {home}/noise}}
prefixes: {{v4: 100.64.0.0/10, v6: "fd7a:115c:a1e0::/48"}}
derp: {{server: {{enabled: false}}, urls: [], paths: ["{home}/derp.yaml"], auto_update_enabled: false}}
disable_check_updates: true
database: {{type: sqlite, sqlite: {{path: {home}/db}}}}
dns: {{magic_dns: false, override_local_dns: false, base_domain: stand.example.org}}
unix_socket: {home}/s
log: {{level: warn}}
"""
RELAY = """
regions:
  900:
    regionid: 900
    regioncode: none
    regionname: none
    nodes: [{name: n, regionid: 900, hostname: relay.example.org}]
"""


def install(stand):
    return stand.go("headscale", "github.com/juanfont/headscale/cmd/headscale")


def start(stand):
    home, program = stand.folder("headscale"), install(stand)
    web, metrics, grpc = stand.port(), stand.port(), stand.port()
    stand.file(home / "derp.yaml", RELAY)
    config = stand.file(home / "config.yaml", CONFIG.format(home=home, web=web, metrics=metrics, grpc=grpc))
    process = stand.spawn("headscale", [program, "serve", "-c", config])
    url = f"http://127.0.0.1:{web}"
    stand.wait("headscale", process, lambda: http("GET", f"{url}/health")[0] == 200, 60)
    made = stand.call("headscale", [program, "-c", config, "apikeys", "create", "--expiration", "24h"])
    _, operand = stand.secret("STAND_HEADSCALE", made.strip().splitlines()[-1])
    stand.versions["headscale"] = "0.26.1"
    return {"kind": "headscale", "url": url, "secret": operand}


def check(stand, entry):
    keys, boss = f"{entry['url']}/api/v1/apikey", {"Authorization": f"Bearer {stand.env['STAND_HEADSCALE']}"}
    made = http("POST", keys, {"expiration": "2030-01-01T00:00:00Z"}, headers=boss)[1]["apiKey"]
    prefix = made.split(".")[0]
    assert prefix in [row["prefix"] for row in http("GET", keys, headers=boss)[1]["apiKeys"]]
    new = {"Authorization": f"Bearer {made}"}
    assert http("GET", keys, headers=new)[0] == 200
    assert http("DELETE", f"{keys}/{prefix}", headers=boss)[0] == 200
    assert http("GET", keys, headers=new)[0] in (401, 500)
    # What is no key of its form is answered with 500.
    assert http("GET", keys, headers={"Authorization": "Bearer none"})[0] == 500
