"""What is wrong with glossary tables taken together: every row may be good and the termbase still contradict itself.

`localize glossary check` knows these rules:

    rule                     severity  what it says
    glossary-table           error     a file cannot be used; until it is mended nothing else is looked at
    glossary-two-preferred   error     one scope prefers two targets for one meaning
    glossary-forbidden       error     one scope forbids what it prefers or admits
    glossary-contradiction   error     conditions that no line fulfils, or every line
    glossary-condition       warning   a `not_in` word without the source in it, which excludes nothing
    glossary-duplicate       warning   one scope says the same twice
    glossary-variant         warning   a variant that is the target itself
    glossary-script          warning   a target in Latin letters where the locale has a script of its own
    glossary-source          warning   a source that is not in Simplified characters: no line holds it
    glossary-missing         warning   locales without a target, which take the English one
    glossary-address         error     a rule of address between people of whom one is no character
    glossary-name            warning   a character without a name in some locales
    glossary-alias           warning   an alias that no table has a target for
    glossary-same-name       warning   two characters go by one name or alias; rules of address take the first
    glossary-ignored         warning   a file among the tables of a series that is none of them
    glossary-scope           info      a narrower scope says otherwise than a broader one, and wins
    glossary-nested          info      a term inside a longer one whose target does not hold the shorter one's
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from localize.characters import Cast
from localize.findings import Severity
from localize.glossary.scripts import has_own
from localize.glossary.sheets import Problem
from localize.glossary.terms import Entry, folded, places
from localize.locales import LOCALES
from localize.text.chinese import simplified

Sense = tuple[str, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TermFinding:
    """Something to mend, or to know, in the row `row` of `file`; `locale` is empty where it concerns several."""

    rule: str
    severity: Severity
    file: str
    row: int
    locale: str
    term: str
    message: str

    @property
    def where(self) -> str:
        return f"{self.file}:{self.row}"


def unusable(problems: Iterable[Problem], locale: str) -> list[TermFinding]:
    """The problems of a table as findings."""
    return [
        TermFinding("glossary-table", "error", p.file, p.row, locale, p.term, f"{p.message}; next: {p.next_step}")
        for p in problems
    ]


def audit(entries: Sequence[Entry], locales: Sequence[str]) -> list[TermFinding]:
    """What is wrong with a termbase whose `entries` stand in the order of their scopes, the broadest first.

    A target is looked for in each of `locales`. Findings are in the order of files and rows.
    """
    found = [finding for entry in entries for finding in _alone(entry)]
    found += _twice(entries)
    found += _forbidden(entries)
    found += _overruled(entries)
    found += _missing(entries, locales)
    found += _nested(entries)
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.file, finding.row, finding.rule))


def audit_cast(cast: Cast, entries: Sequence[Entry], locales: Sequence[str], file: Path) -> list[TermFinding]:
    """What `cast`, which stands in the characters.toml `file`, leaves the termbase without."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    has = {(entry.source, entry.locale) for entry in entries if entry.status == "preferred"}
    found: list[TermFinding] = []
    for rule in cast.addresses:
        for key, name in (("speaker", rule.speaker), ("to", rule.to)):
            if cast.named(name) is None:
                row, what = _row_of(key, name, lines), "is no character: the rule of address holds for nobody"
                found.append(TermFinding("glossary-address", "error", str(file), row, "", name, what))
    for who in cast.characters:
        row = _row_of("name", who.name, lines)
        for name in who.called:
            if cast.named(name) is not who:
                what = "is what a character further up is called too: who is meant cannot be told"
                found.append(TermFinding("glossary-same-name", "warning", str(file), row, "", name, what))
            without = [tag for tag in locales if tag not in who.names and (name, tag) not in has]
            if name == who.name and without:
                what = f"has no name in {', '.join(without)}"
                found.append(TermFinding("glossary-name", "warning", str(file), row, "", name, what))
            elif name != who.name and not any((name, tag) in has for tag in locales):
                what = f"is an alias of {who.name} and no term: its translation is left to chance"
                found.append(TermFinding("glossary-alias", "warning", str(file), row, "", name, what))
    return found


def _row_of(key: str, value: str, lines: Sequence[str]) -> int:
    """Where a TOML file first says `key = "value"`; 1 where it spells that in another way."""
    wanted = re.compile(rf"""\s*{key}\s*=\s*["']\s*{re.escape(value)}\s*["']""")
    return next((number for number, line in enumerate(lines, 1) if wanted.match(line)), 1)


def overruled(entries: Sequence[Entry]) -> dict[Entry, Entry]:
    """Each preferred row that does not count, with the row of a narrower scope that does; as in `audit`."""
    winner = {(entry.locale, entry.sense): entry for entry in entries if entry.status == "preferred"}
    return {
        entry: wins
        for entry in entries
        if entry.status == "preferred" and (wins := winner[entry.locale, entry.sense]) != entry
    }


def in_force(entries: Sequence[Entry]) -> list[Entry]:
    """The rows that count: of a form, and of what is preferred, the narrowest scope has the last word."""
    lost = overruled(entries)
    last = {(entry.locale, entry.sense, entry.target): entry for entry in entries}
    return [one for one in entries if one not in lost and last[one.locale, one.sense, one.target] == one]


def _finding(rule: str, severity: Severity, entry: Entry, message: str, locale: str | None = None) -> TermFinding:
    tag = entry.locale if locale is None else locale
    return TermFinding(f"glossary-{rule}", severity, entry.file, entry.row, tag, entry.source, message)


