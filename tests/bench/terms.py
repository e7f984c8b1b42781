"""Terms: how many stand in the translation after the ladder, which rung it took, and what it costs.

Limits: at least 99.5 % of the terms in every locale, and no wrong protection on the list of traps. Every role, place,
object, realm and person of the starter corpus is made a term, and so are compounds of them; the lines are held-out
fillings of the corpus, some with a compound in the place of a word, some two to a cue.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from localize.cues import Cue
from localize.engines.argos import Argos
from localize.engines.base import Translation, Translator
from localize.engines.opencc import OpenCC
from localize.engines.termed import RUNGS, Termed
from localize.glossary import terms
from localize.glossary.stack import SERIES, Termbase
from localize.glossary.terms import Entry, Gender
from localize.lines import NOTHING_KNOWN, Line
from localize.locales import LOCALES
from samples.models.build import corpus
from tests.bench.harness import Figure, Part, Run, Say, interleaved, ratio, timed
from tests.glossary.test_match import GENRES, TRAPS, marked, places, shipped

AT_LEAST = 99.5
LINES, QUICK_LINES = 450, 40
COMPOUND_SHARE, PAIR_SHARE = 0.6, 0.15
"""Of the lines: with a compound where a place or an object stands; two in one cue."""
ARGOS = {tag: profile.argos for tag, profile in LOCALES.items() if profile.argos}
QUICK = ("en", "es-419", "ru")
KINDS: Mapping[str, str] = {"role": "title", "place": "noun", "object": "noun", "realm": "noun"}
"""The slots that are made terms, beside persons, and what part of speech they are."""
ARTICLES: Mapping[str, str] = {
    "en": "the", "es": "el|la|los|las", "pb": "os?|as?", "fr": "les?|la|l'", "it": "il|lo|la|i|gli|le|l'",
    "de": "der|die|das",
}  # fmt: skip
"""What stands before a word in the corpus and not in a glossary, by Argos code."""


def measure(*, repeats: int, quick: bool, say: Say) -> Part:
    """Translate lines full of terms into every locale that Argos or OpenCC writes."""
    tags = list(QUICK if quick else ARGOS)
    base = Termbase([*entries(tags), *([] if quick else _traditional())])
    cues = held_out(QUICK_LINES if quick else LINES)
    results = {tag: adherence(Termed(Argos(starter_only=True)), base, cues, [tag], say)[tag] for tag in tags}
    if not quick:
        results |= adherence(Termed(OpenCC()), base, cues, ["zh-Hant"], say)
    wrong = sum(places(shipped(genre), text) != held for genre in GENRES for text, held in _traps(genre))
    seconds = interleaved(_timed(base, cues, tags), repeats, say)
    rungs = sum((result.rungs for result in results.values()), Counter[str]())
    required = sum(result.required for result in results.values())
    kept = sum(result.kept for result in results.values())
    taken = ", ".join(f"{rung} {100 * rungs[rung] / rungs.total():.2f} %" for rung in RUNGS if rungs[rung])
    figures = (
        Figure("terms kept, all locales", 100 * kept / required, "%", at_least=AT_LEAST, note=f"{kept} of {required}"),
        *(
            Figure(f"terms kept, {tag}", result.share, "%", at_least=AT_LEAST, note=result.note)
            for tag, result in results.items()
        ),
        Figure("wrong protections on the traps", wrong, at_most=0, note=f"of {sum(map(len, TRAPS.values()))} lines"),
        ratio("time of a line with terms enforced", seconds["enforced"], seconds["free"], note="against without terms"),
    )
    nested = sum(map(_is_compound, cues))
    about = (
        f"{len(cues)} lines with {sum(len(line.spans['en']) for line in base.lines(cues, ['en']))} terms, {nested} of "
        f"them with a compound of two, into {len(results)} locales on the starter packages. Lines by the rung that "
        f"wrote them: {taken}.",
        "A term counts where one of its forms stands as a word of its own that no other term of the line needs.",
    )
    return Part("Terms", about, figures)


@dataclass(slots=True)
class Result:
    """What became of the terms of all lines in one locale."""

    required: int = 0
    kept: int = 0
    rungs: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[Line, Translation]] = field(default_factory=list)

    @property
    def share(self) -> float:
        return 100 * self.kept / self.required

    @property
    def note(self) -> str:
        rungs = ", ".join(f"{rung} {self.rungs[rung]}" for rung in RUNGS if self.rungs[rung])
        return f"{self.kept} of {self.required}; {rungs}"


def adherence(
    translator: Translator, base: Termbase, cues: Sequence[Cue], tags: Sequence[str], say: Say
) -> dict[str, Result]:
    lines = base.lines(cues, tags)
    made = translator.translate(lines, tags, NOTHING_KNOWN)
    results = {tag: Result() for tag in tags}
    for tag, result in results.items():
        for line, translation in zip(lines, made[tag], strict=True):
            required = line.terms[tag]
            missing = terms.missing(translation.text, required).total()
            result.required += len(required)
            result.kept += len(required) - missing
            result.rungs[translation.attempts[-1] if translation.attempts else "placeholder"] += 1
            if missing:
                result.missed.append((line, translation))
                say(f"{tag} misses {missing} of {[term.target for term in required]}: {line.text} {translation.text!r}")
    return results


def held_out(count: int) -> list[Cue]:
    """Lines with at least one term each that no starter package was trained on."""
    rng = random.Random(3)
    letters = {letter for letter, kind in corpus.SLOTS.items() if kind in KINDS or kind == "name"}
    fillings = [
        filling
        for filling in corpus.split().held_out
        if letters & filling.slots.keys() and not any(value.startswith("XQ") for value in filling.slots.values())
    ]
    texts = rng.sample(list(dict.fromkeys(_with_compound(filling, rng) for filling in fillings)), count)
    lines = [text + rng.choice(texts) if rng.random() < PAIR_SHARE else text for text in texts]
    return [Cue(f"c{n:04d}", n * 1000, n * 1000 + 900, text) for n, text in enumerate(lines, 1)]


def _with_compound(filling: corpus.Filling, rng: random.Random) -> str:
    """The line; in some, a place or an object is a compound that begins with a role: 龙王戒指."""
    chinese = corpus.load("zh")
    slots = [letter for letter in filling.slots if corpus.SLOTS[letter] in {"place", "object"}]
    if not slots or rng.random() > COMPOUND_SHARE:
        return chinese.render(filling)
    slot = rng.choice(slots)
    word = chinese.entries[corpus.SLOTS[slot]][filling.slots[slot]]["base"]
    compound = rng.choice([source for source, *_ in _compounds() if source.endswith(word)])
    text = chinese.render(corpus.Filling(filling.template, {**filling.slots, slot: "XQ9"}))
    return text.replace("XQ9", compound)


def _is_compound(cue: Cue) -> bool:
    return any(source in cue.text for source, *_ in _compounds())


def entries(tags: Sequence[str]) -> Iterator[Entry]:
    """The termbase of the corpus's own words, of a person by full name, and of compounds."""
    chinese = corpus.load("zh")
    for tag in tags:
        language = corpus.load(ARGOS[tag] or "")
        for kind, pos in KINDS.items():
            for key, value in language.entries[kind].items():
                yield _entry(tag, chinese.entries[kind][key]["base"], value, pos)
        for surname, one in language.entries["surname"].items():
            for given, other in language.entries["given"].items():
                source = chinese.entries["surname"][surname]["base"] + chinese.entries["given"][given]["base"]
                forms = [f"{one['base']}{language.name_join}{other[form]}" for form in other if form != "gender"]
                yield Entry(source, forms[0], pos="name", gender=_gender(other), variants=tuple(forms[1:]), locale=tag,
                            scope=SERIES)  # fmt: skip
        for source, role, kind, key in _compounds():
            words = _bare(tag, language.entries[kind][key]["base"]), language.entries["role"][role]["base"]
            target = (" " if LOCALES[tag].spaced else "").join(words)
            yield Entry(source, target, pos="noun", locale=tag, scope=SERIES)


