"""What a caller says of an answer, and what comes of it. Over HTTP it is told in tests/flow/test_feedback.py."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from samples import BY_HAND, OTHER_SECRET, PEPPER, SECRET, a_caller, an_entry, dump
from warmlane.bus import Bus
from warmlane.caches import Caches
from warmlane.caught import Caught
from warmlane.clock import ManualClock
from warmlane.errors import BadRequest, NotDone, Unauthenticated, WarmlaneError
from warmlane.feedback import Feedback
from warmlane.ids import of_entry, of_hit
from warmlane.keys import caught_key
from warmlane.lanes import Lane
from warmlane.learning import Learning
from warmlane.model import Caller
from warmlane.providers import Provider, table
from warmlane.recent import Recent
from warmlane.report import Reporter
from warmlane.seal import Callers, seal
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

CALLER = a_caller()
ENTRY, PAIR = b"e" * 16, b"p" * 12
ALL = tuple(table({}).values())
OPENAI = tuple(provider for provider in ALL if provider.name == "openai")
HIT = of_hit(CALLER, ENTRY, PAIR, 0.9).decode()
SAME_WORDS = of_hit(CALLER, ENTRY, PAIR, None).decode()


class Desk:
    """Feedback over a cache in RAM that has one entry."""

    def __init__(self, clock: ManualClock) -> None:
        """Nothing was said yet."""
        self.shard = Shard(MemoryStore(clock), FlatIndex, clock)
        caches = Caches(durable=self.shard, volatile=self.shard)
        self.caught = Caught(caches=caches, clock=clock)
        self.recent = Recent(max_bytes=100_000, seconds=60, clock=clock)
        self.announced = 0
        self.learning = Learning(
            prior=BY_HAND, scale="cosine", bound=0.02, lane="default", caches=caches, pepper=PEPPER, patience=60,
            reporter=Reporter(bus=Bus([], clock=clock), lane="default", clock=clock), clock=clock,
        )  # fmt: skip
        self._feedback = Feedback(
            lane=Lane(), callers=Callers(PEPPER), caches=caches, caught=self.caught, learning=self.learning,
            recent=self.recent, patience=60, announce=self._announce,
        )  # fmt: skip

    async def keep(self, caller: Caller = CALLER) -> None:
        """Have the entry."""
        await self.shard.put(seal(caller, ENTRY, an_entry()))
        self.recent.put(caller.tenant, ENTRY, an_entry())

    async def has(self, caller: Caller = CALLER) -> bool:
        """Whether it is there, in the store or in memory."""
        stored = await self.shard.get(caller.tenant, ENTRY)
        return stored is not None or self.recent.get(caller.tenant, ENTRY) is not None

    async def give(
        self,
        key: str = HIT,
        verdict: str = "wrong",
        *,
        providers: tuple[Provider, ...] = OPENAI,
        secret: bytes = SECRET,
    ) -> Any:
        """Say it; what came of it."""
        return json.loads(await self.post(dump({"key": key, "verdict": verdict}), providers=providers, secret=secret))

    async def post(self, body: bytes, *, providers: tuple[Provider, ...] = OPENAI, secret: bytes = SECRET) -> bytes:
        """Send these bytes."""
        return await self._feedback.give(providers, secret, body, "wl_1")

    async def _announce(self) -> None:
        self.announced += 1


@pytest.fixture
async def desk(clock: ManualClock) -> AsyncIterator[Desk]:
    """A desk, and the entry is there."""
    desk = Desk(clock)
    await desk.keep()
    yield desk
    await desk.shard.aclose()


async def test_what_was_wrong_goes_and_is_remembered(desk: Desk) -> None:
    """From the store, from memory here and elsewhere; the pair for good, the entry up to that score."""
    assert await desk.give() == {"evicted": 1, "remembered": True}

    assert not await desk.has()
    assert desk.announced == 1
    assert not await desk.caught.allows(CALLER, b"other entry 1234", PAIR, 1.0)
    assert not await desk.caught.allows(CALLER, ENTRY, b"another pair", 0.9)
    assert await desk.caught.allows(CALLER, ENTRY, b"another pair", 0.91)


async def test_saying_it_twice_is_saying_it_once(desk: Desk) -> None:
    """Nothing is left to evict, and it is remembered as it was."""
    await desk.give()

    assert await desk.give() == {"evicted": 0, "remembered": True}
    assert not await desk.caught.allows(CALLER, ENTRY, PAIR, 0.5)


async def test_a_pair_counts_once(desk: Desk) -> None:
    """However often it is said: who repeats themselves does not move what others get. That it was right is no count."""
    for verdict in ("right", "right", "wrong", "wrong", "right"):
        await desk.give(verdict=verdict)

    assert desk.learning.estimate().labels == 1


async def test_what_the_same_words_led_to_is_a_pair_too(desk: Desk) -> None:
    """There is no score that would speak against the entry's others."""
    assert await desk.give(SAME_WORDS) == {"evicted": 1, "remembered": True}

    assert not await desk.caught.allows(CALLER, ENTRY, PAIR, None)
    assert await desk.caught.allows(CALLER, ENTRY, b"another pair", 0.1)


