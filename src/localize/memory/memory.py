"""The translation memory as the rest of the product sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from localize import settings
from localize.lines import Similar
from localize.memory import workspaces
from localize.memory.index import Damaged, Index
from localize.memory.lookup import match, preferred
from localize.memory.refresh import refresh
from localize.memory.units import Asked, Changed, Match, Unit, normalised

if TYPE_CHECKING:
    from localize.memory.fuzzy import Fuzzy

T = TypeVar("T")

LIMIT, FLOOR = 5, 75
MANY, PAUSE_S = 200, 1.0
_next_look_s: dict[tuple[Path, Path, str], float] = {}


class Memory:
    """Approved lines of every series on this machine; threads may share one, processes may each open their own.

    A lookup takes `series`, an id, or None for all series of this machine. Any call may raise WorkspaceError (the disk)
    or LeaseHeld (another process keeps the file for too long); a damaged file is no error, it is made anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        self._index = Index(path, self._fill)

    @classmethod
    def open(cls, path: Path | None = None) -> Memory:
        """The memory in the file `path`, else that of this machine."""
        return cls(path or settings.memory_file())

    def refresh(self, root: Path, series_id: str) -> Changed:
        """Take up what was approved, edited, retracted or removed in the workspace `root` of a series since last time.

        A series has one workspace: lines that were read from another one leave the memory.
        """
        return self._safely(lambda: self._refresh(root.absolute(), series_id))

    def catch_up(self, root: Path, series_id: str) -> None:
        """As `refresh`, for a run that asks anew for each of its episodes.

        A series of more than `MANY` tracks is looked through once a second at most: at 100 episodes in 17 locales a
        look takes tens of milliseconds, and one for every episode would be most of what a finished series costs.
        """
        root, now_s = root.absolute(), time.monotonic()
        if now_s >= _next_look_s.get((self._path, root, series_id), now_s):
            self.refresh(root, series_id)
            if self._read(_TRACKS, (series_id,))[0][0] > MANY:
                _next_look_s[self._path, root, series_id] = time.monotonic() + PAUSE_S

    def rebuild(self) -> None:
        """Forget everything and read all workspaces again that were ever taken up and are still there."""
        with self._lock:
            self._index.begin_anew()

    def exact(self, lines: Sequence[Asked], locale: str, *, series: str | None) -> list[Match | None]:
        """For each line an approved translation of the same text (see `normalised`), None where there is none.

        One whose neighbouring lines are the same as well comes first. Among several, the one approved most often is
        taken, then the one of the latest episode and cue.
        """
        return self._look_up(lambda: [match(self._index, line, locale, series) for line in lines])

    def fuzzy(
        self, text: str, locale: str, *, series: str | None, limit: int = LIMIT, floor: int = FLOOR
    ) -> list[Similar]:
        """The approved lines most like `text` and not the same, best first, of at least `floor` (0 to 99) percent.

        The score is rapidfuzz' ratio of the normalised texts, rounded down. A source text is offered once, with the
        translation that `exact` would give for it; equal scores are in the order of their texts.
        """
        return self._look_up(lambda: self._similar(normalised(text), locale, series, limit, floor))

    def units(self, series: str | None = None) -> Iterator[Unit]:
        """Every source line with its approved translations, series by series, in the order of episodes and cues."""
        for (id_,) in self._read(_SERIES, (series,)):
            for (_, episode, cue_id, source), rows in groupby(self._read(_UNITS, (id_,)), key=itemgetter(0, 1, 2, 3)):
                yield Unit(source, {row[4]: row[5] for row in rows}, id_, episode, cue_id)

    def close(self) -> None:
        self._index.close()

    def __enter__(self) -> Memory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _fuzzy(self) -> Fuzzy:
        # Most commands never get here, and loading numpy takes a tenth of a second.
        from localize.memory.fuzzy import Fuzzy

        return Fuzzy(self._index)

    def _safely(self, work: Callable[[], T]) -> T:
        """What `work` comes to, on a new file where the old one is damaged or gone."""
        with self._lock:
            if not self._index.replaced:
                with suppress(Damaged):
                    return work()
            self._index.begin_anew()
            return work()

    def _look_up(self, work: Callable[[], T]) -> T:
        """As `_safely`, the index being as it is now until `work` is done."""

        def at_once() -> T:
            with self._index.reading():
                return work()

        return self._safely(at_once)

    def _read(self, sql: str, values: Sequence[str | None]) -> list[Any]:
        return self._safely(lambda: self._index.read(sql, values))

    def _refresh(self, root: Path, series: str) -> Changed:
        workspaces.remember(self._path, series, root)
        return refresh(self._index, root, series)

    def _fill(self, index: Index) -> None:
        for series, root in workspaces.known(self._path).items():
            if (root / series).is_dir():
                refresh(index, root, series)

    def _similar(self, text: str, locale: str, series: str | None, limit: int, floor: int) -> list[Similar]:
        scored = self._fuzzy.similar(text, locale, series, floor)
        approved = ((score, preferred(self._index, source, locale, series)) for score, source in scored)
        return list(islice((Similar(best.source, best.target, score) for score, best in approved if best), limit))


_TRACKS = "SELECT count(*) FROM files WHERE series = ?"
_SERIES = "SELECT DISTINCT series FROM files WHERE ?1 IS NULL OR series = ?1 ORDER BY series"
_UNITS = """
SELECT line.place, file.episode, line.cue, line.source, file.locale, rendering.target
FROM files AS file
JOIN lines AS line ON line.file = file.id
JOIN renderings AS rendering ON rendering.id = line.rendering
WHERE file.series = ?
ORDER BY line.place, file.episode, line.cue, line.source, file.locale
"""
