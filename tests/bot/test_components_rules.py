"""What the rules find: tables of sentences and spans, what they must leave alone, and how long they take."""

import itertools
import json
import random
import time
from pathlib import Path

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import BrokenModel
from bot.components.crf import CrfEntityExtractor, _left_over
from bot.components.learnt import LearntEntities
from bot.components.lookups import Lookups
from bot.components.numbers import NumberRules
from bot.components.patterns import ends_as_place
from bot.components.reading import ReadingNormalizer
from bot.components.rules import KINDS, RuleEntities
from bot.components.tokenizer import CharacterTokenizer, tokens_of
from bot.components.values import EntityValues

LOOKUPS = Lookups.of(Path(__file__).parents[2] / "data" / "lookups")
NOW = "2022-04-05T12:30:00+08:00"  # a Tuesday


@pytest.fixture(scope="module")
def pipeline():
    rules, values = RuleEntities({}, None, None), EntityValues({}, None, None)
    rules.use(LOOKUPS)
    values.use(LOOKUPS)
    return [
        CharacterTokenizer.create({}),
        ReadingNormalizer({}, None, None),
        NumberRules({}, None, None),
        rules,
        values,
    ]


@pytest.fixture
def found(pipeline):
    def entities(text):
        message = Message({"text": text, "metadata": {"now": NOW}})
        for component in pipeline:
            component.process([message])
        return message.get("entities")

    return entities


def named(entities, *kinds):
    return [entity["text"] for entity in entities if entity["entity"] in kinds]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        # days and parts of the day, also in dialect
        ("昨天晚上八点多停的", ["昨天晚上八点多"]), ("今儿个一早就没电", ["今儿个一早"]), ("昨儿停了", ["昨儿"]), ("夜儿个黑了停的", ["夜儿个黑了"]),
        ("今朝夜里", ["今朝夜里"]), ("琴日停電", ["琴日"]), ("聽日幾點有電", ["聽日"]), ("而家冇電", ["而家"]), ("大前天报的", ["大前天"]),
        ("后晌来的电", ["后晌"]), ("大清早就停", ["大清早"]), ("今晚零点到六点", ["今晚零点到六点"]), ("头先停电", ["头先"]), ("今天白天", ["今天白天"]),
        # clocks
        ("8:30停电", ["8:30"]), ("20点30分", ["20点30分"]), ("八点半", ["八点半"]), ("九点一刻", ["九点一刻"]), ("下午一点来", ["下午一点"]),
        ("８点３０分", ["８点３０分"]), ("晚上十点以后", ["晚上十点"]), ("早上七八点", ["早上七八点"]), ("晚上 8 点", ["晚上 8 点"]),
        # dates, months, years, weeks, quarters
        ("2022年4月", ["2022年4月"]), ("22年4月的", ["22年4月"]), ("4.5号", ["4.5号"]), ("4月5日", ["4月5日"]), ("三月十五", ["三月十五"]),
        ("上个月的电费", ["上个月"]), ("二〇二四年", ["二〇二四年"]), ("上礼拜三晚上", ["上礼拜三晚上"]), ("下个星期", ["下个星期"]), ("周六", ["周六"]),
        ("第三季度", ["第三季度"]), ("去年下半年", ["去年下半年"]), ("月底前", ["月底"]), ("下月中旬", ["下月中旬"]), ("今年年底", ["今年年底"]),
        ("2024-03-15 13:17", ["2024-03-15 13:17"]), ("七八月份", ["七八月份"]), ("上个号头", ["上个号头"]), ("查一下上个月", ["上个月"]),
        ("加上上个月", ["上个月"]), ("上上个月", ["上上个月"]), ("户号呢9月30日", ["9月30日"]), ("2022年全年", ["2022年全年"]),
        # festivals and seasons
        ("春节期间", ["春节期间"]), ("国庆放假", ["国庆放假"]), ("正月十五", ["正月十五"]), ("腊月二十三那天", ["腊月二十三"]), ("三伏天", ["三伏天"]),
        ("年前报的", []), ("去年冬天", ["去年冬天"]), ("今年中秋", ["今年中秋"]), ("国庆七天", ["国庆七天"]), ("大年三十", ["大年三十"]),
        # lengths and habits
        ("停了三天", ["三天"]), ("两个多小时", ["两个多小时"]), ("四十分钟", ["四十分钟"]), ("一个礼拜", ["一个礼拜"]), ("半个月前", ["半个月前"]),
        ("十来分钟", ["十来分钟"]), ("点把钟", ["点把钟"]), ("个把月", ["个把月"]), ("半天没人来", ["半天"]), ("一天一夜", ["一天一夜"]),
        ("用了22年", ["22年"]), ("最近三天", ["最近三天"]), ("每天晚上停", []), ("每个月", []), ("停了几天了", ["几天"]),
        ("五个工作日", ["五个工作日"]), ("这俩月", ["这俩月"]), ("今年以来", ["今年以来"]), ("两个半小时", ["两个半小时"]), ("前两天", ["前两天"]),
        # ranges
        ("3月1号到5号", ["3月1号到5号"]), ("从昨晚八点到今早六点", ["昨晚八点到今早六点"]), ("8-10点", ["8-10点"]), ("三到五天", ["三到五天"]),
        ("6点~22点", ["6点~22点"]), ("这个月1号到今天", ["这个月1号到今天"]), ("14日6:00-18:00", ["14日6:00-18:00"]), ("早上到现在", ["早上到现在"]),
        # words that name no time
        ("刚才停的", ["刚才"]), ("现在有电吗", ["现在"]), ("目前", ["目前"]), ("这阵子老停", []), ("这向", []),
        # beside words that belong to something else
        ("一个月多用了五十度", []), ("一天多少度", ["一天"]), ("停了一个月多", ["一个月多"]), ("今早起来没电", ["今早"]), ("那天3月5号", ["3月5号"]), ("那天半小时就来电", ["半小时"]),
        # fillers
        ("昨天 嗯 晚上 呃 八点", ["昨天 嗯 晚上 呃 八点"]), ("上个月啊 三月", ["上个月", "三月"]),
    ],
)  # fmt: skip
def test_that_times_are_found_whole(found, text, spans):
    assert named(found(text), "time") == spans


