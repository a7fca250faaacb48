"""Which side of a topic a text takes."""

from warmlane.match.sides import Sides, Tongues, opposed
from warmlane.match.words import split

SIDES = Sides(["cheap cheaper | dear most_expensive", "short | tall", "short | long"], "short_story dear_john")


def found(text: str) -> frozenset[tuple[int, str]]:
    """What `text` takes."""
    return SIDES.find(split(text))


def test_a_side_is_named_by_its_first_word() -> None:
    """Words of a side are one."""
    assert found("the cheaper one") == found("Cheap?") == {(0, "cheap")}
    assert found("the most expensive one") == {(0, "dear")}


def test_a_word_takes_sides_in_all_its_topics() -> None:
    """Who is short is not tall; what is short is not long."""
    assert opposed(found("short"), found("tall")) == "short / tall"
    assert opposed(found("long"), found("short")) == "long / short"
    assert opposed(found("long"), found("tall")) is None


def test_an_idle_phrase_takes_no_side() -> None:
    """A word in a name says nothing."""
    assert found("a short story by Dear John") == frozenset()


def test_who_names_both_sides_is_opposed_to_none() -> None:
    """A comparison asks about both."""
    assert opposed(found("cheap or dear"), found("dear")) is None
    assert opposed(found("cheap or dear"), found("cheap or dear")) is None


def test_languages_have_their_own_topics() -> None:
    """Of a text that may be in any, the first that finds something speaks; the topics of two are never one."""
    tongues = Tongues({"en": {"topics": ["cheap | dear"], "idle": "dear_john"}, "de": {"topics": ["billig | teuer"]}})
    assert tongues.find("de", ("teuer", "cheap")) == tongues.find(None, ("teuer",)) != frozenset()
    assert tongues.find("en", ("teuer",)) == tongues.find("fi", ("cheap",)) == frozenset()
    assert opposed(tongues.find(None, ("cheap",)), tongues.find("de", ("teuer",))) is None


def test_an_article_melts_into_its_word() -> None:
    """French and Italian have it before most vowels."""
    assert Tongues({"fr": {"topics": ["employeur | employé"]}}).find("fr", ("l'employeur",)) == {(0, "employeur")}
