"""What the very same bytes were answered."""

from samples import a_find
from warmlane.controls import NOTHING_SAID
from warmlane.trip import Found, Repeat
from warmlane.web.repeats import Repeats, told


def a_repeat(found: Found, *, lasting: bytes = b"") -> Repeat:
    """A hit that may come again."""
    return Repeat(
        found=found, lasting=lasting, controls=NOTHING_SAID, tenant=b"t" * 16, pseudonym="",
        provider="openai", dialect="openai_chat", operation="chat", model="m", streamed=False,
    )  # fmt: skip


def test_a_digest_stands_for_every_byte_that_can_matter() -> None:
    """URL, fields with their borders and order, body; not what a client tells of itself."""
    repeats = Repeats(bytes(32), max_bytes=10_000)
    base = repeats.digest(told(b"/a", [(b"x", b"1")]), b"{}")

    assert repeats.digest(told(b"/a", [(b"x", b"1"), (b"user-agent", b"u"), (b"x-stainless-os", b"L")]), b"{}") == base
    others = [
        repeats.digest(told(b"/b", [(b"x", b"1")]), b"{}"),
        repeats.digest(told(b"/a", [(b"x", b"2")]), b"{}"),
        repeats.digest(told(b"/a", [(b"x1", b"")]), b"{}"),
        repeats.digest(told(b"/a", [(b"x", b"1"), (b"y", b"")]), b"{}"),
        repeats.digest(told(b"/a", [(b"x", b"1"), (b"connection", b"x")]), b"{}"),
        repeats.digest(told(b"/a", []), b"x1{}"),
        repeats.digest(told(b"/a", [(b"x", b"1")]), b"{ }"),
        Repeats(bytes(31) + b"1", max_bytes=10_000).digest(told(b"/a", [(b"x", b"1")]), b"{}"),
    ]
    assert len({base, *others}) == len(others) + 1


def test_repeats_are_bounded_and_live_no_longer_than_their_answers() -> None:
    """The one put first leaves first; forgetting an answer reaches it here too."""
    repeats = Repeats(bytes(32), max_bytes=2 * 1500 + 2 * len(a_find().body))
    found = [a_find() for _ in range(3)]
    for name, one in zip((b"1", b"2", b"3"), found, strict=True):
        repeats.put(name, a_repeat(one))

    assert repeats.get(b"1") is None
    assert repeats.get(b"2") is not None
    found[1].kept.alive = False
    assert repeats.get(b"2") is None
    assert len(repeats) == 1
    found[2].kept.alive = False
    repeats.sweep()
    assert len(repeats) == 0


def test_a_repeat_takes_the_place_of_the_last() -> None:
    """Room is given back."""
    repeats = Repeats(bytes(32), max_bytes=2 * 1500 + 2 * len(a_find().body))
    for lasting in (b"1", b"2", b"3"):
        repeats.put(b"1", a_repeat(a_find(), lasting=lasting))
        repeats.put(b"2", a_repeat(a_find()))

    assert len(repeats) == 2
    known = repeats.get(b"1")
    assert known is not None
    assert known.lasting == b"3"


def test_what_comes_twice_is_worth_remembering() -> None:
    """The notes of what came are bounded: the oldest half goes, the younger is still known."""
    repeats = Repeats(bytes(32), max_bytes=10_000)
    bodies = [b"%d" % n for n in range(20_001)]

    assert not any(repeats.came_before(body) for body in bodies)
    assert repeats.came_before(bodies[-1])
    assert repeats.came_before(bodies[15_000])
    assert not repeats.came_before(bodies[0])
