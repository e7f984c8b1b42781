"""Import: rows of a file into the tables of a series, all of them or none.

A row of the file meets a row of the table where both speak of one meaning and both are preferred, or name one target.
Where they say the same, nothing changes; where they differ, the new row takes the other's place only if it is told to.
What the file has no column for stays as it was. A row that only repeats what holds already, since a character is called
so or a broader scope says it, is not copied into the table, where it would outlive a change over there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from localize.disk import write_atomic
from localize.errors import GlossaryError, InputError
from localize.glossary import interchange, sheets, stack, tables
from localize.glossary.audit import in_force
from localize.glossary.sheets import Problem
from localize.glossary.tables import Table
from localize.glossary.terms import COLUMNS, Entry
from localize.locales import locale
from localize.series import Series

_INTERCHANGE = {".tbx": interchange.read_tbx, ".tmx": interchange.read_tmx}
_OF_THE_TARGET = frozenset({"gender", "variants"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """A new row, and what stands in the table instead."""

    new: Entry
    old: Entry

    def __str__(self) -> str:
        there, instead = (f"{one.target!r} ({one.status})" for one in (self.old, self.new))
        if there == instead:
            name = next(name for name in COLUMNS if getattr(self.old, name) != getattr(self.new, name))
            there, instead = (f"{there} with {name} {getattr(one, name)!r}" for one in (self.old, self.new))
        return f"{self.old.where}: {self.old.source}: {there} is there, {instead} would replace it, {self.new.where}"


@dataclass(frozen=True, slots=True)
class Merge:
    """What the table `path` becomes: its rows, and how many of them are new, changed, or were there as they are."""

    path: Path
    entries: tuple[Entry, ...]
    added: int = 0
    changed: int = 0
    same: int = 0
    conflicts: tuple[Conflict, ...] = ()


def incoming(file: Path, locales: Sequence[str], scope: str) -> dict[str, Table]:
    """What `file` has for each of `locales`, or, where none is named, for every locale it has a column for.

    TBX and TMX are known by their suffix. InputError where a table with a `target` column does not say which locale
    that is.
    """
    for tag in locales:
        locale(tag)
    if reader := _INTERCHANGE.get(file.suffix.lower()):
        several = {tag: tables.table_of(sheet, locale=tag, scope=scope) for tag, sheet in reader(file).items()}
    elif not (several := tables.scan_all(file, scope=scope)):
        if len(locales) != 1:
            raise InputError(f"{file} does not say which locale its targets are in", next_step="give --to LOCALE")
        return {locales[0]: tables.scan(file, locale=locales[0], scope=scope)}
    if absent := [tag for tag in locales if tag not in several]:
        raise InputError(f"{file} has nothing in {absent[0]}", next_step=f"choose among {', '.join(several)}")
    return {tag: table for tag, table in several.items() if not locales or tag in locales}


def problems(found: Iterable[Table]) -> list[Problem]:
    """Every problem of the tables of one file, once."""
    return list(dict.fromkeys(problem for table in found for problem in table.problems))


def without_target(file: Path, found: Collection[Table]) -> list[str]:
    """The source terms of a sheet that got no target in any locale."""
    if file.suffix.lower() in _INTERCHANGE:
        return []
    has = {entry.source for table in found for entry in table.entries}
    return [source for row in sheets.read(file).rows if (source := " ".join(row.cells["source"].split())) not in has]


def table_for(series: Series, tag: str, episode: str) -> Path:
    """The table that an import for locale `tag` goes to; GlossaryError where there are two."""
    folder = series.root / "glossary" / episode
    there = [path for suffix in stack.SUFFIXES if (path := folder / f"{tag}{suffix}").is_file()]
    if len(there) > 1:
        raise GlossaryError(f"{there[0]} and {there[1].name} are both there", next_step="make one file of them")
    return there[0] if there else folder / f"{tag}.csv"


def holding(series: Series, tag: str, episode: str, *, without: Path) -> list[Entry]:
    """The rows for locale `tag` that hold in `series`, or in `episode` of it, without those of the table `without`."""
    stacked = stack.load(series, episode or None).entries
    return in_force([entry for entry in stacked if entry.locale == tag and entry.file != str(without)])


def merged(path: Path, table: Sequence[Entry], new: Table, holds: Iterable[Entry] = ()) -> Merge:
    """`table`, which is what `path` holds, with the rows `new`; conflicts are resolved for the new rows and named.

    `holds` are the rows of that locale that hold without the table.
    """
    entries = list(table)
    elsewhere: dict[str, list[Entry]] = {}
    for entry in holds:
        elsewhere.setdefault(entry.source, []).append(entry)
    conflicts: list[Conflict] = []
    added = changed = same = 0
    for written in new.entries:
        met = [old for old in entries if _meet(old, written)]
        known = met or [old for old in elsewhere.get(written.source, ()) if _meet(old, written)]
        row = _completed(written, known, new.unsaid)
        if _plain(row) in [_plain(old) for old in known] and len(met) <= 1:
            same += 1
            continue
        conflicts += [Conflict(row, old) for old in met]
        at = entries.index(met[0]) if met else len(entries)
        entries = [*entries[:at], row, *(old for old in entries[at:] if old not in met)]
        added, changed = added + (not met), changed + bool(met)
    return Merge(path, tuple(entries), added, changed, same, tuple(conflicts))


def write(merges: Iterable[Merge]) -> None:
    """Write the tables; where one cannot be written, those before it are as they were."""
    ready = [(one.path, tables.encoded(one.entries, one.path.suffix.lower())) for one in merges]
    before: list[tuple[Path, bytes | None]] = []
    try:
        for path, data in ready:
            before.append((path, path.read_bytes() if path.is_file() else None))
            write_atomic(path, data)
    except BaseException:
        for path, old in before:
            if old is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != old:
                write_atomic(path, old)
        raise


def _meet(old: Entry, new: Entry) -> bool:
    return old.sense == new.sense and (old.target == new.target or old.status == new.status == "preferred")


def _completed(row: Entry, known: Sequence[Entry], unsaid: frozenset[str]) -> Entry:
    """`row` with what the rows it meets say where the file says nothing, as far as that fits its target."""
    if not known:
        return row
    before = next((old for old in known if old.target == row.target), known[0])
    # Without a word about it, a target is preferred.
    kept = unsaid - {"status"} - (_OF_THE_TARGET if before.target != row.target else set())
    return replace(row, **{name: getattr(before, name) for name in kept})


def _plain(entry: Entry) -> Entry:
    """What a row says, wherever it stands."""
    return replace(entry, file="", row=0, scope="")
