"""Devices named with one character, or with a word that mostly means something else: only their neighbours tell."""

from __future__ import annotations

import re

# The word, what it stands for, what may not or must stand before it, and what may not or must stand after it.
_BOUND = (
    (
        "电表",
        "表计(?![数量算])|表",
        "(?<![代发外填列图课手钟秒仪怀申价水气煤热格附报查码油血温压抄超立资情总分智时业做合请结目率准张充店])(?<!户一)",
        "(?![示现明白扬样羊达情面哥姐妹弟述态决演率层彰单叔亲舅嫂格兄侄爷号箱底码头舅子盒位]|上的号|后线|前线|后开关)",
    ),
    ("电表", "电标", "", "(?![准签书识志])"),
    (
        "电线",
        "线",
        "(?:(?<=[根条股这那扯牵架剪换碰压挂吊断烧砸老捆些黑移迁修改拉])|(?<![在上下热专直曲光视路航天连离无有网接火零地进出入户压缆支干主产水号一二三四五六七八九十0-9铁红前宽全抢防毛架电导裸皮轮管源限数界布占掉分店引母导铝铜花明飞相]))",
        "(?![路索性型材段程圈条缆杆损香衣团绳框员柱盒塔下]|上(?!挂|有|结|了|刮|缠|来|面|钩|落|冒|头))",
    ),
    ("拉线", "拉线", "(?<![里家边处接来己要去想人能会新重])", "(?![到去来过接给从电进充用路])"),
    ("电线杆", "杆", "(?<![栏枪标秤桅旗扶球鱼操摇杠拖晾竹撑拉笔灯线电斜手脚])", "(?![菌秤秆线塔子])"),
    (
        "电灯",
        "灯",
        "(?<![红绿路车街台示信号孔黑幻鹿龙景观霓稍手声感应扶油烛])",
        "(?![笼具塔谜节会光泡管带箱饰市杆])",
    ),
    ("总闸", "闸", "(?<![跳掉道水刹大船挂停电总刀开拉合推])", "(?![北机门道口刀阀])"),
    ("熔断器", "保险", "(?:(?<=[烧换断跳])|(?<=烧了)|(?<=换个)|(?<=换了)|(?=保险(?:又|都|给|老|就)?(?:烧|断|跳|坏)))", "(?!公司|费|柜|箱|单|杠|业|金|理赔|人|赔|丝|管|起见)"),
    ("电缆井", "井盖", "(?:(?<=电力)|(?<=电力的)|(?<=你们的)|(?<=供电局的))", ""),
    ("铁塔", "塔", "(?<=[这那座基高])", "(?![楼吊里台])"),
)  # fmt: skip
_WORDS = [(term, re.compile(f"{before}(?:{word}){after}"), set(word)) for term, word, before, after in _BOUND]
# A word of the list that is part of a place, of a firm or of another word.
PART_OF_NAME = re.compile(
    "(?:路(?!灯|边|口|由|上|过|灯)|街(?!上|边)|村(?!里|头)|巷|厂(?!里|房)|宿舍|大街|大道|桥|店|公司|幼儿园|服务部|超市|饭店|商店|城(?!里)|局|专卖|维修部|票|剧|台长|台(?!风|变|式)|政策|并网|发电|补贴|理(?=所|处)|项目|扶贫|贷|上网|收益|结算|费)"
)


def find_bound_devices(text: str) -> list[tuple[int, int, str]]:
    """Offsets and canonical terms of the short words that are devices where they stand.

    >>> find_bound_devices("表不转，填了张表格，线掉下来了")
    [(0, 1, '电表'), (10, 11, '电线')]
    """
    found = []
    for term, pattern, characters in _WORDS:
        if characters & set(text):
            found += [(match.start(), match.end(), term) for match in pattern.finditer(text)]
    return sorted(found)
