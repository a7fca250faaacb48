"""From a whole Google answer to the chunks of a stream: `replay`, the inverse of `google_generate_fold.fold`."""

from warmlane.dialects.google_generate_fold import joins
from warmlane.dialects.pieces import pieces
from warmlane.model import JsonObject

_NOT_SHARED = frozenset({"candidates", "usageMetadata"})


def replay(answer: JsonObject) -> list[JsonObject]:
    """Chunks that spell `answer`: texts in pieces, and all else of a candidate in its last one, with the usage.

    What is said of the whole answer stands in each chunk, as Google has it.
    """
    shared = {name: value for name, value in answer.items() if name not in _NOT_SHARED}
    steps = [step for candidate in answer.get("candidates") or () for step in _steps(candidate)]
    if not steps:
        return [answer]
    last = {"usageMetadata": answer["usageMetadata"]} if "usageMetadata" in answer else {}
    chunks = [{"candidates": [step], **shared} for step in steps]
    chunks[-1] = {"candidates": [steps[-1]], **last, **shared}
    return chunks


def _steps(candidate: JsonObject) -> list[JsonObject]:
    """The candidate as each chunk has it."""
    content: JsonObject = candidate.get("content") or {}
    groups = _groups(content.get("parts") or [])
    if not groups:
        return [candidate]
    *before, last = groups
    index = {"index": candidate["index"]} if "index" in candidate else {}
    return [
        *({"content": {**content, "parts": group}, **index} for group in before),
        {**candidate, "content": {**content, "parts": last}},
    ]


def _groups(parts: list[JsonObject]) -> list[list[JsonObject]]:
    """The parts of each chunk: a chunk that begins with a plain text goes on with the one before it.

    So where two such texts are two parts, the second begins within a chunk.
    """
    groups: list[list[JsonObject]] = []
    before: JsonObject | None = None
    for part in parts:
        is_plain = joins(part, part)
        first, *more = [{**part, "text": piece} for piece in pieces(part["text"]) or [""]] if is_plain else [part]
        if before is not None and joins(before, part):
            groups[-1].append(first)
        else:
            groups.append([first])
        groups.extend([piece] for piece in more)
        before = part
    return groups
