"""A resident writes; platform, callback, record and worker are real and speak over HTTP."""

from __future__ import annotations

import asyncio
import time

import pytest

from conversations import record
from conversations.ports import Said
from tests.connectors.wechat.conftest import PLAIN, SECURE, Town
from tests.played import TICKET


async def greeted(town: Town) -> None:
    """Have the first words behind us."""
    await town.say("hello")
    assert len(town.shown()) == 1


async def test_that_the_answer_is_in_the_response_encrypted_and_starts_with_the_robots_notice(
    town: Town,
) -> None:
    went = await town.say("牡丹路60弄停电了，什么时候来电")
    [delivery] = went["deliveries"]
    assert delivery["outcome"] == "answer"
    notice = town.house.words("utter_robot_notice", "wechat").text
    assert delivery["text"] == f"{notice}\n\nanswer to 牡丹路60弄停电了，什么时候来电"
    wire = town.platform.wire[-1]
    assert wire["encrypted"]
    assert "msg_signature" in wire["url"]
    assert "<Encrypt>" in wire["answer"]
    assert "answer to" not in wire["answer"]
    assert town.platform.counts["send"] == 0
    assert (await town.becomes("answer to", "sent")).via == "callback"


async def test_that_a_plain_account_is_answered_in_plain_text(town: Town) -> None:
    went = await town.say("停电了", appid=PLAIN.appid)
    assert went["deliveries"][0]["outcome"] == "answer"
    assert "answer to 停电了" in town.shown(PLAIN.appid)[0]
    assert not town.platform.wire[-1]["encrypted"]


async def test_that_several_words_are_one_reply_with_a_blank_line_between(town: Town) -> None:
    await greeted(town)
    town.bot.answers["查"] = [
        Said("第一段"),
        Said("第二段]]>"),
        Said("选一个", [{"title": "电费"}, {"title": "停电"}]),
    ]
    went = await town.say("查")
    hint = town.house.wording.text("wechat_choices", "wechat", text="选一个", choices="1. 电费\n2. 停电")
    assert went["deliveries"][0]["text"] == f"第一段\n\n第二段]]>\n\n{hint}"


async def test_that_a_number_after_choices_is_heard_as_the_choice(town: Town) -> None:
    await greeted(town)
    town.bot.answers["查"] = [Said("选一个", [{"title": "电费", "payload": "/x"}, {"title": "停电"}])]
    await town.say("查")
    await town.say("2")
    await town.say("2")
    assert town.bot.turns[-2:] == ["停电", "2"]


@pytest.mark.parametrize("typed", ["1", "记住"])
async def test_that_a_choice_typed_means_what_its_button_would(town: Town, typed: str) -> None:
    await greeted(town)
    town.bot.answers["查"] = [
        Said("记吗", [{"title": "记住", "payload": "好的"}, {"title": "不用", "payload": "不用了"}])
    ]
    await town.say("查")
    await town.say(typed)
    assert town.bot.turns[-1] == "好的"


async def test_that_choices_still_stand_after_a_message_without_words(town: Town) -> None:
    await greeted(town)
    town.bot.answers["查"] = [Said("选一个", [{"title": "电费"}, {"title": "停电"}])]
    await town.say("查")
    await town.say("？")
    await town.say("2")
    assert town.bot.turns[-2:] == ["查", "停电"]


async def test_that_a_lost_answer_is_given_again_from_the_same_turn(town: Town) -> None:
    await greeted(town)
    await town.misbehave("lose_answer")
    went = await town.say("停电了")
    first, second = went["deliveries"]
    assert first["text"] == second["text"] == "answer to 停电了"
    assert town.bot.turns.count("停电了") == 1
    assert len(town.shown()) == 2


async def test_that_two_deliveries_at_once_share_one_turn(town: Town) -> None:
    await greeted(town)
    town.bot.seconds["停电了"] = 0.5
    await town.misbehave("deliver_twice")
    went = await town.say("停电了")
    assert {d["text"] for d in went["deliveries"]} == {"answer to 停电了"}
    assert town.bot.turns.count("停电了") == 1


async def test_that_a_late_answer_is_a_success_and_leaves_by_the_send_api(town: Town) -> None:
    await greeted(town)
    town.bot.seconds["慢"] = 5.0
    begun = time.monotonic()
    [delivery] = (await town.say("慢"))["deliveries"]
    assert delivery["outcome"] == "success"
    assert 4.2 < time.monotonic() - begun < 4.9
    assert (await town.shows(2))[-1] == "answer to 慢"
    assert (await town.becomes("answer to 慢", "sent")).via == "send"
    assert town.platform.counts["send"] == 1


async def test_that_what_does_not_fit_follows_by_the_send_api_in_order(town: Town) -> None:
    await greeted(town)
    town.bot.answers["长"] = [Said("一。" * 200), Said("二。" * 200), Said("三。" * 200), Said("四。" * 20)]
    went = await town.say("长")
    assert went["deliveries"][0]["text"] == "一。" * 200
    assert await town.shows(5) == [town.shown()[0], "一。" * 200, "二。" * 200, "三。" * 200, "四。" * 20]


