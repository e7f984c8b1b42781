"""The story: who says which line when, in which shot, and what is written into the picture.

Lines are combinations that no starter package was trained on (`samples/models/build/reserved.toml`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from samples.models.build import corpus

LEAD_IN_MS, TAIL_MS = 700, 900
RATE = 25
FRAME_MS = 1000 // RATE


@dataclass(frozen=True)
class Line:
    """A spoken line: the part that says it, the corpus' template and slots, the pause before it, the shot it opens."""

    part: str
    template: str
    slots: dict[str, str]
    pause_ms: int = 450
    shot: str = ""
    subtitle: str = ""
    """The burned-in text where it is broken differently, with `\\N` between its lines."""

    @property
    def filling(self) -> corpus.Filling:
        return corpus.Filling(self.template, self.slots)

    @property
    def text(self) -> str:
        return corpus.load("zh").render(self.filling)


@dataclass(frozen=True)
class Sign:
    """Text that is shown and not said. `kind` is watermark, disclaimer, name_card or message.

    It is on from the start of line `from_line` less `before_ms` to the next cut; watermark and disclaimer always.
    """

    kind: str
    text: str
    box: tuple[float, float, float, float]
    """Left, top, right, bottom as shares of the frame."""
    from_line: int = 0
    before_ms: int = 0


@dataclass(frozen=True)
class Episode:
    lines: tuple[Line, ...]
    subtitled: bool
    signs: tuple[Sign, ...] = ()
    supplied: bool = False
    seed: int = 1
    cuts: dict[int, str] = field(default_factory=dict)
    """Shots that open in the pause before a line and hold that pause: line number -> shot."""


WATERMARK = Sign("watermark", "星河短剧", (0.05, 0.045, 0.30, 0.075))
DISCLAIMER = Sign("disclaimer", "本剧情节纯属虚构，请勿模仿", (0.26, 0.945, 0.74, 0.962))

EPISODES = {
    "ep01": Episode(
        lines=(
            Line("su_ruoxue", "name_is_back", {"N": "lin fan"}, shot="skyline"),
            Line("guard", "real_role", {"N": "lin fan", "R": "dragon_king"}, shot="hall"),
            Line("lin_fan", "do_you_know_who_role", {"R": "dragon_king"}, 600, shot="rain"),
            Line("lin_fan", "role_years_ago", {"K": "three", "R": "general"}),
            Line("lin_fan", "from_time_i_am", {"T": "now", "R": "dragon_king"}, 500, shot="face_off"),
        ),
        subtitled=True,
        signs=(WATERMARK, DISCLAIMER),
        seed=11,
    ),
    "ep02": Episode(
        lines=(
            Line("lin_fan", "finally_found", {"K": "ten", "N": "su ruoxue"}, shot="rain"),
            Line("su_ruoxue", "do_not_leave_me", {"N": "lin fan"}, shot="window"),
            Line("lin_fan", "i_love_you", {"N": "su ruoxue"}, shot="embers"),
            Line("gu_beichen", "getting_married", {"N": "gu beichen", "M": "su ruoxue", "T": "tonight"}, 700, shot="office"),
            Line("su_ruoxue", "never_loved", {"N": "gu beichen"}, shot="window"),
        ),
        subtitled=False,
        seed=12,
    ),
    "ep03": Episode(
        lines=(
            Line("su_ruoxue", "give_object_back", {"N": "gu beichen", "O": "ring"}, shot="hall_she"),
            Line(
                "gu_beichen", "take_money_leave", {"K": "hundred", "N": "su ruoxue"}, shot="office",
                subtitle="给你一百块钱，\\N离开苏若雪。",
            ),
            Line("lin_fan", "you_will_pay", {"N": "gu beichen"}, 2300, shot="rain"),
            Line("guard", "greet_role", {"R": "god_of_war"}, 500, shot="skyline"),
        ),
        subtitled=True,
        signs=(
            WATERMARK,
            Sign("name_card", "顾北辰\\N顾氏集团总裁", (0.10, 0.30, 0.42, 0.39), from_line=1, before_ms=200),
            Sign("message", "今晚在酒店见。", (0.18, 0.36, 0.74, 0.43), from_line=2, before_ms=2100),
        ),
        supplied=True,
        seed=13,
        cuts={2: "phone"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A line on the clock of its episode, first to last sample over the threshold."""

    line: Line
    start_ms: int
    end_ms: int


def placed(episode: Episode, durations_ms: list[int]) -> tuple[list[Placed], int]:
    """Lines one after another on whole frames, and the length of the episode (whole frames, too)."""
    out: list[Placed] = []
    clock = LEAD_IN_MS
    for number, (line, length) in enumerate(zip(episode.lines, durations_ms, strict=True)):
        clock += line.pause_ms if number else 0
        clock = -(-clock // FRAME_MS) * FRAME_MS
        out.append(Placed(line, clock, clock + length))
        clock += length
    return out, -(-(clock + TAIL_MS) // FRAME_MS) * FRAME_MS


def shots(episode: Episode, lines: list[Placed], length_ms: int) -> list[tuple[int, int, str]]:
    """`(start_ms, end_ms, name)` of every shot; a cut falls 200 ms before the line that opens it, on a frame."""
    starts: list[tuple[int, str]] = []
    for number, at in enumerate(lines):
        if number in episode.cuts:
            starts.append((_frame(lines[number - 1].end_ms + 160), episode.cuts[number]))
        if at.line.shot:
            starts.append((_frame(at.start_ms - 200) if number else 0, at.line.shot))
    ends = [start for start, _ in starts[1:]] + [length_ms]
    return [(start, end, name) for (start, name), end in zip(starts, ends, strict=True)]


def sign_times(sign: Sign, episode: Episode, lines: list[Placed], length_ms: int) -> tuple[int, int]:
    """When `sign` is on, on whole frames; nothing outlasts the shot it is part of."""
    if sign.kind in {"watermark", "disclaimer"}:
        return 0, length_ms
    start = _frame(lines[sign.from_line].start_ms - sign.before_ms)
    end = next((cut for cut, _, _ in shots(episode, lines, length_ms) if cut > start), length_ms)
    return start, end


def _frame(ms: int) -> int:
    return ms // FRAME_MS * FRAME_MS