@pytest.mark.parametrize(
    "text",
    [
        "牡丹路60弄3号楼", "五号线", "3号线", "二月路停电", "五一广场", "国庆新村", "八一路", "几点来电", "几天能来", "一点也不好", "有点慢", "快点", "有两点建议",
        "三年级", "三天两头停", "一天到晚停", "早上好", "新年好", "今天气不好", "什么时候", "小时候", "一会儿", "三点五度", "七点五千瓦", "2号变压器", "聊天",
        "说明白点", "梧桐里9号", "户号", "年纪大了", "分表", "工作日", "五号电池", "换大一号", "第三天", "统一", "我家里", "1幢2单元", "第二天早上一看", "那天八点停的", "高考那两天", "第一档给整年的量", "三千五百万", "提前几天申请",
    ],
)  # fmt: skip
def test_that_these_are_no_times(found, text):
    assert named(found(text), "time") == []


@pytest.mark.parametrize(
    ("text", "span", "value"),
    [
        ("交了三百二", "三百二", "320"), ("欠费一百五", "一百五", "150"), ("充了两百没到", "两百", "200"), ("￥120", "￥120", "120"), ("120rmb", "120rmb", "120"),
        ("一共1,234.56元", "1,234.56元", "1234.56"), ("三千四百五十六块七毛八", "三千四百五十六块七毛八", "3456.78"), ("一两百块", "一两百块", "一两百块"),
        ("多收三百 呃 二十 块", "三百 呃 二十 块", "320"), ("百来块钱", "百来块钱", "100"), ("大几百块", "大几百块", "大几百块"), ("五毛六一度", "五毛六", "0.56"),
        ("扣了我500", "500", "500"), ("电费两万多", "两万多", "20000"), ("一度收一块八", "一块八", "1.8"), ("五百的电费", "五百", "500"), ("200到300块", "200到300块", "200到300块"),
        ("涨到三百多", "三百多", "300"), ("贵三毛", "三毛", "0.3"), ("余额还剩二十", "二十", "20"), ("交200块电费", "200块", "200"), ("電費三百塊", "三百塊", "300"),
        ("短信一来五百三", "五百三", "530"), ("鱼死了，少说十五万", "十五万", "150000"), ("充了两百用了五十还剩多少钱", "两百", "200"),
    ],
)  # fmt: skip
def test_that_amounts_are_found_with_their_value(found, text, span, value):
    assert [(entity["text"], entity["value"]) for entity in found(text) if entity["entity"] == "amount"] == [
        (span, value)
    ]


@pytest.mark.parametrize(
    ("text", "span", "value"),
    [
        ("用了300度电", "300度", "300"), ("两百三十度", "两百三十度", "230"), ("两三百度", "两三百度", "两三百度"), ("用了三百兔电", "三百兔", "300"), ("260千瓦时", "260千瓦时", "260"),
        ("300kWh", "300kWh", "300"), ("用了三百 那个 二十度", "三百 那个 二十度", "320"), ("1.5万度", "1.5万度", "15000"), ("才用了一度", "一度", "1"),
        # the same figure written, counted and read digit by digit
        ("115度电多少钱", "115度", "115"), ("一百一十五度电多少钱", "一百一十五度", "115"), ("幺幺五度电多少钱", "幺幺五度", "115"), ("一百一五度电", "一百一五度", "115"),
        ("15 kWh", "15 kWh", "15"), ("空调一个月要用200度", "200度", "200"), ("电表走了四十个字", "四十个字", "40"),
        # who asks for the price may leave out the unit
        ("用了三百六，得交多少钱", "三百六", "360"), ("用电量是410，电费多少", "410", "410"), ("走了两百八合几块", "两百八", "280"),
    ],
)  # fmt: skip
def test_that_energies_are_found_with_their_value(found, text, span, value):
    assert [(entity["text"], entity["value"]) for entity in found(text) if entity["entity"] == "energy"] == [
        (span, value)
    ]


