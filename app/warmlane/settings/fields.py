"""Every setting there is. The descriptions are the rows of `docs/reference/settings.md`."""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from warmlane.lanes import Mode, When
from warmlane.match.vetoes import VetoName
from warmlane.settings.group import Bytes, Count, Group, Milliseconds, Seconds
from warmlane.settings.stages import ClusterSettings, StagesSettings

PREFIX: Final = "WARMLANE_"
SEPARATOR: Final = "__"
_SECRET_LENGTH: Final = 32
_SECRET_VARIETY: Final = 8
STANDARD_OTLP: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""The name that OpenTelemetry gives the setting, read where ours is unset."""


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = "should be an address that begins with http:// or https://"
        raise ValueError(msg)
    return text


def _secret_url(text: SecretStr) -> SecretStr:
    _url(text.get_secret_value())
    return text


def _words(value: object) -> object:
    """What stands between commas: how a variable of the environment writes a list."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _store_url(text: str) -> str:
    if not re.match(r"[a-z][a-z0-9+.-]*://", text):
        msg = "should be a URL such as sqlite:///var/lib/warmlane/cache or memory://"
        raise ValueError(msg)
    return text


def _long_enough(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if len(text) < _SECRET_LENGTH or len(set(text)) < _SECRET_VARIETY:
        msg = f"should be at least {_SECRET_LENGTH} characters that nobody can guess; `openssl rand -hex 32` makes some"
        raise ValueError(msg)
    return secret


class ProviderSettings(Group):
    """One provider, by its name."""

    base_url: str = Field(
        description="Where calls to this provider go: an origin with an optional path, without /v1. A name that is not "
        "built in adds a provider that speaks OpenAI's API."
    )


class CacheSettings(Group):
    """What is kept, for how long, and what counts as the same question."""

    mode: Mode = Field(default=Mode.AUTO, description="How answers are found where the call does not say.")
    when: When = Field(default=When.DETERMINISTIC, description="Which calls are cached without asking for it.")
    ttl: int = Field(
        default=86_400, gt=0, le=259_200, description="Seconds an answer lives where the call does not say."
    )
    max_ttl: int = Field(
        default=259_200, gt=0, le=259_200, description="Seconds an answer may live whatever the call says."
    )
    threshold: float = Field(
        default=0.85, ge=0, le=1, description="Cosine from which on two questions may mean the same."
    )
    max_error_rate: float = Field(
        default=0.02,
        ge=0,
        le=0.2,
        description="Share of hits by meaning that may be wrong; with 0 there are only exact ones.",
    )
    shadow_share: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share of hits by meaning that are asked for again in the background, to learn whether they were "
        "right. The caller's key pays for each. At the demo, which costs nothing, it is 0.03.",
    )
    vetoes_off: Annotated[tuple[VetoName, ...], NoDecode, BeforeValidator(_words)] = Field(
        default=(),
        description="Classes of disagreement that do not matter here (see vetoes.md), separated by commas; in TOML a "
        "list.",
    )
    max_entry_bytes: Bytes = Field(default=ByteSize(1_048_576), description="The longest answer that is kept.")
    revalidate_after: Count = Field(
        default=3600,
        description="Seconds after which a caller's key must prove itself with a real call before it gets hits.",
    )
    store: Annotated[str, AfterValidator(_store_url)] | None = Field(
        default=None,
        description="Where sealed answers are kept: `sqlite:///folder`, `memory://`, `null://`, or a URL of an "
        "installed store, with its quotas in it. When unset, the folder `cache` in the data folder, with the two "
        "quotas below.",
    )
    max_bytes: Bytes = Field(
        default=ByteSize(1_073_741_824), description="Room for sealed answers; the least used leave first."
    )
    max_entries: Count = Field(
        default=200_000, description="How many sealed answers are kept; the least used leave first."
    )
    hot_bytes: Bytes = Field(default=ByteSize(33_554_432), description="RAM for sealed answers in front of the store.")
    recent_bytes: Bytes = Field(default=ByteSize(33_554_432), description="RAM for opened answers of the last seconds.")
    recent_seconds: Seconds = Field(default=30.0, description="Seconds an opened answer stays in RAM.")
    index: Literal["auto", "flat", "chroma"] = Field(
        default="auto",
        description="What finds by meaning: numpy (`flat`), Chroma, or (`auto`) numpy until a partition is large. "
        "Chroma needs the `chroma` extra.",
    )
    idle_after: Seconds = Field(
        default=900.0, description="Seconds after which an idle caller's vectors are wiped from RAM."
    )
    store_timeout_ms: Milliseconds = Field(
        default=50, description="Milliseconds the store has before a call goes on without."
    )
    near_timeout_ms: Milliseconds = Field(default=250, description="The same for the search by meaning.")

    @model_validator(mode="after")
    def _fits(self) -> "CacheSettings":
        if self.ttl > self.max_ttl:
            msg = f"ttl ({self.ttl} s) should not be over max_ttl ({self.max_ttl} s)"
            raise ValueError(msg)
        return self


