"""Which tables a person looks at: those of a series and its episodes, or all that ship.

A stack is what holds at one place, in the order of its scopes, the broadest first: for a series and for every episode
that has tables of its own; for what ships, `common` with each genre.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from localize import settings
from localize.findings import SEVERITIES
from localize.glossary import stack, tables
from localize.glossary.audit import TermFinding, audit, audit_cast, unusable
from localize.glossary.terms import Entry
from localize.locales import LOCALES
from localize.series import GENRES, Series

File = tuple[str, str, Path]
"""Scope, locale and path of a table."""
# What a series can do something about wherever it was found.
_EVERYWHERE = {"glossary-missing"}


def files(series: Series | None) -> list[File]:
    """Every table of `series`, those of its episodes included; None: all that ship."""
    if series is None:
        return [file for genre in (stack.COMMON, *GENRES) for file in _shipped(genre)]
    found = (file for episode in _episodes(series) for file in stack.files(series, episode))
    return list(dict.fromkeys(found))


def stacks(series: Series | None) -> list[tuple[Entry, ...]]:
    """Every stack of `series`, or of what ships; GlossaryError where a table cannot be used."""
    if series is not None:
        return [stack.load(series, episode).entries for episode in _episodes(series)]
    common = _read(_shipped(stack.COMMON))
    return [(*common, *_read(_shipped(genre))) for genre in GENRES]


def entries(series: Series | None) -> list[Entry]:
    """Every row of every stack, once."""
    return list(dict.fromkeys(entry for found in stacks(series) for entry in found))


def check(series: Series | None) -> list[TermFinding]:
    """What is wrong with the tables of `series`, or with those that ship, the worst first.

    Of a series, what concerns only tables that ship is left out: nobody there can mend it.
    """
    scanned = [(tag, tables.scan(path, locale=tag, scope=scope)) for scope, tag, path in files(series)]
    if broken := [finding for tag, table in scanned for finding in unusable(table.problems, tag)]:
        return broken
    if series is None:
        return _ordered(finding for found in stacks(None) for finding in audit(found, tuple(LOCALES)))
    found = [finding for one in stacks(series) for finding in audit(one, series.locales)]
    own = [one for one in found if one.rule in _EVERYWHERE or Path(one.file).is_relative_to(series.root)]
    cast = audit_cast(series.cast, entries(series), series.locales, series.root / "characters.toml")
    return _ordered([*own, *cast, *_ignored(series)])


def _ordered(findings: Iterable[TermFinding]) -> list[TermFinding]:
    """Each once, the worst first."""
    return sorted(dict.fromkeys(findings), key=lambda one: (-SEVERITIES.index(one.severity), one.file, one.row))


def _episodes(series: Series) -> list[str | None]:
    """None, for the series itself, and the episodes with tables of their own."""
    return [None, *(one.id for one in series.episode if (series.root / "glossary" / one.id).is_dir())]


def _shipped(genre: str) -> list[File]:
    paths = ((tag, settings.glossaries_dir() / genre / f"{tag}.csv") for tag in LOCALES)
    return [(genre, tag, path) for tag, path in paths if path.is_file()]


def _read(found: Sequence[File]) -> list[Entry]:
    return [entry for scope, tag, path in found for entry in tables.read(path, locale=tag, scope=scope)]


def _ignored(series: Series) -> list[TermFinding]:
    """Files in the glossary folder that nothing reads: another episode's, another locale's, another format's."""
    known = {path for _, _, path in files(series)}
    here = sorted(path for path in (series.root / "glossary").rglob("*") if path.is_file() and path not in known)
    what = (
        f"nothing reads it; name it after a locale ({', '.join(series.locales[:3])}, ...), in a folder for an episode"
    )
    return [
        TermFinding("glossary-ignored", "warning", str(path), 1, "", "", what)
        for path in here
        if not path.name.startswith((".", "~$"))
    ]
