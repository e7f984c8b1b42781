"""From a story to files: the encoded episode, its truth, its supplied subtitles."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import soundfile
from PIL import Image

from samples.models.build import corpus

from . import sound
from .measure import cer
from .paint import HEIGHT, WIDTH
from .scenes import stage
from .story import RATE, Episode, Placed, placed, shots, sign_times
from .voice import PARTS, RATE_HZ, Samples, speak

# Animation "on twos": a new drawing every second frame, as hand-drawn films do; the camera moves with it.
ON_TWOS = 2
BAND = (0.665, 0.735)
SUBTITLE_PX = 46
ASS = f"""[Script Info]
ScriptType: v4.00+
PlayResX: {WIDTH}
PlayResY: {HEIGHT}
ScaledBorderAndShadow: yes
WrapStyle: 2
YCbCr Matrix: TV.709

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: subtitle,Noto Sans CJK SC,62,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,-1,0,0,0,100,100,1,0,1,3,0,2,20,20,{round(HEIGHT * (1 - BAND[1]))},1
Style: watermark,Noto Sans CJK SC,36,&H50FFFFFF,&H00FFFFFF,&H80000000,&H00000000,-1,0,0,0,100,100,3,0,1,1,0,7,40,0,52,1
Style: disclaimer,Noto Sans CJK SC,24,&H40FFFFFF,&H00FFFFFF,&H60000000,&H00000000,0,0,0,0,100,100,0,0,1,1,0,2,20,20,44,1
Style: name_card,Noto Sans CJK SC,50,&H0090E0FF,&H00FFFFFF,&H00101010,&H80000000,-1,0,0,0,100,100,2,0,1,2,1,7,76,0,384,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def make(episode_id: str, episode: Episode, folder: Path) -> dict[str, Any]:
    """Write `<id>.mp4` (and `<id>.zh.srt` where subtitles are supplied) and return the truth about it."""
    voices = [speak(line.text, PARTS[line.part]) for line in episode.lines]
    lines, length_ms = placed(episode, [round(1000 * len(audio) / RATE_HZ) for audio in voices])
    with tempfile.TemporaryDirectory() as scratch:
        _encode(episode, lines, voices, length_ms, Path(scratch), folder / f"{episode_id}.mp4")
    if episode.supplied:
        (folder / f"{episode_id}.zh.srt").write_text(_srt(lines), encoding="utf-8")
    return {
        "duration_ms": length_ms,
        "shot_changes_ms": [start for start, _, _ in shots(episode, lines, length_ms)[1:]],
        "lines": [_truth(line, audio) for line, audio in zip(lines, voices, strict=True)],
        "on_screen": _on_screen(episode, lines, length_ms),
    }


def _truth(at: Placed, audio: Samples) -> dict[str, Any]:
    line = at.line
    return {
        "text": line.text,
        "english": corpus.load("en").render(line.filling),
        "template": line.template,
        "slots": line.slots,
        "part": line.part,
        "start_ms": at.start_ms,
        "end_ms": at.end_ms,
        "cer": cer(line.text, audio),
    }


def _on_screen(episode: Episode, lines: list[Placed], length_ms: int) -> list[dict[str, Any]]:
    """Everything written into the picture, with its place (left, top, right, bottom as shares of the frame)."""
    texts: list[dict[str, Any]] = []
    if episode.subtitled:
        for at in lines:
            shown = at.line.subtitle or at.line.text
            top = BAND[0] if "\\N" not in shown else BAND[0] - (BAND[1] - BAND[0]) * 0.7
            place = [0.1, round(top, 3), 0.9, BAND[1]]
            texts.append(
                {
                    "kind": "subtitle",
                    "text": shown.replace("\\N", "\n"),
                    "start_ms": at.start_ms,
                    "end_ms": at.end_ms,
                    "box": place,
                }
            )
    for sign in episode.signs:
        start, end = sign_times(sign, episode, lines, length_ms)
        texts.append(
            {
                "kind": sign.kind,
                "text": sign.text.replace("\\N", "\n"),
                "start_ms": start,
                "end_ms": end,
                "box": list(sign.box),
            }
        )
    return texts


def _encode(
    episode: Episode, lines: list[Placed], voices: list[Samples], length_ms: int, scratch: Path, target: Path
) -> None:
    speech = sound.speech(lines, voices, length_ms)
    soundfile.write(scratch / "sound.wav", speech + sound.music(length_ms, episode.seed), sound.RATE_HZ)
    (scratch / "text.ass").write_text(ASS + "".join(_events(episode, lines, length_ms)), encoding="utf-8")
    colour = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]
    command = [
        "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-",
        "-i", "sound.wav", "-vf", "ass=text.ass:shaping=complex,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
        "-c:v", "libx264", "-preset", "slow", "-crf", "23", "-g", "50", *colour, "-c:a", "aac", "-b:a", "128k",
        "-movflags", "+faststart", "-shortest", str(target.absolute()),
    ]  # fmt: skip
    encoder = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=scratch)
    assert encoder.stdin
    speaking = [(at, at.start_ms / 1000, at.end_ms / 1000) for at in lines]
    for start, end, name in shots(episode, lines, length_ms):
        scene = stage(name, episode.seed)
        picture = Image.new("RGB", (WIDTH, HEIGHT))
        for number in range((end - start) * RATE // 1000):
            if number % ON_TWOS == 0:
                now = start / 1000 + number / RATE
                talking = next((at.line.part for at, a, b in speaking if a <= now < b), "")
                loud = sound.loudness(speech, now)
                picture = scene.frame(
                    now - start / 1000, (end - start) / 1000, lambda who, t=talking, v=loud: v if who == t else 0.0
                )
            encoder.stdin.write(picture.tobytes())
    encoder.stdin.close()
    if encoder.wait():
        raise SystemExit(f"ffmpeg failed on {target.name}")


def _events(episode: Episode, lines: list[Placed], length_ms: int) -> list[str]:
    events = []
    if episode.subtitled:
        events += [_event("subtitle", at.start_ms, at.end_ms, at.line.subtitle or at.line.text) for at in lines]
    for sign in episode.signs:
        if sign.kind != "message":  # drawn into the picture of the phone
            small = sign.text.replace("\\N", "\\N{\\fs34\\c&HFFFFFF&}")
            events.append(_event(sign.kind, *sign_times(sign, episode, lines, length_ms), small))
    return events


def _event(style: str, start_ms: int, end_ms: int, text: str) -> str:
    clock = [
        f"{ms // 3600000}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000 // 10:02d}"
        for ms in (start_ms, end_ms)
    ]
    return f"Dialogue: 0,{clock[0]},{clock[1]},{style},,0,0,0,,{text}\n"


def _srt(lines: list[Placed]) -> str:
    clock = lambda ms: f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"  # noqa: E731
    return "\n".join(
        f"{number}\n{clock(at.start_ms)} --> {clock(at.end_ms)}\n{(at.line.subtitle or at.line.text).replace(chr(92) + 'N', chr(10))}\n"
        for number, at in enumerate(lines, 1)
    )


def write_truth(path: Path, episodes: dict[str, Any]) -> None:
    path.write_text(
        json.dumps({"schema": 1, "episodes": episodes}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
