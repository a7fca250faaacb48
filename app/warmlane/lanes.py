"""A lane is a named, revisioned policy. Today there is one, made from the settings."""

from enum import StrEnum

from warmlane.match.vetoes import VetoName
from warmlane.model import Value


class Mode(StrEnum):
    """How an answer may be found: the values of `cache.type` and `X-Cache-Mode`."""

    AUTO = "auto"  # the same request, then one that means the same
    SEMANTIC = "semantic"  # the same: an identical request means the same
    EXACT = "exact_match"  # the same request only
    OFF = "off"  # neither read nor store


class When(StrEnum):
    """Which calls are cached without asking for it."""

    DETERMINISTIC = "deterministic"  # temperature present and 0
    ALWAYS = "always"


class Lane(Value, frozen=True, kw_only=True):
    """What applies to a call where the caller says nothing.

    `ttl`, `max_ttl` and `revalidate_after` are seconds; `threshold` is a cosine; `max_error_rate` is the
    share of semantic hits that may be wrong; `vetoes_off` are classes of disagreement that do not matter to it;
    `max_entry_bytes` bounds one answer.
    `count_usage`: where a provider does not say what was used, it is counted here. `ask_usage`: providers are asked for
    it in streams whose callers do not want it, who never see it.
    `revision` is in every key: a changed lane never serves answers made under the old one.
    """

    name: str = "default"
    revision: int = 1
    when: When = When.DETERMINISTIC
    mode: Mode = Mode.AUTO
    ttl: int = 86_400
    max_ttl: int = 259_200
    threshold: float = 0.85
    max_error_rate: float = 0.02
    vetoes_off: frozenset[VetoName] = frozenset()
    max_entry_bytes: int = 1_048_576
    revalidate_after: int = 3600
    count_usage: bool = True
    ask_usage: bool = False
