"""The gateway as it is installed, started as a user would: `warmlane serve --solo`."""

import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import ask
from bench.processes import Server, free_port, running


@contextmanager
def gateway(cores: frozenset[int], upstream: int = 9) -> Iterator[Server]:
    """Run it on `cores`, with an empty cache on a disk, in front of the provider on port `upstream`."""
    port = free_port()
    command = Path(sys.executable).with_name("warmlane")
    with tempfile.TemporaryDirectory() as data:
        env = {
            "WARMLANE_DATA_DIR": data,
            "WARMLANE_SECRET": secrets.token_hex(32),
            "WARMLANE_PROVIDERS__OPENAI__BASE_URL": f"http://127.0.0.1:{upstream}",
        }
        argv = [str(command), "serve", "--solo", "--host", "127.0.0.1", "--port", str(port)]
        with running("gateway", argv, port, cores, env) as server:
            yield server


def says(server: Server, path: bytes, word: bytes = b"") -> bool:
    """Whether a GET of `path` is answered with 200 and `word` in the body."""
    try:
        said = ask(server.port, b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path)
    except OSError:
        return False
    return said.startswith(b"HTTP/1.1 200") and word in said
