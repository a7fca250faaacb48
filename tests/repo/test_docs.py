"""The documents say what the code does: what exists is named, and what is named exists."""

import argparse
import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from samples import NOW, a_find, a_trip
from warmlane.aliases import Product
from warmlane.controls import MEMBERS, NATIVE, Controls
from warmlane.errors import Overloaded, WarmlaneError
from warmlane.events import NotNear, Outcome
from warmlane.families import SHAPES, Family
from warmlane.headers import ALIASES, upstream_headers
from warmlane.keys import KEYED_HEADERS
from warmlane.model import Head
from warmlane.providers import table
from warmlane.status import hit_head, miss_head
from warmlane.web.edge import Edge
from warmlane.web.routing import PROVIDER_HEADERS, Router
from warmlane_serve import cli

HEADER = re.compile(
    r"x-[a-z0-9-]*[a-z0-9]|(openai|anthropic)(-[a-z]+)+|cache-(status|control)|age|server-timing|retry-after"
    r"|request-id|authorization|api-key|traceparent|cf-aig-[a-z-]+|helicone-cache[a-z-]*"
)

# Shipped test doubles and the demo speak for a provider, whose headers are its own business.
PROVIDERS_OWN = {Path("app/warmlane/adapters/scripted.py"), Path("app/warmlane/adapters/demo/anthropic_messages.py")}


