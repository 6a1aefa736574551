"""What a question about prices asks: for a sum, a tier, a way to apply; and what the power is used for."""

from __future__ import annotations

import re
from typing import Literal

from actions.turn import Turn

Use = Literal["home", "firm", "farm"]
_PRICE = re.compile(
    "多少(?:钱|电费|费用|块|元)|几(?:块|毛)钱|[一每]度电?要?(?:多少|几)|(?:多少|几[块毛角分])一度|[交缴付要]多少|电费是多少|怎么收费|怎么算钱"
)
_BILL = re.compile("上个?月|上上个?月|去年|账单|为什么|为啥|怎么这么|怎么会")
_HOME = re.compile("居民|家里|我家|自家|家用|家庭|住宅|宿舍")
_FARM = re.compile(
    "农业(?!银行)|农田|[灌排]溉|排灌|抽水(?!马桶)|浇[地水田园]|[鱼虾蟹]塘|增氧|大棚|养殖|养[猪鸡鸭鹅牛羊鱼虾蟹]|[猪鸡鸭牛羊]场|孵化"
    "|育苗|果园|茶园|稻田|种植|农场|合作社|烘干[稻谷粮]|打井"
)
_TRADE = re.compile(
    "商[业铺户场]|工业|工商|店[铺面里]|门[面店市]|铺[子面]|开了?个?家?.{0,3}店|[小饭酒药花书茶餐水果服装理发]店|超市|饭馆|餐[馆厅]|[面菜宾旅茶]馆"
    "|美容院|网吧|健身房|写字楼|办公|企业|(?<!供电)(?<!电力)公司|单位|(?<![电水])厂(?!家)|车间|作坊|仓库|冷库"
)
_INSTITUTION = re.compile("学校|幼儿园|养老院|敬老院|福利院|居委会|村委会|[寺教][庙堂]")
_FIRM = re.compile("公司|企业|工厂|厂|单位|店|商铺")
_TIER = re.compile(
    "[进到入超跳]了?(?:第?[二三23两]档|几档|档|第几档)|第几档|哪[一个]*档|几档了|还[差剩能][^，。]*档|超没超|超档|跳档|离第?[二三两]档|离下一?档"
)
_LOW_INCOME = re.compile("低保|五保|特困")
_SHARED, _CHARGING = re.compile("合表"), re.compile("充电桩")
_HOW_TO = re.compile(
    "怎么(?:开|办|申请|取消|关|弄)|如何(?:开|办|申请|取消)|加[点些]?额度|申请|办理|开通|取消|材料|手续|资料|证明"
)
_WORTH = re.compile("划算|合算|划得来|值不值|省不省|便宜吗|哪个[便省]|能省")
_STOP = re.compile("暂停|报停|停用|停[了掉]?|减容|封存")
_SAVING = re.compile("省|少[交缴付]|[减免]多少|减下来")
_BACK = re.compile("补办|补报|补申请|补交申请|追溯|当时|那时|那会|那年|老规定|旧规定|原来的?规定|以前的?规定")


def asks_price(turn: Turn) -> bool:
    """Whether the message asks what so many kWh cost, and not for a bill."""
    return bool(turn.entities("energy") and asks_sum(turn.text) and not _BILL.search(turn.text))


def asks_sum(text: str) -> bool:
    """Whether it asks for so much money: 多少钱, 几毛钱一度."""
    return bool(_PRICE.search(text))


def asks_tier(text: str) -> bool:
    """Whether it asks which tier the use falls into."""
    return bool(_TIER.search(text))


def use_of(text: str) -> Use | None:
    """What the power is used for, where the words say so: no household's prices hold for a firm or a farm."""
    if _FARM.search(text):
        return "farm"
    if _TRADE.search(text):
        return "firm"
    return "home" if _HOME.search(text) else None


def is_firm(text: str) -> bool:
    return bool(_FIRM.search(text))


def low_income(text: str) -> bool:
    return bool(_LOW_INCOME.search(text))


def price_class(text: str) -> str:
    """`shared`, `charging` or `institution` where the message says so, else `tiered`."""
    kinds = (("charging", _CHARGING), ("shared", _SHARED), ("institution", _INSTITUTION))
    return next((kind for kind, words in kinds if words.search(text)), "tiered")


def asks_how_to(text: str) -> bool:
    return bool(_HOW_TO.search(text))


def asks_worth(text: str) -> bool:
    return bool(_WORTH.search(text))


def speaks_of_stopping(text: str) -> bool:
    return bool(_STOP.search(text))


def asks_saving(text: str) -> bool:
    """Whether it asks what stopping transformers saves."""
    return bool(_STOP.search(text) and _SAVING.search(text))


def asks_back(text: str) -> bool:
    """Whether it asks for what held, or can still be had, of another time."""
    return bool(_BACK.search(text))