async def test_an_entry_that_was_asked_for_exactly_only_goes(desk: Desk) -> None:
    """There was no other text."""
    assert await desk.give(of_entry(ENTRY).decode()) == {"evicted": 1, "remembered": False}
    assert not await desk.has()


async def test_what_was_right_stays(desk: Desk) -> None:
    """It is noted once; nothing is evicted, nothing refused."""
    assert await desk.give(verdict="right") == {"evicted": 0, "remembered": True}
    assert await desk.give(of_entry(ENTRY).decode(), "right") == {"evicted": 0, "remembered": False}

    assert await desk.has()
    assert desk.announced == 0
    assert await desk.caught.verdict(CALLER, PAIR) is True


@pytest.mark.parametrize(("verdicts", "known"), [(("wrong", "right"), False), (("right", "wrong"), False)])
async def test_wrong_outweighs_right(desk: Desk, verdicts: tuple[str, str], *, known: bool) -> None:
    """In whatever order they are said."""
    for verdict in verdicts:
        await desk.give(verdict=verdict)

    assert await desk.caught.verdict(CALLER, PAIR) is known


async def test_another_callers_id_reaches_nothing(desk: Desk) -> None:
    """Neither their entry, nor what is remembered: it was never said to whoever brings it."""
    other = a_caller(OTHER_SECRET)
    await desk.keep(other)

    assert await desk.give(secret=OTHER_SECRET) == {"evicted": 0, "remembered": False}
    assert await desk.give(of_hit(other, ENTRY, PAIR, 0.9).decode()) == {"evicted": 0, "remembered": False}
    assert await desk.has()
    assert await desk.has(other)
    assert await desk.caught.verdict(CALLER, PAIR) is None
    assert await desk.caught.verdict(other, PAIR) is None


async def test_an_entrys_own_id_reaches_only_ones_own(desk: Desk) -> None:
    """It is no secret, and opens nothing."""
    assert await desk.give(of_entry(ENTRY).decode(), secret=OTHER_SECRET) == {"evicted": 0, "remembered": False}
    assert await desk.has()


@pytest.mark.parametrize(("key", "remembered"), [(HIT, True), (of_entry(ENTRY).decode(), False)])
async def test_whose_provider_is_not_said_is_looked_for(desk: Desk, key: str, *, remembered: bool) -> None:
    """Each of the providers that the key could be of."""
    assert await desk.give(key, providers=ALL) == {"evicted": 1, "remembered": remembered}
    assert await desk.give(key, providers=ALL[1:]) == {"evicted": 0, "remembered": False}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"\xff", "body"),
        (b"[" * 3000, "body"),
        (dump({"key": HIT, "verdict": "wrong"})[:-1] + b', "key": "x"}', "body"),
        (dump({"verdict": "wrong"}), "key"),
        (dump({"key": None, "verdict": "wrong"}), "key"),
        (dump({"key": 7, "verdict": "wrong"}), "key"),
        (dump({"key": [HIT], "verdict": "wrong"}), "key"),
        (dump({"key": HIT[:-1] + "x", "verdict": "wrong"}), "key"),
        (dump({"key": HIT}), "verdict"),
        (dump({"key": HIT, "verdict": "good"}), "verdict"),
        (dump({"key": HIT, "verdict": True}), "verdict"),
        (dump({"key": HIT, "verdict": ["wrong"]}), "verdict"),
    ],
)
async def test_what_cannot_be_read_is_refused(desk: Desk, body: bytes, param: str) -> None:
    """By the name of what is wrong with it; nothing of it is repeated."""
    with pytest.raises(BadRequest) as refusal:
        await desk.post(body)

    assert refusal.value.param == param
    assert HIT not in str(refusal.value)
    assert await desk.has()


@pytest.mark.parametrize("providers", [OPENAI, ALL])
async def test_nobody_is_not_heard(desk: Desk, providers: tuple[Provider, ...]) -> None:
    """Without a key there is no telling whose answers are meant."""
    with pytest.raises(Unauthenticated):
        await desk.give(providers=providers, secret=b"")


async def test_where_a_tenant_is_shared_no_key_is_needed(desk: Desk) -> None:
    """The demo's answers are everybody's."""
    demo = tuple(provider for provider in ALL if provider.shared)

    assert await desk.give(providers=demo, secret=b"") == {"evicted": 0, "remembered": False}


@pytest.mark.parametrize("verdict", ["wrong", "right"])
async def test_trouble_of_the_store_is_told(desk: Desk, verdict: str) -> None:
    """Whoever asks for something to go must know that it has not; what the trouble was is not theirs to know."""
    await desk.shard.put(seal(CALLER, ENTRY, an_entry()))
    await desk.caught.mark(CALLER, ENTRY, PAIR, 0.5)
    await _spoil(desk)

    with pytest.raises(WarmlaneError) as trouble:
        await desk.give(verdict=verdict)

    assert isinstance(trouble.value, NotDone)
    assert trouble.value.__cause__ is None


async def _spoil(desk: Desk) -> None:
    """Have marks that do not open."""
    for kind, what in ((b"pair", PAIR), (b"entry", ENTRY)):
        row = await desk.shard.get(CALLER.tenant, caught_key(CALLER, kind, what))
        assert row is not None
        await desk.shard.put(replace(row, answer=bytes(40)))
