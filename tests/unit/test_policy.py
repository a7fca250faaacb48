"""What the cache may do with a call, and which answers it may keep."""

from typing import Any

import msgspec
import pytest

from samples import a_body, a_caller, an_ask
from warmlane.controls import NOTHING_SAID, Controls
from warmlane.dialects.base import Finish
from warmlane.events import NoCache, NotNear
from warmlane.lanes import Lane, Mode, When
from warmlane.policy import Bypass, Look, admit, is_fresh, plan

CALLER = a_caller()
GOOD = Finish(refuse=None, exact_only=False, usage=None, model="m")


def plan_of(body: dict[str, Any] | None = None, controls: Controls = NOTHING_SAID, lane: Lane | None = None) -> Any:
    """The plan for a request of somebody with a key."""
    return plan(an_ask(body), controls, lane or Lane(), CALLER)


def test_temperature_zero_is_cached_without_asking() -> None:
    """Contract §6: automatic where temperature is present and equals 0, for the lane's time."""
    assert plan_of() == Look(read=True, write=True, ttl=86_400, not_near=None, threshold=0.85, bound=0.02)


@pytest.mark.parametrize("members", [{"temperature": 0.7}, {"temperature": None}, {"temperature": "0"}])
def test_any_other_temperature_is_not(members: dict[str, Any]) -> None:
    """Absent means the provider's default, which is not 0."""
    assert plan_of(a_body(**members)) == Bypass(why=NoCache.TEMPERATURE)


def test_an_absent_temperature_is_not_zero() -> None:
    """The rule says "present"."""
    body = a_body()
    del body["temperature"]

    assert plan_of(body) == Bypass(why=NoCache.TEMPERATURE)


@pytest.mark.parametrize(
    ("controls", "lane"),
    [
        (Controls(mode=Mode.EXACT), Lane()),
        (Controls(mode=Mode.AUTO), Lane()),
        (Controls(ttl=60), Lane()),
        (NOTHING_SAID, Lane(when=When.ALWAYS)),
    ],
)
def test_an_opt_in_overrides_the_temperature(controls: Controls, lane: Lane) -> None:
    """By the caller or by the lane."""
    assert isinstance(plan_of(a_body(temperature=0.7), controls, lane), Look)


@pytest.mark.parametrize(
    ("controls", "lane"),
    [
        (Controls(mode=Mode.OFF), Lane()),
        (NOTHING_SAID, Lane(mode=Mode.OFF)),
        (Controls(no_cache=True, no_store=True), Lane()),
        (Controls(no_cache=True, no_store=True, mode=Mode.AUTO), Lane()),
    ],
)
def test_off_is_off(controls: Controls, lane: Lane) -> None:
    """Neither read nor stored, whoever said so; both halves said apart are the whole."""
    assert plan_of(None, controls, lane) == Bypass(why=NoCache.OFF)


def test_a_caller_may_switch_on_what_the_lane_has_off() -> None:
    """The caller outranks the lane."""
    assert isinstance(plan_of(None, Controls(mode=Mode.AUTO), Lane(mode=Mode.OFF)), Look)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"n": 2}, NoCache.CHOICES),
        ({"store": True}, NoCache.SERVER_STATE),
        ({"web_search_options": {}}, NoCache.HOSTED_TOOLS),
        ({"modalities": ["audio"]}, NoCache.MEDIA),
        ({"messages": "hello"}, NoCache.UNREADABLE),
    ],
)
def test_what_may_never_be_cached_is_not_for_any_opt_in(members: dict[str, Any], why: NoCache) -> None:
    """Contract §6, "Never"."""
    assert plan_of(a_body(**members), Controls(mode=Mode.AUTO, ttl=60)) == Bypass(why=why)


def test_without_a_body_that_all_read_alike_there_is_no_caching() -> None:
    """It is the provider's to judge."""
    assert plan(None, Controls(mode=Mode.AUTO), Lane(), CALLER) == Bypass(why=NoCache.UNREADABLE)


def test_without_a_credential_there_is_no_tenant() -> None:
    """Nothing to derive one from: forwarded, never cached."""
    assert plan(an_ask(), Controls(mode=Mode.AUTO), Lane(), None) == Bypass(why=NoCache.CREDENTIAL)


@pytest.mark.parametrize(
    ("controls", "read", "write"),
    [(Controls(no_cache=True), False, True), (Controls(no_store=True), True, False)],
)
def test_no_cache_still_stores_and_no_store_still_reads(controls: Controls, *, read: bool, write: bool) -> None:
    """Each forbids its own half."""
    look = plan_of(None, controls)

    assert (look.read, look.write) == (read, write)


