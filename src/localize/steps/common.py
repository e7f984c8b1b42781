"""What several steps share: one locale after the other, a writer for each, and what a frame is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

from localize import lease
from localize.engines.base import Progress
from localize.episode import MediaFacts
from localize.errors import LocalizeError, at
from localize.fingerprint import fingerprint
from localize.job import Job, Outcome
from localize.workspace import Writer

Step = Callable[[Job, tuple[str, ...], Progress], Outcome]


def each(
    job: Job,
    step: str,
    locales: tuple[str, ...],
    reads: Callable[[str], tuple[object, ...]],
    one: Callable[[str, Writer, str], None],
    names: tuple[Callable[[str], str], ...],
) -> Outcome:
    """Run `one` for every locale whose files are not fresh; an error stays with its locale."""
    outcome = Outcome()
    for tag in locales:
        try:
            with at(stage=step, episode_id=job.episode.id, locale=tag):
                made_of, files = fingerprint(step, *reads(tag)), [name(tag) for name in names]
                if fresh(job, made_of, *files):
                    outcome.fresh.append(tag)
                    continue
                with job.workspace.writing(tag) as writer:
                    # Once more with the lease: a run beside this one may have made it meanwhile.
                    if fresh(job, made_of, *files):
                        outcome.fresh.append(tag)
                        continue
                    one(tag, writer, made_of)
                outcome.done.append(tag)
        except LocalizeError as error:
            outcome.failed[tag] = error
    return outcome


def fresh(job: Job, made_of: str, *names: str) -> bool:
    """Whether all of `names` were made from `made_of` and are as they were written, as closely as the run looks."""
    return all(job.workspace.fresh(name, made_of, verify=job.options.verify) for name in names)


def frame(facts: MediaFacts) -> tuple[int, int, int, str]:
    return facts.width_px, facts.height_px, facts.duration_ms, facts.frame_rate


@contextmanager
def locked(job: Job, step: str, tags: Iterable[str], outcome: Outcome) -> Iterator[dict[str, Writer]]:
    """A writer for each of `tags` that can be had; one that another process holds fails alone."""
    with ExitStack() as stack:
        writers: dict[str, Writer] = {}
        patience_s = lease.PATIENCE_S
        for tag in sorted(tags):
            try:
                with at(stage=step, episode_id=job.episode.id, locale=tag):
                    writers[tag] = stack.enter_context(job.workspace.writing(tag, patience_s=patience_s))
            except LocalizeError as error:
                outcome.failed[tag] = error
                patience_s = 0  # whoever holds one has been waited for
        yield writers
