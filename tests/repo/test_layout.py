"""Every source file has its test file, and no file or function outgrows a reader."""

import ast
from collections.abc import Iterator
from pathlib import Path

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40

# The public contracts are tests themselves: tests/contracts runs them.
TESTED_BY_USE = Path("stores/warmlane_stores/testing")

# Where the unit tests of a source root lie.
UNIT = {
    Path("app/warmlane"): Path("tests/unit"),
    Path("stores/warmlane_stores"): Path("tests/unit/stores"),
    Path("deployments/warmlane_serve"): Path("tests/unit/serve"),
}

# Unit tests of what is no part of the product.
ELSEWHERE = {"bench", "eval", "scripts", "training"}


def test_every_source_file_has_its_test_file(sources: list[Path], tracked: list[Path], root: Path) -> None:
    """A module of the product that does anything is tested by the file of its name, so that a reader finds it."""
    own = [path for path in sources if not path.is_relative_to(TESTED_BY_USE)]
    wanted = [path for path in own if does_anything((root / path).read_text())]

    untested = {str(path) for path in wanted if unit_test(path) not in tracked}

    assert untested == set()


def test_every_unit_test_file_has_its_source_file(sources: list[Path], tracked: list[Path]) -> None:
    """A unit test whose module has gone, or was renamed, goes with it."""
    known = {unit_test(path) for path in sources}

    orphans = {str(path) for path in unit_tests(tracked) if path not in known}

    assert orphans == set()


def test_no_source_file_outgrows_a_reader(sources: list[Path], root: Path) -> None:
    """Past 400 lines a noun is missing."""
    sizes = {str(path): len((root / path).read_text().splitlines()) for path in sources}

    assert {path: lines for path, lines in sizes.items() if lines > MAX_FILE_LINES} == {}


def test_no_function_outgrows_a_screen(sources: list[Path], root: Path) -> None:
    """Past 40 lines a verb is missing; the docstring does not count."""
    sizes = {f"{path}:{name}": lines for path in sources for name, lines in functions((root / path).read_text())}

    assert {name: lines for name, lines in sizes.items() if lines > MAX_FUNCTION_LINES} == {}


def unit_test(source: Path) -> Path:
    """The test file of a source file: app/warmlane/web/routing.py -> tests/unit/web/test_routing.py."""
    (root,) = (root for root in UNIT if source.is_relative_to(root))
    inside = source.relative_to(root)
    name = f"test_{inside.parent.name}.py" if inside.name == "__init__.py" else f"test_{inside.name}"
    folder = inside.parent.parent if inside.name == "__init__.py" else inside.parent
    return UNIT[root] / folder / name


def does_anything(source: str) -> bool:
    """Whether a module has a function with a body: protocols, enums and plain values have nothing to test."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, FUNCTIONS))
    return any(not all(map(is_inert, node.body)) for node in functions)


def is_inert(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring or an ellipsis."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def unit_tests(tracked: list[Path]) -> Iterator[Path]:
    """The unit test files of the product."""
    for path in tracked:
        inside = path.relative_to("tests/unit") if path.is_relative_to("tests/unit") else None
        if inside and inside.name.startswith("test_") and inside.parts[0] not in ELSEWHERE:
            yield path


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Name and length in lines of each function, from `def` to its last line, less its docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docstring = (
                (first.end_lineno or 0) - first.lineno + 1 if is_text and isinstance(first.value.value, str) else 0
            )
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring


def test_the_rulers_measure() -> None:
    """The helpers above see what they are for: a lint that sees nothing passes everything."""
    assert unit_test(Path("app/warmlane/web/routing.py")) == Path("tests/unit/web/test_routing.py")
    assert unit_test(Path("stores/warmlane_stores/index/flat.py")) == Path("tests/unit/stores/index/test_flat.py")
    assert unit_test(Path("app/warmlane/match/__init__.py")) == Path("tests/unit/test_match.py")
    assert list(functions('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n')) == [("f", 2)]
    assert does_anything("class A:\n    def f(self) -> int:\n        return 1\n")
    assert not does_anything('class A(Protocol):\n    def f(self) -> int:\n        """One."""\n        ...\n')
