"""What several steps share: one locale after the other, a writer for each, and what a frame is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    make: Callable[[str], Mapping[str, object]],
    names: tuple[Callable[[str], str], ...],
) -> Outcome:
    """Make the files of every locale whose files are not fresh: `make` gives their content by name.

    Nobody waits while it does, least of all a reviewer who saves a line; the lease is held to write what was made. If
    what was read has changed meanwhile, the record says so and the next run makes it anew. An error stays with its
    locale.
    """
    outcome = Outcome()
    for tag in locales:
        files = [name(tag) for name in names]
        try:
            with at(stage=step, episode_id=job.episode.id, locale=tag):
                made_of = fingerprint(step, *reads(tag))
                if fresh(job, made_of, *files):
                    outcome.fresh.append(tag)
                    continue
                made = make(tag)
                with job.workspace.writing(tag) as writer:
                    # A run beside this one may have made them meanwhile, or made them of something newer.
                    if fresh(job, fingerprint(step, *reads(tag)), *files):
                        outcome.fresh.append(tag)
                        continue
                    for name, content in made.items():
                        writer.commit(name, content, made_of)
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
