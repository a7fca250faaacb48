"""What there is to know of a peer before it can be measured beside the others."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import asks
from bench.processes import Server

FOLDER: Final = Path(".venv-peers")
"""Where `bench/peers/install.sh` puts them."""

PATH: Final = b"/v1/chat/completions"
PATIENCE: Final = 120.0
"""Seconds to start: the first start after an installation compiles what it imports."""

MISSING: Final = "not installed: bench/peers/install.sh"

Start = Callable[[frozenset[int], int, str], AbstractContextManager[Server]]
"""Runs it on these cores, in front of the provider on this port, for the caller with this key. Raises: Broken."""


class Absent(Exception):
    """A peer that is not installed; the text says how to."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another gateway, and how to tell its answers apart."""

    name: str
    version: Callable[[], str]
    """What is installed. Raises: Absent."""

    settings: str
    """How it was set, for the page."""

    start: Start
    fields: Callable[[int], asks.Fields]
    """The header fields that a request to it has besides those of every SDK, by the provider's port."""

    miss: bytes
    """What the head of an answer holds that came from the provider, in lower case."""

    hit: bytes
    """The same of one that came from its cache."""
