"""Money, energy and voltage in a reading: where they are named and what they come to.

The reading is without blanks and fillers (`spoken.plain`). A rough numeral (one or two hundred) is found, but has no value.
"""

from __future__ import annotations

import re
from decimal import Decimal

from bot.components.numerals import DIGITS, NUMERAL, number
from bot.components.spoken import plain

_DIGIT = "一二三四五六七八九"
_ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(?:[百千万亿]+(?:[0-9]+[百千]?)*)?"
_CHINESE = f"(?:(?:[零〇{_DIGIT}壹贰叁肆伍陆柒捌玖幺两俩仨十百佰千仟万亿]|(?<=[壹贰叁肆伍陆柒捌玖])拾)+|半)(?:点[零〇{_DIGIT}幺]+)?[百千万亿]?"
_ROUGH = f"(?:好几|大几|小几|上|成|好|几)[十百千万]+|[几数][十百千万]*|百把|千把|万把|百十|[{_DIGIT}两][十百千万]+[几好][十百千]*"
_NUMERAL = f"(?<![0-9.a-z])(?:{_ARABIC}|(?<![零〇{_DIGIT}十百千万两点第几])(?!(?<=[块毛元])[{_DIGIT}两]一度){_CHINESE}|(?<![{_DIGIT}十百千万]){_ROUGH})"
_MORE = "(?:好?几[百十]?|[多来余把])?"
_QUANTITY = f"{_NUMERAL}{_MORE}万?"
_TO = "(?:到|至|~|—+|-+|–)"

_KWH = r"(?:千瓦·?时|千瓦小时|kw·?\.?h|kwh)"
_KWH_UNIT = re.compile(_KWH)
ENERGY = re.compile(
    f"(?:{_NUMERAL}{_MORE}{_TO})?{_QUANTITY}个?(?:(?P<degree>度)(?!数|假|日|角|以?[上下]的?高?温|高温|灰|娘|米)|"
    f" ?{_KWH}|(?P<misheard>兔)(?=电|[,。?!]|$)|(?P<counted>字)儿?(?=$|[,。?!了的电呢吧吗嘛多要合是得该怎]))"
)
_WARM = re.compile(
    "(?:零下|气温|温度|高温|体温|室温|水温|摄氏|发烧|烧到|高烧|低烧|热到|冷到|天气|最高|最低|调到|开到|设到|打到|开的?是?|调|调成|设定|空调[^,。]{0,4}|制冷|制热|屋里|室内|车间里|冷气|暖气|转|拐|弯|倾斜|歪|斜了?)[^,。度]{0,3}$"
)
_HOT = re.compile(
    "(?:的|多)?(?:高温|的?天气|大?热天|高烧|大?太阳|的?气温|体温|[大]?转弯|以?[上下]?的天|的高|角|热得|的热|的空调|了?还不开)"
)
_USED = re.compile(
    "(?:用|走|耗|减|免|超|差|(?<!差不)多|(?<!多)少|剩|发|跑)(?:了|过|掉)?(?:才|只|不到|整整|足足|有)?$"
)

VOLTAGE = re.compile(
    f"(?:{_NUMERAL}{_MORE}(?:{_TO}|/))?{_QUANTITY}(?:千伏(?!安)|伏特|伏(?!安|天)| ?kv(?![a-z])| ?v(?![a-z]))"
)
_VOLTAGE_TALK = re.compile("^(?!.*(?:负荷|容量)).*(?:电压|伏(?!安))")
# In talk of voltage a numeral near those of the low-voltage grid needs no unit.
_VOLTAGE_BARE = re.compile(
    f"{_QUANTITY}(?![0-9a-z.%:/-]|{NUMERAL}|[,][0-9]|[瓦度天个月年户号时分小次人家台岁安平米公里层楼室栋路幢组条位期档块元毛角]|千瓦|千伏|(?:伏|v))"
)

