"""The cluster, and how many replicas of each stage there are and where. Nothing of it counts with `--solo`.

The defaults fit everything, with every stage at its most, into two cores.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from warmlane.settings.group import Count, Group, Seconds

Share: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _cpus(default: float) -> Any:
    return Field(default=default, description="Cores that a replica takes of its node, fractions too.")


def _least(default: int) -> Any:
    return Field(default=default, description="Replicas there always are.")


def _most(default: int | None) -> Any:
    return Field(default=default, description="Replicas there may be; when unset, as many as there always are.")


def _target(default: float) -> Any:
    return Field(default=default, description="Calls in flight that a replica should have; with more, there are more.")


class ClusterSettings(Group):
    """The Ray cluster that the stages live in."""

    address: str | None = Field(
        default=None,
        min_length=1,
        description="Where Ray is: `auto` for the one on this machine, or an address. When unset, one is started here.",
    )
    front_door: Literal["own", "serve"] = Field(
        default="own",
        description="Who listens for clients: each ingress itself (`own`), or Ray Serve's proxy, which costs more.",
    )
    tls_cert: Path | None = Field(
        default=None, description="Certificate of the stages' own servers, as PEM. When unset, they speak without TLS."
    )
    tls_key: Path | None = Field(default=None, description="Its key, as PEM.")
    tls_ca: Path | None = Field(default=None, description="Who signed the other stages' certificates, as PEM.")

    @model_validator(mode="after")
    def _is_whole(self) -> "ClusterSettings":
        files = (self.tls_cert, self.tls_key, self.tls_ca)
        if any(files) and not all(files):
            msg = "tls_cert, tls_key and tls_ca should be set together"
            raise ValueError(msg)
        return self


class PlacedSettings(Group):
    """What one replica takes of its node."""

    num_cpus: Share = _cpus(0.1)
    resources: dict[str, Share] = Field(
        default={},
        description="Ray's custom resources that a replica takes, by name, which binds it to the nodes that have them.",
    )


class StageSettings(PlacedSettings):
    """A stage with as many replicas as its load needs."""

    min_replicas: Count = _least(1)
    max_replicas: Count | None = _most(None)
    target_in_flight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = _target(64)

    @model_validator(mode="after")
    def _fits(self) -> "StageSettings":
        if self.most < self.min_replicas:
            msg = f"max_replicas ({self.most}) should not be under min_replicas ({self.min_replicas})"
            raise ValueError(msg)
        return self

    @property
    def most(self) -> int:
        """How many replicas there may be."""
        return self.min_replicas if self.max_replicas is None else self.max_replicas


class IngressSettings(StageSettings):
    """Listens for clients and leads their calls through the other stages."""

    num_cpus: Share = _cpus(0.3)


class EmbedderSettings(StageSettings):
    """Turns questions into vectors."""

    num_cpus: Share = _cpus(0.2)
    num_gpus: Share | None = Field(
        default=None,
        description="GPUs that a replica takes of its node, fractions too. When unset, one where `embedding.device` is "
        "`cuda`, or is `auto` and the cluster has a GPU.",
    )
    max_replicas: Count | None = _most(4)
    target_in_flight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = _target(8)


class StoreSettings(StageSettings):
    """Keeps sealed answers; each replica is a shard. When their number changes, answers that move are misses."""

    num_cpus: Share = _cpus(0.2)


class ForwarderSettings(StageSettings):
    """Calls providers."""

    max_replicas: Count | None = _most(4)
    target_in_flight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = _target(128)


class CounterSettings(PlacedSettings):
    """Counts for all ingresses; there is one."""

    num_cpus: Share = _cpus(0.05)


class RecorderSettings(PlacedSettings):
    """Keeps the metrics and writes the log; there is one."""

    num_cpus: Share = _cpus(0.05)


class StagesSettings(Group):
    """The stages."""

    idle_after: Seconds = Field(
        default=60.0, description="Seconds of less load after which a stage gives replicas back."
    )
    ingress: IngressSettings = IngressSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    store: StoreSettings = StoreSettings()
    forwarder: ForwarderSettings = ForwarderSettings()
    counter: CounterSettings = CounterSettings()
    recorder: RecorderSettings = RecorderSettings()

    def each(self) -> Iterator[tuple[str, PlacedSettings]]:
        """The stages by name."""
        for name, value in self:
            if isinstance(value, PlacedSettings):
                yield name, value
