"""`[gates]`: where a person decides."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from localize.findings import Severity
from localize.locales import LOCALES
from localize.series.strict import Strict

GateMode = Literal["required", "auto", "off"]


class GateRule(Strict):
    """How a gate opens: by a person (`required`), by itself while no finding is as bad as `at` (`auto`), or always.

    A mode alone may stand for it: `translation = "auto"` is `translation = { mode = "auto", at = "error" }`.
    """

    mode: GateMode
    at: Severity = "error"

    @model_validator(mode="before")
    @classmethod
    def _mode_alone(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _severity_of_auto(self) -> GateRule:
        if self.mode != "auto" and self.at != "error":
            raise ValueError(f"'at' says when a gate that is auto passes; this one is {self.mode}")
        return self


class LocaleGates(Strict):
    """What one locale has otherwise; the transcript is shared by all."""

    translation: GateRule | None = None
    final: GateRule | None = None


class Gates(Strict):
    """Where a person decides; the defaults are those of a new series."""

    transcript: GateRule = GateRule(mode="auto")
    translation: GateRule = GateRule(mode="required")
    final: GateRule = GateRule(mode="auto")
    locales: dict[str, LocaleGates] = Field(default_factory=dict)

    @field_validator("locales")
    @classmethod
    def _known_locales(cls, value: dict[str, LocaleGates]) -> dict[str, LocaleGates]:
        if unknown := value.keys() - LOCALES.keys():
            raise ValueError(f"{sorted(unknown)[0]!r} is not a locale; choose among {', '.join(LOCALES)}")
        return value

    def rule(self, gate: str, tag: str | None = None) -> GateRule:
        """How `gate` opens for locale `tag` (None: the transcript, which all share)."""
        rule: GateRule = getattr(self.locales.get(tag or ""), gate, None) or getattr(self, gate)
        return rule
