"""What a bad line, or haste, makes of words: characters that sound alike."""

from __future__ import annotations

from functools import lru_cache

# On a bad line the first becomes the second: curled tongue to flat, n to l, f to h, the nasals at the end.
_STARTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))
_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


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
