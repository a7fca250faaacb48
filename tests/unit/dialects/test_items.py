"""Values that hold what callers sent do not show it."""

import msgspec

from warmlane.dialects.items import Items, Parts
from warmlane.dialects.openai_embeddings import VECTORS


def test_nothing_of_the_content_is_shown() -> None:
    """A repr may end in a traceback."""
    raw = {"embedding": msgspec.Raw(b"[0.125]")}
    shown = [
        repr(Items(each=({"input": "my secret"},), texts=("my secret",), way=VECTORS)),
        repr(Parts(frame=raw, each=(raw, raw), counted=None, model="m", usage=None)),
    ]

    assert shown == ["Items(1)", "Parts(2)"]
