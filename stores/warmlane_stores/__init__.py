"""Where Warmlane remembers: stores, indexes and their public contract suites."""

from warmlane_stores.opening import open_store

__all__ = ["open_store"]
