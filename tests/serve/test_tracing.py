"""A caller's trace goes on through every stage, to the provider."""

import asyncio
import secrets

import httpx

from serve.cluster import until
from serve.collector import Collector
from serve.house import Clustered
from serve.traffic import asked

STAGES = {"store", "embedder", "forwarder"}


async def test_one_trace_from_the_caller_to_the_provider(
    gw: Clustered, collector: Collector, http: httpx.AsyncClient, key: str
) -> None:
    """Every span's parent is in it, and each stage says which replica on which node it was, and how long one waited."""
    trace, caller = secrets.token_hex(16), secrets.token_hex(8)

    reply = await _ask(http, gw, key, f"00-{trace}-{caller}-01")
    await asyncio.to_thread(
        until, lambda: _stages(collector, trace) == STAGES and _names(collector, trace) > {"gateway"}, "all is told", 30
    )
    spans = collector.trace(trace)
    stages = [span for span in spans if "warmlane.stage" in span.attributes]
    (gateway,) = [span for span in spans if span.name == "gateway"]

    assert reply.headers["x-cache"] == "MISS"
    assert {span.parent for span in spans} <= {span.id for span in spans} | {bytes.fromhex(caller)}
    assert gateway.parent == bytes.fromhex(caller)
    assert {span.attributes["warmlane.replica"] for span in stages} == {
        span.place["service.instance.id"] for span in stages
    }
    assert gateway.place["service.instance.id"] not in {span.place["service.instance.id"] for span in stages}
    assert all(span.attributes.keys() >= {"warmlane.node", "warmlane.queue_ms"} for span in stages)
    assert [span.links for span in spans if span.name == "embed run"] == [1]
    (call,) = gw.up.requests
    assert trace in dict(call.headers)[b"traceparent"].decode()


async def test_who_is_not_traced_costs_no_span(
    gw: Clustered, collector: Collector, http: httpx.AsyncClient, key: str
) -> None:
    """A caller who decided against it is heard by every stage; the provider still sees which trace it was."""
    trace, traced = secrets.token_hex(16), secrets.token_hex(16)

    await _ask(http, gw, key, f"00-{trace}-{secrets.token_hex(8)}-00")
    await _ask(http, gw, key, f"00-{traced}-{secrets.token_hex(8)}-01")
    await asyncio.to_thread(
        until,
        lambda: {span.name for span in collector.trace(traced)} > {"gateway", "store"},
        "the later one is told",
        30,
    )

    assert collector.trace(trace) == []
    assert trace in dict(gw.up.requests[0].headers)[b"traceparent"].decode()


def _names(collector: Collector, trace: str) -> set[str]:
    return {span.name for span in collector.trace(trace)}


def _stages(collector: Collector, trace: str) -> set[str]:
    return {span.attributes["warmlane.stage"] for span in collector.trace(trace) if "warmlane.stage" in span.attributes}


async def _ask(http: httpx.AsyncClient, gw: Clustered, key: str, traceparent: str) -> httpx.Response:
    reply = await http.post(
        f"{gw.base_url}/openai/v1/chat/completions",
        content=asked(secrets.token_hex(4), exact=False),
        headers={"traceparent": traceparent, "authorization": f"Bearer {key}"},
    )
    await gw.settled()
    return reply
