"""Opened answers in RAM: bounded, short-lived, and forgotten for everyone at once."""

from samples import NOW, an_entry
from warmlane.clock import ManualClock
from warmlane.match.facts import Examiner
from warmlane.model import Entry
from warmlane.recent import Recent

TENANT, OTHER, KEY = b"t" * 16, b"u" * 16, b"k" * 16


def a_recent(clock: ManualClock, max_bytes: int = 1_000_000) -> Recent:
    """A memory of a minute."""
    return Recent(max_bytes=max_bytes, seconds=60, clock=clock)


def of_size(size: int) -> Entry:
    """An entry whose texts have so many bytes."""
    return an_entry(b"x" * size, prompt="")


def test_what_is_put_is_had_by_its_tenant_alone(clock: ManualClock) -> None:
    """Under its tenant and key; the same key of another tenant is another."""
    recent, entry = a_recent(clock), an_entry()
    kept = recent.put(TENANT, KEY, entry)

    assert recent.get(TENANT, KEY) is kept
    assert kept.entry is entry
    assert kept.alive
    assert recent.get(OTHER, KEY) is None
    assert recent.get(TENANT, b"l" * 16) is None


def test_it_is_remembered_for_a_short_time(clock: ManualClock) -> None:
    """At most `seconds`, so that what is deleted elsewhere is soon gone here."""
    recent = a_recent(clock)
    kept = recent.put(TENANT, KEY, an_entry())
    clock.advance(59)
    assert recent.get(TENANT, KEY) is kept
    clock.advance(1)

    assert recent.get(TENANT, KEY) is None
    assert not kept.alive
    assert len(recent) == 0


def test_it_never_outlives_its_entry(clock: ManualClock) -> None:
    """An entry that expires sooner goes then."""
    recent = a_recent(clock)
    recent.put(TENANT, KEY, an_entry(expires=NOW + 5))
    clock.advance(5)

    assert recent.get(TENANT, KEY) is None


def test_the_least_recently_used_leaves_first(clock: ManualClock) -> None:
    """Bounded in bytes: the texts, and a thousand for what Python adds."""
    recent = a_recent(clock, max_bytes=3 * 2000)
    kept = [recent.put(TENANT, bytes([n]), of_size(1000)) for n in range(3)]
    recent.get(TENANT, b"\0")
    recent.put(TENANT, b"\3", of_size(1000))

    assert [one.alive for one in kept] == [True, False, True]
    assert recent.get(TENANT, b"\1") is None
    assert len(recent) == 3


def test_room_that_is_given_back_can_be_used(clock: ManualClock) -> None:
    """Replacing and forgetting return their bytes."""
    recent = a_recent(clock, max_bytes=2 * 2000)
    for _ in range(5):
        recent.put(TENANT, KEY, of_size(1000))
        recent.put(TENANT, b"l", of_size(1000))
        recent.forget(TENANT, b"l")
    recent.put(TENANT, b"m", of_size(1000))

    assert len(recent) == 2


def test_what_is_too_large_is_not_remembered(clock: ManualClock) -> None:
    """Nor does it leave the memory in a state that cannot go on; the caller of put may still use it once."""
    recent = a_recent(clock, max_bytes=1500)
    kept = recent.put(TENANT, KEY, of_size(1000))

    assert not kept.alive
    assert kept.entry.body == b"x" * 1000
    assert recent.get(TENANT, KEY) is None
    assert recent.put(TENANT, KEY, of_size(100)).alive


def test_forgetting_reaches_everyone_who_remembers(clock: ManualClock) -> None:
    """Whoever holds a `Kept` sees that it no longer lives; forgetting what is not there is fine."""
    recent = a_recent(clock)
    first, other = recent.put(TENANT, KEY, an_entry()), recent.put(OTHER, KEY, an_entry())
    second = recent.put(TENANT, KEY, an_entry())
    assert (first.alive, second.alive) == (False, True)
    recent.forget(TENANT, b"unknown")
    recent.forget_tenant(TENANT)

    assert (second.alive, other.alive) == (False, True)
    assert recent.get(OTHER, KEY) is other


def test_sweeping_lets_no_answer_linger(clock: ManualClock) -> None:
    """Also those that nobody asks for again."""
    recent = a_recent(clock)
    old = recent.put(TENANT, KEY, an_entry())
    clock.advance(30)
    young = recent.put(OTHER, KEY, an_entry())
    clock.advance(30)
    recent.sweep()

    assert (old.alive, young.alive) == (False, True)
    assert len(recent) == 1


def test_clear_forgets_everything(clock: ManualClock) -> None:
    """And what was held is dead."""
    recent = a_recent(clock)
    kept = recent.put(TENANT, KEY, an_entry())
    recent.clear()

    assert len(recent) == 0
    assert not kept.alive


def test_what_is_known_of_a_prompt_stays_with_it_and_weighs(clock: ManualClock) -> None:
    """Facts are many small objects: they must count against the bound on memory."""
    recent = Recent(max_bytes=8_000, seconds=60, clock=clock)
    facts = Examiner(()).read("a")
    older, newer = (recent.put(b"t", key, an_entry()) for key in (b"1", b"2"))
    recent.learn(newer, facts)
    assert newer.facts is facts
    assert recent.get(b"t", b"1") is older

    recent.learn(older, facts)

    assert len(recent) == 1
    recent.clear()
    recent.learn(older, facts)
    assert recent.put(b"t", b"3", an_entry()).alive