def headers_in(source: str) -> Iterator[str]:
    """The header names among the constants of a module, in lower case."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            word = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
            if HEADER.fullmatch(word.lower()):
                yield word.lower()


def first_cells(text: str) -> Iterator[str]:
    """The code words in the first column of each table row."""
    for row in re.findall(r"^\| *(`[^|]+?) *\|", text, re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", row)


def section(text: str, title: str) -> str:
    """The part of a document under one `##` heading."""
    (found,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def known_headers(sources: list[Path], root: Path) -> set[str]:
    """Header names that the product reads or writes."""
    return {name for path in sources if path not in PROVIDERS_OWN for name in headers_in((root / path).read_text())}


def test_every_header_of_the_code_has_a_row(known_headers: set[str], texts: dict[Path, str]) -> None:
    """A header that nobody can look up is a surprise."""
    named = {name.lower() for name in first_cells(texts[Path("docs/reference/headers.md")])}

    assert known_headers - named == set()


def test_every_header_row_is_in_the_code(known_headers: set[str], texts: dict[Path, str]) -> None:
    """A header that is only promised is a lie."""
    named = {name.lower() for name in first_cells(texts[Path("docs/reference/headers.md")])}

    assert named - known_headers == {"host"}  # the router gets it as an argument


def test_every_control_in_the_body_has_a_row(texts: dict[Path, str]) -> None:
    """The members of `cache` that are read are those that are documented."""
    page = section(texts[Path("docs/reference/controls.md")], "In the body")

    assert sorted(first_cells(page)) == sorted(name for name, _, _ in MEMBERS)


def test_every_control_header_has_a_row(texts: dict[Path, str], root: Path) -> None:
    """The `X-Cache-*` headers that are read are those that are documented."""
    page = section(texts[Path("docs/reference/controls.md")], "In headers")
    read = headers_in((root / "app/warmlane/controls.py").read_text())

    assert {name.lower() for name in first_cells(page)} == {name for name in read if name.startswith("x-cache-")}


def test_every_header_of_another_gateway_says_what_it_means(texts: dict[Path, str]) -> None:
    """Each that is understood has its own row, beside those that only name the provider."""
    page = section(texts[Path("docs/reference/controls.md")], "Headers of other gateways")

    assert {name.lower() for name in first_cells(page)} == decoded(ALIASES - set(PROVIDER_HEADERS))


def test_the_headers_of_answers_are_those_that_are_set(texts: dict[Path, str]) -> None:
    """On hits, misses and errors of ours, with all that can be on them but what frames the body."""
    page = section(texts[Path("docs/reference/headers.md")], "On answers")
    trip = a_trip(controls=Controls(debug=True, products=tuple(Product)), similarity=0.9, not_near=NotNear.TIME)
    edge = Edge(Router(table({})), SHAPES)
    errors = [Overloaded("busy", retry_after=1), WarmlaneError("broken")]
    heads = [
        hit_head(trip, a_find(outcome=Outcome.NEAR), NOW).headers,
        miss_head(trip, Head(status=200, headers=()), stored=True).headers,
        *(edge.error(error, "wl_1", SHAPES[Family.OPENAI])[1] for error in errors),
    ]
    names = {name for head in heads for name, _ in head} - {b"content-type", b"content-length"}

    assert {name.lower() for name in first_cells(page)} == decoded(names)


def test_the_headers_that_end_here_do(texts: dict[Path, str]) -> None:
    """Ours, and those of other gateways that are understood; what has a row does not go up."""
    page = section(texts[Path("docs/reference/headers.md")], "On requests: ours")
    found = {name.lower() for name in first_cells(page)}

    assert found == decoded(NATIVE | ALIASES | {*PROVIDER_HEADERS, b"x-lane"})
    assert upstream_headers(tuple((name.encode(), b"x") for name in found), identity=False) == ()


def test_the_headers_that_are_passed_on_are(texts: dict[Path, str]) -> None:
    """Those that are in the key have a row, and so has who calls and what is understood of HTTP; all but Host go up."""
    page = section(texts[Path("docs/reference/headers.md")], "On requests: read, and passed on")
    found = {name.lower() for name in first_cells(page)}
    others = {"authorization", "x-api-key", "x-goog-api-key", "api-key", "cache-control", "host", "traceparent"}
    sent = tuple((name.encode(), b"x") for name in sorted(found))

    assert found == decoded(KEYED_HEADERS) | others
    assert upstream_headers(sent, identity=False) == tuple(field for field in sent if field[0] != b"host")


def decoded(names: Iterable[bytes]) -> set[str]:
    """Header names as a page has them, in lower case."""
    return {name.decode() for name in names}


def test_every_command_and_option_has_a_row(texts: dict[Path, str]) -> None:
    """The command line that is documented is the one that is parsed."""
    parser = cli._parser()
    (commands,) = (action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    actions = [action for command in commands.values() for action in command._actions if action.option_strings]
    options = {action.option_strings[-1] for action in actions} - {"--help"}
    cells = set(first_cells(texts[Path("docs/reference/cli.md")]))

    assert {cell for cell in cells if cell.startswith("--")} == options
    assert {f"warmlane {name}" for name in commands} | {"warmlane --version", "warmlane --help"} == cells - options


def test_every_make_target_that_is_named_exists(texts: dict[Path, str]) -> None:
    """A command in a document works when it is typed."""
    targets = set(re.findall(r"^([a-z-]+):.*## ", texts[Path("Makefile")], re.MULTILINE))
    code = [span for text in pages(texts).values() for span in re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)]
    named = {word for span in code for words in re.findall(r"\bmake((?: [a-z-]+)+)", span) for word in words.split()}

    assert {"run", "test", "setup"} <= named
    assert named - targets == set()


def test_every_link_leads_somewhere(texts: dict[Path, str], root: Path) -> None:
    """A link to a file of this repository finds it."""
    links = [
        (page, target.split("#")[0])
        for page, text in pages(texts).items()
        for target in re.findall(r"\]\(([^)\s]+)\)", text)
        if "://" not in target and not target.startswith("#")
    ]

    assert len(links) > 10
    assert [f"{page} -> {to}" for page, to in links if not (root / page.parent / to).exists()] == []


def test_every_file_that_is_named_exists(texts: dict[Path, str], tracked: list[Path]) -> None:
    """A source file or folder that a document names is there, from the root or from a folder that the page is about."""
    there = {f"/{path}" for path in tracked} | {f"/{folder}" for path in tracked for folder in path.parents}
    named = {
        (page, name.rstrip("/"))
        for page, text in pages(texts).items()
        for name in re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:\.py|/))`", text)
    }

    assert len(named) > 20
    assert {f"{page}: {name}" for page, name in named if not any(path.endswith(f"/{name}") for path in there)} == set()


def test_the_changelog_is_kept(texts: dict[Path, str]) -> None:
    """The newest section is what is not released yet."""
    titles = re.findall(r"^## (.+)$", texts[Path("CHANGELOG.md")], re.MULTILINE)

    assert titles[0] == "Unreleased"
    assert re.search(r"^- ", section(texts[Path("CHANGELOG.md")], "Unreleased"), re.MULTILINE)


def test_the_readme_is_one_screen(texts: dict[Path, str]) -> None:
    """What it is, how to start it, what a hit looks like, where to go next: no more."""
    assert len(texts[Path("README.md")].splitlines()) <= 60


def test_decisions_are_numbered_and_whole(texts: dict[Path, str]) -> None:
    """Each decision is at most a page, and says what would change our mind."""
    decisions = {path: text for path, text in texts.items() if path.parent == Path("docs/adr")}
    parts = ("**Context.**", "**Decision.**", "**Consequences.**", "**What would change our mind.**")

    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    assert [f"{path}: {part}" for path, text in decisions.items() for part in parts if part not in text] == []
    assert [str(path) for path, text in decisions.items() if len(text.splitlines()) > 60] == []


def pages(texts: dict[Path, str]) -> dict[Path, str]:
    """The documents."""
    return {path: text for path, text in texts.items() if path.suffix == ".md" and "data" not in path.parts}


def test_the_readers_read() -> None:
    """The helpers above see what they are for: a check that sees nothing passes everything."""
    assert list(headers_in('a = (b"x-cache", "Age", "x-cache-", "page", {b"cache-control": 1})')) == [
        "x-cache",
        "age",
        "cache-control",
    ]
    assert list(first_cells("| `X-A`, `X-B` | see `y` |\n| plain | `z` |\n")) == ["X-A", "X-B"]
    assert section("# t\n## A\na\n## B\nb\n", "A") == "a\n"
