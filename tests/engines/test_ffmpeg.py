from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from localize.engines import ffmpeg, ffprobe, ffprocess
from localize.errors import EngineRejected, EngineUnavailable, LocalizeError, MediaError, WorkspaceError
from localize.media import Output, RenderPlan

pytestmark = pytest.mark.engines

Media = Callable[[str], Path]


def encode(media: Path, *, seconds: int = 2, frames: int | None = 50, name: str = "out.mp4") -> RenderPlan:
    """The picture of `media` encoded again, without sound."""
    argv = ("-i", str(media), "-map", "0:v", "-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart", name)
    return RenderPlan(media, seconds * 1000, Fraction(25), argv, {"out": Output(name, frames, sound=False)})


def endless(media: Path) -> RenderPlan:
    """Encodes in real time, for a minute."""
    argv = ("-re", "-stream_loop", "-1", "-i", str(media), "-t", "60", "-map", "0:v", "-c:v", "libx264", "out.mp4")
    return RenderPlan(media, 60_000, Fraction(25), argv, {"out": Output("out.mp4", None, sound=False)})


def processes_in(folder: Path) -> list[int]:
    """Live processes whose working directory is `folder`."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink() == folder.resolve():
                found.append(int(link.parent.name))
        except OSError:
            continue
    return found


def test_the_version_is_the_first_line_without_the_copyright() -> None:
    assert ffmpeg.version().startswith("ffmpeg version ")
    assert "Copyright" not in ffmpeg.version()


def test_without_ffmpeg_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ffmpeg.version.cache_clear()
    with pytest.raises(EngineRejected, match="ffmpeg is not installed; next: make setup"):
        ffmpeg.version()
    with pytest.raises(EngineRejected, match="ffprobe is not installed; next: make setup"):
        ffmpeg.probe(tmp_path / "any.mp4")


def test_a_run_reports_progress_and_returns_the_verified_file(media: Media, tmp_path: Path) -> None:
    told: list[float] = []
    made = ffmpeg.run(encode(media("clip.mp4")), folder=tmp_path, progress=told.append)
    assert made == {"out": tmp_path / "out.mp4"}
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_inputs_stand_in_the_folder_under_their_generated_names(media: Media, tmp_path: Path) -> None:
    source = tmp_path / "Ünsafe':[x],;%d.ass"
    source.write_bytes(b"one")
    plan = replace(encode(media("clip.mp4")), inputs={"text0.ass": source, "text1.srt": b"two"})
    ffmpeg.run(plan, folder=tmp_path)
    assert (tmp_path / "text0.ass").read_bytes() == b"one"
    assert (tmp_path / "text1.srt").read_bytes() == b"two"


@pytest.mark.parametrize("name", ["it's [a] clip, %d; x:y.mp4", "-i.mp4", "短剧 第1集.mp4", "back\\slash.mp4"])
def test_a_file_is_read_whatever_its_name_contains(media: Media, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copy(media("clip.mp4"), path)
    probed = ffmpeg.probe(path)
    assert ffmpeg.decode(path, probed) == 50


def test_cancelling_leaves_no_file_and_no_process(media: Media, tmp_path: Path) -> None:
    asked_at = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ffmpeg.run(endless(media("clip.mp4")), folder=tmp_path, cancel=lambda: (tmp_path / "out.mp4").exists())
    assert time.monotonic() - asked_at < 10
    assert not list(tmp_path.iterdir())
    assert not processes_in(tmp_path)


def test_an_exception_out_of_progress_stops_ffmpeg(media: Media, tmp_path: Path) -> None:
    def fail(_share: float) -> None:
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        ffmpeg.run(endless(media("clip.mp4")), folder=tmp_path, progress=fail)
    assert not list(tmp_path.iterdir())
    assert not processes_in(tmp_path)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv of util-linux")
def test_an_ffmpeg_that_stands_still_is_ended_and_may_be_tried_again(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffprocess, "STALL_S", 1)

    def freeze(share: float) -> None:
        for pid in processes_in(tmp_path):
            os.kill(pid, signal.SIGSTOP)

    with pytest.raises(EngineUnavailable, match="stood still for 1 s; next: check the disk of the media") as raised:
        ffmpeg.run(endless(media("clip.mp4")), folder=tmp_path, progress=freeze)
    assert raised.value.retry
    assert processes_in(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_end_was_lost_is_not_accepted_though_its_index_is_whole(media: Media, tmp_path: Path) -> None:
    made = ffmpeg.run(encode(media("noise.mp4")), folder=tmp_path)["out"]
    data = made.read_bytes()
    ffmpeg.decode_tail(made)
    made.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    with pytest.raises(EngineUnavailable, match=r"the end of out\.mp4 cannot be decoded"):
        ffmpeg.decode_tail(made)


def test_ffmpeg_ends_with_a_parent_that_is_killed_outright(media: Media, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from test_ffmpeg import endless; from localize.engines import ffmpeg\n"
        "ffmpeg.run(endless(Path(sys.argv[2])), folder=Path(sys.argv[3]))"
    )
    folder = tmp_path / "run"
    folder.mkdir()
    here = str(Path(__file__).parent)
    parent = subprocess.Popen([sys.executable, "-c", code, here, media("clip.mp4"), folder])
    deadline = time.monotonic() + 30
    while not processes_in(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_in(folder)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while processes_in(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes_in(folder)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 1.2])
def test_a_full_disk_is_named_and_nothing_half_written_stays(
    media: Media,
    tmp_path: Path,
    full_disk: Callable[[Path, int], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    share: float,
) -> None:
    """Moving the index to the front writes the file nearly twice, so the disk fills up in every phase of that."""
    plan = encode(media("noise.mp4"))
    size = ffmpeg.run(plan, folder=tmp_path)["out"].stat().st_size
    (tmp_path / "out.mp4").unlink()
    for name, value in full_disk(tmp_path, int(size * share)).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WorkspaceError, match="the disk is full") as caught:
        ffmpeg.run(plan, folder=tmp_path)
    assert caught.value.exit_code == 5
    assert not list(tmp_path.iterdir())


def test_a_damaged_source_is_the_operators_to_mend(media: Media, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"corrupt\.mp4 is damaged"):
        ffmpeg.run(encode(media("corrupt.mp4")), folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_any_other_failure_says_ffmpegs_last_line_and_keeps_the_others(media: Media, tmp_path: Path) -> None:
    clip = media("clip.mp4")
    plan = replace(encode(clip), argv=("-i", str(clip), "-vf", "ass=absent.ass", "out.mp4"))
    with pytest.raises(EngineRejected, match="ffmpeg failed: ") as caught:
        ffmpeg.run(plan, folder=tmp_path)
    assert any("absent.ass" in note for note in caught.value.__notes__)
    assert pickle.loads(pickle.dumps(caught.value)).__notes__ == caught.value.__notes__
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"frames": 51}, "50 pictures, not 51"),
        ({"sound": True}, "0 audio streams, not 1"),
        ({"subtitles": 2}, "0 subtitle streams, not 2"),
    ],
)
def test_an_output_that_is_not_what_was_planned_is_thrown_away(
    media: Media, tmp_path: Path, wrong: dict[str, object], said: str
) -> None:
    plan = encode(media("clip.mp4"))
    plan = replace(plan, outputs={"out": replace(plan.outputs["out"], **wrong)})  # type: ignore[arg-type]
    with pytest.raises(EngineRejected, match=said):
        ffmpeg.run(plan, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_copy_without_a_packet_of_its_source_is_thrown_away(media: Media, tmp_path: Path) -> None:
    clip = media("clip.mp4")
    copied = Output("out.mp4", None, sound=False, copied=True)
    argv = ("-i", str(clip), "-map", "0:v", "-c", "copy", "-frames:v", "49", "out.mp4")
    plan = RenderPlan(clip, 1960, Fraction(25), argv, {"out": copied})
    with pytest.raises(EngineRejected, match="49 video packets, not 50"):
        ffmpeg.run(plan, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_output_of_another_length_is_thrown_away(media: Media, tmp_path: Path) -> None:
    with pytest.raises(EngineRejected, match="a picture of 2000 ms, not 3000 ms"):
        ffmpeg.run(encode(media("clip.mp4"), seconds=3, frames=None), folder=tmp_path)


def test_an_output_that_was_not_written_is_an_error(media: Media, tmp_path: Path) -> None:
    plan = encode(media("clip.mp4"))
    plan = replace(plan, outputs=plan.outputs | {"more": Output("more.mp4", None, sound=False)})
    with pytest.raises(LocalizeError):
        ffmpeg.run(plan, folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["truncated.mp4", "truncated.mkv"])
def test_a_file_that_is_cut_short_is_refused_though_it_probes_and_decodes(media: Media, name: str) -> None:
    path = media(name)
    probed = ffmpeg.probe(path)
    with pytest.raises(MediaError, match=f"{name} is cut short; next: "):
        ffmpeg.decode(path, probed)


def test_a_file_cut_by_an_edit_list_is_not_taken_for_short(media: Media) -> None:
    path = media("trimmed.mp4")
    probed = ffmpeg.probe(path)
    assert probed.picture is not None
    assert probed.picture.lead_in > 0
    assert ffmpeg.decode(path, probed) == len(probed.picture.times)


def test_a_picture_beyond_the_limit_is_not_decoded(media: Media) -> None:
    path = media("giant.mp4")
    with pytest.raises(LocalizeError):
        ffmpeg.decode(path, ffmpeg.probe(path))


@pytest.mark.parametrize(
    ("name", "why"),
    [("playlist.mp4", "looks like hls"), ("script.mp4", "looks like concat"), ("text.mp4", "not a video")],
)
def test_what_only_looks_like_a_video_is_not_opened(media: Media, name: str, why: str) -> None:
    media("clip.mp4")
    with pytest.raises(MediaError, match=why):
        ffprobe.probe(media(name))


def test_a_frame_is_the_one_on_screen_at_its_time(media: Media, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    colours = []
    for at_ms in (760, 800):
        with image.open(ffmpeg.frame(media("clip.mp4"), at_ms, tmp_path)) as picture:
            colours.append(picture.convert("RGB").getpixel((10, 10)))
    navy, olive = colours
    assert navy[2] > 100 > navy[0]
    assert olive[0] > 100 > olive[2]


def test_a_frame_is_written_whatever_the_name_of_its_file_contains(media: Media, tmp_path: Path) -> None:
    path = tmp_path / "-100% [true], %d.mp4"
    shutil.copy(media("clip.mp4"), path)
    assert ffmpeg.frame(path, 0, tmp_path).name == "-100% [true], %d.0.png"


def test_no_frame_after_the_end(media: Media, tmp_path: Path) -> None:
    with pytest.raises(EngineRejected, match="has no picture at 9000 ms"):
        ffmpeg.frame(media("clip.mp4"), 9000, tmp_path)


def test_the_environment_of_the_full_disk_leaves_other_folders_alone(
    tmp_path: Path, full_disk: Callable[[Path, int], dict[str, str]]
) -> None:
    full, free = tmp_path / "full", tmp_path / "free"
    full.mkdir()
    free.mkdir()
    env = os.environ | full_disk(full, 0)
    for folder, status in ((full, 1), (free, 0)):
        done = subprocess.run(["sh", "-c", f"echo x > '{folder}/file'"], env=env, capture_output=True, check=False)
        assert bool(done.returncode) == bool(status)
