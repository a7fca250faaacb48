"""Anthropic messages: `POST /v1/messages`."""

from http import HTTPStatus

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import (
    anthropic_messages_ask,
    anthropic_messages_fold,
    anthropic_messages_judge,
    anthropic_messages_replay,
    wire,
)
from warmlane.dialects.base import UNREADABLE, Ask, Finish, Whole, refused
from warmlane.dialects.values import count
from warmlane.errors import WarmlaneError
from warmlane.model import JsonObject

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""`error.type` by status; another 4xx is an `invalid_request_error`, another 5xx an `api_error`."""


class AnthropicMessages:
    """The Dialect. It keeps nothing."""

    name: str = "anthropic_messages"
    operation: str = "chat"

    def read(self, body: JsonObject, path: str = "", query: str = "") -> Ask:  # noqa: ARG002 - the body says it all
        """What `body` asks for."""
        return anthropic_messages_ask.read(body)

    def resource(self, path: str) -> str:
        """One path for both modes."""
        return path

    def assemble(self, body: bytes, *, streamed: bool) -> Whole:
        """A stream folded, a whole answer read."""
        try:
            if not streamed:
                return Whole(said=canonical.read(body))
            folded = anthropic_messages_fold.fold(body)
        except (Unreadable, anthropic_messages_fold.Malformed):
            return UNREADABLE
        return Whole(said=folded.message, done=folded.done)

    def judge(self, whole: Whole) -> Finish:
        """What came of it."""
        return refused(whole.why) if whole.said is None else anthropic_messages_judge.judge(whole.said, done=whole.done)

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge a complete 200 answer."""
        return self.judge(self.assemble(body, streamed=streamed))

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:
        """`body` as `ask` wants it. None: it is no message, or one whose output nobody counted."""
        if streamed == ask.streamed:
            return body
        message = self.assemble(body, streamed=streamed).said
        if message is None or not anthropic_messages_judge.is_message(message) or not _is_counted(message):
            return None
        return wire.write(message) if streamed else anthropic_messages_replay.replay(message)

    def content_type(self, ask: Ask) -> bytes:
        """As Anthropic says it."""
        return b"text/event-stream; charset=utf-8" if ask.streamed else b"application/json"

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """The object that the SDKs read. They take the request's id from its header; that member may be null."""
        other = "api_error" if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
        kind = ERROR_TYPES.get(error.status, other)
        said: JsonObject = {"type": kind, "message": error.message}
        return b"application/json", wire.write({"type": "error", "error": said, "request_id": None})


def _is_counted(message: JsonObject) -> bool:
    """Whether it says what clients read without looking."""
    usage = message.get("usage")
    return isinstance(usage, dict) and count(usage.get("output_tokens")) is not None
