"""The embedders that ship: MiniLM on onnxruntime, a deterministic fake made of hashes, and none."""

from warmlane.adapters.embedders.hashing import HashEmbedder
from warmlane.adapters.embedders.minilm import OnnxEmbedder
from warmlane.adapters.embedders.none import NoEmbedder
from warmlane.adapters.embedders.pieces import MINILM, Pieces

__all__ = ["MINILM", "HashEmbedder", "NoEmbedder", "OnnxEmbedder", "Pieces"]
