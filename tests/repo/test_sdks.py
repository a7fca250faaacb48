"""The page on SDKs shows the code that the tests of clients run, and nothing else."""

import re
from pathlib import Path

from clients.driving import snippet
from clients.table import CLIENTS, HERE

PAGE = Path("docs/sdks.md")
BLOCK = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_block_is_the_code_of_a_test(texts: dict[Path, str]) -> None:
    """Each snippet is there, and each block is one: in a program that is run, or in the files of `llm`."""
    programs = {client.path for client in CLIENTS} | {
        HERE / "programs" / name for name in ("llm_models.yaml", "llm_cli.sh")
    }
    blocks = BLOCK.findall(texts[PAGE])

    assert len(blocks) > 20
    assert sorted(blocks) == sorted(map(snippet, programs))


def test_every_program_is_run(root: Path, tracked: list[Path]) -> None:
    """A program with a snippet has a row in the table of clients."""
    shown = {
        path
        for path in tracked
        if path.suffix in {".py", ".mjs"}
        and path.parent in {Path("tests/clients/programs"), Path("tests/clients/node")}
        and "--- as docs/sdks.md shows it" in (root / path).read_text()
    }

    assert shown == {client.path.relative_to(root) for client in CLIENTS}
