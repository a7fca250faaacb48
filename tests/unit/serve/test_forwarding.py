"""The forwarder in a replica: calls reach the provider through it."""

from pathlib import Path

from samples import a_call
from unit.serve.replica import lane_to, replica
from warmlane.adapters.scripted import ScriptedUpstream
from warmlane.model import Head
from warmlane.settings import Settings
from warmlane_serve.forwarding import ProviderForwarder
from warmlane_serve.remote import RemoteForwarder


async def test_a_call_goes_through_the_replica(tmp_path: Path) -> None:
    """To the provider and back."""
    async with ScriptedUpstream() as up, replica(ProviderForwarder, Settings(data_dir=tmp_path)) as stage:
        up.answer(body=b"said", status=201)
        remote = RemoteForwarder(lane_to(stage))

        head, *body = [item async for item in remote.forward(a_call(base_url=up.base_url))]

        assert isinstance(head, Head)
        assert (head.status, body) == (201, [b"said"])
        await remote.aclose()


async def test_the_demo_is_at_the_forwarder_too(tmp_path: Path) -> None:
    """It needs no network."""
    settings = Settings(data_dir=tmp_path, demo={"first_byte_ms": 0, "chunk_ms": 0})
    async with replica(ProviderForwarder, settings) as stage:
        remote = RemoteForwarder(lane_to(stage))

        head, *_ = [item async for item in remote.forward(a_call(provider="demo"))]

        assert isinstance(head, Head)
        assert head.status == 200
        await remote.aclose()
