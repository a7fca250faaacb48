"""`warmlane explain`: what it asks, and how it prints what is said."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest

from drills.process import CHAT, a_key, serving
from warmlane.adapters.scripted import ScriptedUpstream
from warmlane.errors import ConfigError
from warmlane.explaining import Explanation, Nearby, Planned, Said
from warmlane.match.bound import Estimate
from warmlane.match.vetoes import VetoName
from warmlane_serve.cli import main
from warmlane_serve.explain import Asking, ask, body_of, header_of, key_of, lines, run

KEY = "sk-canary-0123456789abcdef"
NEAR = Nearby(
    key="k_1", prompt="top \x1b[2J5\nsongs", age=12, similarity=0.91, score=0.88, gate="veto:number",
    vetoes=(Said(veto=VetoName.NUMBER, about="3 / 5"),),
)  # fmt: skip
SAID = Explanation(
    verdict="Forwarded: the likeliest question differs in number: 3 / 5.", outcome="miss", path="/v1/chat/completions",
    provider="openai", dialect="openai_chat", model="gpt-4o", lane="default", key="k_0", normalised_text="top 3 songs",
    normalised_key="aa", partition="bb", embedder="minilm", needed=0.8,
    estimate=Estimate(wrong=0.0123, low=0.002, high=0.03, labels=41), candidates=(NEAR,),
    plan=Planned(read=True, write=True, ttl=60, threshold=0.85, bound=0.02),
)  # fmt: skip


def test_it_reads_like_a_page() -> None:
    """The verdict first, then what it came from."""
    assert (
        "\n".join(lines(SAID))
        == """\
miss: Forwarded: the likeliest question differs in number: 3 / 5.

call        /v1/chat/completions at openai, model gpt-4o, lane default
plan        read, keep for 60 s
            by meaning from a cosine of 0.85, at most 2.0% wrong
key         k_0
normalised  'top 3 songs'
            key aa
wrong       1.23% of hits by meaning, 0.20% to 3.00%, as far as
            41 labels and the training data tell
partition   bb of minilm

near 1      'top \\x1b[2J5\\nsongs'
            veto:number, cosine 0.9100, score 0.8800
            k_1, 12 s old
            number: 3 / 5"""
    )


def test_a_bypass_is_short() -> None:
    """There is nothing more to say."""
    said = Explanation(
        verdict="Forwarded: no.", outcome="bypass", path="/v1/files", provider="openai", dialect=None, model="",
        lane="default", bypass="endpoint",
    )  # fmt: skip

    assert list(lines(said)) == ["bypass: Forwarded: no.", "", "call        /v1/files at openai, model -, lane default"]


def test_no_text_can_move_the_cursor() -> None:
    """Prompts come from anywhere, and this is a terminal."""
    hostile = "\x1b]0;x\x07\x9b2J\u202e\n"
    near = Nearby(
        key="k", prompt=hostile, age=0, similarity=0, score=0, gate=None,
        vetoes=(Said(veto=VetoName.UNIT, about=hostile),),
    )  # fmt: skip
    said = Explanation(
        verdict=hostile, otherwise=hostile, outcome="miss", path="/", provider="p", dialect=None, model=hostile,
        lane="l", normalised_text=hostile, normalised_key="k", candidates=(near,),
    )  # fmt: skip

    assert all(line.isprintable() for line in lines(said))


async def told(upstream: ScriptedUpstream, **fields: Any) -> bytes:
    """What comes of asking there."""
    asking = Asking(**{"url": upstream.base_url + "/openai/v1/x", "body": b"{}", "key": KEY, **fields})
    return await asyncio.to_thread(ask, asking)


async def test_it_asks_as_the_caller() -> None:
    """With the key and the headers that count, and never for an answer."""
    async with ScriptedUpstream() as up:
        up.answer(json={"a": 1}, headers={"x-cache-debug": "explain", "content-type": "application/json"})
        assert json.loads(await told(up, headers=(("anthropic-version", "v"), ("x-cache-debug", "1")))) == {"a": 1}
        seen = await up.seen()

    assert (seen.method, seen.path, seen.body) == ("POST", "/openai/v1/x", b"{}")
    assert [seen.header(name) for name in ("authorization", "anthropic-version", "x-cache-debug")] == [
        f"Bearer {KEY}", "v", "explain",
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [{"json": {}}, {"status": 404, "json": {}}, {"status": 302}, {"raw": b"no"}])
async def test_what_is_no_gateway_explains_nothing(answer: Any) -> None:
    """A provider would answer, an error page would be printed: neither is taken for an explanation."""
    async with ScriptedUpstream() as up:
        up.answer(**answer)
        with pytest.raises(ConfigError) as caught:
            await told(up)
    assert KEY not in repr(caught.value)


def test_where_nobody_listens_one_line_says_so(free_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and no traceback."""
    url = f"http://127.0.0.1:{free_port}/openai/v1/chat/completions"
    code = main(["explain", "--text", "hi", "--model", "m", "--url", url, "--key", KEY])

    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    assert KEY not in said.err


