"""Checks of the training data that name file and line, before anything is trained."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ANNOTATION = re.compile(r"\[(?P<text>[^\[\]]*)\](?:\((?P<name>[^()]*)\)|\{(?P<dict>[^{}]*)\})")


@dataclass(frozen=True)
class Problem:
    """Something that would spoil the model."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def check(files: list[Path], intents: set[str], entities: set[str]) -> list[Problem]:
    """Problems in the files, in order.

    `intents` and `entities` are the names that may occur (empty: any). The same utterance under two intents is a
    problem of the second place; the reason names the first and does not repeat the utterance.
    """
    problems: list[Problem] = []
    seen: dict[str, tuple[str, Path, int]] = {}
    for file in files:
        try:
            root = yaml.compose(file.read_text(encoding="utf-8"), Loader=_LOADER)
        except UnicodeDecodeError as error:
            line = file.read_bytes()[: error.start].count(b"\n") + 1
            problems.append(Problem(file, line, "no UTF-8"))
            continue
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            problems.append(Problem(file, line, f"no YAML: {error.problem or 'cannot be read'}"))
            continue
        except yaml.YAMLError as error:  # a control character, for instance
            problems.append(Problem(file, 1, f"no YAML: {getattr(error, 'reason', type(error).__name__)}"))
            continue
        if not isinstance(root, yaml.MappingNode):
            problems.append(
                Problem(file, 1, "must be a mapping with `version` and `nlu`, `rules` or `stories`")
            )
            continue
        for key, value in root.value:
            if key.value == "nlu":
                problems.extend(_check_nlu(file, value, intents, entities, seen))
            elif key.value in ("rules", "stories") and not isinstance(value, yaml.SequenceNode):
                problems.append(Problem(file, key.start_mark.line + 1, f"`{key.value}` must be a list"))
            elif key.value not in ("version", "rules", "stories"):
                problems.append(Problem(file, key.start_mark.line + 1, f"unknown section `{key.value}`"))
    return problems


def _check_nlu(
    file: Path,
    section: yaml.Node,
    intents: set[str],
    entities: set[str],
    seen: dict[str, tuple[str, Path, int]],
) -> Iterator[Problem]:
    if not isinstance(section, yaml.SequenceNode):
        yield Problem(file, section.start_mark.line + 1, "`nlu` must be a list")
        return
    for item in section.value:
        line = item.start_mark.line + 1
        fields = {key.value: value for key, value in item.value} if isinstance(item, yaml.MappingNode) else {}
        if "intent" not in fields or "examples" not in fields:
            yield Problem(file, line, "must have `intent` and `examples`")
            continue
        intent, examples = fields["intent"].value, fields["examples"]
        if intents and intent not in intents:
            yield Problem(file, line, f"intent `{intent}` is not in the domain")
        if not isinstance(examples, yaml.ScalarNode) or examples.style != "|":
            yield Problem(
                file, examples.start_mark.line + 1, "`examples` must be a block of lines: `examples: |`"
            )
            continue
        for offset, raw in enumerate(examples.value.split("\n")):
            place = examples.start_mark.line + 2 + offset
            if not raw.strip():
                continue
            if not raw.startswith("- ") or not raw[2:].strip():
                yield Problem(file, place, "an example is a line that begins with `- `")
                continue
            yield from (Problem(file, place, reason) for reason in _check_example(raw[2:], entities))
            text = _ANNOTATION.sub(lambda match: match["text"], raw[2:]).strip()
            first = seen.setdefault(text, (intent, file, place))
            if first[0] != intent:
                yield Problem(file, place, f"the same utterance is `{first[0]}` in {first[1]}:{first[2]}")


def _check_example(example: str, entities: set[str]) -> Iterator[str]:
    for match in _ANNOTATION.finditer(example):
        name = match["name"]
        if match["dict"] is not None:
            found = re.search(r'"entity"\s*:\s*"([^"]+)"', match["dict"])
            name = found.group(1) if found else ""
        if not match["text"].strip():
            yield "an annotation without text"
        elif match["text"] != match["text"].strip():
            yield "an annotation begins or ends with a blank"
        if not name:
            yield "an annotation without an entity"
        elif entities and name not in entities:
            yield f"entity `{name}` is not in the domain"
    rest = _ANNOTATION.sub("", example)
    if re.search(r"\]\s*[({]", rest) or rest.count("[") != rest.count("]"):
        yield "brackets of an annotation do not match"


def domain_names(domain: Path) -> tuple[set[str], set[str]]:
    """Intents and entities that the domain file names; empty sets where it names none.

    Raises:
        ValueError: the file is no YAML mapping; the text has file, line and reason.
    """
    try:
        content = yaml.load(domain.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValueError(
            str(Problem(domain, line, f"no YAML: {error.problem or 'cannot be read'}"))
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(str(Problem(domain, 1, f"no YAML: {type(error).__name__}"))) from error
    if not isinstance(content, dict):
        raise ValueError(str(Problem(domain, 1, "must be a mapping")))
    return _names(content.get("intents")), _names(content.get("entities"))


def _names(items: object) -> set[str]:
    return {next(iter(item)) if isinstance(item, dict) else str(item) for item in items or []}  # type: ignore[attr-defined]
