"""An LLM's answer: the items in it, which line each of them is of, and which lines can be used.

The ids of an answer prove nothing: models return all ids in order with the lines moved by one. The echo of the source
that stands beside each translation does, and a translation goes only where its echo belongs.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from localize.engines.llm.check import Fault, fault
from localize.lines import Line
from localize.locales import Locale
from localize.text.chinese import respelled

MISSING = Fault("missing from the answer", "the line was missing from the answer")
AMBIGUOUS = Fault("two answers for one id", "the id stood there twice")
OTHER_LINE = Fault(
    "echo of another line", "the translation was that of another line: copy src, then translate that line"
)
MOVED = Fault("moved between lines", "words of this line stood in a neighbouring one: translate each line by itself")

_SPOKEN = regex.compile(r"[\p{L}\p{N}]")
# Of an answer without any item, so that what people in dramas say does not count.
_DECLINES = regex.compile(
    r"(?i)\b(sorry|apologi[sz]e|cannot|can['’]t|won['’]t|unable|not able)\b|抱歉|对不起|无法|不能|不便"
)
_THOUGHT = regex.compile(r"(?s)^.*</think(?:ing)?>")


@dataclass(frozen=True, slots=True)
class Item:
    """One item as the model wrote it."""

    id: str
    src: str
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The lines that can be used, by id, and what is wrong with each of the others."""

    texts: Mapping[str, str]
    faults: Mapping[str, Fault]


def judge(items: Sequence[Item], lines: Sequence[Line], profile: Locale) -> Judged:
    """Every one of `lines` is in the texts or in the faults."""
    texts, faults = _assigned(items, lines)
    for line in lines:
        if line.cue.id in texts and (found := fault(texts[line.cue.id], line, profile)):
            faults[line.cue.id] = found
    for id_ in _adrift(lines, texts, profile.tag):
        faults.setdefault(id_, MOVED)
    return Judged({id_: text for id_, text in texts.items() if id_ not in faults}, faults)


def items_of(content: str) -> list[Item]:
    """The items in `content`: in JSON, in JSON between fences or sentences, or in JSON that was cut off."""
    found = []
    for value in _objects(_THOUGHT.sub("", content)):
        for item in _flat(value):
            if all(isinstance(item.get(name), str | int) for name in ("id", "src", "text")):
                src, text = str(item["src"]), " ".join(str(item["text"]).split())
                found.append(Item(str(item["id"]).strip(), src, unicodedata.normalize("NFC", text)))
    return found


def declines(content: str) -> bool:
    """Whether an answer in which there are no items is a refusal in words."""
    return _DECLINES.search(_THOUGHT.sub("", content)) is not None


def _objects(content: str) -> Iterator[dict[str, Any]]:
    """Every whole JSON object in `content`, outermost first; of one that never ends those inside it."""
    decoder, at = json.JSONDecoder(), content.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(content, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield value
        at = content.find("{", end)


def _flat(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The item itself, or those of the lists that it holds, whatever they are called."""
    if "id" in value:
        yield value
        return
    for inner in value.values():
        if isinstance(inner, list):
            yield from (item for item in inner if isinstance(item, dict))


def _assigned(items: Sequence[Item], lines: Sequence[Line]) -> tuple[dict[str, str], dict[str, Fault]]:
    """The text of each line, and a fault for each that has none."""
    echoes = _Echoes(lines)
    if (found := _by_echo(items, echoes)) is not None:
        return found, {line.cue.id: MISSING for line in lines if line.cue.id not in found}
    texts: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    for line in lines:
        own = list(dict.fromkeys(item for item in items if item.id == line.cue.id))
        if len(own) == 1 and echoes.is_of(own[0].src, line):
            texts[line.cue.id] = own[0].text
        else:
            faults[line.cue.id] = MISSING if not own else AMBIGUOUS if len(own) > 1 else OTHER_LINE
    return texts, faults


def _by_echo(items: Sequence[Item], echoes: _Echoes) -> dict[str, str] | None:
    """The texts by what each item echoes, where all echoes differ and each is of exactly one line; else None."""
    owners = [echoes.only_owner(item.src) for item in items]
    if None in owners or len(set(owners)) < len(owners):
        return None
    return {owner: item.text for owner, item in zip(owners, items, strict=True) if owner}


class _Echoes:
    """Which line an echo is of: marks and spelling may differ from it, as long as no other line comes as near."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._spelt: dict[str, list[str]] = {}
        self._spoken: dict[str, list[str]] = {}
        for line in lines:
            self._spelt.setdefault(_spelt(line.text), []).append(line.cue.id)
            self._spoken.setdefault(_spoken(line.text), []).append(line.cue.id)

    def is_of(self, echo: str, line: Line) -> bool:
        return line.cue.id in self._owners(echo)

    def only_owner(self, echo: str) -> str | None:
        owners = self._owners(echo)
        return owners[0] if len(owners) == 1 else None

    def _owners(self, echo: str) -> list[str]:
        if exact := self._spelt.get(_spelt(echo)):
            return exact
        near = self._spoken.get(_spoken(echo), [])
        return near if len(near) == 1 and _spoken(echo) else []


def _spelt(text: str) -> str:
    return respelled(unicodedata.normalize("NFKC", text))


def _spoken(text: str) -> str:
    return "".join(_SPOKEN.findall(_spelt(text))).casefold()


def _adrift(lines: Sequence[Line], texts: Mapping[str, str], tag: str) -> set[str]:
    """Lines that seem to stand one place off, although their echoes are right.

    Where a line lacks its term and a neighbour that should not has it, the texts have moved; how far, terms tell too:
    as far as the next line on either side that has its own.
    """
    terms = [line.terms.get(tag, ()) for line in lines]
    said = [texts.get(line.cue.id) for line in lines]
    known = dict.fromkeys(term for own in terms for term in own)
    settled = [
        bool(own)
        and text is not None
        and all(term.count(text) for term in own)
        and not any(term.count(text) for term in known if term.source not in line.text)
        for line, own, text in zip(lines, terms, said, strict=True)
    ]
    adrift: set[int] = set()
    for at, text in enumerate(said):
        for beside in {at - 1, at + 1} & set(range(len(lines))):
            other = said[beside]
            strange = (term for term in terms[at] if term.source not in lines[beside].text)
            if text and other and any(not term.count(text) and term.count(other) for term in strange):
                low, high = sorted((at, beside))
                while low > 0 and not settled[low - 1]:
                    low -= 1
                while high < len(lines) - 1 and not settled[high + 1]:
                    high += 1
                adrift |= set(range(low, high + 1))
    return {lines[at].cue.id for at in adrift}