_JIAO = f"(?:[零〇]?[0-9{_DIGIT}两][0-9{_DIGIT}]?(?:毛|角)?(?:[0-9{_DIGIT}两]分?)?(?![0-9号月年天个点户度兔栋楼块次])|多|来(?!着|电)|半(?!年|天|月|个|小|夜))?"
_MONEY_WORD = "(?:块(?:来|多)?(?:钱|大洋|人民币)?|元(?:整|钱|人民币)?|圆(?!形|圈)|蚊(?!子|虫|香)|rmb|人民币|大洋|刀(?=[,。]|$))"
# A piece of something is counted with the same word as a yuan.
_PIECE = "(?!儿|表|电(?!费)|牌|板|地(?!方)|田|石|木|铁|砖|玻璃|屏|瓦|空地|光伏|太阳能|面板|电池|组件|砖|区|智能|新|旧|老|分表|子|菜|肉|布|手表|双向|单相|三相|芯|线|插|砸|灰|黑|红|烧|坏|计|冰|疤|荒|宅|塘|池|墙)"
AMOUNT = re.compile(
    f"(?:人民币|[￥¥$])(?:{_QUANTITY})(?:{_MONEY_WORD})?"
    f"|(?:{_NUMERAL}{_MORE}(?:元|块)?{_TO})?{_QUANTITY}(?:(?P<unit>块|元|快(?=钱|一度|$|[,。]))(?:(?P<rest>{_JIAO[3:-2]}))?(?:钱|大洋|整|人民币)?|{_MONEY_WORD})"
    f"|(?:{_NUMERAL}{_MORE}{_TO})?{_QUANTITY}(?:毛|角)(?!形|钢|铁|楼|场|落|度|豆|病|线|巾|衣|坯)(?:[0-9{_DIGIT}两几]分?(?![0-9号月年天个点户度])|多)?钱?"
    f"|{_NUMERAL}分(?:钱|(?!钟|之|表|时|开|期|成|贝|档|别|局|公|布|支|摊|类|线|电|[0-9]))"
)
_STREET = re.compile("(?:[一二三]次|路|街|桥|村|区|里|巷|坊|店(?!里)|镇|山|广场|小区|中学|大厦|石)")
_TOGETHER = re.compile("(?:在|到|合|搭|混|凑|拼|一起|连|接|同|串|并|算)$")
_PIECES = re.compile("(?:换|装|坏|加|安|立|拆|两|缺|有|那|这|哪|烧|买|另外?|整|是)$")
_PRICED = re.compile(
    "(?:度电?|收|涨了?|要|交|贵|扣了?|付|合|每|价|卖|降了?|少了?|加了?|便宜了?|是|花了?|差|俺|收我|给|充|欠了?|[0-9一二三四五六七八九]度)$"
)
_CHANGED = re.compile("(?:度电?|涨|降|加|差|多|少|便宜|贵|(?<![不没])收)(?:了|是|收)?$")
# How many, a few: a question or a way of speaking, no amount.
_ASKED = re.compile("(?:[几数半]|几多)(?![十百千万])")
# Words after which a bare numeral is money.
_PAID = re.compile(
    "(?:[交缴充扣欠剩退赔补收花付存罚转打冲](?:了|的|过|进去|进|到|费|值|给|上|出去|走|我|他|你们|它|回|来|下|完|满)*(?:电费|话费|钱|余额)?|充值|欠款|缴费|余额|欠费|电费|费用|话费|金额|付款|预存|账单|违约金|滞纳金|押金|定金|报价|补偿|赔偿|补贴|罚款|钱|费|"
    "(?:涨|跳|飙|翻|升|降|少|变)(?:到|成|了)|多(?:收|扣|交|出|了|算)了?|价钱|要价|工钱|多付|至少|月租|工资|共|现金|入账|差价|[一那这]笔|掏|放进去|塞进去|超过|修了|给我|收入|损失|少说|价差|卡里|算下来|转账|掏了|一共|加起来)"
    "(?:我|咱|他|她|它|俺|你|是|有|就|才|要|得|都|一共|总共|共|大概|大约|将近|差不多|足足|整整|又|了|的|也|还|只|剩|到|成|多|近|快|这个月|上个月|每月|一年|一个月|一下子|突然|竟然|居然|花|显示|,|出来|已经|超过|不到|为|:|在|一次|另外|顶多|最多|最少|平均|每次|每个月)*$"
)
# In talk of money these are enough.
_HARDLY = re.compile(
    "(?:才|就|都|要|得|变成|涨到|涨成|从|到|成|是|平时|以前|平常|往常|每月|月|一直|也就|顶多|最多|不到|将近|差不多|大概|多|[,、。])$"
)
_ELLIPTIC = re.compile(f"[{_DIGIT}两][百千万][{_DIGIT}]")
# What a meter counted is called words, too.
_METERED = re.compile("[用走跑转耗蹦使](?:电量?)?(?:了|掉|过|是)?(?:有|才|将近|快|大概|差不多|大约)?$")
# Who asks what it costs has said what was used: a numeral without unit is energy then.
_PRICE_ASKED = re.compile(
    "(?:多少|几多|好多|幾多)(?:钱|电费|块|元|费用)|几(?:块|钿|元)|(?:[交缴付收掏给花]|电费)(?:会?是|得|要|大约|大概|大致|预计|估计){0,2}(?:多少|几多|好多)"
)
_PREPAID = re.compile("充|剩|存|余额")
_MEASURED = re.compile("[度字伏斤米亩岁千]|电压|电量|负荷")
_CONSUMED = re.compile("[用走耗转使]了?[^,。]{0,6}$|电量[^,。]{0,6}$")
_READ = re.compile("(?:表上|读数|示数|度数|止码|起码|电量|抄[到的表]|容量|电压)[^,。块元]{0,8}$")
_CAPACITY = re.compile("千伏安|kva|增容|减容|容量|千瓦|变压器换|[0-9]的变压器")
_MONEY_TALK = re.compile(
    "电费|话费|代扣|违约金|欠款|账单|缴费|交费|充值|余额|欠费|多少钱|块钱|扣款|扣了|交了|缴了|充了|花了|欠了|欠着|收了|退了|赔|收费"
)
_BARE = re.compile(
    f"(?P<n>(?:{_NUMERAL}{_MORE}{_TO})?{_QUANTITY})(?![0-9a-z.%·:/]|{NUMERAL}|[,][0-9]|[瓦度天个月年户号时分小次人家台岁伏安平米公里层楼室栋路幢组条位期档项类遍趟回点秒级支张块元毛角倍折成口排根盏只周星礼代宿夜兆吨克斤匹套间座步者桌亩方袋瓶包箱盘株羽筐担盆辆头颗棵笔封字票平眼户件份把转行角线杆来多几]|千瓦|千伏|客户|三零)"
)
_MONEY_AFTER = re.compile(
    "(?:的|多的?)?(?:电费|电(?=[,。!?了]|$)|话费|余额|费用|钱|违约金|滞纳金|押金|赔偿|进去|到账|没到|发票)"
)
_VAGUE = re.compile(
    f"[几数好][十百千万亿]|[百千万亿]几|(?<![百千][{_DIGIT}])十几|^[几数]|百十|[十百千万]把|[块毛元]几|[{_DIGIT}两]{{2}}[十百千万亿]|^[{_DIGIT}两]{{2}}(?![零〇{_DIGIT}0-9])"
)
_SPAN = re.compile(f"[0-9{_DIGIT}十百千万元块多](?:{_TO})[0-9{_DIGIT}两]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_YUAN = re.compile(
    f"(?P<yuan>{NUMERAL}+)[多来余]?(?P<myriad>万?)(?:元|块|圆|蚊|快)(?P<zero>[零〇])?(?:(?P<jiao>[0-9{_DIGIT}两]{{1,2}}|半)(?P<mao>毛|角)?(?:(?P<fen>[0-9{_DIGIT}两])分?)?)?"
)
_SMALL = re.compile(f"(?P<n>{NUMERAL}+)(?P<unit>毛|角|分)(?P<fen>[0-9{_DIGIT}两])?")
_FIRST = re.compile(f"{NUMERAL}+")


