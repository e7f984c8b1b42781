"""What is known of an episode's text before it is one track: read, heard or supplied, and which of them is taken."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from PIL import Image

from localize import subtitles
from localize.agreement import Agreement, Compared, choose, compare
from localize.cues import Cue, Origin, SourceTrack
from localize.engines import ffmpeg
from localize.engines.base import Recognition
from localize.errors import GlossaryError, MediaError, ModelUnavailable
from localize.findings import SEVERITIES, Finding
from localize.fingerprint import fingerprint
from localize.glossary import stack
from localize.job import Job
from localize.picture.band_picture import band_picture, moments
from localize.picture.crops import cut
from localize.picture.hardsub import HardSubs
from localize.rules import finding
from localize.sourcing import Segmented
from localize.stages import fuse, segment
from localize.text import homophones
from localize.workspace import BAND_PICTURE, OCR, Writer, crop_file

CROPS = "crops/"
MOST_CROPS = 40
"""Each costs a seek in the media; whoever has more disagreements than this needs no pictures of them."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Everything that was read, heard and supplied of one episode."""

    job: Job
    found: HardSubs
    heard: Recognition
    supplied: tuple[subtitles.TimedText, ...]
    chosen: Origin
    why: str
    note: Finding | None

    @classmethod
    def of(cls, job: Job) -> Readings:
        """As the workspace has them; MediaError or ModelUnavailable where none of them gives a text."""
        found = job.workspace.need(HardSubs, OCR)
        supplied = tuple(subtitles.read(job.supplied)) if job.supplied else ()
        file = job.supplied.name if job.supplied else ""
        chosen, why, note = choose(job.text_source, file, found)
        heard = job.workspace.read(Recognition, "words.json") if job.facts.audio else None
        if chosen == "speech" and job.facts.audio is None:
            raise MediaError(
                f"{job.media.name} has neither sound nor subtitles",
                next_step='add subtitles = "FILE" to its [[episode]] in series.toml',
            )
        if chosen == "speech" and heard and heard.failure:
            raise ModelUnavailable(heard.failure, stage="transcribe", next_step=heard.next_step or "localize doctor")
        return cls(job, found, heard or Recognition("", ()), supplied, chosen, why, note)

    def fingerprint(self) -> str:
        """Of all that can change the track."""
        ws, job = self.job.workspace, self.job
        made_with = (segment.VERSION, fuse.VERSION, self.chosen, self.why, job.facts.digest, ws.digest(OCR))
        given = (self.supplied, job.series.names) if self.chosen == "file" else ws.digest("words.json")
        return fingerprint("segment", made_with, given)

    def track(self, previous: SourceTrack | None) -> Segmented:
        """The source track that they make together."""
        made = fuse.with_inserts(self._dialogue(previous), self.found, previous=previous)
        notes = [self.note] if self.note else []
        if self.chosen != "file":
            notes += segment.inventions(self.heard) if self.chosen == "ocr" else []
            if self.heard.failure:
                message = f"speech was not recognised: {self.heard.failure}; next: {self.heard.next_step}"
                notes.append(finding("not-recognised", message))
        return Segmented(made.track, (*made.findings, *notes), made.shown)

    def _dialogue(self, previous: SourceTrack | None) -> Segmented:
        names, duration_ms = self.job.series.names, self.job.facts.duration_ms
        if self.chosen == "ocr":
            return fuse.fuse(self.found, self.heard, duration_ms=duration_ms, previous=previous)
        if self.chosen == "speech":
            made, name = segment.segment(self.heard, duration_ms=duration_ms, previous=previous), "speech"
        else:
            made = segment.from_subtitles(self.supplied, names=names, duration_ms=duration_ms, previous=previous)
            name = self.job.supplied.name if self.job.supplied else "the file"
        return fuse.held_against(made, self.found, name=name)

    def agreement(self, track: SourceTrack) -> Agreement:
        """How what was not chosen bears out what was."""
        return Agreement(self.chosen, self.why, tuple(self._compared([c for c in track.cues if c.kind == "dialogue"])))

    def _compared(self, cues: Sequence[Cue]) -> list[Compared]:
        if self.chosen == "ocr":
            own = [cue for cue in cues if cue.origin != "speech"]
            return [compare(own, self.heard.words, "speech", len(cues) - len(own))] if self.heard.words else []
        return [compare(cues, self.found.dialogue, "ocr", _missing(self.found, cues))] if self.found.dialogue else []


def _missing(found: HardSubs, cues: Sequence[Cue]) -> int:
    """Subtitles of the picture that `cues` do not have."""
    against = compare(found.dialogue, cues, "ocr")
    return against.lines - against.found


def known_names(job: Job) -> tuple[str, ...]:
    """What a recogniser may have written in other characters: the cast, and what the glossaries have."""
    try:
        terms = [entry.source for entry in stack.load(job.series, job.episode.id).entries]
    except GlossaryError:  # the translation says what is wrong with it
        terms = []
    return tuple(dict.fromkeys((*job.series.names, *terms)))


def misheard(track: SourceTrack, known: Sequence[str]) -> list[Finding]:
    """A proposal for every known name that was heard as other characters; nothing is replaced."""
    names, notes = homophones.Known(known), list[Finding]()
    for cue in (cue for cue in track.cues if cue.origin == "speech"):
        for heard in names.proposals(cue.text):
            proposed = cue.text[: heard.start] + heard.name + cue.text[heard.end :]
            message = f"{heard.text!r} sounds like {heard.name!r}, which is known; perhaps {proposed!r}"
            notes.append(finding("homophone", message, cue.id, measured=heard.text, limit=heard.name, term=heard.name))
    return notes


def draw_band(job: Job, writer: Writer, found: HardSubs, made_of: str) -> None:
    """What was found in the picture, marked on three frames, for the report; nothing where nothing was found."""
    at = moments(found)
    if not at:
        if job.workspace.exists(BAND_PICTURE):
            writer.remove(BAND_PICTURE)
        return
    facts = job.facts
    with job.workspace.scratch() as scratch, ExitStack() as open_:
        frames = []
        for at_ms in at:
            picture = open_.enter_context(Image.open(ffmpeg.frame(job.media, at_ms, scratch)))
            # Pixels that are not square are stored narrower than they are seen.
            frames.append((at_ms, picture.resize((facts.width_px, facts.height_px))))
        writer.commit(BAND_PICTURE, band_picture(frames, found), made_of)


def cut_crops(job: Job, writer: Writer, made: Segmented, made_of: str) -> dict[str, str]:
    """The part of the picture that each finding is about, as files of the workspace by cue id; old ones are removed."""
    ws, facts = job.workspace, job.facts
    worst: dict[str, int] = {}
    for note in made.findings:
        if note.cue_id and note.cue_id in made.shown:
            worst[note.cue_id] = max(worst.get(note.cue_id, 0), SEVERITIES.index(note.severity))
    wanted = sorted(worst, key=lambda cue_id: (-worst[cue_id], made.shown[cue_id].start_ms))[:MOST_CROPS]
    files = {cue_id: crop_file(cue_id) for cue_id in wanted}
    for old in [name for name in ws.state.artefacts if name.startswith(CROPS) and name not in files.values()]:
        writer.remove(old)
    with ws.scratch() as scratch:
        for cue_id, file in files.items():
            shown = made.shown[cue_id]
            picture = ffmpeg.frame(job.media, (shown.start_ms + shown.end_ms) // 2, scratch)
            writer.commit(file, cut(picture, shown.box, facts.width_px, facts.height_px), made_of)
    return files
