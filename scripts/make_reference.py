"""Write the pages of docs/reference/ that follow from the code: events, settings, metrics, errors, vetoes."""

import inspect
import json
import re
import sys
import types
import typing
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import Enum, StrEnum
from pathlib import Path

import msgspec

from warmlane import errors, events
from warmlane.adapters.call_line import CallLine, LostLine, StageLine
from warmlane.adapters.metrics import Metrics
from warmlane.adapters.otel import ALLOWED
from warmlane.adapters.sinks import MAX_PROVIDERS
from warmlane.adapters.tally import Histogram
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.errors import BadRequest, ConfigError, StageError, WarmlaneError
from warmlane.events import Event, Refused
from warmlane.match.vetoes import VetoName
from warmlane.match.vetoes.registry import every
from warmlane.settings.listing import Setting, every_setting

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"

MADE = "<!-- Made from the code by `make docs`; a test compares. -->"

_MEMBER = re.compile(r'^    \w+ = "(?P<word>\w+)"(?:  # (?P<meaning>.+))?$', re.MULTILINE)


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


def pages() -> dict[str, str]:
    """File name to content, of every page that is made."""
    made = {
        "events.md": events_page,
        "settings.md": settings_page,
        "metrics.md": metrics_page,
        "errors.md": errors_page,
        "vetoes.md": vetoes_page,
    }
    return {name: "\n\n".join(page()) + "\n" for name, page in made.items()}


def events_page() -> Iterator[str]:
    """Each event, each line of the log, each word of the enums."""
    yield "# Events"
    yield MADE
    yield (
        "What happened to a call, said once by the stage it happened in. No event holds a prompt, an answer or a key. "
        "The log and the [metrics](metrics.md) are made of them."
    )
    yield from _fields_of(Event, "## Every event")
    for kind in event_kinds():
        yield from _fields_of(kind, f"## {kind.__name__}", inherited=Event.__struct_fields__)
    yield "## In the log"
    yield (
        "One JSON object per line on standard output, told apart by `event`, where `WARMLANE_TELEMETRY__LOG` is "
        "true. `time` is in UTC, and `call_id` is the `X-Request-Id` of answers of ours."
    )
    for line in (CallLine, StageLine, LostLine):
        yield from _fields_of(line, f'### `"event": "{line.__struct_config__.tag}"`')
    yield "## In traces"
    yield (
        "Spans `gateway` and `forward`, and one for each stage below, exported where "
        "`WARMLANE_TELEMETRY__OTLP_ENDPOINT` is set. An incoming `traceparent` is the parent, and the provider gets "
        "one of the same trace. A span may have these attributes, and no other:"
    )
    yield ", ".join(f"`{name}`" for name in sorted(ALLOWED)) + "."
    yield "## Words"
    yield "Closed sets: the same words are labels of metrics, words of the log and, as `detail`, of `Cache-Status`."
    for words in enums():
        yield f"### {words.__name__}"
        yield _text(words)
        yield _table(("word", "means"), ((f"`{word}`", meaning) for word, meaning in meanings(words)))


def settings_page() -> Iterator[str]:
    """Each setting."""
    yield "# Settings"
    yield MADE
    yield (
        "Each is an environment variable, or a line of the TOML file given with `--config`: `WARMLANE_CACHE__TTL=3600` "
        "is `ttl = 3600` under `[cache]`. An option of the command line outranks the environment, the environment the "
        "file. An empty variable is unset. `warmlane check` prints what is in force."
    )
    rows = list(every_setting())
    for group in dict.fromkeys(map(_group, rows)):
        inside = [each for each in rows if _group(each) == group]
        if group:
            yield f"## `[{group}]`"
        yield _table(
            ("variable", "key", "default", "means"),
            (
                (f"`{each.variable}`", f"`{each.keys[-1]}`", _default(each), each.meaning + _values(each))
                for each in inside
            ),
        )


def metrics_page() -> Iterator[str]:
    """Each metric."""
    yield "# Metrics"
    yield MADE
    yield (
        "At `/metrics`, in Prometheus' text format, unless `WARMLANE_TELEMETRY__METRICS` is false. Labels take closed "
        f"sets of values: words of [events.md](events.md), and at most {MAX_PROVIDERS} providers of the table, with "
        "`other` for the rest. No model, path or tenant is a label, so no caller can make series: there are fewer than "
        "2,000."
    )
    yield _table(
        ("metric", "kind", "labels", "counts"),
        (
            (f"`{each.name}`", each.kind, ", ".join(f"`{label}`" for label in each.labels), each.meaning)
            for each in Metrics().instruments
        ),
    )
    yield "## Buckets"
    yield "Upper ends, in seconds."
    yield _table(
        ("histogram", "buckets"),
        (
            (f"`{each.name}`", ", ".join(f"{end:g}" for end in each.bounds))
            for each in Metrics().instruments
            if isinstance(each, Histogram)
        ),
    )


