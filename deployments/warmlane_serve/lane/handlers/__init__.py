"""What each port answers over the lane, by path."""

from warmlane_serve.lane.handlers.cache import cache_routes
from warmlane_serve.lane.handlers.counter import counter_routes
from warmlane_serve.lane.handlers.embedder import embedder_routes
from warmlane_serve.lane.handlers.forwarder import forwarder_routes
from warmlane_serve.lane.handlers.recorder import recorder_routes

__all__ = ["cache_routes", "counter_routes", "embedder_routes", "forwarder_routes", "recorder_routes"]
