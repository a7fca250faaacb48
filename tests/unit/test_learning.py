"""What was learnt, and that it stays."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from samples import BY_HAND, PEPPER
from warmlane.bus import Bus
from warmlane.caches import Caches
from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane.events import Event, Source, VerdictGiven, WrongShareEstimated
from warmlane.learning import Learning, system
from warmlane.match.bound import BINS, Tally, needed
from warmlane.model import Row
from warmlane.report import Reporter
from warmlane.seal import open_entry, seal
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

UNLEARNT = needed(BY_HAND, Tally(), 0.02)


class Keeper(Shard):
    """A cache in RAM that remembers what was put, and fails when told."""

    def __init__(self, clock: ManualClock) -> None:
        """Work."""
        super().__init__(MemoryStore(clock), FlatIndex, clock)
        self.rows: list[Row] = []
        self.fails = False

    async def get(self, tenant: bytes, key: bytes) -> Row | None:
        """The row, or the trouble."""
        if self.fails:
            msg = "gone"
            raise StageError(msg)
        return await super().get(tenant, key)

    async def put(self, row: Row) -> None:
        """Keep it."""
        self.rows.append(row)
        await super().put(row)


class School:
    """Processes that learn, over one cache."""

    def __init__(self, clock: ManualClock) -> None:
        """Nothing learnt."""
        self.clock, self.keeper, self.events = clock, Keeper(clock), list[Event]()
        self.bus = Bus([self], clock=clock)

    async def accept(self, events: Sequence[Event], /) -> None:
        """Hear."""
        self.events.extend(events)

    def process(self, **fields: Any) -> Learning:
        """One more."""
        given: dict[str, Any] = {
            "prior": BY_HAND, "scale": "cosine", "bound": 0.02, "lane": "default", "pepper": PEPPER, "patience": 60,
            "clock": self.clock, "caches": Caches(durable=self.keeper, volatile=self.keeper),
            "reporter": Reporter(bus=self.bus, lane="default", clock=self.clock), **fields,
        }  # fmt: skip
        return Learning(**given)


@pytest.fixture
async def school(clock: ManualClock) -> AsyncIterator[School]:
    """Somewhere to learn."""
    school = School(clock)
    yield school
    await school.keeper.aclose()


def teach(learning: Learning, times: int = 60, *, score: float = 0.905, same: bool = False) -> None:
    """Say so many times that it was wrong."""
    for _ in range(times):
        learning.learn(score, same=same, source=Source.FREE)


async def test_wrong_answers_raise_what_is_needed_at_once(school: School) -> None:
    """For all bounds; a looser one needs less."""
    learning = school.process()
    assert learning.needed(0.02) == learning.needed(0.02) == UNLEARNT
    teach(learning, score=0.93)

    assert learning.needed(0.02) > UNLEARNT
    assert learning.needed(0.1) <= learning.needed(0.02)
    assert learning.estimate().labels == 60


async def test_what_was_learnt_survives_a_restart(school: School) -> None:
    """It is read at the start."""
    learning = school.process()
    teach(learning)
    learning.saw(None, normalised=True)
    await learning.share()

    again = school.process()
    assert again.needed(0.02) == UNLEARNT
    await again.share()

    assert again.needed(0.02) == learning.needed(0.02) > UNLEARNT
    assert again.estimate() == learning.estimate()


async def test_processes_pool_what_they_learnt(school: School) -> None:
    """Each adds its own, and takes over the others'; twice is not counted twice."""
    one, other = school.process(), school.process()
    teach(one, 10)
    teach(other, 7)
    for learning in (one, other, one, other):
        await learning.share()

    assert one.estimate().labels == other.estimate().labels == 17


async def test_nothing_new_is_not_written(school: School) -> None:
    """A gateway without calls leaves the disk alone; it still hears of others."""
    learning = school.process()
    await learning.share()
    teach(learning, 1)
    await learning.share()
    await learning.share()

    assert len(school.keeper.rows) == 1


async def test_a_store_in_trouble_loses_nothing(school: School) -> None:
    """What was learnt is added the next time."""
    learning = school.process()
    teach(learning, 5)
    school.keeper.fails = True
    with pytest.raises(StageError):
        await learning.share()
    assert learning.estimate().labels == 5

    school.keeper.fails = False
    await learning.share()
    again = school.process()
    await again.share()
    assert again.estimate().labels == 5


async def test_a_row_that_is_gone_is_written_again(school: School) -> None:
    """A full store may have let go of it."""
    learning = school.process()
    teach(learning, 5)
    await learning.share()
    (row,) = school.keeper.rows
    await school.keeper.delete(row.tenant, [row.key])
    await learning.share()

    again = school.process()
    await again.share()
    assert again.estimate().labels == 5


