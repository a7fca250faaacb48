"""The provider table: who can be called, where, and which of their endpoints are cached. Data, one row each."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from warmlane.errors import ConfigError
from warmlane.model import Value

OPENAI_CACHEABLE: Final[Mapping[str, str]] = {"/v1/chat/completions": "openai_chat"}
"""Canonical path -> dialect name, for everybody who speaks OpenAI's API."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_TAKEN: Final = frozenset({
    "admin", "dashboard", "healthz", "localhost", "metrics", "readyz", "v1", "v2", "v3",
})  # fmt: skip
"""Names that already mean something as the first part of a path or a host."""

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::\d+)?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_DOTS: Final = frozenset({".", ".."})


class Provider(Value, frozen=True, kw_only=True):
    """Somebody who answers calls.

    `base_url` is an origin with an optional path, without a trailing slash and without `/v1`. `family` says whose paths
    it has, `cacheable` which of them are cached, by which dialect. `shared` True: a call without a credential is cached
    too, in one tenant that everybody shares.
    """

    name: str
    base_url: str
    family: str = "openai"
    cacheable: Mapping[str, str]
    shared: bool = False


def table(overrides: Mapping[str, str]) -> Mapping[str, Provider]:
    """Every provider by name; `overrides` gives base URLs, of known providers or of new ones that speak OpenAI's API.

    Raises: ConfigError, naming the setting.
    """
    rows = {
        "openai": Provider(name="openai", base_url="https://api.openai.com", cacheable=OPENAI_CACHEABLE),
        # Answered in the process. Its address never resolves (RFC 6761 §6.4), whoever should try to call it.
        "demo": Provider(name="demo", base_url="http://demo.invalid", cacheable=OPENAI_CACHEABLE, shared=True),
    }
    for given, url in overrides.items():
        name = given.lower()
        setting = f"WARMLANE_PROVIDERS__{given.upper()}__BASE_URL"
        if name == "demo":
            msg = f"{setting}: demo is built in and calls nobody; remove the setting"
            raise ConfigError(msg)
        if not _NAME.fullmatch(name) or name in _TAKEN:
            msg = (
                f"{setting}: a provider's name is up to 32 lower-case letters, digits, - or _, begins with a letter, "
                f"and is none of {', '.join(sorted(_TAKEN))}"
            )
            raise ConfigError(msg)
        rows[name] = Provider(name=name, base_url=_base_url(url, setting), cacheable=OPENAI_CACHEABLE)
    return rows


def _base_url(text: str, setting: str) -> str:
    """The base URL in one form, whichever of the usual forms was pasted."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise _wrong(setting, "is no URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _wrong(setting, "must begin with http:// or https:// and name a host")
    if "@" in parts.netloc:
        raise _wrong(setting, "must hold no credentials: callers bring their own")
    if "?" in text or "#" in text:
        raise _wrong(setting, "must have no query and no fragment")
    if not _HOST.fullmatch(parts.netloc) or port == 0:
        raise _wrong(setting, "has a host that cannot be called")
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    if not _PATH.fullmatch(path) or not _DOTS.isdisjoint(path.split("/")):
        raise _wrong(setting, "has a path that is not plain letters, digits, dots and dashes")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _wrong(setting: str, what: str) -> ConfigError:
    """Says what is wrong, but not with which value: somebody may have pasted a key into it."""
    return ConfigError(f"{setting} {what}, like https://api.example.com")
