"""What meets the callers: the gateway and the two ways into it, over whatever ports it is given.

The same for the gateway in one process, whose ports are local, and for an ingress of the cluster, whose ports are not.
"""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from warmlane.adapters.judge import ChatJudge
from warmlane.adapters.judge import Limits as Judging
from warmlane.adapters.tokens import BpeTokens
from warmlane.bus import Bus
from warmlane.caches import Caches, Deadlines
from warmlane.caught import Caught
from warmlane.clock import Clock
from warmlane.dialects.registry import DIALECTS
from warmlane.errors import Loading, WarmlaneError
from warmlane.families import SHAPES
from warmlane.feedback import Feedback
from warmlane.gateway import Gateway
from warmlane.keeping import Announce, Keeping, alone
from warmlane.labelling import Labelling
from warmlane.lanes import Lane
from warmlane.learning import Learning
from warmlane.lookup import Lookup
from warmlane.match.answers import Answers
from warmlane.match.facts import Examiner
from warmlane.match.head import Paired
from warmlane.match.judge import Judge
from warmlane.match.relations import Relations
from warmlane.match.vetoes.registry import every
from warmlane.metering import Metering
from warmlane.ports import Cache, Embedder, Forwarder, Port, Sink, Tracer
from warmlane.providers import Provider, table
from warmlane.reading import Reader
from warmlane.recent import Recent
from warmlane.report import Reporter
from warmlane.seal import Callers
from warmlane.settings import Settings
from warmlane.shadowing import Shadows
from warmlane.standing import Standings
from warmlane.tasks import Tasks
from warmlane.verifying import Band, Verifying
from warmlane.web.asgi import Application
from warmlane.web.edge import Edge
from warmlane.web.fast import FastProtocol, serve_with
from warmlane.web.limits import Limits
from warmlane.web.pages import Metrics, Pages
from warmlane.web.repeats import Repeats
from warmlane.web.routing import Router

_SWEEP = 30.0  # seconds between sweeps of what recent memory has outlived
_SHARE = 10.0  # seconds between taking over what other processes learnt
_FREE = {"demo": 0.03}  # providers that cost nobody anything, and the share of hits by meaning that is checked there
_PATIENCE = 5.0  # seconds that the last answers have to be stored


@dataclass(frozen=True, kw_only=True)
class Ports:
    """What a front asks; `others` are asked no more than whether they work, by their stage's name."""

    forwarder: Forwarder
    embedder: Embedder
    durable: Cache
    volatile: Cache
    others: Mapping[str, Port] = field(default_factory=dict)

    def by_name(self) -> dict[str, Port]:
        """Each as /readyz names it."""
        return {
            "forwarder": self.forwarder,
            "embedder": self.embedder,
            "store": self.durable,
            "memory": self.volatile,
            **self.others,
        }


