"""What callers call an answer, and hand back."""

import pytest

from samples import OTHER_SECRET, a_caller
from warmlane.ids import LONGEST, HitId, of_entry, of_hit, read

CALLER = a_caller()
ENTRY, PAIR = b"e" * 16, b"p" * 12


def handed_back(said: bytes) -> HitId:
    """What is read of an id that was said."""
    hit = read(said.decode())
    assert hit is not None
    return hit


def test_an_entry_is_called_by_its_key() -> None:
    """It proves nothing, and need not: whoever has it can only ask of what is theirs."""
    said = of_entry(ENTRY)

    assert said == b"k_" + b"65" * 16
    assert handed_back(said) == HitId(entry=ENTRY)
    assert handed_back(said).is_of(a_caller(OTHER_SECRET))


@pytest.mark.parametrize(
    ("score", "read_as"), [(None, None), (0.0, 0.0), (0.9731, 0.974), (0.974, 0.974), (1.0, 1.0), (1.5, 1.0)]
)
def test_a_hit_says_its_pair_and_its_score(score: float | None, read_as: float | None) -> None:
    """The score never below what it was, so that what was wrong with it is known to be wrong."""
    said = of_hit(CALLER, ENTRY, PAIR, score)
    hit = handed_back(said)

    assert (hit.entry, hit.pair, hit.score) == (ENTRY, PAIR, read_as)
    assert hit.is_of(CALLER)
    assert said.startswith(of_entry(ENTRY) + b".")
    assert len(said) <= LONGEST


def test_nobody_can_make_one_up() -> None:
    """Not for another caller, entry, pair or score."""
    said = of_hit(CALLER, ENTRY, PAIR, 0.9).decode()

    assert not handed_back(said.encode()).is_of(a_caller(OTHER_SECRET))
    for forged in (
        said.replace(".900", ".901"),
        said.removesuffix(".900"),
        said.replace("k_65", "k_66"),
        said.replace(".70", ".71"),
    ):
        hit = read(forged)
        assert hit is not None
        assert not hit.is_of(CALLER)


KEPT = "k_" + "65" * 16
HIT = f"{KEPT}.{'70' * 16}"


@pytest.mark.parametrize(
    "text",
    ["", "k_", "x", "65" * 16, KEPT[:-2], "k_" + "6G" * 16, "k_" + "٣٣" * 16, KEPT.upper(), f"{KEPT}.", f"{KEPT}\n",
     f"{KEPT}.900", f"{HIT}.", f"{HIT}.1001", f"{HIT}.-1", f"{HIT}.007", f"{HIT}.07", f"{HIT}.900.1"],
)  # fmt: skip
def test_what_is_no_id_is_none(text: str) -> None:
    """One spelling for each, so that one id is one thing."""
    assert read(text) is None
