"""Importing: a subtitle file that a professional made becomes the track of its locale.

The lines are a person's from then on: no machine writes them anew, the checks judge them like any others, and a gate
that let an earlier text pass closes. The file's own times only say what belongs where; when a line is drawn stays with
the layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from localize import subtitles, sync
from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, retired, source_fingerprint
from localize.errors import SubtitleError, at
from localize.glossary import grammar
from localize.job import Job
from localize.locales import Locale, locale
from localize.stages.align import Aligned, align, without_source, wrong_script
from localize.subtitles import TimedText
from localize.text.chinese import is_spoken
from localize.timecode import clock
from localize.workspace import target_file

SHOWN_WITH = "shown-with"
"""Flag of a line without text whose words stand in another line."""
LEFT_OUT = "left-out"
"""Flag of a line without text because the file had none for it."""
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Fit:
    """What is done to the times of a file before they are compared: first the rate, then the shift."""

    shift_ms: int = 0
    rate: str = ""

    def apply(self, timed: TimedText) -> TimedText:
        factor = sync.factor(self.rate) if self.rate else 1
        start_ms, end_ms = (round(ms * factor) + self.shift_ms for ms in (timed.start_ms, timed.end_ms))
        return timed._replace(start_ms=start_ms, end_ms=end_ms)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: `track` is in the workspace."""

    track: TargetTrack
    aligned: Aligned
    replaced: tuple[str, ...] = ()
    """Cues whose line another person had written, in other words."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Cues with words for which the file had none."""
        return tuple(line.id for line in self.track.lines if LEFT_OUT in line.flags)


def bring_in(
    job: Job, tag: str, path: Path, *, by: str = "", fit: Fit | None = None, allow_unmatched: bool = False
) -> Imported:
    """Write the subtitles of `path` as the track of `tag`; nothing is written where SubtitleError says what is wrong.

    Without `fit` the times have to fit as they are; `allow_unmatched` leaves out what belongs to no line of the source.
    """
    profile, ws, name = locale(tag), job.workspace, target_file(tag)
    with at(episode_id=job.episode.id, locale=tag), ws.writing(tag) as writer:
        file = subtitles.read(path, profile)
        source = ws.need(SourceTrack, "source.json")
        if job.series.style.bilingual:
            file = without_source(file, source)
        if wrong := wrong_script(file, profile):
            raise SubtitleError(
                f"{path.name} is not {profile.name}: {wrong}", next_step="give the locale of the file with --to"
            )
        if fit is None:
            _refuse_misfit(path, file, source)
        file = [(fit or Fit()).apply(timed) for timed in file]
        aligned = align(source, file, profile)
        if aligned.unmatched and not allow_unmatched:
            raise _unmatched(path, file, aligned.unmatched)
        previous = ws.read(TargetTrack, name)
        made = _track(source, aligned, profile, previous, _note(path, by))
        record = ws.state.artefacts.get(name)
        writer.commit(name, made, record.fingerprint if record else "")
    return Imported(made, aligned, _replaced(previous, made))


def written_by_people(job: Job, tag: str) -> bool:
    """Whether a person wrote every line of `tag` for the source as it is: then it needs no engine."""
    track = job.workspace.read(TargetTrack, target_file(tag))
    theirs = {line.id: line.source_fingerprint for line in track.lines if line.human} if track else {}
    cues = job.source().cues
    return bool(cues) and all(theirs.get(cue.id) == source_fingerprint(cue) for cue in cues)


def _refuse_misfit(path: Path, file: Sequence[TimedText], source: SourceTrack) -> None:
    spoken = [cue.start_ms for cue in source.cues if is_spoken(cue.text)]
    misfit = sync.misfit([timed.start_ms for timed in file], spoken)
    if misfit is None:
        return
    wrong, options = [], []
    if misfit.rate:
        made_for, runs_at = misfit.rate.split(":")
        wrong.append(f"made for {made_for} fps where the film runs at {runs_at}")
        options.append(f"--rate {misfit.rate}")
    if misfit.shift_ms:
        seconds = f"{abs(misfit.shift_ms) / 1000:g}"
        wrong.append(f"all cues {seconds} s {'late' if misfit.shift_ms < 0 else 'early'}")
        options.append(f"--shift {'-' * (misfit.shift_ms < 0)}{seconds}s")
    raise SubtitleError(
        f"{path.name} does not fit: {', then '.join(wrong)}",
        next_step=f"give {' '.join(options)}, or --shift 0s to take its times as they are",
    )


def _unmatched(path: Path, file: Sequence[TimedText], unmatched: Sequence[TimedText]) -> SubtitleError:
    listed = "; ".join(f"{clock(max(t.start_ms, 0))} {t.text!r}" for t in unmatched[:_LISTED])
    more = f" and {len(unmatched) - _LISTED} more" if len(unmatched) > _LISTED else ""
    return SubtitleError(
        f"{len(unmatched)} of {len(file)} cues of {path.name} belong to no line of the source: {listed}{more}",
        next_step="add what is missing to the source, or leave them out with --allow-unmatched",
    )


def _replaced(previous: TargetTrack | None, made: TargetTrack) -> tuple[str, ...]:
    now = made.text_of()
    theirs = [line for line in previous.lines if line.human] if previous else []
    return tuple(line.id for line in theirs if line.text != now.get(line.id, line.text))


def _note(path: Path, by: str) -> str:
    return f"imported from {path.name}{f', by {by}' if by else ''}"


def _track(
    source: SourceTrack, aligned: Aligned, profile: Locale, previous: TargetTrack | None, note: str
) -> TargetTrack:
    """Every line a person's; what a machine wrote before stays in it as its draft."""
    before = {line.id: line for line in previous.lines} if previous else {}
    lines = tuple(_line(cue, aligned, profile, before.get(cue.id), note) for cue in source.cues)
    return TargetTrack(profile.tag, lines, retired=retired(previous, {cue.id for cue in source.cues}))


def _line(cue: Cue, aligned: Aligned, profile: Locale, before: TargetLine | None, note: str) -> TargetLine:
    text, flags = aligned.texts.get(cue.id, ""), tuple[str, ...]()
    if cue.id in aligned.shown_with:
        flags, note = (SHOWN_WITH,), f"{note}: shown with {aligned.shown_with[cue.id]}"
    elif not text and is_spoken(cue.text):
        flags, note = (LEFT_OUT,), f"{note}, which has nothing here"
    elif not text:
        # Nobody writes a subtitle for ……, and none is missing.
        text = grammar.marks(cue.text, profile)
    return TargetLine(
        id=cue.id,
        text=text,
        by="human",
        draft=before.draft if before else None,
        flags=flags,
        source_fingerprint=source_fingerprint(cue),
        note=note,
    )
