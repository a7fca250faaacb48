"""The vetoes that a gateway asks."""

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.registry import every


def test_no_class_is_there_twice() -> None:
    """Switching a class off switches it off."""
    names = [veto.name for veto in every()]
    assert len(names) == len(set(names))


def test_nobody_objects_to_the_same_text() -> None:
    """A prompt asks what it asks."""
    examiner = Examiner(every())
    for text in ("What is 3 - 5?", "Ist das nicht Paris?", "`ls -la` from A to B in 5 km", "", "法国的首都"):
        assert examiner.objections(examiner.read(text), examiner.read(text)) == ()
