"""The template corpus of the starter packages: 160 short-drama lines in 17 languages.

One TOML file a language under `corpus/`, all with the same keys. A template names its slots: `{N}` `{M}` two persons,
`{R}` role, `{F}` kin, `{P}` place, `{O}` object, `{K}` number, `{T}` time, `{E}` cultivation realm. `{P.at}` asks for
the form `at` of the place; `{O:fake}` asks for the word `fake` of `[agree]` in the gender of the object. A slot value
is a string (its only form, `base`) or a table of forms plus `gender`. Persons are `surname + name_join + given`, and
a form belongs to the given name. `{XQ}` in `[placeholder]` says how a placeholder looks in a form that is more than
the bare word ("at {XQ}"). `[[fix]]` pairs of regular expressions mend contractions ("a el" to "al") after filling.
"""

from __future__ import annotations

import random
import re
import string
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
SLOTS = {
    "N": "name", "M": "name", "R": "role", "F": "kin", "P": "place",
    "O": "object", "K": "number", "T": "time", "E": "realm",
}  # fmt: skip
SLOT = re.compile(r"{([A-Z])(?:([.:])(\w+))?}")
PLACEHOLDERS = tuple(f"XQ{i}" for i in range(1, 10))

Value = dict[str, str]


@dataclass(frozen=True)
class Filling:
    """What stands in each slot: an entry's key, `surname given` for a person, or a placeholder `XQ3`."""

    template: str
    slots: dict[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        return (self.template, *(f"{k}={v}" for k, v in sorted(self.slots.items())))


@dataclass(frozen=True)
class Language:
    """One side of the corpus."""

    code: str
    name: str
    argos_code: str
    name_join: str
    sentence_join: str
    capitalise: bool
    entries: dict[str, dict[str, Value]]
    agree: dict[str, Value]
    placeholder: dict[str, Value]
    templates: dict[str, str]
    fixes: list[tuple[re.Pattern[str], str]] = field(default_factory=list)

    def render(self, filling: Filling) -> str:
        """The sentence for `filling`; KeyError names a form or an agreement word that is missing."""
        text = SLOT.sub(lambda m: self._slot(filling, *m.groups()), self.templates[filling.template])
        for pattern, replacement in self.fixes:
            text = pattern.sub(replacement, text)
        return capitalise(text) if self.capitalise else text

    def _slot(self, filling: Filling, slot: str, mark: str | None, form: str | None) -> str:
        kind, value, form = SLOTS[slot], filling.slots[slot], form or "base"
        if value.startswith("XQ"):
            shapes = self.placeholder.get(kind, {})
            if mark == ":":
                return self._agree(form, shapes.get("gender", "m"))
            return shapes.get(form, "{XQ}").replace("{XQ}", value)
        if kind == "name":
            surname, given = (self.entries[k][v] for k, v in zip(("surname", "given"), value.split(), strict=True))
            if mark == ":":
                return self._agree(form, given["gender"])
            return surname["base"] + self.name_join + self._form(given, form, value)
        entry = self.entries[kind][value]
        return self._agree(form, entry["gender"]) if mark == ":" else self._form(entry, form, value)

    def _form(self, entry: Value, form: str, value: str) -> str:
        if form not in entry:
            raise KeyError(f"{self.code}: {value} has no form {form!r}")
        return entry[form]

    def _agree(self, word: str, gender: str) -> str:
        if gender not in self.agree.get(word, {}):
            raise KeyError(f"{self.code}: [agree] {word} has no gender {gender!r}")
        return self.agree[word][gender]


def capitalise(text: str) -> str:
    """Upper-case the first letter of every sentence, but never touch a placeholder."""
    return re.sub(r"(^|[.!?] )([¿¡]?)(\w)", lambda m: m[1] + m[2] + m[3].upper(), text)


@cache
def load(code: str) -> Language:
    """Language `code` from its TOML file."""
    data = tomllib.loads((CORPUS / f"{code}.toml").read_text(encoding="utf-8"))
    kinds = ("surname", "given", "role", "kin", "place", "object", "number", "time", "realm")
    return Language(
        code=data["code"], name=data["name"], argos_code=data["argos_code"], name_join=data["name_join"],
        sentence_join=data["sentence_join"], capitalise=data["capitalise"],
        entries={k: {i: {"base": v} if isinstance(v, str) else v for i, v in data[k].items()} for k in kinds},
        agree=data.get("agree", {}), placeholder=data.get("placeholder", {}), templates=data["templates"],
        fixes=[(re.compile(f["from"]), f["to"]) for f in data.get("fix", [])],
    )  # fmt: skip


def slots_of(template: str) -> list[str]:
    """Slot letters of the Chinese template, which decides what a filling holds."""
    return list(dict.fromkeys(m[1] for m in SLOT.finditer(load("zh").templates[template])))


def choose(rng: random.Random, template: str, *, placeholders: bool = False) -> Filling:
    """A random filling; with `placeholders`, at least one slot (where there is one) holds `XQ1`..`XQ9`."""
    zh = load("zh").entries
    slots: dict[str, str] = {}
    names = [f"{s} {g}" for s in zh["surname"] for g in zh["given"]]
    for slot in slots_of(template):
        if SLOTS[slot] == "name":
            slots[slot] = rng.choice([n for n in names if n not in slots.values()])
        else:
            slots[slot] = rng.choice(list(zh[SLOTS[slot]]))
    if placeholders and slots:
        chosen = [s for s in slots if rng.random() < 0.6] or [rng.choice(list(slots))]
        slots.update(zip(chosen, rng.sample(PLACEHOLDERS, len(chosen)), strict=True))
    return Filling(template, slots)


@dataclass(frozen=True)
class Split:
    train: tuple[Filling, ...]
    held_out: tuple[Filling, ...]


@cache
def reserved() -> tuple[Filling, ...]:
    """The combinations the sample series may speak: held out of every training set."""
    data = tomllib.loads((Path(__file__).parent / "reserved.toml").read_text(encoding="utf-8"))
    return tuple(Filling(template, slots) for template, slots in data["lines"])


@cache
def split(
    size: int = 26000, held: int = 640, placeholder_share: float = 0.18, floor: int = 110, seed: int = 7
) -> Split:
    """Distinct fillings; the held-out combinations, the reserved ones among them, occur in no training line.

    Templates with few combinations are repeated up to `floor`, or they stay under-trained.
    """
    rng = random.Random(seed)
    templates = list(load("zh").templates)
    weights = [1 + 3 * len(slots_of(t)) for t in templates]
    seen: dict[tuple[str, ...], Filling] = {}
    for _ in range(size):
        template = rng.choices(templates, weights)[0]
        filling = choose(rng, template, placeholders=rng.random() < placeholder_share)
        seen.setdefault(filling.key, filling)
    fillings = list(seen.values())
    rng.shuffle(fillings)
    many = [f for f in fillings if len(f.slots) >= 2 or "N" in f.slots]
    held_out = [*reserved(), *[f for f in many if f.key not in {r.key for r in reserved()}][:held]]
    keys = {f.key for f in held_out}
    train = [f for f in fillings if f.key not in keys]
    by_template: dict[str, list[Filling]] = {t: [] for t in templates}
    for filling in train:
        by_template[filling.template].append(filling)
    for have in by_template.values():
        train += [rng.choice(have) for _ in range(floor - len(have))]
    return Split(tuple(train), tuple(held_out))


def problems(code: str) -> list[str]:
    """What is wrong with language `code`, against the English side: keys, forms, slots, script, duplicates."""
    found: list[str] = []
    language, reference = load(code), load("en")
    for kind, entries in reference.entries.items():
        missing, extra = entries.keys() - language.entries[kind].keys(), language.entries[kind].keys() - entries.keys()
        found += [f"[{kind}] lacks {m}" for m in sorted(missing)] + [f"[{kind}] has unknown {e}" for e in sorted(extra)]
    for key in sorted(reference.templates.keys() ^ language.templates.keys()):
        found.append(f"[templates] {key} is on one side only")
    texts: dict[str, str] = {}
    for key, text in language.templates.items():
        if key in reference.templates:
            want, have = (sorted({m[1] for m in SLOT.finditer(t)}) for t in (reference.templates[key], text))
            if want != have:
                found.append(f"{key}: slots {have}, English has {want}")
        if text in texts:
            found.append(f"{key}: same text as {texts[text]}")
        texts[text] = key
        if set(re.sub(SLOT, "", text)) & set("{}|") or not text or text != text.strip():
            found.append(f"{key}: stray braces or space in {text!r}")
    rng = random.Random(1)
    for key in language.templates:
        for trial in range(60):
            try:
                line = language.render(choose(rng, key, placeholders=trial % 3 == 0))
            except KeyError as error:
                found.append(f"{key}: {error.args[0]}")
                break
            if "  " in line or set(line) & set("{}" + string.whitespace.replace(" ", "")):
                found.append(f"{key}: bad spacing or braces in {line!r}")
                break
    return found


if __name__ == "__main__":
    import sys

    for code in sys.argv[1:] or sorted(p.stem for p in CORPUS.glob("*.toml")):
        for problem in problems(code):
            print(f"{code}: {problem}")
        rng = random.Random(3)
        for key in load(code).templates:
            print(
                code,
                key,
                "|",
                load(code).render(choose(rng, key)),
                "|",
                load(code).render(choose(rng, key, placeholders=True)),
            )
