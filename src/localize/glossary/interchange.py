"""TBX and TMX: what other translation tools read and write.

TBX is version 2 (`martif`), with one `termEntry` for each meaning and one `tig` for each row of a table. What TBX has
no element for (variants, conditions) stands in `descrip` elements of our own, which other tools pass over. Languages
are BCP-47 tags as in tables, and are found again however another tool spells them (pt_br, zh-CN, tl).

translate-toolkit does the reading and writing. Its licence is GPL-3.0-or-later, so it is an extra and nothing imports
it before a TBX or TMX file is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from localize.errors import GlossaryError, InputError
from localize.glossary.sheets import Problem, Row, Sheet, refuse
from localize.glossary.terms import PARTS_OF_SPEECH, Entry
from localize.locales import LOCALES, SOURCE

Unit = tuple[str, Mapping[str, str]]
"""A source text, and its targets by locale."""

_STATUS = {"preferred": "preferredTerm", "admitted": "admittedTerm", "forbidden": "deprecatedTerm"}
_READ_STATUS = {
    "preferred": "preferred", "preferredterm": "preferred", "admitted": "admitted", "admittedterm": "admitted",
    "deprecated": "forbidden", "deprecatedterm": "forbidden", "superseded": "forbidden", "supersededterm": "forbidden",
    "notrecommended": "forbidden",
}  # fmt: skip
_STATUS_END = "-admn-sts"
_GENDER = {"m": "masculine", "f": "feminine", "n": "neuter"}
_READ_POS = {"propernoun": "name", "proper noun": "name"}
_OWN = "localize-"
_LISTS = ("variants", "near", "not_near", "not_in")
_COLUMNS = ("source", "target", "status", "pos", "gender", *_LISTS, "note")

# How other tools name what we carry; any other region of a language we have once is that one.
_ALIASES = {"zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant", "tl": "fil", "in": "id"}


def tbx(entries: Sequence[Entry]) -> bytes:
    """`entries` of any locales as one TBX document."""
    store = storage("tbx").tbxfile(sourcelanguage=SOURCE.tag)
    senses: dict[object, list[Entry]] = {}
    for entry in entries:
        senses.setdefault(entry.sense, []).append(entry)
    for rows in senses.values():
        unit = store.addsourceunit(rows[0].source)
        for tag in dict.fromkeys(row.locale for row in rows):
            own = [row for row in rows if row.locale == tag]
            unit.set_target_terms([row.target for row in own], lang=tag)
            tigs = unit.get_target_dom(tag).findall(unit.namespaced("tig"))
            for tig, row in zip(tigs, own, strict=True):
                for element, kind, text in _details(row):
                    _append(tig, unit.namespaced(element), kind, text)
    return bytes(store)


def read_tbx(path: Path) -> dict[str, Sheet]:
    """A sheet for each locale of the TBX file `path`, its rows numbered by the lines of the file.

    Languages we carry no profile for are left out. Raises GlossaryError where the file is no TBX of version 2.
    """
    store = _parsed("tbx", path)
    rows: dict[str, list[Row]] = {}
    problems: list[Problem] = []
    for unit in store.units:
        if (odd := next(unit.xmlelement.iter(unit.namespaced("ntig")), None)) is not None:
            step = "export it as TBX-Basic, whose terms stand in <tig>"
            problems.append(Problem(str(path), odd.sourceline, "a term in an <ntig> is not read", step))
        languages = [_language(node) for node in unit.getlanguageNodes()]
        sources = [term.text for name in languages if _tag(name) == SOURCE.tag for term in unit.get_target_terms(name)]
        if not sources:
            step = "add one, or delete the entry"
            problems.append(Problem(str(path), unit.xmlelement.sourceline, "the entry has no Chinese term", step))
        for name in languages:
            if (tag := _tag(name)) in LOCALES:
                tigs = unit.get_target_dom(name).findall(unit.namespaced("tig"))
                first = ""
                for tig, term in zip(tigs, unit.get_target_terms(name), strict=True):
                    cells = _cells(term)
                    # Without a status the first term of a language is the one to use.
                    cells["status"] = cells["status"] or ("admitted" if first else "preferred")
                    first = first or term.text
                    rows.setdefault(tag, []).extend(Row(tig.sourceline, {"source": s} | cells) for s in sources)
    refuse(problems)
    return {tag: Sheet(str(path), _COLUMNS, tuple(found)) for tag, found in rows.items()}


def tmx(units: Iterable[Unit]) -> bytes:
    """`units` as one TMX 1.4 document, in their order."""
    store = storage("tmx").tmxfile(sourcelanguage=SOURCE.tag)
    for source, targets in units:
        unit = store.addsourceunit(source)
        for tag, target in targets.items():
            unit.settarget(target, lang=tag, append=True)
    return bytes(store)


def read_tmx(path: Path) -> dict[str, Sheet]:
    """A sheet of sources and targets for each locale of the TMX file `path`, its rows numbered by the file's lines.

    Units without a Chinese text and languages we carry no profile for are left out. GlossaryError where it is no TMX.
    """
    rows: dict[str, list[Row]] = {}
    for unit in _parsed("tmx", path).units:
        texts = {_tag(_language(node)): unit.getNodeText(node) or "" for node in reversed(unit.getlanguageNodes())}
        if source := texts.get(SOURCE.tag):
            for tag in (tag for tag in LOCALES if texts.get(tag)):
                row = Row(unit.xmlelement.sourceline, {"source": source, "target": texts[tag]})
                rows.setdefault(tag, []).append(row)
    return {tag: Sheet(str(path), ("source", "target"), tuple(found)) for tag, found in rows.items()}


def storage(kind: str) -> Any:
    """translate-toolkit's module for a format; InputError where it is not installed."""
    try:
        return import_module(f"translate.storage.{kind}")
    except ImportError as error:
        raise InputError(
            f"{kind.upper()} needs translate-toolkit, which is not installed",
            next_step="pip install 'localize[interchange]'",
        ) from error


