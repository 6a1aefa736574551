"""The comparison converts, cuts, tests and resumes rightly; its report says what was not run."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from benchmarks.nlu import acoustic, cells, processes, report, sets, statistics, summary, telephone
from benchmarks.nlu.pipelines import SOURCES, Pipeline
from bot.evaluation.examples import Example, load, read

MARKDOWN = """## intent:request_search
- 帮我查一下我的[流量](item)有多少
- 您好 [三月](time) [18506107025](phone_number) 多少

## intent:greet
- 你好
"""


def many(count: int, *intents: str) -> list[Example]:
    return [Example(f"{intent}{number}", intent) for intent in intents for number in range(count)]


# Data sets


def test_that_markdown_becomes_examples_with_spans() -> None:
    first, second, third = sets.from_markdown(MARKDOWN)
    assert (first.text, first.intent) == ("帮我查一下我的流量有多少", "request_search")
    assert [(e.name, first.text[e.start : e.end]) for e in first.entities] == [("item", "流量")]
    assert [second.text[e.start : e.end] for e in second.entities] == ["三月", "18506107025"]
    assert third == Example("你好", "greet")


@pytest.mark.parametrize("text", ["## synonym:流量\n- 上网\n", "- 没有意图\n", "## intent:a\n乱\n"])
def test_that_markdown_which_would_be_lost_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither an intent nor an example"):
        sets.from_markdown(text)


def test_that_what_is_written_for_rasa_reads_as_what_it_was(tmp_path: Path) -> None:
    examples = [
        *sets.from_markdown(MARKDOWN),
        read('[空调]{"entity": "device", "value": "air"}坏了：怎么办 #1', "report_outage"),
    ]
    (tmp_path / "nlu.yml").write_text(sets.as_yaml(examples), "utf-8")
    assert load(tmp_path) == examples


def test_that_the_domain_knows_what_the_examples_name() -> None:
    known = yaml.safe_load(sets.domain(sets.from_markdown(MARKDOWN)))
    assert known["intents"] == ["greet", "request_search"]
    assert known["entities"] == ["item", "phone_number", "time"]


def test_that_a_sample_holds_at_most_so_many_an_intent_and_is_the_same_each_time() -> None:
    examples = [*many(30, "a", "b"), *many(3, "c")]
    drawn = sets.sample(examples, 5)
    assert Counter(example.intent for example in drawn) == {"a": 5, "b": 5, "c": 3}
    assert drawn == sets.sample(examples, 5) == [example for example in examples if example in set(drawn)]
    assert sets.sample(examples, 0) == examples


def test_that_each_utterance_is_asked_once_and_every_fold_has_every_intent() -> None:
    examples = [*many(11, "a"), *many(5, "b")]
    folds = sets.folds("x", examples)
    assert Counter(example for fold in folds for example in fold.asked) == Counter(examples)
    for fold in folds:
        assert Counter([*fold.training, *fold.asked]) == Counter(examples)
        assert {example.intent for example in fold.asked} == {"a", "b"}
        assert 3 <= len(fold.asked) <= 4
    assert [fold.hash() for fold in folds] == [fold.hash() for fold in sets.folds("x", examples)]


def test_that_a_fold_knows_which_utterances_were_learnt_and_its_hash_sees_a_span() -> None:
    plain, marked = read("你好王明", "greet"), read("你好[王明](person_name)", "greet")
    fold = sets.Fold("x", "split", (plain,), (marked, Example("早", "greet")))
    assert fold.known == 1
    assert fold.hash() != sets.Fold("x", "split", (marked,), fold.asked).hash()


# Pipelines


def test_that_stock_is_rasas_alone_and_ours_needs_no_tensorflow() -> None:
    assert not any(name.startswith("bot.") for name in Pipeline.of("stock").components)
    assert {name: Pipeline.of(name).tensorflow for name in SOURCES} == {
        "ours": False, "stock": True, "diet": True,
    }  # fmt: skip
    assert not any("policies" in Pipeline.of(name).config for name in SOURCES)


def test_that_a_foreign_sets_entities_are_learnt() -> None:
    told = [c["entities"] for c in Pipeline.of("ours", ["item", "a"]).config["pipeline"] if "entities" in c]
    assert told == [["a", "item"]]


def test_that_code_and_lists_count_for_pipelines_of_ours_only(tmp_path: Path) -> None:
    code = tmp_path / "bot" / "components"
    code.mkdir(parents=True)
    before = {name: Pipeline.of(name).hash(tmp_path) for name in SOURCES}
    (code / "new.py").write_text("x = 1\n")
    after = {name: Pipeline.of(name).hash(tmp_path) for name in SOURCES}
    assert {name for name in SOURCES if before[name] != after[name]} == {"ours", "diet"}


# Statistics


@pytest.mark.parametrize(
    ("wins", "losses", "p"), [(10, 2, 0.0386), (2, 10, 0.0386), (5, 5, 1.0), (0, 0, 1.0), (6, 0, 0.03125)]
)
def test_that_mcnemar_is_exact(wins: int, losses: int, p: float) -> None:
    found = statistics.mcnemar("1" * wins + "0" * losses + "1101", "0" * wins + "1" * losses + "1101")
    assert (found["wins"], found["losses"]) == (wins, losses)
    assert found["p"] == pytest.approx(p, abs=1e-4)


def test_that_runs_of_different_lengths_cannot_be_paired() -> None:
    with pytest.raises(ValueError):
        statistics.mcnemar("11", "1")


@pytest.mark.parametrize(
    ("wanted", "got", "count"),
    [
        ("停电了", "停电了", 0),
        ("停电了", "听电", 2),
        ("", "电", 1),
        ("峰谷电价", "风骨电价", 2),
        ("电费", "", 2),
    ],
)
def test_that_edits_are_counted(wanted: str, got: str, count: int) -> None:
    assert statistics.edits(wanted, got) == count


def test_that_the_error_rate_is_of_all_characters_together() -> None:
    assert statistics.error_rate(["停电了", "电"], ["停电了", "店"]) == 0.25
    assert statistics.error_rate([], []) == 0.0


# Resuming


FOLD = sets.Fold("checkflow", "split", tuple(many(2, "a", "b")), tuple(many(2, "a")))


def row(
    pipeline: str, right: str = "1101", fold: str = "split", data: str = "d", **more: Any
) -> dict[str, Any]:
    return {
        "pipeline": pipeline, "pipeline_hash": "h", "set": "checkflow", "fold": fold, "data_hash": data,
        "entity_types": ["time"], "trained_on": 9, "asked": len(right), "known": 1, "macro_f1": 0.5, "right": right,
        "entities": {"precision": 1.0, "recall": 0.5, "f1": 0.667, "there": 4}, "train_seconds": 2.0,
        "train_cpu_seconds": 3.0, "load_seconds": 1.0, "load_cpu_seconds": 1.0, "resident_mb": 230,
        "times_ms": [1.0, 2.0, 9.0], "cpu_ms": [1.0, 1.5, 2.0], "busy": 0.1, "cores": 2, **more,
    }  # fmt: skip


def test_that_what_has_a_result_is_not_run_again_unless_asked(tmp_path: Path) -> None:
    runs: list[str] = []

    def measured(pipeline: Pipeline, *_: Any) -> dict[str, Any]:
        runs.append(pipeline.name)
        return row(pipeline.name)

    def run(pipeline: Pipeline, again: bool = False) -> bool:
        folder, models = tmp_path / "results", tmp_path / "models"
        return cells.run(pipeline, FOLD, folder, models, again=again, step=print, measured=measured)

    stock = Pipeline.of("stock")
    assert [run(stock), run(stock), run(stock, again=True)] == [True, False, True]
    assert runs == ["stock", "stock"]
    changed = Pipeline("stock", {**stock.config, "pipeline": stock.config["pipeline"][:-1]})
    assert run(changed)
    assert len(cells.results(tmp_path / "results")) == 1, "the older configuration's result is gone"
    assert not run(changed)


def test_that_a_suspended_process_is_told_from_one_that_ran_through() -> None:
    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "0.2"])

    assert processes.ran_through(start(), every=0.02)
    suspended = start()
    suspended.send_signal(signal.SIGSTOP)
    threading.Timer(0.3, suspended.send_signal, [signal.SIGCONT]).start()
    assert not processes.ran_through(suspended, every=0.02)


def test_that_entities_of_types_that_were_not_annotated_do_not_count() -> None:
    answer = {"intent": "a", "confidence": 1.0, "ranking": [], "entities": [["time", 0, 2], ["amount", 3, 4]]}
    assert [e["entity"] for e in cells.as_parse(answer, {"time"})["entities"]] == ["time"]


# Report


def test_that_the_report_says_what_was_not_run() -> None:
    rows = [row("ours"), row("stock", "1001", "1"), row("ours", "1111", "1"), row("ours", "0111", "2")]
    text = report.markdown(rows)
    split, folds = text.split("## CheckFlow, five folds of all")
    assert "| stock | not run |" in split
    assert "| diet | not run |" in split
    assert "ours † | 75.0 %" in split, "the hash is not that of the present pipeline"
    assert "| ours † (2 of 5 folds) | 87.5 %" in folds
    assert "ours against stock, 4 utterances: 2 that only ours understood, 0 that only stock did" in folds
    assert "`speed`: not run" in folds


def test_that_a_suspended_training_tells_the_processors_seconds_only() -> None:
    assert "| – (3) |" in report.markdown([row("ours", train_seconds=None)])


def test_that_a_report_without_any_result_is_one() -> None:
    assert "# Understanding, compared" in report.markdown([])


def test_that_runs_on_different_data_are_not_paired() -> None:
    rows = [row("ours", data="new"), row("stock", data="old")]
    assert summary.paired(rows, "checkflow", "split", "ours", "stock") is None


def test_that_the_chart_is_drawn_from_what_there_is(tmp_path: Path) -> None:
    report.chart([row("ours"), row("stock", fold="1")], tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


# Telephone


def heard(text: str, *readings: str) -> dict[str, Any]:
    return {"text": text, "nbest": [{"text": reading, "confidence": 0.5} for reading in readings]}


def test_that_error_rates_ignore_punctuation_and_know_the_best_reading() -> None:
    found = acoustic.errors(
        [heard("停电了，怎么办", "庭电了怎么办。", "停电了怎么办"), heard("你好", "你好")]
    )
    assert found["characters"] == pytest.approx(1 / 8)
    assert found["characters_best_of_five"] == 0
    assert found["syllables"] == 0, "停 and 庭 sound alike"
    assert found["exact"] == 0.5


def test_that_a_line_which_was_cut_off_is_heard_again(tmp_path: Path) -> None:
    file = tmp_path / "heard.jsonl"
    assert acoustic.heard(file) == {}
    file.write_text(json.dumps(heard("停电了", "停电了")) + '\n{"text": "你好", "nbe', "utf-8")
    assert list(acoustic.heard(file)) == ["停电了"]


def test_that_the_line_keeps_a_voice_and_loses_what_is_outside_its_band() -> None:
    seconds = np.arange(24_000) / 24_000
    voice, hum = np.sin(2 * np.pi * 1000 * seconds), np.sin(2 * np.pi * 50 * seconds)
    arrived = telephone.line(voice + hum, snr=None, seed=1)
    assert len(arrived) == 16_000
    strength = np.abs(np.fft.rfft(arrived))
    assert int(strength.argmax()) == 1000
    assert strength[50] < strength[1000] / 50
    assert np.abs(telephone.mu_law(voice) - voice).max() < 0.03
