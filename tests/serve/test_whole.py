"""The gateway on Ray answers as it does in one process, and says what runs where."""

import asyncio
import io
import re
from pathlib import Path

import httpx

from sdk.ways import Async
from serve.cluster import Cluster
from serve.house import Clustered
from warmlane_serve import overview
from warmlane_serve.options import DEPLOYMENTS

QUESTION = "How do I reset my password?"
PARAPHRASE = "How can I reset my password?"


async def test_miss_then_hit_then_hit_by_meaning(gw: Clustered, openai: Async) -> None:
    """The provider is asked once, whole and streamed."""
    miss = await openai.ask(QUESTION)
    await gw.settled()
    hit, stream = await openai.ask(QUESTION), await openai.ask(QUESTION, stream=True)
    near = await openai.ask(PARAPHRASE)

    assert [reply.x_cache for reply in (miss, hit, stream, near)] == ["MISS", "HIT", "HIT", "SEMANTIC_HIT"]
    assert miss.text == hit.text == stream.text == near.text == "Answer 1."
    assert float(near.headers["x-cache-similarity"]) >= 0.85
    assert gw.calls == 1


async def test_the_cluster_shows_what_runs_where(cluster: Cluster, tmp_path: Path) -> None:
    """Each stage with its replicas, and the folder of the shard."""
    out = io.StringIO()

    code = await asyncio.to_thread(overview.run, cluster.settings, out)

    assert code == 0
    assert re.findall(r"^(\w+): \d replicas?$", out.getvalue(), re.MULTILINE) == list(DEPLOYMENTS)
    assert out.getvalue().count(f"keeps {cluster.args['data_dir']}/cache/shard-0") == 1


async def test_every_stage_is_asked_whether_it_is_ready(gw: Clustered, http: httpx.AsyncClient) -> None:
    """By name."""
    page = (await http.get(f"{gw.base_url}/readyz")).json()

    assert page == dict.fromkeys(("forwarder", "embedder", "store", "memory", "counter", "recorder"), "ok")
