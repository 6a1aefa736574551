"""Comparing what a resident says with an account's record. Only yes or no leaves this module."""

from __future__ import annotations

import hmac
import re
import unicodedata

from backends.reference.address import key

_DOOR = re.compile(
    r"^(?P<prefix>.*?)"
    r"(?:(?P<building>\d{1,3})(?:号楼|栋|幢|座|楼|号|-))?"
    r"(?:(?P<unit>\d{1,2})(?:单元|-))?"
    r"(?P<room>\d{1,5}[a-z]?)(?:室|房|号)?$"
)
_FOUR = re.compile(r"[0-9]{4}")


def same_name(given: str, holder: str) -> bool:
    """The full name, character by character; a surname, or a surname with a title, is no full name."""
    given, holder = (re.sub(r"[\s·]", "", unicodedata.normalize("NFKC", name)) for name in (given, holder))
    return len(holder) >= 2 and hmac.compare_digest(given.encode(), holder.encode())


def same_phone_end(given: str, last4: str) -> bool:
    """Exactly four digits, full-width ones included."""
    digits = unicodedata.normalize("NFKC", given).strip()
    return bool(_FOUR.fullmatch(digits)) and hmac.compare_digest(digits, last4)


def same_door(given: str, *, address: str, building: str, room: str) -> bool:
    """The room must be right, and so must all that is said beside it: building, and address before it."""
    spoken = given.strip().rstrip("。.")
    # A numeral is read as a number before its word only: 五零二 is 502 because 五零二室 is.
    found = _DOOR.match(key(spoken if spoken.endswith(("室", "房", "号")) else spoken + "室").strip("-"))
    if not found or found["room"] != room:
        return False
    if found["building"] is not None and found["building"].lstrip("0") != building:
        return False
    return key(address).endswith(found["prefix"])
