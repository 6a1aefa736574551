"""Names that stand in a query by their sound only, as a bad line or haste leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, product

from kit.sounds import heard

SHORTEST = 3  # characters: shorter names sound like half the language
MOST = 8  # readings of one query


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
