"""Reading a call: who sends it, what they want of the cache, what the cache may do."""

import msgspec
import pytest

from samples import NOW, PEPPER, a_body, a_call, a_caller, dump
from warmlane.clock import ManualClock
from warmlane.controls import NOTHING_SAID, Controls
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.events import NoCache
from warmlane.lanes import Lane, Mode
from warmlane.policy import Bypass, Look
from warmlane.reading import Reader
from warmlane.seal import Callers


@pytest.fixture
def reader(clock: ManualClock) -> Reader:
    """A reader of OpenAI's dialect."""
    return Reader(lane=Lane(), dialects={"openai_chat": OpenAIChat()}, callers=Callers(PEPPER), clock=clock)


def test_a_call_is_read_and_planned(reader: Reader) -> None:
    """Caller, plan and key; the body goes on as it came."""
    call = a_call()
    trip = reader.read(call)

    assert isinstance(trip.plan, Look)
    assert trip.call is call
    assert (trip.caller, trip.controls, trip.error) == (a_caller(), NOTHING_SAID, None)
    assert (trip.started, trip.at) == (NOW, NOW)
    assert trip.asked is not None
    assert trip.key == trip.asked.exact() != b""


def test_our_members_are_read_and_cut_from_what_goes_on(reader: Reader) -> None:
    """Every other byte is left as it was, and the key is that of the request without them."""
    ours = b',"cache": {"type": "exact_match", "ttl": 7}, "orq": {"x": 1}'
    rest = b',"temperature":0.0, "messages":[{"role":"user","content":"What is 2+2?"}]}'
    body = b'{"model":"gpt-4o" ' + ours + rest
    trip = reader.read(a_call(body))

    assert trip.controls == Controls(mode=Mode.EXACT, ttl=7)
    assert trip.call.body == b'{"model":"gpt-4o" ' + rest
    assert trip.key == reader.read(a_call()).key


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b"null",
        b"{",
        b'{"model":"a","model":"b"}',
        b'{"temperature": NaN}',
        b'{"temperature": 1e999999999999}',
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        dump(a_body()).decode().encode("utf-16"),
        b'{"cache": {"ttl": "x"}, "cache": {}}',
    ],
)
def test_what_readers_disagree_about_goes_on_untouched(reader: Reader, body: bytes) -> None:
    """A body that is not strict JSON, or no object, is the provider's to judge: same bytes, no key."""
    trip = reader.read(a_call(body))

    assert trip.call.body == body
    assert trip.plan == Bypass(why=NoCache.UNREADABLE)
    assert (trip.error, trip.key) == (None, b"")


def test_orq_s_own_form_is_read_too(reader: Reader) -> None:
    """A call from orq's SDK says its cache inside of `orq`; it ends here as a whole."""
    trip = reader.read(a_call(a_body(orq={"cache": {"type": "exact_match", "ttl": 7}, "retry": {"count": 3}})))

    assert trip.controls == Controls(mode=Mode.EXACT, ttl=7)
    assert trip.call.body == dump(a_body())
    assert trip.key == reader.read(a_call()).key


def test_a_malformed_control_is_carried_as_the_error(reader: Reader) -> None:
    """Reading never raises; whoever answers the call says it."""
    trip = reader.read(a_call(a_body(cache={"ttl": 0})))

    assert trip.error is not None
    assert (trip.error.status, trip.error.param) == (400, "cache.ttl")
    assert reader.read(a_call(headers=((b"x-cache-mode", b"fuzzy"),))).error is not None


def test_a_stream_of_bytes_is_not_read(reader: Reader) -> None:
    """An endpoint without a dialect is passed through, its controls all the same."""
    call = msgspec.structs.replace(a_call(headers=((b"cache-control", b"only-if-cached"),)), dialect=None)
    trip = reader.read(call)

    assert trip.plan == Bypass(why=NoCache.ENDPOINT)
    assert (trip.dialect, trip.ask) == (None, None)
    assert trip.controls.only_if_cached


def test_without_a_key_there_is_no_caller(reader: Reader) -> None:
    """Except where those without a key share one tenant, whose entries stay in RAM."""
    assert reader.read(a_call(secret=b"")).plan == Bypass(why=NoCache.CREDENTIAL)
    shared = reader.read(a_call(secret=b"", keyless=True, provider="demo"))

    assert isinstance(shared.plan, Look)
    assert shared.caller is not None
    assert not shared.caller.durable
