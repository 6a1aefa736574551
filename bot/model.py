"""Loading a model archive for answering only, and without Rasa's command language."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_METADATA_FILE, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler


class AnsweringStorage(LocalModelStorage):
    """Rasa's storage that forgets how the model was trained.

    The training schema names classes that answering never needs, among them Rasa's validator, which imports
    TensorFlow and every component there is.
    """

    @staticmethod
    def _load_metadata(directory: Path) -> ModelMetadata:
        metadata = json.loads((directory / MODEL_ARCHIVE_METADATA_FILE).read_text(encoding="utf-8"))
        return ModelMetadata.from_dict({**metadata, "train_schema": {"nodes": {}}})


def load_model(archive: Path) -> tuple[ModelMetadata, GraphRunner]:
    """Metadata and runner of a model archive.

    Raises:
        FileNotFoundError: there is none.
        tarfile.ReadError, rasa.shared.exceptions.RasaException: it is no model of this Rasa.
    """
    if not archive.is_file():
        raise FileNotFoundError(archive)
    with TemporaryDirectory(prefix="hotline-model-") as folder:
        metadata, runner = load_predict_graph_runner(Path(folder), archive, AnsweringStorage, DaskGraphRunner)
    return without_commands(metadata), runner


def without_commands(metadata: ModelMetadata) -> ModelMetadata:
    """The metadata with the node as NLU target that stands before Rasa's reader of `/intent{…}` commands."""
    node = metadata.predict_schema.nodes.get(metadata.nlu_target)
    if node is None or not issubclass(node.uses, RegexMessageHandler):
        return metadata
    return dataclasses.replace(metadata, nlu_target=node.needs["messages"])
