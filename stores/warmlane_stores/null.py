"""A store that forgets everything at once: for measuring without one, and for switching one off."""

from collections.abc import AsyncIterator, Collection, Sequence

from warmlane.clock import Clock
from warmlane.model import Row, Scope
from warmlane_stores.scopes import require_some
from warmlane_stores.urls import read_options


class NullStore:
    """Always answers that there is nothing."""

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:  # noqa: ARG002 - the port's signature
        """None."""
        return None

    async def put(self, row: Row, /) -> None:
        """Drop `row`."""

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:  # noqa: ARG002 - the port's signature
        """0."""
        return 0

    async def purge(self, scope: Scope, /) -> int:
        """0. Raises: ValueError for an empty scope."""
        require_some(scope)
        return 0

    async def scan(self, tenant: bytes, /) -> AsyncIterator[Sequence[Row]]:  # noqa: ARG002 - the port's signature
        """No batch."""
        nothing: Sequence[Sequence[Row]] = ()
        for batch in nothing:
            yield batch

    async def ping(self) -> None:
        """Return: nothing can be wrong here."""

    async def aclose(self) -> None:
        """Return: nothing is held."""


def open_url(url: str, clock: Clock) -> NullStore:  # noqa: ARG001 - what every opener takes
    """The store of `null://`. Raises: ConfigError for any option."""
    read_options(url, ())
    return NullStore()
