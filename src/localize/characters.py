"""Who is who in a series: names in every locale, and how people speak to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import regex
from pydantic import BaseModel, ConfigDict, Field, field_validator

from localize.locales import LOCALES
from localize.text.chinese import CLAUSE_ENDS

Register = Literal["familiar", "polite"]
"""T or V: du or Sie, tu or vous, ты or вы."""

_VOCATIVE_END = rf"(?=[{CLAUSE_ENDS}～—\s]|$)"
_VOCATIVE_START = rf"(?:^|(?<=[{CLAUSE_ENDS}\s]))"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


_T = TypeVar("_T")


def _known(value: dict[str, _T]) -> dict[str, _T]:
    if unknown := [tag for tag in value if tag not in LOCALES]:
        raise ValueError(f"{unknown[0]!r} is not a locale we carry a profile for; choose among {', '.join(LOCALES)}")
    return value


class Character(_Strict):
    """A name the recogniser should expect and the translation must keep.

    `names` says how each locale writes it: one form, or a list of the form to use and others (cases) that are right.
    """

    name: Annotated[str, Field(min_length=1)]
    aliases: tuple[str, ...] = ()
    gender: Literal["m", "f", ""] = ""
    names: dict[str, tuple[str, ...]] = {}
    note: str = ""

    _locales = field_validator("names")(_known)

    @field_validator("names", mode="before")
    @classmethod
    def _one_form(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {tag: (forms,) if isinstance(forms, str) else forms for tag, forms in value.items()}

    @field_validator("names")
    @classmethod
    def _some_form(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if empty := [tag for tag, forms in value.items() if not forms or not all(form.strip() for form in forms)]:
            raise ValueError(f"{empty[0]} has a name without letters")
        return value

    @property
    def called(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    def stands_in(self, text: str) -> bool:
        return any(name in text for name in self.called)


class Manner(_Strict):
    """How one person speaks to another in one locale.

    `say` maps what the Chinese line calls the addressee (a name, a kin term) to what this locale says instead.
    """

    register_: Annotated[Register | None, Field(alias="register")] = None
    say: dict[str, str] = {}


class Address(_Strict):
    """How `speaker` speaks to `to`, per locale."""

    speaker: str
    to: str
    locales: dict[str, Manner]

    _tags = field_validator("locales")(_known)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in a series."""

    characters: tuple[Character, ...] = ()
    addresses: tuple[Address, ...] = ()

    def named(self, name: str | None) -> Character | None:
        """The character who goes by `name`."""
        return next((c for c in self.characters if name and name in c.called), None)

    def mentioned(self, text: str) -> tuple[Character, ...]:
        return tuple(c for c in self.characters if c.stands_in(text))

    def spoken_to(self, text: str) -> Character | None:
        """The only character that `text` calls by name (林凡，你来了。); None where nobody or several are called."""
        called = {
            c.name: c
            for c in self.characters
            for name in c.called
            if regex.search(f"{_VOCATIVE_START}{regex.escape(name)}{_VOCATIVE_END}", text)
        }
        return next(iter(called.values())) if len(called) == 1 else None

    def address(self, speaker: str | None, text: str) -> Address | None:
        """The rule for a line whose speaker is known and which calls its addressee; None where either is unknown."""
        who, to = self.named(speaker), self.spoken_to(text)
        if who is None or to is None:
            return None
        return next((a for a in self.addresses if self.named(a.speaker) == who and self.named(a.to) == to), None)


NOBODY = Cast()
