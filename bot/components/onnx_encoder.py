"""A sentence encoder from a folder, as transformer models are exported: `model.onnx` and `tokenizer.json`."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from rasa.shared.exceptions import InvalidConfigException

POOLINGS = ("cls", "mean")
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
# The group `onnx` of bot/pyproject.toml.
PINS = ("onnxruntime==1.23.2", "tokenizers==0.23.3")
INSTALL = f".uv/bin/uv pip install --python bot/.venv/bin/python {' '.join(PINS)}"
INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
BATCH = 64
# Positions of a BERT; counts only where a tokenizer names no limit of its own.
POSITIONS = 512


def pool(states: np.ndarray, mask: np.ndarray, pooling: str) -> np.ndarray:
    """Unit vectors (texts, size) of token states (texts, tokens, size) and a mask (texts, tokens) of 0 and 1.

    `cls` takes the first token's state, `mean` the mean of the tokens the mask leaves. No token is the zero vector.
    """
    weights = mask[:, :, None].astype(np.float32)
    if pooling == "cls":
        states, weights = states[:, :1], weights[:, :1]
    # Not a product: what a masked state holds, be it NaN, is nobody's business.
    summed = np.where(weights > 0, states, 0).sum(axis=1, dtype=np.float32)
    vectors = summed / np.maximum(weights.sum(axis=1), 1)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def model_files(folder: Path) -> list[Path]:
    """The files that make the vectors; a large model keeps its weights beside it, as `model.onnx_data`."""
    return [*sorted(folder.glob(f"{MODEL}*")), folder / TOKENIZER]


def check(folder: Path | None, pooling: str) -> None:
    """Refuse what cannot be loaded, without loading it; without a folder only an unknown pooling.

    Raises:
        InvalidConfigException: the cause and the cure.
    """
    if pooling not in POOLINGS:
        raise InvalidConfigException(
            f"SentenceEncoder: 'pooling' must be {' or '.join(POOLINGS)}, not {pooling!r}"
        )
    if folder is None:
        return
    for name in (MODEL, TOKENIZER):
        if not (folder / name).is_file():
            raise InvalidConfigException(
                f"SentenceEncoder: no file {folder / name}; 'onnx' names the folder with {MODEL} and {TOKENIZER}, "
                "or is empty for the built-in encoder"
            )
    for library in ("onnxruntime", "tokenizers"):
        try:
            import_module(library)
        except ImportError as error:
            raise InvalidConfigException(
                f"SentenceEncoder: 'onnx' needs the library {library} ({error}); install it with: {INSTALL}"
            ) from error


class OnnxEncoder:
    """Sentence vectors of length 1 and `size`; runs on the thread that asks, and on several at once."""

    def __init__(self, folder: Path, pooling: str) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._pooling = pooling
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            # Both libraries raise plain exceptions of many kinds.
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session = onnxruntime.InferenceSession(
                str(folder / MODEL), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise InvalidConfigException(
                f"SentenceEncoder: {folder} holds no usable model, export it anew: {error}"
            ) from error
        padding = self._tokenizer.padding or {}
        self._pad = padding.get("pad_id", self._tokenizer.token_to_id("[PAD]") or 0)
        self._tokenizer.no_padding()
        if self._tokenizer.truncation is None:
            self._tokenizer.enable_truncation(POSITIONS)
        self._inputs = {
            node.name: np.int32 if node.type == "tensor(int32)" else np.int64
            for node in self._session.get_inputs()
        }
        outputs = [node.name for node in self._session.get_outputs() if len(node.shape or ()) == 3]
        if not outputs or "input_ids" not in self._inputs or not self._inputs.keys() <= INPUTS:
            raise InvalidConfigException(
                f"SentenceEncoder: {folder / MODEL} asks for {sorted(self._inputs)}; a text encoder asks for input_ids, "
                "maybe attention_mask and token_type_ids, and answers with states (texts, tokens, size)"
            )
        self._output = outputs[0]
        try:
            self.size = self._batch(["停电"]).shape[1]
        except Exception as error:
            raise InvalidConfigException(
                f"SentenceEncoder: model and tokenizer of {folder} do not fit: {error}"
            ) from error

    def encode(self, texts: list[str]) -> np.ndarray:
        """Vectors (texts, size), float32, from batches of texts of like length."""
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            vectors[chosen] = self._batch([texts[index] for index in chosen])
        return vectors

    def _batch(self, texts: list[str]) -> np.ndarray:
        # One by one: a batch would start the tokenizer's own threads.
        rows = [self._tokenizer.encode(text).ids for text in texts]
        width = max(1, *map(len, rows))
        ids = np.array([row + [self._pad] * (width - len(row)) for row in rows])
        mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        known: dict[str, Any] = {
            "input_ids": ids,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(ids),
        }
        feed = {name: known[name].astype(kind) for name, kind in self._inputs.items()}
        (states,) = self._session.run([self._output], feed)
        return pool(states, mask, self._pooling)


def onnx_encoder(folder: Path, pooling: str) -> OnnxEncoder:
    """The folder's encoder: one a process, however many models are loaded; changed files are loaded anew.

    Raises:
        InvalidConfigException: a library or a file is missing or the model is no text encoder, and what to do.
    """
    check(folder, pooling)
    stamps = [(path.stat().st_mtime_ns, path.stat().st_size) for path in model_files(folder)]
    return _loaded(folder.resolve(), pooling, tuple(stamps))


@lru_cache(maxsize=1)
def _loaded(folder: Path, pooling: str, _stamps: tuple[tuple[int, int], ...]) -> OnnxEncoder:
    return OnnxEncoder(folder, pooling)
