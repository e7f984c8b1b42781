"""The translation of all locales that share a route of engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from localize.assignment import Assignment
from localize.engines.base import Progress
from localize.errors import EngineRejected, EngineUnavailable, LocalizeError, at
from localize.job import Job, Outcome
from localize.spending import Usage
from localize.stages import translate
from localize.steps.common import fresh, locked
from localize.workspace import drafts_file, target_file


def translate_step(job: Job, locales: tuple[str, ...], progress: Progress) -> Outcome:
    """Source track -> `targets/<locale>.json` for all locales of one route of engines, the pivot computed once."""
    ws, outcome = job.workspace, Outcome()
    made_of: dict[str, str] = {}
    work = Assignment(job, locales)
    for tag in locales:
        try:
            with at(stage="translate", episode_id=job.episode.id, locale=tag):
                made_of[tag] = work.fingerprint(tag)
        except LocalizeError as error:
            outcome.failed[tag] = error
            continue
        if fresh(job, made_of[tag], target_file(tag)):
            outcome.fresh.append(tag)
            continue
        try:
            with at(stage="translate", episode_id=job.episode.id, locale=tag):
                work.previous(tag)
        except LocalizeError as error:  # a damaged track takes no other along
            outcome.failed[tag] = error
            del made_of[tag]
    with locked(job, "translate", made_of.keys() - set(outcome.fresh), outcome) as writers:
        outcome.fresh += [tag for tag in writers if fresh(job, made_of[tag], target_file(tag))]
        todo = [tag for tag in locales if tag in writers and tag not in outcome.fresh]
        with _paying(job, work, todo, locales):
            made_tracks = _translated(work, todo, outcome)
        for tag, made in made_tracks.items():
            if made.unfinished:
                writers[tag].commit(drafts_file(tag), made.track, "")
                outcome.failed[tag] = _unfinished(job, tag, made)
                continue
            # Another engine is asked for what this one could not write for now, and this one again next time.
            writers[tag].commit(target_file(tag), made.track, "" if made.provisional else made_of[tag])
            if ws.exists(drafts_file(tag)):
                # They are in the track now, and would pass for newer than its lines ever after.
                writers[tag].remove(drafts_file(tag))
            outcome.done.append(tag)
    return outcome


def _translated(work: Assignment, tags: Sequence[str], outcome: Outcome) -> dict[str, translate.Translated]:
    """All of `tags` at once; where an engine refuses, each alone, so that one bad locale takes no other along."""
    if not tags:
        return {}
    try:
        return work.run(tags)
    except EngineRejected as error:
        if len(tags) > 1:
            alone = [_translated(work, [tag], outcome) for tag in tags]
            return {tag: made for one in alone for tag, made in one.items()}
        outcome.failed[tags[0]] = error
        error.stage, error.episode_id, error.locale = "translate", work.job.episode.id, tags[0]
        return {}


@contextmanager
def _paying(job: Job, work: Assignment, tags: Sequence[str], locales: tuple[str, ...]) -> Iterator[None]:
    """Record what the engines of `tags` cost while the body runs, in the unit of `locales`."""

    def account(tag: str, usage: Usage) -> None:
        # Units of other routes may ask the same endpoint for this episode meanwhile.
        if tag in tags:
            job.recorder.paid("translate", locales, tag, usage)

    with ExitStack() as stack:
        for engine in work.engines(tags[0]) if tags else ():
            stack.enter_context(engine.paying(job.episode.id, account))
        yield


def _unfinished(job: Job, tag: str, made: translate.Translated) -> LocalizeError:
    """What keeps a track from being finished for now; the lines it has are kept."""
    there, all_ = len(made.track.lines), len(job.source().cues)
    message = f"{all_ - there} of {all_} lines are missing ({made.unfinished}); the others are kept"
    where = {"stage": "translate", "episode_id": job.episode.id, "locale": tag}
    if "budget" in made.unfinished:
        return EngineRejected(message, next_step="run again with a larger --budget", **where)
    return EngineUnavailable(message, next_step="run the same command again", **where)
