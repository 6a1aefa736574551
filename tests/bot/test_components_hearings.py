"""The recogniser's other lines, misheard terms, and one message out of them."""

from types import SimpleNamespace

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.demands import leading, parts_of
from bot.components.hearings import Hearing, OtherHearings
from bot.components.repair import Terms

CONTEXT = SimpleNamespace(node_name="hearings")
RESOURCE = Resource("hearings")
TERMS = Terms(["峰谷电价", "跳闸", "过户", "电费单", "报装"], ["国货", "抱状"])


@pytest.mark.parametrize(
    ("heard", "repaired"),
    [
        ("风骨电价怎么开通", "峰谷电价怎么开通"),
        ("封古殿下怎么开通", "峰谷电价怎么开通"),
        ("家里一直挑炸", "家里一直跳闸"),
        ("我要爆装", "我要报装"),
        ("我要过呼", "我要过户"),
        ("峰谷电价怎么开通", None),
        ("今天天气不错", None),
        ("", None),
    ],
)
def test_that_a_misheard_term_is_repaired(heard, repaired):
    assert TERMS.repaired(heard) == repaired


def test_that_a_word_of_its_own_is_no_misheard_term():
    assert TERMS.repaired("我要买国货") is None
    assert TERMS.repaired("我要抱状") is None


def test_that_a_syllable_quite_unlike_is_no_mishearing():
    assert TERMS.repaired("峰谷很长价") is None


def test_that_everyday_words_are_never_put_in_place_of_what_was_said():
    terms = Terms.of(["晚上", "峰谷电价"], {"晚上": 90_000, "网上": 5_000, "挽伤": 1})
    assert terms.terms == ["峰谷电价"]
    assert terms.repaired("网上怎么交") is None


@pytest.fixture
def others(tmp_path):
    storage = LocalModelStorage(tmp_path)
    (tmp_path / "words.txt").write_text("峰谷电价\n", encoding="utf-8")
    config = {"terms": str(tmp_path / "words.txt"), "lines": 3}
    OtherHearings.create(config, storage, RESOURCE, CONTEXT).train(TrainingData())
    (tmp_path / "words.txt").write_text("", encoding="utf-8")  # the model brings its own
    return OtherHearings.load(config, storage, RESOURCE, CONTEXT)


def heard(text, confidence=None, lines=()):
    nbest = [{"text": line, "confidence": sure} for line, sure in lines]
    return Message({"text": text, "metadata": {"asr": {"confidence": confidence, "nbest": nbest}}})


def test_that_other_lines_and_the_repaired_text_follow_the_message(others):
    message = heard("风骨电价", lines=[("风骨电价", 0.9), ("风谷电价", 0.5), (" ", 0.4), ("疯骨电价", None)])
    found = others.process([message, Message({"text": "你好"})])
    assert found[0] is message
    assert [other.get("text") for other in found] == ["风骨电价", "风谷电价", "疯骨电价", "峰谷电价", "你好"]


def test_that_no_more_lines_are_read_than_asked_for(others):
    found = others.process([heard("一", lines=[(f"第{n}行", 0.5) for n in range(50)])])
    assert len(found) == 1 + 3


@pytest.mark.parametrize("nbest", [None, "x", [None, 3, {"text": None}, {}]])
def test_that_lines_of_another_kind_are_left_out(others, nbest):
    message = Message({"text": "你好", "metadata": {"asr": {"nbest": nbest if nbest != "x" else []}}})
    assert others.process([message]) == [message]


def ranked(message, **shares):
    ranking = sorted(
        ({"name": n, "confidence": c} for n, c in shares.items()), key=lambda r: -r["confidence"]
    )
    message.set("intent", ranking[0])
    message.set("intent_ranking", ranking)
    return message


def fused(others, message, *shares):
    hearings = others.process([message])
    assert len(hearings) == len(shares)
    for hearing, given in zip(hearings, shares, strict=True):
        ranked(hearing, **given)
    (found,) = Hearing.create({}, None, None, None).process(hearings)
    assert found is message
    return {r["name"]: r["confidence"] for r in found.get("intent_ranking")}


