"""OpenAI embeddings: `POST /v1/embeddings`, and everyone who speaks like it. Each input has an entry of its own."""

from typing import Final

from warmlane.dialects import openai_ask, openai_error, turns
from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.items import Items
from warmlane.dialects.values import model_name
from warmlane.dialects.vectors import Vectors
from warmlane.errors import WarmlaneError
from warmlane.events import NoCache, NotNear
from warmlane.model import Json, JsonObject

VECTORS: Final = Vectors(
    asked="input", listed="data", single=None, vector="embedding", index="index", usage="usage", tokens="prompt_tokens"
)


class OpenAIEmbeddings:
    """The Dialect. It keeps nothing."""

    name: str = "openai_embeddings"
    operation: str = "embeddings"

    def read(self, body: JsonObject, path: str = "", query: str = "") -> Ask:  # noqa: ARG002 - the body says it all
        """What `body` asks for. A text and a list of that one text are the same."""
        model, keyed = body.get("model"), openai_ask.keyed(body)
        inputs = _inputs(body.get("input")) if isinstance(model, str) and model else None
        each = tuple([{**keyed, "input": one} for one in inputs or ()])
        items = None
        if len(each) > 1:
            items = Items(each=each, texts=tuple(map(_measured, inputs or ())), way=VECTORS)
        return Ask(
            model=model_name(model),
            streamed=False,
            wants_usage=False,
            deterministic=True,
            never=NoCache.UNREADABLE if inputs is None else None,
            not_near=NotNear.TEXT,
            text=None,
            keyed=each[0] if len(each) == 1 else keyed,
            cut=turns.whole,
            items=items,
        )

    def resource(self, path: str) -> str:
        """There is one."""
        return path

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge the answer to one input; a batch judges its own."""
        return VECTORS.finish(body, streamed=streamed)

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:  # noqa: ARG002 - there is one form
        """The very bytes."""
        return None if streamed else body

    def content_type(self, ask: Ask) -> bytes:  # noqa: ARG002 - the same
        """JSON."""
        return b"application/json"

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """RFC 9457 members, and the `error` object that the SDKs read."""
        return openai_error.problem(error)


def _inputs(given: Json) -> list[Json] | None:
    """What is to be embedded: texts, or lists of token ids, and no mixture; None where it is neither."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not given:
        return None
    if _are_tokens(given):
        return [given]
    if all(isinstance(one, str) for one in given) or all(isinstance(one, list) and _are_tokens(one) for one in given):
        return given
    return None


def _are_tokens(value: list[Json]) -> bool:
    return value != [] and all(type(each) is int for each in value)  # and no bool


def _measured(one: Json) -> str | int:
    return one if isinstance(one, str) else len(one)
