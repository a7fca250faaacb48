"""Whoever has not this cluster's secret is not let in, and that is said once."""

import pytest
from ray import serve

from serve.cluster import Cluster
from warmlane.errors import StageError
from warmlane_serve.lane.bearer import bearer
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.discovery import ServeMembers
from warmlane_serve.options import DEPLOYMENTS


async def test_a_wrong_secret_between_stages_is_refused_and_logged_once(cluster: Cluster) -> None:
    """However often it knocks."""
    members = ServeMembers(serve.get_deployment_handle(DEPLOYMENTS["store"], "warmlane"), DEPLOYMENTS["store"])
    await members.ready()
    stranger = Lane(members, bearer=bearer(b"another secret"), name="store")

    for _ in range(3):
        with pytest.raises(StageError, match="has another WARMLANE_SECRET than its caller"):
            await stranger.ask("/ping")
    await stranger.aclose()

    assert cluster.logged("store refused a call that did not show this cluster's secret") == 1
