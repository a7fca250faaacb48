"""Word lists: data in `warmlane/data/lexicon`, one file a subject."""

import tomllib
from importlib.resources import files
from typing import Any


def lexicon(name: str) -> dict[str, Any]:
    """What `data/lexicon/<name>.toml` says. Raises: FileNotFoundError, tomllib.TOMLDecodeError."""
    text = files("warmlane").joinpath("data", "lexicon", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def words(text: str) -> frozenset[str]:
    """The words of a list that a lexicon writes as one string, with spaces between."""
    return frozenset(text.split())
