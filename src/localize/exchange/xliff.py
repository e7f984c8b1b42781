"""XLIFF 1.2 for CAT tools: one document for each locale, a `file` for each episode, a `trans-unit` for each cue.

The id of a unit is that of its cue; a context of our own holds the version of its line, which tools keep as they keep
whatever they do not know. `maxwidth` is what can be read while the line is on screen, in characters. Notes of ours say
so (`from` begins with `localize`); any other note that comes back is a reviewer's comment.

translate-toolkit does the reading and writing; it is the extra `interchange`, see `glossary.interchange`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from localize.cues import MEMORY
from localize.errors import InputError
from localize.exchange.handout import Handout, Key, Line
from localize.exchange.returned import Problem, Returned, Row, refuse_hostile, refuse_large, twice
from localize.glossary.interchange import storage
from localize.locales import SOURCE

_OURS = "localize"
_CONTEXT, _VERSION = f"{_OURS}-cue", f"x-{_OURS}-version"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8"?><xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">'
    '<file original="{original}" source-language="{source}" target-language="{target}" datatype="plaintext"><body/>'
    "</file></xliff>"
)
_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8"?><xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">'
    '<file original="{original}" source-language="{source}" target-language="{target}" datatype="plaintext"><body/>'
    "</file></xliff>"
)
_INLINE_CODES = ("x", "bx", "ex", "ph", "bpt", "ept", "it")


def export(handouts: Sequence[Handout]) -> bytes:
    """One document of `handouts`, all of one series and locale; InputError without translate-toolkit."""
    toolkit = storage("xliff")
    if not handouts:
        raise InputError("no episode has anything to review", next_step="run the series first")
    # Made by the toolkit itself a document would be of version 1.1.
    first = _EMPTY.format(original=handouts[0].episode, source=SOURCE.tag, target=handouts[0].locale)
    store = toolkit.xlifffile.parsestring(first.encode())
    for handout in handouts:
        store.switchfile(handout.episode, createifmissing=True)
        file = store.body.getparent()
        file.set("target-language", handout.locale)
        file.set("product-name", handout.series)
        for line in handout.lines:
            unit = toolkit.xliffunit(line.source)
            unit.setid(line.cue_id)
            store.addunit(unit)
            _fill(unit, line, handout)
    # Units are made with the namespace of 1.1, whose declaration would stay.
    import_module("lxml.etree").cleanup_namespaces(store.document)
    return bytes(store)


def read(data: bytes) -> Returned:
    """What came back in a document of ours; InputError where it is none."""
    refuse_large(data)
    refuse_hostile(data)
    try:
        store = storage("xliff").xlifffile.parsestring(data)
    except (SyntaxError, ValueError, AssertionError, StopIteration) as error:
        # The last where it holds no file at all.
        raise InputError(
            f"the file is no XLIFF 1.2: {error or 'another kind of XML'}",
            next_step="export it from your tool as XLIFF 1.2",
        ) from error
    series, locale, given = "", "", dict[Key, str]()
    rows: list[Row] = []
    problems: list[Problem] = []
    for file in store.document.getroot().iter(store.namespaced("file")):
        episode = file.get("original", "")
        series, locale = file.get("product-name", series), file.get("target-language", locale)
        for unit in file.iter(store.namespaced("trans-unit")):
            place = f"{episode}, line {unit.sourceline}"
            version = next((one for one in _contexts(store, unit, _VERSION)), "")
            id_ = unit.get("id", "")
            if version:
                given[episode, id_] = version
            target = unit.find(store.namespaced("target"))
            if target is not None and any(True for code in _INLINE_CODES for _ in target.iter(store.namespaced(code))):
                step = "take the tags out of the target: a subtitle is plain text"
                problems.append(Problem(place, "the target holds inline tags", step, episode, id_ if version else ""))
                continue
            rows.append(
                Row(
                    place, episode, id_ if version else "", _text(target), _text(unit.find(store.namespaced("source"))),
                    "\n".join(_said(store, unit)),
                )
            )  # fmt: skip
    if not given:
        raise InputError(
            "no unit of the file says which version of a line it was made from",
            next_step="give a file of localize review export, translated in place",
        )
    return Returned(series, locale, given, tuple(rows), (*problems, *twice(rows)))


def _fill(unit: Any, line: Line, handout: Handout) -> None:
    element = unit.xmlelement
    element.set(_SPACE, "preserve")
    most = handout.limits.get(line.cue_id)
    element.set("maxwidth", str(most.most if most else handout.longest(line)))
    element.set("size-unit", "byte" if most and most.unit == "bytes" else "char")
    unit.target = line.target
    # The toolkit takes whatever has a target for approved.
    element.set("approved", "yes" if line.approved else "no")
    target = element.find(unit.namespaced("target"))
    if target is None:
        target = element.makeelement(unit.namespaced("target"), {})
        element.insert(1, target)
    for name, value in _state(line):
        target.set(name, value)
    unit.createcontextgroup(_CONTEXT, [(_VERSION, line.version)], "information")
    for kind, text in _notes(line, handout):
        note = element.makeelement(unit.namespaced("note"), {"from": kind, "annotates": "target"})
        note.text = text
        element.append(note)


def _state(line: Line) -> Iterator[tuple[str, str]]:
    if not line.target:
        yield "state", "needs-translation"
    elif line.approved:
        yield "state", "signed-off"
    elif line.by == "human" and line.severity in {None, "info"}:
        yield "state", "translated"
    else:
        yield "state", "needs-review-translation"
        if line.by != "human":
            yield "state-qualifier", "exact-match" if line.by == MEMORY else "mt-suggestion"


def _notes(line: Line, handout: Handout) -> Iterator[tuple[str, str]]:
    if most := handout.limits.get(line.cue_id):
        yield f"{_OURS}-length", f"at most {most.most} {most.unit} ({most.source})"
    else:
        longest = handout.longest(line)
        yield f"{_OURS}-length", f"{line.shown_ms / 1000:.1f} s on screen: at most {longest} characters can be read"
    for text in line.findings:
        yield f"{_OURS}-finding", text
    for text in line.comments:
        yield f"{_OURS}-comment", text


def _contexts(store: Any, unit: Any, kind: str) -> Iterator[str]:
    for context in unit.iter(store.namespaced("context")):
        if context.get("context-type") == kind:
            yield (context.text or "").strip()


def _text(element: Any) -> str:
    """All text below; tools that segment put theirs into `mrk`."""
    return "".join(element.itertext()) if element is not None else ""


def _said(store: Any, unit: Any) -> Iterator[str]:
    for note in unit.iter(store.namespaced("note")):
        text = _text(note).strip()
        if text and not note.get("from", "").startswith(_OURS):
            yield text
