"""Personal data for eyes that do not need it: lists, and tickets of others."""

from __future__ import annotations

import re
from typing import Any

from kit.logging import mask

# Also in groups, as residents write and as we answer: 3100 0000 0001 8.
_GROUPED = re.compile(r"\d(?:[ -]?\d){6,}")
_NAMES = frozenset({"person_name", "holder_name", "contact_name", "new_holder"})


def veil(text: str) -> str:
    """`text` with all but the last two of each long run of digits hidden."""
    return mask(_GROUPED.sub(lambda run: mask(re.sub(r"[ -]", "", run[0])), text))


def veil_fact(name: str, value: Any) -> Any:
    """A fact as others may see it: digits veiled, of a name the first character."""
    if not isinstance(value, str):
        return value if isinstance(value, int | float) and len(str(value)) < 7 else veil(str(value))
    return f"{value[:1]}**" if name in _NAMES else veil(value)
