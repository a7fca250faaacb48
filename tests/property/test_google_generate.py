"""Google: a whole answer, its events and its array are three spellings of one thing, however they are cut."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmlane.canonical import canonical, read
from warmlane.dialects import sse, wire
from warmlane.dialects.google_generate import GoogleGenerate
from warmlane.dialects.google_generate_fold import fold
from warmlane.dialects.google_generate_replay import replay
from warmlane.dialects.google_generate_stream import Mode, chunks, mode_of, spell
from warmlane.dialects.merging import Malformed
from warmlane.events import NoCache
from warmlane.model import Head
from warmlane.tee import Tee

pytestmark = pytest.mark.slow

DIALECT = GoogleGenerate()
BASE = "/v1beta/models/m"
QUESTION = {"contents": [{"parts": [{"text": "Hi"}]}]}
ASKS = {
    Mode.WHOLE: DIALECT.read(QUESTION, f"{BASE}:generateContent"),
    Mode.EVENTS: DIALECT.read(QUESTION, f"{BASE}:streamGenerateContent", "alt=sse"),
    Mode.ARRAY: DIALECT.read(QUESTION, f"{BASE}:streamGenerateContent"),
}
STREAMS = st.sampled_from([Mode.EVENTS, Mode.ARRAY])

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.lists(
    st.sampled_from(
        ["word", " ", "\n", "\r\n", "é", "e\u0301", "👩‍👩‍👧", "東京", "\u2028", '"', "\\", "\x00", "]", "}", "data: "]
    ),
    max_size=30,
).map("".join)
NUMBERS = st.sampled_from(["0", "1", "-1", "1.0", "-0.0", "1e-7", "1E5", "0.10", "18446744073709551617", "-1.50E+03"])


class Number:
    """A number as it is spelled: `spelled` writes it so."""

    def __init__(self, text: str) -> None:
        """Keep the spelling."""
        self.text = text

    def __repr__(self) -> str:
        """For the failing example."""
        return self.text


VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS.map(Number) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
TOP = {"candidates", "usageMetadata", "error"}
CANDIDATE = {"content", "finishReason", "index", "logprobsResult", "citationMetadata"}
CONTENT = {"role", "parts"}
PART = {"text", "thought", "functionCall", "inlineData", "fileData"}


def others(known: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Members of any other name, and ones that Google really sends."""
    real = st.sampled_from(["thoughtSignature", "groundingMetadata", "safetyRatings", "avgLogprobs", "promptFeedback"])
    return st.dictionaries((real | TEXT).filter(lambda name: name not in known), VALUES, max_size=2)