def _alone(entry: Entry) -> Iterator[TermFinding]:
    """What one row says that cannot be meant."""
    if both := sorted({*entry.near} & {*entry.not_near}):
        yield _finding("contradiction", "error", entry, f"{both[0]} is in near and in not_near: no line fits")
    if inside := next((word for word in entry.not_near if word in entry.source), None):
        yield _finding("contradiction", "error", entry, f"not_near {inside} stands in the source itself: no line fits")
    if inside := next((word for word in entry.near if word in entry.source), None):
        yield _finding("contradiction", "error", entry, f"near {inside} stands in the source itself: every line fits")
    for word in entry.not_in:
        if entry.source not in word or entry.source == word:
            yield _finding("condition", "warning", entry, f"not_in {word} is no longer word with the source in it")
    if folded(entry.target) in {folded(form) for form in entry.variants}:
        yield _finding("variant", "warning", entry, f"the variant {entry.target!r} is the target itself")
    if (plain := simplified(entry.source)) != entry.source:
        yield _finding("source", "warning", entry, f"lines are in Simplified characters: {plain}")
    if entry.status != "forbidden" and entry.target != entry.source and _latin_only(entry):
        name = LOCALES[entry.locale].name
        yield _finding("script", "warning", entry, f"{entry.target!r} is in Latin letters, not in those of {name}")


def _latin_only(entry: Entry) -> bool:
    """CEO, VIP, A4 are the words themselves in any script: capitals pass."""
    letters = "".join(char for char in entry.target if char.isalpha())
    return bool(letters) and not letters.isupper() and not has_own(entry.target, LOCALES[entry.locale])


def _twice(entries: Sequence[Entry]) -> Iterator[TermFinding]:
    """Rows of one scope that repeat or contradict an earlier one; names in characters.toml are a layer of their own."""
    preferred: dict[tuple[str, str, bool, Sense], Entry] = {}
    seen: dict[tuple[str, str, bool, Sense, str], Entry] = {}
    for entry in entries:
        layer = (entry.scope, entry.locale, entry.row > 0, entry.sense)
        before = seen.setdefault((*layer, folded(entry.target)), entry)
        if before is not entry and "forbidden" not in {before.status, entry.status}:
            yield _finding("duplicate", "warning", entry, f"{entry.target!r} is there already, {before.where}")
            continue
        if entry.status == "preferred" and (rival := preferred.setdefault(layer, entry)) is not entry:
            what = f"{entry.target!r} and {rival.target!r} ({rival.where}) are both preferred"
            yield _finding("two-preferred", "error", entry, what)


def _forbidden(entries: Sequence[Entry]) -> Iterator[TermFinding]:
    """What a scope forbids although it wants it, or although another scope does."""
    wanted: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        if entry.status != "forbidden":
            for form in (entry.target, *entry.variants):
                wanted.setdefault((entry.locale, entry.source, folded(form)), []).append(entry)
    lost = overruled(entries)
    for entry in entries:
        if entry.status != "forbidden":
            continue
        for form in (entry.target, *entry.variants):
            for other in wanted.get((entry.locale, entry.source, folded(form)), []):
                if other.scope == entry.scope:
                    what = f"{form!r} is forbidden here and {other.status} in {other.where}"
                    yield _finding("forbidden", "error", entry, what)
                elif other not in lost:
                    what = f"{form!r} is forbidden here and {other.status} by {other.scope}, {other.where}"
                    yield _finding("scope", "info", entry, what)


def _overruled(entries: Sequence[Entry]) -> Iterator[TermFinding]:
    for loser, winner in overruled(entries).items():
        if loser.target != winner.target and (loser.scope, loser.row > 0) != (winner.scope, winner.row > 0):
            what = (
                f"{winner.scope} says {winner.target!r} and wins over {loser.target!r} of {loser.scope}, {loser.where}"
            )
            yield _finding("scope", "info", winner, what)


def _missing(entries: Sequence[Entry], locales: Sequence[str]) -> Iterator[TermFinding]:
    """Once for each term, at its first row."""
    first: dict[str, Entry] = {}
    has: dict[str, set[str]] = {}
    for entry in entries:
        first.setdefault(entry.source, entry)
        if entry.status == "preferred":
            has.setdefault(entry.source, set()).add(entry.locale)
    for source, entry in first.items():
        if entry.pos == "name" and not entry.row:
            continue  # a character's, for `audit_cast`
        if without := [tag for tag in locales if tag not in has.get(source, ())]:
            yield _finding("missing", "warning", entry, f"no target in {', '.join(without)}", locale="")


def _nested(entries: Sequence[Entry]) -> Iterator[TermFinding]:
    """战神 is God of War and 战神殿 War God Hall: meant, or forgotten when one of them changed."""
    lost = overruled(entries)
    rows: dict[str, dict[str, list[Entry]]] = {}
    for entry in entries:
        if entry.status == "preferred" and entry not in lost:
            rows.setdefault(entry.source, {}).setdefault(entry.locale, []).append(entry)
    for short, long in combinations(sorted(rows, key=len), 2):
        if len(short) < 2 or short not in long:
            continue
        for tag, inner in rows[short].items():
            suffixes = LOCALES[tag].suffixes
            forms = tuple(form for entry in inner for form in (entry.target, *entry.variants))
            for outer in rows[long].get(tag, ()):
                if not places(outer.target, forms, suffixes):
                    what = f"{outer.target!r} does not hold {inner[0].target!r}, which {short} is ({inner[0].where})"
                    yield _finding("nested", "info", outer, what)
