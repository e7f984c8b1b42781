"""Doctor: what this machine lacks, one line each with what to type.

An examination returns what it found, or raises with the mend as `next_step`; they run side by side, since most of them
wait for another program.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from localize import settings
from localize.drawing import fonts
from localize.engines import ffmpeg
from localize.errors import (
    EngineRejected,
    EngineUnavailable,
    LocalizeError,
    ModelUnavailable,
    StageError,
    WorkspaceError,
)
from localize.locales import LOCALES, Locale
from localize.models import DEFAULT_SPEECH, Store, official_name, starter_name
from localize.series import Style

PYTHON = (3, 11)
LOW_DISK_BYTES = 5_000_000_000
_PROGRAM_TIMEOUT_S = 8
_API_TIMEOUT_S = 5
_FFMPEG = "apt-get install ffmpeg"
# Conjuncts and a reordered vowel sign: without complex shaping it comes out as loose letters.
_DEVANAGARI = "क्षत्रिय"
_ASS = f"""[Script Info]
PlayResX: 320
PlayResY: 96

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Alignment
Style: Default,Noto Sans Devanagari UI,56,&H00FFFFFF,5

[Events]
Format: Start, End, Style, Text
Dialogue: 0:00:00.00,0:00:09.00,Default,{_DEVANAGARI}
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the examination; `mend` is what to type, empty where all is well."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


Examination = Callable[[], str]


def examine() -> list[Check]:
    """Every check, always in the same order; never raises, takes under 10 s."""
    todo = list(_examinations())
    with ThreadPoolExecutor(max_workers=len(todo)) as pool:
        return list(pool.map(_judge, todo))


def _examinations() -> Iterator[tuple[str, Examination]]:
    yield "python", _python
    yield "ffmpeg", _ffmpeg
    yield "x264 encoder", partial(_listed, "-encoders", "libx264")
    yield "ass filter", partial(_listed, "-filters", "ass")
    yield "complex shaping", _shaping
    for profile in LOCALES.values():
        yield f"font {profile.tag}", partial(_font, profile)
    yield "speech model", _speech_model
    yield "reading model", _reading_model
    yield "translation models", _translation_models
    yield "disk for models", partial(_disk, settings.models_dir, settings.MODELS)
    yield "disk for workspace", partial(_disk, lambda: settings.workspace_root(Path.cwd()), settings.WORKSPACE)
    yield "prefect", _prefect
    yield "fastapi", _fastapi
    yield "prefect api", _prefect_api


def _judge(examination: tuple[str, Examination]) -> Check:
    name, look = examination
    try:
        return Check(name, True, look())
    except LocalizeError as error:
        return Check(name, False, " ".join(error.message.split()), error.next_step or "make setup")
    except Exception as error:  # noqa: BLE001 - an examination that breaks is itself what the operator must hear of
        return Check(name, False, f"could not be examined: {type(error).__name__}: {error}", "make setup")


def _python() -> str:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < PYTHON:
        raise EngineRejected(f"{found} is too old, 3.11 is the least", next_step="make setup PYTHON=python3.11")
    return found


def _ffmpeg() -> str:
    for program in ("ffmpeg", "ffprobe"):
        if not shutil.which(program):
            raise EngineRejected(f"{program} is not installed", next_step=_FFMPEG)
    return ffmpeg.version()


def _listed(option: str, name: str) -> str:
    """Whether `ffmpeg -encoders` or `-filters` lists `name` in its second column."""
    lines = _output("ffmpeg", "-hide_banner", option).decode(errors="replace").splitlines()
    if not any(line.split()[1:2] == [name] for line in lines):
        raise EngineRejected(f"this ffmpeg was built without {name}", next_step=_FFMPEG)
    return "present"


