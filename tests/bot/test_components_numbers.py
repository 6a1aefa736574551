"""Which digits identify what. A wrong account is worse than none."""

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.numbers import NumberRules
from bot.components.reading import ReadingNormalizer


def entities(text):
    message = Message({"text": text})
    ReadingNormalizer({}, None, None).process([message])
    NumberRules({}, None, None).process([message])
    return message.get("entities")


def numbers(text):
    return [(entity["entity"], entity["value"]) for entity in entities(text)]


A10, A13 = ("account_number", "3200456789"), ("account_number", "3100000000018")
PHONE = ("phone_number", "13800138000")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3200456789", [A10]),
        ("我的户号是3100000000018查电费", [A13]),
        ("３１０００００００００１８", [A13]),
        ("３１００００００００１８", []),
        ("３１００００００00018", [A13]),
        ("户号３２００４５６７８９", [A10]),
        ("3100 0000 00018", [A13]),
        ("3100-0000-00018", [A13]),
        ("三二零零四五六七八九", [A10]),
        ("三幺〇〇零零零零零零零幺八", [A13]),
        ("三一零零 零零零零 零零零一八", [A13]),
        ("310000000001", []),
        ("31000000000181", []),
        ("320045678", []),
        ("我电话13800138000", [PHONE]),
        ("一三八零零幺三八零零零", [PHONE]),
        ("+86 13800138000", [PHONE]),
        ("手机号138 0013 8000", [PHONE]),
        ("户号3200456789电话13800138000", [A10, PHONE]),
        ("3100000000018 13800138000", [A13, PHONE]),
        ("座机021-58881234", [("phone_number", "02158881234")]),
        ("打400-820-1234", [("phone_number", "4008201234")]),
        ("电话58881234", [("phone_number", "58881234")]),
        ("58881234", []),
        ("手机3200456789", []),
        ("工单20220405123456到哪了", [("ticket_number", "20220405123456")]),
        ("工单号20229905123456", [("ticket_number", "20229905123456")]),
        ("20229905123456", []),
        ("电表号是00123456789012", [("meter_number", "00123456789012")]),
        ("表号3200456789", [("meter_number", "3200456789")]),
        ("户号3200456789，表号123456", [A10, ("meter_number", "123456")]),
        ("电表上印的数字是三三幺零零零八八七四", [("meter_number", "3310008874")]),
        ("表上条码下面1100 4520 8731", [("meter_number", "110045208731")]),
        ("座机，零五幺八，八五五五零零幺二", [("phone_number", "051885550012")]),
        ("三二零零四，五六七八九", [A10]),
        ("3200456789，3200456789", [A10, A10]),
        ("三二零零四五六七八九，一三八零零一三八零零零", [A10, PHONE]),
        ("户号是三二零零 嗯 四五六 那个 七八九", [A10]),
        ("三幺零零，呃，零零零零 啊 零零零幺八", [A13]),
        ("3100 嗯 0000 这个 00018", [A13]),
        ("一三八 嗯 零零幺 就是 三八零零零", [PHONE]),
        ("三妖零零零零零零零零零腰八", [A13]),
        ("三二灵零四五六七八久", [A10]),
        ("三二零零似五六期八九，", [A10]),
        ("三一零零零零零零零零妖一", []),
        ("妖妖妖久久", []),
        ("3200456789要2张", [A10]),
        ("户号3200456789吧", [A10]),
        ("户号三一零零 不对 三二零零四五六七八九", [A10]),
        ("户号3200456788 说错了 是3200456789", [A10]),
        ("手机13900139000不对是13800138000", [PHONE]),
        ("户号3200456789 那个 13800138000", [A10, PHONE]),
        ("1" * 40, []),
        ("三" * 40, []),
        ("123456", []),
        ("身份证310101199001011234", []),
        ("花了3200456789元", []),
        ("2022-04-05 13:17", []),
        ("十二万三千四百五十六", []),
        ("牡丹路60弄3号楼502室", []),
        ("", []),
    ],
)
def test_that_numbers_are_told_apart(text, expected):
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("户号３２００ 4567 89。", "３２００ 4567 89"),
        ("嗯三二零零 呃 四五六七八九啊", "三二零零 呃 四五六七八九"),
        ("是三二零零四五六七八九对", "三二零零四五六七八九"),
        ("号\u200b32004\u200b56789", "32004\u200b56789"),
    ],
)
def test_that_the_span_is_what_was_written(text, span):
    (entity,) = entities(text)
    assert text[entity["start"] : entity["end"]] == span == entity["text"]
    assert entity["value"] == "3200456789"


def test_that_thirteen_digits_never_hold_ten():
    for cut in range(14):
        digits = "3100000000018"
        found = numbers(f"{digits[:cut]} {digits[cut:]}")
        assert (
            found == [A13]
            or not found
            or len(found[0][1]) == len(digits[:cut])
            or len(found[-1][1]) == len(digits[cut:])
        )
    assert numbers("查3100000000018的") == [A13]


def test_that_many_digits_end_in_bounded_time():
    assert numbers("1" * 1000) == []
    assert numbers("1 " * 500) == []
    assert numbers("1嗯" * 500) == []
    assert numbers("三妖" * 500) == []
