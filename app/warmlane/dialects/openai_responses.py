"""OpenAI Responses: `POST /v1/responses`."""

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import (
    openai_error,
    openai_responses_ask,
    openai_responses_fold,
    openai_responses_judge,
    openai_responses_replay,
    wire,
)  # fmt: skip
from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.merging import Malformed
from warmlane.errors import WarmlaneError
from warmlane.events import NoCache
from warmlane.model import JsonObject


class OpenAIResponses:
    """The Dialect. It keeps nothing."""

    name: str = "openai_responses"
    operation: str = "chat"

    def read(self, body: JsonObject, path: str = "", query: str = "") -> Ask:  # noqa: ARG002 - the body says it all
        """What `body` asks for."""
        return openai_responses_ask.read(body)

    def resource(self, path: str) -> str:
        """One path for both modes."""
        return path

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge a complete 200 answer."""
        try:
            if not streamed:
                return openai_responses_judge.judge(canonical.read(body))
            folded = openai_responses_fold.fold(body)
        except (Unreadable, Malformed):
            return Finish(refuse=NoCache.MALFORMED, exact_only=False, usage=None, model="")
        return openai_responses_judge.judge(folded.response, done=folded.done)

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:
        """`body` as `ask` wants it. None: it is not one that `finish` lets be stored, or it has no stream."""
        if streamed == ask.streamed:
            return body
        try:
            folded = openai_responses_fold.fold(body) if streamed else None
            response = canonical.read(body) if folded is None else folded.response
        except (Unreadable, Malformed):
            return None
        if openai_responses_judge.judge(response, done=folded is None or folded.done).refuse is not None:
            return None
        return wire.write(response) if streamed else openai_responses_replay.replay(response)

    def content_type(self, ask: Ask) -> bytes:
        """As OpenAI says it."""
        return b"text/event-stream; charset=utf-8" if ask.streamed else b"application/json"

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """As all of OpenAI's endpoints."""
        return openai_error.problem(error)
