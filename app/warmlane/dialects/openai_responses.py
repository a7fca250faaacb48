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
from warmlane.dialects.base import UNREADABLE, Ask, Finish, Whole, refused
from warmlane.dialects.merging import Malformed
from warmlane.errors import WarmlaneError
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

    def assemble(self, body: bytes, *, streamed: bool) -> Whole:
        """A stream folded, a whole answer read."""
        try:
            if not streamed:
                return Whole(said=canonical.read(body))
            folded = openai_responses_fold.fold(body)
        except (Unreadable, Malformed):
            return UNREADABLE
        return Whole(said=folded.response, done=folded.done)

    def judge(self, whole: Whole) -> Finish:
        """What came of it."""
        return refused(whole.why) if whole.said is None else openai_responses_judge.judge(whole.said, done=whole.done)

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge a complete 200 answer."""
        return self.judge(self.assemble(body, streamed=streamed))

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:
        """`body` as `ask` wants it. None: it is not one that `finish` lets be stored, or it has no stream."""
        if streamed == ask.streamed:
            return body
        whole = self.assemble(body, streamed=streamed)
        if whole.said is None or self.judge(whole).refuse is not None:
            return None
        return wire.write(whole.said) if streamed else openai_responses_replay.replay(whole.said)

    def content_type(self, ask: Ask) -> bytes:
        """As OpenAI says it."""
        return b"text/event-stream; charset=utf-8" if ask.streamed else b"application/json"

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """As all of OpenAI's endpoints."""
        return openai_error.problem(error)
