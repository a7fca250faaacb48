"""What the demo cannot do, said in the shape in which each vendor says it."""

from http import HTTPStatus

from warmlane.adapters.demo.answers import Told, whole
from warmlane.adapters.demo.google_names import JSON as GOOGLES_JSON
from warmlane.dialects import google_error
from warmlane.dialects.anthropic_messages import ERROR_TYPES
from warmlane.families import Family


def refusal(family: Family, request_id: str, status: HTTPStatus, message: str, field: str | None = None) -> Told:
    """An error with that `status`, 400 or 404; `field` is the one to blame, if any."""
    if family is Family.ANTHROPIC:
        error = {"type": ERROR_TYPES[status], "message": message}
        return whole({"type": "error", "error": error, "request_id": request_id})
    if family is Family.GOOGLE:
        named = google_error.STATUSES.get(status, "INVALID_ARGUMENT")
        return whole({"error": {"code": int(status), "message": message, "status": named}}, GOOGLES_JSON)
    code = "not_found" if status is HTTPStatus.NOT_FOUND else None
    return whole({"error": {"message": message, "type": "invalid_request_error", "param": field, "code": code}})
