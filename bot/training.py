"""Rasa's training graph without Rasa's cache: our own record says when to train, and hashing every message costs as much
as learning from it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import rasa.engine.validation
from rasa.engine.caching import LocalTrainingCache
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.graph import ExecutionContext, GraphNodeHook, GraphSchema
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelStorage
from rasa.engine.training.graph_trainer import GraphTrainer
from rasa.engine.training.hooks import TrainingHook
from rasa.model_training import get_unresolved_slots
from rasa.shared.data import TrainingType
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter

from bot.components.base import register_all


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


def train_model(config: Path, domain: Path, files: list[Path], out: Path) -> None:
    """Train everything and write the archive.

    Raises:
        TrainingFailed: see there.
    """
    register_all()
    try:
        importer = TrainingDataImporter.load_from_config(
            str(config), str(domain), [str(file) for file in files]
        )
        _train(importer, out)
    except SystemExit as error:  # Rasa leaves that way when rules contradict each other
        raise TrainingFailed("rules, stories and domain do not fit together") from error
    except (GraphComponentException, RasaException, ImportError, ValueError, KeyError, OSError) as error:
        raise TrainingFailed(_reason(error)) from error


def _train(importer: TrainingDataImporter, out: Path) -> None:
    stories = importer.get_stories()
    unknown = get_unresolved_slots(importer.get_domain(), stories)
    if unknown:
        raise TrainingFailed(
            f"rules or stories set slots that the domain does not have: {', '.join(sorted(unknown))}"
        )
    kind = TrainingType.NLU if stories.is_empty() else TrainingType.BOTH
    arguments: dict[str, Any] = {}
    settings = importer.get_config()
    model = Recipe.recipe_for_name(settings.get("recipe")).graph_config_for_recipe(
        settings, arguments, training_type=kind
    )
    rasa.engine.validation.validate(model)
    with tempfile.TemporaryDirectory(prefix="hotline-graph-") as folder:
        storage = LocalModelStorage.create(Path(folder))
        trainer = GraphTrainer(storage, LocalTrainingCache(), _UncachedRunner)
        trainer.train(model, importer, out, force_retraining=True)


def _reason(error: BaseException) -> str:
    # Rasa wraps what a component raised in an error that names the node only.
    inner = error
    while inner.__cause__ is not None:
        inner = inner.__cause__
    where = f"{error}: " if inner is not error else ""
    return f"{where}{type(inner).__name__}: {inner}"
