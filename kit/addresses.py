"""Addresses that are told in parts: first the lane, then the building, then the room."""

from __future__ import annotations

import re
import unicodedata

_N = "[0-9a-z一二三四五六七八九十百零〇两幺]"
# From the outside in: each lies within the one before it. A bare number at the end is a room.
_KINDS = (
    rf"{_N}+[弄组队]",
    rf"{_N}+号(?![楼房院门])",
    rf"{_N}+(?:号楼|号院|[栋幢座期])|(?<!{_N})[0-9]{{1,3}}(?=-[0-9])",
    rf"{_N}+(?:单元|号?门)",
    rf"{_N}+[楼层]",
    rf"{_N}+(?:号房|室|房间?)|(?:(?<=[楼栋幢座元号门层-])|(?<!.))[0-9]{{3,4}}(?![0-9])",
)
_PART = re.compile("|".join(f"(?P<k{rank}>{kind})" for rank, kind in enumerate(_KINDS)))
_IDLE = " ,，、的"
_BETWEEN = re.compile(rf"[{_IDLE}-]*")


def completed(known: str, said: str) -> str:
    """The address after `said`, where `known` was told before.

    What names no place of its own (a building, a room) is put into the one known; a place goes before a door told
    first; another place replaces it.

    >>> completed("牡丹路60弄", "3号楼502室"), completed("牡丹路60弄3号楼502室", "503室"), completed("502室", "牡丹路60弄")
    ('牡丹路60弄3号楼502室', '牡丹路60弄3号楼503室', '牡丹路60弄502室')
    >>> completed("牡丹路60弄3号楼", "花木路100号"), completed("牡丹路60弄3号楼", "牡丹路60弄")
    ('花木路100号', '牡丹路60弄3号楼')
    """
    known, said = known.strip(), said.strip()
    (place, inside), (named, told) = _split(known), _split(said)
    if not known or not said:
        return known or said
    if named and place:
        return known if said in known else said
    # What lies within a part that was corrected is gone.
    corrected = any(inside.get(rank, words) != words for rank, words in told.items())
    parts = sorted((inside | told).items())
    return (named or place) + "".join(words for rank, words in parts if not corrected or rank <= max(told))


def _split(address: str) -> tuple[str, dict[int, str]]:
    """What names the place, and the parts within it at the end, by rank from the outside in."""
    text = unicodedata.normalize("NFKC", address).lower()
    if len(text) != len(address):  # the offsets would not fit
        text = address
    parts: dict[int, str] = {}
    begins = len(text)
    for match in reversed(list(_PART.finditer(text))):
        rank = int(str(match.lastgroup)[1:])
        if not _BETWEEN.fullmatch(text[match.end() : begins]) or (parts and rank >= min(parts)):
            break
        parts[rank] = address[match.start() : begins].rstrip(_IDLE)
        begins = match.start()
    return address[:begins], parts