def built(known: st.SearchStrategy[dict[str, Any]], names: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with these members and some that nobody knows."""
    return st.builds(lambda own, more: {**more, **own}, known, others(names))


PLAIN = st.fixed_dictionaries({"text": TEXT}, optional={"thought": st.booleans()})
CALLS = st.fixed_dictionaries(
    {"functionCall": st.fixed_dictionaries({"name": TEXT, "args": st.dictionaries(TEXT, VALUES, max_size=2)})},
    optional={"thoughtSignature": TEXT},
)
PARTS = st.lists(PLAIN | CALLS | built(PLAIN, PART), max_size=5)
CONTENTS = built(st.fixed_dictionaries({}, optional={"role": st.just("model"), "parts": st.none() | PARTS}), CONTENT)
CANDIDATES = built(
    st.fixed_dictionaries(
        {},
        optional={
            "content": st.none() | CONTENTS,
            "finishReason": st.sampled_from(["STOP", "MAX_TOKENS", None]),
            "index": st.just(0),
            "logprobsResult": st.dictionaries(TEXT, st.lists(VALUES, max_size=3), max_size=2),
            "citationMetadata": st.dictionaries(TEXT, st.lists(VALUES, max_size=3), max_size=2),
        },
    ),
    CANDIDATE,
)
ANSWERS = built(
    st.fixed_dictionaries(
        {"usageMetadata": st.dictionaries(TEXT, VALUES, max_size=3)},
        optional={
            "candidates": CANDIDATES.map(lambda candidate: [candidate]) | st.just([]),
            "modelVersion": TEXT,
            "promptFeedback": st.fixed_dictionaries({}, optional={"blockReason": TEXT}),
        },
    ),
    TOP,
)
GOOD = st.builds(
    lambda parts, text: {
        "candidates": [{"content": {"role": "model", "parts": [*parts, {"text": text + "."}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 3},
    },
    PARTS,
    TEXT,
)


def spelled(value: Any) -> bytes:
    """JSON as a provider sends it, every number in its own spelling."""
    match value:
        case Number():
            return value.text.encode()
        case dict():
            return b"{" + b",".join(spelled(name) + b":" + spelled(inner) for name, inner in value.items()) + b"}"
        case list():
            return b"[" + b",".join(map(spelled, value)) + b"]"
        case _:
            return json.dumps(value, ensure_ascii=False).encode()


def ordered(text: bytes) -> bytes:
    """The same JSON with its names in order, and its numbers as they are spelled there."""
    spelling = {"parse_float": lambda number: f"number {number}", "parse_int": lambda number: f"number {number}"}
    return canonical(json.loads(text, **spelling))  # type: ignore[arg-type]


def pieces_of(data: st.DataObject, body: bytes) -> list[bytes]:
    """The body cut anywhere, inside a character too."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    return [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]


@given(ANSWERS, STREAMS)
def test_folding_undoes_replaying(answer: dict[str, Any], mode: Mode) -> None:
    """Nothing is lost, nothing is added, no number is spelled anew; in either framing."""
    body = spell(replay(read(spelled(answer))), mode)

    assert mode_of(body) is mode
    assert ordered(wire.write(fold(chunks(body, mode)))) == ordered(spelled(answer))


@given(ANSWERS)
def test_replaying_is_a_good_stream(answer: dict[str, Any]) -> None:
    """One finish and one usage, in the last chunk; every chunk strict JSON on one line, as the SDK wants it."""
    body = spell(replay(read(spelled(answer))), Mode.EVENTS)
    frames = body.split(b"\r\n\r\n")
    said = [json.loads(frame.removeprefix(b"data: ")) for frame in frames[:-1]]

    assert frames[-1] == b""
    assert all(frame.startswith(b"data: ") and b"\n" not in frame for frame in frames[:-1])
    assert ["usageMetadata" in chunk for chunk in said] == [False] * (len(said) - 1) + [True]
    assert all("finishReason" not in chunk["candidates"][0] for chunk in said[:-1])


@given(ANSWERS, STREAMS)
def test_an_answer_is_judged_alike_in_each_mode(answer: dict[str, Any], mode: Mode) -> None:
    """Whether it is stored must not hang on how it was asked for."""
    whole = spelled(answer)
    one = DIALECT.finish(whole, streamed=False)
    other = (
        DIALECT.finish(spell(replay(read(whole)), mode), streamed=mode is Mode.EVENTS) if one.refuse is None else one
    )

    assert (one.refuse, one.usage, one.exact_only, one.model) == (
        other.refuse,
        other.usage,
        other.exact_only,
        other.model,
    )


@given(st.data(), GOOD, STREAMS, st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_pieces_cut_anywhere_are_one_answer(
    data: st.DataObject, answer: dict[str, Any], mode: Mode, end: bytes
) -> None:
    """As they pass through a Tee; and what is read of them is what was said, whatever ends the lines of events."""
    body = spell(replay(read(spelled(answer))), mode)
    if mode is Mode.EVENTS:
        body = body.replace(b"\r\n", end)
    tee = Tee(1_000_000)
    kind = b"text/event-stream" if mode is Mode.EVENTS else b"application/json"
    tee.start(Head(status=200, headers=((b"content-type", kind),)))
    for piece in pieces_of(data, body):
        tee.add(piece)
    tee.complete = True
    finish = tee.finish(DIALECT)

    assert tee.body == body
    assert finish is not None
    assert finish.refuse is None
    whole = DIALECT.render(tee.body, streamed=tee.streamed, ask=ASKS[Mode.WHOLE])
    assert whole is not None
    assert ordered(whole) == ordered(spelled(answer))


@given(st.data(), GOOD)
def test_events_fed_in_pieces_are_the_same_events(data: st.DataObject, answer: dict[str, Any]) -> None:
    """Whoever reads them as they come."""
    body = spell(replay(read(spelled(answer))), Mode.EVENTS)
    reader = sse.Reader()
    events = [event for piece in pieces_of(data, body) for event in reader.feed(piece)] + reader.end()

    assert ordered(wire.write(fold([read(event.data) for event in events]))) == ordered(spelled(answer))


@given(st.data(), GOOD)
def test_an_array_that_was_cut_is_never_kept(data: st.DataObject, answer: dict[str, Any]) -> None:
    """Wherever that was: only its bracket ends it."""
    body = spell(replay(read(spelled(answer))), Mode.ARRAY)
    cut = data.draw(st.integers(1, len(body) - 1))

    assert DIALECT.finish(body[:cut], streamed=False).refuse is NoCache.INCOMPLETE


@given(GOOD, st.sampled_from(Mode), st.sampled_from(Mode))
def test_there_and_back(answer: dict[str, Any], stored: Mode, wanted: Mode) -> None:
    """From each mode through each other to the whole answer."""
    first = DIALECT.render(spelled(answer), streamed=False, ask=ASKS[stored])
    assert first is not None
    second = DIALECT.render(first, streamed=stored is Mode.EVENTS, ask=ASKS[wanted])
    assert second is not None
    whole = DIALECT.render(second, streamed=wanted is Mode.EVENTS, ask=ASKS[Mode.WHOLE])

    assert whole is not None
    assert ordered(whole) == ordered(spelled(answer))
    assert stored is not wanted or second is first


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            b"data: ",
            b"\r\n\r\n",
            b"{",
            b"}",
            b'"candidates":',
            b"[",
            b"]",
            b'"content":',
            b'"parts":',
            b'"a"',
            b"null",
            b",",
        ]
    )
    | st.builds(lambda value: b"data: " + spelled(value) + b"\r\n\r\n", st.dictionaries(TEXT, VALUES, max_size=3))
    | st.builds(lambda one: b'data: {"candidates":[' + spelled(one) + b"]}\r\n\r\n", CANDIDATES | VALUES)
    | st.builds(lambda one: b'[{"candidates":[' + spelled(one) + b"]}]", CANDIDATES | VALUES)
    | st.builds(lambda one: b'{"candidates":[' + spelled(one) + b"]}", CANDIDATES | VALUES),
    max_size=8,
).map(b"".join)


