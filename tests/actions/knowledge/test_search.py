"""Finding answers: what is asked in other words, what no entry answers, files that change under way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from actions.knowledge import meaning
from actions.knowledge.entries import Entry, read
from actions.knowledge.search import ANSWERS, Found, Knowledge
from actions.knowledge.words import Held, tokens
from benchmarks.knowledge import counted, questions
from kit import clock
from kit.settings import ROOT

ENTRY = """- id: {id}
  title: {title}
  intents: [ask_tariff]
  questions: [{title}怎么办, 请问{title}]
  answers:
  - {{valid_from: {first}, valid_to: {last}, source: 文件, text: 关于{title}}}
"""


def file(folder: Path, name: str, *entries: tuple[str, str], last: str = "2999-12-31") -> None:
    rows = [ENTRY.format(id=key, title=title, first="2020-01-01", last=last) for key, title in entries]
    (folder / name).write_text("entries:\n" + "".join(rows), "utf-8")


def ask(knowledge: Knowledge, text: str) -> Found:
    return knowledge.find(text, intent="ask_tariff", province="上海", day=date(2026, 1, 1))


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    whole = Knowledge(kept=ROOT / ".hotline" / "knowledge")
    whole.warm()
    return whole


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [entry for one in sorted(ANSWERS.glob("*.yml")) for entry in read(one)]


def test_that_every_entry_is_reached_by_its_own_questions(knowledge: Knowledge, entries: list[Entry]) -> None:
    assert len(entries) >= 350
    assert min(len(entry.questions) for entry in entries) >= 5
    today = clock.now().date()
    for entry in entries:
        province = next((a.province for a in entry.answers if a.province), "上海")
        for question in entry.questions:
            found = knowledge.find(question, intent=min(entry.intents), province=province, day=today)
            assert [one.id for one in found.entries][:1] == [entry.id], question


def test_that_every_entry_has_intents_of_the_domain_and_a_title_of_its_own(entries: list[Entry]) -> None:
    known = set(yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["intents"])
    assert all(entry.intents <= known for entry in entries)
    titles = [entry.title for entry in entries]
    assert len(set(titles)) == len(titles)


def test_that_answers_are_short(entries: list[Entry]) -> None:
    for entry in entries:
        for answer in entry.answers:
            assert len(answer.text) <= 120, entry.id
            assert len(answer.ivr) <= 90, entry.id


def test_that_held_out_questions_find_their_answers(knowledge: Knowledge) -> None:
    reported = [question for question in questions()["reported"] if question["entries"]]
    counts = counted(knowledge, reported)
    shares = {name: count / len(reported) for name, count in counts.items()}
    assert shares["told"] + shares["offered"] >= 0.82, shares
    assert shares["told"] >= 0.35, shares
    assert shares.get("wrong", 0) <= 0.08, shares


def test_that_held_out_questions_are_held_out(entries: list[Entry]) -> None:
    own = {question for entry in entries for question in entry.questions}
    asked = [question for half in questions().values() for question in half]
    assert len(asked) >= 260
    assert not own & {question["ask"] for question in asked}
    assert {name for question in asked for name in question["entries"]} <= {entry.id for entry in entries}


def test_that_a_province_without_a_row_gets_no_other_entrys_answer(knowledge: Knowledge) -> None:
    ask_for = {"intent": "ask_two_part_tariff", "day": clock.now().date()}
    text = "基本电费多少钱一千伏安"
    assert [e.id for e in knowledge.find(text, province="安徽", **ask_for).entries] == ["base_fee_price"]  # type: ignore[arg-type]
    assert not knowledge.find(text, province="上海", **ask_for).entries  # type: ignore[arg-type]


def test_that_homophones_share_their_sounds() -> None:
    assert {"~feng~gu"} <= set(tokens("丰谷")) & set(tokens("峰谷"))
    assert tokens("95598网上国网App")[0] == "95598"


def test_that_a_new_file_a_change_and_a_removal_count_at_once(tmp_path: Path) -> None:
    knowledge = Knowledge(tmp_path)
    assert not ask(knowledge, "智能插座怎么办").entries
    file(tmp_path, "a.yml", ("socket", "智能插座"))
    assert [e.id for e in ask(knowledge, "智能插座怎么办").entries] == ["socket"]
    file(tmp_path, "b.yml", ("lamp", "路灯照明"))
    assert [e.id for e in ask(knowledge, "路灯照明怎么办").entries] == ["lamp"]
    (tmp_path / "a.yml").unlink()
    assert knowledge.entry("socket") is None


def test_that_a_broken_file_keeps_what_it_last_held_and_hurts_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file(tmp_path, "a.yml", ("socket", "智能插座"))
    knowledge = Knowledge(tmp_path)
    assert knowledge.entry("socket")
    (tmp_path / "a.yml").write_text("entries: [", "utf-8")
    file(tmp_path, "b.yml", ("lamp", "路灯照明"))
    assert [e.id for e in ask(knowledge, "智能插座怎么办").entries] == ["socket"]
    assert [e.id for e in ask(knowledge, "路灯照明怎么办").entries] == ["lamp"]
    assert "a.yml" in capsys.readouterr().out


def test_that_an_id_belongs_to_the_file_that_has_it_first(tmp_path: Path) -> None:
    file(tmp_path, "a.yml", ("socket", "智能插座"))
    file(tmp_path, "b.yml", ("socket", "路灯照明"))
    found = Knowledge(tmp_path).entry("socket")
    assert found
    assert found.title == "智能插座"


def test_that_a_lapsed_entry_is_found_only_as_over(tmp_path: Path) -> None:
    file(tmp_path, "a.yml", ("old", "临时优惠"), last="2022-12-31")
    [entry] = ask(Knowledge(tmp_path), "临时优惠怎么办").entries
    assert entry.answer("上海", date(2026, 1, 1)) is None
    assert entry.ended("上海", date(2026, 1, 1))


def test_that_a_bare_topic_is_not_taken_for_a_question(tmp_path: Path) -> None:
    file(tmp_path, "a.yml", ("socket", "智能插座"))
    assert not ask(Knowledge(tmp_path), "插座").sure
    assert ask(Knowledge(tmp_path), "智能插座怎么办呢").sure


def test_that_a_question_with_a_word_of_its_own_is_not_told_the_nearest_answer(tmp_path: Path) -> None:
    file(tmp_path, "a.yml", ("socket", "智能插座"))
    assert ask(Knowledge(tmp_path), "请问智能插座怎么办啊").sure
    assert not ask(Knowledge(tmp_path), "智能插座被蟑螂啃坏怎么办").sure


def test_that_what_is_held_weighs_by_how_rare_it_is() -> None:
    shares = Held([["电表怎么看"], ["电表箱漏水"], ["电费怎么交"]]).share("请问电表漏水吗")
    assert shares.argmax() == 1
    assert shares[1] == 1
    assert shares[0] < 0.5
    assert Held([["电表"]]).share("蟑螂")[0] == 0
    assert Held([["电表"]]).share("请问呢？")[0] == 0


def test_that_words_alone_answer_until_meaning_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.knowledge.search.FEW", -1)
    monkeypatch.setattr("actions.knowledge.search.Index.learn", lambda _: None)
    file(tmp_path, "a.yml", ("socket", "智能插座"))
    assert [e.id for e in ask(Knowledge(tmp_path), "智能插座怎么办").entries] == ["socket"]


def test_that_vectors_are_kept_for_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = meaning.file_in(tmp_path)
    meaning.write(kept, ["一句没有人说过的话"])
    monkeypatch.setattr(meaning, "_kept", {})
    assert meaning.missing(["一句没有人说过的话"])
    meaning.remember(kept)
    assert not meaning.missing(["一句没有人说过的话"])
    assert (
        abs(float(meaning.vectors(["一句没有人说过的话"])[0] @ meaning.vector("一句没有人说过的话")) - 1)
        < 0.01
    )


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_that_a_spoiled_file_of_vectors_is_done_without(tmp_path: Path, content: bytes) -> None:
    kept = meaning.file_in(tmp_path)
    kept.write_bytes(content)
    meaning.remember(kept)
