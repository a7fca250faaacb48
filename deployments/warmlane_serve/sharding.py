"""A shard's own journal: where it lies, and waiting for whoever holds it to let go."""

import asyncio
import threading
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from warmlane.clock import Clock
from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve import local
from warmlane_stores.journal_file import is_owned
from warmlane_stores.shard import Shard

_GLANCE = 0.05  # seconds between looks at the lock, which nobody tells of


def settings_of_shard(settings: Settings, rank: int) -> Settings:
    """The settings with the journal of shard `rank` as the store: a folder in that of the store in one process.

    A store that has no folder of its own is the same for every shard.
    """
    parts = urlsplit(settings.store_url)
    if parts.scheme != "sqlite":
        return settings
    own = urlunsplit(parts._replace(path=quote(f"{unquote(parts.path)}/shard-{rank}")))
    cache = settings.cache.model_copy(update={"store": own})
    return settings.model_copy(update={"cache": cache})


def folder_of(settings: Settings) -> Path | None:
    """Where the journal lies, if there is one."""
    parts = urlsplit(settings.store_url)
    return Path(unquote(parts.path)) if parts.scheme == "sqlite" else None


async def open_shards(settings: Settings, clock: Clock, *, patience: float) -> tuple[Shard, Shard]:
    """The durable shard and the one in RAM, once whoever holds the journal has let go of it.

    Raises: ConfigError, after `patience` seconds at most.
    """
    given_up = threading.Event()
    timer = asyncio.get_running_loop().call_later(patience, given_up.set)
    try:
        return await asyncio.to_thread(_open, settings, clock, given_up)
    finally:
        given_up.set()
        timer.cancel()


def _open(settings: Settings, clock: Clock, given_up: threading.Event) -> tuple[Shard, Shard]:
    folder, tried_when_free = folder_of(settings), False
    while True:
        try:
            return local.shards(settings, clock)
        except ConfigError:
            # Let go of just now, it is worth another try; free and refused twice, it is something else.
            if folder is None or tried_when_free or given_up.wait(_GLANCE):
                raise
            tried_when_free = not is_owned(folder)
