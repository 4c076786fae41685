"""What all servers of the stand share: installing, starting and stopping programs on this machine.

A server is a module beside this file with

    NEEDS     names of servers that must run before it
    install(stand)   puts the program below target/servers, or asks Debian's packages for it
    start(stand)     starts it, waits for it, makes its operator; gives its entry of servers.toml
    check(stand, entry)   sees that it answers as the drivers believe; raises AssertionError

Nothing here names the address of a registry: pip, npm, mvn, go and apt find theirs in the machine's own
configuration.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LOCKS = HERE / "locks"
# Every process of a stand carries this in its environment, so that also one that left its parent is found.
MARK = "KEYSWEEP_STAND_MARK"
ROOT_USER = os.geteuid() == 0
# Programs that refuse to run as root run as this user.
NOBODY = "nobody"


class Cannot(Exception):
    """Why the stand cannot be had, as a sentence."""


class Stand:
    """One run of the servers: their data, processes, ports and secrets."""

    def __init__(self):
        self.cache = ROOT / "target" / "servers"
        self.cache.mkdir(parents=True, exist_ok=True)
        self.mark = secrets.token_hex(8)
        self.env = {}  # secrets for the command, by name of the variable
        self.entries = {}  # servers.toml
        self.times = {}  # seconds, by what was done
        self.versions = {}  # what really runs, by server
        self.data = None
        self.guard = None
        self.groups = {}  # processes, by number; each leads a group
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.ports = set()

    # What is installed.

    @contextlib.contextmanager
    def once(self, name, *wanted):
        """Gives a folder of the cache to fill, or None where it already holds what is wanted.

        What is wanted is text or files (lock files). A folder that was left half filled is emptied.
        """
        text = "".join(w.read_text() if isinstance(w, pathlib.Path) else str(w) for w in wanted)
        folder, done = self.cache / name, self.cache / f"{name}.wanted"
        with open(self.cache / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if done.exists() and done.read_text() == text:
                yield None
                return
            done.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            yield folder
            done.write_text(text)

    def run(self, what, argv, seconds, **kw):
        """Runs a command to its end, in a group that is killed after so many seconds."""
        log = self.cache / "install.log"
        kw["env"] = {**os.environ, **kw.get("env", {}), MARK: self.mark}
        with open(log, "ab") as out:
            out.write(f"== {what}: {' '.join(map(str, argv))}\n".encode())
            out.flush()
            begin = out.tell()
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **kw
            )
            with self.lock:
                self.groups[process.pid] = process
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                kill_group(process)
                raise Cannot(f"{what} took longer than {seconds} s and was stopped; see {log}") from None
            finally:
                with self.lock:
                    self.groups.pop(process.pid, None)
        if code != 0:
            said = log.read_bytes()[begin:].decode(errors="replace").strip().splitlines()[-6:]
            raise Cannot(f"{what} failed (status {code}); the end of {log}:\n  " + "\n  ".join(said))

    def python(self, name, seconds=600, program=sys.executable, more=()):
        """A virtual environment with what locks/NAME.txt pins by hash. Gives its folder of programs.

        `program` is the Python of another version than the one that runs this; `more` are flags of pip.
        """
        wanted = LOCKS / f"{name}.txt"
        with self.once(name, wanted, sys.version, "" if program == sys.executable else program) as folder:
            if folder:
                self.run(f"the environment of {name}", [program, "-m", "venv", folder], 120)
                pip = [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
                hashes = ["--require-hashes", "--only-binary", ":all:", "--requirement", wanted]
                self.run(f"pip install of {name}", [*pip, *more, *hashes], seconds)
        return self.cache / name / "bin"

    def node(self, name, seconds=600):
        """What locks/NAME/package-lock.json pins by hash; no script of a package runs. Gives node_modules."""
        if not shutil.which("npm"):
            raise Cannot("npm is not installed; the stand needs Node.js 20 with npm")
        folder_name, lock = f"{name}-node", LOCKS / name
        with self.once(folder_name, lock / "package.json", lock / "package-lock.json") as folder:
            if folder:
                for file in lock.iterdir():
                    shutil.copy(file, folder)
                flags = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
                self.run(f"npm ci of {name}", ["npm", "ci", *flags], seconds, cwd=folder)
        return self.cache / folder_name / "node_modules"

    def maven(self, name, artifact, sha256, seconds=600, then=None):
        """Unpacks a zip of Maven's repository, after its SHA-256. Gives the folder that it holds."""
        if not shutil.which("mvn") or not shutil.which("java"):
            raise Cannot(f"Maven and Java are not installed; {name} comes with them")
        with self.once(name, artifact, sha256) as folder:
            if folder:
                plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
                where = [f"-Dmaven.repo.local={folder}/m2", f"-DoutputDirectory={folder}"]
                get = ["mvn", "-q", "-B", plugin, f"-Dartifact={artifact}", *where]
                self.run(f"mvn of {name}", get, seconds, cwd=folder)
                (file,) = folder.glob("*.zip")
                found = hashlib.sha256(file.read_bytes()).hexdigest()
                if found != sha256:
                    raise Cannot(f"{file.name} has the SHA-256 {found}, and {sha256} is pinned")
                with zipfile.ZipFile(file) as members:
                    members.extractall(folder)
                file.unlink()
                shutil.rmtree(folder / "m2")
                if then:
                    then(only(folder))
        return only(self.cache / name)

    def go(self, name, package, env=None, keep=None, tags="", seconds=2400):
        """Builds a program of Go as locks/NAME/go.mod and go.sum pin it. `keep` may take more out of the modules."""
        if not shutil.which("go"):
            raise Cannot(f"Go is not installed; {name} is built with it")
        sums = LOCKS / name
        with self.once(name, sums / "go.mod", sums / "go.sum", package, env, tags) as folder:
            if folder:
                for file in sums.iterdir():
                    shutil.copy(file, folder)
                # The caches of Go are some gigabytes; what is built is all that stays.
                caches = {"GOMODCACHE": f"{folder}/mod", "GOCACHE": f"{folder}/cache"}
                env = {"GOFLAGS": "-modcacherw -mod=readonly", "GOTOOLCHAIN": "local", **caches, **(env or {})}
                build = ["go", "build", "-tags", tags, "-o", folder / name, package]
                self.run(f"go build of {name}", build, seconds, cwd=folder, env=env)
                if keep:
                    keep(folder)
                for cache in caches.values():
                    shutil.rmtree(cache)
        return self.cache / name / name

    def debian(self, packages, seconds=600):
        """Debian's packages in the wanted versions, `*` at the end allowed. No service is started by it."""
        missing = {}
        for package, version in packages.items():
            found = installed(package)
            if not found or not matches(found, version):
                missing[package] = version
        if missing:
            names = ", ".join(f"{p} {v}" for p, v in missing.items())
            if not shutil.which("apt-get"):
                raise Cannot(f"apt-get is not here, and these packages of Debian are missing: {names}")
            if not ROOT_USER:
                raise Cannot(f"only root can install packages of Debian; ask for: {names}")
            with open(self.cache / "apt.lock", "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                with no_services():
                    quiet = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
                    noninteractive = {"DEBIAN_FRONTEND": "noninteractive"}
                    # A run that was cut off leaves packages half installed, and then nothing else can be.
                    self.run("dpkg --configure -a", ["dpkg", "--configure", "-a"], 300, env=noninteractive)
                    self.run("apt-get update", [*quiet, "update"], 180, env=noninteractive)
                    wanted = [f"{p}={v}" for p, v in missing.items()]
                    what = [*quiet, "install", "--no-install-recommends", *wanted]
                    self.run(f"apt-get install of {names}", what, seconds, env=noninteractive)
        for package, version in packages.items():
            found = installed(package)
            if not found or not matches(found, version):
                raise Cannot(f"{package} is {found or 'not installed'}, and the stand wants {version}")

    # What runs.

    def open(self):
        """Makes the folder of this run. Only its owner can list it; others can pass to what is theirs."""
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="keysweep-servers-"))
        self.data.chmod(0o711)
        # When this program is killed hard, its end of the pipe closes, and the guard clears up.
        guard = [sys.executable, __file__, self.mark, str(self.data)]
        self.guard = subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True, text=True)

    def folder(self, name, user=None):
        """A folder of this run that its user alone can read."""
        folder = self.data / name
        folder.mkdir(mode=0o700, exist_ok=True)
        own(folder, user)
        return folder

    def file(self, path, text, user=None):
        """Writes a file that its user alone can read."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w") as out:
            out.write(text)
        own(path, user)
        return path

    def port(self):
        """A port of the loopback address that is free now, and no one of this stand's."""
        while True:
            with socket.socket() as one:
                one.bind(("127.0.0.1", 0))
                port = one.getsockname()[1]
            with self.lock:
                if port not in self.ports:
                    self.ports.add(port)
                    return port

    def secret(self, variable, value=None):
        """Keeps a secret for the command under this variable. Gives (value, operand of servers.toml)."""
        value = value or secrets.token_urlsafe(24)
        self.env[variable] = value
        return value, f"env:{variable}"

    def spawn(self, name, argv, user=None, env=None, cwd=None):
        """Starts a server in the foreground of a group of its own; what it says goes to NAME.log."""
        if self.stopping.is_set():
            raise Cannot("the stand is being stopped")
        own_env = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TZ", "JAVA_HOME", "PYENV_ROOT")}
        home = cwd or self.folder(name, user)
        own_env.update(HOME=str(home), LC_ALL="C.UTF-8", **{MARK: self.mark})
        own_env.update({k: str(v) for k, v in (env or {}).items()})
        with open(self.data / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                [*as_user(user), *map(str, argv)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, cwd=home, env=own_env,
            )
        with self.lock:
            self.groups[process.pid] = process
            # Some write their title over their environment, so that the mark is no more to be read.
            print(process.pid, file=self.guard.stdin, flush=True)
        return process

    def call(self, name, argv, user=None, env=None, seconds=120, stdin=""):
        """Runs a helper program of a server to its end. Gives what it wrote."""
        own_env = {**os.environ, "HOME": str(self.folder(name, user)), "LC_ALL": "C.UTF-8", MARK: self.mark}
        own_env.update({k: str(v) for k, v in (env or {}).items()})
        try:
            done = subprocess.run(
                [*as_user(user), *map(str, argv)], input=stdin, text=True, capture_output=True,
                timeout=seconds, env=own_env, cwd=self.folder(name, user), start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            raise Cannot(f"{argv[0]} took longer than {seconds} s") from None
        if done.returncode != 0:
            raise Cannot(f"{argv[0]} failed (status {done.returncode}): {done.stderr.strip()[-600:]}")
        return done.stdout

    def wait(self, name, process, ready, seconds):
        """Waits until `ready()` is true. The server must not end before."""
        end = time.monotonic() + seconds
        while True:
            if self.stopping.is_set():
                raise Cannot("the stand is being stopped")
            if process.poll() is not None:
                raise Cannot(f"it ended with status {process.returncode} before it answered:\n{self.tail(name)}")
            with contextlib.suppress(OSError, ValueError, KeyError, AttributeError, TypeError, Cannot):
                if ready():
                    return
            if time.monotonic() > end:
                raise Cannot(f"it did not answer within {seconds} s:\n{self.tail(name)}")
            time.sleep(0.3)

    def tail(self, name):
        """The last lines of a server's log."""
        lines = (self.data / f"{name}.log").read_text(errors="replace").splitlines()[-15:]
        return "\n".join("  " + line for line in lines)

    # How it ends.

    def open_to_others(self):
        """Sockets of this stand that listen on more than the loopback address, as `PID ADDRESS`."""
        inodes = {}
        for table, loop in (("tcp", ("0100007F",)), ("tcp6", ("0" * 24 + "01000000",
                            "0" * 16 + "FFFF00000100007F"))):
            with contextlib.suppress(OSError):
                for line in pathlib.Path("/proc/net", table).read_text().splitlines()[1:]:
                    part = line.split()
                    host = part[1].split(":")[0]
                    # Any address of 127.0.0.0/8 will do.
                    if part[3] == "0A" and host not in loop and not (table == "tcp" and host.endswith("7F")):
                        inodes[f"socket:[{part[9]}]"] = part[1]
        found = []
        for pid in processes(self.mark, set(self.groups)):
            with contextlib.suppress(OSError):
                for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
                    with contextlib.suppress(OSError):
                        target = os.readlink(fd)
                        if target in inodes:
                            found.append(f"{pid} {inodes[target]}")
        return found

    def stop(self):
        """Ends every process of this stand and takes its data away."""
        self.stopping.set()
        with self.lock:
            groups = list(self.groups.values())
        for process in groups:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGTERM)
        end = time.monotonic() + 15
        while time.monotonic() < end and any(process.poll() is None for process in groups):
            time.sleep(0.1)
        for process in groups:
            kill_group(process)
        clear(self.mark, set(), self.data)
        if self.guard:
            self.guard.kill()
            self.guard.wait()
            self.guard = None


def processes(mark, groups=frozenset()):
    """The numbers of all processes of a stand, also of those that left their parents."""
    found = set()
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError, ValueError):
            group = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[2])
            marked = f"{MARK}={mark}".encode() in (entry / "environ").read_bytes().split(b"\0")
            if group in groups or marked:
                found.add(int(entry.name))
    return found


