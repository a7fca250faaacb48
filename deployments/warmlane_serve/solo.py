"""The whole gateway in one process: the composition root for `warmlane serve --solo`."""

from prometheus_client import CollectorRegistry

from warmlane.adapters.embedders import OnnxEmbedder
from warmlane.adapters.sinks import MetricsSink, exposition
from warmlane.adapters.telemetry import make_tracer
from warmlane.clock import Clock
from warmlane.ports import Sink
from warmlane.settings import Settings, pepper
from warmlane_serve import local
from warmlane_serve.front import Front, Ports, providers


class Solo:
    """A front whose ports are all here, and everything that must be closed after it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Open the stores, which may block for a moment, and put the parts together. Raises: ConfigError."""
        key = pepper(settings)  # first of all: it makes the data folder, for nobody else's eyes
        self._registry, self._log = CollectorRegistry(), local.log(settings)
        sinks: list[Sink] = [MetricsSink(self._registry, providers(settings))]
        if self._log is not None:
            sinks.append(self._log)
        telemetry = settings.telemetry
        tracer, self._end_traces = make_tracer(telemetry.otlp_endpoint, ratio=telemetry.sample_ratio)
        self._embedder, self._shards = local.embedder(settings, clock, tracer), local.shards(settings, clock)
        durable, volatile = self._shards
        self._ports = Ports(
            forwarder=local.forwarder(settings, clock), embedder=self._embedder, durable=durable, volatile=volatile
        )
        self._front = Front(
            settings,
            clock,
            key=key,
            ports=self._ports,
            sinks=sinks,
            metrics=self._exposition if telemetry.metrics else None,
            tracer=tracer,
        )
        self.gateway, self.application, self.protocol = (
            self._front.gateway, self._front.application, self._front.protocol,
        )  # fmt: skip

    def start(self) -> None:
        """Begin the work in the background; the embedder loads meanwhile. In the running loop."""
        self._front.start()
        for shard in self._shards:
            shard.start()
        if isinstance(self._embedder, OnnxEmbedder):
            self._embedder.start()

    async def settled(self) -> None:
        """Wait until what goes on after answers is done: what was to be kept is kept, what was to be told is told."""
        await self._front.settled()

    async def loaded(self) -> None:
        """Wait until what loads in the background is there. Raises: StageError, where it failed."""
        if isinstance(self._embedder, OnnxEmbedder):
            await self._embedder.loaded()

    async def stop(self) -> None:
        """Finish what was accepted, let go of everything."""
        await self._front.finish()
        for port in self._ports.by_name().values():
            await port.aclose()
        await self._front.aclose()
        if self._log is not None:
            await self._log.aclose()
        await self._end_traces()

    async def _exposition(self) -> tuple[str, bytes]:
        return exposition(self._registry)