class UsageSettings(Group):
    """Tokens of calls whose providers do not say what they used, as streams of OpenAI's API do not unless asked."""

    count: bool = Field(
        default=True,
        description="Whether they are counted here, after the answer has left: in a process of 80 to 130 MB that the "
        "first such answer starts, and that ends after ten minutes without one.",
    )
    ask: bool = Field(
        default=False,
        description="Whether the provider is asked for them (`stream_options.include_usage`), and what it says hidden "
        "from callers that did not ask. Some providers refuse what they do not know.",
    )


class EmbeddingSettings(Group):
    """The model that turns questions into vectors, in this process or in the workers of a cluster."""

    enabled: bool = Field(default=True, description="Whether questions are compared by meaning at all.")
    timeout_ms: Milliseconds = Field(default=250, description="Milliseconds it has before a call goes on without.")
    threads: int = Field(default=1, gt=0, le=64, description="Cores that a run of the model may use.")
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto",
        description="Where the model runs: `cuda` needs the `gpu` extra and a GPU, and runs on the processor without; "
        "`auto` takes a GPU where Ray gives the worker one.",
    )
    max_batch: int = Field(default=32, gt=0, le=1024, description="Questions that are embedded together, at most.")
    max_wait_ms: int = Field(
        default=0,
        ge=0,
        le=100,
        description="Milliseconds that a question waits for others while the model is idle. While it is busy they "
        "gather anyway.",
    )


class VerifierSettings(Group):
    """A model that is asked whether two questions want the same answer, where the gates were not sure.

    Off as long as there is no address. Once there is one, the two questions go there, and nothing else does.
    """

    base_url: Annotated[str, AfterValidator(_url)] | None = Field(
        default=None,
        description="Where the judge is: an address, without /v1, that speaks OpenAI's chat API. Both questions of a "
        "pair are sent there. When unset, nobody is asked.",
    )
    model: str = Field(default="", description="The judge's name there. It must take a temperature.")
    api_key: SecretStr | None = Field(default=None, description="The key for it: the operator's, never a caller's.")
    low: float = Field(default=0.5, ge=0, le=1, description="Score from which on a refused candidate is worth asking.")
    high: float = Field(default=1.0, ge=0, le=1, description="Score up to which it is.")
    approves_at: float = Field(
        default=0.5, gt=0, le=1, description="The judge's probability from which on a pair counts as the same."
    )
    timeout: Seconds = Field(default=30.0, description="Seconds the judge has for a pair.")
    max_calls: Count = Field(default=2, description="Pairs that are judged at a time.")
    max_waiting: Count = Field(default=64, description="Pairs that wait for their turn; more are not judged.")

    @model_validator(mode="after")
    def _fits(self) -> "VerifierSettings":
        if self.base_url is not None and not self.model:
            msg = "base_url needs a model beside it"
            raise ValueError(msg)
        if self.low > self.high:
            msg = f"low ({self.low:g}) should not be over high ({self.high:g})"
            raise ValueError(msg)
        return self


