"""What the demo cannot do, in each vendor's shape."""

from http import HTTPStatus
from typing import Any

import pytest

from unit.adapters.demo.asking import said
from warmlane.adapters.demo.refusals import refusal
from warmlane.families import Family

BAD, GONE = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("family", "status", "value"),
    [
        (Family.OPENAI, BAD, {"message": "No.", "type": "invalid_request_error", "param": "n", "code": None}),
        (Family.OPENAI, GONE, {"message": "No.", "type": "invalid_request_error", "param": "n", "code": "not_found"}),
        (Family.ANTHROPIC, BAD, {"type": "invalid_request_error", "message": "No."}),
        (Family.ANTHROPIC, GONE, {"type": "not_found_error", "message": "No."}),
        (Family.GOOGLE, BAD, {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}),
        (Family.GOOGLE, GONE, {"code": 404, "message": "No.", "status": "NOT_FOUND"}),
    ],
)
def test_each_vendor_has_its_words_for_it(family: Family, status: HTTPStatus, value: Any) -> None:
    """So that an SDK raises what it raises at the vendor's own."""
    told = said(refusal(family, "req_1", status, "No.", "n"))

    assert told["error"] == value
    assert {name: told[name] for name in told if name != "error"} == (
        {"type": "error", "request_id": "req_1"} if family is Family.ANTHROPIC else {}
    )