def test_that_lines_are_averaged_by_weight(others):
    message = heard("甲", lines=[("乙", 1.0), ("丙", 0.5)])
    shares = fused(others, message, {"a": 0.6, "b": 0.4}, {"a": 0.2, "b": 0.8}, {"a": 0.1, "b": 0.9})
    assert shares["b"] == pytest.approx((0.4 + 0.8 + 0.45) / 2.5)
    assert message.get("intent")["name"] == "b"
    assert [told["text"] for told in message.get("hearings")] == ["乙", "丙"]
    assert message.get("text") == "甲"


def test_that_a_repair_counts_only_where_the_meaning_gains_much(others):
    little = fused(others, heard("风骨电价"), {"a": 0.6, "b": 0.4}, {"a": 0.3, "b": 0.7})
    assert little == {"a": 0.6, "b": 0.4}
    much = fused(others, heard("风骨电价"), {"a": 0.4, "b": 0.3}, {"a": 0.1, "b": 0.9})
    assert much == {"b": 0.9, "a": 0.1}


def test_that_an_unsure_recogniser_makes_us_unsure_but_not_about_danger(others):
    given = {"query_bill": 0.8, "report_emergency": 0.2}
    assert fused(others, heard("电费", confidence=0.9), given) == given
    doubtful = fused(others, heard("电费", confidence=0.3), given)
    assert doubtful == {"query_bill": pytest.approx(0.4), "report_emergency": pytest.approx(0.2)}
    assert fused(others, heard("电费", confidence=0.0), given)["query_bill"] == 0


def test_that_danger_in_one_clause_of_a_story_is_heard(others):
    message = heard("上次报修的师傅人很好，今天想问下电费，插座在冒烟")
    shares = fused(others, message, {"praise": 0.7, "report_emergency": 0.1}, {"report_emergency": 0.98})
    assert message.get("intent") == {"name": "report_emergency", "confidence": pytest.approx(0.6)}
    assert shares["praise"] == pytest.approx(0.7 * 0.4 / 0.9)
    assert message.get("hearings") is None


def test_that_a_clause_that_may_be_harmless_changes_nothing(others):
    given = {"claim_compensation": 0.9, "report_emergency": 0.05}
    assert fused(others, heard("上个月烧坏的电视，赔不赔"), given, {"report_emergency": 0.9}) == given


def test_that_only_clauses_with_a_sign_of_danger_are_looked_at(others):
    assert len(others.process([heard("你好，我想查电费，谢谢你")])) == 1
    assert len(others.process([heard("电线在冒烟")])) == 1
    assert len(others.process([heard("冒烟了，" * 300)])) == 1 + 4


@pytest.mark.parametrize(
    "text",
    [
        "屋里没电，没起火",
        "就是跳闸，也没有冒烟，不烫手",
        "没电了，没听到爆炸声也没人触电",
        "线歪了，没断掉，没见火花",
    ],
)
def test_that_a_danger_which_is_denied_is_no_sign_of_one(others, text):
    given = {"report_outage": 0.3, "report_emergency": 0.6, "report_noise": 0.1}
    shares = fused(others, heard(text), given, {"report_outage": 0.98, "report_emergency": 0.02})
    assert shares["report_emergency"] == pytest.approx(0.02)
    assert shares["report_outage"] == pytest.approx(0.3 / 0.4 * 0.98)


def test_that_danger_beside_a_denied_one_weighs_as_it_did(others):
    given = {"report_emergency": 0.6, "report_outage": 0.4}
    assert fused(others, heard("没冒烟但是有火花"), given) == given
    assert fused(others, heard("孩子被打了一下，没冒烟"), given, {"report_emergency": 0.9}) == given


def test_that_what_a_trembling_floor_makes_numb_is_no_sign(others):
    assert len(others.process([heard("坐着腿都麻，楼下电房震的")])) == 1
    assert len(others.process([heard("摸着手麻，楼下电房吵")])) == 2
    assert len(others.process([heard("电房震了一声，冒黑烟，腿都麻")])) == 2


