"""What all components share: registration with the recipe, fingerprint of code and files, plain files in the model storage."""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from abc import abstractmethod
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, TypeVar
from zipfile import BadZipFile

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.training_data.training_data import TrainingData

C = TypeVar("C", bound=type)
_RECIPE = "rasa.engine.recipes.default_recipe"
_waiting: list[tuple[type, tuple[str, ...], bool]] = []


class BrokenModel(RasaException):
    """A component's files in the model are missing or do not fit together; the model must be trained again."""


def register(*kinds: str, trainable: bool) -> Callable[[C], C]:
    """Class decorator: make the component known to Rasa's recipe.

    The recipe imports TensorFlow, which answering does not need. So a class waits until the recipe is there:
    `rasa train` has imported it before it asks for a component, our own programs call `register_all`.
    """

    def decorate(component: C) -> C:
        _waiting.append((component, kinds, trainable))
        if _RECIPE in sys.modules:
            register_all()
        return component

    return decorate


def register_all() -> None:
    """Hand the waiting components to the recipe (imports it, and TensorFlow with it)."""
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    while _waiting:
        component, kinds, trainable = _waiting.pop()
        types = [DefaultV1Recipe.ComponentType[kind] for kind in kinds]
        DefaultV1Recipe.register(types, is_trainable=trainable)(component)


@lru_cache(maxsize=1)
def _code() -> bytes:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


def fingerprint(*files: Path) -> str:
    """Hash of this folder's code and of `files`; a missing file counts as empty.

    Rasa's own fingerprint sees a component's class and configuration, neither its helpers nor the files it reads.
    """
    digest = hashlib.sha256(_code())
    for path in files:
        digest.update(path.name.encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


class HotlineComponent(GraphComponent):
    """Base of the components: `self.config`, and a `directory` of its own in the model."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config = {**self.get_default_config(), **config}
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HotlineComponent:
        """A new, untrained component."""
        cls.validate_config(config)
        return cls(config, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse keys that mean nothing and values of another type than the default's.

        Raises:
            InvalidConfigException: the key or the value, and the component.
        """
        defaults = cls.get_default_config()
        for key, value in config.items():
            if key not in defaults:
                if key.startswith("_") or key in ("language", "name"):
                    continue
                raise InvalidConfigException(f"{cls.__name__}: unknown setting '{key}'")
            default = defaults[key]
            kinds = (int, float) if isinstance(default, float) else (type(default),)
            if isinstance(value, bool) != isinstance(default, bool) or not isinstance(value, kinds):
                raise InvalidConfigException(
                    f"{cls.__name__}: '{key}' must be {kinds[-1].__name__}, not {value!r}"
                )

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Code of this folder and the outside files the component reads."""
        return fingerprint(*cls.files({**cls.get_default_config(), **config}))

    @classmethod
    def files(cls, config: dict[str, Any]) -> list[Path]:
        """Files outside the configuration that training reads."""
        return []

    @staticmethod
    def supported_languages() -> list[str] | None:
        """Chinese only."""
        return ["zh"]


class TrainedComponent(HotlineComponent):
    """Base of the components that leave something in the model: `train` writes it, `restore` reads it."""

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> TrainedComponent:
        """The trained component from the model.

        Raises:
            BrokenModel: files are missing or do not fit together.
        """
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            component.restore(directory)
        return component

    @abstractmethod
    def train(self, training_data: TrainingData) -> Resource:
        """Learn, write what was learnt to `directory` and name it."""

    @abstractmethod
    def restore(self, directory: Path) -> None:
        """Take up what `train` wrote there; the directory is gone afterwards."""


def write_json(path: Path, value: Any) -> None:
    """Write `value` as UTF-8 JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read UTF-8 JSON.

    Raises:
        BrokenModel: the file is missing or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenModel(f"{path.name}: {type(error).__name__}") from error


def read_arrays(path: Path, *names: str) -> list[np.ndarray]:
    """The named arrays of an `.npz` file; nothing in it is ever executed.

    Raises:
        BrokenModel: the file is missing, damaged or has no such array.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return [arrays[name] for name in names]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise BrokenModel(f"{path.name}: {type(error).__name__}") from error
