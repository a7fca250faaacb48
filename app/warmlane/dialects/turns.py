"""A turn of a conversation, in the dialects whose messages have a role, and a text or typed parts."""

from warmlane.model import Json, JsonObject

TEXT_TAKEN = True
"""Stands in `rest` where the text was. A readable body has a string, a list or null there: none can hold it itself."""


def text(content: Json, kind: str) -> str | None:
    """The text of a content that can be read, the parts of type `kind` joined with line feeds.

    None where there is none, or a blank one.
    """
    if content is None:
        return None
    said: str = content if isinstance(content, str) else "\n".join(p["text"] for p in content if p["type"] == kind)
    return None if not said or said.isspace() else said


def without_text(message: JsonObject, kind: str) -> JsonObject:
    """`message` without its text: the same number of text parts, each with its other members.

    `kind` is the type of a text part. Two messages of equal text and equal rest differ at most in where their text
    parts are cut at a line feed.
    """
    content: Json = TEXT_TAKEN
    if not isinstance(message["content"], str):
        content = [{**part, "text": TEXT_TAKEN} if part["type"] == kind else part for part in message["content"]]
    return {**message, "content": content}


def whole(keyed: JsonObject) -> JsonObject:
    """`Ask.cut` where there is no text."""
    return keyed