class Front:
    """A gateway, the two ways into it, and what it remembers. The ports, sinks and tracer are its owner's to close."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        key: bytes,
        ports: Ports,
        sinks: Sequence[Sink],
        metrics: Metrics | None,
        tracer: Tracer,
        announce: Announce = alone,
    ) -> None:
        """Put the parts together; `key` is the pepper, and `metrics` what is told at /metrics, None: nothing.

        `announce` makes other fronts `forget`.
        """
        self._ports, self._tracer, self._clock = ports, tracer, clock
        self._tasks, self._clockwork = Tasks(), Tasks()
        self._bus = Bus(sinks, clock=clock)
        cache, lane = settings.cache, _lane(settings)
        self._recent = Recent(max_bytes=cache.recent_bytes, seconds=cache.recent_seconds, clock=clock)
        self._repeats = Repeats(os.urandom(32), max_bytes=cache.recent_bytes)
        self._standings = Standings(revalidate_after=lane.revalidate_after, clock=clock)
        self._reporter = Reporter(bus=self._bus, lane=lane.name, clock=clock)
        self._tokens = BpeTokens()
        self._caches = Caches(durable=ports.durable, volatile=ports.volatile)
        self._caught = Caught(caches=self._caches, clock=clock)
        relations = Relations.load()
        self._examiner, self._scorer = Examiner(every(relations)), Paired.load(relations)
        self._learning = self._made_learning(lane, key, _deadlines(settings))
        self.gateway = self._gateway(settings, lane, key, announce)
        edge, limits = Edge(Router(providers(settings)), errors=SHAPES), _limits(settings)
        self.application = Application(
            gateway=self.gateway,
            feedback=self._feedback(lane, key, _deadlines(settings), announce),
            edge=edge,
            pages=Pages(readiness=self.readiness, metrics=metrics),
            reporter=self._reporter,
            limits=limits,
            tasks=self._tasks,
        )
        self.protocol: type[FastProtocol] = serve_with(self.gateway, edge, self._reporter, limits, self._repeats)

    def start(self) -> None:
        """Begin the work in the background. In the running loop."""
        self._bus.start()
        self._clockwork.every(_SWEEP, self._sweep, name="sweep")
        self._tasks.spawn(self._learning.share(), name="learn")
        self._clockwork.every(_SHARE, self._learning.share, name="learn")

    async def settled(self) -> None:
        """Wait until what goes on after answers is done: what was to be kept is kept, what was to be told is told."""
        while self._tasks:
            await self._tasks.join()
        await self._bus.flush()

    async def finish(self) -> None:
        """Finish what was accepted; the ports are still needed until this returns."""
        await self._clockwork.cancel()
        await self._tasks.join(_PATIENCE)
        self._tasks.spawn(self._learning.share(), name="learn")
        await self._tasks.join(_PATIENCE)

    async def aclose(self) -> None:
        """Tell the sinks the last of it, which they must still hear."""
        await self._bus.aclose()
        await self._tokens.aclose()

    async def readiness(self) -> Mapping[str, str]:
        """Each stage by name, and "ok", "loading", or what is wrong with it."""
        said: dict[str, str] = {}
        for name, port in self._ports.by_name().items():
            try:
                await port.ping()
                said[name] = "ok"
            except Loading:
                said[name] = "loading"
            except WarmlaneError as error:
                said[name] = error.message
        return said

    def _gateway(self, settings: Settings, lane: Lane, key: bytes, announce: Announce) -> Gateway:
        deadlines = _deadlines(settings)
        lookup = self._lookup(lane, deadlines)
        keeping = self._keeping(lane, key, deadlines, announce)
        metering = Metering(lane=lane, tokens=self._tokens, patience=deadlines.keep, reporter=self._reporter)
        labelling = self._labelling(lane, deadlines)
        return Gateway(
            lane=lane,
            reader=Reader(lane=lane, dialects=DIALECTS, callers=Callers(key), clock=self._clock),
            lookup=lookup,
            forwarder=self._ports.forwarder,
            keeping=keeping,
            metering=metering,
            labelling=labelling,
            shadows=self._shadows(labelling, lane, settings.cache.shadow_share),
            recent=self._recent,
            standings=self._standings,
            reporter=self._reporter,
            tracer=self._tracer,
            tasks=self._tasks,
            clock=self._clock,
            verifying=self._verifying(settings, keeping),
        )

    def _verifying(self, settings: Settings, keeping: Keeping) -> Verifying | None:
        """Who is asked about near misses, where the operator named somebody."""
        said = settings.verifier
        if said.base_url is None:
            return None
        judge = ChatJudge(
            self._ports.forwarder,
            base_url=said.base_url,
            model=said.model,
            key="" if said.api_key is None else said.api_key.get_secret_value(),
            limits=Judging(timeout=said.timeout, calls=said.max_calls, waiting=said.max_waiting),
        )
        return Verifying(
            verifier=judge,
            band=Band(low=said.low, high=said.high, approves_at=said.approves_at),
            caught=self._caught,
            points=keeping,
            learning=self._learning,
            reporter=self._reporter,
        )

    def _lookup(self, lane: Lane, deadlines: Deadlines) -> Lookup:
        return Lookup(
            caches=self._caches,
            embedder=self._ports.embedder,
            judge=Judge(self._examiner, self._scorer),
            needed=self._learning.needed,
            caught=self._caught,
            lane=lane,
            recent=self._recent,
            standings=self._standings,
            deadlines=deadlines,
            reporter=self._reporter,
            tracer=self._tracer,
            clock=self._clock,
        )

    def _made_learning(self, lane: Lane, key: bytes, deadlines: Deadlines) -> Learning:
        return Learning(
            prior=self._scorer.prior,
            scale=f"{self._scorer.scale}/{self._ports.embedder.name}",
            bound=lane.max_error_rate,
            lane=lane.name,
            caches=self._caches,
            pepper=key,
            patience=deadlines.keep,
            reporter=self._reporter,
            clock=self._clock,
        )

    def _labelling(self, lane: Lane, deadlines: Deadlines) -> Labelling:
        return Labelling(
            learning=self._learning,
            caught=self._caught,
            embedder=self._ports.embedder,
            answers=Answers(self._examiner, lane.vetoes_off),
            patience=deadlines.keep,
            reporter=self._reporter,
        )

    def _shadows(self, labelling: Labelling, lane: Lane, share: float) -> Shadows:
        return Shadows(
            share=share,
            free=_FREE,
            draw=random.SystemRandom().random,
            most=lane.max_entry_bytes,
            forwarder=self._ports.forwarder,
            labelling=labelling,
            reporter=self._reporter,
        )

    def _feedback(self, lane: Lane, key: bytes, deadlines: Deadlines, announce: Announce) -> Feedback:
        return Feedback(
            lane=lane,
            callers=Callers(key, limit=100),  # a key may be one of many callers: those do not push out who calls
            caches=self._caches,
            caught=self._caught,
            learning=self._learning,
            recent=self._recent,
            patience=deadlines.keep,
            announce=announce,
        )

    def _keeping(self, lane: Lane, key: bytes, deadlines: Deadlines, announce: Announce) -> Keeping:
        return Keeping(
            caches=self._caches,
            embedder=self._ports.embedder,
            recent=self._recent,
            lane=lane,
            pepper=key,
            deadlines=deadlines,
            reporter=self._reporter,
            tracer=self._tracer,
            clock=self._clock,
            announce=announce,
        )

    def forget(self) -> None:
        """Forget opened answers, and whose keys work: either may have become wrong elsewhere. The stores know."""
        self._recent.clear()
        self._repeats.sweep()
        self._standings.forget()

    async def _sweep(self) -> None:
        self._recent.sweep()
        self._repeats.sweep()


def providers(settings: Settings) -> Mapping[str, Provider]:
    """Whom calls may go to, by name."""
    rows = table(settings.base_urls)
    return rows if settings.demo.enabled else {name: row for name, row in rows.items() if name != "demo"}


def _lane(settings: Settings) -> Lane:
    cache, usage = settings.cache, settings.usage
    return Lane(
        when=cache.when,
        mode=cache.mode,
        ttl=cache.ttl,
        max_ttl=cache.max_ttl,
        threshold=cache.threshold,
        max_error_rate=cache.max_error_rate,
        vetoes_off=frozenset(cache.vetoes_off),
        max_entry_bytes=int(cache.max_entry_bytes),
        revalidate_after=cache.revalidate_after,
        count_usage=usage.count,
        ask_usage=usage.ask,
    )


def _limits(settings: Settings) -> Limits:
    limits = settings.limits
    return Limits(
        max_body_bytes=int(limits.max_body_bytes),
        max_header_bytes=int(limits.max_header_bytes),
        max_headers=limits.max_headers,
        arrival_timeout=limits.header_timeout,
        max_connections=limits.max_connections,
    )


def _deadlines(settings: Settings) -> Deadlines:
    cache = settings.cache
    return Deadlines(
        store=cache.store_timeout_ms / 1000,
        embed=settings.embedding.timeout_ms / 1000,
        near=cache.near_timeout_ms / 1000,
    )
