"""Scores are right on examples whose scores are known; noise is of the rate that was asked for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot import variety
from bot.components.pinyin import blurred
from bot.evaluation import noise, report, scores, spoken
from bot.evaluation.examples import Example, load, read
from bot.evaluation.folds import folds


def parse(
    intent: str, confidence: float = 0.9, entities: list[dict[str, Any]] | None = None, **shares: float
) -> Any:
    ranking = [
        {"name": intent, "confidence": confidence},
        *({"name": n, "confidence": c} for n, c in shares.items()),
    ]
    return {"intent": ranking[0], "intent_ranking": ranking, "entities": entities or []}


def test_that_an_annotated_line_becomes_text_and_spans() -> None:
    example = read('[牡丹路60弄](address)的[空调]{"entity":"device","value":"空调"}坏了', "report_outage")
    assert example.text == "牡丹路60弄的空调坏了"
    assert [(e.name, example.text[e.start : e.end], e.value) for e in example.entities] == [
        ("address", "牡丹路60弄", None),
        ("device", "空调", "空调"),
    ]
    assert example.masked == "□的□坏了"


def test_that_a_text_which_is_only_an_entity_is_not_masked() -> None:
    assert read("[牡丹路60弄](address)", "inform").masked == "牡丹路60弄"


def test_that_examples_are_read_in_order_and_their_absence_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n    - 早\n', "utf-8"
    )
    assert load(tmp_path) == [Example("你好", "greet"), Example("早", "greet")]
    with pytest.raises(FileNotFoundError, match="no utterances"):
        load(tmp_path / "nowhere")


def test_that_accuracy_macro_f1_and_confusions_are_counted() -> None:
    examples = [Example("a", "x"), Example("b", "x"), Example("c", "y"), Example("d", "y")]
    found = scores.intents(examples, [parse("x"), parse("x"), parse("x"), parse("y")])
    assert found["accuracy"] == 0.75
    assert found["by_intent"]["y"]["recall"] == 0.5
    assert found["by_intent"]["x"]["precision"] == pytest.approx(2 / 3)
    assert found["confused"] == [{"wanted": "y", "got": "x", "times": 1}]
    low, high = found["interval"]
    assert 0.3 < low < 0.75 < high < 0.96


def test_that_an_emergency_counts_as_recalled_by_its_share_too() -> None:
    examples = [
        Example("a", "report_emergency"),
        Example("b", "report_emergency"),
        Example("c", "report_outage"),
    ]
    parses = [
        parse("report_outage", 0.5, report_emergency=0.35),
        parse("query_bill"),
        parse("report_emergency"),
    ]
    found = scores.safety(examples, parses)
    assert (found["recall"], found["false_alarms"]) == (0.5, 1.0)


def test_that_out_of_scope_has_recall_and_false_alarms() -> None:
    examples = [
        Example("a", "out_of_scope"),
        Example("b", "out_of_scope"),
        Example("c", "greet"),
        Example("d", "greet"),
    ]
    parses = [parse("out_of_scope"), parse("greet"), parse("out_of_scope"), parse("greet")]
    found = scores.scope(examples, parses)
    assert (found["recall"], found["precision"], found["false_alarms"]) == (0.5, 0.5, 0.5)


def test_that_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    examples = [Example("a", "x")] * 4
    found = scores.calibration(examples, [parse("x", 0.8), parse("x", 0.8), parse("y", 0.8), parse("y", 0.8)])
    assert found["ece"] == pytest.approx(0.3)


def test_that_entities_are_scored_by_exact_span_and_by_value() -> None:
    example = read('[空调]{"entity":"device","value":"空调"}在[302室](address)', "x")
    right = {"entity": "device", "start": 0, "end": 2, "value": "空调"}
    short = {"entity": "address", "start": 3, "end": 6, "value": "302"}
    found = scores.entities([example], [parse("x", entities=[right, short])])
    assert found["by_entity"]["device"] | {"precision": 1.0} == found["by_entity"]["device"]
    assert (found["by_entity"]["device"]["values"], found["by_entity"]["device"]["value_f1"]) == (1, 1.0)
    wrong = scores.entities([example], [parse("x", entities=[right | {"value": "冰箱"}])])
    assert (wrong["by_entity"]["device"]["f1"], wrong["by_entity"]["device"]["value_f1"]) == (1.0, 0.0)
    assert found["by_entity"]["address"]["f1"] == 0.0


@pytest.mark.parametrize("rate", [0.08, 0.15, 0.25])
def test_that_noise_has_the_rate_asked_for_and_is_the_same_every_time(rate: float) -> None:
    text = "我家停电了什么时候能来电麻烦快一点老人在家里等着用呼吸机" * 40
    heard = noise.spoil(text, rate, 1)
    assert heard == noise.spoil(text, rate, 1)
    lost = len(text) - len(heard)
    assert 0.05 * rate < lost / len(text) < 0.3 * rate
    assert noise.spoil("户号3100000000018", 0.9, 1).endswith("3100000000018")


def test_that_noise_sounds_alike() -> None:
    assert blurred("商") == blurred("三")
    assert blurred("您") == blurred("林")
    assert noise.spoil("停电", 0.0, 1) == "停电"


def test_that_the_report_tells_every_run(tmp_path: Path) -> None:
    examples = [Example("a", "report_emergency"), Example("b", "out_of_scope")]
    run = scores.all_of(examples, [parse("report_emergency"), parse("greet")])
    told = report.markdown({"clean": run, "15 % character error": run}, {"model": "m"})
    assert "| 15 % character error | 50.0 % |" in told
    report.pictures(run, tmp_path)
    assert (tmp_path / "confusion.png").stat().st_size > 1000
    assert (tmp_path / "reliability.png").stat().st_size > 1000


def test_that_utterances_which_are_all_alike_are_dull() -> None:
    alike = [Example(f"请问我家的电费账单在哪里可以查到{n}", "query_bill") for n in "一二三四"]
    varied = [Example(t, "greet") for t in ("你好呀", "喂有人吗", "早上好", "打扰一下", "在不在", "您好师傅")]
    assert [line.split(":")[0] for line in variety.dull([*alike, *varied])] == ["query_bill"]


def test_that_a_held_out_utterance_known_from_training_is_named() -> None:
    training = [Example("我家空调开不了是不是电压太低", "report_voltage")]
    held_out = [
        Example("我家空调开不了是不是电压太低呀", "report_voltage"),
        Example("灯泡一闪一闪的", "report_voltage"),
    ]
    assert len(list(variety.copied(training, held_out))) == 1


def test_that_numbers_are_spoken_and_entities_keep_their_places() -> None:
    example = read(
        "户号[3100123456](account_number)，[3月](time)交了[320.5元](amount)，用[1200度](energy)", "x"
    )
    said = spoken.speak(example, 3)
    assert said == spoken.speak(example, 3)
    words = {entity.name: entity.of(said.text) for entity in said.entities}
    assert (
        "".join(sign for sign in words["account_number"] if sign in "零幺二三四五六七八九")
        == "三幺零零幺二三四五六"
    )
    assert (words["time"], words["amount"], words["energy"]) == ("三月", "三百二十点五元", "一千二百度")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "零"),
        (10, "十"),
        (105, "一百零五"),
        (2000, "两千"),
        (10_050, "一万零五十"),
        (123_456, "十二万三千四百五十六"),
    ],
)
def test_that_a_number_is_said_as_people_do(value: int, said: str) -> None:
    assert spoken.numeral(value) == said


def test_that_each_fold_has_its_share_of_every_intent() -> None:
    examples = [Example(f"{intent}{number}", intent) for intent in "ab" for number in range(10)]
    own = folds(examples, 5, 1)
    assert own == folds(examples, 5, 1)
    assert Counter((example.intent, fold) for example, fold in zip(examples, own, strict=True)) == {
        (intent, fold): 2 for intent in "ab" for fold in range(5)
    }
