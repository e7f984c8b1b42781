"""Every error the product raises, split by what to do next.

    LocalizeError
    ├── InputError            the operator fixes it; never retried            exit 2
    │   ├── ManifestError     series.toml: unknown key, missing episode
    │   ├── MediaError        missing, unreadable, no audio, not vertical
    │   ├── SubtitleError     a supplied subtitle file cannot be read
    │   ├── LocaleError       not a locale we carry a profile for
    │   ├── NoEngine          a known locale without an engine: skipped, others go on
    │   └── GlossaryError     file:line, term, what is wrong
    ├── StageError            an engine or the machine failed                 exit 5
    │   ├── EngineUnavailable transient; flows retry it
    │   ├── EngineRejected    the same input fails again; flows do not retry
    │   ├── ModelUnavailable  a model cannot be had or failed its hash
    │   ├── DeliveryError     a target that cannot be reached, is full, or holds other bytes than were sent
    │   └── WorkspaceError    unwritable, full, damaged, or edited meanwhile
    │       ├── LeaseHeld     another process writes there; flows retry it
    │       └── Damaged       the index of the memory is no index: a new one is made
    └── ReviewError           a reviewer must act                             exit 4
        ├── ReviewPending
        ├── ReviewRejected
        ├── StaleApproval     edited after it was approved
        └── ReviewConflict    somebody else changed the same thing meanwhile

`str(error)` is one line: stage, episode, locale, what happened, what to type next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

EXIT_DONE, EXIT_BUG, EXIT_INPUT, EXIT_FINDINGS, EXIT_REVIEW, EXIT_ENGINE = 0, 1, 2, 3, 4, 5
# A batch ends with the first of these that any of its episodes ended with.
EXIT_ORDER = (EXIT_BUG, EXIT_ENGINE, EXIT_INPUT, EXIT_REVIEW, EXIT_FINDINGS, EXIT_DONE)


class LocalizeError(Exception):
    """Root of the tree. `message` says what happened, `next_step` what to type or change."""

    exit_code = EXIT_BUG
    retry = False

    def __init__(
        self,
        message: str,
        *,
        stage: str | None = None,
        episode_id: str | None = None,
        locale: str | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.stage = stage
        self.episode_id = episode_id
        self.locale = locale
        self.next_step = next_step

    def __str__(self) -> str:
        where = " ".join(part for part in (self.stage, self.episode_id) if part)
        if self.locale:
            where = f"{where} [{self.locale}]".strip()
        text = " ".join(self.message.split())
        line = f"{where}: {text}" if where else text
        return f"{line}; next: {self.next_step}" if self.next_step else line

    # Exceptions with keyword arguments do not unpickle by themselves, and Prefect workers pickle them.
    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, dict(self.__dict__))


def _rebuild(kind: type[LocalizeError], message: str, state: dict[str, Any]) -> LocalizeError:
    error = kind.__new__(kind, message)
    error.__dict__.update(state)
    return error


class InputError(LocalizeError):
    exit_code = EXIT_INPUT


class ManifestError(InputError):
    pass


class MediaError(InputError):
    pass


class SubtitleError(InputError):
    pass


class LocaleError(InputError):
    pass


class NoEngine(InputError):
    pass


class GlossaryError(InputError):
    pass


class StageError(LocalizeError):
    exit_code = EXIT_ENGINE


class EngineUnavailable(StageError):
    retry = True


class EngineRejected(StageError):
    pass


class ModelUnavailable(StageError):
    pass


class DeliveryError(StageError):
    pass


class WorkspaceError(StageError):
    pass


class LeaseHeld(WorkspaceError):
    retry = True


class ReviewError(LocalizeError):
    exit_code = EXIT_REVIEW


class ReviewPending(ReviewError):
    pass


class ReviewRejected(ReviewError):
    pass


class StaleApproval(ReviewError):
    pass


class ReviewConflict(ReviewError):
    pass


@contextmanager
def at(*, stage: str | None = None, episode_id: str | None = None, locale: str | None = None) -> Iterator[None]:
    """Attach where we are to an error on its way out; what is already set stays."""
    try:
        yield
    except LocalizeError as error:
        error.stage = error.stage or stage
        error.episode_id = error.episode_id or episode_id
        error.locale = error.locale or locale
        raise


def exit_code(codes: Iterable[int]) -> int:
    """The exit code of a batch whose parts ended with `codes`."""
    return min(codes, key=EXIT_ORDER.index, default=EXIT_DONE)
