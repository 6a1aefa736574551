"""A site's own sentence encoder: what is refused, what the fingerprint sees, how token states become a vector."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException

from bot.components.encoder import SentenceEncoder
from bot.components.onnx_encoder import INSTALL, MODEL, PINS, TOKENIZER, pool

PYPROJECT = Path(__file__).parents[2] / "bot" / "pyproject.toml"


@pytest.fixture
def folder(tmp_path):
    """A folder with both files, of which neither is a model."""
    (tmp_path / MODEL).write_bytes(b"weights")
    (tmp_path / TOKENIZER).write_text("{}", encoding="utf-8")
    return tmp_path


def create(**config):
    return SentenceEncoder.create(config, None, Resource("encoder"), SimpleNamespace(node_name="encoder"))


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_that_a_missing_library_is_named_with_the_command_that_installs_it(folder, library, monkeypatch):
    for name in ("onnxruntime", "tokenizers"):
        monkeypatch.setitem(sys.modules, name, None if name == library else SimpleNamespace())
    for refused in (create, lambda **config: SentenceEncoder.validate_config(config)):
        with pytest.raises(InvalidConfigException) as raised:
            refused(onnx=str(folder))
        assert f"library {library} " in str(raised.value)
        assert INSTALL in str(raised.value)


def test_that_the_command_installs_the_versions_of_the_optional_group():
    assert f'onnx = ["{PINS[0]}", "{PINS[1]}"]' in PYPROJECT.read_text(encoding="utf-8")
    assert all(pin in INSTALL for pin in PINS)


def test_that_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(InvalidConfigException, match=f"no file .*nowhere.*{MODEL}"):
        create(onnx=str(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_that_a_folder_without_one_of_the_files_is_refused(folder, name):
    (folder / name).unlink()
    with pytest.raises(InvalidConfigException, match=f"no file .*{name}"):
        create(onnx=str(folder))


@pytest.mark.parametrize("onnx", ["", "models/encoder"])
def test_that_an_unknown_pooling_is_refused(onnx):
    with pytest.raises(InvalidConfigException, match="cls or mean, not 'max'"):
        SentenceEncoder.validate_config({"onnx": onnx, "pooling": "max"})


def test_that_the_folder_must_be_a_text():
    with pytest.raises(InvalidConfigException, match="'onnx' must be str"):
        SentenceEncoder.validate_config({"onnx": None})


@pytest.mark.parametrize("name", [MODEL, TOKENIZER, "model.onnx_data"])
def test_that_the_fingerprint_follows_the_content_of_the_files(folder, name):
    path = folder / name
    path.write_bytes(b"one")
    config = {"onnx": str(folder)}
    before, then = SentenceEncoder.fingerprint_addon(config), path.stat().st_mtime_ns
    assert before == SentenceEncoder.fingerprint_addon(config)
    path.write_bytes(b"two")
    os.utime(path, ns=(then, then))
    assert before != SentenceEncoder.fingerprint_addon(config)


def test_that_a_folder_has_another_fingerprint_than_the_built_in_encoder(folder):
    built_in = SentenceEncoder.fingerprint_addon({})
    assert built_in == SentenceEncoder.fingerprint_addon({"onnx": ""})
    assert built_in != SentenceEncoder.fingerprint_addon({"onnx": str(folder)})


STATES = np.array([[[3, 4], [0, 2], [9, 9]], [[0, 5], [7, 7], [np.nan, 8]]], dtype=np.float32)
MASK = np.array([[1, 1, 0], [1, 0, 0]])


def test_that_cls_is_the_direction_of_the_first_state():
    np.testing.assert_allclose(pool(STATES, MASK, "cls"), [[0.6, 0.8], [0, 1]], rtol=1e-6)


def test_that_mean_leaves_out_what_is_masked():
    root = np.hypot(1.5, 3)
    np.testing.assert_allclose(pool(STATES, MASK, "mean"), [[1.5 / root, 3 / root], [0, 1]], rtol=1e-6)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_that_a_text_without_tokens_is_the_zero_vector(pooling):
    vectors = pool(STATES, np.zeros_like(MASK), pooling)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, np.zeros((2, 2)))


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_that_half_precision_does_not_overflow(pooling):
    states = np.full((1, 40, 8), 6e4, dtype=np.float16)
    vectors = pool(states, np.ones((1, 40)), pooling)
    assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)