def test_the_request_is_a_file_a_stream_or_a_text(tmp_path: Path) -> None:
    """One of them."""
    path = tmp_path / "request.json"
    path.write_bytes(b"{1}")

    assert body_of(path, None, None, io.StringIO()) == b"{1}"
    assert body_of(Path("-"), None, None, io.StringIO("{2}")) == b"{2}"
    assert json.loads(body_of(None, "hi", "m", io.StringIO())) == {
        "model": "m", "messages": [{"role": "user", "content": "hi"}], "temperature": 0,
    }  # fmt: skip
    for wrong in ((None, None, None), (None, "hi", None), (path, "hi", "m"), (tmp_path / "none", None, None)):
        with pytest.raises(ConfigError):
            body_of(*wrong, io.StringIO())


def test_the_key_is_the_providers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """As its SDK reads it, unless one is given."""
    for name, key in (("ANTHROPIC_API_KEY", "a"), ("OPENAI_API_KEY", "o")):
        monkeypatch.setenv(name, key)
    urls = ("http://h/anthropic/v1/messages", "http://h/openai/v1/x", "http://h/v1/x", "http://h")

    assert [key_of(url, None) for url in urls] == ["a", "o", "o", "o"]
    assert key_of(urls[0], "said") == "said"


def test_a_header_has_a_name_and_a_value() -> None:
    """A value may have colons of its own."""
    assert header_of("Anthropic-Version: 2023:06") == ("anthropic-version", "2023:06")
    for wrong in ("no colon", ": v"):
        with pytest.raises(ConfigError):
            header_of(wrong)


async def test_another_version_is_said_to_be_one() -> None:
    """What it sent can still be seen with --json."""
    async with ScriptedUpstream() as up:
        up.always(json={"new": 1}, headers={"x-cache-debug": "explain"})
        asking = Asking(url=up.base_url, body=b"{}", key="")
        with pytest.raises(ConfigError, match="--json"):
            await asyncio.to_thread(run, asking, io.StringIO(), as_json=False)
        assert await asyncio.to_thread(run, asking, out := io.StringIO(), as_json=True) == 0

    assert json.loads(out.getvalue()) == {"new": 1}
    assert KEY not in repr(Asking(url=KEY, body=b"", key=KEY))


@pytest.mark.slow
async def test_a_gateway_that_runs_explains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way: a call is answered, and then explained to who sent it."""
    path, key = tmp_path / "request.json", a_key()
    path.write_text('{"model": "demo", "messages": [{"role": "user", "content": "What is a lane?"}], "temperature": 0}')
    async with serving(tmp_path, embedding__enabled=True, demo__first_byte_ms=0, demo__chunk_ms=0) as served:
        chat = CHAT.replace("openai", "demo")
        assert (await served.ask(path.read_bytes(), key=key, path=chat)).cache == "MISS"
        arguments = ["explain", str(path), "--url", served.url + chat, "--key", key]
        assert await asyncio.to_thread(main, arguments) == 0

    assert "What is a lane?" not in served.out.decode() + served.err.decode()
    said = capsys.readouterr().out
    assert said.startswith("exact: Served: the same request was answered ")
