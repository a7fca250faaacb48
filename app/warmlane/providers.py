"""The provider table: who can be called, where, and whose API they speak. Data, one row each."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from warmlane.errors import ConfigError
from warmlane.families import OPENAI_PATHS, Family, canonical, dialect_of
from warmlane.model import Value

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_TAKEN: Final = frozenset({
    "admin", "dashboard", "healthz", "localhost", "metrics", "readyz", "v1", "v1alpha", "v1beta", "v1beta1", "v2", "v3",
})  # fmt: skip
"""Names that already mean something as the first part of a path or a host."""

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::\d+)?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_END = re.compile(r"(?:/+v1)?/*\Z")
_GOOGLE_END = re.compile(r"(?:/+v1(?:beta1?|alpha)?)?/*\Z")
_DOTS: Final = frozenset({".", ".."})


class Provider(Value, frozen=True, kw_only=True):
    """Somebody who answers calls.

    `base_url` is an origin with an optional path, without a trailing slash and without a version. `family` says whose
    paths it has. `inner` is a part of its own base URL that its clients may write too, in front of a path, and
    `unversioned` are the first parts of those paths that have no `/v1` in front there. `shared` True: a call without a
    credential is cached too, in one tenant that everybody shares.
    """

    name: str
    base_url: str
    family: Family = Family.OPENAI
    inner: str = ""
    unversioned: frozenset[str] = frozenset()
    shared: bool = False

    def locate(self, path: str) -> tuple[str, str | None]:
        """`path` as it goes upstream, and the dialect of a POST to it; None: streamed through, uncached."""
        if self.inner and path.startswith(self.inner + "/"):
            path = path.removeprefix(self.inner)
        path = canonical(self.family, path)
        dialect = dialect_of(self.family, path)
        if self.unversioned and path.startswith("/v1/") and path.split("/", 3)[2] in self.unversioned:
            path = path.removeprefix("/v1")
        return path, dialect


_BUILT_IN: Final = (
    Provider(name="openai", base_url="https://api.openai.com"),
    Provider(name="anthropic", base_url="https://api.anthropic.com", family=Family.ANTHROPIC),
    Provider(name="google", base_url="https://generativelanguage.googleapis.com", family=Family.GOOGLE),
    # Google's models for a key of Google Cloud: the paths with `publishers`, none of which is cached.
    Provider(name="vertex", base_url="https://aiplatform.googleapis.com", family=Family.GOOGLE),
    Provider(name="groq", base_url="https://api.groq.com/openai", inner="/openai"),
    Provider(name="mistral", base_url="https://api.mistral.ai"),
    Provider(name="together", base_url="https://api.together.xyz"),
    Provider(name="fireworks", base_url="https://api.fireworks.ai/inference", inner="/inference"),
    Provider(
        name="perplexity",
        base_url="https://api.perplexity.ai",
        unversioned=frozenset({"async", "chat", "generate_auth_token", "revoke_auth_token", "search"}),
    ),
    Provider(
        name="deepinfra",
        base_url="https://api.deepinfra.com/v1/openai",
        inner="/v1/openai",
        unversioned=OPENAI_PATHS,
    ),
    Provider(name="openrouter", base_url="https://openrouter.ai/api", inner="/api"),
    # Answered in the process. Its address never resolves (RFC 6761 §6.4), whoever should try to call it.
    Provider(name="demo", base_url="http://demo.invalid", family=Family.ANY, shared=True),
)


def table(overrides: Mapping[str, str]) -> Mapping[str, Provider]:
    """Every provider by name; `overrides` gives base URLs, of known providers or of new ones that speak OpenAI's API.

    Raises: ConfigError, naming the setting.
    """
    rows = {row.name: row for row in _BUILT_IN}
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
        row = rows.get(name) or Provider(name=name, base_url="")
        rows[name] = replace(row, base_url=_base_url(url, setting, row.family))
    return rows


def _base_url(text: str, setting: str, family: Family) -> str:
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
    path = (_GOOGLE_END if family is Family.GOOGLE else _END).sub("", parts.path)
    if not _PATH.fullmatch(path) or not _DOTS.isdisjoint(path.split("/")):
        raise _wrong(setting, "has a path that is not plain letters, digits, dots and dashes")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _wrong(setting: str, what: str) -> ConfigError:
    """Says what is wrong, but not with which value: somebody may have pasted a key into it."""
    return ConfigError(f"{setting} {what}, like https://api.example.com")
