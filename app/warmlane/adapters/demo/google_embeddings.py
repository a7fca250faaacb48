"""`POST /v1beta/models/M:embedContent` and `:batchEmbedContents`."""

from warmlane.adapters.demo.answers import Asked, Told, Unusable, is_history, member, text_of, unusable, whole
from warmlane.adapters.demo.google_names import JSON, either
from warmlane.adapters.demo.vectors import DIMENSIONS, is_dimensions, vector
from warmlane.adapters.demo.words import count
from warmlane.model import Json, JsonObject


def answer(asked: Asked) -> Told | Unusable:
    """A vector for each content."""
    alone = asked.path.endswith(":embedContent")
    requests: Json = [asked.body] if alone else asked.body.get("requests")
    if not is_history(requests):
        return Unusable(field="requests")
    texts = [text_of(member(request.get("content"), "parts")) for request in requests]
    sizes = [either(request, "outputDimensionality") for request in requests]
    wrong = unusable(
        {"content": all(text.strip() for text in texts), "outputDimensionality": all(map(is_dimensions, sizes))}
    )
    if wrong is not None:
        return wrong
    each: list[JsonObject] = [
        {"values": vector(text, size or DIMENSIONS).tolist()} for text, size in zip(texts, sizes, strict=True)
    ]
    listed = {"embedding": each[0]} if alone else {"embeddings": each}
    return whole({**listed, "usageMetadata": {"promptTokenCount": sum(map(count, texts))}}, JSON)
