"""What Serve's router tells us. Needs Ray's code, and no cluster."""

import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from warmlane_serve.lane.discovery import PLACES, ROUTER, Member

MEMBER = Member(replica="r1", node="n", uds="/s", host="127.0.0.1", port=1, rank=1)


async def nobody_waits(**_: Any) -> int:
    """As much as Serve's probe of a replica asks."""
    return 0


@pytest.mark.slow
async def test_serves_router_notes_who_is_there() -> None:
    """Serve finds it by the name that deployments give, and tells it of each change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray's own, when it is imported
        common = pytest.importorskip("ray.serve._private.common")
        router_class = pytest.importorskip("ray._common.utils").import_attr(ROUTER)
    deployment = common.DeploymentID(name="only in this test")
    router = router_class(deployment_id=deployment, handle_source=common.DeploymentHandleSource.REPLICA)
    replica = SimpleNamespace(
        replica_id=common.ReplicaID(unique_id="r1", deployment_id=deployment),
        replica_metadata=MEMBER.published(),
        node_id="n",
        availability_zone=None,
        multiplexed_model_ids=set(),
        get_queue_len=nobody_waits,
    )

    router.update_replicas([replica])
    assert PLACES.of("only in this test") == {"r1": MEMBER}
    router.update_replicas([])
    assert PLACES.of("only in this test") == {}