def _shaping() -> str:
    """Draw one word both ways: libass logs the same for either, so that only the pixels tell them apart."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "word.ass").write_text(_ASS, encoding="utf-8")
        simple, complex_ = (_drawn(folder, shaping) for shaping in ("simple", "complex"))
    if len(set(complex_)) == 1:
        raise EngineRejected("ffmpeg drew nothing", next_step="apt-get install fonts-noto-ui-core")
    if simple == complex_:
        raise EngineRejected(
            f"{_DEVANAGARI} comes out unshaped: libass lacks HarfBuzz, or the Devanagari font is missing",
            next_step="apt-get install ffmpeg fonts-noto-ui-core",
        )
    return f"{_DEVANAGARI} is drawn with its conjuncts"


def _drawn(folder: str, shaping: str) -> bytes:
    """One gray frame of `word.ass`, only names of our own inside the filter graph."""
    picture = ("-f", "lavfi", "-i", "color=black:size=320x96:duration=1,format=gray")
    graph = ("-vf", f"ass=word.ass:shaping={shaping},format=gray")
    raw = ("-frames:v", "1", "-f", "rawvideo", "pipe:1")
    return _output("ffmpeg", "-nostdin", "-v", "error", *picture, *graph, *raw, folder=folder)


def _font(profile: Locale) -> str:
    chain = fonts.chain(profile, Style().bold)
    return ", then ".join(f"{font.family} ({font.path.name})" for font in chain)


def _speech_model() -> str:
    (row,) = (row for row in Store().listing() if row.name == DEFAULT_SPEECH)
    if row.state != "installed":
        detail = f": {row.detail}" if row.detail else ""
        raise ModelUnavailable(f"{row.name} is {row.state}{detail}", next_step="localize models install")
    return f"{row.name}, {row.size_bytes / 1e6:.0f} MB"


def _reading_model() -> str:
    """PP-OCRv6 comes inside the wheel of rapidocr: a recogniser and a finder."""
    found = _installed("rapidocr")
    weights = [file for file in metadata.files("rapidocr") or () if file.suffix == ".onnx"]
    lacking = [file.name for file in weights if not Path(str(file.locate())).is_file()]
    if lacking or not weights:
        what = lacking[0] if lacking else "its models"
        raise ModelUnavailable(f"rapidocr {found} lacks {what}", next_step="make setup")
    _installed("onnxruntime")
    return f"rapidocr {found}, {len(weights)} models"


def _translation_models() -> str:
    """Every pair that a locale needs, from an official or a starter package."""
    installed = {row.name for row in Store().listing() if row.state == "installed"}
    codes = [profile.argos for profile in LOCALES.values() if profile.argos and profile.argos != "en"]
    pairs = [("zh", "en"), *(("en", code) for code in codes)]
    official = [pair for pair in pairs if official_name(*pair) in installed]
    starters = [pair for pair in pairs if pair not in official and starter_name(*pair) in installed]
    if lacking := [f"{a}->{b}" for a, b in pairs if (a, b) not in (*official, *starters)]:
        raise ModelUnavailable(f"no package for {', '.join(lacking)}", next_step="localize models install")
    demonstration = " (starter packages are a demonstration)" if starters else ""
    return f"{len(pairs)} pairs: {len(official)} official, {len(starters)} starter{demonstration}"


def _disk(place: Callable[[], Path], variable: str) -> str:
    """Room and leave to write where `place` is, or will be made."""
    wanted = place()
    there = next(folder for folder in (wanted, *wanted.parents) if folder.exists())
    if not os.access(there, os.W_OK):
        raise WorkspaceError(f"{there} cannot be written to", next_step=f"set {variable} to another folder")
    free = shutil.disk_usage(there).free
    if free < LOW_DISK_BYTES:
        raise WorkspaceError(
            f"{free / 1e9:.1f} GB free at {wanted}, {LOW_DISK_BYTES / 1e9:.0f} GB are wanted",
            next_step=f"free space, or set {variable} to another folder",
        )
    return f"{free / 1e9:.1f} GB free at {wanted}"


def _prefect() -> str:
    return _installed("prefect")


def _fastapi() -> str:
    """Held against our own requirement, which gives the reason; read, not imported, since importing takes seconds."""
    found = _installed("fastapi")
    wanted = next(r for text in metadata.requires("localize") or () if (r := Requirement(text)).name == "fastapi")
    if found not in wanted.specifier:
        raise EngineRejected(f"{found} does not work with Prefect", next_step=f"pip install '{wanted}', or make setup")
    return found


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise EngineRejected(f"{package} is not installed", next_step="make setup") from None


def _prefect_api() -> str:
    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        return "no server configured: flows start a temporary one"
    mend = "start it (prefect server start), or correct or unset PREFECT_API_URL"
    if not url.startswith(("http://", "https://")):
        raise EngineRejected(f"PREFECT_API_URL is no http address: {url}", next_step=mend)
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=_API_TIMEOUT_S):
            return f"{url} answers"
    except (OSError, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise EngineUnavailable(f"{url} does not answer: {reason}", next_step=mend) from error


def _output(*command: str, folder: str | None = None) -> bytes:
    """What a program writes on stdout; StageError with its last line where it fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, cwd=folder, timeout=_PROGRAM_TIMEOUT_S, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise EngineRejected(f"{command[0]} is not installed", next_step=_FFMPEG) from None
    except subprocess.TimeoutExpired:
        raise EngineUnavailable(
            f"{command[0]} did not answer within {_PROGRAM_TIMEOUT_S} s", next_step="localize doctor, once more"
        ) from None
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise StageError(f"{command[0]} failed: {' '.join(last)}", next_step=_FFMPEG)
    return done.stdout
