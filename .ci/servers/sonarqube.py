"""SonarQube Community Edition with its own database, in small heaps."""

import shutil

from stand import NOBODY, http, own

NEEDS = ()
ARTIFACT = "org.sonarsource.sonarqube:sonar-application:9.9.0.65466:zip"
SHA256 = "f5b3045ac40b99dfc2ab45c0990074f4b15e426bdb91533d77f3b94b73d3d411"
CONFIG = """
sonar.web.host=127.0.0.1
sonar.web.port={web}
sonar.search.host=127.0.0.1
sonar.search.port={search}
sonar.es.bootstrap.checks.disable=true
sonar.telemetry.enable=false
sonar.updatecenter.activate=false
sonar.web.javaOpts=-Xmx384m -Xms128m
sonar.ce.javaOpts=-Xmx256m -Xms128m
sonar.search.javaOpts=-Xmx512m -Xms512m
sonar.embeddedDatabase.port={database}
"""
OPENED = ["java.base/java.util=ALL-UNNAMED", "java.base/java.lang=ALL-UNNAMED", "java.base/java.io=ALL-UNNAMED",
          "java.rmi/sun.rmi.transport=ALL-UNNAMED"]


def install(stand):
    return stand.maven("sonarqube", ARTIFACT, SHA256)


def start(stand):
    home = stand.folder("sonarqube", NOBODY)
    program = home / "sonarqube"
    shutil.copytree(install(stand), program)
    web, search, database = stand.port(), stand.port(), stand.port()
    stand.file(program / "conf/sonar.properties", CONFIG.format(web=web, search=search, database=database), NOBODY)
    for path in (program, *program.rglob("*")):
        own(path, NOBODY)
    (jar,) = program.glob("lib/sonar-application-*.jar")
    for binary in program.glob("elasticsearch/bin/*"):
        binary.chmod(0o755)
    opens = ["--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", *(f"--add-opens={one}" for one in OPENED),
             "--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
             "--add-opens=java.management/sun.management=ALL-UNNAMED",
             "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED"]
    process = stand.spawn("sonarqube", ["java", "-Xms8m", "-Xmx32m", *opens, "-jar", jar], user=NOBODY, cwd=program)
    url = f"http://127.0.0.1:{web}"
    up = f"{url}/api/system/status"
    stand.wait("sonarqube", process, lambda: http("GET", up)[1].get("status") == "UP", 900)
    stand.versions["sonarqube"] = http("GET", up)[1]["version"]
    login = stand.secret("STAND_SONARQUBE_LOGIN")[0]
    change = {"login": "admin", "previousPassword": "admin", "password": login}
    assert http("POST", f"{url}/api/users/change_password", form=change, basic="admin:admin")[0] == 204
    status, made = http("POST", f"{url}/api/user_tokens/generate", form={"name": "keysweep"}, basic=f"admin:{login}")
    assert status == 200, made
    _, operand = stand.secret("STAND_SONARQUBE", made["token"])
    return {"kind": "sonarqube", "url": url, "user": "admin", "secret": operand}


def check(stand, entry):
    api, boss = f"{entry['url']}/api", f"{stand.env['STAND_SONARQUBE']}:"
    want = {"login": "admin", "name": "check", "expirationDate": "2030-01-01"}
    status, made = http("POST", f"{api}/user_tokens/generate", form=want, basic=boss)
    # A date too far away is refused by a setting, so that what is not made is tried without one.
    if status != 200:
        want.pop("expirationDate")
        status, made = http("POST", f"{api}/user_tokens/generate", form=want, basic=boss)
    assert status == 200, made
    rows = http("GET", f"{api}/user_tokens/search?login=admin", basic=boss)[1]["userTokens"]
    assert "check" in [row["name"] for row in rows]
    valid = f"{api}/authentication/validate"
    assert http("GET", valid, basic=f"{made['token']}:")[1] == {"valid": True}
    gone = {"login": "admin", "name": "check"}
    assert http("POST", f"{api}/user_tokens/revoke", form=gone, basic=boss)[0] == 204
    # Dead is 200, and only the body says it.
    assert http("GET", valid, basic=f"{made['token']}:") == (200, {"valid": False})