class UpstreamSettings(Group):
    """Calls to providers."""

    connect_timeout: Seconds = Field(default=5.0, description="Seconds to reach a provider.")
    read_timeout: Seconds = Field(
        default=600.0, description="Seconds to an answer's head, and between two pieces of its body."
    )
    max_connections: Count = Field(
        default=512, description="Calls to one provider at a time; more wait for their turn."
    )
    proxy: Annotated[SecretStr, AfterValidator(_secret_url)] | None = Field(
        default=None, description="URL of an HTTP proxy that every call takes. HTTP_PROXY and its like are not read."
    )


class LimitSettings(Group):
    """What a client may send."""

    max_body_bytes: Bytes = Field(
        default=ByteSize(20_000_000), description="The longest body; a longer one gets a 413."
    )
    max_header_bytes: Bytes = Field(default=ByteSize(32_768), description="Headers in all; more get a 431.")
    max_headers: Count = Field(default=100, description="Header fields; more get a 431.")
    header_timeout: Seconds = Field(default=10.0, description="Seconds for the headers to arrive; then a 408.")
    keep_alive: Seconds = Field(default=60.0, description="Seconds an idle connection is kept.")
    max_connections: Count = Field(default=2000, description="Open client connections; more are turned away.")


class DemoSettings(Group):
    """The built-in provider that needs no key and no network."""

    enabled: bool = Field(default=True, description="Whether there is one.")
    first_byte_ms: int = Field(default=400, ge=0, description="Milliseconds it takes to begin, as a provider would.")
    chunk_ms: int = Field(default=20, ge=0, description="Milliseconds between two pieces of a stream.")


class TelemetrySettings(Group):
    """What can be seen of the gateway from outside."""

    otlp_endpoint: Annotated[str, AfterValidator(_url)] | None = Field(
        default=None,
        description=f"Address of an OpenTelemetry collector (OTLP over HTTP); when unset, {STANDARD_OTLP}; without "
        "either there are no traces. Needs the `otlp` extra.",
    )
    sample_ratio: float = Field(
        default=1.0, ge=0, le=1, description="Share of calls to trace where the caller did not decide."
    )
    log: bool = Field(
        default=False,
        description="Whether each call gets a JSON line on standard output. With it a hit costs a third more.",
    )
    metrics: bool = Field(default=True, description="Whether there is a page at /metrics.")


class Settings(BaseSettings):
    """All of them. Made by `load`; the constructor itself reads no environment."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=PREFIX,
        env_nested_delimiter=SEPARATOR,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    host: str = Field(
        "127.0.0.1", min_length=1, description="Address to listen on. Beyond this machine, `secret` is a must."
    )
    port: int = Field(default=8000, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(
        default=Path(".warmlane"), description="Folder for what is kept: the sealed answers and the secret."
    )
    secret: Annotated[SecretStr, AfterValidator(_long_enough)] | None = Field(
        default=None,
        description="What keys are derived from together with each caller's own: at least 32 characters. When unset, "
        "one is made in the data folder, if nobody beyond this machine can call.",
    )
    drain_timeout: Seconds = Field(
        30.0, description="Seconds that calls under way have when the gateway is told to end."
    )
    providers: dict[str, ProviderSettings] = Field(default_factory=dict, description="Providers by name.")
    cache: CacheSettings = CacheSettings()
    usage: UsageSettings = UsageSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    verifier: VerifierSettings = VerifierSettings()
    upstream: UpstreamSettings = UpstreamSettings()
    limits: LimitSettings = LimitSettings()
    demo: DemoSettings = DemoSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    cluster: ClusterSettings = ClusterSettings()
    stages: StagesSettings = StagesSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: `load` merges the sources, so that it can say which one is wrong."""
        return (init_settings,)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can call."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def base_urls(self) -> Mapping[str, str]:
        """What the provider table is to be changed by."""
        return {name: provider.base_url for name, provider in self.providers.items()}

    @property
    def store_url(self) -> str:
        """The store that was named, or the one in the data folder."""
        if self.cache.store is not None:
            return self.cache.store
        folder = quote(str(self.data_dir.expanduser().absolute() / "cache"))
        return f"sqlite://{folder}?max_bytes={int(self.cache.max_bytes)}&max_entries={self.cache.max_entries}"
