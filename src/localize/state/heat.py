"""The heat map of a check: how many findings of every rule each locale has, and how bad they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from localize.findings import SEVERITIES, Finding, Severity, worst
from localize.rules import RULES

LEVELS = 4
"""Shades of one colour that a reader still tells apart."""
_ORDER = {rule.id: number for number, rule in enumerate(RULES)}
_MEANING = {rule.id: rule.meaning for rule in RULES}


@dataclass(frozen=True, slots=True)
class Cell:
    """The findings of one rule in one locale: `severity` is that of the worst, `level` the shade, 1 to LEVELS."""

    count: int = 0
    severity: Severity | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    rule: str
    meaning: str
    cells: tuple[Cell, ...]

    @property
    def severity(self) -> Severity:
        """That of the worst cell."""
        return max((cell.severity for cell in self.cells if cell.severity), key=SEVERITIES.index)


@dataclass(frozen=True, slots=True)
class HeatMap:
    """One row per rule that found something, the worst first; one column per locale, in the order given."""

    tags: tuple[str, ...]
    rows: tuple[Row, ...]


def heat_map(found: Iterable[tuple[str, Finding]], tags: Sequence[str]) -> HeatMap:
    """Count `found`, which are findings with their locale; locales that are not among `tags` are left out."""
    by_cell: defaultdict[str, defaultdict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for tag, finding in found:
        if tag in tags:
            by_cell[finding.rule][tag].append(finding)
    most = max((len(cell) for row in by_cell.values() for cell in row.values()), default=1)
    rows = [
        Row(rule, _MEANING.get(rule, ""), tuple(_cell(cells.get(tag, ()), most) for tag in tags))
        for rule, cells in by_cell.items()
    ]
    rows.sort(key=lambda row: (-SEVERITIES.index(row.severity), _ORDER.get(row.rule, len(_ORDER)), row.rule))
    return HeatMap(tuple(tags), tuple(rows))


def _cell(found: Sequence[Finding], most: int) -> Cell:
    """Each shade stands for counts up to twice those of the one below, the darkest for the highest count there is."""
    if not found:
        return Cell()
    level = LEVELS - (most // len(found)).bit_length() + 1
    return Cell(len(found), worst(found), max(1, level))