def find_quantities(text: str) -> list[tuple[str, int, int]]:
    """Kind and offsets of the amounts, energies and voltages of a plain reading; they may overlap.

    >>> text = "上个月两百三十度交了一百二"
    >>> [(kind, text[start:end]) for kind, start, end in find_quantities(text)]
    [('energy', '两百三十度'), ('amount', '一百二')]
    """
    if not _FIRST.search(text) and not re.search("[几数]", text):
        return []
    found = [("energy", *match.span()) for match in ENERGY.finditer(text) if _is_energy(text, match)]
    found += [("voltage", *match.span()) for match in VOLTAGE.finditer(text)]
    if _VOLTAGE_TALK.search(text):
        found += [
            ("voltage", *match.span()) for match in _VOLTAGE_BARE.finditer(text) if _is_voltage(match.group())
        ]
    if _PRICE_ASKED.search(text) and not _PREPAID.search(text):
        found += [("energy", *match.span("n")) for match in _BARE.finditer(text) if _is_used(text, match)]
    found += [("amount", *match.span()) for match in AMOUNT.finditer(text) if _is_money(text, match)]
    if _MONEY_TALK.search(text) or _PAID_ANYWHERE.search(text) or _said_short(text):
        found += [("amount", *match.span("n")) for match in _BARE.finditer(text) if _is_paid(text, match)]
    return found


