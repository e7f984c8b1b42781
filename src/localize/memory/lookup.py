"""Which of the approved translations of a text is the one to use again."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

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


def match(index: Index, line: Asked, locale: str, series: str | None) -> Match | None:
    """The translation to use for `line`: in the same context, then most often approved, then the latest."""
    text = normalised(line.source)
    own = _own(index, line, locale, line.series or series) if line.cue_id else {}
    found = _Renderings(index, text, locale, series, own)
    if not found.approvals:
        return None
    in_context = found.in_context(context(text, normalised(line.before), normalised(line.after)))
    best = in_context or found.latest()
    others = len(found.approvals) - 1
    return Match(best.target, in_context is not None, best.series, best.episode, best.cue_id, others)


def preferred(index: Index, text: str, locale: str, series: str | None) -> Approval | None:
    """The approval that stands for the normalised `text` wherever it is said."""
    found = _Renderings(index, text, locale, series, {})
    return found.latest() if found.approvals else None


class _Renderings:
    """The translations of a text without the lines `own` (id and rendering): how often each was approved."""

    def __init__(self, index: Index, text: str, locale: str, series: str | None, own: dict[int, int]) -> None:
        self._index = index
        self._own = json.dumps(list(own))
        self._ids = defaultdict(list)
        self.approvals: Counter[str] = Counter()
        for id_, target, lines in index.read(_RENDERINGS, {"text": text, "locale": locale, "series": series}):
            if others := lines - sum(rendering == id_ for rendering in own.values()):
                self.approvals[target] += others
                self._ids[target].append(id_)

    def in_context(self, context: int) -> Approval | None:
        """Of the approvals between the same lines, the latest one of the most frequent translation."""
        ids = (id_ for ids in self._ids.values() for id_ in ids)
        rows = self._read(_IN_CONTEXT, ids, context)
        often = Counter(row.target for row in rows)
        return max(rows, key=lambda row: (often[row.target], row), default=None)

    def latest(self) -> Approval:
        """The latest approval of the most frequent translation."""
        most = max(self.approvals.values())
        ids = (id_ for target, often in self.approvals.items() if often == most for id_ in self._ids[target])
        return max(self._read(_LATEST, ids))

    def _read(self, sql: str, renderings: Iterable[int], context: int | None = None) -> list[Approval]:
        values = {"renderings": json.dumps(list(renderings)), "own": self._own, "context": context}
        return list(map(Approval._make, self._index.read(sql, values)))


def _own(index: Index, line: Asked, locale: str, series: str | None) -> dict[int, int]:
    """Id and rendering of the approvals of `line` itself."""
    return dict(index.read(_OWN, {"cue": line.cue_id, "episode": line.episode, "locale": locale, "series": series}))


# A text that was approved thousands of times is counted in an index, and no other row of these approvals is read.
_RENDERINGS = """
SELECT rendering.id, rendering.target, (SELECT count(*) FROM lines WHERE rendering = rendering.id)
FROM segments AS segment CROSS JOIN renderings AS rendering ON rendering.segment = segment.id
WHERE segment.locale = :locale AND segment.text = :text AND (:series IS NULL OR segment.series = :series)
"""
_OWN = """
SELECT line.id, line.rendering FROM files AS file JOIN lines AS line ON line.file = file.id AND line.cue = :cue
WHERE file.episode = :episode AND file.locale = :locale AND (:series IS NULL OR file.series = :series)
"""
_APPROVALS = """
SELECT line.place, file.series, rendering.target, file.episode, line.cue, line.source FROM {lines}
JOIN files AS file ON file.id = line.file JOIN renderings AS rendering ON rendering.id = line.rendering
"""
_NOT_OWN = "id NOT IN (SELECT value FROM json_each(:own))"
_IN_CONTEXT = f"""
{_APPROVALS.format(lines="lines AS line INDEXED BY lines_of_context")}
WHERE line.context = :context AND line.rendering IN (SELECT value FROM json_each(:renderings)) AND line.{_NOT_OWN}
"""
_LATEST = _APPROVALS.format(
    lines=f"""json_each(:renderings) AS top CROSS JOIN lines AS line ON line.id =
    (SELECT id FROM lines WHERE rendering = top.value AND {_NOT_OWN} ORDER BY place DESC LIMIT 1)"""
)
