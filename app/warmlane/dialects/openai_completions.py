"""OpenAI completions of the kind before chat: `POST /v1/completions`, and everyone who speaks like it."""

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import (
    openai_completions_ask,
    openai_completions_fold,
    openai_completions_judge,
    openai_completions_replay,
    openai_error,
    openai_usage,
    wire,
)  # fmt: skip
from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.merging import Malformed
from warmlane.errors import WarmlaneError
from warmlane.events import NoCache
from warmlane.model import JsonObject


class OpenAICompletions:
    """The Dialect. It keeps nothing."""

    name: str = "openai_completions"
    operation: str = "text_completion"

    def read(self, body: JsonObject, path: str = "", query: str = "") -> Ask:  # noqa: ARG002 - the body says it all
        """What `body` asks for."""
        return openai_completions_ask.read(body)

    def resource(self, path: str) -> str:
        """One path for both modes."""
        return path

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge a complete 200 answer."""
        try:
            if not streamed:
                return openai_completions_judge.judge(canonical.read(body))
            folded = openai_completions_fold.fold(body)
        except (Unreadable, Malformed):
            return Finish(refuse=NoCache.MALFORMED, exact_only=False, usage=None, model="")
        return openai_completions_judge.judge(folded.completion, done=folded.done)

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:
        """`body` as `ask` wants it; stream to stream only usage that is not wanted goes.

        None: a usage chunk or a whole answer is wanted, and nobody counted.
        """
        if streamed and ask.streamed:
            return openai_usage.fit(body, wanted=ask.wants_usage)
        if streamed == ask.streamed:
            return body
        try:
            completion = openai_completions_fold.fold(body).completion if streamed else canonical.read(body)
        except (Unreadable, Malformed):
            return None
        counted = isinstance(completion.get("usage"), dict)
        if streamed:
            return wire.write(completion) if counted else None
        if ask.wants_usage and not counted:
            return None
        return openai_completions_replay.replay(completion, usage=ask.wants_usage)

    def content_type(self, ask: Ask) -> bytes:
        """As OpenAI says it."""
        return b"text/event-stream; charset=utf-8" if ask.streamed else b"application/json"

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """As all of OpenAI's endpoints."""
        return openai_error.problem(error)