async def test_that_a_word_longer_than_a_reply_arrives_in_pieces(town: Town) -> None:
    await greeted(town)
    text = "".join(f"第{number}条，请断电后再检查。" for number in range(90))
    town.bot.answers["长"] = [Said(text)]
    went = await town.say("长")
    assert went["deliveries"][0]["outcome"] == "success"
    pieces = (await town.shows(3))[1:]
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= 2000 and piece.endswith("。") for piece in pieces)
    assert (await town.becomes("第0条", "sent")).via == "send"


async def test_that_used_up_messages_are_parked_until_the_resident_writes(town: Town) -> None:
    await greeted(town)
    await town.misbehave("quota")
    town.bot.seconds["慢"] = 4.6
    await town.say("慢")
    parked = await town.becomes("answer to 慢", "parked")
    assert parked.state == "parked"
    assert "45047" in str(parked.error)
    await town.say("还在吗")
    assert {"answer to 慢", "answer to 还在吗"} <= {
        part for line in await town.shows(3, seconds=2) for part in line.split("\n\n")
    }
    assert (await town.becomes("answer to 慢", "sent")).state == "sent"


async def test_that_a_dead_token_is_renewed_once_and_the_words_arrive(town: Town) -> None:
    await greeted(town)
    await town.announce("第一句")
    await town.shows(2)
    await town.misbehave("token_expired")
    await town.announce("第二句")
    assert (await town.shows(3))[1:] == ["第一句", "第二句"]
    assert town.platform.counts["tokens_made"] == 2
    assert town.platform.counts["send"] == 3


async def test_that_a_failing_bot_ends_in_an_honest_sentence_and_a_ticket(town: Town) -> None:
    await greeted(town)
    town.bot.failing.add("查")
    went = await town.say("查")
    sorry = town.house.words("utter_bot_failed", "wechat").text
    assert went["deliveries"][0]["text"] == f"{sorry}\n\nticket {TICKET}"


async def test_that_an_agents_words_leave_under_the_agents_name(town: Town) -> None:
    await greeted(town)
    await town.announce("师傅已出发", author="agent", author_name="王芳")
    expected = town.house.wording.text("wechat_agent_says", "wechat", name="王芳", text="师傅已出发")
    assert (await town.shows(2))[-1] == expected
    assert town.platform.lines(SECURE.appid, town.resident)[-1]["nick"] == "小电"


async def test_that_who_follows_is_greeted_once(town: Town) -> None:
    await town.event("subscribe", key="qrscene_123")
    await town.shows(1)
    await asyncio.sleep(0.3)
    assert town.shown() == [town.house.words("utter_greeting", "wechat").text]
    assert not town.bot.turns


async def test_that_who_leaves_ends_the_visit(town: Town) -> None:
    await greeted(town)
    await town.event("unsubscribe")
    conversation = await town.house.find("wechat", SECURE.appid, town.resident)
    assert conversation
    assert conversation.ended_at is not None
    assert conversation.attributes["end_reason"] == "unsubscribed"


@pytest.mark.parametrize(
    "event", ["LOCATION", "VIEW", "SCAN", "TEMPLATESENDJOBFINISH", "kf_create_session", "new"]
)
async def test_that_other_events_are_acknowledged_without_a_trace(town: Town, event: str) -> None:
    [delivery] = (await town.event(event, key="x", fields={"MsgID": "1", "Status": "success"}))["deliveries"]
    assert delivery["outcome"] == "success"
    assert await town.rows() == 0


async def test_that_a_menu_button_speaks_for_the_resident(town: Town) -> None:
    await town.event("CLICK", key="我要查电费")
    assert town.bot.turns == ["我要查电费"]
    assert "answer to 我要查电费" in town.shown()[0]


async def test_that_recognised_speech_is_text_and_other_speech_is_not(town: Town) -> None:
    await greeted(town)
    fields = {"MediaId": "m1", "Format": "amr", "Recognition": "停电了"}
    await town.say("", kind="voice", fields=fields)
    await town.say("", kind="voice", fields=fields | {"Recognition": ""})
    assert town.bot.turns == ["hello", "停电了"]
    assert town.shown()[-1] == town.house.words("utter_cannot_read", "wechat").text


async def test_that_a_place_and_a_picture_are_kept_for_people(town: Town) -> None:
    fields = {"Location_X": "31.2", "Location_Y": "121.5", "Scale": "20", "Label": "牡丹路60弄"}
    await town.say("", kind="location", fields=fields)
    await town.say("", kind="image", fields={"PicUrl": "http://p/1", "MediaId": "m2"})
    conversation = await town.house.find("wechat", SECURE.appid, town.resident)
    assert conversation
    async with town.house.db.work() as session:
        kept = [m for m, _ in await record.transcript(session, conversation.id) if m.author == "resident"]
    place, picture = kept
    assert (place.kind, place.text) == ("location", "牡丹路60弄")
    assert (place.payload["latitude"], place.payload["longitude"]) == ("31.2", "121.5")
    assert (picture.kind, picture.payload["media_id"]) == ("image", "m2")


@pytest.mark.parametrize("face", ["/::)", "[微笑]", "／restart"])
async def test_that_faces_and_slashes_are_stored_as_written(town: Town, face: str) -> None:
    await town.say(face)
    conversation = await town.house.find("wechat", SECURE.appid, town.resident)
    assert conversation
    async with town.house.db.work() as session:
        first = (await record.transcript(session, conversation.id))[0][0]
    assert first.text == face
