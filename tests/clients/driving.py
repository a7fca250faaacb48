"""A client in a process of its own environment, which does what it is asked."""

import asyncio
import json
import os
import re
import secrets
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clients.table import NODE, ROOT, Client

ADDRESS = "http://127.0.0.1:8000"
"""The gateway's, in programs, as in the documents."""

KEYS = (
    "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY", "GROQ_API_KEY", "MISTRAL_API_KEY",
    "OPENAI_API_KEY", "ORQ_API_KEY", "TOGETHER_API_KEY",
)  # fmt: skip
"""Where clients look for the provider's key."""

QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"}
"""None looks for anything else in the network."""

_SNIPPET = re.compile(r"^(?:#|//) --- as docs/sdks\.md shows it\n(.*?)^(?:#|//) ---", re.MULTILINE | re.DOTALL)


def snippet(program: Path) -> str:
    """The part of a program that the documents show."""
    found = _SNIPPET.search(program.read_text())
    assert found is not None, program
    return found[1]


def missing(environment: str) -> str:
    """Why nothing can run in an environment; empty where something can."""
    if environment != NODE:
        return "" if (ROOT / ".venvs" / environment / "installed").exists() else f"`make clients` makes {environment}"
    if shutil.which("node") is None:
        return "there is no node on this machine"
    return (
        ""
        if (ROOT / "tests/clients/node/node_modules/installed").exists()
        else "`make clients` did not install the SDKs in JavaScript: is there an npm?"
    )


def environ(**more: str) -> dict[str, str]:
    """The variables of a child: keys that nobody else has, and no proxy on the way to the gateway."""
    key = secrets.token_urlsafe(24)
    keys = dict.fromkeys(KEYS, f"sk-proj-{key}")
    ours = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
    return {**ours, **QUIET, **keys, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **more}


class Driven:
    """A client's program, as an async context manager. `printed` is what its snippet printed."""

    def __init__(self, client: Client, gateway: str, folder: Path) -> None:
        """Not started; what it says on standard error goes into `folder`."""
        self.client, self._gateway, self._log = client, gateway, folder / "stderr"
        self.printed: list[str] = []

    async def __aenter__(self) -> Self:
        """Start it, and wait until its snippet has run."""
        with self._log.open("wb") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self._command(),
                cwd=self.client.path.parent,
                env=environ(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=1 << 20,
            )
        for _ in range(self.client.prints):
            self.printed.append(await self._line())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """End it, whatever it is waiting for."""
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()

    async def do(self, way: str, mode: str, text: str) -> dict[str, Any]:
        """What the client gave, or raised. `mode` is `whole`, `stream`, or `leave`."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"way": way, "mode": mode, "text": text}).encode() + b"\n")
        heard: dict[str, Any] = json.loads(await self._line())
        return heard

    def _command(self) -> tuple[str, ...]:
        """The program, with the gateway's address in place of the one that the documents show."""
        source = self.client.path.read_text().replace(ADDRESS, self._gateway)
        if self.client.environment == NODE:
            return ("node", "--input-type=module", "--eval", source)
        return (str(ROOT / ".venvs" / self.client.environment / "bin/python"), "-c", source)

    async def _line(self) -> str:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            msg = f"{self.client.name} ended: {self._log.read_text()[-4000:]}"
            raise AssertionError(msg)
        return line.decode().rstrip("\n")
