"""A series of episodes as long as wanted, put together from the sample episodes, so that all engines have work."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from localize.series import load
from tests.bench.demo import SERIES


def write(folder: Path, clips: Sequence[int], locales: Sequence[str], *, name: str) -> Path:
    """A manifest in `folder` with an episode of so many sample episodes for each of `clips`, every one beginning with
    another of them."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = [SERIES.parent / episode.file for episode in load(SERIES).episode]
    ids = [f"ep{number + 1:02d}" for number in range(len(clips))]
    for number, (one, count) in enumerate(zip(ids, clips, strict=True)):
        _joined([samples[(number + at) % len(samples)] for at in range(count)], folder / f"{one}.mp4")
    (folder / "characters.toml").write_bytes((SERIES.parent / "characters.toml").read_bytes())
    head = f'schema = 1\nid = "{name}"\ntitle = "{name}"\ngenre = "war-god"\nlocales = {list(locales)!r}\n'
    doors = '[gates]\ntranscript = "off"\ntranslation = "off"\nfinal = "off"\n'
    tables = [f'[[episode]]\nid = "{one}"\nfile = "{one}.mp4"\n' for one in ids]
    manifest = folder / "series.toml"
    manifest.write_text(head + doors + "\n".join(tables), encoding="utf-8")
    return manifest


def _joined(films: Sequence[Path], into: Path) -> None:
    """Without encoding again: the sample episodes are of one make."""
    listed = into.with_suffix(".txt")
    listed.write_text("".join(f"file '{film}'\n" for film in films), encoding="utf-8")
    command = (
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-f",
        "concat",
        "-safe",
        "0",
        "-i",
        str(listed),
        "-c",
        "copy",
        str(into),
    )
    subprocess.run(command, check=True)
