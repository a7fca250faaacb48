"""Prompts of our own: phrasings with slots, filled in, with the noise that prompts have."""

import random
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_SLOT = re.compile(r"\{(\w+?)\}")
_POLITE = ("please {}", "{} please", "hi, {}", "can you tell me {}", "{}, thanks", "hey, quick question: {}")


class Prompt(NamedTuple):
    """`cluster`: the same for all that share an answer. `group`: what must not be on both sides of a validation."""

    text: str
    cluster: str
    group: str


class Pair(NamedTuple):
    """Two prompts, and whether they share an answer."""

    one: str
    other: str
    same: bool
    group: str


class _Family(NamedTuple):
    name: str
    slots: Mapping[str, tuple[str, ...]]
    asks: tuple[tuple[str, ...], ...]


def families() -> tuple[_Family, ...]:
    """What `families.toml` says."""
    said = tomllib.loads(Path(__file__).with_name("families.toml").read_text(encoding="utf-8"))
    return tuple(
        _Family(
            name,
            {slot: tuple(some.split("|")) for slot, some in family.items() if slot != "asks"},
            tuple(tuple(ask) for ask in family["asks"]),
        )
        for name, family in said.items()
    )


def prompts(chance: random.Random, count: int) -> list[Prompt]:
    """About `count` of them: a few fillings of each ask, one to four phrasings of each filling, in random order."""
    some = families()
    asks = sum(len(family.asks) for family in some)
    made = [
        prompt
        for family in some
        for number in range(len(family.asks))
        for _ in range(max(1, count // (2 * asks)))
        for prompt in _asked(chance, family, number)
    ]
    chance.shuffle(made)
    return list({prompt.text: prompt for prompt in made}.values())


def pairs(chance: random.Random, count: int) -> list[Pair]:
    """`count` of them: a third are the same, the others near misses of every kind."""
    some, made = families(), []
    while len(made) < count:
        family = chance.choice(some)
        number = chance.randrange(len(family.asks))
        filling = _filling(chance, family, family.asks[number])
        pair = chance.choice((_same, _same, _other_slot, _other_slot, _turned, _other_ask))(
            chance, family, number, filling
        )
        if pair is not None and pair.one != pair.other:
            made.append(pair)
    return made


def noisy(chance: random.Random, text: str) -> str:
    """As people type: with politeness, in small letters, with a question mark, mistyped."""
    if chance.random() < 0.5:
        text = text[0].upper() + text[1:]
    if chance.random() < 0.5:
        text += chance.choice("??.")
    if chance.random() < 0.15:
        text = text.lower()
    if chance.random() < 0.15:
        text = chance.choice(_POLITE).format(text)
    if chance.random() < 0.1:
        text = _mistyped(chance, text)
    return text


def _asked(chance: random.Random, family: _Family, number: int) -> Iterator[Prompt]:
    ask = family.asks[number]
    filling = _filling(chance, family, ask)
    used = {name: filling[name] for name in sorted(set(_SLOT.findall(" ".join(ask))))}
    cluster = f"{family.name}/{number}/{'/'.join(used.values())}"
    for phrasing in chance.sample(ask, min(len(ask), chance.choice((1, 1, 2, 2, 3, 4)))):
        yield Prompt(noisy(chance, _filled(phrasing, filling)), cluster, family.name)


def _filling(chance: random.Random, family: _Family, ask: tuple[str, ...]) -> dict[str, str]:
    """A value for each slot: no two alike."""
    filling: dict[str, str] = {}
    for name in sorted(set(_SLOT.findall(" ".join(ask)))):
        free = [value for value in family.slots[name.rstrip(string.digits)] if value not in filling.values()]
        filling[name] = chance.choice(free)
    return filling


def _filled(phrasing: str, filling: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: filling[slot[1]], phrasing)


def _two(chance: random.Random, ask: tuple[str, ...]) -> tuple[str, str]:
    return chance.choice(ask), chance.choice(ask)


def _same(chance: random.Random, family: _Family, number: int, filling: dict[str, str]) -> Pair:
    one, other = (noisy(chance, _filled(each, filling)) for each in _two(chance, family.asks[number]))
    return Pair(one, other, True, family.name)  # noqa: FBT003 - the label


def _other_slot(chance: random.Random, family: _Family, number: int, filling: dict[str, str]) -> Pair | None:
    if not filling:
        return None
    name = chance.choice(sorted(filling))
    free = [value for value in family.slots[name.rstrip(string.digits)] if value not in filling.values()]
    one, other = _two(chance, family.asks[number])
    changed = filling | {name: chance.choice(free)}
    if not (f"{{{name}}}" in one and f"{{{name}}}" in other):
        return None
    return _different(chance, _filled(one, filling), _filled(other, changed), family)


def _turned(chance: random.Random, family: _Family, number: int, filling: dict[str, str]) -> Pair | None:
    """The same two things the other way round, where that is something else."""
    twin = next((name for name in filling if f"{name}2" in filling), None)
    one, other = _two(chance, family.asks[number])
    symmetric = any(
        word in f"{one} {other}" for word in ("difference between", "combined", "together", "plus", "sum of")
    )
    if twin is None or symmetric or "times" in family.asks[number][0]:
        return None
    changed = filling | {twin: filling[f"{twin}2"], f"{twin}2": filling[twin]}
    return _different(chance, _filled(one, filling), _filled(other, changed), family)


def _other_ask(chance: random.Random, family: _Family, number: int, filling: dict[str, str]) -> Pair | None:
    """The same things, but something else is asked about them; next to each other stand opposites."""
    near = number + chance.choice((-1, 1)) if chance.random() < 0.5 else chance.randrange(len(family.asks))
    if near == number or not 0 <= near < len(family.asks):
        return None
    filling = _filling(chance, family, family.asks[near]) | filling
    one, other = chance.choice(family.asks[number]), chance.choice(family.asks[near])
    return _different(chance, _filled(one, filling), _filled(other, filling), family)


def _different(chance: random.Random, one: str, other: str, family: _Family) -> Pair:
    return Pair(noisy(chance, one), noisy(chance, other), False, family.name)  # noqa: FBT003 - the label


def _mistyped(chance: random.Random, text: str) -> str:
    """Two letters of a long word changed round."""
    long = list(re.finditer(r"[a-z]{6,}", text))
    if not long:
        return text
    at = chance.choice(long).start() + chance.randrange(1, 4)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
