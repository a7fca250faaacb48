"""What the dialects of OpenAI have in common whose streams are chunks with choices."""

from collections.abc import Callable
from typing import Protocol

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import openai_error, openai_usage, wire
from warmlane.dialects.base import UNREADABLE, Ask, Finish, Whole, refused
from warmlane.dialects.merging import Malformed
from warmlane.dialects.openai_chunks import Folded
from warmlane.errors import WarmlaneError
from warmlane.model import JsonObject


class Judge(Protocol):
    """What came of a completion; `done`: its stream said that it was over."""

    def __call__(self, completion: JsonObject, *, done: bool = True) -> Finish:
        """Never raises."""
        ...


class Replay(Protocol):
    """The stream that spells a completion."""

    def __call__(self, completion: JsonObject, *, usage: bool) -> bytes:
        """With the usage chunk or without."""
        ...


class OpenAIChunked:
    """A Dialect, made of four functions that are its own. It keeps nothing."""

    def __init__(
        self,
        name: str,
        operation: str,
        *,
        read: Callable[[JsonObject], Ask],
        judge: Judge,
        fold: Callable[[bytes], Folded],
        replay: Replay,
    ) -> None:
        """Take them; `fold` raises Malformed, and undoes `replay`."""
        self.name, self.operation = name, operation
        self._read, self._judge, self._fold, self._replay = read, judge, fold, replay

    def read(self, body: JsonObject, path: str = "", query: str = "") -> Ask:  # noqa: ARG002 - the body says it all
        """What `body` asks for."""
        return self._read(body)

    def resource(self, path: str) -> str:
        """One path for both modes."""
        return path

    def assemble(self, body: bytes, *, streamed: bool) -> Whole:
        """A stream folded, a whole answer read."""
        try:
            if not streamed:
                return Whole(said=canonical.read(body))
            folded = self._fold(body)
        except (Unreadable, Malformed):
            return UNREADABLE
        return Whole(said=folded.completion, done=folded.done)

    def judge(self, whole: Whole) -> Finish:
        """What came of it."""
        return refused(whole.why) if whole.said is None else self._judge(whole.said, done=whole.done)

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge a complete 200 answer."""
        return self.judge(self.assemble(body, streamed=streamed))

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:
        """`body` as `ask` wants it; stream to stream only usage that is not wanted goes.

        None: a usage chunk or a whole answer is wanted, and nobody counted.
        """
        if streamed and ask.streamed:
            return openai_usage.fit(body, wanted=ask.wants_usage)
        if streamed == ask.streamed:
            return body
        completion = self.assemble(body, streamed=streamed).said
        if completion is None:
            return None
        counted = isinstance(completion.get("usage"), dict)
        if streamed:
            return wire.write(completion) if counted else None
        if ask.wants_usage and not counted:
            return None
        return self._replay(completion, usage=ask.wants_usage)

    def content_type(self, ask: Ask) -> bytes:
        """As OpenAI says it."""
        return b"text/event-stream; charset=utf-8" if ask.streamed else b"application/json"

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """As all of OpenAI's endpoints."""
        return openai_error.problem(error)
