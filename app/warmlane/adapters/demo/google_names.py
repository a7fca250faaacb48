"""What Google's two APIs have alike: how members, models and JSON are named."""

import re
from typing import Final

from warmlane.adapters.demo.answers import member
from warmlane.model import Json

JSON: Final = b"application/json; charset=UTF-8"

_CAPITAL: Final = re.compile("[A-Z]")


def either(value: Json, name: str) -> Json:
    """A member in either of the spellings that Google reads, `outputDimensionality` and `output_dimensionality`."""
    found = member(value, name)
    return member(value, _CAPITAL.sub(lambda each: f"_{each[0].lower()}", name)) if found is None else found


def model_of(path: str) -> str:
    """The model that a path names, without `models/`."""
    return path.rpartition("/")[2].rpartition(":")[0]
