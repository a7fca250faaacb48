"""Google embeddings: `:embedContent` for one content, `:batchEmbedContents` for several. They share entries."""

from typing import Final

from warmlane.dialects import google_error
from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.items import Items
from warmlane.dialects.values import model_name
from warmlane.dialects.vectors import Vectors
from warmlane.errors import WarmlaneError
from warmlane.events import NoCache, NotNear
from warmlane.model import Json, JsonObject

VECTORS: Final = Vectors(
    asked="requests", listed="embeddings", single="embedding", vector="values", index=None, usage="usageMetadata",
    tokens="promptTokenCount",
)  # fmt: skip

_ONE: Final = ":embedContent"
_SEVERAL: Final = ":batchEmbedContents"
_FILES: Final = ("fileData", "file_data")
_MEDIA: Final = ("inlineData", "inline_data")


class GoogleEmbeddings:
    """The Dialect. It keeps nothing."""

    name: str = "google_embeddings"
    operation: str = "embeddings"

    def read(self, body: JsonObject, path: str = "", query: str = "") -> Ask:  # noqa: ARG002 - nothing in a query matters
        """What `body` asks of the model in `path`."""
        named = path.strip("/").partition("/")[2].rpartition(":")[0]
        alone = not path.endswith(_SEVERAL)
        requests: Json = [body] if alone else body.get("requests")
        never = _never(requests)
        each = () if never is not None else tuple([_keyed(request, named) for request in requests])
        if not alone and len(body) > 1:  # members that nobody knows are of the whole, and in the key of each
            others = {name: value for name, value in body.items() if name != "requests"}
            each = tuple([{**one, "requests": others} for one in each])
        items = None
        if len(each) > 1:
            items = Items(each=each, texts=tuple([_text(one["content"]) for one in each]), way=VECTORS)
        return Ask(
            model=model_name(named.rpartition("/")[2]),
            streamed=False,
            wants_usage=False,
            deterministic=True,
            never=never,
            not_near=NotNear.TEXT,
            text=None,
            keyed=each[0] if len(each) == 1 else body,
            cut=_whole,
            alone=alone,
            items=items,
        )

    def resource(self, path: str) -> str:
        """That of one content, for both ways to ask."""
        return path.removesuffix(_SEVERAL) + _ONE if path.endswith(_SEVERAL) else path

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge the answer to one content; a batch judges its own."""
        return VECTORS.finish(body, streamed=streamed)

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:
        """The answer to one content, in a list where it was asked for in one; the very bytes where it is so already."""
        parts = None if streamed else VECTORS.apart(body)
        if parts is None:
            return None
        if ("embedding" in parts.frame) is ask.alone:
            return body
        return VECTORS.joined([parts], [0], alone=ask.alone)

    def content_type(self, ask: Ask) -> bytes:  # noqa: ARG002 - there is one
        """As Google says it."""
        return b"application/json; charset=UTF-8"

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """In the shape of Google's APIs."""
        return google_error.error(error)


def _keyed(request: JsonObject, named: str) -> JsonObject:
    """What is in the key, which has the model of the path: whether a request repeats it says nothing."""
    if request.get("model") in (named, named.rpartition("/")[2]):
        return {name: value for name, value in request.items() if name != "model"}
    return request


def _never(requests: Json) -> NoCache | None:
    if not isinstance(requests, list) or not requests:
        return NoCache.UNREADABLE
    for request in requests:
        content = request.get("content") if isinstance(request, dict) else None
        parts = content.get("parts") if isinstance(content, dict) else None
        if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
            return NoCache.UNREADABLE
        if any(name in part for part in parts for name in _FILES):
            return NoCache.SERVER_STATE
        if any(name in part for part in parts for name in _MEDIA):
            return NoCache.MEDIA
        if not all(isinstance(part.get("text"), str) for part in parts):
            return NoCache.UNREADABLE
    return None


def _text(content: JsonObject) -> str:
    return "\n".join([part["text"] for part in content["parts"]])


def _whole(keyed: JsonObject) -> JsonObject:
    """There is no text to cut."""
    return keyed
