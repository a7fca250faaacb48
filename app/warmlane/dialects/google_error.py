"""Errors of ours in the shape of Google's APIs (AIP-193): what the dialects of one vendor share."""

from http import HTTPStatus

from warmlane.dialects import wire
from warmlane.errors import WarmlaneError
from warmlane.model import Json

STATUSES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
"""`error.status`, the name of an RPC code, by status; another 4xx is `INVALID_ARGUMENT`, another 5xx `INTERNAL`."""

_TYPES = "type.googleapis.com/google.rpc."


def error(error: WarmlaneError) -> tuple[bytes, bytes]:
    """Content type and body: `code`, `message`, `status`, and as `details` our name for it and the field, if any."""
    other = "INTERNAL" if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "INVALID_ARGUMENT"
    details: list[Json] = [{"@type": _TYPES + "ErrorInfo", "reason": error.why.value.upper(), "domain": "warmlane"}]
    if error.param is not None:
        violation = {"field": error.param, "description": error.message}
        details.append({"@type": _TYPES + "BadRequest", "fieldViolations": [violation]})
    said = {
        "code": error.status,
        "message": error.message,
        "status": STATUSES.get(error.status, other),
        "details": details,
    }
    return b"application/json; charset=UTF-8", wire.write({"error": said})
