"""Serve's own router of calls, which also notes where the replicas are. Serve imports it by `discovery.ROUTER`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Base = Any
else:
    try:
        from ray.serve._private.request_router import PowerOfTwoChoicesRequestRouter as Base
    except ImportError:  # without the ray extra nobody routes anything, and every module imports all the same
        Base = object


class MembershipRouter(Base):  # type: ignore[misc] # Ray's
    """Routes as Serve does, and tells `discovery.PLACES` of each change."""

    def update_replicas(self, replicas: list[Any]) -> None:
        """Take the replicas there are now."""
        super().update_replicas(replicas)
        # Serve pickles this class by value: the module's own state is only reached by importing it here.
        from warmlane_serve.lane.discovery import PLACES

        PLACES.note(self._deployment_id.name, replicas)
