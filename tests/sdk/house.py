"""A whole gateway that listens on 127.0.0.1, and the provider that it calls: real sockets, real journal, real model."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from prometheus_client.parser import text_string_to_metric_families
from uvicorn.server import ServerState

from sdk import said, said_anthropic, said_google
from warmlane.adapters.scripted import Answer, ScriptedUpstream, Seen
from warmlane.clock import ManualClock
from warmlane.settings import Settings
from warmlane_serve.listening import configured, listen
from warmlane_serve.solo import Solo

PATIENT = {"cache": {"store_timeout_ms": 10_000, "near_timeout_ms": 10_000}, "embedding": {"timeout_ms": 10_000}}
"""A busy machine may hold up a stage for longer than a caller would be kept waiting, and here that would be a miss."""


class Listening:
    """What `warmlane serve --solo` runs, in this loop, as an async context manager; signals are the process's business.

    `base_url` is the bare host's. `up` is what `/openai`, `/anthropic` and `/google` call unless `providers` says
    otherwise; to its n-th call it says "Answer n." unless told otherwise.
    """

    def __init__(self, folder: Path, clock: ManualClock, **settings: Any) -> None:
        """Keep everything in `folder`; `settings` are groups of Settings as dictionaries."""
        self.clock, self.up = clock, ScriptedUpstream()
        self._folder, self._settings = folder, {**PATIENT, **settings}

    async def __aenter__(self) -> Self:
        """Listen, with the embedder loaded where there is one."""
        async with AsyncExitStack() as opened:
            await opened.enter_async_context(self.up)
            self.up.respond(lambda seen: _speak(seen, f"Answer {self.up.requests.index(seen) + 1}."))
            settings = Settings.model_validate(
                {
                    "data_dir": self._folder,
                    **self._settings,
                    "providers": {
                        **{vendor: {"base_url": self.up.base_url} for vendor in ("openai", "anthropic", "google")},
                        **self._settings.get("providers", {}),
                    },
                }
            )
            # Opening files may block for a moment, which a server does before it listens.
            self.solo = await asyncio.to_thread(Solo, settings, self.clock)
            opened.push_async_callback(self.solo.stop)
            await self._listen(settings)
            opened.push_async_callback(self._hang_up)
            self.solo.start()
            await self.solo.loaded()
            self._opened = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Let go of everything."""
        await self._opened.aclose()

    async def _listen(self, settings: Settings) -> None:
        listener = await asyncio.to_thread(listen, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config, self._state = configured(self.solo, settings), ServerState()
        config.load()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: self.solo.protocol(config=config, server_state=self._state, app_state={}), sock=listener
        )

    async def _hang_up(self) -> None:
        self._server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        await self._server.wait_closed()

    async def settled(self) -> None:
        """Wait until what is to be kept is kept: a client may have its whole answer before the server is through."""
        while self._state.tasks:
            await asyncio.wait(self._state.tasks)
        await self.solo.settled()

    async def failures(self) -> dict[str, float]:
        """Stages that failed while calls went on, and how often: the cache fails open, so nobody else would tell."""
        await self.settled()
        async with httpx.AsyncClient(verify=False) as client:
            page = (await client.get(f"{self.base_url}/metrics")).text
        samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
        failed = [sample for sample in samples if sample.name == "warmlane_stage_failures_total" and sample.value]
        return {sample.labels["stage"]: sample.value for sample in failed}

    @property
    def calls(self) -> int:
        """How many calls came through to the provider."""
        return len(self.up.requests)


def _speak(seen: Seen, text: str) -> Answer:
    """In the words of the vendor whose path was called."""
    if seen.path.endswith("/messages"):
        return said_anthropic.speak(seen, text)
    return said_google.speak(seen, text) if "enerateContent" in seen.path else said.speak(seen, text)
