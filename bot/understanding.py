"""The understanding half of a model, without Rasa's dialogue machinery: loads in about a second, answers in milliseconds.

    understanding = Understanding.load(Path("models/hotline.tar.gz"))
    understanding.parse("牡丹路60弄停电了")["intent"]     # {'name': 'report_outage', 'confidence': 0.97}

The components run in the order in which the model's graph runs them, on the same storage; the results are those of the door.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.common import class_from_module_path

_NOT_OURS = ("nlu_message_converter", "run_RegexMessageHandler")
WARM_UP = "你好，我想查一下上个月的电费"


class UnusableModel(Exception):
    """The model archive cannot be read or does not fit this code; the text says what to do."""


class Understanding:
    """Components of one model, ready to parse."""

    def __init__(self, components: list[Any]) -> None:
        self._components = components

    @classmethod
    def load(cls, path: Path) -> Understanding:
        """Load the model archive and answer once, so that the first resident does not wait.

        Raises:
            UnusableModel: there is no model, or it cannot be read.
        """
        if not path.is_file():
            raise UnusableModel(f"there is no model at {path}; train one with: make train")
        try:
            with tempfile.TemporaryDirectory(prefix="hotline-model-") as folder:
                root = Path(folder)
                with tarfile.open(path, "r:gz") as archive:
                    archive.extractall(root, filter="data")
                metadata = json.loads((root / "metadata.json").read_text(encoding="utf-8"))
                storage = LocalModelStorage(root / "components")
                components = [_load(node, storage) for node in _nlu_nodes(metadata)]
        except (OSError, tarfile.TarError, EOFError, ValueError, KeyError, TypeError, ImportError) as error:
            raise UnusableModel(f"{path} cannot be used ({error}); train it again: make train") from error
        understanding = cls(components)
        understanding.parse(WARM_UP)
        return understanding

    def parse(self, text: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
        """Intent, ranking and entities of one message; `start` and `end` count code points of `text`."""
        messages = [Message(data={TEXT: text, "metadata": metadata or {}})]
        for component in self._components:
            messages = component.process(messages)
        message = messages[0]
        intent = message.get(INTENT) or {"name": None, "confidence": 0.0}
        return {
            TEXT: text,
            INTENT: {"name": intent["name"], "confidence": intent["confidence"]},
            "intent_ranking": message.get("intent_ranking") or [],
            ENTITIES: message.get(ENTITIES) or [],
        }


def _nlu_nodes(metadata: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The understanding part of the prediction graph, in running order."""
    nodes = metadata["predict_schema"]["nodes"]
    ordered: list[str] = []
    name = metadata["nlu_target"]
    while name is not None and name in nodes:
        ordered.append(name)
        name = nodes[name]["needs"].get("messages")
    return [(name, nodes[name]) for name in reversed(ordered) if name not in _NOT_OURS]


def _load(named: tuple[str, dict[str, Any]], storage: LocalModelStorage) -> GraphComponent:
    name, node = named
    component = class_from_module_path(node["uses"])
    resource = Resource(**node["resource"]) if node["resource"] else Resource(name)
    config = {**component.get_default_config(), **node["config"]}
    context = ExecutionContext(GraphSchema({}), node_name=name)
    constructor = getattr(component, node["constructor_name"])
    return constructor(config=config, model_storage=storage, resource=resource, execution_context=context)
