"""Scenario files: `tests/scenarios/<family>/<intent>.yml`, a list of scenarios each, read with their line numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
NOW = "2026-11-18T10:05:00+08:00"  # a Wednesday morning: halls are open, managers answer
CHANNELS = ("web", "wechat", "ivr")
STEPS = {
    "resident",
    "other",
    "agent",
    "keys",
    "silent",
    "again",
    "later",
}  # exactly one of these makes a step
AGENT = {"claim", "release"}  # what an agent does without words
AGENT_WITH = {"say", "close"}  # and with: words, an outcome
LISTS = {"action", "says", "says_not"}
EXPECTED = {*LISTS, "asks", "card", "slots", "ticket", "order", "orders", "owner", "silence"}
TICKET = {"reason", "urgent", "intent", "state", "outcome", "rating"}
ORDER = {"kind", "subject", "scope", "urgent", "marks", "account", "state", "urges"}
LINE = "__line__"


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00")
_ESTATE = re.compile(r"\{(?:other_)?estate|\{village")


class BrokenScenario(Exception):
    """A file that cannot be played; names file, line and reason."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{named(file)}:{line}: {reason}")


@dataclass(frozen=True)
class Step:
    """One thing that somebody does, and what must come of it.

    `does`: `resident` (says or writes), `other` (somebody else, in a conversation of their own, does), `agent` (`claim`,
    `release`, `{say: …}`, `{close: outcome}`), `keys` (presses), `silent` (says nothing into the telephone), `again` (the
    last message is delivered once more), `later` (so many minutes pass). `lines`: of each expectation.
    """

    does: str
    value: Any
    hear: str
    expect: dict[str, Any]
    line: int
    lines: dict[str, int]


@dataclass(frozen=True)
class Scenario:
    """A conversation on one channel.

    `number` is its place among all, so that it has a household of its own; `at` its place among those that name
    an estate, of which there are fewer. `now`: where the clock stands when its hotline starts.
    """

    file: Path
    line: int
    name: str
    channel: str
    steps: list[Step] = field(repr=False)
    now: str = NOW
    number: int = 0
    at: int = 0

    @property
    def estates(self) -> bool:
        """Whether a step names an estate of the town that is the scenario's own."""
        return any(_ESTATE.search(str(step)) for step in self.steps)

    @property
    def id(self) -> str:
        return f"{self.file.parent.name}/{self.file.stem}: {self.name} ({self.channel})"