def clear(mark, groups, data):
    """Ends what is left of a stand at once, and takes its data away."""
    for pid in processes(mark, groups):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    if data:
        shutil.rmtree(data, ignore_errors=True)


def kill_group(process):
    """Ends a group of processes at once."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)


def only(folder):
    """The one folder in a folder."""
    (one,) = (entry for entry in folder.iterdir() if entry.is_dir())
    return one


def installed(package):
    """The version of a package of Debian, or None."""
    if not shutil.which("dpkg-query"):
        return None
    ask = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", package]
    done = subprocess.run(ask, capture_output=True, text=True)
    state, _, version = done.stdout.partition(" ")
    return version if done.returncode == 0 and state == "installed" else None


def matches(found, wanted):
    """Whether a version is the wanted one, or begins like one that ends with `*`."""
    return found.startswith(wanted[:-1]) if wanted.endswith("*") else found == wanted


@contextlib.contextmanager
def no_services():
    """While packages are installed, Debian asks this file whether services may start; no."""
    policy = pathlib.Path("/usr/sbin/policy-rc.d")
    ours = "#!/bin/sh\n# keysweep's .ci/servers wrote this, and removes it.\nexit 101\n"
    # One of ours is of a run that was killed; one of the machine stays.
    if policy.exists() and policy.read_text() != ours:
        yield
        return
    policy.write_text(ours)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def own(path, user):
    """Gives a file or folder to a user, where root made it."""
    if user and ROOT_USER:
        shutil.chown(path, user, group_of(user))


def as_user(user):
    """What stands before a command that another user should run; nothing where we are not root."""
    if not user or not ROOT_USER:
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={group_of(user)}", "--clear-groups"]


def group_of(user):
    """The first group of a user."""
    import grp
    import pwd

    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


# No proxy of the environment stands between this machine and itself, and no redirect is followed.
class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


def http(method, url, json_body=None, form=None, headers=None, basic=None, seconds=20):
    """One request. Gives (status, answer): the answer read as JSON where it is, else its text."""
    headers = dict(headers or {})
    body = None
    if json_body is not None:
        body, headers["Content-Type"] = json.dumps(json_body).encode(), "application/json"
    elif form is not None:
        body = urllib.parse.urlencode(form).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if basic:
        import base64

        headers["Authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with _opener.open(request, timeout=seconds) as answer:
            status, text = answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode(errors="replace")
    with contextlib.suppress(ValueError):
        return status, json.loads(text)
    return status, text


if __name__ == "__main__":
    # The guard of `Stand.open`: waits for the end of its parent, however that comes.
    groups = {int(line) for line in sys.stdin}
    clear(sys.argv[1], groups, pathlib.Path(sys.argv[2]))
