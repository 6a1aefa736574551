"""A measure for the tests of this room."""

from __future__ import annotations

from typing import Any


def written(measure_id: str = "test-measure", **changes: Any) -> dict[str, Any]:
    """A measure as an operator writes it."""
    return {
        "measure_id": measure_id, "title": "高温保供", "text": "高温期间抢修人员昼夜值守，随叫随到。",
        "province": "湖南省", "valid_from": "2026-07-01", "source": "公告第一号",
    } | changes  # fmt: skip