@pytest.mark.parametrize(
    "text",
    [
        "没停电，可是不断冒烟",
        "火没有，没断冒着烟",
        "现在不冒烟了，刚才冒得厉害",
        "不知道，是不是漏电",
        "你们看看，有没有着火",
    ],
)
def test_that_what_is_not_denied_stays_a_sign(others, text):
    message = heard(text)
    assert {other.get("hearing") for other in others.process([message])[1:]} == {"clause"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("我家停电了，另外查下上个月电费", ["我家停电了，", "另外查下上个月电费"]),
        (
            "查一下余额，还有花木营业厅几点关门，再帮我看看工单",
            ["查一下余额，", "还有花木营业厅几点关门，", "再帮我看看工单"],
        ),
        ("我家停电了对了，我的户号是多少来着", ["我家停电了", "对了，我的户号是多少来着"]),
        ("家里还有电吗", []),
        ("另外查下电费", []),
        ("停电了，还有多久来电", ["停电了，", "还有多久来电"]),
        ("算了，还是报修吧", ["算了，", "还是报修吧"]),
        ("那不查了 帮我报修，另外电费多少", ["那不查了 ", "帮我报修，", "另外电费多少"]),
        ("算了，不查了，我要报修", ["算了，不查了，", "我要报修"]),
        ("不用了，谢谢", []),
        ("不用了", []),
        ("你好，另外呢", []),
        ("", []),
    ],
)
def test_that_a_message_is_parted_where_it_goes_on_to_something_else(text, parts):
    assert [text[start:end] for start, end in parts_of(text)] == parts


def test_that_each_part_that_wants_something_else_is_a_demand(others):
    text = "我家停电了，另外查下上个月电费"
    message = heard(text)
    hearings = others.process([message])
    assert [h.get("text") for h in hearings] == [text, "我家停电了，", "另外查下上个月电费"]
    ranked(hearings[0], report_outage=0.9, query_bill=0.1)
    ranked(hearings[1], report_outage=0.99)
    ranked(hearings[2], query_bill=0.95)
    (found,) = Hearing.create({}, None, None, None).process(hearings)
    assert found.get("intent_ranking")[0]["name"] == "report_outage"
    assert [(d["intent"], text[d["start"] : d["end"]]) for d in found.get("demands")] == [
        ("report_outage", "我家停电了，"), ("query_bill", "另外查下上个月电费"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("intents", "first"),
    [
        (("query_bill", "report_outage"), "report_outage"), (("report_outage", "report_emergency"), "report_emergency"),
        (("report_outage", "cancel"), "cancel"), (("cancel", "report_hazard"), "report_hazard"),
        (("report_hazard", "report_outage"), "report_hazard"), (("query_ticket", "complain"), "complain"),
        (("ask_tariff", "query_hall"), "query_hall"), (("query_balance", "update_contact"), "update_contact"),
        (("ask_invoice", "apply_ev_charger"), "apply_ev_charger"), (("query_bill", "query_hall"), "query_bill"),
        (("claim_compensation", "apply_solar"), "claim_compensation"), (("request_relocation", "query_usage"), "request_relocation"),
    ],
)  # fmt: skip
def test_that_what_needs_a_crew_or_a_person_leads(intents, first):
    assert leading([{"intent": intent} for intent in intents])["intent"] == first


def test_that_the_demand_that_leads_is_the_messages_intent(others):
    message = heard("查下电费，另外我家停电了")
    hearings = others.process([message])
    ranked(hearings[0], query_bill=0.9, report_outage=0.1)
    ranked(hearings[1], query_bill=0.99)
    ranked(hearings[2], report_outage=0.95)
    Hearing.create({}, None, None, None).process(hearings)
    shares = {r["name"]: round(r["confidence"], 3) for r in message.get("intent_ranking")}
    assert shares == {"report_outage": 0.95, "query_bill": 0.05}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"report_outage": 0.99}, {"report_outage": 0.95}),
        ({"report_outage": 0.99}, {"thank": 0.95}),
        ({"report_outage": 0.99}, {"query_bill": 0.7}),
    ],
)
def test_that_the_same_again_thanks_or_a_guess_are_no_second_demand(others, first, second):
    hearings = others.process([heard("我家停电了，另外查下上个月电费")])
    for hearing, shares in zip(hearings, ({"report_outage": 0.9}, first, second), strict=True):
        ranked(hearing, **shares)
    (found,) = Hearing.create({}, None, None, None).process(hearings)
    assert found.get("demands") is None
