"""RabbitMQ with its management interface, on an Erlang port mapper of its own."""

import shutil

from stand import Cannot, NOBODY, http

NEEDS = ()
CONFIG = """
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {web}
default_user = boss
default_pass = {password}
default_user_tags.administrator = true
"""


def install(stand):
    stand.debian({"rabbitmq-server": "3.10.8*"})
    if not shutil.which("epmd"):
        raise Cannot("epmd of Erlang is not in the path")


def start(stand):
    home = stand.folder("rabbitmq", NOBODY)
    amqp, web, nodes, mapper = (stand.port() for _ in range(4))
    password, operand = stand.secret("STAND_RABBITMQ")
    stand.file(home / "rabbitmq.conf", CONFIG.format(amqp=amqp, web=web, password=password), NOBODY)
    stand.file(home / "plugins", "[rabbitmq_management].", NOBODY)
    stand.file(home / "advanced.config", "[].", NOBODY)
    # The node would start a port mapper that stays behind and listens everywhere; this one is ours.
    env = {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": mapper}
    epmd = stand.spawn("epmd", ["epmd", "-port", mapper], user=NOBODY, env=env)
    stand.wait("epmd", epmd, lambda: stand.call("epmd", ["epmd", "-port", str(mapper), "-names"]), 20)
    env |= {
        "RABBITMQ_NODENAME": "stand@localhost", "RABBITMQ_DIST_PORT": nodes,
        "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_CONFIG_FILE": home / "rabbitmq",
        "RABBITMQ_ADVANCED_CONFIG_FILE": home / "advanced.config",
        "RABBITMQ_ENABLED_PLUGINS_FILE": home / "plugins", "RABBITMQ_MNESIA_BASE": home / "data",
        "RABBITMQ_LOG_BASE": home / "log", "RABBITMQ_SCHEMA_DIR": home / "schema", "RABBITMQ_PID_FILE": home / "pid",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    process = stand.spawn("rabbitmq", ["/usr/lib/rabbitmq/bin/rabbitmq-server"], user=NOBODY, env=env)
    url = f"http://127.0.0.1:{web}"
    who = f"boss:{password}"
    stand.wait("rabbitmq", process, lambda: http("GET", f"{url}/api/whoami", basic=who)[0] == 200, 180)
    # What the tests rotate: no driver makes an account.
    deploy = {"password": stand.secret("STAND_RABBITMQ_DEPLOY")[0], "tags": "management"}
    assert http("PUT", f"{url}/api/users/deploy", deploy, basic=who)[0] == 201
    stand.versions["rabbitmq"] = http("GET", f"{url}/api/overview", basic=who)[1]["rabbitmq_version"]
    return {"kind": "rabbitmq", "url": url, "user": "boss", "secret": operand}


def check(stand, entry):
    boss, user = f"boss:{stand.env['STAND_RABBITMQ']}", f"{entry['url']}/api/users/check"
    assert http("PUT", user, {"password": "one", "tags": "management"}, basic=boss)[0] == 201
    assert http("GET", f"{entry['url']}/api/whoami", basic="check:one")[0] == 200
    assert http("PUT", user, {"password": "two", "tags": "management"}, basic=boss)[0] == 204
    # In place: the old password ends at once.
    assert http("GET", f"{entry['url']}/api/whoami", basic="check:one")[0] == 401
    assert http("DELETE", user, basic=boss)[0] == 204
