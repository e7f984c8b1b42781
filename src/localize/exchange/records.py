"""Records of what went out in a file that cannot say it itself: SubRip has times, numbers and text, and nothing else.

A record lies in the workspace under `exchange/<locale>/`, named by the digest that stands in the name of the file as
well. Where somebody renamed the file, its times and texts tell which record it was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localize.disk import write_atomic
from localize.exchange.handout import Handout
from localize.job import Job
from localize.subtitles import TimedText
from localize.subtitles.text import plain
from localize.workspace import from_json, to_json

FOLDER = "exchange"


@dataclass(frozen=True, slots=True)
class Record:
    """What went out, and its name."""

    digest: str
    handout: Handout
    schema: int = 1


def keep(job: Job, handout: Handout) -> None:
    """Remember what went out; the same state is one record, however often it does."""
    path = job.workspace.path(f"{FOLDER}/{handout.locale}/{handout.digest}.json")
    if not path.exists():
        write_atomic(path, to_json(Record(handout.digest, handout)))


def find(job: Job, tag: str, name: str, file: Sequence[TimedText]) -> Record | None:
    """The record that a file called `name` was made from.

    Where its name does not say, the one it has most in common with; of several the oldest, which finds a clash too many
    rather than one too few.
    """
    folder = job.workspace.path(f"{FOLDER}/{tag}")
    paths = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns) if folder.is_dir() else []
    records = [from_json(Record, path) for path in paths]
    named = next((record for record in records if record.digest in name), None)
    return named or max(records, key=lambda record: _alike(record, file), default=None)


def _alike(record: Record, file: Sequence[TimedText]) -> tuple[int, int]:
    """How many cues of `file` have the times of the record, and how many its text as well."""
    texts = {(line.start_ms, line.end_ms): plain(line.target) for line in record.handout.lines}
    same = [
        texts[timed.start_ms, timed.end_ms] == timed.text for timed in file if (timed.start_ms, timed.end_ms) in texts
    ]
    return len(same), sum(same)
