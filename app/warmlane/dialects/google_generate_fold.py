"""From the chunks of a Google stream to the whole answer: `fold`, the inverse of `google_generate_replay.replay`.

Of two spellings of a member the later one holds, but for texts, which grow, and for lists that tell of a part of the
text each. Nothing else is known of a member, so that what Google invents survives.
"""

from collections.abc import Iterable

from warmlane.canonical import canonical
from warmlane.dialects.merging import Malformed
from warmlane.model import Json, JsonObject

_NO_CHUNK = "no chunk of an answer"
_PLAIN = frozenset({"text", "thought"})
_GROWING = "logprobsResult"
"""Holds lists of tokens, and each chunk tells of its own."""
_CITED = "citationMetadata"
"""Holds lists that some models begin anew in each chunk, and others send again with more in them."""


def fold(chunks: Iterable[JsonObject]) -> JsonObject:
    """The answer that `chunks` spell. Raises: Malformed."""
    answer: JsonObject = {}
    candidates: dict[int, _Candidate] = {}
    for chunk in chunks:
        for name, value in chunk.items():
            if name == "candidates":
                answer.setdefault(name, None)
                _add(candidates, value)
            elif value is not None or name not in answer:
                answer[name] = value
    if "candidates" in answer:
        answer["candidates"] = [candidates[index].whole() for index in sorted(candidates)]
    return answer


def joins(before: JsonObject, part: JsonObject) -> bool:
    """Whether a chunk that begins with `part` goes on with the text of `before`, which the last one ended in.

    A signature belongs to the very part that it came with.
    """
    return _is_plain(before) and _is_plain(part) and before.get("thought") == part.get("thought")


def _is_plain(part: JsonObject) -> bool:
    return isinstance(part.get("text"), str) and _PLAIN.issuperset(part)


def _add(candidates: dict[int, "_Candidate"], more: Json) -> None:
    if more is None:
        return
    if not isinstance(more, list):
        raise Malformed(_NO_CHUNK)
    for each in more:
        index = each.get("index", 0) if isinstance(each, dict) else None
        if not isinstance(index, int):
            raise Malformed(_NO_CHUNK)
        candidates.setdefault(index, _Candidate()).add(each)


class _Candidate:
    """One candidate as it grows. A text stays in pieces until the end: joined at each chunk, it is copied each time."""

    def __init__(self) -> None:
        self._own: JsonObject = {}
        self._content: JsonObject = {}
        self._has_content = self._has_parts = False  # null counts as nothing
        self._parts: list[JsonObject] = []
        self._pieces: list[list[str]] = []  # of the text of each part
        self._cited: dict[str, set[bytes]] = {}

    def add(self, more: JsonObject) -> None:
        """Take what a chunk says of it. Raises: Malformed."""
        for name, value in more.items():
            if name == "content" and value is not None:
                self._own.setdefault(name, None)
                self._add_content(value, finished="finishReason" in more)
            elif name == _GROWING and isinstance(value, dict):
                self._grow(value)
            elif name == _CITED and isinstance(value, dict):
                self._cite(value)
            elif value is not None or name not in self._own:
                self._own[name] = value

    def whole(self) -> JsonObject:
        """All of it."""
        if self._has_parts:
            self._content["parts"] = [
                {**part, "text": "".join(texts)} if texts else part
                for part, texts in zip(self._parts, self._pieces, strict=True)
            ]
        if self._has_content:
            self._own["content"] = self._content
        return self._own

    def _add_content(self, content: Json, *, finished: bool) -> None:
        if not isinstance(content, dict):
            raise Malformed(_NO_CHUNK)
        self._has_content = True
        for name, value in content.items():
            if name == "parts" and value is not None:
                self._content.setdefault(name, None)
                self._add_parts(value, finished=finished)
            elif value is not None or name not in self._content:
                self._content[name] = value

    def _add_parts(self, parts: Json, *, finished: bool) -> None:
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise Malformed(_NO_CHUNK)
        self._has_parts = True
        if parts and not finished:
            self._own.pop("finishReason", None)  # it was not over: some models say STOP in every chunk
        goes_on = bool(parts and self._parts and joins(self._parts[-1], parts[0]))
        if goes_on:
            self._pieces[-1].append(parts[0]["text"])
        for part in parts[goes_on:]:
            text = part.get("text")
            self._parts.append(part)
            self._pieces.append([text] if isinstance(text, str) else [])

    def _grow(self, more: JsonObject) -> None:
        known = self._own.get(_GROWING)
        if not isinstance(known, dict):
            self._own[_GROWING] = more
            return
        for name, value in more.items():
            if isinstance(known.get(name), list) and isinstance(value, list):
                known[name].extend(value)
            else:
                known[name] = value

    def _cite(self, more: JsonObject) -> None:
        known = self._own.get(_CITED)
        if not isinstance(known, dict):
            known = self._own[_CITED] = {}
        for name, value in more.items():
            if not isinstance(value, list):
                known[name] = value
                continue
            seen = self._cited.setdefault(name, set())
            fresh = [item for item in value if canonical(item) not in seen]
            seen.update(map(canonical, fresh))
            if isinstance(known.get(name), list):
                known[name].extend(fresh)
            else:
                known[name] = fresh
