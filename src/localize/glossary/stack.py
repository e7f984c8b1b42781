"""The termbase of a series: tables of four scopes, of which the narrower one wins.

    common < genre < series < episode

`glossaries/<genre>/<locale>.csv` is ours; `glossary/<locale>.csv` and `glossary/<episode>/<locale>.csv` lie beside the
manifest, and the names of `characters.toml` belong to the series.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from localize import settings
from localize.characters import NOBODY, Address, Cast
from localize.cues import Cue
from localize.errors import GlossaryError
from localize.fingerprint import fingerprint
from localize.glossary import tables
from localize.glossary.match import Matcher, Sense, surroundings
from localize.glossary.terms import Entry, Span, Term
from localize.lines import Line
from localize.locales import LOCALES
from localize.series import Series

COMMON, SERIES, EPISODE = "common", "series", "episode"
SUFFIXES = (".csv", ".xlsx")
PIVOT = "en"
"""Whose target a locale borrows that has none of its own."""


class Termbase:
    """All entries that hold for an episode, and what they make of its lines. `entries`: the broadest scope first."""

    def __init__(self, entries: Iterable[Entry], cast: Cast = NOBODY) -> None:
        self.entries = tuple(entries)
        self.cast = cast
        self._rows: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._rows.setdefault(entry.source, []).append(entry)

    @cached_property
    def matcher(self) -> Matcher:
        """Knows every source term of any locale, so that a locale more or less changes nothing for the others."""
        return _matcher(tuple(self.senses))

    def lines(self, cues: Sequence[Cue], locales: Iterable[str]) -> list[Line]:
        """Each cue with the terms that stand in it, and how its speaker speaks where that is known."""
        texts, tags = [cue.text for cue in cues], tuple(locales)
        return [self._line(cue, surroundings(texts, number), tags) for number, cue in enumerate(cues)]

    def term(self, source: str, locale: str, around: str = "") -> Term | None:
        """What `source` has to be in `locale`, in the sense that `around` allows; None where no table says."""
        rows = self._meant(source, around or source)
        own = [row for row in rows if row.locale == locale]
        preferred = _winner(own)
        borrowed = preferred is None
        if preferred is None:
            preferred = _winner([row for row in rows if row.locale == PIVOT])
        if preferred is None:
            return None
        # What kind of word it is, the table that wins need not repeat; the gender is that of the other target.
        kinds = (row.pos for row in (preferred, *reversed(own)) if row.status == "preferred" and row.pos)
        # What a narrower scope says of a form outranks what a broader one says.
        rows = [row for row in own if row.status != "preferred" or row is preferred]
        status = {form: row.status for row in (*rows, preferred) for form in (row.target, *row.variants)}
        status.pop(preferred.target)
        accepted = tuple(form for form, said in status.items() if said != "forbidden")
        forbidden = tuple(form for form, said in status.items() if said == "forbidden")
        return Term(
            source, preferred.target, accepted, forbidden, next(kinds, ""), preferred.gender,
            borrowed=borrowed, suffixes=LOCALES[locale].suffixes,
        )  # fmt: skip

    def _line(self, cue: Cue, around: str, locales: tuple[str, ...]) -> Line:
        rule = self.cast.address(cue.speaker, cue.text)
        found = self.matcher.find(cue.text, around)
        spans: dict[str, tuple[Span, ...]] = {}
        terms: dict[str, tuple[Term, ...]] = {}
        for tag in locales:
            required = [(s, term) for s in found if (term := self._required(s.source, tag, around, rule))]
            spans[tag] = tuple(span for span, _ in required)
            terms[tag] = tuple(term for _, term in required)
        manner = {tag: rule.locales[tag] for tag in locales if rule and tag in rule.locales}
        return Line(cue, spans, terms, manner)

    def _required(self, source: str, locale: str, around: str, rule: Address | None) -> Term | None:
        manner = rule.locales.get(locale) if rule else None
        if manner and (target := manner.say.get(source)):
            return Term(source, target, pos="name", suffixes=LOCALES[locale].suffixes)
        return self.term(source, locale, around)

    def _meant(self, source: str, around: str) -> list[Entry]:
        """The rows of the senses that are meant, the broadest scope first; one that asks for something outranks."""
        order = {(s.source, s.near, s.not_near): -n for n, s in enumerate(self.matcher.senses(source, around))}
        rows = [row for row in self._rows.get(source, ()) if row.sense in order]
        return sorted(rows, key=lambda row: (_rank(row.scope), order[row.sense]))

    @property
    def senses(self) -> list[Sense]:
        """Every meaning of every source term, and what the cast calls each other."""
        said = {form for rule in self.cast.addresses for manner in rule.locales.values() for form in manner.say}
        excluded: dict[tuple[str, tuple[str, ...], tuple[str, ...]], set[str]] = {}
        for entry in self.entries:
            excluded.setdefault(entry.sense, set()).update(entry.not_in)
        known = [Sense(*sense, tuple(sorted(words))) for sense, words in excluded.items()]
        return [*known, *(Sense(form) for form in sorted(said - self._rows.keys()))]


def _rank(scope: str) -> int:
    """Any scope that is none of the three with a name of their own is a genre."""
    return {COMMON: 0, SERIES: 2, EPISODE: 3}.get(scope, 1)


def _winner(rows: Sequence[Entry]) -> Entry | None:
    """The preferred row of the narrowest scope."""
    return next((row for row in reversed(rows) if row.status == "preferred"), None)


@lru_cache(maxsize=8)
def _matcher(senses: tuple[Sense, ...]) -> Matcher:
    """Loading the dictionary takes 0.1 s, and all episodes of a series mostly have the same terms."""
    return Matcher(senses)


class Table(NamedTuple):
    """One file of terms as it is now."""

    scope: str
    tag: str
    path: Path
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What a termbase is made of; equal tables and an equal cast make equal ones."""

    tables: tuple[Table, ...]
    people: str
    series: Series = field(compare=False)


