"""An error of ours as every endpoint of OpenAI's API tells it."""

from http import HTTPStatus

from warmlane.dialects import wire
from warmlane.errors import WarmlaneError

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "overloaded",
}
"""`error.type` by status; another 4xx is an `invalid_request_error`, another 5xx an `api_error`."""


def problem(error: WarmlaneError) -> tuple[bytes, bytes]:
    """Content type and body: RFC 9457 members, and the `error` object that the SDKs read."""
    status = HTTPStatus(error.status)
    other = "api_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": error.message,
        "error": {
            "message": error.message,
            "type": ERROR_TYPES.get(status, other),
            "param": error.param,
            "code": error.why.value,
        },
    }
    return b"application/problem+json", wire.write(body)