def errors_page() -> Iterator[str]:
    """Each error."""
    yield "# Errors"
    yield MADE
    yield (
        "Errors that a provider answers pass through unchanged. These are Warmlane's own, in the shape of the API that "
        "was called, with `code` in the body and as a word of the log and the metrics. No message holds what a caller "
        "sent."
    )
    yield _table(
        ("error", "status", "code", "when", "worth retrying"),
        (
            (f"`{kind.__name__}`", str(kind.status), f"`{kind.why}`", _text(kind), _yes(kind("").worth_retrying))
            for kind in error_kinds()
            if kind.why is not Refused.INTERNAL
        ),
    )
    yield "In OpenAI's dialect the body is a problem (RFC 9457) with OpenAI's `error` in it:"
    _, body = OpenAIChat().error(BadRequest("cache.ttl must be a whole number from 1 to 259200", param="cache.ttl"))
    yield f"```json\n{json.dumps(json.loads(body), indent=2)}\n```"
    yield "## Inside"
    yield _table(
        ("error", "means"),
        (
            (f"`{kind.__name__}`", _text(kind))
            for kind in error_kinds()
            if kind.why is Refused.INTERNAL and issubclass(kind, StageError | ConfigError)
        ),
    )


def vetoes_page() -> Iterator[str]:
    """Each class of disagreement."""
    yield "# Vetoes"
    yield MADE
    yield (
        "A question is never answered by meaning with what another one was answered, if one of these classes of "
        "disagreement lies between the two, however near they are. A class that does not matter where you are is "
        "switched off by its name in `WARMLANE_CACHE__VETOES_OFF`, such as `number,unit`. In debug headers it is "
        "`gate=veto:number`, and an explanation says what it is about ([semantic.md](../semantic.md))."
    )
    order, known = list(VetoName), dict(meanings(VetoName))
    yield _table(
        ("class", "the prompts disagree on", "such as"),
        (
            (f"`{veto.name}`", known[veto.name], _first(veto))
            for veto in sorted(every(), key=lambda veto: order.index(veto.name))
        ),
    )


def _first(veto: object) -> str:
    """What the module of a veto says first, which has its example."""
    module = sys.modules[type(veto).__module__]
    return " ".join((module.__doc__ or "").split("\n\n")[0].split())


def event_kinds() -> list[type[Event]]:
    """All events, as they stand in the module."""
    found = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)]
    return [kind for kind in found if kind is not Event]


def enums() -> list[type[StrEnum]]:
    """The closed sets of words."""
    found = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]
    return [kind for kind in found if kind is not StrEnum]


def error_kinds() -> list[type[WarmlaneError]]:
    """All errors, as they stand in the module."""
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, WarmlaneError)]


def meanings(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Each word and the comment beside it; for a refusal, what its error says."""
    comments = [(found["word"], found["meaning"]) for found in _MEMBER.finditer(inspect.getsource(words))]
    by_word: dict[str, str] = {}
    if words is Refused:
        by_word = {kind.why: _text(kind) for kind in error_kinds()}
    return [(word, comment or by_word.get(word, "")) for word, comment in comments]


def _fields_of(kind: type[msgspec.Struct], title: str, inherited: Collection[str] = ()) -> Iterator[str]:
    yield title
    yield _text(kind)
    hints = typing.get_type_hints(kind)
    names = [name for name in kind.__struct_fields__ if name not in inherited]
    yield _table(("field", "type"), ((f"`{name}`", _type(hints[name])) for name in names))


def _text(kind: type) -> str:
    """The docstring as paragraphs, however the source breaks its lines."""
    paragraphs = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _type(hint: object) -> str:
    if isinstance(hint, types.UnionType):
        return " or ".join("nothing" if part is types.NoneType else _type(part) for part in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return f"list of {_type(typing.get_args(hint)[0])}"
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "yes or no", "datetime": "time"}
    name = getattr(hint, "__name__", str(hint))
    return names.get(name, f"`{name}`")


def _group(setting: Setting) -> str:
    return ".".join(setting.keys[:-1])


def _setting_row(setting: Setting) -> Sequence[str]:
    name = f"`{setting.variable}`", f"`{setting.keys[-1]}`"
    return (*name, _default(setting), setting.meaning + _values(setting))


def _values(setting: Setting) -> str:
    kind = setting.kind
    if typing.get_origin(kind) is tuple:
        return f" Any of {', '.join(f'`{value}`' for value in typing.get_args(kind)[0])}."
    if isinstance(kind, type) and issubclass(kind, Enum):
        values = [member.value for member in kind]
    elif typing.get_origin(kind) is typing.Literal:
        values = list(typing.get_args(kind))
    else:
        return ""
    return f" One of {', '.join(f'`{value}`' for value in values)}."


def _default(setting: Setting) -> str:
    if setting.default in (None, "", ()):
        return ""
    if isinstance(setting.default, bool):
        return f"`{str(setting.default).lower()}`"
    return f"`{setting.default:g}`" if isinstance(setting.default, float) else f"`{setting.default}`"


def _yes(is_so: bool) -> str:  # noqa: FBT001 - a word for each
    return "yes" if is_so else "no"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


if __name__ == "__main__":
    main()
