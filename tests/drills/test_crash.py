"""kill -9 while answers are being stored: what was acknowledged is there, the restart is clean, and hits return."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from drills.process import Said, Served, a_key, serving
from samples import a_body, an_answer
from warmlane.adapters.scripted import Answer, ScriptedUpstream, Seen, Told
from warmlane.tasks import Tasks

TURNS = 5
CALLS = 100  # stored before the storm, in each turn, and again as many in it
STORED = "warmlane_entries_stored_total"


class Provider:
    """Answers each question with itself, JSON or a stream, as asked; those of a storm once it breaks out."""

    def __init__(self, up: ScriptedUpstream) -> None:
        """Answer at `up`."""
        self.storm = asyncio.Event()
        up.respond(self._answer)

    def _answer(self, seen: Seen) -> Answer:
        body = seen.json()
        text = body["messages"][0]["content"]
        told: Told = {"json": an_answer(text)}
        if body.get("stream"):
            says = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
            ends = {"index": 0, "delta": {}, "finish_reason": "stop"}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
            told = {"sse": [{**chunk, "choices": [says]}, {**chunk, "choices": [ends]}, "[DONE]"]}
        if "storm" in text:
            told["hold"] = self.storm
        return Answer.of(**told)


class Asker:
    """One caller."""

    def __init__(self, served: Served, key: str) -> None:
        """Ask `served`, always with the same key."""
        self._served, self._key = served, key

    async def ask(self, text: str) -> Said:
        """The answer to `text`, which is the right one."""
        answer = await self._served.ask(a_body(text, stream=text.endswith("streamed")), key=self._key)
        assert answer.status == 200
        assert text.encode() in answer.body
        return answer

    async def all(self, texts: Sequence[str]) -> list[str | None]:
        """What the cache said to each, asked at once."""
        return [answer.cache for answer in await asyncio.gather(*map(self.ask, texts))]


def questions(kind: str, turn: int) -> list[str]:
    """No two are alike; every other one is asked as a stream."""
    return [f"{kind} {number} of turn {turn}, {('whole', 'streamed')[number % 2]}" for number in range(CALLS)]


async def _killed_in_a_storm(served: Served, asker: Asker, up: ScriptedUpstream, turn: int) -> float:
    """Have answers stored, and kill the process among many more; how many of these were acknowledged by then.

    The kill comes later in each turn, and in the last one only when storing them is known to have begun.
    """
    provider, tasks = Provider(up), Tasks()
    before = await served.count(STORED)
    assert await asker.all(questions("calm", turn)) == ["MISS"] * CALLS
    await served.until(STORED, before + CALLS)
    arrived = len(up.requests) + CALLS
    asking = [tasks.spawn(asker.ask(text), name=text) for text in questions("storm", turn)]
    await up.seen(arrived)
    provider.storm.set()
    answered = asyncio.as_completed(asking)
    for _ in range(5 + turn * 30 if turn < TURNS - 1 else 0):
        await next(answered)
    stored = await served.until(STORED, before + CALLS + 1) if turn == TURNS - 1 else before + CALLS
    served.process.send_signal(signal.SIGKILL)
    for broken in answered:
        with suppress(aiohttp.ClientError):
            await broken
    assert await served.ended() == -signal.SIGKILL
    return stored - before - CALLS


async def _came_back(served: Served, asker: Asker, up: ScriptedUpstream, turn: int) -> int:
    """Everything acknowledged is a hit, and the provider is not asked; how many of the storm's were kept too."""
    asked = len(up.requests)
    assert await asker.all(questions("calm", turn)) == ["HIT"] * CALLS
    assert len(up.requests) == asked
    kept = await asker.all(questions("storm", turn))
    assert set(kept) <= {"HIT", "MISS"}
    assert len(up.requests) == asked + kept.count("MISS")
    await served.until(STORED, kept.count("MISS"))
    return kept.count("HIT")


@pytest.mark.slow
async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """A thousand stored answers, and five kills in the middle of storing."""
    key, acknowledged = a_key(), 0.0
    async with ScriptedUpstream() as up:
        for turn in range(TURNS + 1):
            async with serving(
                tmp_path, providers__openai__base_url=up.base_url, cache__store_timeout_ms=30_000
            ) as served:
                asker = Asker(served, key)
                Provider(up).storm.set()
                if turn:
                    assert await _came_back(served, asker, up, turn - 1) >= acknowledged
                if turn < TURNS:
                    acknowledged = await _killed_in_a_storm(served, asker, up, turn)
                    continue
                asked = len(up.requests)
                for number in range(TURNS):
                    everything = questions("calm", number) + questions("storm", number)
                    assert await asker.all(everything) == ["HIT"] * len(everything)
                assert len(up.requests) == asked
                assert await served.end() == 0
            assert served.err == b""

    assert sorted(each.name for each in (tmp_path / "data" / "cache").iterdir()) == ["journal.db", "journal.lock"]
    assert acknowledged > 0
