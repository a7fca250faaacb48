"""Install a built wheel where no sources are, with its base requirements only, and get a hit from it.

    .venv/bin/python scripts/smoke_wheel.py dist/warmlane-*.whl

A fresh virtual environment in a temporary folder gets requirements.lock and the wheel, no extra. Every module must
import there, and `warmlane serve --solo` must answer a call to the demo provider twice, MISS and HIT, and end with 0 on
SIGTERM.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60  # a slow machine's first start; the product's own goal is three seconds
STOP_SECONDS = 30
HIT_TRIES = 50  # storing goes on behind the answer, so the second call may come too early

# The contracts for stores are pytest classes: whoever subclasses them has pytest.
NEEDS_PYTEST = "warmlane_stores.testing"

ASK = {"model": "demo", "temperature": 0, "messages": [{"role": "user", "content": "What is a warm lane?"}]}


def main() -> int:
    """Run the whole smoke test on the wheel named on the command line; 0 when all held."""
    (wheel,) = (Path(name).resolve() for name in sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="warmlane-smoke-") as folder:
        home = Path(folder)
        binaries = install(wheel, home / "venv")
        import_all(wheel, binaries / "python", home)
        serve(binaries / "warmlane", home)
    print("smoke: the wheel installs, imports and hits")
    return 0


def install(wheel: Path, target: Path) -> Path:
    """Make a virtual environment with the base lock and the wheel; returns its folder of programs."""
    venv.create(target, with_pip=True)
    pip = [str(target / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    return target / "bin"


def import_all(wheel: Path, python: Path, home: Path) -> None:
    """Import every module of the wheel in one process, with nothing of this tree in reach (-I)."""
    modules = sorted(name for name in modules_in(wheel) if not name.startswith(NEEDS_PYTEST))
    code = f"import importlib\nfor name in {modules!r}: importlib.import_module(name)"
    subprocess.run([str(python), "-I", "-W", "error", "-c", code], check=True, cwd=home)
    print(f"smoke: {len(modules)} modules import without an extra")


def modules_in(wheel: Path) -> Iterator[str]:
    """Dotted names of the Python modules in a wheel; `__main__` would run."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".py") and not name.endswith("__main__.py"):
                yield name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def serve(warmlane: Path, home: Path) -> None:
    """Start the gateway, see a MISS and a HIT with equal bodies, and stop it as an init system would."""
    port = free_port()
    command = [str(warmlane), "serve", "--solo", "--port", str(port)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("WARMLANE_", "PYTHON"))}
    with (home / "output").open("wb") as output:
        began = time.perf_counter()
        gateway = subprocess.Popen(command, cwd=home, env=clean, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until_ready(gateway, port)
        print(f"smoke: ready after {time.perf_counter() - began:.1f} s")
        hit(gateway, port)
        gateway.send_signal(signal.SIGTERM)
        code = gateway.wait(STOP_SECONDS)
    except Exception:
        print((home / "output").read_text(errors="replace"), file=sys.stderr)
        raise
    finally:
        gateway.kill()
        gateway.wait()
    if code != 0:
        sys.exit(f"smoke: SIGTERM ended the gateway with {code}, not 0")


def wait_until_ready(gateway: subprocess.Popen[bytes], port: int) -> None:
    """Return when /healthz answers 200. Ends the script when the gateway ends or takes too long."""
    deadline = time.perf_counter() + START_SECONDS
    while time.perf_counter() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except urllib.error.URLError:
            pause(gateway)
    msg = f"not ready after {START_SECONDS} s"
    raise TimeoutError(msg)


def hit(gateway: subprocess.Popen[bytes], port: int) -> None:
    """Ask until the answer comes from the cache: the first must be a MISS, and the hit's body one that a miss gave."""
    status, body = ask(port)
    if status != "MISS":
        msg = f"the first answer was {status}, not MISS"
        raise AssertionError(msg)
    missed = {body}
    for _ in range(HIT_TRIES):
        status, body = ask(port)
        if status == "HIT":
            break
        missed.add(body)
        pause(gateway)
    if status != "HIT" or body not in missed:
        msg = f"the same call was {status}, its body {'one' if body in missed else 'none'} of those seen before"
        raise AssertionError(msg)
    print("smoke: MISS, then HIT with the same body")


def ask(port: int) -> tuple[str, bytes]:
    """One chat completion from the demo provider: its X-Cache and its body."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/demo/v1/chat/completions",
        data=json.dumps(ASK).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["x-cache"], answer.read()


def pause(gateway: subprocess.Popen[bytes]) -> None:
    """Wait a moment, or fail at once where the gateway has ended."""
    try:
        code = gateway.wait(0.1)
    except subprocess.TimeoutExpired:
        return
    msg = f"the gateway ended with {code}"
    raise RuntimeError(msg)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
