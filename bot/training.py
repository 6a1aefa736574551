"""Rasa's training graph without Rasa's cache: our own record says when to train, and hashing every message costs as much
as learning from it. Utterances are read once, by the reader of `bot.evaluation`: Rasa's importers read and hash them three
times over, which takes a minute for thirty thousand."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import rasa.engine.validation
from rasa.engine.caching import LocalTrainingCache
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.graph import ExecutionContext, GraphModelConfiguration, GraphNodeHook, GraphSchema
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelStorage
from rasa.engine.training.graph_trainer import GraphTrainer
from rasa.engine.training.hooks import TrainingHook
from rasa.model_training import get_unresolved_slots
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.data import TrainingType
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import register_all
from bot.components.noise import unhashed
from bot.evaluation.examples import Example, examples


class TrainingFailed(Exception):
    """Rasa or a component refuses configuration, domain or data; the text says which and why."""


class _UncachedRunner(DaskGraphRunner):
    """Runs the graph without the hook that hashes each node's input and output for the cache."""

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> DaskGraphRunner:
        kept = [hook for hook in hooks or [] if not isinstance(hook, TrainingHook)]
        return cls(graph_schema, model_storage, execution_context, kept)


class _Importer(TrainingDataImporter):
    """Configuration, domain and rules as Rasa reads them; utterances from the same files, read once."""

    def __init__(self, config: Path, domain: Path, rules: list[Path], utterances: Sequence[Example]) -> None:
        paths = [str(file) for file in rules]
        self._rasa = TrainingDataImporter.load_core_importer_from_config(str(config), str(domain), paths)
        self._utterances = utterances
        self._domain: Domain | None = None
        self._data: TrainingData | None = None

    def get_domain(self) -> Domain:
        """The domain, read once."""
        self._domain = self._domain or self._rasa.get_domain()
        return self._domain

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Rules and stories."""
        return self._rasa.get_stories(exclusion_percentage)

    def get_conversation_tests(self) -> StoryGraph:
        """None."""
        return self._rasa.get_conversation_tests()

    def get_config(self) -> dict[Any, Any]:
        """The profile."""
        return dict(self._rasa.get_config())

    def get_config_file_for_auto_config(self) -> str | None:
        """None: the profile is complete."""
        return None

    def get_nlu_data(self, language: str | None = "zh") -> TrainingData:
        """The utterances."""
        if self._data is None:
            self._data = unhashed(
                [
                    Message.build(
                        example.text, example.intent,
                        entities=[
                            {"entity": e.name, "start": e.start, "end": e.end, "value": e.value or e.of(example.text)}
                            for e in example.entities
                        ],
                    )
                    for example in self._utterances
                ]
            )  # fmt: skip
        return self._data


def _has_utterances(file: Path) -> bool:
    with file.open(encoding="utf-8") as lines:
        return any(line.startswith("nlu:") for line in lines)


def train_model(config: Path, domain: Path, files: list[Path], out: Path, kept: Path | None = None) -> None:
    """Train everything and write the archive; of the model `kept` the understanding is taken over as it is.

    Raises:
        TrainingFailed: see there.
    """
    spoken = [file for file in files if _has_utterances(file)]
    _guarded(config, domain, [file for file in files if file not in spoken], examples(spoken), out, kept)


def train_understanding(config: Path, domain: Path, utterances: Sequence[Example], out: Path) -> None:
    """Train on these utterances alone, without dialogue, and write the archive.

    Raises:
        TrainingFailed: see there.
    """
    _guarded(config, domain, [], utterances, out)


def _guarded(
    config: Path,
    domain: Path,
    rules: list[Path],
    utterances: Sequence[Example],
    out: Path,
    kept: Path | None = None,
) -> None:
    register_all()
    try:
        _train(_Importer(config, domain, rules, utterances), out, kept)
    except SystemExit as error:  # Rasa leaves that way when rules contradict each other
        raise TrainingFailed("rules, stories and domain do not fit together") from error
    except (GraphComponentException, RasaException, ImportError, ValueError, KeyError, OSError) as error:
        raise TrainingFailed(_reason(error)) from error


def _train(importer: TrainingDataImporter, out: Path, kept: Path | None) -> None:
    stories = importer.get_stories()
    unknown = get_unresolved_slots(importer.get_domain(), stories)
    if unknown:
        raise TrainingFailed(
            f"rules or stories set slots that the domain does not have: {', '.join(sorted(unknown))}"
        )
    kind = TrainingType.NLU if stories.is_empty() else TrainingType.BOTH
    model = _graph(importer, kind)
    rasa.engine.validation.validate(model)
    with tempfile.TemporaryDirectory(prefix="hotline-graph-") as folder:
        if kept and kind is TrainingType.BOTH:
            # What is asked of the whole model is answered by what is learnt now and what the archive brings.
            model = replace(model, train_schema=_graph(importer, TrainingType.CORE).train_schema)
            storage, _ = LocalModelStorage.from_model_archive(Path(folder), kept)
        else:
            storage = LocalModelStorage.create(Path(folder))
        trainer = GraphTrainer(storage, LocalTrainingCache(), _UncachedRunner)
        trainer.train(model, importer, out, force_retraining=True)


def _graph(importer: TrainingDataImporter, kind: TrainingType) -> GraphModelConfiguration:
    settings, arguments = importer.get_config(), dict[str, Any]()
    recipe = Recipe.recipe_for_name(settings.get("recipe"))
    return recipe.graph_config_for_recipe(settings, arguments, training_type=kind)


def _reason(error: BaseException) -> str:
    # Rasa wraps what a component raised in an error that names the node only.
    inner = error
    while inner.__cause__ is not None:
        inner = inner.__cause__
    where = f"{error}: " if inner is not error else ""
    return f"{where}{type(inner).__name__}: {inner}"
