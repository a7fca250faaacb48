"""What may be told of a name that a caller chose: of a model, say. It may be anything: a prompt, a megabyte."""

import re

_NAME = re.compile(r"[A-Za-z0-9._:/@+-]{0,100}")

OTHER = "other"
"""Stands for a name that is not told."""


def told(name: str) -> str:
    """`name` where it looks like one, else `OTHER`: no spaces, so no sentence, and never more than 100 characters."""
    return name if _NAME.fullmatch(name) else OTHER
