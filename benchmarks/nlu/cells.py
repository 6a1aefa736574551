"""One cell of the comparison: a pipeline trained on a fold and asked; its result is a JSON file that is not made twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from benchmarks.nlu.pipelines import Pipeline
from benchmarks.nlu.processes import Row, answering, train
from benchmarks.nlu.sets import Fold
from bot.evaluation import scores

TIMED, WARM = 200, 20
Step = Callable[[str], None]


def pipeline_for(name: str, fold: Fold) -> Pipeline:
    """The pipeline as it is configured for the fold's set: on a foreign one it learns the names that are annotated."""
    return Pipeline.of(name, fold.entities if fold.foreign else None)


def measure(pipeline: Pipeline, fold: Fold, step: Step, model: Path) -> Row:
    """Train, load, ask everything; times of `TIMED` messages after a warm-up. The model stays at `model`.

    `stock` answers through Rasa's agent, as a bot without programs of its own does; the others as this project does.

    Entities are counted as exact spans of the types that the fold's training data has: what a rule of ours finds
    beyond them (an amount where the set has prices) was never annotated there, and is neither right nor wrong.
    """
    step("training")
    seconds, processor = train(pipeline, fold, model)
    step("loading")
    with answering(model, agent=pipeline.name == "stock") as door:
        step("asking")
        for example in fold.asked[:WARM]:
            door.parse(example.text)
        timed = [door.parse(fold.asked[n % len(fold.asked)].text) for n in range(TIMED)]
        answers = [door.parse(example.text) for example in fold.asked]
        loaded = door.loaded
    parses = [as_parse(answer, set(fold.entities)) for answer in answers]
    intents = scores.intents(fold.asked, parses)
    right = (p["intent"]["name"] == e.intent for p, e in zip(parses, fold.asked, strict=True))
    return {
        "pipeline": pipeline.name, "pipeline_hash": pipeline.hash(),
        "set": fold.set, "fold": fold.name, "data_hash": fold.hash(),
        "entity_types": fold.entities if fold.foreign else None,
        "trained_on": len(fold.training), "asked": len(fold.asked), "known": fold.known,
        "macro_f1": intents["macro_f1"], "entities": scores.entities(fold.asked, parses)["micro"],
        "right": "".join(str(int(one)) for one in right),
        "train_seconds": seconds and round(seconds, 1), "train_cpu_seconds": round(processor, 1),
        "load_seconds": round(loaded["load_seconds"], 2), "load_cpu_seconds": round(loaded["load_cpu_seconds"], 2),
        "resident_mb": round(loaded["resident_mb"]),
        "times_ms": sorted(round(answer["ms"], 2) for answer in timed),
        "cpu_ms": sorted(round(answer["cpu_ms"], 2) for answer in timed),
        "busy": round(os.getloadavg()[0], 1), "cores": os.cpu_count(),
    }  # fmt: skip


def as_parse(answer: Row, types: set[str]) -> Row:
    """An answer as the scores read it, with the entities of known types."""
    spans = [{"entity": n, "start": s, "end": e} for n, s, e in answer["entities"] if n in types]
    ranking = [{"name": name, "confidence": share} for name, share in answer["ranking"]]
    intent = {"name": answer["intent"], "confidence": answer["confidence"]}
    return {"intent": intent, "intent_ranking": ranking, "entities": spans}


def key(pipeline: Pipeline, fold: Fold) -> str:
    """What the cell's files are called: all that its result depends on."""
    return f"{fold.set}.{fold.name}.{pipeline.name}.{pipeline.hash()}.{fold.hash()}"


def run(
    pipeline: Pipeline, fold: Fold, folder: Path, models: Path, *, again: bool, step: Step,
    measured: Callable[[Pipeline, Fold, Step, Path], Row] = measure,
) -> bool:  # fmt: skip
    """Measure and write, unless the result is there; what an earlier configuration, code or data gave goes.

    False: the result was there.
    """
    path, model = folder / f"{key(pipeline, fold)}.json", models / f"{key(pipeline, fold)}.tar.gz"
    if path.is_file() and not again:
        return False
    row = measured(pipeline, fold, step, model)
    folder.mkdir(parents=True, exist_ok=True)
    for older in (*folder.glob(f"{fold.set}.{fold.name}.{pipeline.name}.*.json"),
                  *models.glob(f"{fold.set}.{fold.name}.{pipeline.name}.*.tar.gz")):  # fmt: skip
        if older != model:
            older.unlink()
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", "utf-8")
    return True


def results(folder: Path) -> list[Row]:
    """All results that exist."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
