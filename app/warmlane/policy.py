"""What the cache may do with a call, and which answers it may keep. Pure: verdicts, nothing else."""

from typing import TypeAlias

from warmlane.controls import Controls
from warmlane.dialects.base import Ask, Finish
from warmlane.events import NoCache, NotNear
from warmlane.lanes import Lane, Mode, When
from warmlane.model import Caller, Value

_OK = 200


class Bypass(Value, frozen=True):
    """The cache is not asked, and keeps nothing."""

    why: NoCache


class Look(Value, frozen=True):
    """The cache is asked (`read`) and may keep the answer for `ttl` seconds (`write`).

    `not_near` None: one that means the same will do, with a cosine of at least `threshold`, as long as at most the
    share `bound` of such answers is wrong.
    """

    read: bool
    write: bool
    ttl: int
    not_near: NotNear | None
    threshold: float
    bound: float


Plan: TypeAlias = Bypass | Look


def plan(ask: Ask | None, controls: Controls, lane: Lane, caller: Caller | None) -> Plan:
    """Decide what the cache may do; look at nothing but the arguments. `ask` None: the body is not one we read."""
    mode = controls.mode or lane.mode
    if mode is Mode.OFF or (controls.no_cache and controls.no_store):
        return Bypass(why=NoCache.OFF)
    if ask is None:
        return Bypass(why=NoCache.UNREADABLE)
    if ask.never is not None:
        return Bypass(why=ask.never)
    if caller is None:
        return Bypass(why=NoCache.CREDENTIAL)
    # "Automatic where temperature is present and equals 0; otherwise by explicit opt-in."
    if not (ask.deterministic or controls.opted_in or lane.when is When.ALWAYS):
        return Bypass(why=NoCache.TEMPERATURE)
    bound = _bound(controls, lane)
    return Look(
        read=not controls.no_cache,
        write=not controls.no_store,
        ttl=min(controls.ttl or lane.ttl, lane.max_ttl),
        not_near=_not_near(mode, bound) or ask.not_near,
        # A caller may ask for more likeness than the lane does, never for less.
        threshold=max(controls.threshold or 0.0, lane.threshold),
        bound=bound,
    )


def _bound(controls: Controls, lane: Lane) -> float:
    """A caller may take fewer wrong answers than the lane does, never more."""
    said = controls.max_error_rate
    return lane.max_error_rate if said is None else min(said, lane.max_error_rate)


def _not_near(mode: Mode, bound: float) -> NotNear | None:
    if mode is Mode.EXACT:
        return NotNear.MODE
    return NotNear.BOUND if bound == 0 else None


def is_fresh(controls: Controls, age: float, left: float) -> bool:
    """Whether the caller takes an entry `age` seconds old that lives `left` more (RFC 9111 §5.2.1.1 to §5.2.1.3)."""
    if left <= 0 and (controls.max_stale is None or -left > controls.max_stale):
        return False
    if controls.max_age is not None and age > controls.max_age:
        return False
    return controls.min_fresh is None or left >= controls.min_fresh


def admit(status: int, encoding: bytes | None, size: int, finish: Finish | None, lane: Lane) -> NoCache | None:
    """Why an answer may not be kept; None when it may.

    `encoding` None: the bytes are the answer. `finish` None: it was cut, or too long to be read.
    """
    if status != _OK:
        return NoCache.STATUS
    if encoding is not None:
        return NoCache.ENCODED
    if size > lane.max_entry_bytes:
        return NoCache.SIZE
    if finish is None:
        return NoCache.INCOMPLETE
    return finish.refuse
