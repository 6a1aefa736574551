"""What entities mean: tables of words and values."""

from datetime import datetime
from decimal import Decimal

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.lookups import Lookups
from bot.components.numerals import number
from bot.components.reading import read
from bot.components.times import ZONE, resolve
from bot.components.values import EntityValues, amount_of, parts_of, quantity_of, scope_of

NOW = datetime(2022, 4, 5, 12, 30, tzinfo=ZONE)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"), ("120", "120"), ("1,200", "1200"), ("3.5万", "35000"), ("十", "10"), ("十二", "12"), ("二十", "20"),
        ("一百二十三", "123"), ("一百二", "120"), ("一百零二", "102"), ("两千三", "2300"), ("一万二", "12000"), ("三千零五十", "3050"),
        ("二零二二", "2022"), ("两点五", "2.5"), ("半", "0.5"), ("十点零五", "10.05"), ("一千二百万", "12000000"), ("三个半", None),
        ("", None), ("停电", None), ("点", None), ("百", "100"),
    ],
)  # fmt: skip
def test_that_numerals_have_a_value(text, value):
    assert number(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("128.5元", "128.5"), ("一百二十块", "120"), ("一百二十块五", "120.5"), ("三块五毛", "3.5"), ("100多块钱", "100"), ("五毛六分", "0.5"),
        ("2000", "2000"), ("3毛", "0.3"), ("好多钱", None), ("1,200.50元", "1200.5"), ("五块六毛五分", "5.65"),
    ],
)  # fmt: skip
def test_that_money_is_decimal_yuan(text, value):
    assert amount_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三百度", "300"),
        ("300kwh", "300"),
        ("一百八十伏", "180"),
        ("220v", "220"),
        ("10千伏", "10000"),
        ("几百度", None),
        ("1.5万度", "15000"),
    ],
)
def test_that_quantities_are_decimals(text, value):
    assert quantity_of(text) == value


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("就我家", "household"),
        ("整栋楼", "building"),
        ("全小区", "estate"),
        ("全村", "area"),
        ("我们单元", "building"),
        ("这一片", "area"),
    ],
)
def test_that_scopes_are_one_of_four(text, scope):
    assert scope_of(text) == scope


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("今天", "2022-04-05T00:00", "2022-04-06T00:00"),
        ("昨晚八点", "2022-04-04T20:00", "2022-04-04T21:00"),
        ("昨天晚上8点半", "2022-04-04T20:30", "2022-04-04T20:31"),
        ("今早", "2022-04-05T06:00", "2022-04-05T09:00"),
        ("明天下午两点", "2022-04-06T14:00", "2022-04-06T15:00"),
        ("后天", "2022-04-07T00:00", "2022-04-08T00:00"),
        ("中午十二点", "2022-04-05T12:00", "2022-04-05T13:00"),
        ("晚上十二点", "2022-04-06T00:00", "2022-04-06T01:00"),
        ("凌晨两点", "2022-04-05T02:00", "2022-04-05T03:00"),
        ("20:15", "2022-04-05T20:15", "2022-04-05T20:16"),
        ("上个月", "2022-03-01T00:00", "2022-04-01T00:00"),
        ("上月", "2022-03-01T00:00", "2022-04-01T00:00"),
        ("这个月", "2022-04-01T00:00", "2022-05-01T00:00"),
        ("这月", "2022-04-01T00:00", "2022-05-01T00:00"),
        ("下个月", "2022-05-01T00:00", "2022-06-01T00:00"),
        ("今年3月", "2022-03-01T00:00", "2022-04-01T00:00"),
        ("三月份", "2022-03-01T00:00", "2022-04-01T00:00"),
        ("12月", "2021-12-01T00:00", "2022-01-01T00:00"),
        ("去年12月", "2021-12-01T00:00", "2022-01-01T00:00"),
        ("去年", "2021-01-01T00:00", "2022-01-01T00:00"),
        ("2021年", "2021-01-01T00:00", "2022-01-01T00:00"),
        ("2021年11月", "2021-11-01T00:00", "2021-12-01T00:00"),
        ("二零二一年十一月", "2021-11-01T00:00", "2021-12-01T00:00"),
        ("4月8号", "2022-04-08T00:00", "2022-04-09T00:00"),
        ("五月二十号", "2022-05-20T00:00", "2022-05-21T00:00"),
        ("10月1日", "2021-10-01T00:00", "2021-10-02T00:00"),
        ("2022-03-08", "2022-03-08T00:00", "2022-03-09T00:00"),
        ("8号", "2022-04-08T00:00", "2022-04-09T00:00"),
        ("上周", "2022-03-28T00:00", "2022-04-04T00:00"),
        ("上周五", "2022-04-01T00:00", "2022-04-02T00:00"),
        ("周末", "2022-04-09T00:00", "2022-04-11T00:00"),
        ("最近三天", "2022-04-03T00:00", "2022-04-06T00:00"),
        ("最近三个月", "2022-01-06T00:00", "2022-04-06T00:00"),
        ("近半年", "2021-10-06T00:00", "2022-04-06T00:00"),
        ("三个小时", "2022-04-05T09:30", "2022-04-05T12:30"),
        ("半个小时前", "2022-04-05T12:00", "2022-04-05T13:00"),
        ("三天前", "2022-04-02T00:00", "2022-04-03T00:00"),
        ("上半年", "2022-01-01T00:00", "2022-07-01T00:00"),
        ("去年下半年", "2021-07-01T00:00", "2022-01-01T00:00"),
        ("上个季度", "2022-01-01T00:00", "2022-04-01T00:00"),
        ("今年一月到三月", "2022-01-01T00:00", "2022-04-01T00:00"),
        ("昨晚八点到十点", "2022-04-04T20:00", "2022-04-04T22:00"),
        ("刚才", "2022-04-05T11:30", "2022-04-05T12:30"),
    ],
)
def test_that_times_are_spans(text, start, end):
    span = resolve(read(text).text, NOW)
    assert span is not None
    assert (span.start.isoformat()[:16], span.end.isoformat()[:16]) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["2月30号", "二十五点", "过年", "停电", "", "到", "13月", "9999年99年", "99999999年前", "十点九十分"],
)
def test_that_senseless_times_have_no_span(text):
    assert resolve(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("上海市浦东新区花木街道牡丹路60弄3号楼502室",
         {"city": "上海市", "district": "浦东新区", "street": "牡丹路", "estate": "牡丹路60弄", "building": "3号楼", "room": "502室"}),
        ("天元区阳光花园", {"district": "天元区", "estate": "阳光花园"}),
        ("湖南省株洲市天元区阳光小区2栋", {"city": "株洲市", "district": "天元区", "estate": "阳光小区", "building": "2栋"}),
        ("蒙城县许疃镇", {"district": "蒙城县", "street": "许疃镇"}),
        ("村口", {}),
    ],
)  # fmt: skip
def test_that_addresses_have_parts(text, parts):
    assert parts_of(text) == parts


