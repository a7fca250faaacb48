"""Portkey's gateway, the open one from npm: one process of Node.js without its pages."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bench.asks import Fields
from bench.peers.peer import FOLDER, MISSING, PATIENCE, Absent, Peer
from bench.processes import Server, free_port, running

_PACKAGE: Final = FOLDER / "portkey" / "node_modules" / "@portkey-ai" / "gateway"


def _version() -> str:
    try:
        package = json.loads((_PACKAGE / "package.json").read_text(encoding="utf-8"))
        node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise Absent(MISSING) from error
    return f"{package['version']}, Node.js {node}"


@contextmanager
def _start(cores: frozenset[int], _upstream: int, _key: str) -> Iterator[Server]:
    port = free_port()
    argv = ["node", str(_PACKAGE / "build" / "start-server.js"), f"--port={port}", "--headless"]
    with running("Portkey", argv, port, cores, {"NODE_ENV": "production"}, PATIENCE) as server:
        yield server


def _fields(upstream: int) -> Fields:
    config = {"provider": "openai", "custom_host": f"http://127.0.0.1:{upstream}/v1", "cache": {"mode": "simple"}}
    return (("x-portkey-config", json.dumps(config)),)


PORTKEY: Final = Peer(
    name="Portkey",
    version=_version,
    settings="one process, `--headless`, NODE_ENV=production; each request names the provider and "
    '`"cache": {"mode": "simple"}` in x-portkey-config, but the package as published is built without a cache (its '
    "answers say `x-portkey-cache-status: DISABLED`); hono as in its own lock, since streams fail with a newer one",
    start=_start,
    fields=_fields,
    miss=b"\r\nx-portkey-provider: openai",
    hit=b"\r\nx-portkey-cache-status: hit",
)
