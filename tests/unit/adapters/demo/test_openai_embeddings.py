"""The demo's embeddings, as OpenAI has them."""

import base64
from typing import Any

import numpy as np
import pytest

from unit.adapters.demo.asking import QUESTION, asked, kept, said
from warmlane.adapters.demo.answers import Unusable
from warmlane.adapters.demo.openai_embeddings import answer
from warmlane.adapters.demo.vectors import vector

ASKED: dict[str, Any] = {"model": "text-embedding-3-small", "input": QUESTION}


def test_each_input_has_its_vector() -> None:
    """In order, with its place, and with a usage that counts all of them."""
    told = said(answer(asked({**ASKED, "input": ["One two", "Three"]})))

    assert [(each["object"], each["index"]) for each in told["data"]] == [("embedding", 0), ("embedding", 1)]
    assert told["data"][1]["embedding"] == vector("Three").tolist()
    assert told["data"][0]["embedding"] != told["data"][1]["embedding"]
    assert told["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert (told["object"], told["model"]) == ("list", "text-embedding-3-small")


def test_both_forms_hold_the_same_numbers() -> None:
    """SDKs ask for base64 unless they are told not to, and cannot tell afterwards."""
    floats = said(answer(asked({**ASKED, "encoding_format": "float"})))["data"][0]["embedding"]
    packed = said(answer(asked({**ASKED, "encoding_format": "base64"})))["data"][0]["embedding"]

    assert np.frombuffer(base64.b64decode(packed), dtype="<f4").tolist() == floats


def test_dimensions_are_as_asked() -> None:
    """And such an answer is kept."""
    wanted = asked({**ASKED, "dimensions": 7})

    assert len(said(answer(wanted))["data"][0]["embedding"]) == 7
    assert kept("openai_embeddings", answer(wanted), wanted) == said(answer(wanted))


@pytest.mark.parametrize(("given", "inputs"), [([15, 39], 1), ([[15], [10, 4]], 2), (["a"], 1)])
def test_tokens_are_embedded_too(given: Any, inputs: int) -> None:
    """As if their numbers were words: LangChain sends nothing else."""
    assert len(said(answer(asked({**ASKED, "input": given})))["data"]) == inputs


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": None}, "model"),
        ({"input": None}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": [[]]}, "input"),
        ({"input": ["a", " "]}, "input"),
        ({"input": ["a", 1]}, "input"),
        ({"input": [True]}, "input"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 5000}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict[str, Any], field: str) -> None:
    """Nothing has no vector."""
    assert answer(asked({**ASKED, **fields})) == Unusable(field=field)
