"""Google: `POST /v1beta/models/M:generateContent` and `:streamGenerateContent`, as events or as one JSON array."""

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import google_error, google_generate_ask, wire
from warmlane.dialects.base import UNREADABLE, Ask, Finish, Whole, refused
from warmlane.dialects.google_generate_fold import fold
from warmlane.dialects.google_generate_judge import judge
from warmlane.dialects.google_generate_replay import replay
from warmlane.dialects.google_generate_stream import Incomplete, Mode, chunks, mode_of, spell
from warmlane.dialects.merging import Malformed
from warmlane.errors import WarmlaneError
from warmlane.events import NoCache
from warmlane.model import JsonObject


class GoogleGenerate:
    """The Dialect. It keeps nothing."""

    name: str = "google_generate"
    operation: str = "generate_content"

    def read(self, body: JsonObject, path: str = "", query: str = "") -> Ask:
        """What `body` asks of the model that `path` names, and in the mode that `path` and `query` name."""
        return google_generate_ask.read(body, path, query)

    def resource(self, path: str) -> str:
        """One path for all modes."""
        return path.replace(":streamGenerateContent", ":generateContent")

    def assemble(self, body: bytes, *, streamed: bool) -> Whole:  # noqa: ARG002 - the body shows it
        """In any of the three modes. Events have no end of their own: the body ends, and that is all."""
        mode = mode_of(body)
        try:
            answer = canonical.read(body) if mode is Mode.WHOLE else fold(chunks(body, mode))
        except Incomplete:
            return Whole(said=None, done=False, why=NoCache.INCOMPLETE)
        except (Unreadable, Malformed):
            return UNREADABLE
        return Whole(said=answer, done=mode is not Mode.EVENTS)

    def judge(self, whole: Whole) -> Finish:
        """What came of it."""
        return refused(whole.why) if whole.said is None else judge(whole.said, ended=whole.done)

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge a complete 200 answer."""
        return self.judge(self.assemble(body, streamed=streamed))

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:  # noqa: ARG002 - the body shows it
        """`body` as `ask` wants it. None: a whole answer is wanted, and nobody counted."""
        given, wanted = mode_of(body), _wanted(ask)
        if given is wanted:
            return body
        try:
            if given is Mode.WHOLE:
                whole = canonical.read(body)
                return None if judge(whole).refuse is NoCache.MALFORMED else spell(replay(whole), wanted)
            said = chunks(body, given)
            if wanted is not Mode.WHOLE:
                return spell(said, wanted)
            answer = fold(said)
        except (Unreadable, Malformed):
            return None
        return wire.write(answer) if isinstance(answer.get("usageMetadata"), dict) else None

    def content_type(self, ask: Ask) -> bytes:
        """As Google says it."""
        return b"text/event-stream" if _wanted(ask) is Mode.EVENTS else b"application/json; charset=UTF-8"

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """The `error` object that the SDKs read, in each mode."""
        return google_error.error(error)


def _wanted(ask: Ask) -> Mode:
    if not ask.streamed:
        return Mode.WHOLE
    return Mode.ARRAY if ask.as_array else Mode.EVENTS
