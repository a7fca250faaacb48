"""What a call would get from the cache, and why: told to the caller whose call it is, instead of an answer.

Nothing is forwarded, kept, counted or learned of it. Pure, once the lookup was asked.

It holds the caller's own prompts, so it goes to nobody else: no event, no log, no trace has any of it.
"""

import msgspec
from msgspec.structs import replace

from warmlane import ids
from warmlane.events import Outcome
from warmlane.lookup import Lookup, Tiers
from warmlane.match.bound import Estimate
from warmlane.match.judge import Gate, Weighed
from warmlane.match.normalise import normalise
from warmlane.match.vetoes import VetoName
from warmlane.model import Head, Value
from warmlane.policy import Look
from warmlane.status import gate_of
from warmlane.trip import Found, Neighbour, Trip

_OK = 200

_WHAT = {
    Outcome.EXACT: "the same request was answered",
    Outcome.NORMALISED: "the same words were answered",
    Outcome.NEAR: "a judge found right for these words too what was answered",  # a signpost led there
}


class Said(Value, frozen=True, kw_only=True):
    """A veto that spoke: its class, and what the two prompts disagree on."""

    veto: VetoName
    about: str

    def __repr__(self) -> str:
        """Never the words."""
        return f"Said({self.veto})"


class Nearby(Value, frozen=True, kw_only=True):
    """A kept question that was judged. `age` is in seconds; `gate` is what refused it, None: it may be served."""

    key: str
    prompt: str
    age: int
    similarity: float
    score: float
    gate: str | None
    vetoes: tuple[Said, ...]

    def __repr__(self) -> str:
        """Never the prompt."""
        return f"Nearby({self.key})"


class Planned(Value, frozen=True, kw_only=True):
    """What the cache may do with the call: ask, keep for `ttl` seconds; from which cosine, at which share of wrong."""

    read: bool
    write: bool
    ttl: int
    threshold: float
    bound: float


class Explanation(Value, frozen=True, kw_only=True, omit_defaults=True):
    """The whole of it. Members that do not apply are left out.

    `bypass`: why the cache is not asked. `exact_only`: why nothing near is looked for. `known`: of a batch, how many.
    `estimate` is the share of hits by meaning that is likely to be wrong, of the whole lane.
    `outcome` is what the call would get, and `otherwise` what the search by meaning says behind an earlier hit.
    """

    verdict: str
    outcome: str
    path: str
    provider: str
    dialect: str | None
    model: str
    lane: str
    otherwise: str | None = None
    plan: Planned | None = None
    bypass: str | None = None
    exact_only: str | None = None
    failed: str | None = None
    known: str | None = None
    key: str | None = None
    normalised_key: str | None = None
    normalised_text: str | None = None
    partition: str | None = None
    embedder: str | None = None
    needed: float | None = None
    estimate: Estimate | None = None
    candidates: tuple[Nearby, ...] = ()

    def __repr__(self) -> str:
        """Never the texts."""
        return f"Explanation({self.outcome})"


async def explain(trip: Trip, lookup: Lookup, *, lane: str) -> tuple[Head, bytes]:
    """The answer to a call that is to be explained; `lane` is the name of its lane."""
    tiers = Tiers()
    if isinstance(trip.plan, Look) and trip.caller is not None:
        if trip.batch is not None:
            await lookup.find_each(trip, trip.batch, trip.plan, trip.caller)
        else:
            tiers = await lookup.inspect(trip, trip.plan, trip.caller)
    return encode(explanation(trip, tiers, lane=lane, embedder=lookup.embedder), trip.call.id)


def explanation(trip: Trip, tiers: Tiers, *, lane: str, embedder: str) -> Explanation:
    """What `trip` would get, after `tiers` were asked."""
    call = trip.call
    look = trip.plan if isinstance(trip.plan, Look) else None
    found = None if look is None or not look.read else tiers.same or tiers.normal or tiers.near
    outcome = Outcome.BYPASS if look is None else Outcome.MISS
    said = Explanation(
        verdict=_verdict(trip, tiers, found),
        outcome=outcome if found is None else found.outcome,
        path=call.path,
        provider=call.provider,
        dialect=call.dialect,
        model=trip.model,
        lane=lane,
        exact_only=trip.not_near,
        failed=trip.failed,
    )
    if look is None:
        return replace(said, bypass=trip.why)
    said = replace(said, plan=_planned(look))
    if trip.batch is not None:
        return replace(said, known=trip.batch.share)
    said = replace(said, key=ids.of_entry(trip.key).decode())
    return said if trip.normal_key is None else _by_meaning(said, trip, look, tiers, embedder)


