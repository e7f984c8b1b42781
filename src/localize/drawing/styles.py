"""Styles: how subtitles look, as presets and as what a series changes of one.

Lengths are shares of the frame's shorter side, its width on a phone: 0.0445 is 48 px on 1080. Colours are `#RRGGBB`,
or `#RRGGBBAA` where AA is how opaque it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Weight = Literal["regular", "bold"]
Speakers = Literal["none", "dash", "colour"]
Position = Literal["bottom", "top"] | float
"""At the lower or upper edge of the safe area, or the middle of the lines as a share of the frame's height."""

SMALL = 0.62
"""Size of the source line of bilingual subtitles against the target's."""

SIGN = 0.8
"""Size of the words for a sign against those of dialogue."""

# White, yellow, cyan, green: the colours of BBC Subtitle Guidelines, in the order in which people begin to speak.
SPEAKER_COLOURS = ("#FFFFFF", "#FFFF00", "#00FFFF", "#00FF00")


@dataclass(frozen=True, slots=True)
class Look:
    """One way to draw type. `box` is the colour behind the lines, empty for none; `padding` how far it reaches."""

    size: float
    """Em height."""
    weight: Weight = "bold"
    colour: str = "#FFFFFF"
    outline: float = 0.0037
    outline_colour: str = "#000000"
    shadow: float = 0.0
    shadow_colour: str = "#00000099"
    box: str = ""
    padding: float = 0.0
    position: Position = "bottom"

    @property
    def bold(self) -> bool:
        return self.weight == "bold"

    @property
    def reach(self) -> float:
        """How far ink goes beyond the letters."""
        return max(self.outline + self.shadow, self.padding if self.box else 0.0)

    def with_(self, **changes: object) -> Look:
        """This look with those of `changes` that are not None."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})  # type: ignore[arg-type]


PRESETS: Mapping[str, Look] = {
    # White with a black outline reads on any picture and draws no eye to itself.
    "clean": Look(size=0.0445),
    # For loud pictures: larger, a thick outline and a shadow.
    "bold": Look(size=0.05, outline=0.0056, shadow=0.0028),
    # A dark box keeps contrast on white pictures and over old burned-in text.
    "boxed": Look(size=0.0425, outline=0.0, box="#000000B3", padding=0.0111),
    # What vertical dramas look like: warm yellow, heavy outline, soft shadow.
    "drama": Look(size=0.0475, colour="#FFE45C", outline=0.0046, shadow=0.0028),
}


def of_signs(look: Look) -> Look:
    """What words for a sign look like beside dialogue of `look`: smaller, and dark on a pale plate."""
    return look.with_(size=SIGN * look.size, colour="#1A1A1A", outline=0.0, shadow=0.0, box="#F5F5F5E6", padding=0.0083)