def _compounds() -> Iterator[tuple[str, str, str, str]]:
    """Chinese, and the keys of the role, the kind and the word: every role before two places and two objects."""
    chinese = corpus.load("zh")
    for kind in ("place", "object"):
        for number, (key, word) in enumerate(chinese.entries[kind].items()):
            for role in list(chinese.entries["role"])[number % 4 :: 4]:
                yield chinese.entries["role"][role]["base"] + word["base"], role, kind, key


def _entry(tag: str, source: str, value: corpus.Value, pos: str) -> Entry:
    forms = [_bare(tag, text) for form, text in value.items() if form != "gender"]
    target = _bare(tag, value["base"])
    variants = tuple(dict.fromkeys(form for form in forms if form != target))
    return Entry(source, target, pos=pos, gender=_gender(value), variants=variants, locale=tag, scope=SERIES)


def _gender(value: corpus.Value) -> Gender:
    gender = value.get("gender", "")
    return gender if gender in {"m", "f", "n"} else ""  # type: ignore[return-value]


def _bare(tag: str, text: str) -> str:
    articles = ARTICLES.get(ARGOS[tag] or "")
    return regex.sub(rf"^(?:{articles})(?:\s+|(?<='))", "", text) if articles else text


def _traditional() -> Iterator[Entry]:
    """The same sources for zh-Hant, each with a mark that no conversion would make."""
    for entry in entries(["ja"]):
        yield Entry(entry.source, f"「{entry.source}」", pos=entry.pos, locale="zh-Hant", scope=SERIES)


def _traps(genre: str) -> Iterator[tuple[str, set[tuple[int, int]]]]:
    for _, line, _ in TRAPS[genre]:
        text, _, held = marked(line)
        yield text, held


def _timed(base: Termbase, cues: Sequence[Cue], tags: Sequence[str]) -> dict[str, Run]:
    engine = Termed(Argos(starter_only=True))
    enforced, free = base.lines(cues, tags), [Line(cue) for cue in cues]
    for lines in (enforced[:3], free[:3]):
        engine.translate(lines, tags, NOTHING_KNOWN)
    return {
        "enforced": timed(lambda: engine.translate(enforced, tags, NOTHING_KNOWN)),
        "free": timed(lambda: engine.translate(free, tags, NOTHING_KNOWN)),
    }
