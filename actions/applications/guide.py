"""What may be said of an application: `data/knowledge/applications/<intent>.yml`, read again when a file changes.

A file has `intent`, `order` (the kind of order) and `variants`. A variant has `id`, `title`, `customer` (resident, firm,
any), `when` (words that tell it is meant; the first such variant counts), `facts` (what is gathered, by name of
`gathering.yml`) and `terms`; optionally `label` (how it is called when asked which), `default` (meant where no words
tell), `over_kva` (meant above that capacity), `marks` (on the order) and `green` (asks for the fast lane). A term is one
or more statements of `STATEMENTS` with `valid_from`, `source`, and optionally `province`, `valid_to` (inclusive) and, where
it is `online`, the `page` of `pages.yml` where that is done. A province's own term wins over one for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

import yaml

from actions.gathering import FILE, GATHERING, mentions
from backends.contracts import Mark, OrderKind
from kit.dated import days, in_force
from kit.errors import MisconfiguredError
from kit.settings import ROOT
from kit.watched import Watched

FOLDER = ROOT / "data" / "knowledge" / "applications"
STATEMENTS = ("safety", "papers", "time", "fee", "rule", "boundary", "online")
_CUSTOMERS = ("resident", "firm", "any")
_VARIANT = {
    "id",
    "title",
    "customer",
    "when",
    "facts",
    "terms",
    "label",
    "default",
    "over_kva",
    "marks",
    "green",
}
_TERM = {*STATEMENTS, "page", "province", "valid_from", "valid_to", "source"}


@dataclass(frozen=True)
class Term:
    """One statement, as it is said, while it holds."""

    kind: str
    text: str
    province: str
    valid_from: date
    valid_to: date | None
    source: str
    page: str = ""  # where it is done online


@dataclass(frozen=True)
class Variant:
    id: str
    title: str
    customer: str
    when: tuple[str, ...]
    facts: tuple[str, ...]
    terms: tuple[Term, ...]
    label: str = ""
    default: bool = False
    over_kva: int = 0
    marks: frozenset[Mark] = frozenset()
    green: bool = False

    def term(self, kind: str, province: str, day: date) -> Term | None:
        """What holds on that day in that province; None: not known, and so not said."""
        return in_force((term for term in self.terms if term.kind == kind), province, day)

    def named(self, text: str) -> bool:
        """Whether the text holds a word that tells this variant."""
        return mentions(text.lower(), (word.lower() for word in self.when))


@dataclass(frozen=True)
class Guide:
    intent: str
    order: OrderKind
    variants: tuple[Variant, ...]

    def variant(self, name: str) -> Variant | None:
        return next((one for one in self.variants if one.id == name), None)

    def meant(self, text: str, kva: float = 0) -> Variant | None:
        """The first variant that the words name, else the default; None: ask which."""
        usual = next((one for one in self.variants if one.default), None)
        chosen = next((one for one in self.variants if one.named(text)), usual)
        if kva and (chosen is None or chosen.customer == "firm"):
            large = [one for one in self.variants if one.over_kva and kva > one.over_kva]
            return max(large, key=lambda one: one.over_kva, default=chosen)
        return chosen

    @property
    def labelled(self) -> list[Variant]:
        """Those that are named when the resident is asked which is meant."""
        return [one for one in self.variants if one.label]

    @cached_property
    def provinces(self) -> frozenset[str]:
        return frozenset(term.province for one in self.variants for term in one.terms if term.province)


def read(files: Sequence[Path]) -> dict[str, Guide]:
    """Guides by intent. Raises `MisconfiguredError`, naming file, variant and reason."""
    guides: dict[str, Guide] = {}
    for file in files:
        try:
            guide = _guide(yaml.safe_load(file.read_text("utf-8")))
        except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
            raise MisconfiguredError(f"{file.name} is no guide to an application: {error!r}") from error
        if guide.intent in guides:
            raise MisconfiguredError(f"{file.name}: {guide.intent} has a guide in another file already")
        guides[guide.intent] = guide
    return guides


GUIDES: Watched[dict[str, Guide]] = Watched(lambda: sorted(FOLDER.glob("*.yml")), read)


def _guide(row: dict[str, Any]) -> Guide:
    if row["order"] not in get_args(OrderKind):
        raise ValueError(f"order: {row['order']!r} is no kind of order")
    variants = tuple(_variant(one) for one in row["variants"])
    names = [one.id for one in variants]
    if len(set(names)) < len(names):
        raise ValueError(f"two variants have the same id: {names}")
    guide = Guide(str(row["intent"]), row["order"], variants)
    if sum(one.default for one in variants) > 1:
        raise ValueError("several variants are the default")
    if not any(one.default for one in variants) and len(guide.labelled) < 2:
        raise ValueError("without a default at least two variants need a label to ask about")
    return guide


def _variant(row: dict[str, Any]) -> Variant:
    name = str(row["id"])
    if unknown := set(row) - _VARIANT:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
    if row["customer"] not in _CUSTOMERS:
        raise ValueError(f"{name}: customer must be one of {', '.join(_CUSTOMERS)}")
    if unknown := set(row["facts"]) - set(GATHERING.get().facts):
        raise ValueError(f"{name}: facts that {FILE.name} does not know: {sorted(unknown)}")
    marks = frozenset(row.get("marks", ()))
    if not marks <= set(get_args(Mark)):
        raise ValueError(f"{name}: unknown marks {sorted(marks)}")
    terms = tuple(term for one in row["terms"] for term in _terms(name, one))
    return Variant(
        name, str(row["title"]), row["customer"], tuple(map(str, row["when"])), tuple(map(str, row["facts"])), terms,
        str(row.get("label", "")), bool(row.get("default")), int(row.get("over_kva", 0)), marks, bool(row.get("green")),
    )  # fmt: skip


def _terms(variant: str, row: dict[str, Any]) -> list[Term]:
    if unknown := set(row) - _TERM:
        raise ValueError(f"{variant}: unknown keys of a term {sorted(unknown)}")
    said = [kind for kind in STATEMENTS if kind in row]
    if not said:
        raise ValueError(f"{variant}: a term without a statement")
    if not str(row["source"]).strip():
        raise ValueError(f"{variant}: a term without a source")
    page = str(row.get("page", ""))
    if page and "online" not in said:
        raise ValueError(f"{variant}: a page belongs to an online term")
    first, last = days(row)
    return [
        Term(kind, str(row[kind]), str(row.get("province", "")), first, last, str(row["source"]), page)
        for kind in said
    ]
