"""`llm`, the command: a process for each call, set up by a file."""

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from clients.conftest import Gateway
from clients.driving import ADDRESS, environ, missing, snippet
from clients.table import HERE, ROOT
from clients.vendors import refuse, say, until_text
from warmlane.adapters.scripted import Answer, Seen

pytestmark = pytest.mark.slow  # a process for each call

COMMAND = snippet(HERE / "programs/llm_cli.sh").strip()
LONG = "A lane that is warm, and long."


class Llm:
    """The command, with a folder and a key of its own."""

    def __init__(self, folder: Path, gateway: str) -> None:
        """It reads and writes in `folder`, where the file of the documents lies."""
        models = snippet(HERE / "programs/llm_models.yaml").replace(ADDRESS, gateway)
        (folder / "extra-openai-models.yaml").write_text(models)
        self._env = environ(LLM_USER_PATH=str(folder))
        self._env["PATH"] = f"{ROOT / '.venvs/current/bin'}:{self._env['PATH']}"

    async def start(self, more: str = "") -> asyncio.subprocess.Process:
        """The line of the documents, with `more` behind it."""
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_shell(
            f"exec {COMMAND} {more}", env=self._env, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )

    async def ask(self, more: str = "") -> tuple[str, str]:
        """What it wrote, and what it complained about."""
        said, complained = await (await self.start(more)).communicate()
        return said.decode().strip(), complained.decode()


@pytest_asyncio.fixture(loop_scope="module")
async def llm(gateway: Gateway, tmp_path: Path) -> Llm:
    """It has asked nothing yet."""
    if why := missing("current"):
        pytest.skip(why)
    gateway.begin()
    return Llm(tmp_path, gateway.base_url)


async def test_the_second_time_is_a_hit(gateway: Gateway, llm: Llm) -> None:
    """As a stream, which is what it asks for, and whole."""
    first, _ = await llm.ask()
    await gateway.settled()
    again, _ = await llm.ask()
    whole, _ = await llm.ask("--no-stream")

    assert (first, again, whole) == ("Answer 1.",) * 3
    assert gateway.calls == 1


async def test_an_error_is_the_providers(gateway: Gateway, llm: Llm) -> None:
    """It says what the provider said, after as many calls as it makes by itself."""
    gateway.up.respond(lambda seen: refuse(seen, 429))
    said, complained = await llm.ask()

    assert said == ""
    assert "No, 429." in complained
    assert gateway.calls == 3


async def test_ending_it_ends_the_stream_at_the_provider(gateway: Gateway, llm: Llm) -> None:
    """The provider makes no more, and the half is not kept.

    With SIGTERM: where the tests run in the background of a shell, what they start is deaf to Ctrl-C.
    """
    drip = asyncio.Semaphore(0)

    def slowly(seen: Seen) -> Answer:
        for _ in range(until_text(say(seen, LONG), LONG)):
            drip.release()
        return say(seen, LONG, drip=drip)

    gateway.up.respond(slowly)
    process = await llm.start()
    assert process.stdout is not None
    half = await process.stdout.read(4)
    process.terminate()
    await (await gateway.up.seen()).left.wait()
    await process.communicate()
    await gateway.settled()
    gateway.begin()

    assert LONG.startswith(half.decode())
    assert (await llm.ask())[0] == "Answer 1."
