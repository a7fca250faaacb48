"""What every dialect's values promise."""

import msgspec
import pytest

from warmlane.dialects.base import Ask, Finish

ASK = Ask(
    model="gpt-4o",
    streamed=False,
    wants_usage=False,
    deterministic=True,
    never=None,
    not_near=None,
    text="a secret question",
    keyed={"messages": [{"role": "user", "content": "a secret question"}]},
    cut=lambda keyed: {**keyed, "messages": []},
)


def test_an_ask_is_silent_about_its_text() -> None:
    """It ends up in tracebacks and logs."""
    assert repr(ASK) == "Ask(gpt-4o)"
    assert "secret" not in f"{ASK!s}"


def test_values_do_not_change() -> None:
    """A decision made on one of these stays true."""
    finish = Finish(refuse=None, exact_only=False, usage=None, model="")
    with pytest.raises(AttributeError):
        ASK.text = "another"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        finish.exact_only = True  # type: ignore[misc]
    assert msgspec.structs.replace(ASK, text=None).text is None
