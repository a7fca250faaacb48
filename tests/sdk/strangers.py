"""Providers that nobody here wrote, as children: `@copilotkit/aimock` and `llmock`."""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from sdk.child import Child

PACKAGE = "@copilotkit/aimock@1.43.0"


async def aimock_program(cache: Path) -> Path:
    """Where aimock lies: beside pytest's own cache, so that it is fetched once. Skips where npm cannot get it."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm on this machine")
    program = cache / "node_modules" / ".bin" / "llmock"
    if not program.exists():
        options = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(cache))
        process = await asyncio.create_subprocess_exec(
            npm, "install", *options, PACKAGE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        told, _ = await process.communicate()
        if process.returncode:
            pytest.skip(f"npm could not install {PACKAGE}: {told.decode().strip().splitlines()[-1]}")
    return program


def aimock(program: Path, folder: Path, fixtures: list[dict[str, Any]]) -> Child:
    """A server of it on any free port, which says what is in `fixtures`; `folder` is empty."""
    (folder / "all.json").write_text(json.dumps({"fixtures": fixtures}))
    return Child(str(program), "--port", "0", "--fixtures", str(folder), when="listening on")


def llmock(*options: str) -> Child:
    """A server of it on any free port, as its own command line starts one."""
    program = str(Path(sys.executable).with_name("llmock"))
    return Child(program, "serve", "--host", "127.0.0.1", "--port", "0", *options, when="Uvicorn running on")


class Control:
    """llmock's control API."""

    def __init__(self, http: httpx.AsyncClient, base_url: str) -> None:
        """Talk to it by `http`."""
        self._http, self._url = http, f"{base_url}/_llmock"

    async def will(self, **behavior: Any) -> None:
        """Behave so, once unless `times` says more."""
        (await self._http.post(f"{self._url}/scenario", json={"behaviors": [behavior]})).raise_for_status()

    async def reset(self) -> None:
        """Forget what came and what was to be done."""
        (await self._http.post(f"{self._url}/reset")).raise_for_status()

    async def calls(self) -> int:
        """How many calls have come."""
        count: int = (await self._http.get(f"{self._url}/requests")).json()["count"]
        return count

    async def verdict(self) -> dict[str, Any]:
        """What it thinks of its client: its calls, attempts, and the codes of what it found."""
        told = (await self._http.get(f"{self._url}/verdict")).json()
        found = sorted(finding["code"] for finding in told["findings"])
        return {"calls": told["calls"], "attempts": told["attempts"], "found": found}


class Journal:
    """aimock's record of what came."""

    def __init__(self, http: httpx.AsyncClient, base_url: str) -> None:
        """Read it by `http`."""
        self._http, self._url = http, f"{base_url}/__aimock/journal"

    async def calls(self) -> int:
        """How many calls have come."""
        return len((await self._http.get(self._url)).json())
