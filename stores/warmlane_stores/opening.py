"""From a URL to a store."""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import cast
from urllib.parse import urlsplit

from warmlane.clock import Clock
from warmlane.errors import ConfigError
from warmlane_stores import journal, memory, null
from warmlane_stores.hot import ScannableStore

GROUP = "warmlane.stores"
"""The entry points that add a scheme: each names an `open_url(url: str, clock: Clock) -> ScannableStore`."""


def open_store(url: str, *, clock: Clock) -> ScannableStore:
    """The store at `url`: `memory://`, `null://`, `sqlite:///absolute/folder`, or what an installed package adds.

    Options follow a question mark: `?max_bytes=…&max_entries=…`. Blocks while a file is opened and checked: call it
    before the event loop runs, or in a thread. Raises: ConfigError.
    """
    # What works with the sources alone on the path, when nothing is installed.
    openers: dict[str, Callable[[str, Clock], ScannableStore]] = {
        "memory": memory.open_url,
        "null": null.open_url,
        "sqlite": journal.open_url,
    }
    scheme = urlsplit(url).scheme
    if scheme in openers:
        return openers[scheme](url, clock)
    found = {point.name: point for point in entry_points(group=GROUP)}
    if scheme not in found:
        known = ", ".join(sorted(openers.keys() | found.keys()))
        msg = f"no store has the scheme {scheme!r}; there are: {known}"
        raise ConfigError(msg)
    return cast("Callable[[str, Clock], ScannableStore]", found[scheme].load())(url, clock)
