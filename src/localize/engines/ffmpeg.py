"""ffmpeg: runs a plan and lets nothing out that was not verified.

ffmpeg can end with 0 after it lost its input or its disk, and can leave a playable but short file when it is stopped:
only the outputs themselves tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from localize.disk import disk_errors
from localize.engines import ffprobe
from localize.engines.base import Progress
from localize.engines.ffprocess import (
    FULL,
    SHORT,
    Cancel,
    cut_short,
    end_with_parent,
    execute,
    failure,
    noted,
    stop,
    version,
)
from localize.errors import EngineRejected, EngineUnavailable, MediaError
from localize.media import GUARDS, Output, Probed, RenderPlan, url
from localize.timecode import ms_from_seconds, seconds_from_ms

__all__ = ["Cancel", "decode", "end_with_parent", "execute", "failure", "frame", "probe", "run", "stop", "version"]

probe = ffprobe.probe
_TAIL_S = 2


def decode(media: Path, probed: Probed, progress: Progress | None = None, cancel: Cancel | None = None) -> int:
    """Decode all of `media` once and return the number of pictures; MediaError where it is damaged or cut short.

    A truncated file probes fine and decodes with status 0, so the packets are held against what the container claims.
    """
    if (picture := probed.picture) is None or not picture.times:
        return 0
    stored = len(picture.times) + picture.lead_in
    if picture.declared and stored < picture.declared and ffprobe.stored_packets(media) < picture.declared:
        raise cut_short(media)
    guards = [part for key, value in GUARDS.items() for part in (f"-{key}", str(value))]
    argv = [*guards, "-i", url(media), "-map", "0:V:0", "-map", "0:a:0?", "-f", "null", "-"]
    done = execute(argv, media, media.parent, ms_from_seconds(picture.duration_s), progress, cancel)
    if SHORT.search("\n".join(done.log)):
        raise noted(cut_short(media), list(done.log))
    return done.frames


def run(
    plan: RenderPlan, *, folder: Path, progress: Progress | None = None, cancel: Cancel | None = None
) -> dict[str, Path]:
    """Execute `plan` in `folder` and return its verified outputs by key; on any error no output is left behind.

    Raises WorkspaceError (disk full, not writable), MediaError (input broken), EngineUnavailable (killed, out of
    memory), EngineRejected (anything else, an output that is not what the plan says included). `cancel`, an exception
    out of `progress` and an interrupt from the keyboard all stop ffmpeg.
    """
    contents = {n: given if isinstance(given, bytes) else given.read_bytes() for n, given in plan.inputs.items()}
    made = {key: folder / output.file for key, output in plan.outputs.items()}
    try:
        with disk_errors(folder):
            for name, content in contents.items():
                (folder / name).write_bytes(content)
        log = execute(plan.argv, plan.media, folder, plan.duration_ms, progress, cancel).log
        source = probe(plan.media) if any(output.copied for output in plan.outputs.values()) else None
        for key, output in plan.outputs.items():
            _verify(made[key], output, plan, source, log)
    except BaseException:
        for path in made.values():
            path.unlink(missing_ok=True)
        raise
    return made


def frame(media: Path, at_ms: int, folder: Path) -> Path:
    """The picture of `media` on screen at `at_ms`, as a PNG in `folder`."""
    picture = folder / f"{media.stem}.{at_ms}.png"
    at_s = f"{seconds_from_ms(at_ms):.3f}"
    # image2 would read a % in the name as a number to count up.
    one = ["-frames:v", "1", "-c:v", "png", "-f", "image2pipe", url(picture)]
    argv = ["-ss", at_s, "-i", url(media), "-map", "0:V:0", *one]
    log = execute(argv, media, folder, 0, None, None).log
    if not picture.exists() or not picture.stat().st_size:
        raise noted(EngineRejected(f"{media.name} has no picture at {at_ms} ms", next_step="run again"), log)
    return picture


def _verify(made: Path, output: Output, plan: RenderPlan, source: Probed | None, log: Sequence[str]) -> None:
    """Hold a finished file against its plan."""
    try:
        found = probe(made)
    except MediaError:
        raise failure(plan.media, made.parent, 0, log) from None
    if wrong := _mismatch(found, output, plan, source):
        if FULL.search("\n".join(log)):
            raise failure(plan.media, made.parent, 0, log)
        raise noted(EngineRejected(f"ffmpeg made {made.name} with {wrong}", next_step="localize doctor"), log)
    decode_tail(made)


def decode_tail(made: Path) -> None:
    """Decode the end of a finished file: what its index promises may still be missing on a disk that lies."""
    argv = ["-sseof", f"-{_TAIL_S}", "-i", url(made), "-map", "0:V:0", "-map", "0:a:0?", "-f", "null", "-"]
    try:
        frames = execute(argv, made, made.parent, 0, None, None).frames
    except MediaError:
        frames = 0
    if not frames:
        raise EngineUnavailable(f"the end of {made.name} cannot be decoded", next_step="check the disk, then run again")


def _mismatch(found: Probed, output: Output, plan: RenderPlan, source: Probed | None) -> str:
    """What is wrong with a finished file, empty where nothing is."""
    picture = found.picture
    if picture is None:
        return "no picture"
    packets = len(picture.times) + picture.lead_in
    lead_in = 0
    if output.copied and source and source.picture:
        lead_in = source.picture.lead_in
        if packets != len(source.picture.times) + lead_in:
            return f"{packets} video packets, not {len(source.picture.times) + lead_in}"
    if output.frames is not None and packets != output.frames:
        return f"{packets} pictures, not {output.frames}"
    # One frame, because the last one's length is a guess in many containers; 20 ms for rounding to their clocks. Where
    # an edit list cut the start away, a container without edit lists keeps those pictures.
    slack_ms = 20 + ms_from_seconds((1 + lead_in) / plan.frame_rate)
    duration_ms = ms_from_seconds(picture.duration_s)
    if abs(duration_ms - plan.duration_ms) > slack_ms:
        return f"a picture of {duration_ms} ms, not {plan.duration_ms} ms"
    for what, has, wants in (
        ("audio", bool(found.sounds), output.sound),
        ("subtitle", found.subtitles, output.subtitles),
        ("attachment", found.attachments, output.attachments),
    ):
        if has != wants:
            return f"{int(has)} {what} streams, not {int(wants)}"
    return ""
