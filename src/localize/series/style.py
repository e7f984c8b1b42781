"""`[style]`: how subtitles look."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, field_validator

from localize.drawing import styles
from localize.locales import LOCALES, Locale
from localize.series.strict import Strict

Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$")]


class Style(Strict):
    """How subtitles look: a preset of `styles` and what the series changes of it.

    `font` is a family for all locales, or a table of families by locale; `localize` never lets another stand in for it.
    `size` is the em height and `outline` a width, both as shares of the frame's shorter side.
    """

    preset: str = "clean"
    font: str | dict[str, str] = ""
    size: Annotated[float | None, Field(gt=0.01, lt=0.2)] = None
    weight: styles.Weight | None = None
    colour: Colour | None = None
    outline: Annotated[float | None, Field(ge=0, lt=0.02)] = None
    box: Colour | Literal["none"] | None = None
    position: Literal["bottom", "top"] | Annotated[float, Field(gt=0, lt=1)] | None = None
    bilingual: bool = False
    """Whether the source stands small above the target."""
    speakers: styles.Speakers = "none"
    """How a change of speaker shows, where cues name them."""

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, value: str) -> str:
        if value not in styles.PRESETS:
            raise ValueError(f"{value!r} is not a preset; choose among {', '.join(styles.PRESETS)}")
        return value

    @field_validator("font")
    @classmethod
    def _known_locales(cls, value: str | dict[str, str]) -> str | dict[str, str]:
        if isinstance(value, dict) and (unknown := value.keys() - LOCALES.keys()):
            raise ValueError(f"{sorted(unknown)[0]!r} is not a locale; choose among {', '.join(LOCALES)}")
        return value

    @property
    def look(self) -> styles.Look:
        """The preset with the changes of the series; a box that no preset pads takes the padding of `boxed`."""
        preset = styles.PRESETS[self.preset]
        box = "" if self.box == "none" else self.box
        padding = preset.padding or (styles.PRESETS["boxed"].padding if box else None)
        return preset.with_(
            size=self.size, weight=self.weight, colour=self.colour, outline=self.outline, box=box, padding=padding,
            position=self.position,
        )  # fmt: skip

    @property
    def bold(self) -> bool:
        return self.look.bold

    def font_of(self, tag: str) -> str:
        """The family that the series names for a locale, empty where it leaves that to us."""
        return self.font if isinstance(self.font, str) else self.font.get(tag, "")

    def profile(self, profile: Locale) -> Locale:
        """`profile` drawn with the font of the series."""
        family = self.font_of(profile.tag)
        return replace(profile, font=family) if family else profile
