"""`POST /v1/embeddings`."""

import base64

from warmlane.adapters.demo.answers import Asked, Told, Unusable, is_name, unusable, whole
from warmlane.adapters.demo.vectors import DIMENSIONS, is_dimensions, vector
from warmlane.adapters.demo.words import count
from warmlane.model import Json, JsonObject, Vector


def answer(asked: Asked) -> Told | Unusable:
    """A vector for each text, or list of tokens; as numbers, or as base64 of 32-bit floats."""
    body = asked.body
    texts, form = _texts(body.get("input")), body.get("encoding_format")
    wrong = unusable(
        {
            "model": is_name(body.get("model")),
            "input": texts is not None,
            "dimensions": is_dimensions(body.get("dimensions")),
            "encoding_format": form in (None, "float", "base64"),
        }
    )
    if wrong is not None or texts is None:
        return wrong or Unusable(field="input")
    dimensions = body.get("dimensions") or DIMENSIONS
    data = [_item(at, vector(text, dimensions), form) for at, text in enumerate(texts)]
    heard = sum(map(count, texts))
    counted = {"prompt_tokens": heard, "total_tokens": heard}
    return whole({"object": "list", "data": data, "model": body["model"], "usage": counted})


def _item(at: int, made: Vector, form: Json) -> JsonObject:
    told = base64.b64encode(made.astype("<f4").tobytes()).decode() if form == "base64" else made.tolist()
    return {"object": "embedding", "index": at, "embedding": told}


def _texts(given: Json) -> list[str] | None:
    """One for each input, tokens as if their numbers were words; None: there is one that says nothing."""
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not given:
        return None
    if all(type(each) is int for each in given):  # and no bool
        given = [given]
    texts = [_text(each) for each in given]
    said = [text for text in texts if text is not None and text.strip()]
    return said if len(said) == len(texts) else None


def _text(one: Json) -> str | None:
    if isinstance(one, list) and all(type(each) is int for each in one):
        return " ".join(map(str, one))
    return one if isinstance(one, str) else None
