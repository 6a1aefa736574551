"""Which region is meant by words that name no place of it: a street or town, a district, a city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from backends.reference.address import REGION, Within, key, ways
from backends.reference.town.sources import read

Path = tuple[str, ...]  # province, city, and as far as it goes district and street


W = TypeVar("W", bound=Within)


@dataclass(frozen=True)
class Region(Generic[W]):
    """`name` from the city down, and all that lies there."""

    name: str
    members: list[W]


def named(text: str, members: Sequence[W]) -> Region[W] | None:
    """The one region that the words name; None if there is none, if several fit, or if they name another, too."""
    query = key(text)[:200]
    paths = {_whole(member)[:depth] for member in members for depth in (2, 3, 4)}
    said = {
        path: way
        for path in paths
        if (way := next((way for way in map(key, ways(path[-1])) if way in query), ""))
        and not _contradicted(query, path)
    }
    # 天元区 names the district and not the street in it that is called like it; 浦东新区花木街道 names the street.
    told = {
        path
        for path in said
        if not any(said[path] in said.get(path[:n], "") for n in (2, 3) if n < len(path))
    }
    inner = {path for path in told if not any(other != path and other[: len(path)] == path for other in told)}
    longest = max((len(said[path]) for path in inner), default=0)
    kept = [path for path in inner if len(said[path]) == longest]
    if len(kept) != 1:
        return None
    path = kept[0]
    return Region("".join(path[1:]), [member for member in members if _whole(member)[: len(path)] == path])


def _whole(member: Within) -> Path:
    return member.province, member.city, member.district, member.street


def _contradicted(query: str, path: Path) -> bool:
    """True if the words name a region that is none of the path's: 南京市花木街道."""
    own = tuple(key(way) for name in path for way in ways(name))
    endings = tuple(read("address")["no_region"])
    return any(not found[0].endswith((*own, *endings)) for found in REGION.finditer(query))
