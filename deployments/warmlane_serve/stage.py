"""What every deployment class is: a port behind a `StageServer`, and what Serve wants to know of it.

Plain classes: `main.build` makes deployments of them. Nothing here needs Ray but `Here.of_replica`.
"""

import ssl
from collections.abc import Iterable, Mapping
from typing import Any, Self

from warmlane.model import Value
from warmlane.ports import Tracer
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.discovery import FixedMembers
from warmlane_serve.lane.server import Routes, StageServer
from warmlane_serve.remote.base import RemotePort


class Here(Value, frozen=True, kw_only=True):
    """Which replica this process is: its id, its rank among how many, its node's id, the address it listens on.

    `among` is what the deployment was told when the replica was made, 0 where nothing was.
    """

    replica: str = ""
    rank: int = 0
    among: int = 0
    node: str = ""
    host: str = "127.0.0.1"

    @classmethod
    def of_replica(cls) -> Self:
        """As Serve and Ray say it, inside a replica."""
        import ray  # only with the ray extra
        from ray import serve

        context, node = serve.get_replica_context(), ray.get_runtime_context().get_node_id()
        return cls(
            replica=context.replica_id.unique_id,
            rank=context.rank.rank,
            among=context.world_size or 0,
            node=node,
            host=address_of(ray.nodes(), node),  # type: ignore[no-untyped-call]
        )


def address_of(nodes: Iterable[Mapping[str, Any]], node: str) -> str:
    """Where the other nodes reach `node`: what it told Ray when it joined.

    `ray.util.get_node_ip_address` guesses it anew, by asking which way leads to the Internet.
    """
    return next(str(each["NodeManagerAddress"]) for each in nodes if each["NodeID"] == node)


class Stage:
    """Base of the deployment classes. Whoever derives makes its port in `__init__` and then opens the door."""

    _server: StageServer | None = None
    _self_lane: Lane | None = None

    async def _open(
        self,
        routes: Routes,
        *,
        name: str,
        bearer: str,
        here: Here | None = None,
        tls: ssl.SSLContext | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        """Answer `routes` from now on. `here` is asked of Serve unless it is given. Raises: OSError."""
        here = here or Here.of_replica()
        server = StageServer(
            routes,
            bearer=bearer,
            host=here.host,
            tls=tls,
            name=name,
            replica=here.replica,
            node=here.node,
            rank=here.rank,
            tracer=tracer,
        )
        await server.start()
        self._server = server
        self._self_lane = Lane(FixedMembers(server.where), bearer=bearer, node=here.node, name=name)

    async def check_health(self) -> None:
        """Ask the real thing the way callers do: over the stage's own socket. Raises: StageError."""
        assert self._self_lane is not None
        await RemotePort(self._self_lane).ping()

    def record_replica_metadata(self) -> dict[str, Any]:
        """Where callers find this replica."""
        assert self._server is not None
        return self._server.where.published()

    def record_autoscaling_stats(self) -> dict[str, float]:
        """How busy it is: calls under way, and how long one waits for its turn, in milliseconds."""
        assert self._server is not None
        return {"in_flight": float(self._server.load.in_flight), "queue_ms": self._server.load.queue_ms}

    async def stop(self, drain_seconds: float = 10.0) -> None:
        """Finish what is under way and let go of everything; calling it twice is fine."""
        server, self._server = self._server, None
        lane, self._self_lane = self._self_lane, None
        if lane is not None:
            await lane.aclose()
        if server is not None:
            await server.stop(drain_seconds)
            await self._close()

    async def _close(self) -> None:
        """Let go of the port, once nobody calls any more. For those who derive."""
