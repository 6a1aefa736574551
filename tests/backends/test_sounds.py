"""Names read by their sound."""

from __future__ import annotations

import pytest

from backends.reference import sounds


@pytest.mark.parametrize(
    ("query", "names", "read"),
    [
        ("锦秀苑停电", {"锦绣苑"}, ["锦绣苑停电"]),
        ("锦绣苑停电", {"锦绣苑"}, []),  # as it is written
        ("金贵里", {"金桂里", "今桂里"}, ["今桂里", "金桂里"]),
        ("木单路60弄", {"牡丹路", "牡丹路60弄"}, ["牡丹路60弄"]),
        ("木单路61弄", {"牡丹路60弄"}, []),
        ("花莲", {"华联"}, []),  # too short to tell
        ("", {"锦绣苑"}, []),
    ],
)
def test_that_a_query_is_read_as_the_names_it_sounds_like(
    query: str, names: set[str], read: list[str]
) -> None:
    assert sorted(sounds.readings(query, names)) == read