def _parsed(kind: str, path: Path) -> Any:
    toolkit = storage(kind)
    try:
        return getattr(toolkit, f"{kind}file").parsestring(path.read_bytes())
    except OSError as error:
        raise GlossaryError(f"{path} cannot be read: {error.strerror or error}", next_step="check its name") from error
    except (
        SyntaxError,
        ValueError,
        AssertionError,
    ) as error:  # lxml's XMLSyntaxError is the first; another root the last
        line = getattr(error, "lineno", None) or 1
        what = str(error) or "another kind of XML"
        step = "export it as TBX version 2 (TBX-Basic)" if kind == "tbx" else "export it as TMX 1.4"
        raise GlossaryError(f"{path}:{line}: not a {kind.upper()} file: {what}", next_step=step) from error


def _language(node: Any) -> str:
    return str(node.get("{http://www.w3.org/XML/1998/namespace}lang") or node.get("lang") or "")


def _tag(language: str) -> str:
    """Our tag of `language`, else `language` itself."""
    plain = language.replace("_", "-").casefold()
    by_tag = {tag.casefold(): tag for tag in (*LOCALES, SOURCE.tag)}
    if found := by_tag.get(plain) or next((t for a, t in _ALIASES.items() if plain in {a, f"{a}-ph"}), None):
        return found
    if (primary := plain.split("-")[0]) == "zh":
        return "zh-Hant" if "hant" in plain else SOURCE.tag
    return next((tag for tag in LOCALES if tag.split("-")[0] == primary), language)


def _details(row: Entry) -> Iterator[tuple[str, str, str]]:
    """Element, type and text of what a `tig` says of its term, in the order of the TBX schema."""
    yield "termNote", "administrativeStatus", _STATUS[row.status] + _STATUS_END
    if row.pos:
        yield "termNote", "partOfSpeech", row.pos
    if row.gender:
        yield "termNote", "grammaticalGender", _GENDER[row.gender]
    for name in _LISTS:
        if values := getattr(row, name):
            yield "descrip", f"{_OWN}{name}", "|".join(values)
    if row.note:
        yield "note", "", row.note


def _append(tig: Any, name: str, kind: str, text: str) -> None:
    element = tig.makeelement(name, {"type": kind} if kind else {})
    element.text = text
    tig.append(element)


def _cells(term: Any) -> dict[str, str]:
    """The cells of a row, other than its source, from what the toolkit read of a `tig`."""
    cells = dict.fromkeys(_COLUMNS[1:], "")
    cells["target"] = term.text
    cells["status"] = _READ_STATUS.get((term.administrative_status or "").casefold().removesuffix(_STATUS_END), "")
    for note in term.notes:
        kind, text = note.category or "", note.text.strip()
        if kind == "partOfSpeech":
            pos = _READ_POS.get(text.casefold(), text.casefold())
            cells["pos"] = pos if pos in PARTS_OF_SPEECH else ""
        elif kind == "grammaticalGender":
            cells["gender"] = next((key for key, name in _GENDER.items() if name == text.casefold()), "")
        elif kind.startswith(_OWN) and kind.removeprefix(_OWN) in cells:
            cells[kind.removeprefix(_OWN)] = text
        elif note.origin != "pos":
            cells["note"] = "; ".join(filter(None, (cells["note"], text)))
    return cells
