"""What every program of this room does first: threads, telemetry, warnings, quiet logs, and no TensorFlow where none is used.

Call `prepare()` before the first import of numpy, rasa or a component:

    from bot import runtime
    runtime.prepare()                               # training: TensorFlow may come
    runtime.prepare(tensorflow=False)               # loads only models without TensorFlow components
    runtime.prepare(tensorflow=runtime.needs_tensorflow(path))   # decided by the model
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tarfile
import types
import warnings
from pathlib import Path
from typing import Any, MutableMapping

_ROOM = Path(__file__).parent

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_INTER_OP_PARALLELISM_THREADS",
    "TF_INTRA_OP_PARALLELISM_THREADS",
)
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    # Readings are taken character by character: the phrase table would cost memory and is never asked.
    "PYPINYIN_NO_PHRASES": "true",
    "PYPINYIN_NO_DICT_COPY": "true",
}

# The modules of Rasa that import TensorFlow; a model that uses none of them runs without it.
_TENSORFLOW_COMPONENTS = (
    "DIETClassifier",
    "ResponseSelector",
    "TEDPolicy",
    "UnexpecTEDIntentPolicy",
    "LanguageModelFeaturizer",
    "ConveRTFeaturizer",
)

# `rasa.utils.train_utils`, which every Rasa program imports, takes these names from two modules that subclass Keras.
# They serve the training of DIET and TED only.
_KERAS_SUBCLASSES = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}


def prepare(*, tensorflow: bool = True, level: int = logging.WARNING, threads: int = 1) -> None:
    """Set up the process: environment, warnings, logs to stderr at `level` without what a resident said.

    With `tensorflow=False` Rasa is imported without TensorFlow (2-8 s and about 350 MB less); a component that
    needs it then fails with an ImportError that says so. May be called again; values of the environment win.
    """
    # One thread by default: a turn's matrices are too small to gain from more, and replicas would fight for the cores.
    for name, value in {**ENVIRONMENT, **dict.fromkeys(_THREADS, str(threads))}.items():
        os.environ.setdefault(name, value)
    # Libraries set filters of their own while they are imported, so the choice is made where a warning is shown.
    warnings.showwarning = _show_ours
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("jieba").setLevel(logging.WARNING)
    _configure_structlog(level)
    if not tensorflow:
        _spare_tensorflow()


def needs_tensorflow(model: Path) -> bool:
    """Whether the model archive uses a TensorFlow component.

    Raises:
        FileNotFoundError: there is no such archive.
        ValueError: the file is no model archive.
    """
    try:
        with tarfile.open(model, "r:gz") as archive:
            # Rasa writes the components first and the members are few: a scan costs milliseconds.
            member = archive.extractfile("metadata.json")
            metadata = json.load(member) if member else {}
        nodes = metadata["predict_schema"]["nodes"].values()
    except (tarfile.TarError, EOFError, KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{model}: no model archive ({type(error).__name__})") from error
    return any(node["uses"].rsplit(".", 1)[-1] in _TENSORFLOW_COMPONENTS for node in nodes)


def _show_ours(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    if Path(filename).is_relative_to(_ROOM) and ".venv" not in Path(filename).relative_to(_ROOM).parts:
        print(
            warnings.formatwarning(message, category, filename, lineno, line), file=file or sys.stderr, end=""
        )


def _only_the_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # Rasa puts messages, entities and whole trackers beside the event's name.
    return {key: event[key] for key in ("event", "level", "error") if key in event}


def _configure_structlog(level: int) -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _only_the_event,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _spare_tensorflow() -> None:
    if "tensorflow" in sys.modules:
        return
    for name, classes in _KERAS_SUBCLASSES.items():
        if name not in sys.modules:
            module = types.ModuleType(name, "Placeholder: this process runs without TensorFlow.")
            for class_name in classes:
                setattr(module, class_name, _absent(class_name))
            sys.modules[name] = module


def _absent(class_name: str) -> type:
    def refuse(_self: object, *_args: object, **_kwargs: object) -> None:
        raise ImportError(f"{class_name} needs TensorFlow, and this process was prepared without it")

    return type(class_name, (), {"__init__": refuse, "__doc__": "Refuses to be built."})
