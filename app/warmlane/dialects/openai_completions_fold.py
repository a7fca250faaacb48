"""From the stream of a completion to the whole one: `fold`, the inverse of `openai_completions_replay.replay`."""

from warmlane.dialects import openai_chunks
from warmlane.dialects.merging import merge
from warmlane.dialects.openai_chunks import Folded
from warmlane.model import JsonObject


def fold(body: bytes) -> Folded:
    """The completion that a stream spells. Raises: Malformed, also when it carries an error."""
    return openai_chunks.fold(body, "text_completion", _begin, _add)


def _begin(index: int) -> JsonObject:
    return {"text": "", "index": index, "finish_reason": None}


def _add(choice: JsonObject, part: JsonObject) -> None:
    """Only the text comes in pieces, and what goes with it: log probabilities, and any list."""
    for name, value in part.items():
        if name in {"text", "logprobs"} or isinstance(value, list):
            merge(choice, {name: value})
        elif value is not None or name not in choice:
            choice[name] = value
