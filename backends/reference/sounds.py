"""What a bad line, or haste, makes of a name: characters that sound alike."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product

# On a bad line the first becomes the second: curled tongue to flat, n to l, f to h, the nasals at the end.
_STARTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))
_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
SHORTEST = 3  # characters: shorter names sound like half the language
MOST = 8  # readings of one query


@lru_cache(maxsize=32768)
def sound(character: str) -> str:
    """The toneless syllable of a Chinese character with the pairs that lines confuse made one; others as they are."""
    from pypinyin import Style, lazy_pinyin

    found = str(lazy_pinyin(character, style=Style.NORMAL, errors="default")[0])
    if found == character:
        return found
    for clear, dull in _STARTS:
        if found.startswith(clear):
            found = dull + found[len(clear) :]
            break
    for clear, dull in _ENDS:
        if found.endswith(clear):
            found = found[: -len(clear)] + dull
    return found


@lru_cache(maxsize=8192)
def heard(text: str) -> tuple[str, ...]:
    """One sound a character."""
    return tuple(map(sound, text))


def readings(query: str, names: Iterable[str]) -> list[str]:
    """The query with names in it that merely sound like some of `names`; [] if there are none.

    Where several names sound alike there are several readings, at most `MOST`. Digits sound like themselves only.
    """
    line = heard(query)
    found: dict[tuple[int, int], list[str]] = {}
    known = {name for name in names if len(name) >= SHORTEST}
    begins: dict[str, list[int]] = {}
    for start, one in enumerate(line):
        begins.setdefault(one, []).append(start)
    for name in sorted(known, key=lambda name: (-len(name), name)):
        wanted, size = heard(name), len(name)
        for start in begins.get(wanted[0], ()):
            span = (start, start + size)
            taken = any(start < end and begin < span[1] for begin, end in found if (begin, end) != span)
            if line[start : span[1]] == wanted and not taken and query[slice(*span)] not in known:
                found.setdefault(span, []).append(name)
    spans = sorted(found, reverse=True)
    answers = []
    for choice in islice(product(*(found[span] for span in spans)), MOST):
        reading = query
        for (start, end), name in zip(spans, choice, strict=True):
            reading = reading[:start] + name + reading[end:]
        answers.append(reading)
    return answers if spans else []
