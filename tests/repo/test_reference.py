"""The reference is made from the code, and leaves nothing out."""

import inspect
import re
import runpy
from enum import StrEnum
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from warmlane import errors, events
from warmlane.adapters.call_line import CallLine, LostLine, StageLine
from warmlane.adapters.otel import ALLOWED
from warmlane.adapters.sinks import MetricsSink
from warmlane.errors import WarmlaneError
from warmlane.events import Event
from warmlane.match.vetoes import VetoName
from warmlane.match.vetoes.registry import every
from warmlane.settings.fields import Settings
from warmlane.settings.listing import every_setting

EVENTS = [kind for _, kind in inspect.getmembers(events, inspect.isclass) if issubclass(kind, Event)]
ENUMS = [
    kind for _, kind in inspect.getmembers(events, inspect.isclass) if issubclass(kind, StrEnum) and kind is not StrEnum
]
ERRORS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, WarmlaneError)]


def page(texts: dict[Path, str], name: str) -> str:
    """A page as it is in the repository."""
    return texts[Path("docs/reference") / name]


def section(text: str, title: str) -> str:
    """What stands under a heading of any depth, up to the next one."""
    (found,) = re.findall(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    return str(found)


def rows(text: str) -> dict[str, list[str]]:
    """The rows of its tables, cells by the code word in the first."""
    cells = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in re.findall(r"^\| `.*\|$", text, re.MULTILINE)
    ]
    return {row[0].strip("`"): row[1:] for row in cells}


@pytest.mark.parametrize("name", ["events.md", "settings.md", "metrics.md", "errors.md", "vetoes.md"])
def test_a_page_is_as_the_code_has_it(name: str, texts: dict[Path, str], root: Path) -> None:
    """When this fails: `make docs`."""
    made = runpy.run_path(str(root / "scripts" / "make_reference.py"))["pages"]()

    assert page(texts, name) == made[name]


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_has_its_section_and_its_fields(kind: type[Event], texts: dict[Path, str]) -> None:
    """With what its docstring says."""
    found = section(page(texts, "events.md"), "Every event" if kind is Event else kind.__name__)
    inherited = () if kind is Event else Event.__struct_fields__

    assert list(rows(found)) == [name for name in kind.__struct_fields__ if name not in inherited]
    assert " ".join((kind.__doc__ or "").split()) in " ".join(found.split())


@pytest.mark.parametrize("words", ENUMS)
def test_every_word_is_explained(words: type[StrEnum], texts: dict[Path, str]) -> None:
    """A closed set is a list of rows, none of which is empty."""
    found = rows(section(page(texts, "events.md"), words.__name__))

    assert list(found) == [word.value for word in words]
    assert [word for word, cells in found.items() if not cells[0]] == []


@pytest.mark.parametrize("line", [CallLine, StageLine, LostLine])
def test_every_field_of_the_log_has_a_row(line: type[CallLine], texts: dict[Path, str]) -> None:
    """In the order in which it is written."""
    found = section(page(texts, "events.md"), f'`"event": "{line.__struct_config__.tag}"`')

    assert tuple(rows(found)) == line.__struct_fields__


def test_every_attribute_of_a_span_is_named(texts: dict[Path, str]) -> None:
    """What may be exported."""
    named = set(
        re.findall(r"`((?:gen_ai|http|error|warmlane)\.[a-z_.]+)`", section(page(texts, "events.md"), "In traces"))
    )

    assert named == ALLOWED


def test_every_setting_has_a_row(texts: dict[Path, str]) -> None:
    """By its variable, with a meaning; and no row is left of one that has gone."""
    found = rows(page(texts, "settings.md"))

    assert list(found) == [each.variable for each in every_setting()]
    assert {each.keys[0] for each in every_setting()} == set(Settings.model_fields)
    assert [name for name, cells in found.items() if not cells[-1].endswith(".")] == []


def test_every_metric_has_a_row(texts: dict[Path, str]) -> None:
    """What a registry shows is what is documented."""
    registry = CollectorRegistry()
    MetricsSink(registry, [])

    shown = [family.name + ("_total" if family.type == "counter" else "") for family in registry.collect()]
    assert list(rows(page(texts, "metrics.md").split("## Buckets")[0])) == shown


@pytest.mark.parametrize("kind", [kind for kind in ERRORS if not kind.__subclasses__()])
def test_every_error_has_a_row(kind: type[WarmlaneError], texts: dict[Path, str]) -> None:
    """With its status and its code, where a client can meet it."""
    cells = rows(page(texts, "errors.md"))[kind.__name__]

    if kind.why is not WarmlaneError.why:
        assert cells[:2] == [str(kind.status), f"`{kind.why}`"]


def test_every_veto_has_a_row_with_an_example(texts: dict[Path, str]) -> None:
    """In the order of the names, each with what its file says first."""
    found = rows(page(texts, "vetoes.md"))

    assert list(found) == [name.value for name in VetoName if name in {veto.name for veto in every()}]
    assert [name for name, cells in found.items() if len(cells) < 2 or not all(cells)] == []


def test_the_readers_read() -> None:
    """The helpers above see what they are for."""
    text = "# A\n## B\n| `x` | 1 | y |\n| plain | 2 | z |\n### C\n| `z` |  | w |\n"

    assert section(text, "B") == "| `x` | 1 | y |\n| plain | 2 | z |\n"
    assert rows(text) == {"x": ["1", "y"], "z": ["", "w"]}
