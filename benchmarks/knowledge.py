"""`python -m benchmarks.knowledge [--own]`: how well questions find their answers, asked as residents ask them.

Each question is parsed by the trained model, then goes where the rules and `actions/question.py` send it; the intent that is
meant is told to nobody. `tests/actions/knowledge/questions.yml` is held out: settings were chosen on the half `settings`,
the half `reported` tells how good they are. `--own`: the entries' own questions as well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from actions import question
from actions.knowledge.search import Knowledge
from actions.turn import DANGER, DOUBT, EMERGENCY
from kit import clock
from kit.settings import ROOT, Settings

QUESTIONS = Path(__file__).parent.parent / "tests" / "actions" / "knowledge" / "questions.yml"
PROVINCE = "安徽"  # every entry that differs by province has a row for it
OUTCOMES = {
    "told": "the right answer", "offered": "a choice with the right answer", "astray": "a choice without it",
    "wrong": "a wrong answer", "silent": "nothing, with the offer of a person",
    "elsewhere": "another action, which looks up, computes, applies or asks",
}  # fmt: skip


def questions() -> dict[str, list[dict[str, Any]]]:
    """By half, `{ask, intent, entries}` each."""
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(QUESTIONS.read_text("utf-8"))
    return loaded


def parsed(texts: Sequence[str]) -> list[dict[str, Any]]:
    """What the trained model understands, `{text, intent, intent_ranking, entities}` each."""
    lines = "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts)
    argv = [ROOT / "bot" / ".venv" / "bin" / "python", "-m", "bot.parse"]
    run = subprocess.run(argv, input=lines + "\n", cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def outcome(knowledge: Knowledge, message: dict[str, Any], wanted: Collection[str]) -> str:
    """What becomes of a message, as a key of `OUTCOMES`; `wanted`: ids that answer it, and any answer is wrong if there are none."""
    text, ranking = message["text"], {one["name"]: one["confidence"] for one in message["intent_ranking"]}
    understood = message["intent"]["confidence"] >= DOUBT
    intent = message["intent"]["name"] if understood else ""
    entities = {entity["entity"] for entity in message["entities"]}
    danger = ranking.get(EMERGENCY, 0.0) >= DANGER
    entry = question.meant(knowledge, text, intent, entities, danger)
    if entry and entry.answer(PROVINCE, clock.now().date()):
        return "told" if entry.id in wanted else "wrong"
    if understood and intent not in question.ASKED:
        return "elsewhere"
    became = searched(knowledge, text, intent, wanted)
    return became if understood or became in ("told", "wrong") else "silent"


def searched(knowledge: Knowledge, text: str, intent: str, wanted: Collection[str]) -> str:
    """What the search alone makes of a text whose intent is known."""
    found = knowledge.find(text, intent=intent, province=PROVINCE, day=clock.now().date())
    right = {entry.id for entry in found.entries} & set(wanted)
    if not found.entries:
        return "silent"
    if found.sure:
        return "told" if right else "wrong"
    return "offered" if right else "astray"


def counted(knowledge: Knowledge, asked: Iterable[dict[str, Any]]) -> Counter[str]:
    """Outcomes of the search alone."""
    return Counter(searched(knowledge, q["ask"], q["intent"], q["entries"]) for q in asked)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.knowledge")
    parser.add_argument("--own", action="store_true", help="the entries' own questions as well")
    options = parser.parse_args(arguments)
    knowledge = Knowledge(kept=Settings().home / "knowledge")
    knowledge.warm()
    groups = {
        f"{half}, {kind}": [(q["ask"], q["entries"]) for q in every if bool(q["entries"]) == has]
        for half, every in questions().items()
        for kind, has in (("with an entry", True), ("without one", False))
    }
    if options.own:
        groups["the entries' own"] = [(text, [e.id]) for e in knowledge.entries() for text in e.questions]
    for name, asked in groups.items():
        messages = parsed([text for text, _ in asked])
        pairs = zip(messages, asked, strict=True)
        counts = Counter(outcome(knowledge, message, wanted) for message, (_, wanted) in pairs)
        print(f"{name}: {len(asked)} questions")
        for key, meaning in OUTCOMES.items():
            print(f"  {counts[key]:4}  {100 * counts[key] / len(asked):5.1f} %  {meaning}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