@pytest.mark.parametrize(
    ("text", "span", "value"),
    [
        ("只有180伏", "180伏", "180"), ("10kV线路", "10kV", "10000"), ("十千伏", "十千伏", "10000"), ("电压只有一百八", "一百八", "180"), ("220/380伏", "220/380伏", "380"),
        ("电压才170", "170", "170"), ("三百三十伏", "三百三十伏", "330"), ("10 kV", "10 kV", "10000"),
    ],
)  # fmt: skip
def test_that_voltages_are_found_with_their_value(found, text, span, value):
    assert [(entity["text"], entity["value"]) for entity in found(text) if entity["entity"] == "voltage"] == [
        (span, value)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "空调开26度", "37度高温", "零下十度", "发烧38度", "装一块表", "接在一块", "三元路", "牡丹路60弄", "充3个月", "交了3次", "2022年交的", "12月电费", "一度电多少钱",
        "几块钱", "花了几毛", "用了几度", "不收一分钱", "10千伏安", "变压器800kVA", "收拾一下", "95598", "一元二次方程", "打12398", "交给3号楼",
        "微信说了三个字", "屏上电池两个字", "死了三万盘苗",
    ],
)  # fmt: skip
def test_that_these_are_no_quantities(found, text):
    assert named(found(text), "amount", "energy", "voltage") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("变压器冒烟", [("变压器", "变压器")]), ("便压器响", [("便压器", "变压器")]), ("变鸭器", [("变鸭器", "变压器")]), ("冷氣壞咗", [("冷氣", "空调")]),
        ("电线杆倒了", [("电线杆", "电线杆")]), ("表不走了", [("表", "电表")]), ("线断了", [("线", "电线")]), ("空开跳了", [("空开", "空气开关")]), ("电饭煲", [("电饭煲", "电饭锅")]),
        ("冲电桩怎么装", [("冲电桩", "充电桩")]), ("WiFi坏了", [("WiFi", "路由器")]), ("LED灯闪", [("LED灯", "电灯")]), ("跌落式熔断器", [("跌落式熔断器", "熔断器")]),
        ("填一张申请表", []), ("在线", []), ("3号线", []), ("电缆厂停电", []), ("代表", []), ("无线网", []), ("红灯", []), ("路灯不亮", []), ("保险公司", []), ("用电标准", []),
        ("抄表", []), ("跳闸了", []), ("户号和表号", []), ("水表坏了", []), ("缴费记录", []), ("线上交费", []), ("塔吊", [("塔吊", "塔吊")]),
    ],
)  # fmt: skip
def test_that_devices_have_their_term(found, text, expected):
    assert [
        (entity["text"], entity["value"]) for entity in found(text) if entity["entity"] == "device"
    ] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("就我家没电", [("就我家", "household")]), ("整栋楼都停了", [("整栋楼", "building")]), ("我们小区停电了", [("我们小区", "estate")]), ("全村都黑了", [("全村", "area")]),
        ("我们这一片没电", [("我们这一片", "area")]), ("俺村停电咧", [("俺村", "area")]), ("只有我们单元停", [("只有我们单元", "building")]), ("一条街都没电", [("一条街", "area")]),
        ("我家没电", []), ("我们村支书", []), ("我们楼下", []), ("一单元", []), ("附近有营业厅吗", []), ("这块表", []),
    ],
)  # fmt: skip
def test_that_scopes_are_found(found, text, expected):
    assert [
        (entity["text"], entity["value"]) for entity in found(text) if entity["entity"] == "scope"
    ] == expected


def test_that_a_listed_hall_goes_before_everything_inside_it(found):
    hall, when = found("花木营业厅明天开门吗")
    assert (hall["entity"], hall["text"], hall["value"]) == ("business_hall", "花木营业厅", "H002")
    assert (when["entity"], when["text"]) == ("time", "明天")


def test_that_numbers_taken_before_stay_untouched(found):
    entities = found("户号三二零零 嗯 四五六七八九 上个月电费")
    assert [(entity["entity"], entity["value"][:10]) for entity in entities] == [
        ("account_number", "3200456789"),
        ("time", "2022-03-01"),
    ]


