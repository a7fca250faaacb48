"""An error of ours, in OpenAI's shape."""

import json
from typing import Any

import pytest

from warmlane import errors
from warmlane.dialects.openai_error import problem


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (errors.BadRequest("bad", param="cache.ttl"), 400, "invalid_request_error"),
        (errors.UnknownRoute("where"), 404, "not_found_error"),
        (errors.TimedOut("slow"), 408, "invalid_request_error"),
        (errors.TooLarge("big"), 413, "invalid_request_error"),
        (errors.HeadersTooLarge("big"), 431, "invalid_request_error"),
        (errors.WarmlaneError("ours"), 500, "server_error"),
        (errors.Unreachable("gone"), 502, "api_error"),
        (errors.Overloaded("busy"), 503, "overloaded"),
        (errors.UpstreamTimeout("late"), 504, "api_error"),
        (errors.NotCached("new"), 504, "api_error"),
    ],
)
def test_an_error_speaks_to_both_readers(error: errors.WarmlaneError, status: int, kind: str) -> None:
    """RFC 9457's members for one, the `error` object for the SDKs; `param` and `code` are always there."""
    content_type, text = problem(error)
    body: Any = json.loads(text)

    assert content_type == b"application/problem+json"
    assert {name: body[name] for name in ("type", "status", "detail")} == {
        "type": "about:blank",
        "status": status,
        "detail": error.message,
    }
    assert body["title"]
    assert body["error"] == {"message": error.message, "type": kind, "param": error.param, "code": error.why.value}