def _by_meaning(said: Explanation, trip: Trip, look: Look, tiers: Tiers, embedder: str) -> Explanation:
    """`said`, with what a search by meaning is about."""
    assert trip.normal_key is not None
    earlier = tiers.same or tiers.normal
    return replace(
        said,
        otherwise=None if earlier is None or not look.read else _near(trip, look, tiers.near),
        normalised_key=trip.normal_key.hex(),
        normalised_text=normalise(trip.text),
        partition=trip.partition.hex() or None,
        embedder=embedder if trip.partition else None,
        needed=trip.needed,
        estimate=trip.estimate,
        candidates=tuple([_nearby(trip, each) for each in trip.neighbours]),
    )


def encode(said: Explanation, call_id: str) -> tuple[Head, bytes]:
    """Head and body of the answer."""
    body = msgspec.json.encode(said)
    headers = (
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-cache-debug", b"explain"),
        (b"x-request-id", call_id.encode()),
    )
    return Head(status=_OK, headers=headers), body


def _verdict(trip: Trip, tiers: Tiers, found: Found | None) -> str:
    look = trip.plan
    if not isinstance(look, Look):
        return f"Forwarded: the cache is not asked ({trip.why})."
    if not look.read:
        return "Forwarded: the caller wants a fresh answer."
    if trip.batch is not None:
        return f"Of the inputs, each of which is matched exactly, {trip.batch.share} are known."
    if found is None and trip.must_prove:
        return "Forwarded: one real call must first show that this key still works."
    if found is None or found is tiers.near:
        return _near(trip, look, found)
    return f"Served: {_WHAT[found.outcome]} {_age(trip, found.kept.entry.made)} s ago."


def _near(trip: Trip, look: Look, found: Found | None) -> str:
    """What the search by meaning says."""
    if trip.failed is not None:
        return f"Forwarded: the cache could not say ({trip.failed} failed)."
    if trip.not_near is not None:
        return f"Forwarded: it was not asked before, and nothing near would do ({trip.not_near})."
    if found is not None:
        return f"Served: a question that means the same scores {_number(trip.score)}; {_number(trip.needed)} is needed."
    if not trip.neighbours:
        return "Forwarded: nothing like it is kept."
    return f"Forwarded: {_refused(trip, trip.neighbours[0].weighed, look)}"


def _refused(trip: Trip, best: Weighed, look: Look) -> str:
    """Why the likeliest candidate is not served, after "Forwarded: "."""
    if best.gate is Gate.THRESHOLD:
        return f"the likeliest question has a cosine of {best.similarity:.4f}; {look.threshold:.4f} is needed."
    if best.gate is Gate.VETO:
        first = best.objections[0]
        return f"the likeliest question differs in {first.veto}: {first.about}."
    if best.gate is Gate.SCORE:
        return (
            f"the likeliest question scores {_number(best.score)}; {_number(trip.needed)} is needed for at most "
            f"{look.bound:.1%} of wrong hits."
        )
    if trip.gate == Gate.CAUGHT:
        return "the answer to the likeliest question was caught wrong before."
    return "the answer to the likeliest question cannot be had in this mode."


def _nearby(trip: Trip, near: Neighbour) -> Nearby:
    weighed = near.weighed
    return Nearby(
        key=ids.of_entry(near.key).decode(),
        prompt=near.entry.prompt,
        age=_age(trip, near.entry.made),
        similarity=round(weighed.similarity, 4),
        score=round(weighed.score, 4),
        gate=gate_of(weighed.refused_by),
        vetoes=tuple([Said(veto=each.veto, about=each.about) for each in weighed.objections]),
    )


def _planned(look: Look) -> Planned:
    return Planned(read=look.read, write=look.write, ttl=look.ttl, threshold=look.threshold, bound=look.bound)


def _age(trip: Trip, made: float) -> int:
    return max(0, round(trip.at - made))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