def named(file: Path) -> str:
    """The file as one would open it."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def read_all(folder: Path = FOLDER) -> list[Scenario]:
    """Every scenario, one a channel that it names. Raises `BrokenScenario`."""
    found: list[Scenario] = []
    for file in sorted(folder.glob("*/*.yml")):
        for scenario in read(file):
            if any(scenario.id == other.id for other in found):
                raise BrokenScenario(file, scenario.line, f"a second scenario is named {scenario.name!r}")
            at = sum(other.estates for other in found)
            found.append(replace(scenario, number=len(found), at=at))
    return found


def read(file: Path) -> Iterator[Scenario]:
    """The scenarios of one file. Raises `BrokenScenario`."""
    try:
        rows = yaml.load(file.read_text("utf-8"), _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BrokenScenario(file, line, f"no YAML: {error.problem}") from error
    if not isinstance(rows, list) or not rows:
        raise BrokenScenario(file, 1, "must be a list of scenarios")
    for row in rows:
        if not isinstance(row, dict):
            raise BrokenScenario(file, 1, "a scenario has name, channel and steps")
        lines, row = _taken(row)
        line = lines[LINE]
        _known(file, line, row, {"name", "channel", "now", "steps"}, "a scenario")
        channels = row["channel"] if isinstance(row.get("channel"), list) else [row.get("channel")]
        if not isinstance(row.get("name"), str):
            raise BrokenScenario(file, line, "a scenario needs a name")
        if not all(channel in CHANNELS for channel in channels):
            raise BrokenScenario(file, line, f"channel is one or several of {', '.join(CHANNELS)}")
        now = row.get("now", NOW)
        if not isinstance(now, str) or not _MOMENT.fullmatch(now):
            raise BrokenScenario(
                file, lines.get("now", line), "now is a moment, as 2022-04-20T10:05:00+08:00, in quotes"
            )
        if not isinstance(row.get("steps"), list) or not row["steps"]:
            raise BrokenScenario(file, line, "a scenario needs steps")
        steps = [_step(file, line, step) for step in row["steps"]]
        if not any(step.expect for step in steps):
            raise BrokenScenario(file, line, "nothing is expected, so it cannot fail")
        for channel in channels:
            for step in steps:
                if step.does in ("keys", "silent") and channel != "ivr":
                    raise BrokenScenario(file, step.line, f"{step.does} is for channel ivr only")
                if step.does == "agent" and channel == "ivr":
                    raise BrokenScenario(
                        file, step.line, "agent is for web and wechat: a call is transferred"
                    )
            yield Scenario(file, line, row["name"], str(channel), steps, now)


def _step(file: Path, line: int, row: Any) -> Step:
    if not isinstance(row, dict):
        raise BrokenScenario(file, line, "a step is a mapping")
    lines, row = _taken(row)
    line = lines[LINE]
    _known(file, line, row, {*STEPS, "hear", "expect"}, "a step")
    does = [key for key in row if key in STEPS]
    if len(does) != 1:
        raise BrokenScenario(file, line, f"a step does exactly one of {', '.join(sorted(STEPS))}")
    value = row[does[0]]
    if does[0] == "agent":
        value = _agent(file, line, value)
    good = {"silent": bool, "again": bool, "later": int}.get(does[0], str)
    if does[0] != "agent" and (type(value) is not good or value in ("", False)):
        raise BrokenScenario(file, line, f"{does[0]}: {value!r} is no {good.__name__} (quote digits)")
    marks, expect = _taken(row.get("expect") or {LINE: {LINE: line}})
    _known(file, marks[LINE], expect, EXPECTED, "expect")
    for key in LISTS & set(expect):
        expect[key] = expect[key] if isinstance(expect[key], list) else [expect[key]]
        if not expect[key] or not all(isinstance(one, str) for one in expect[key]):
            raise BrokenScenario(file, marks[key], f"{key}: text, or a list of texts (quote digits)")
        for one in expect[key]:
            if is_pattern(one):
                _compiles(file, marks[key], one)
    for key, keys in (("ticket", TICKET), ("order", ORDER), ("slots", None)):
        if key in expect and expect[key] != "none":
            if not isinstance(expect[key], dict):
                raise BrokenScenario(file, marks[key], f"{key}: a mapping" + (", or none" if keys else ""))
            expect[key] = _taken(expect[key])[1]
            if keys:
                _known(file, marks[key], expect[key], keys, key)
    return Step(does[0], value, str(row.get("hear") or ""), expect, line, marks)


def _agent(file: Path, line: int, value: Any) -> str | dict[str, str]:
    """What the agent does: a word, or a word and what goes with it."""
    if isinstance(value, dict):
        value = _taken(value)[1]
        if (
            len(value) == 1
            and set(value) <= AGENT_WITH
            and all(isinstance(v, str) and v for v in value.values())
        ):
            return value
    elif value in AGENT:
        return str(value)
    known = [*sorted(AGENT), *(f"{{{name}: …}}" for name in sorted(AGENT_WITH))]
    raise BrokenScenario(file, line, f"agent: {value!r} is none of {', '.join(known)}")


def is_pattern(text: str) -> bool:
    """Whether an expected text is a regular expression: `/…/`."""
    return len(text) > 2 and text[0] == text[-1] == "/"


def _compiles(file: Path, line: int, pattern: str) -> None:
    try:
        re.compile(pattern[1:-1])
    except re.error as error:
        raise BrokenScenario(file, line, f"{pattern} is no regular expression: {error}") from error


def _known(file: Path, line: int, row: dict[str, Any], keys: set[str], what: str) -> None:
    if unknown := sorted(set(row) - keys):
        raise BrokenScenario(
            file, line, f"{what} has no {', '.join(unknown)}; it has {', '.join(sorted(keys))}"
        )


def _taken(row: dict[str, Any]) -> tuple[dict[str, int], dict[str, Any]]:
    """A mapping's line numbers, and the mapping without them."""
    return row[LINE], {key: value for key, value in row.items() if key != LINE}


class _Loader(yaml.SafeLoader):
    """Keeps the lines of each mapping and of its keys under `__line__`."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
        return {LINE: {LINE: node.start_mark.line + 1} | lines, **super().construct_mapping(node, deep=True)}
