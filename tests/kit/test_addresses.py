"""Addresses told in parts."""

from __future__ import annotations

import pytest

from kit.addresses import completed


@pytest.mark.parametrize(
    ("known", "said", "address"),
    [
        ("", "牡丹路60弄", "牡丹路60弄"),
        ("牡丹路60弄", "", "牡丹路60弄"),
        # A part completes the place.
        ("牡丹路60弄", "3号楼502室", "牡丹路60弄3号楼502室"),
        ("牡丹路60弄", "三号楼五零二室", "牡丹路60弄三号楼五零二室"),
        ("牡丹路60弄", "３号楼５０２", "牡丹路60弄３号楼５０２"),
        ("牡丹路60弄", "3-502", "牡丹路60弄3-502"),
        ("牡丹路", "60弄3号楼", "牡丹路60弄3号楼"),
        ("牡丹路12号", "3号楼", "牡丹路12号3号楼"),
        ("牡丹路60弄3号", "502室", "牡丹路60弄3号502室"),
        ("阳光花园", "B座1201", "阳光花园B座1201"),
        ("阳光花园", "三单元六楼", "阳光花园三单元六楼"),
        ("十里铺村", "三组", "十里铺村三组"),
        # What was told before of the same part is corrected, with what lies in it.
        ("牡丹路60弄3号楼502室", "503室", "牡丹路60弄3号楼503室"),
        ("牡丹路60弄3号楼502室", "5号楼", "牡丹路60弄5号楼"),
        ("牡丹路60弄13号楼", "3号楼", "牡丹路60弄3号楼"),
        ("牡丹路60弄3号楼502室", "3号楼", "牡丹路60弄3号楼502室"),
        ("牡丹路60弄502室", "3号楼", "牡丹路60弄3号楼502室"),
        # The part may come first.
        ("502室", "3号楼", "3号楼502室"),
        ("3号楼502室", "牡丹路60弄", "牡丹路60弄3号楼502室"),
        ("3号楼502室", "牡丹路60弄5号楼", "牡丹路60弄5号楼"),
        # Another place is another address; the same one told shorter is not.
        ("牡丹路60弄3号楼502室", "花木路100号", "花木路100号"),
        ("上海市浦东新区牡丹路60弄", "牡丹路60弄", "上海市浦东新区牡丹路60弄"),
        ("阳光花园3栋", "东方广场", "东方广场"),
    ],
)
def test_that_a_part_completes_the_address_and_a_place_replaces_it(
    known: str, said: str, address: str
) -> None:
    assert completed(known, said) == address
