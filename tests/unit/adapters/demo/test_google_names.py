"""How Google names things."""

from warmlane.adapters.demo.google_names import either, model_of


def test_members_are_found_in_either_spelling() -> None:
    """The first that says something."""
    assert either({"outputDimensionality": 3}, "outputDimensionality") == 3
    assert either({"output_dimensionality": 4}, "outputDimensionality") == 4
    assert either({"outputDimensionality": None, "output_dimensionality": 4}, "outputDimensionality") == 4
    assert either("x", "outputDimensionality") is None


def test_a_path_names_its_model() -> None:
    """Behind the last slash, before the last colon."""
    assert model_of("/v1beta/models/gemini-2.5-flash:generateContent") == "gemini-2.5-flash"
    assert model_of("/v1/tunedModels/mine:streamGenerateContent") == "mine"
