"""All that a run found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.bodies import conversation, served
from eval.gates import Gates
from eval.pairs import Paired, Pairs, Served
from eval.policies import ALL, DEFAULT, EXACT, Policy
from eval.sources import Bodies, Material, Pair
from eval.stream import Run, answered, ground
from eval.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Results:
    """By stream the runs of all policies; pairs under all policies; whole bodies by kind, under the default.

    `fow` and `conversations` None: the package is not there. `last` is what a cache does with conversations that looks
    at the last message alone.
    """

    material: Material
    streams: Mapping[str, Sequence[Run]]
    pairs: Sequence[Paired]
    bodies: Mapping[str, Served]
    fow: Sequence[Paired] | None
    conversations: Mapping[str, Served] | None
    last: Served | None


def measured(material: Material, vectors: Vectors, gates: Gates) -> Results:
    """Ask everything. Raises: KeyError for a text that was not embedded."""
    pairs = Pairs(vectors, gates)
    sure = [pair for pair in material.pairs if pair.is_sure]
    has_fow = material.fow is not None
    return Results(
        material=material,
        streams={name: list(_runs(material, name, vectors, gates)) for name in material.streams},
        pairs=_paired(sure, pairs),
        bodies=_by_kind(material.bodies, pairs),
        fow=None if material.fow is None else _paired(material.fow, pairs),
        conversations=_by_kind(material.conversations, pairs) if has_fow else None,
        last=_last(material.conversations, pairs) if has_fow else None,
    )


def _runs(material: Material, name: str, vectors: Vectors, gates: Gates) -> Iterator[Run]:
    on = ground(material.streams[name], vectors)
    return (answered(on, policy, gates) for policy in ALL)


def _paired(some: Sequence[Pair], pairs: Pairs) -> list[Paired]:
    return [pairs.asked(some, policy) for policy in ALL if policy is not EXACT]


def _by_kind(some: Sequence[Bodies], pairs: Pairs) -> dict[str, Served]:
    found: dict[str, Served] = {}
    for bodies in some:
        _add(found.setdefault(bodies.kind, Served()), bodies, served=served(bodies, DEFAULT, pairs))
    return found


def _last(some: Sequence[Bodies], pairs: Pairs) -> Served:
    found, policy = Served(), Policy("", threshold=0.85)
    for bodies in some:
        last = conversation(bodies)
        _add(found, bodies, served=pairs.serves(last.a, last.b, policy))
    return found


def _add(count: Served, bodies: Bodies, *, served: bool) -> None:
    count.add(Pair("", "", bodies.same, bodies.kind, ""), served=served)
