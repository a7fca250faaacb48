"""The same things the other way round: "from Rome to Oslo" and "from Oslo to Rome"."""

from collections.abc import Iterator, Sequence
from typing import Any

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.phrases import Phrases, meanings
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_REACH = 4
"""Tokens behind a preposition that it can be about."""

_MOST = 64
"""Tokens of texts in which things are looked for that changed places."""

_TWO = 2

_GOALS = frozenset({"to", "into", "onto", "toward", "towards"})

_COMPARED, _TARGET, _ELSE = "standard", "target", "else"  # parts: what is compared with, what it leads to, and none


class Thing(Value, frozen=True, kw_only=True):
    """A word that a text has once: its place, the part it plays ("target"), and what stands before it.

    `number` is the token before it if that is a number: 45 in "45 yards" goes with the yards. A number is its own.
    """

    at: int
    part: str
    number: str


class Directed(Value, frozen=True, kw_only=True):
    """The things in a text by their stems. `even`: it asks about two things alike; `joined`: places of "and", "or"."""

    things: dict[str, Thing]
    even: bool
    joined: frozenset[int]


class Direction:
    """Objects where two things changed parts, or only their places, or where it leads to another of the same names.

    Not where their prepositions came along ("to Rome from Oslo"), where they are joined by "and" or the question is
    about both alike ("between", "compare"), nor where one of them kept its number ("45 yards in meters", "how many
    meters in 45 yards").
    """

    name = VetoName.DIRECTION

    def __init__(self) -> None:
        """Read the words of direction."""
        self._said = {language: _Language(said) for language, said in lexicon("direction").items()}

    def read(self, words: Words) -> Directed | None:
        """Its things, and their parts; None where there is nothing to change round."""
        if len(words.content) < _TWO:
            return None
        said = self._said.get(words.language or "en", self._said["en"])
        return Directed(
            things=said.things(words),
            even=not said.both.isdisjoint(words.lower),
            joined=frozenset(at for at, word in enumerate(words.lower) if word in said.joins),
        )

    def objects(self, a: Read[Directed | None], b: Read[Directed | None]) -> str | None:
        """The two things that changed round."""
        one, other = a.fact, b.fact
        if one is None or other is None or a.words.lower == b.words.lower:
            return None
        moved = _places(a.words, b.words)
        if moved is not None:
            return None if not moved or _is_even(one, other, moved) else " <> ".join(a.words.tokens[at] for at in moved)
        changed = [
            (stem, thing, other.things[stem])
            for stem, thing in one.things.items()
            if stem in other.things and thing.part != other.things[stem].part
        ]
        alike = set(a.words.content) == set(b.words.content)
        for at, (stem, here, there) in enumerate(changed):
            for stem_2, here_2, there_2 in changed[at + 1 :]:
                if _swapped(here.part, there.part, here_2.part, there_2.part) and _turned(
                    (here, there), (here_2, there_2), alike=alike
                ):
                    return f"{stem} <> {stem_2}"
        return None if one.even and other.even else _other_goal(a.words, b.words, changed)


def _other_goal(a: Words, b: Words, changed: Sequence[tuple[str, Thing, Thing]]) -> str | None:
    """Two names or numbers of which one is where it leads to here, and the other there: "upgrade to 3.9", "to 3.12"."""
    named = [
        (stem, _is_goal(a, here), _is_goal(b, there))
        for stem, here, there in changed
        if _is_name(a.tokens[here.at]) or _is_name(b.tokens[there.at])
    ]
    mine = [stem for stem, is_goal, was_goal in named if is_goal and not was_goal]
    theirs = [stem for stem, is_goal, was_goal in named if was_goal and not is_goal]
    return f"{mine[0]} <> {theirs[0]}" if mine and theirs else None


def _is_goal(words: Words, thing: Thing) -> bool:
    """Whether "to" stands before it, or before the word before it; "in" leads nowhere."""
    return thing.part == _TARGET and not _GOALS.isdisjoint(words.lower[max(0, thing.at - 2) : thing.at])


def _is_name(token: str) -> bool:
    return token[0].isdecimal() or token[0].isupper()


def _swapped(here: str, there: str, here_2: str, there_2: str) -> bool:
    """Whether two things play each other's parts there, or what one is compared with is now compared."""
    compared = tuple(part == _COMPARED for part in (here, there, here_2, there_2))
    return (here, here_2) == (there_2, there) or compared in {(True, False, False, True), (False, True, True, False)}


def _turned(one: tuple[Thing, Thing], other: tuple[Thing, Thing], *, alike: bool) -> bool:
    """Whether two things that changed parts mean something else now. Each is here and there.

    Where one of them plays no part, that is so in texts of the same words (`alike`), and in comparisons.
    """
    (here, there), (here_2, there_2) = one, other
    compared = _COMPARED in {here.part, here_2.part}
    if here.part and here_2.part and not compared:
        return True
    if (here.number and here.number == there.number) or (here_2.number and here_2.number == there_2.number):
        return False
    return (here.at < here_2.at) != (there.at < there_2.at) and (alike or compared)


def _places(a: Words, b: Words) -> tuple[int, ...] | None:
    """The two places whose words changed round, all others being the same; None where the texts differ in more."""
    mine, theirs = a.lower, b.lower
    if len(mine) != len(theirs) or len(mine) > _MOST:
        return None
    places = tuple(at for at, word in enumerate(mine) if word != theirs[at])
    if len(places) != _TWO:
        return None
    first, second = places
    if (mine[first], mine[second]) != (theirs[second], theirs[first]):
        return None
    # Next to each other, words change places and mean the same: "is it", "it is"
    return places if second - first > 1 and {mine[first], mine[second]}.isdisjoint(_little(a)) else ()


def _little(words: Words) -> frozenset[str]:
    """Its words that carry no meaning, and its numbers, which are others' business."""
    content = frozenset(words.content)
    pairs = zip(words.lower, words.stems, strict=True)
    return frozenset(word for word, its_stem in pairs if its_stem not in content or word[0].isdecimal())


def _is_even(one: Directed, other: Directed, places: Sequence[int]) -> bool:
    """Whether the things at two places can be changed round."""
    first, second = places
    joined = any(first < at < second and second - first <= _REACH for at in one.joined & other.joined)
    return joined or (one.even and other.even)


class _Language:
    """The words of direction of one language."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.both, self.joins = listed(said["both"]), listed(said["joins"])
        self._parts = Phrases(meanings(said["parts"]))

    def things(self, words: Words) -> dict[str, Thing]:
        """What the text has once, with its part."""
        starts = {each.start: each for each in self._parts.find(words.lower)}
        content = frozenset(words.content)
        seen: dict[str, Thing | None] = {}
        for stem, thing in self._all(words, starts, content):
            seen[stem] = None if stem in seen else thing
        return {stem: thing for stem, thing in seen.items() if thing is not None}

    @staticmethod
    def _all(words: Words, starts: dict[int, Any], content: frozenset[str]) -> Iterator[tuple[str, Thing]]:
        part, left, skip = "", 0, 0
        for at, stem in enumerate(words.stems):
            if at in starts:
                part, left, skip = starts[at].meaning.replace(_ELSE, ""), _REACH, starts[at].end
            elif at >= skip:
                left -= 1
                if stem in content:
                    before = words.lower[at - 1] if at else ""
                    counted = before[:1].isdecimal() or before in {"a", "an"}
                    number = stem if stem[0].isdecimal() else before if counted else ""
                    yield stem, Thing(at=at, part=part if left >= 0 else "", number=number)
