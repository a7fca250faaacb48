"""A text read for all vetoes, and all vetoes asked."""

from warmlane.match.facts import Examiner
from warmlane.match.vetoes import VetoName
from warmlane.match.vetoes.number import Number

EXAMINER = Examiner([Number()])


def test_what_speaks_against_is_named() -> None:
    """The caller may see why."""
    a, b = EXAMINER.read("the top 3 songs"), EXAMINER.read("the top five songs")
    (objection,) = EXAMINER.objections(a, b)
    assert objection.veto is VetoName.NUMBER
    assert "3" in objection.about


def test_a_class_can_be_switched_off() -> None:
    """Where ages and doses change harmlessly, numbers may."""
    a, b = EXAMINER.read("the top 3 songs"), EXAMINER.read("the top five songs")
    assert EXAMINER.objections(a, b, off={VetoName.NUMBER}) == ()


def test_nothing_printed_holds_a_word() -> None:
    """What is printed may end in a log."""
    a, b = EXAMINER.read("secret 3"), EXAMINER.read("secret 5")
    assert "secret" not in repr(a)
    assert "5" not in repr(EXAMINER.objections(a, b))
