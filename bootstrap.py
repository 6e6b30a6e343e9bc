"""Set the project up on a bare machine: the one script that runs before any package is installed.

`python3 bootstrap.py install requirements.txt` makes .venv and installs into it, once per content of the file.
`python3 bootstrap.py port 8501 127.0.0.1` says whether the app can listen there, `... hosting HOST ORIGIN BASE` whether
these are what they should be. Each refusal is one sentence on stderr.
Standard library only, and readable by an old Python, so that an old Python can be told so.
"""

import errno
import hashlib
import os
import re
import socket
import subprocess
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "install.log")
NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|Connection refused|from versions: none"
)


def refuse(sentence):
    sys.stderr.write(sentence + "\n")
    raise SystemExit(1)


def check_python():
    if sys.version_info < OLDEST:
        refuse(
            "NCE Lab needs Python %d.%d or newer, but %s is %d.%d. Name a newer one: make app PYTHON=python3.12."
            % (OLDEST + (sys.executable,) + tuple(sys.version_info[:2]))
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        refuse("This Python has no venv module. On Debian or Ubuntu install it with: apt install python3-venv.")


def fingerprint(requirements):
    """Digest of a requirements file and of every file it includes."""
    digest = hashlib.sha256()
    with open(os.path.join(ROOT, requirements), "rb") as file:
        content = file.read()
    digest.update(content)
    for included in re.findall(r"^-r (\S+)", content.decode(), flags=re.MULTILINE):
        digest.update(fingerprint(included).encode())
    return digest.hexdigest()


def make_venv():
    # A folder left by an interrupted first try has no pip yet; --clear starts it afresh.
    has_pip = os.path.exists(VENV_PYTHON) and subprocess.call([VENV_PYTHON, "-c", "import pip"]) == 0
    if not has_pip and subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        refuse("The virtual environment %s could not be made: see the lines above." % VENV)


def pip_install(requirements):
    print("Installing %s into .venv: about two minutes and 2 GB, once. Log: .venv/install.log" % requirements)
    sys.stdout.flush()
    command = [
        VENV_PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "-r",
        os.path.join(ROOT, requirements),
    ]
    with open(LOG, "w") as log:
        failed = subprocess.call(command, stdout=log, stderr=subprocess.STDOUT) != 0
    if failed:
        explain_failure()


def explain_failure():
    with open(LOG) as log:
        lines = log.read()
    if NO_NETWORK.search(lines):
        refuse("The package index could not be reached. Connect this machine to the network and run the command again.")
    if "No space left" in lines:
        refuse("The disk is full: the requirements need about 2 GB. Free some space and run the command again.")
    errors = [line for line in lines.splitlines() if line.startswith("ERROR")] or ["no message"]
    refuse("The requirements could not be installed: %s. The whole log is .venv/install.log." % errors[-1])


def install(requirements):
    check_python()
    stamp = os.path.join(VENV, requirements + ".installed")
    wanted = fingerprint(requirements)
    if os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == wanted:
                return
    make_venv()
    pip_install(requirements)
    with open(stamp, "w") as file:
        file.write(wanted)


def check_hosting(hosts, origins, base):
    """What `make app` was given for a proxy: host names, page addresses (commas between), the path that is kept."""
    for host in filter(None, hosts.split(",")):
        if not re.match(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", host):
            refuse(
                "HOST must be host names without http:// and port, commas between, but one is %r."
                " For example: make app HOST=hub.example.org." % host
            )
    for origin in filter(None, origins.split(",")):
        if not re.match(r"https?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?$", origin):
            refuse(
                "ORIGIN must be the beginning of the page's address, http:// or https:// and the host, without a path,"
                " commas between, but one is %r. For example: make app ORIGIN=https://hub.example.org." % origin
            )
    if not re.match(r"[A-Za-z0-9._~@/-]*$", base):
        refuse("BASE must be the path before the lab's own, like /lab, but is %r." % base)


def check_port(text, address):
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        refuse("PORT must be a whole number from 1 to 65535, but is %s. For example: make app PORT=8502." % text)
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, int(text)))
        except PermissionError:
            refuse("Port %s needs more rights than you have. Choose one above 1023: make app PORT=8502." % text)
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                refuse(
                    "ADDRESS must be an address of this machine, but is %r. All of its addresses are 0.0.0.0." % address
                )
            refuse("Port %s is taken, perhaps by a running NCE Lab. Choose another: make app PORT=8502." % text)


if __name__ == "__main__":
    {"install": install, "port": check_port, "hosting": check_hosting}[sys.argv[1]](*sys.argv[2:])
