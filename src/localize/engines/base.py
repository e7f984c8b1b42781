"""What a stage may ask of an engine.

To add an engine: (1) write a module here that implements one of these protocols and raises only errors of
`localize.errors`; (2) name it in the table of `engines.registry`; (3) add it to the contract suite in `tests/engines`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from localize.cues import Word
from localize.errors import NoEngine
from localize.lines import Brief, Line, Overlong
from localize.locales import Locale
from localize.spending import Account


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of recognised speech as the recogniser returned it; its limits are no cue limits.

    `no_speech` is a probability, `logprob` the mean log probability of its tokens, `compression` the gzip ratio of its
    text (high when it loops).
    """

    words: tuple[Word, ...]
    no_speech: float = 0.0
    logprob: float = 0.0
    compression: float = 1.0


@dataclass(frozen=True, slots=True)
class Dropped:
    """A passage, or part of one, that was taken for an invention of the recogniser, and why."""

    passage: Passage
    reason: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """All speech of one episode, and what recognised it; what the guards took out is kept beside it.

    `speech` are the stretches `(start_ms, end_ms)` in which there is a voice at all, None where nobody looked.
    `failure` says why there is none, and `next_step` what helps, where a recogniser failed that may not be needed.
    """

    engine: str
    passages: tuple[Passage, ...]
    dropped: tuple[Dropped, ...] = ()
    speech: tuple[tuple[int, int], ...] | None = None
    failure: str = ""
    next_step: str = ""
    schema: int = 1

    @property
    def words(self) -> list[Word]:
        return [word for passage in self.passages for word in passage.words]


PROMPT_HEAD = "短剧对白。人物："
_PROMPT_NAMES = 24
"""More names push speech out of the recogniser's 224 tokens of context."""


def prompt_of(names: Sequence[str]) -> str | None:
    """What primes a recogniser for the names of a series; None without names, since an empty frame makes it worse."""
    return f"{PROMPT_HEAD}{'、'.join(names[:_PROMPT_NAMES])}。" if names else None


class Transcriber(Protocol):
    """Chinese speech to words with times."""

    @property
    def version(self) -> str:
        """Name, library version and weights: whatever can change its result."""
        ...

    def transcribe(self, media: Path, *, names: Sequence[str] = ()) -> Recognition:
        """Recognise the first audio stream of `media`; `names` are expected proper names."""
        ...


@dataclass(frozen=True, slots=True)
class Translation:
    """What became of a line in one locale.

    `flags` says what a reader must know of it (`starter`: written by a demonstration model), `attempts` in which ways
    its terms were enforced. Where the engine has no usable text, `failure` says why and `text` is empty; `transient`
    failures may pass another time (a busy server), others will not (a refusal). `by` names who wrote it where that is
    not the engine that was asked.
    """

    text: str
    flags: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()
    failure: str = ""
    next_step: str = ""
    transient: bool = False
    by: str = ""


class Translator(Protocol):
    """Lines of the source into several locales at once, so that what they share is done once."""

    @property
    def name(self) -> str:
        """What a line it wrote says in `by`."""
        ...

    @property
    def reads_brief(self) -> bool:
        """Whether the characters and the title can change its lines."""
        ...

    def version(self, locale: str) -> str:
        """What can change the result for `locale`; raises NoEngine where it cannot serve it."""
        ...

    def translate(
        self, lines: Sequence[Line], locales: Sequence[str], brief: Brief
    ) -> Mapping[str, Sequence[Translation]]:
        """One translation per line and locale, in order."""
        ...

    def shorter(
        self, lines: Mapping[str, Sequence[Overlong]], brief: Brief
    ) -> Mapping[str, Sequence[Sequence[Translation]]]:
        """Shorter renderings per locale and line, in order, best first: none where the engine has none.

        They need not be within the limit. One with a transient `failure` says that the engine could not try for now.
        """
        ...

    def paying(self, episode: str, account: Account) -> AbstractContextManager[None]:
        """While the body runs, `account` is told of everything that has to be paid for `episode`, from any thread."""
        ...


class TextTranslator(Protocol):
    """An engine that knows no terms: text in, text out, in two legs of which the first is shared by all locales.

    `engines.termed.Termed` makes a Translator of it.
    """

    @property
    def name(self) -> str: ...

    def version(self, locale: str) -> str: ...

    def pivot(self, texts: Sequence[str], locale: str) -> Sequence[Translation]:
        """The first leg; `locale` is any of those it is for."""
        ...

    def onward(self, pivots: Sequence[Translation], locale: str) -> Sequence[Translation]:
        """The second leg, from what `pivot` gave; flags are carried along. An empty text stays empty."""
        ...

    def alternatives(self, texts: Sequence[str], locale: str) -> Sequence[Sequence[Translation]]:
        """What the engine holds nearly as likely as its own translation of each text, likeliest first."""
        ...


def unserved(profile: Locale, names: Sequence[str] = ("argos",)) -> NoEngine:
    """The error for a locale that we know and that none of the translators `names` writes."""
    reason = f"{profile.name} has no Argos package" if profile.argos is None else f"no engine for {profile.name}"
    return NoEngine(
        f"{reason}; the translators of the series are {', '.join(names)}" if names != ("argos",) else reason,
        locale=profile.tag,
        next_step=f'leave {profile.tag} out with --to, or set translator = ["llm:NAME", "argos"] in series.toml',
    )


Progress = Callable[[float], None]
"""Called with the share done, 0 to 1."""
