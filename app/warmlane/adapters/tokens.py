"""Counting tokens offline.

An encoding is loaded when it is first asked for: half a second of one thread, and 63 MB (o200k_base) or 47 MB
(cl100k_base) of RAM from then on. A megabyte of text then takes some 10 ms, of whatever kind it is.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import toktok

from warmlane.errors import StageError


class BpeTokens:
    """OpenAI's own encodings, exact. In one thread, which holds no lock that the event loop needs."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tokens")

    async def count(self, texts: Sequence[str], encoding: str, /) -> int:
        """Tokens of all `texts` together, one after another."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, _count, texts, encoding)
        except (KeyError, UnicodeEncodeError, RuntimeError) as error:  # no such encoding, no text, closed
            msg = f"tokens cannot be counted: {type(error).__name__}"
            raise StageError(msg) from None

    async def ping(self) -> None:
        """There is nothing that could be down."""

    async def aclose(self) -> None:
        """Count no more; what is being counted is finished on the side."""
        self._thread.shutdown(wait=False, cancel_futures=True)


class WordTokens:
    """A token is a word between spaces: for tests, which then see what was counted."""

    async def count(self, texts: Sequence[str], encoding: str, /) -> int:  # noqa: ARG002 - words are words
        """Words of all `texts` together."""
        return sum(len(text.split()) for text in texts)

    async def ping(self) -> None:
        """There is nothing that could be down."""

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def _count(texts: Sequence[str], encoding: str) -> int:
    return sum(toktok.batch_count(texts, encoding, threads=1))