@pytest.mark.parametrize(
    ("controls", "lane", "ttl"),
    [
        (NOTHING_SAID, Lane(ttl=60), 60),
        (Controls(ttl=5), Lane(), 5),
        (Controls(ttl=259_200), Lane(max_ttl=3600), 3600),
        (NOTHING_SAID, Lane(ttl=7200, max_ttl=3600), 3600),
    ],
)
def test_an_answer_lives_as_long_as_the_caller_says_and_the_lane_allows(
    controls: Controls, lane: Lane, ttl: int
) -> None:
    """The lane's `max_ttl` bounds both."""
    assert plan_of(None, controls, lane).ttl == ttl


@pytest.mark.parametrize(("said", "threshold"), [(None, 0.85), (0.95, 0.95), (0.5, 0.85), (0.0, 0.85)])
def test_a_caller_may_ask_for_more_likeness_never_for_less(said: float | None, threshold: float) -> None:
    """Contract §5: lower it only where the lane allows, and no lane does yet."""
    assert plan_of(None, Controls(threshold=said)).threshold == threshold


@pytest.mark.parametrize(
    ("said", "why"), [(None, None), (0.02, None), (0.2, None), (0.019, None), (0.0, NotNear.BOUND)]
)
def test_who_takes_no_wrong_answer_gets_exact_ones(said: float | None, why: NotNear | None) -> None:
    """A bound that nobody can promise to keep is kept by not trying."""
    assert plan_of(None, Controls(max_error_rate=said)).not_near is why


@pytest.mark.parametrize(("said", "bound"), [(None, 0.02), (0.01, 0.01), (0.2, 0.02)])
def test_a_caller_may_take_fewer_wrong_answers_never_more(said: float | None, bound: float) -> None:
    """Contract §5: a caller may lower it."""
    assert plan_of(None, Controls(max_error_rate=said)).bound == bound


def test_exact_mode_and_the_dialects_verdict_forbid_a_match_by_meaning() -> None:
    """The caller's wish is named before what the request holds."""
    tools = a_body(tools=[{"type": "function", "function": {"name": "f"}}])

    assert plan_of(None, Controls(mode=Mode.EXACT)).not_near is NotNear.MODE
    assert plan_of(None, lane=Lane(mode=Mode.EXACT)).not_near is NotNear.MODE
    assert plan_of(None, Controls(mode=Mode.SEMANTIC)).not_near is None
    assert plan_of(tools).not_near is NotNear.TOOLS
    assert plan_of(tools, Controls(mode=Mode.EXACT)).not_near is NotNear.MODE


@pytest.mark.parametrize(
    ("controls", "age", "left", "fresh"),
    [
        (NOTHING_SAID, 0, 1, True),
        (NOTHING_SAID, 9999, 0.5, True),
        (NOTHING_SAID, 1, 0, False),
        (NOTHING_SAID, 1, -1, False),
        (Controls(max_age=60), 60, 1, True),
        (Controls(max_age=60), 61, 1, False),
        (Controls(max_age=0), 0, 1, True),
        (Controls(max_age=0), 0.1, 1, False),
        (Controls(min_fresh=60), 1, 60, True),
        (Controls(min_fresh=60), 1, 59, False),
        (Controls(max_age=5, min_fresh=60), 6, 99, False),
        (Controls(max_stale=30), 1, 1, True),
        (Controls(max_stale=30), 99, -30, True),
        (Controls(max_stale=30), 99, -31, False),
        (Controls(max_stale=0), 99, 0, True),
        (Controls(max_stale=30, max_age=60), 61, -1, False),
        (Controls(max_stale=30, min_fresh=0), 1, -1, False),
    ],
)
def test_freshness_is_what_the_caller_takes(controls: Controls, age: float, left: float, *, fresh: bool) -> None:
    """RFC 9111 §5.2.1.1 to §5.2.1.3: of several wishes each is heeded."""
    assert is_fresh(controls, age, left) is fresh


@pytest.mark.parametrize(
    ("status", "encoding", "size", "finish", "why"),
    [
        (200, None, 10, GOOD, None),
        (201, None, 10, GOOD, NoCache.STATUS),
        (401, None, 10, None, NoCache.STATUS),
        (500, b"gzip", 99_999_999, None, NoCache.STATUS),
        (200, b"gzip", 10, None, NoCache.ENCODED),
        (200, None, 1_048_576, GOOD, None),
        (200, None, 1_048_577, None, NoCache.SIZE),
        (200, None, 10, None, NoCache.INCOMPLETE),
        (200, None, 10, msgspec.structs.replace(GOOD, refuse=NoCache.NOT_FINAL), NoCache.NOT_FINAL),
        (200, None, 10, msgspec.structs.replace(GOOD, exact_only=True), None),
    ],
)
def test_only_a_whole_good_answer_is_kept(
    status: int, encoding: bytes | None, size: int, finish: Finish | None, why: NoCache | None
) -> None:
    """Contract §6, "Stored only if": 200, readable, at most 1 MiB, ended, with a good finish."""
    assert admit(status, encoding, size, finish, Lane()) is why