@pytest.mark.parametrize("answer", [b"", b"\x00" * 100])
async def test_a_row_that_does_not_open_is_none(school: School, answer: bytes) -> None:
    """Changed on the disk, or another version's: it is replaced."""
    learning = school.process()
    teach(learning, 5)
    await learning.share()
    await school.keeper.put(replace(school.keeper.rows[0], answer=answer))
    teach(learning, 1)
    await learning.share()

    assert learning.estimate().labels == 6


async def test_counts_of_another_shape_are_none(school: School) -> None:
    """Another version had other bins."""
    learning = school.process()
    teach(learning, 5)
    await learning.share()
    caller, row = system(PEPPER, "default"), school.keeper.rows[0]
    strange = msgspec.msgpack.encode(Tally(seen=[1.0]))
    await school.keeper.put(seal(caller, row.key, replace(open_entry(caller, row), body=strange)))

    again = school.process()
    await again.share()
    assert again.estimate().labels == again.lookups == 0


@pytest.mark.parametrize("other", [{"pepper": PEPPER[::-1]}, {"lane": "blau"}, {"scale": "head"}])
async def test_other_gateways_lanes_and_scorers_are_apart(school: School, other: dict[str, Any]) -> None:
    """Scores of another scorer are other numbers."""
    learning = school.process()
    teach(learning)
    await learning.share()
    stranger = school.process(**other)
    await stranger.share()

    assert stranger.estimate().labels == 0


async def test_the_disk_does_not_tell_what_was_learnt(school: School) -> None:
    """It is sealed like an answer, and no label, vector or partition leads to it."""
    learning = school.process()
    teach(learning)
    await learning.share()

    (row,) = school.keeper.rows
    assert (row.partition, row.vector, row.labels) == (b"", b"", ())
    assert b"seen" not in row.answer


async def test_complaints_count_and_praise_does_not(school: School) -> None:
    """Who is content says nothing, so praise is no sample of what was right."""
    learning = school.process()
    for _ in range(20):
        learning.learn(0.95, same=True, source=Source.FEEDBACK)
    assert learning.needed(0.02) == UNLEARNT
    for _ in range(20):
        learning.learn(0.95, same=False, source=Source.FEEDBACK)

    assert learning.needed(0.02) > UNLEARNT


async def test_a_verdict_on_the_same_words_teaches_nothing(school: School) -> None:
    """It has no score; it is told all the same."""
    learning = school.process()
    learning.learn(None, same=False, source=Source.FEEDBACK, call_id="wl_7", tenant="abc")
    await school.bus.flush()

    (event,) = school.events
    assert isinstance(event, VerdictGiven)
    assert (event.call_id, event.tenant, event.score, event.same, event.source) == (
        "wl_7", "abc", None, False, Source.FEEDBACK,
    )  # fmt: skip
    assert learning.estimate().labels == 0


async def test_what_follows_is_told_with_each_sharing(school: School) -> None:
    """For the metrics."""
    learning = school.process()
    teach(learning, 3)
    await learning.share()
    await school.bus.flush()

    event = school.events[-1]
    assert isinstance(event, WrongShareEstimated)
    assert (event.wrong, event.needed, event.labels) == (learning.estimate().wrong, learning.needed(0.02), 3)


async def test_lookups_change_what_is_needed_after_a_while(school: School) -> None:
    """Many hits by the same words pay for more wrong ones by meaning."""
    learning = school.process()
    before = learning.needed(0.01)
    for _ in range(5000):
        learning.saw(None, normalised=True)

    assert learning.needed(0.01) < before


async def test_what_is_needed_is_not_worked_out_for_each_of_many_labels(school: School) -> None:
    """It takes a while, and one in thousands changes little; with few labels each counts at once."""
    learning = school.process()
    seen = {learning.needed(0.02)}
    for _ in range(40):
        learning.learn(0.93, same=False, source=Source.FREE)
        seen.add(learning.needed(0.02))
    few = learning.estimate()
    learning.learn(0.93, same=False, source=Source.FREE)
    assert learning.estimate() != few
    assert len(seen) > 2
    teach(learning, 5000, score=0.93, same=True)
    learning.learn(0.93, same=False, source=Source.FREE)
    before = learning.needed(0.011)
    teach(learning, 50, score=0.99)
    assert learning.needed(0.011) == before
    teach(learning, 200, score=0.99)
    assert learning.needed(0.011) > before


async def test_any_number_of_bounds_may_be_named(school: School) -> None:
    """By callers; none is remembered for ever."""
    learning = school.process()
    assert len({learning.needed(number / 1000) for number in range(1, 200)}) < BINS
