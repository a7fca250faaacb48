"""Errors of ours as Google's clients read them."""

import json
from typing import Any

import pytest

from warmlane import errors
from warmlane.dialects.google_error import error


@pytest.mark.parametrize(
    ("trouble", "code", "status"),
    [
        (errors.BadRequest("bad"), 400, "INVALID_ARGUMENT"),
        (errors.UnknownRoute("where"), 404, "NOT_FOUND"),
        (errors.TimedOut("slow"), 408, "DEADLINE_EXCEEDED"),
        (errors.TooLarge("big"), 413, "INVALID_ARGUMENT"),
        (errors.HeadersTooLarge("big"), 431, "INVALID_ARGUMENT"),
        (errors.WarmlaneError("ours"), 500, "INTERNAL"),
        (errors.Unreachable("gone"), 502, "UNAVAILABLE"),
        (errors.Overloaded("busy"), 503, "UNAVAILABLE"),
        (errors.UpstreamTimeout("late"), 504, "DEADLINE_EXCEEDED"),
        (errors.NotCached("new"), 504, "DEADLINE_EXCEEDED"),
    ],
)
def test_an_error_has_the_name_of_an_rpc_code(trouble: errors.WarmlaneError, code: int, status: str) -> None:
    """The SDK takes `code`, `message` and `status` from it, and `details` tells ours from the provider's."""
    content_type, body = error(trouble)
    said: Any = json.loads(body)["error"]

    assert content_type == b"application/json; charset=UTF-8"
    assert (said["code"], said["message"], said["status"]) == (code, trouble.message, status)
    assert [(each["reason"], each["domain"]) for each in said["details"]] == [(trouble.why.value.upper(), "warmlane")]


def test_the_field_is_named_where_google_names_it() -> None:
    """A malformed cache control is found by its path."""
    _, body = error(errors.BadRequest("must be 1 or more", param="cache.ttl"))
    said: Any = json.loads(body)["error"]

    assert said["details"][1] == {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": "cache.ttl", "description": "must be 1 or more"}],
    }
