"""The recorded measures in their own time and after: the utility and the actions run with the clock set there."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from hotline.up import free_port
from kit.settings import ROOT
from tests.actions.conftest import World
from tests.actions.rasa import Talk, client
from tests.actions.servers import BACKENDS, INNER

IN_FORCE, LAST_DAY, DAY_AFTER, NEW_YEAR = (
    "2022-04-20T10:00", "2022-05-31T22:00", "2022-06-01T00:01", "2022-12-25T10:00",
)  # fmt: skip
Then = Callable[[str], contextlib.AbstractContextManager[str]]
ARREARS = "受疫情影响、交费有困难的居民用户，不因欠费停电"


@contextlib.contextmanager
def process(module: str, environment: dict[str, str], health: str) -> Iterator[str]:
    """A process of ours at a port of its own; its address once it is up."""
    port = free_port()
    argv = [sys.executable, "-m", module, "--port", str(port)]
    with subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as running:
        url = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + 60
            while True:
                assert running.poll() is None, f"{module} ended"
                assert time.monotonic() < deadline, f"{module} did not come up"
                with contextlib.suppress(httpx.HTTPError):
                    if httpx.get(url + health, trust_env=False).status_code == 200:
                        break
                time.sleep(0.1)
            yield url
        finally:
            running.terminate()
            running.wait(20)


@pytest.fixture(scope="module")
def town(fresh_database: Callable[[str], str]) -> str:
    return fresh_database("")


@pytest.fixture(scope="module")
def then(world: World, town: str, tmp_path_factory: pytest.TempPathFactory) -> Then:
    """The address of an action server, and behind it of a utility, whose clocks start at that moment."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}

    @contextlib.contextmanager
    def at(moment: str) -> Iterator[str]:
        environment = plain | {
            "HOTLINE_NOW": moment, "HOTLINE_HOME": str(tmp_path_factory.mktemp("home")), "HOTLINE_INTERNAL_TOKEN": INNER,
            "HOTLINE_BACKENDS_TOKEN": BACKENDS, "HOTLINE_INNER_URL": world.inner, "HOTLINE_REFERENCE_DATABASE_URL": town,
        }  # fmt: skip
        with (
            process("backends.reference", environment, "/healthz") as reference,
            process("actions", environment | {"HOTLINE_BACKENDS_URL": reference}, "/health") as actions,
        ):
            yield actions

    return at


async def told(world: World, address: str, *messages: tuple[str, str, str], channel: str = "web") -> str:
    """The answer to the last of these messages: text, intent, words that are an address ('' for none)."""
    async with client(address) as http:
        talk = Talk(world.house, http, channel)
        said = ""
        for text, intent, place in messages:
            said = await talk.says(text, intent, *((("address", place),) if place else ()))
    return said


ARREARS_ASKED = ("隔离在家没法交电费会不会停电", "ask_service_measures", "")
ESTATE_ASKED = ("封控小区师傅能进来修吗", "ask_service_measures", "")
FIRM_ASKED = ("天元区停产企业基本电费能不能优惠", "ask_service_measures", "天元区")
RETURN_ASKED = ("蒙城返乡的人家里用电检查有什么服务", "ask_service_measures", "蒙城")
OWING = (("查余额", "query_balance", ""), ("3100000000018", "inform", ""), ("6789", "inform", ""))


async def test_that_what_was_in_force_in_april_2022_is_said_and_takes_effect(
    world: World, then: Then
) -> None:
    with then(IN_FORCE) as address:
        said = await told(world, address, ARREARS_ASKED)
        assert ARREARS in said
        assert "到2022年5月31日止" in said
        assert "结束" not in said
        assert "照样上门抢修" in await told(world, address, ESTATE_ASKED)
        heard = await told(world, address, ARREARS_ASKED, channel="ivr")
        assert not any(character.isascii() and character.isdigit() for character in heard)
        owing = await told(world, address, *OWING)
        assert "欠费不停电、减免违约金" in owing
        assert "不能替工作人员答应" in owing
        # What Zhuzhou announced in 2020 was over by then.
        assert "已在2020年6月30日结束" in await told(world, address, FIRM_ASKED)


async def test_that_the_last_day_counts_and_the_day_after_does_not(world: World, then: Then) -> None:
    with then(LAST_DAY) as address:
        assert ARREARS in await told(world, address, ARREARS_ASKED)
    with then(DAY_AFTER) as address:
        said = await told(world, address, ARREARS_ASKED)
        assert "已在2022年5月31日结束" in said
        assert ARREARS not in said
        owing = await told(world, address, *OWING)
        assert "目前欠费" in owing
        assert "减免违约金" not in owing


async def test_that_returnees_are_told_in_their_county_and_season(world: World, then: Then) -> None:
    with then(NEW_YEAR) as address:
        said = await told(world, address, RETURN_ASKED)
        assert "供电所上门看线路和开关" in said
        assert "蒙城县" in said
        assert "已在2022年5月31日结束" in await told(world, address, ARREARS_ASKED)


SPRING_2020 = "2020-02-20T10:00"


async def test_that_a_question_is_answered_by_the_measure_where_no_entry_surely_is(
    world: World, then: Then
) -> None:
    with then(IN_FORCE) as address:
        for text in ("疫情欠费会不会停我家电啊", "交不起电费 现在会停电不", "那违约金能免不"):
            said = await told(world, address, (text, "ask_arrears_rule", ""))
            assert "不因欠费停电" in said, text
            assert "没有可靠的答案" not in said


@pytest.mark.parametrize(
    ("moment", "text", "intent", "place", "words"),
    [
        (IN_FORCE, "这两个月怎么一起出账单", "ask_meter_reading", "", "电费可以先按估算出账"),
        (IN_FORCE, "电费不对 没人来抄表", "dispute_bill", "", "电费可能是估算的"),
        (IN_FORCE, "连云港的厂复工了 能不能来看看配电箱和刀闸", "apply_site_visit", "", "复工复产的企业可以请人上门查看"),
        (NEW_YEAR, "蒙城返乡装电表能不能走绿色通道", "ask_green_channel", "", "返乡人员报装可以走绿色通道"),
        (NEW_YEAR, "蒙城的网格经理怎么找", "query_grid_manager", "", "服务连心卡"),
        (SPRING_2020, "天元区的厂没开工 变压器暂停能不能补办", "apply_suspension", "", "可以补办暂停"),
    ],
)  # fmt: skip
async def test_that_measures_are_told_beside_the_usual_answer(
    world: World, then: Then, moment: str, text: str, intent: str, place: str, words: str
) -> None:
    with then(moment) as address:
        said = await told(world, address, (text, intent, place))
        assert said.count(words) == 1
        assert "没有查到适用的绿色通道" not in said


async def test_that_a_measure_of_another_region_is_not_told(world: World, then: Then) -> None:
    with then(NEW_YEAR) as address:
        assert "返乡" not in await told(world, address, ("装电表能不能走绿色通道", "ask_green_channel", ""))
