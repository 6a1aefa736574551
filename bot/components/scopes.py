"""How far something reaches: our flat, the building, the estate, the village."""

from __future__ import annotations

import re

_WE = "(?:我们|我|俺们|俺|咱们|咱|阿拉|我伲|我哋|侬拉|你们)"
_ALL = "(?:整个?|全|成个|整整一个?)"
_THIS = "(?:这一?个?|那一?个?|整个?|全|一个?|这边|这里)"
# After these words something happens there; else the word only says whose or where.
_HAPPENS = (
    "(?=$|[,。;!?、 ]|的?人?家?(?:都|全)|停|没|又|一直|一片|老是|经常|断|黑|跳|来电|来的?电|电压|集体|今|昨|刚|从|也|晚|天天|总|时不时|常|就|不|有电|用不|半夜|已|怎么|咋|为[啥什]|啥|什么时候"
    "|几|到现在|现在|突然|忽然|好多|大面积|还|同时|统统|统一|每|频繁|这两天|这几天|最近|上午|下午|早上|因|什么)"
)
_ONLY = (
    "(?:就是|就|只有|只是|仅有|仅|光是|光|单独|单单|单|独独|唯独|偏偏|净|(?<![^,。 ])得|只|好像就|是不是就)"
)
SCOPE = re.compile(
    f"{_ONLY}{_WE}(?:自己)?(?:这|那)?(?:里)?(?:一?(?:家|户)(?:一家|一户|人|屋里)?(?!公司|电器)|屋(?:里|头|企)?|屋子|单位|这?一?层(?:楼)?|一?(?:栋|幢)楼?|单元|一个人)"
    f"|{_ONLY}{_WE}一(?:家|户)(?!公司)|{_ONLY}(?:一家|一户|自己家|自家)|(?:就|只有|只){_WE}(?=没电|停|这儿没|这里没)|家里面?全(?=没|停|黑)"
    f"|(?:[一二两三四五六七八九十0-9]+楼)?(?:整|全)一?个?(?:层|单元|栋楼?|幢楼?|座楼?|楼(?!房|上|下|道|梯|顶)|宿舍楼?|办公楼|大楼|门栋|厂区|楼层)"
    f"|{_WE}{_THIS}?(?:栋楼?|幢楼?|座楼|层楼?|一层|一栋楼?|一幢楼?|单元|号楼|门栋)(?!长|门|顶|道|梯|口|下|上|外|的)"
    f"|{_WE}{_THIS}?楼(?!上|下|道|梯|顶|底|层|长|房|里|外|前|后|的|梆){_HAPPENS}"
    "|一(?:整)?(?:栋|幢)楼(?!房)|这(?:一)?(?:栋|幢|座)楼?(?!房)(?=都|全|停|没|的?人)|(?:这|那)一?(?:层|单元)(?=都|全|停|没)|(?:这)?一梯[一二两三四]户|上下(?:几)?层|楼上楼下"
    f"|{_WE}{_THIS}?(?:小区|社区|院子|大院|家属院|园区|楼盘){_HAPPENS}|(?:{_ALL}|半个|这个|那个|本)(?:小区|社区|院子|大院|家属院|园区|楼盘|弄堂)(?!物业|门|的?表|充)"
    "|小区(?:里)?(?:面)?(?=都停|全停|整个|都没电|全没电|全黑|都黑)"
    f"|(?:{_ALL}|半个?|这个|这|那|一个?)(?:村子?|屯子?|庄子?|寨子?|湾子?|塆子?)(?!委|支|长|民|干部|主任|口|头|里修)|{_WE}{_THIS}?(?:村子?|屯子?|庄子?|寨子?|湾子?|大队){_HAPPENS}"
    f"|(?:{_ALL}|成|半个?|一|这一?|那一?|{_WE}这?一?)(?:条)(?:街|路|巷子?|弄堂?|胡同|马路|商业街)(?:上)?"
    f"|(?:{_ALL})(?:个)?(?:镇|乡|街道|市场|商场|片区|片|区域|工业区|工业园|开发区|城区|市|县|区|城|厂|学校|排|组|条线)(?!里的|负责|经理)"
    f"|(?:{_WE})?(?:这|那)(?:一)?(?:大)?(?:片区?儿?|带|区域)(?!子)|{_WE}(?:这|那)?(?:片区|片儿?|一片|一带|一排|排|块儿(?!表|电表|地)|组(?!长))"
    "|(?:附近|周围|周边|旁边|隔壁|方圆)(?:好?几|两|三|四|五)(?:个|条|栋|幢|户|家|里)(?:村子?|小区|栋楼|楼|街|地|户|家)?(?:人家)?|(?:附近|周围|周边)(?:的)?(?:一片|一带|邻居|居民|人家|家家户户)?(?=都|全|也都|也没电|也停)"
    "|左右邻居|家家户户"
)

# What a span says about who is without power; the first that occurs counts, the wider before the narrower.
_SCOPES = (
    (
        "area",
        re.compile(
            "村|镇|片|街|附近|周围|周边|方圆|旁边|隔壁|区域|邻居|左邻|家家|一带|条|乡|屯|庄|寨|湾|塆|排|[全个]市|县|城|开发区|工业|[全个]区|大队|组|块|带|市场|商场|大面积"
        ),
    ),
    ("estate", re.compile("小区|社区|苑|园区|弄|大院|院子|家属院|楼盘")),
    ("building", re.compile("楼|栋|幢|座|单元|层|梯|门栋|厂|学校")),
    ("household", re.compile("家|户|屋|自己|房间|我们|我|单位")),
)


def scope_of(text: str) -> str:
    """Who is concerned: household, building, estate or area; household where the words do not tell.

    >>> scope_of("就我家"), scope_of("整栋楼"), scope_of("全小区"), scope_of("我们村")
    ('household', 'building', 'estate', 'area')
    """
    return next((scope for scope, words in _SCOPES if words.search(text)), "household")


def find_scopes(text: str) -> list[tuple[int, int]]:
    """Offsets of the words in a plain reading that say how far it reaches.

    >>> text = "停电了，整栋楼都没电"
    >>> [text[start:end] for start, end in find_scopes(text)]
    ['整栋楼']
    """
    return [match.span() for match in SCOPE.finditer(text) if match.end() > match.start()]
