"""Values of entities: what a span means, as a string that a program can use."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.base import register
from bot.components.lookups import LookupComponent
from bot.components.quantities import amount_of, energy_of, volts_of
from bot.components.reading import ReadingNormalizer, read
from bot.components.scopes import scope_of
from bot.components.times import AHEAD, ZONE, resolve

# What was billed, used and paid lies behind, what is asked for or planned ahead: "8月10号" is another day of each.
_PAST = (
    "query_bill",
    "query_usage",
    "query_payment_record",
    "report_payment_problem",
    "dispute_bill",
    "ask_invoice",
)
_PLANNED = (
    "query_planned_outage", "apply_suspension", "apply_capacity_change", "apply_new_connection", "apply_ev_charger",
    "apply_site_visit", "request_relocation",
)  # fmt: skip
_YEAR_AHEAD = 300

_NAME = "[^省市区县路街弄号栋幢室,，。 ]"
_PARTS = {
    "city": re.compile(f"(?:^|省|自治区)({_NAME}{{1,6}}?(?:市|自治州|地区|盟))"),
    "district": re.compile(f"(?:^|省|市|州|自治区)({_NAME}{{1,6}}?(?<!小)(?<!社)(?:区|县|旗))(?!域)"),
    "street": re.compile(f"(?:^|[省市区县旗州镇道乡])({_NAME}{{1,8}}?(?:路|街(?!道)|大道|巷|公路))"),
    "building": re.compile(r"([0-9a-z一二三四五六七八九十]{1,4}(?:号楼|栋|幢|座|#楼|#))"),
    "room": re.compile(r"([0-9一二三四五六七八九十零〇]{1,5}(?:室|号房|房间))"),
}
_TOWNSHIP = re.compile(f"(?:^|[省市区县旗州])({_NAME}{{1,8}}?(?:街道|镇|乡))")
_LANE = re.compile(r"([^省市区县街道镇乡]{1,8}?(?:路|街|巷|大道)[0-9一二三四五六七八九十百零〇]+弄)")
_ESTATE = re.compile(
    f"(?:^|[省市区县旗州镇道乡路街弄号])({_NAME}{{1,12}}?(?:小区|花园|公寓|家园|新村|花苑|名苑|嘉苑|雅苑|苑|城|府|庭|大厦|广场|社区|村|里))(?![县市区镇乡])"
)


def parts_of(text: str) -> dict[str, str]:
    """City, district, street, estate, building and room, as far as the words tell.

    >>> parts_of("上海市浦东新区牡丹路60弄3号楼502室")
    {'city': '上海市', 'district': '浦东新区', 'street': '牡丹路', 'estate': '牡丹路60弄', 'building': '3号楼', 'room': '502室'}
    """
    found = {name: match.group(1) for name, pattern in _PARTS.items() if (match := pattern.search(text))}
    if "street" not in found and (township := _TOWNSHIP.search(text)):
        found["street"] = township.group(1)
    if estate := _LANE.search(text) or _ESTATE.search(text):
        found["estate"] = estate.group(1)
    return {
        name: found[name]
        for name in ("city", "district", "street", "estate", "building", "room")
        if name in found
    }


@register("ENTITY_EXTRACTOR", trainable=True)
class EntityValues(LookupComponent):
    """Gives each entity its value, an address its `parts`, a time `from` and `to`; spans stay as they are.

    The reference of a time is `metadata["now"]` (ISO 8601), else the present. What cannot be normalised keeps its text.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Comes after the extractors."""
        return [ReadingNormalizer]

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the values of the messages' entities."""
        for message in messages:
            if isinstance(message.get(TEXT), str):
                now, ahead = _reference(message), _ahead(message)
                entities = [
                    self._valued(entity, message.get(TEXT), now, ahead)
                    for entity in message.get(ENTITIES) or []
                ]
                message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def _valued(self, entity: dict[str, Any], text: str, now: datetime, ahead: int) -> dict[str, Any]:
        written = read(text[entity["start"] : entity["end"]]).text
        name = entity["entity"]
        if name == "amount":
            return {**entity, "value": amount_of(written) or entity["value"]}
        if name == "energy":
            return {**entity, "value": energy_of(written) or entity["value"]}
        if name == "voltage":
            return {**entity, "value": volts_of(written) or entity["value"]}
        if name == "scope":
            return {**entity, "value": scope_of(written)}
        if name == "device":
            return {**entity, "value": self._lookups.device.get(written, entity["value"])}
        if name == "business_hall":
            return {**entity, "value": self._hall(written) or entity["value"]}
        if name == "address":
            return {**entity, "parts": parts_of(written)}
        if name == "time" and (span := resolve(written, now, ahead)):
            start, end = span.start.isoformat(), span.end.isoformat()
            return {**entity, "value": f"{start}/{end}", "from": start, "to": end}
        return entity

    def _hall(self, written: str) -> str | None:
        if written in self._lookups.business_hall:
            return self._lookups.business_hall[written]
        # A hall's name is long and people shorten it: the one hall whose name begins so is meant.
        short = re.sub("(?:供电)?(?:营业厅|营业所|供电所|营业点|大厅)$", "", written)
        named = {hall for name, hall in self._lookups.business_hall.items() if short and short in name}
        return named.pop() if len(named) == 1 else None


def _ahead(message: Message) -> int:
    intent = (message.get(INTENT) or {}).get("name")
    return 0 if intent in _PAST else _YEAR_AHEAD if intent in _PLANNED else AHEAD


def _reference(message: Message) -> datetime:
    metadata = message.get("metadata")
    said = metadata.get("now") if isinstance(metadata, dict) else None
    if isinstance(said, str):
        try:
            moment = datetime.fromisoformat(said.replace("Z", "+00:00"))
        except ValueError:
            moment = None
        if moment:
            return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    # This room has no clock of its own and takes none from another: the caller gives `now` where it matters.
    return datetime.now(ZONE)  # noqa: TID251
