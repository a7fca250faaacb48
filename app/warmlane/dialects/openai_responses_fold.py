"""From the stream of a response to the whole one: `fold`, the inverse of `openai_responses_replay.replay`."""

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import sse
from warmlane.dialects.merging import Malformed
from warmlane.model import JsonObject, Value

_DONE = b"[DONE]"  # not OpenAI's, but others end so
_BEGINS = frozenset({"response.created", "response.queued", "response.in_progress"})
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})


class Folded(Value, frozen=True, kw_only=True, gc=True):
    """The whole response, as far as it came, and whether the stream said that it was `done`."""

    response: JsonObject
    done: bool

    def __repr__(self) -> str:
        """Never the answer."""
        return f"Folded(done={self.done})"


_NOT_JSON = "not strict JSON in a line of bounded length"
_AFTER_END = "something after the end"
_NO_EVENT = "no event of a response"
_OTHER_ID = "another response in the same stream"


def fold(body: bytes) -> Folded:
    """The response that a stream brings: the last event holds it whole. Raises: Malformed, also when it is an error.

    Where that event leaves the output out, it is of the items that were finished before, as the SDKs take it.
    """
    response: JsonObject = {}
    items: dict[int, JsonObject] = {}
    done = False
    try:
        for sent in sse.read(body):
            if sent.data.startswith(_DONE):
                continue
            if done:
                raise Malformed(_AFTER_END)
            event = canonical.read(sent.data)
            kind = event.get("type")
            if not isinstance(kind, str) or kind == "error" or event.get("error") is not None:
                raise Malformed(_NO_EVENT)
            if kind in _BEGINS or kind in _ENDS:
                response, done = _same(response, event.get("response")), kind in _ENDS
            elif kind == "response.output_item.done":
                _finish(items, event)
    except (sse.Oversize, Unreadable):
        raise Malformed(_NOT_JSON) from None
    if done and response.get("output") is None:
        response["output"] = [items[index] for index in sorted(items)]
    return Folded(response=response, done=done)


def _same(before: JsonObject, now: object) -> JsonObject:
    if not isinstance(now, dict):
        raise Malformed(_NO_EVENT)
    if before and before.get("id") != now.get("id"):
        raise Malformed(_OTHER_ID)
    return now


def _finish(items: dict[int, JsonObject], event: JsonObject) -> None:
    index, item = event.get("output_index"), event.get("item")
    if not isinstance(index, int) or not isinstance(item, dict):
        raise Malformed(_NO_EVENT)
    items[index] = item