@pytest.fixture
def values():
    component = EntityValues({}, None, None)
    component._lookups = Lookups(
        {}, {"花木供电营业厅": "H003", "花木营业厅": "H003"}, {"冷气": "空调", "空调": "空调"}
    )
    return component


def valued(values, name, text, **metadata):
    message = Message({"text": text, "metadata": metadata})
    message.set("entities", [{"entity": name, "start": 0, "end": len(text), "value": text}])
    (entity,) = values.process([message])[0].get("entities")
    assert isinstance(entity["value"], str)
    assert (entity["start"], entity["end"]) == (0, len(text))
    return entity


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("device", "冷氣", "空调"), ("device", "吹风机", "吹风机"), ("business_hall", "花木營業廳", "H003"),
        ("business_hall", "某某营业厅", "某某营业厅"), ("amount", "几块钱", "几块钱"), ("person_name", "王建国", "王建国"), ("scope", "全村", "area"),
    ],
)  # fmt: skip
def test_that_values_are_canonical_or_the_text(values, name, text, value):
    assert valued(values, name, text)["value"] == value


def test_that_a_time_counts_from_the_message(values):
    entity = valued(values, "time", "上个月", now="2022-04-05T12:00:00+08:00")
    assert (entity["from"], entity["to"]) == ("2022-03-01T00:00:00+08:00", "2022-04-01T00:00:00+08:00")
    assert entity["value"] == f"{entity['from']}/{entity['to']}"
    # The first of April in Shanghai is still March in London.
    assert valued(values, "time", "上个月", now="2022-03-31T20:00:00Z")["from"] == "2022-03-01T00:00:00+08:00"


@pytest.mark.parametrize("now", ["yesterday", "", 5, None])
def test_that_a_senseless_reference_is_the_present(values, now):
    assert "from" in valued(values, "time", "今天", now=now)
