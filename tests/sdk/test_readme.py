"""What the README shows, done to `warmlane serve --solo` as a user starts it."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from openai.types.chat import ChatCompletion

from sdk.child import Child
from sdk.ways import asked

pytestmark = pytest.mark.slow  # the command in a process of its own

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SOURCES = os.pathsep.join(str(ROOT / part) for part in ("app", "stores", "deployments"))
CHAT = "/demo/v1/chat/completions"


def block(language: str) -> str:
    """The README's first block of code in that language."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return str(next(text for name, text in blocks if name == language))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Child]:
    """The command, on any free port; the demo does not dawdle."""
    env = {
        "PYTHONPATH": SOURCES,
        "WARMLANE_DATA_DIR": str(tmp_path_factory.mktemp("served")),
        "WARMLANE_TELEMETRY__LOG": "true",
        "WARMLANE_DEMO__FIRST_BYTE_MS": "0",
        "WARMLANE_DEMO__CHUNK_MS": "0",
    }
    async with Child(sys.executable, "-m", "warmlane_serve.cli", "serve", "--solo", "--port", "0", env=env) as child:
        yield child


async def kept(http: httpx.AsyncClient, url: str, **request: Any) -> httpx.Response:
    """The cached answer, as soon as it is there: storing goes on when an answer has left."""
    while True:
        reply = await http.post(url, **request | {"headers": {**request["headers"], "cache-control": "only-if-cached"}})
        if reply.status_code == 200:
            return reply


async def test_the_curl_line_is_a_hit_the_second_time(served: Child, http: httpx.AsyncClient) -> None:
    """And the README shows the very header fields that it prints."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    command = block("sh").partition("curl")[2].replace("http://127.0.0.1:8000", served.base_url)

    async def curl() -> str:
        process = await asyncio.create_subprocess_shell(f"curl {command}", stdout=asyncio.subprocess.PIPE)
        return (await process.communicate())[0].decode()

    first = await curl()
    body = re.search(r"-d '(.*)'", command)
    assert body is not None
    await kept(http, served.base_url + CHAT, content=body[1], headers={"content-type": "application/json"})
    second = await curl()

    assert "\r\nx-cache: MISS\r\n" in first
    assert "\r\nx-cache: HIT\r\n" in second
    assert names(second.partition("\r\n\r\n")[0]) >= names(block("")) > {"x-cache", "age"}


def names(head: str) -> set[str]:
    """The field names in the text of a head."""
    return set(re.findall(r"^([a-z-]+): ", head, re.MULTILINE))


async def test_the_snippet_runs_and_is_a_hit_the_second_time(
    served: Child, http: httpx.AsyncClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo gives each answer an id of its own: the same id is the same answer."""
    monkeypatch.setenv("OPENAI_API_KEY", key)
    shown = "http://127.0.0.1:8000/openai"
    assert shown in block("python")
    snippet = block("python").replace(shown, f"{served.base_url}/demo")

    def run() -> ChatCompletion:
        names: dict[str, Any] = {}
        exec(compile(snippet, "README.md", "exec"), names)
        names["client"].close()
        answer: ChatCompletion = names["answer"]
        return answer

    first = await asyncio.to_thread(run)
    body = asked("What is a warm lane?", model="gpt-4o-mini")
    await kept(http, served.base_url + CHAT, json=body, headers={"authorization": f"Bearer {key}"})
    second = await asyncio.to_thread(run)

    assert first == second
    assert "demo" in (first.choices[0].message.content or "")


async def test_the_paraphrase_is_a_hit_by_meaning(served: Child, http: httpx.AsyncClient, key: str) -> None:
    """The README's other words for its question, as alike as it says."""
    claim = re.search(r'Ask "(.*)", and it is `x-cache: SEMANTIC_HIT` with `x-cache-similarity: ([0-9.]+)`', README)
    assert claim is not None
    headers = {"authorization": f"Bearer {key}"}
    while (await http.get(f"{served.base_url}/readyz")).json()["embedder"] != "ok":
        continue
    await http.post(served.base_url + CHAT, json=asked("What is a warm lane?"), headers=headers)
    await kept(http, served.base_url + CHAT, json=asked("What is a warm lane?"), headers=headers)
    near = await http.post(served.base_url + CHAT, json=asked(claim[1]), headers=headers)

    assert near.headers["x-cache"] == "SEMANTIC_HIT"
    assert float(near.headers["x-cache-similarity"]) == pytest.approx(float(claim[2]), abs=0.01)  # processors differ


async def test_it_ends_when_it_is_told(served: Child) -> None:
    """SIGTERM is the ordinary end, and nothing that it wrote tells what was asked."""
    code = await served.end()

    assert code == 0
    assert "Base URLs for your SDK" in served.said
    assert '"outcome":"exact"' in served.said
    assert "warm lane" not in served.said.partition("stop with Ctrl-C")[2]
