"""The domain's ports over a lane: it cannot tell them from local ones.

Each closes its lane; the two caches of one lane may share it.
"""

from warmlane_serve.remote.cache import RemoteCache
from warmlane_serve.remote.counters import RemoteCounters
from warmlane_serve.remote.embedder import RemoteEmbedder
from warmlane_serve.remote.forwarder import RemoteForwarder
from warmlane_serve.remote.sink import RemoteSink

__all__ = ["RemoteCache", "RemoteCounters", "RemoteEmbedder", "RemoteForwarder", "RemoteSink"]