_PAID_ANYWHERE = re.compile("[交缴充扣欠剩退赔补收花付存罚涨钱费价余值]|账单|少说|损失")


def _said_short(text: str) -> bool:
    return bool(_ELLIPTIC.search(text)) and not _MEASURED.search(text)


def _is_voltage(written: str) -> bool:
    value = quantity_of(written)
    return (
        value is not None
        and 90 <= Decimal(value) <= 480
        and not re.fullmatch("[一二三四五六七八九零〇幺]+", written)
    )


def _is_energy(text: str, match: re.Match[str]) -> bool:
    if _ASKED.match(match.group()):
        return False
    if match["misheard"]:
        return bool(re.search("电|用|表", text))
    if not match["degree"] and not match["counted"]:
        return True
    before = text[max(0, match.start() - 8) : match.start()]
    if match["counted"]:
        return bool(_METERED.search(before)) and bool(re.search("[电表钱费度]", text))
    named = text.startswith("电", match.end()) or _CONSUMED.search(before)
    if not named and (_WARM.search(before) or _HOT.match(text, match.end())):
        return False
    # What one kilowatt-hour costs names a unit, no quantity.
    one = re.match("(?:一|1)度", match.group())
    return not one or bool(_USED.search(before))


def _is_money(text: str, match: re.Match[str]) -> bool:
    written, end = match.group(), match.end()
    if _ASKED.match(written):
        return False
    before, after = text[max(0, match.start() - 6) : match.start()], text[end : end + 8]
    if written.endswith(("元", "角", "毛")) and _STREET.match(after):
        return False
    if written == "一分钱" or re.fullmatch(".(?:分|角)", written):
        return bool(_CHANGED.search(before))
    if match["unit"] != "块" or written.endswith("钱") or match["rest"]:
        return True
    if re.match(_PIECE, after) is None:
        return False
    if written in ("一块", "两块", "1块", "2块", "几块", "三块"):
        if _TOGETHER.search(before) or _PIECES.search(before) or re.match("[去走吃住停办交过说来]", after):
            return False
        return bool(_PRICED.search(before))
    return True