CHARACTERS = "昨今明天晚上个月年号日点半一二三十百千万两几块毛元度伏千瓦时表线灯杆我们整栋楼村小区的了到前后周末节春 ，。呃嗯那个这就是0123456789.:-~Vk￥"


def test_that_spans_never_overlap_and_hold_what_was_written(found):
    chance = random.Random(95598)
    for _ in range(1500):
        text = "".join(chance.choice(CHARACTERS) for _ in range(chance.randint(0, 40)))
        entities = found(text)
        for before, after in itertools.pairwise(entities):
            assert before["end"] <= after["start"], text
        for entity in entities:
            assert text[entity["start"] : entity["end"]] == entity["text"] != "", text
            assert entity["entity"] not in KINDS or isinstance(entity["value"], str), text


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "。", "昨" * 1000, "一百" * 500, "1 " * 500, "一嗯" * 500, "到" * 1000]
)
def test_that_odd_texts_end_in_bounded_time(found, text):
    begin = time.perf_counter()
    found(text)
    assert time.perf_counter() - begin < 2


def test_that_the_vocabulary_does_not_grow_with_callers(pipeline, found):
    found("户号1234567890")
    rules = pipeline[3]
    known = len(rules._vocab)
    for number in range(200):
        found(f"户号{3100000000 + number}，abc{'x' * (number + 1)}")
    assert len(rules._vocab) <= known + 2


def test_that_the_lists_travel_with_the_model(tmp_path, found):
    class Storage:
        def write_to(self, _):
            return self

        read_from = write_to

        def __enter__(self):
            return tmp_path

        def __exit__(self, *_):
            return None

    folder = Path(__file__).parents[2] / "data" / "lookups"
    RuleEntities({"lookups": str(folder)}, Storage(), None).train(None)
    assert json.loads((tmp_path / "lookups.json").read_text(encoding="utf-8"))["device"]["冷气"] == "空调"
    loaded = RuleEntities.load({}, Storage(), None, None)
    message = Message({"text": "冷气坏了"})
    for component in (CharacterTokenizer.create({}), ReadingNormalizer({}, None, None), loaded):
        component.process([message])
    assert named(message.get("entities"), "device") == ["冷气"]
    (tmp_path / "lookups.json").write_text("{", encoding="utf-8")
    with pytest.raises(BrokenModel):
        RuleEntities.load({}, Storage(), None, None)


def test_that_an_unknown_setting_is_refused():
    with pytest.raises(InvalidConfigException, match="unknown setting 'lookup'"):
        RuleEntities.validate_config({"lookup": "x"})


@pytest.mark.parametrize(
    ("inside", "taken", "sure", "left"),
    [
        ((0, 5), [("time", 1, 3)], True, (0, 5)),
        ((0, 5), [("time", 1, 3)], False, None),
        ((0, 5), [("time", 0, 2)], False, (2, 5)),
        ((0, 5), [("time", 0, 2)], True, (0, 5)),
        ((0, 5), [("time", 3, 7)], True, (0, 3)),
        ((0, 5), [("account_number", 1, 3)], True, None),
        ((0, 5), [("business_hall", 0, 5)], True, None),
        ((0, 5), [("time", 0, 5)], True, None),
    ],
)
def test_that_a_sure_address_keeps_a_time_inside_it(inside, taken, sure, left):
    message = Message({"text": "国庆新村里头停电"})
    CharacterTokenizer.create({}).process([message])
    tokens = tokens_of(message)
    entities = [{"entity": name, "start": start, "end": end} for name, start, end in taken]
    indices = _left_over(tokens, list(range(*inside)), entities, sure)
    assert indices == ([] if left is None else list(range(*left)))
    assert CrfEntityExtractor.get_default_config()["certain"] < 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("阳光水岸小区", True),
        ("苦竹乡", True),
        ("学校", False),
        ("水沟里", False),
        ("我家", False),
    ],
)
def test_that_a_place_is_known_by_its_last_word(text, place):
    assert ends_as_place(text) is place


def test_that_a_learning_extractor_sees_only_what_it_is_to_learn():
    entities = [
        {"entity": "time", "start": 0, "end": 2, "value": "昨天"},
        {"entity": "address", "start": 2, "end": 5, "value": "牡丹路"},
    ]
    example = Message({"text": "昨天牡丹路停电", "intent": "report_outage", "entities": entities})
    plain = Message({"text": "你好", "intent": "greet"})
    data = LearntEntities({}, None, None).process_training_data(TrainingData([example, plain]))
    assert [message.get("entities") for message in data.training_examples] == [entities[1:], None]
    assert example.get("entities") == entities
    resident = Message({"text": "昨天", "entities": entities[:1]})
    assert LearntEntities({}, None, None).process([resident])[0].get("entities") == entities[:1]
