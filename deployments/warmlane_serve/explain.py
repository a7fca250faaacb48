"""`warmlane explain`: asks a running gateway what a request would get from its cache, and why, and prints that."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import urlsplit

import httpx
import msgspec

from warmlane.errors import ConfigError
from warmlane.explaining import Explanation, Nearby
from warmlane.model import Value

URL: Final = "http://127.0.0.1:8000/openai/v1/chat/completions"
"""Where it asks unless told otherwise."""

STANDARD: Final = "OPENAI_API_KEY"
"""The variable with the caller's key, where the address names no provider that has one of its own."""

_OK = 200
_PATIENCE = 30.0  # seconds: a store and an embedder may be busy, and no provider is asked
_ASKED = "x-cache-debug"


class Asking(Value, frozen=True, kw_only=True):
    """What is asked where, as whom."""

    url: str
    body: bytes
    key: str
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Neither the key nor the text; and an address may hold a key as well."""
        return "Asking()"


def run(asking: Asking, out: TextIO, *, as_json: bool) -> int:
    """Ask, and print what is said; the exit code: 0. Raises: ConfigError, where nobody explains."""
    raw = ask(asking)
    if as_json:
        out.write(msgspec.json.format(raw, indent=2).decode() + "\n")
    else:
        out.writelines(f"{line}\n" for line in lines(_read(raw)))
    return 0


def ask(asking: Asking) -> bytes:
    """The explanation as the gateway sends it. Raises: ConfigError."""
    headers = {"content-type": "application/json", **dict(asking.headers), _ASKED: "explain"}
    if asking.key:
        headers["authorization"] = f"Bearer {asking.key}"
    try:
        # No proxy and no password of the environment: what is asked is the gateway, which mostly is on this machine.
        answer = httpx.post(asking.url, content=asking.body, headers=headers, timeout=_PATIENCE, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError) as error:
        msg = f"no gateway could be asked: {type(error).__name__}; is it running? --url says where"
        raise ConfigError(msg) from None
    if answer.status_code != _OK or answer.headers.get(_ASKED) != "explain":
        msg = f"no explanation came, but status {answer.status_code}: --url should be a gateway's, with an API's path"
        raise ConfigError(msg)
    return answer.content


def body_of(path: Path | None, text: str | None, model: str | None, given: TextIO) -> bytes:
    """The request: a file, standard input (`-`), or a chat about `text` with `model`. Raises: ConfigError."""
    if text is not None and model is not None and path is None:
        return msgspec.json.encode({"model": model, "messages": [{"role": "user", "content": text}], "temperature": 0})
    if path is None or text is not None or model is not None:
        msg = "explain needs a file with the request, or both --text and --model"
        raise ConfigError(msg)
    if str(path) == "-":
        return given.read().encode()
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {(error.strerror or 'unknown').lower()}"
        raise ConfigError(msg) from None


def key_of(url: str, said: str | None) -> str:
    """The caller's key: what was said, else the variable of the provider that the address names."""
    if said is not None:
        return said
    first = urlsplit(url).path.strip("/").split("/")[0].upper()
    return os.environ.get(f"{first}_API_KEY") or os.environ.get(STANDARD, "")


def header_of(text: str) -> tuple[str, str]:
    """A header field as `Name: value`. Raises: ConfigError."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        msg = "--header wants a name, a colon and a value"
        raise ConfigError(msg)
    return name.strip().lower(), value.strip()


def lines(said: Explanation) -> Iterator[str]:
    """What is said, for reading. Texts of callers are quoted: none can move the cursor."""
    yield f"{said.outcome}: {_plain(said.verdict)}"
    if said.otherwise is not None:
        yield f"behind that: {_plain(said.otherwise)}"
    yield ""
    yield _row("call", f"{said.path} at {said.provider}, model {_plain(said.model) or '-'}, lane {said.lane}")
    if said.plan is not None:
        plan = said.plan
        yield _row("plan", f"{'read' if plan.read else 'do not read'}, {_kept(plan.write, plan.ttl)}")
        yield _row("", f"by meaning from a cosine of {plan.threshold:g}, at most {plan.bound:.1%} wrong")
    for name, value in (("exact only", said.exact_only), ("key", said.key), ("known", said.known)):
        if value is not None:
            yield _row(name, value)
    if said.normalised_text is not None:
        yield _row("normalised", repr(said.normalised_text))
        yield _row("", f"key {said.normalised_key}")
    if said.estimate is not None:
        known = said.estimate
        yield _row("wrong", f"{known.wrong:.2%} of hits by meaning, {known.low:.2%} to {known.high:.2%}, as far as")
        yield _row("", f"{known.labels} labels and the training data tell")
    if said.partition is not None:
        yield _row("partition", f"{said.partition} of {said.embedder}")
    yield from _candidates(said.candidates)


def _candidates(candidates: Sequence[Nearby]) -> Iterator[str]:
    for number, each in enumerate(candidates, 1):
        yield ""
        yield _row(f"near {number}", repr(each.prompt))
        yield _row("", f"{each.gate or 'passes'}, cosine {each.similarity:.4f}, score {each.score:.4f}")
        yield _row("", f"{each.key}, {each.age} s old")
        for veto in each.vetoes:
            yield _row("", f"{veto.veto}: {_plain(veto.about)}")


def _read(raw: bytes) -> Explanation:
    """Raises: ConfigError."""
    try:
        return msgspec.json.decode(raw, type=Explanation)
    except msgspec.DecodeError:
        msg = "the gateway explains in other words than this command knows: are both of one version? --json prints them"
        raise ConfigError(msg) from None


def _kept(write: bool, ttl: int) -> str:  # noqa: FBT001 - a word for each
    return f"keep for {ttl} s" if write else "do not keep"


def _plain(text: str) -> str:
    """On one line, and without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _row(name: str, value: str) -> str:
    return f"{name:<12}{value}".rstrip()