@given(FRAGMENTS, st.booleans())
def test_judging_never_raises(body: bytes, streamed: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever a provider sends; and what is kept can be given in each mode in which it has all that this needs."""
    finish = DIALECT.finish(body, streamed=streamed)
    for ask in ASKS.values():
        rendered = DIALECT.render(body, streamed=streamed, ask=ask)
        assert rendered is None or isinstance(rendered, bytes)
    mode = mode_of(body)
    if finish.refuse is None and mode is not Mode.WHOLE:
        assert fold(replay(fold(chunks(body, mode))))
    if mode is not Mode.WHOLE:
        try:
            fold(chunks(body, mode))
        except Malformed:
            assert finish.refuse in {NoCache.MALFORMED, NoCache.INCOMPLETE}


LOOSE = st.fixed_dictionaries(
    {}, optional={"role": st.just("user") | VALUES, "parts": VALUES | st.lists(PLAIN | VALUES)}
)
BODIES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("generationConfig", "generation_config", "tools", "store", "cachedContent", "systemInstruction", "invented"),
        VALUES | st.dictionaries(st.sampled_from(["temperature", "candidateCount", "responseModalities"]), VALUES),
    )
    | {"contents": VALUES | LOOSE | st.lists(LOOSE | VALUES, max_size=3)},
)


@given(
    BODIES,
    st.sampled_from(["", BASE, f"{BASE}:generateContent", f"{BASE}:streamGenerateContent"]) | TEXT,
    st.sampled_from(["", "alt=sse", "alt", "alt=&alt=sse", "%24alt=sse;"]) | TEXT,
)
def test_reading_never_raises_and_changes_nothing(body: dict[str, Any], path: str, query: str) -> None:
    """Whatever a client sends; keyed and rest always have a canonical form."""
    sent = spelled(body)
    value = json.loads(sent, parse_float=Decimal)

    ask = DIALECT.read(value, path, query)

    assert canonical(value) == canonical(json.loads(sent, parse_float=Decimal))
    assert canonical(ask.keyed)
    assert canonical(ask.rest)
    assert (ask.text is None) == (ask.rest == ask.keyed)
