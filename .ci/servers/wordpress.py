"""WordPress on a database of the stand's MariaDB, served by PHP itself."""

import shutil

import mariadb
from stand import http

NEEDS = ("mariadb",)
CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'wordpress');
define('DB_PASSWORD', getenv('DB_PASSWORD'));
define('DB_HOST', '127.0.0.1:' . getenv('DB_PORT'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
// Else application passwords want TLS.
define('WP_ENVIRONMENT_TYPE', 'local');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
"""
# A login password is refused by the interface, so that the first application password is made from inside.
FIRST = """<?php
$_SERVER['HTTP_HOST'] = 'localhost';
require __DIR__ . '/wp-load.php';
list($password) = WP_Application_Passwords::create_new_application_password(1, ['name' => 'keysweep']);
echo $password;
"""


def install(stand):
    stand.debian({"wordpress": "6.1.9*", "php-cli": "2:8.2*", "php-mysql": "2:8.2*"})


def start(stand):
    home = stand.folder("wordpress")
    web = home / "web"
    shutil.copytree("/usr/share/wordpress", web, symlinks=False, ignore_dangling_symlinks=True)
    (web / "wp-config.php").unlink(missing_ok=True)
    stand.file(web / "wp-config.php", CONFIG)
    first = stand.file(web / "first.php", FIRST)
    database, password = stand.entries["mariadb"], stand.secret("STAND_WORDPRESS_DB")[0]
    mariadb.sql(stand, database, f"CREATE DATABASE wordpress; CREATE USER 'wordpress'@'127.0.0.1' IDENTIFIED BY "
                                 f"'{password}'; GRANT ALL ON wordpress.* TO 'wordpress'@'127.0.0.1'")
    env = {"DB_PASSWORD": password, "DB_PORT": database["url"].rsplit(":", 1)[1]}
    port = stand.port()
    process = stand.spawn("wordpress", ["php", "-S", f"127.0.0.1:{port}", "-t", web], env=env)
    url = f"http://127.0.0.1:{port}"
    install_page = f"{url}/wp-admin/install.php"
    stand.wait("wordpress", process, lambda: http("GET", install_page)[0] == 200, 60)
    login = stand.secret("STAND_WORDPRESS_LOGIN")[0]
    form = {"weblog_title": "stand", "user_name": "boss", "admin_password": login, "admin_password2": login,
            "admin_email": "boss@example.org", "blog_public": "0"}
    status, page = http("POST", f"{install_page}?step=2", form=form, seconds=120)
    assert status == 200 and "Success" in page, page
    made = stand.call("wordpress", ["php", first], env=env)
    first.unlink()
    _, operand = stand.secret("STAND_WORDPRESS", made.strip())
    about = http("GET", f"{url}/index.php?rest_route=/wp/v2/users/me&context=edit", basic=f"boss:{made.strip()}")
    assert about[0] == 200, about
    version = (web / "wp-includes/version.php").read_text().split("$wp_version = '")[1].split("'")[0]
    stand.versions["wordpress"] = version
    return {"kind": "wordpress", "url": url, "user": "boss", "secret": operand}


def check(stand, entry):
    rest, boss = f"{entry['url']}/index.php?rest_route=/wp/v2/users", f"boss:{stand.env['STAND_WORDPRESS']}"
    passwords = f"{rest}/1/application-passwords"
    status, made = http("POST", passwords, {"name": "check"}, basic=boss)
    assert status == 201, made
    assert made["uuid"] in [row["uuid"] for row in http("GET", passwords, basic=boss)[1]]
    assert http("GET", f"{rest}/me", basic=f"boss:{made['password']}")[0] == 200
    assert http("DELETE", f"{passwords}/{made['uuid']}", basic=boss)[0] == 200
    assert http("GET", f"{rest}/me", basic=f"boss:{made['password']}")[0] == 401