def load(series: Series, episode_id: str | None = None) -> Termbase:
    """The termbase of `series`, or of one of its episodes; GlossaryError names file, line and what is wrong."""
    return _termbase(_Inputs(now(series, episode_id), fingerprint(str(series.root), series.cast), series))


@lru_cache(maxsize=4)
def _termbase(inputs: _Inputs) -> Termbase:
    """Mostly the same for all episodes of a series, and asked for several times in each."""
    series, by_rank = inputs.series, sorted(inputs.tables, key=lambda table: _rank(table.scope))
    # A series' own tables outrank the names of its characters, which outrank everything that ships.
    shipped = [entry for table in by_rank if _rank(table.scope) < _rank(SERIES) for entry in _entries(table)]
    own = [entry for table in by_rank if _rank(table.scope) >= _rank(SERIES) for entry in _entries(table)]
    return Termbase((*shipped, *_names(series), *own), series.cast)


def files(series: Series, episode_id: str | None = None) -> list[tuple[str, str, Path]]:
    """Scope, locale and path of every table that holds for `series` (and for `episode_id`, if given)."""
    return [(table.scope, table.tag, table.path) for table in now(series, episode_id)]


def now(series: Series, episode_id: str | None = None) -> tuple[Table, ...]:
    """The same with size and modification time; GlossaryError where a folder cannot be read."""
    shipped, own = settings.glossaries_dir(), series.root / "glossary"
    folders = [(COMMON, shipped / COMMON), (series.genre, shipped / series.genre), (SERIES, own)]
    if episode_id:
        folders.append((EPISODE, own / episode_id))
    return tuple(
        Table(scope, tag, _path(folder, name), *there[name])
        for scope, folder in folders
        if (there := _files_in(folder))
        for name, tag in _NAMES
        if name in there
    )


_NAMES = [(f"{tag}{suffix}", tag) for tag in LOCALES for suffix in SUFFIXES]


@lru_cache(maxsize=1024)
def _path(folder: Path, name: str) -> Path:
    """A run asks for the same tables hundreds of times."""
    return folder / name


def _files_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and modification time by name; empty where there is no such folder. Asking for each name takes longer."""
    try:
        with os.scandir(folder) as entries:
            stats = {entry.name: entry.stat() for entry in entries if entry.is_file()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise GlossaryError(f"{folder} cannot be read: {error.strerror}", next_step=f"check {folder}") from error
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in stats.items()}


def _entries(table: Table) -> tuple[Entry, ...]:
    return _read(table.path, table.mtime_ns, table.size_bytes, table.tag, table.scope)


@lru_cache(maxsize=1024)
def _read(path: Path, _mtime_ns: int, _size: int, tag: str, scope: str) -> tuple[Entry, ...]:
    """A series of 80 episodes reads the same tables 80 times; a changed file has another time or size."""
    return tables.read(path, locale=tag, scope=scope)


def _names(series: Series) -> list[Entry]:
    """The names of the characters; GlossaryError where one of them, or what people call each other, is no target."""
    file = str(series.root / "characters.toml")
    called = [
        Entry(source, target, locale=tag, scope=SERIES, file=file)
        for rule in series.cast.addresses
        for tag, manner in rule.locales.items()
        for source, target in manner.say.items()
    ]
    names = [
        Entry(
            who.name, forms[0], pos="name", gender=who.gender, variants=forms[1:], locale=tag, scope=SERIES, file=file
        )
        for who in series.characters
        for tag, forms in who.names.items()
    ]
    for entry in (*names, *called):
        for what, _ in tables.wrong(entry):
            raise GlossaryError(f"{file}: {entry.source} [{entry.locale}]: {what}", next_step=f"edit {file}")
    return names
