"""Which of the approved translations of a text is the one to use again."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from localize.memory.index import Index
from localize.memory.units import Asked, Match, context, normalised


class Approval(NamedTuple):
    """An approved line; of two, the one of the later episode and cue is greater."""

    place: str
    series: str
    target: str
    episode: str
    cue_id: str
    source: str


class _Rendering(NamedTuple):
    """A translation of a text in one series; of two, the one with the later approval is greater."""

    latest: str
    series: str
    target: str
    id: int
    approvals: int


def match(index: Index, line: Asked, locale: str, series: str | None) -> Match | None:
    """The translation to use for `line`: in the same context, then most often approved, then the latest."""
    approved = _Approved(index, normalised(line.source), locale, series, line)
    if not approved.renderings:
        return None
    in_context = approved.between(normalised(line.before), normalised(line.after))
    best = in_context or approved.latest()
    others = len({rendering.target for rendering in approved.renderings}) - 1
    return Match(best.target, in_context is not None, best.series, best.episode, best.cue_id, others)


def preferred(index: Index, text: str, locale: str, series: str | None) -> Approval | None:
    """The approval that stands for the normalised `text` wherever it is said."""
    approved = _Approved(index, text, locale, series, _NO_LINE)
    return approved.latest() if approved.renderings else None


class _Approved:
    """What was approved for the normalised `text`, but for the approval of `line` itself."""

    def __init__(self, index: Index, text: str, locale: str, series: str | None, line: Asked) -> None:
        self._index = index
        self._text = text
        self._asked = {
            "text": text, "locale": locale, "series": series,
            "episode": line.episode, "cue": line.cue_id, "own_series": line.series or series,
        }  # fmt: skip
        # By rendering; several where the series of the line is not known.
        self._own = {rendering: id_ for id_, rendering in self._read(_OWN)} if line.cue_id else {}
        found = (_Rendering(*row) for row in self._read(_RENDERINGS))
        self.renderings = [each for each in map(self._others, found) if each.approvals]

    def between(self, before: str, after: str) -> Approval | None:
        """Of the approvals between the same lines, the latest one of the most frequent translation."""
        rows = [Approval(*row) for row in self._read(_BETWEEN, context=context(self._text, before, after))]
        often = Counter(row.target for row in rows)
        return max(rows, key=lambda row: (often[row.target], row), default=None)

    def latest(self) -> Approval:
        """The latest approval of the translation that was approved most often."""
        often: Counter[str] = Counter()
        for rendering in self.renderings:
            often[rendering.target] += rendering.approvals
        most = max(often.values())
        last = max(rendering for rendering in self.renderings if often[rendering.target] == most)
        (row,) = self._read(_LAST, rendering=last.id, own=self._own.get(last.id))
        return Approval(*row)

    def _others(self, rendering: _Rendering) -> _Rendering:
        """The rendering without the approval of the line itself."""
        own = self._own.get(rendering.id)
        if own is None or rendering.approvals == 1:
            return rendering._replace(approvals=rendering.approvals - (own is not None))
        ((latest, *_),) = self._read(_LAST, rendering=rendering.id, own=own)
        return rendering._replace(approvals=rendering.approvals - 1, latest=latest)

    def _read(self, sql: str, **values: object) -> list[Any]:
        return self._index.read(sql, self._asked | values)


_NO_LINE = Asked("")
_RENDERINGS = """
SELECT latest, series, target, id, approvals FROM renderings
WHERE locale = :locale AND text = :text AND (:series IS NULL OR series = :series)
"""
_OWN = """
SELECT line.id, line.rendering FROM files AS file JOIN lines AS line ON line.file = file.id AND line.cue = :cue
WHERE file.episode = :episode AND file.locale = :locale AND (:own_series IS NULL OR file.series = :own_series)
"""
_APPROVALS = """
SELECT line.place, file.series, rendering.target, file.episode, line.cue, line.source FROM lines AS line
JOIN files AS file ON file.id = line.file JOIN renderings AS rendering ON rendering.id = line.rendering
"""
_LAST = f"{_APPROVALS} WHERE line.rendering = :rendering AND line.id IS NOT :own ORDER BY line.place DESC LIMIT 1"
_BETWEEN = f"""{_APPROVALS}
WHERE line.context = :context AND rendering.locale = :locale AND rendering.text = :text
    AND (:series IS NULL OR rendering.series = :series)
    AND NOT (file.episode = :episode AND line.cue = :cue AND (:own_series IS NULL OR file.series = :own_series))
"""
