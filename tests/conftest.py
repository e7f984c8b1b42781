"""Fixtures many tests share: generated media with a known truth, golden files, and a disk that fills up."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from localize.models import Store

# Cores are shared with encoders and models here: how long an example takes says nothing.
settings.register_profile("shared cores", deadline=None)
settings.load_profile("shared cores")

HERE = Path(__file__).parent

Media = Callable[[str], Path]
Golden = Callable[[str, str], None]
FullDisk = Callable[[Path, int], dict[str, str]]

_H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
_TONE = "-f lavfi -i sine=440:r=48000:d=2 -c:a aac"
# An iPhone held upright: 90 degrees clockwise, as 16.16 fixed-point numbers.
_LYING = b"".join(number.to_bytes(4, "big") for number in (0, 0x10000, 0, 0xFFFF0000, 0, 0))


def _cut(size: str = "270x480", rate: str = "25") -> str:
    """Two seconds: navy, from 800 ms on olive."""
    return f"-f lavfi -i color=navy:s={size}:r={rate}:d=0.8[a];color=olive:s={size}:r={rate}:d=1.2[b];[a][b]concat"


# name -> arguments of ffmpeg, or (the clip it is made from, what is done to its bytes)
_MADE: dict[str, str | tuple[str, Callable[[bytes], bytes]]] = {
    "clip.mp4": f"{_cut()} {_TONE} {_H264}",
    "clip.mkv": f"{_cut()} {_TONE} {_H264}",
    "clip.ts": f"{_cut()} {_TONE} {_H264}",
    "silent.mp4": f"{_cut()} {_H264}",
    "sound.mp4": _TONE,
    "landscape.mp4": f"{_cut('480x270')} {_TONE} {_H264}",
    "corner.mp4": f"-f lavfi -i color=black:s=480x270:r=25:d=1,drawbox=0:0:60:60:white:fill {_TONE} -t 1 {_H264}",
    "lying.mp4": ("corner.mp4", lambda data: _with_matrix(data, _LYING)),
    "anamorphic.mp4": f"-f lavfi -i color=navy:s=180x480:r=25:d=1,setsar=3/2 {_H264}",
    "odd.mp4": f"-f lavfi -i color=navy:s=271x481:r=25:d=1,format=yuv444p {_H264.replace('yuv420p', 'yuv444p')}",
    "variable.mp4": f"-f lavfi -i color=navy:s=270x480:r=30:d=2,select='lt(n,20)+not(mod(n,3))' -fps_mode vfr {_H264}",
    "sixty.mp4": f"{_cut(rate='60')} {_TONE} {_H264}",
    "late.mp4": f"-itsoffset 0.4 {_cut()} {_TONE} {_H264} -fps_mode passthrough",
    "hdr.mp4": f"{_cut()} -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le"
    " -color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc",
    "full-range.mp4": f"-f lavfi -i color=0x404040:s=270x480:r=25:d=1 {_H264.replace('yuv420p', 'yuvj420p')}",
    "two-sounds.mp4": f"{_cut()} {_TONE} -map 0:v -map 1:a -map 1:a {_H264}",
    "giant.mp4": f"-f lavfi -i color=navy:s=4000x4000:r=25:d=0.08 {_H264}",
    "opus.webm": f"{_cut()} -f lavfi -i sine=440:r=48000:d=2 -c:v libvpx -deadline realtime -c:a libopus",
    "trimmed.mp4": "-ss 0.5 -i clip.mp4 -c copy",
    "faststart.mp4": "-i clip.mp4 -c copy -movflags +faststart",
    "truncated.mp4": ("faststart.mp4", lambda data: data[: len(data) * 3 // 4]),
    "truncated.mkv": ("clip.mkv", lambda data: data[: len(data) * 3 // 4]),
    "corrupt.mp4": ("noise.mp4", lambda data: data[: len(data) // 2] + bytes(20_000) + data[len(data) // 2 + 20_000 :]),
    "noise.mp4": f"-f lavfi -i testsrc2=s=270x480:r=25:d=2,noise=alls=60:allf=t {_H264}",
    "empty.mp4": ("clip.mp4", lambda _: b""),
    "text.mp4": ("clip.mp4", lambda _: "字幕\n".encode() * 1000),
    "playlist.mp4": ("clip.mp4", lambda _: b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nclip.mp4\n#EXT-X-ENDLIST\n"),
    "script.mp4": ("clip.mp4", lambda _: b"ffconcat version 1.0\nfile clip.mp4\n"),
}


def _with_matrix(mp4: bytes, turned: bytes) -> bytes:
    """`mp4` with the first 24 bytes of its first track's display matrix replaced."""
    at = mp4.index(b"tkhd") + 44
    return mp4[:at] + turned + mp4[at + len(turned) :]


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """Generated media by name, made when first asked for; 2 s, 270x480, 25 fps, a 440 Hz tone unless said otherwise.

    clip.mp4, .mkv, .ts      50 pictures: navy, from 800 ms (picture 20) on olive; H.264 and AAC
    silent.mp4, sound.mp4    only its picture, only its sound
    landscape.mp4            480x270
    corner.mp4, lying.mp4    1 s of black 480x270, a white square of 60 px top left; the second to be turned clockwise
    anamorphic.mp4           180x480, pixels 3:2, so 270x480 as seen; no sound
    odd.mp4                  271x481; no sound
    variable.mp4             pictures at 0 to 19 and then every third of 60 slots of 1/30 s; no sound
    sixty.mp4                60 fps
    late.mp4                 the picture starts 400 ms after the sound
    hdr.mp4                  10 bits, tagged BT.2020 and PQ; no sound
    full-range.mp4           grey, 64 of 255, in full range; no sound
    two-sounds.mp4           the tone twice
    giant.mp4                4000x4000; no sound
    opus.webm                VP8 and Opus
    trimmed.mp4              clip.mp4 from 500 ms on by an edit list
    truncated.mp4, .mkv      the first three quarters of a file whose index stands in front
    corrupt.mp4              20 kB of zeros in the middle
    empty.mp4, text.mp4, playlist.mp4 (HLS), script.mp4 (ffconcat)   no video at all
    """
    folder = tmp_path_factory.mktemp("media")

    def made(name: str) -> Path:
        path = folder / name
        if path.exists():
            return path
        recipe = _MADE[name]
        if isinstance(recipe, tuple):
            path.write_bytes(recipe[1](made(recipe[0]).read_bytes()))
            return path
        for given in recipe.split():
            if given in _MADE:
                made(given)
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *recipe.split(), name], cwd=folder, check=True)
        return path

    return made


@pytest.fixture(scope="session")
def store() -> Store:
    """The model store of this machine, with Whisper base and the starter packages; `make models` fills it as well."""
    store = Store()
    store.install([row.name for row in store.listing() if row.kind == "speech" or row.starter])
    return store


@pytest.fixture(autouse=True)
def _own_memory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the translation memory of this machine."""
    monkeypatch.setenv("LOCALIZE_MEMORY", str(tmp_path_factory.mktemp("memory") / "memory.sqlite"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; the diff is the review")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with `tests/golden/<name>`, or write it there with `--update-golden`."""

    def compare(name: str, text: str) -> None:
        path = HERE / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is missing: pytest --update-golden"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def full_disk(tmp_path_factory: pytest.TempPathFactory) -> FullDisk:
    """Environment in which every process finds the disk under a folder full after it wrote so many bytes there."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler for the full disk")
    shim = tmp_path_factory.mktemp("shim") / "full_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", shim, HERE / "shim" / "full_disk.c", "-ldl"], check=True)

    def environment(folder: Path, room_bytes: int) -> dict[str, str]:
        return {"LD_PRELOAD": str(shim), "FULL_DISK": str(folder.resolve()), "FULL_DISK_BYTES": str(room_bytes)}

    return environment