def _is_used(text: str, match: re.Match[str]) -> bool:
    value = quantity_of(match["n"])
    return value is not None and Decimal(value) >= 10 and bool(_METERED.search(text[: match.start()]))


def _is_paid(text: str, match: re.Match[str]) -> bool:
    written = match["n"]
    value = quantity_of(written)
    if _ASKED.match(written) or written in ("拾", "一", "百", "千", "万"):
        return False
    # Nobody pays the year, and nobody says "I paid seven" of yuan.
    if (
        re.fullmatch("(?:19|20)[0-9]{2}|95598|12398|10[0-9]{3}|1[0-9]{10}|0[0-9]+", written)
        or len(written) > 12
    ):
        return False
    if value is not None and Decimal(value) < 10 and "." not in value:
        return False
    if all(character in DIGITS and not character.isascii() for character in written):
        return False  # digits read one by one
    before = text[max(0, match.start() - 16) : match.start()]
    if _READ.search(before):
        return False
    if _PAID.search(before):
        return True
    if _MONEY_AFTER.match(text, match.end()):
        return True
    if _CONSUMED.search(before):
        return False
    # Three hundred and two: said of money alone, where nobody speaks of what was used.
    if _ELLIPTIC.fullmatch(written) and not _CAPACITY.search(text):
        return True
    if _CAPACITY.search(text) or not _MONEY_TALK.search(text):
        return False
    return bool(re.search("[百千万]", written) or (_HARDLY.search(before) and re.search("[0-9]{2}", written)))


def amount_of(text: str) -> str | None:
    """Yuan as a decimal: `一百二十块五` is 120.5, `3毛` 0.3; `None` without a number or with a rough one."""
    text = _bare(text)
    if _rough(text):
        return None
    if match := _YUAN.search(text):
        yuan = number(match["yuan"] + match["myriad"])
        if yuan is not None:
            if match["jiao"]:
                jiao = Decimal("5") if match["jiao"] == "半" else number(match["jiao"].replace("两", "二"))
                if jiao is not None:
                    yuan += jiao.scaleb(
                        -2 if not match["mao"] and (match["zero"] or len(match["jiao"]) == 2) else -1
                    )
            if match["fen"]:
                yuan += (number(match["fen"]) or Decimal(0)).scaleb(-2)
            return _decimal(yuan)
    if match := _SMALL.search(text):
        value = number(match["n"])
        if value is None:
            return None
        value = value.scaleb(-2 if match["unit"] == "分" else -1)
        return _decimal(value + (number(match["fen"]) or Decimal(0)).scaleb(-2) if match["fen"] else value)
    return quantity_of(text)


def quantity_of(text: str) -> str | None:
    """The first numeral of the text as a decimal; `None` without one or with a rough one."""
    text = _bare(text)
    if _rough(text):
        return None
    for match in _FIRST.finditer(text):
        value = number(
            match.group() + ("万" if text[match.end() : match.end() + 2] in ("多万", "来万", "余万") else "")
        )
        if value is not None:
            return _decimal(value)
    return None


def energy_of(text: str) -> str | None:
    """Kilowatt-hours as a decimal; the thousand of the unit is no part of the numeral."""
    return quantity_of(_KWH_UNIT.sub("度", _bare(text)))


def volts_of(text: str) -> str | None:
    """Volts as a decimal: ten kilovolts are 10000; of several the last, which has the unit."""
    text = _bare(text).rpartition("/")[2]
    value = quantity_of(re.sub("千伏|kv", "", text))
    return _decimal(Decimal(value) * 1000) if value and re.search("千伏|kv", text) else value


def _bare(text: str) -> str:
    return _THOUSANDS.sub("", plain(text)[0])


def _rough(text: str) -> bool:
    return bool(_VAGUE.search(text) or _SPAN.search(text))


def _decimal(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
