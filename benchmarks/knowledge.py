"""`python -m benchmarks.knowledge`: how well questions find their answers (`tests/actions/knowledge/questions.yml`).

Settings were chosen on the half `settings`; the half `reported` tells how good they are.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from actions.knowledge.search import Knowledge
from kit import clock

QUESTIONS = Path(__file__).parent.parent / "tests" / "actions" / "knowledge" / "questions.yml"
PROVINCE = "安徽"  # every entry that differs by province has a row for it
OUTCOMES = {
    "told": "the right answer", "offered": "a choice with the right answer", "astray": "a choice without it",
    "wrong": "a wrong answer", "silent": "nothing, with the offer of a person",
}  # fmt: skip


def questions() -> dict[str, list[dict[str, Any]]]:
    """By half, `{ask, intent, entries}` each."""
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(QUESTIONS.read_text("utf-8"))
    return loaded


def outcome(knowledge: Knowledge, question: dict[str, Any]) -> str:
    """What becomes of one question, as a key of `OUTCOMES`; for one without an entry any answer is wrong."""
    found = knowledge.find(
        question["ask"], intent=question["intent"], province=PROVINCE, day=clock.now().date()
    )
    right = {entry.id for entry in found.entries} & set(question["entries"])
    if not found.entries:
        return "silent"
    if found.sure:
        return "told" if right else "wrong"
    return "offered" if right else "astray"


def counted(knowledge: Knowledge, asked: Iterable[dict[str, Any]]) -> Counter[str]:
    return Counter(outcome(knowledge, question) for question in asked)


def main() -> int:
    knowledge = Knowledge()
    knowledge.warm()
    for half, every in questions().items():
        for kind, has in (("with an entry", True), ("without one", False)):
            asked = [question for question in every if bool(question["entries"]) == has]
            counts = counted(knowledge, asked)
            print(f"{half}, {len(asked)} questions {kind}")
            for name, meaning in OUTCOMES.items():
                print(f"  {counts[name]:4}  {100 * counts[name] / len(asked):5.1f} %  {meaning}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
