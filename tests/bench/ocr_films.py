"""Films with burned-in Chinese whose every text is known: what `tests.bench.ocr` reads.

Seven styles on four backgrounds, each with a watermark, a disclaimer, a name card and a phone message beside the
dialogue; and films in which there is nothing to read, or which are stored in an unusual way. Texts were written for
this, in the manner of short dramas: few marks, spaces between clauses, names, numbers.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Literal

SAMPLES = Path(__file__).parents[2] / "samples"

LINES = (
    "你终于回来了", "快跑", "三年前你把我赶出家门 今天我要你跪下", "苏小姐 请自重", "这份合同价值三十亿",
    "凭什么", "我要见你们董事长", "他就是传说中的龙王", "你敢动她一根手指 我让你后悔一辈子", "滚出去",
    "妈 我想回家", "这枚戒指是假的", "从今天起 你我恩断义绝", "是", "你们都被他骗了",
    "陆总 医院打来电话", "孩子到底是谁的", "一个亿 够不够", "把监控调出来", "原来当年救我的人是你",
    "今晚八点 君悦酒店见", "别碰我", "我已经不爱你了", "他欠我的 我会亲手拿回来", "大小姐 车备好了",
    "你以为有钱就了不起吗", "这杯酒我敬你", "签字吧", "奶奶 您怎么来了", "谁允许你动我的人",
)  # fmt: skip
ALIKE = ("我不去了", "你不去了", "他不去吗", "我要走了", "你要走吗", "是我", "是你", "别走", "谁说的", "我说的")
"""Short, with letters in common at the same place; drawn by a seed only."""
PAIRS = (
    ("这些年你过得好吗", "我每天都在想你"), ("既然你不仁", "就别怪我不义"), ("把股份转给我", "否则法庭上见"),
)  # fmt: skip
ENGLISH = (
    "You are finally back", "Run, now!", "Please behave yourself", "Why should I?", "I want to see the chairman",
    "He is the Dragon King", "Get out of here", "Mom, I want to go home", "This ring is a fake", "Let go of me",
)  # fmt: skip
JAPANESE = (
    "やっと帰ってきたのね", "早く逃げて", "どうしてですか", "社長に会わせてください", "出ていけ", "お母さん、帰りたい",
    "この指輪は偽物だ", "触らないで", "もう愛していない", "全部あなたのせいよ",
)  # fmt: skip
WATERMARK, DISCLAIMER = "红果短剧", "本故事纯属虚构 请勿模仿"
CARD, MESSAGE = ("沈若溪", "盛天集团总裁"), "今晚老地方见"

Kind = Literal["subtitle", "watermark", "disclaimer", "card", "message"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a film; lines are joined by a newline."""

    kind: Kind
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Style:
    """Fields of an ASS style that differ from white, bold, outlined; `lead` are overrides before each text."""

    name: str
    hard: bool = False
    face: str = "Noto Sans CJK SC"
    fill: str = "FFFFFF"
    edge: str = "000000"
    outline: float = 4
    shadow: float = 0
    box: bool = False
    lead: str = ""
    colours: tuple[str, ...] = ()
    """Of one line after the other, as blue, green, red."""
    karaoke: bool = False
    bold: bool = True


STYLES = (
    Style("outlined"),
    Style("yellow serif", face="Noto Serif CJK SC", fill="00D7FF", outline=3, shadow=3),
    Style("boxed", box=True, outline=10, edge="30000000", bold=False),
    Style("coloured", hard=True, colours=("FFFFFF", "B469FF", "FFFF00", "0000FF", "00FF00"), outline=3),
    Style("karaoke", hard=True, fill="00A5FF", karaoke=True),
    Style("fading", hard=True, outline=2, shadow=2, lead=r"{\fad(240,240)}"),
    Style("thin", hard=True, outline=1.2, bold=False, edge="404040"),
)
# Sources of ffmpeg at 25 fps; `{w}`, `{h}`, `{s}` (seconds) and `{colours}` are filled in. A hue that jumps is a cut.
_CUTS = "hue=h='90*floor(t/4.4)'"
BACKGROUNDS = {
    # Colours that are not named are drawn anew in every run, whatever the seed.
    "calm": "gradients=s={w}x{h}:r=25:d={s}:seed=7:nb_colors=4:{colours}:speed=0.02," + _CUTS,
    "drawn": "movie='{drawn}':loop=0,setpts=N/(25*TB),scale={w}:{h},trim=duration={s}",
    "busy": f"mandelbrot=s={{w}}x{{h}}:r=25:start_scale=2.2:end_pts=900,{_CUTS},trim=duration={{s}}",
    "white": "gradients=s={w}x{h}:r=25:d={s}:seed=3:c0=white:c1=0xd2d2d8:c2=0xf4f0ea:nb_colors=3:speed=0.03",
}


@dataclass(frozen=True, slots=True)
class Film:
    """A film to be made: what is in it, how it is stored, and what is expected of whoever reads it."""

    name: str
    style: Style
    background: str
    texts: tuple[Text, ...]
    seconds: int
    width_px: int = 720
    height_px: int = 1280
    rate: str = "25"
    readable: bool = True
    y: float = 0.72
    """The lower edge of the dialogue, in shares of the height."""
    em: float = 0.033
    moved: tuple[int, int, float] | None = None
    """From when to when, in milliseconds, the dialogue stands with its lower edge elsewhere."""
    turned: bool = False
    huge: bool = False
    variable: bool = False
    """Every third picture is left out."""
    seed: int = 0
    """Of the colours behind the text."""

    @property
    def dialogue(self) -> tuple[Text, ...]:
        return tuple(text for text in self.texts if text.kind == "subtitle")


def chosen(made: Sequence[Film]) -> list[Film]:
    """Of the films those that `BENCH_FILMS` in the environment names, separated by commas; all where it is not set."""
    names = [name.strip() for name in os.environ.get("BENCH_FILMS", "").split(",") if name.strip()]
    if unknown := set(names) - {film.name for film in (*films(), *unusual())}:
        raise SystemExit(f"BENCH_FILMS: there is no film {sorted(unknown)[0]!r}")
    return [film for film in made if not names or film.name in names]


def films(seconds: int = 24, seed: int = 0) -> list[Film]:
    """Every style on every background; another `seed` has its texts in another order, other times and colours."""
    found = []
    for number, (style, background) in enumerate((s, b) for s in STYLES for b in ("calm", "drawn", "busy", "white")):
        said = drawn(100 * seed + number, seconds) if seed else dialogue(number, seconds)
        name = f"{style.name} on {background}"
        found.append(Film(name, style, background, (*said, *decoys(seconds)), seconds, seed=seed))
    return found


def unusual(seconds: int = 16) -> list[Film]:
    """Films that are to be read all the same, or not to be read for a reason."""
    plain = Film("", STYLES[0], "calm", (*dialogue(3, seconds), *decoys(seconds)), seconds)
    two = tuple(
        Text("subtitle", text.start_ms, text.end_ms, f"{text.text}\n{english}")
        for text, english in zip(dialogue(5, seconds, pairs=False), cycle(ENGLISH), strict=False)
    )
    return [
        replace(plain, name="a shot with its lines elsewhere", moved=(5_000, 9_500, 0.3)),
        replace(plain, name="a line on every picture", texts=(*dialogue(4, seconds, gap_ms=0), *decoys(seconds))),
        replace(plain, name="Chinese and English", texts=(*two, *decoys(seconds))),
        replace(plain, name="480p", width_px=480, height_px=854),
        replace(plain, name="60 fps", rate="60"),
        replace(plain, name="variable rate", rate="30", variable=True),
        replace(plain, name="lying 1080p", width_px=1280, height_px=720, em=0.06, y=0.93),
        replace(plain, name="English only", texts=_as(ENGLISH, seconds), readable=False),
        replace(plain, name="Japanese only", texts=_as(JAPANESE, seconds), readable=False),
        replace(plain, name="turned by a quarter", turned=True, readable=False),
        replace(plain, name="as large as the picture", huge=True, readable=False),
        replace(plain, name="no dialogue", texts=tuple(decoys(seconds)), readable=False),
        replace(plain, name="no text", texts=(), background="busy", readable=False),
    ]


def dialogue(seed: int, seconds: int, *, gap_ms: int = 320, pairs: bool = True) -> list[Text]:
    """Lines one after the other, from `seed` on; every fifth has two rows, every third follows without a gap."""
    found: list[Text] = []
    at_ms = 600
    for number, line in enumerate(islice(cycle(LINES), 5 * seed, None)):
        text = "\n".join(PAIRS[(seed + number) % len(PAIRS)]) if pairs and number % 5 == 3 else line
        length_ms = 40 * round((520 + 150 * len(text)) / 40)
        if at_ms + length_ms > seconds * 1000 - 400:
            return found
        found.append(Text("subtitle", at_ms, at_ms + length_ms, text))
        at_ms += length_ms + (0 if number % 3 == 2 else gap_ms)
    return found


def drawn(seed: int, seconds: int) -> list[Text]:
    """Lines in an order, and of lengths and with gaps, that `seed` draws; half of them follow without a gap."""
    draw = Random(seed)
    found: list[Text] = []
    at_ms = 40 * draw.randrange(10, 40)
    for line in draw.sample(LINES + ALIKE, len(LINES + ALIKE)):
        text = "\n".join(draw.choice(PAIRS)) if draw.random() < 0.15 else line
        length_ms = 40 * round((400 + draw.uniform(90, 220) * len(text)) / 40)
        if at_ms + length_ms > seconds * 1000 - 400:
            break
        if not found or text != found[-1].text:
            found.append(Text("subtitle", at_ms, at_ms + length_ms, text))
            at_ms += length_ms + draw.choice((0, 0, 0, 80, 160, 400))
    return found


def decoys(seconds: int) -> Iterator[Text]:
    end_ms = seconds * 1000
    yield Text("watermark", 0, end_ms, WATERMARK)
    yield Text("disclaimer", 0, end_ms, DISCLAIMER)
    yield Text("card", end_ms // 4, end_ms // 4 + 3_200, "\n".join(CARD))
    yield Text("message", end_ms * 5 // 8, end_ms * 5 // 8 + 2_600, MESSAGE)


def make(film: Film, folder: Path) -> Path:
    """`film` as an MP4 in `folder`."""
    path = folder / f"{film.name.replace(' ', '-')}.mp4"
    script = folder / "film.ass"
    script.write_text(ass(film), encoding="utf-8")
    source = BACKGROUNDS[film.background].format(
        w=film.width_px,
        h=film.height_px,
        s=film.seconds,
        colours=_colours(film.seed),
        drawn=SAMPLES / "dragon-king" / "ep02.mp4",
    )
    graph = f"{source},fps={film.rate},ass={script.name}:shaping=complex"
    graph += ",select='mod(n+1,3)'" if film.variable else ""
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "24", "-pix_fmt", "yuv420p", "-g", "100"]
    kept = ["-fps_mode", "vfr" if film.variable else "passthrough"]
    # Without -nostdin this ffmpeg takes what it finds where standard input is closed for keys that were pressed.
    begun = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-filter_complex", graph]
    command = [*begun, "-t", str(film.seconds), *encode, *kept, path]
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL)
    return path


def _colours(seed: int) -> str:
    draw = Random(seed)
    return ":".join(f"c{number}=0x{draw.randrange(1 << 24):06x}" for number in range(4))


def ass(film: Film) -> str:
    """The texts of `film` as a script for libass, in pixels of its frame."""
    w, h, style = film.width_px, film.height_px, film.style
    # libass scales a face so that ascent and descent make the size: 0.691 of it is the em of Noto CJK.
    size = (0.12 if film.huge else film.em) * h / 0.691
    scale = film.em * h / 62
    box = 3 if style.box else 1
    back = style.edge if style.box else "00000000"
    rows = [
        f"[Script Info]\nScriptType: v4.00+\nPlayResX: {w}\nPlayResY: {h}\nWrapStyle: 2\n\n[V4+ Styles]",
        "Format: Name,Fontname,Fontsize,PrimaryColour,SecondaryColour,OutlineColour,BackColour,Bold,BorderStyle,"
        "Outline,Shadow,Alignment,MarginL,MarginR,MarginV",
        f"Style: subtitle,{style.face},{size:.1f},&H00{style.fill},&H00FFFFFF,&H{style.edge:0>8},&H{back:0>8},"
        f"{-int(style.bold)},{box},{style.outline * scale:.1f},{style.shadow * scale:.1f},2,0,0,0",
        f"Style: decoy,Noto Sans CJK SC,{0.019 * h / 0.691:.1f},&H00F0F0F0,&H0,&H60000000,&H0,0,1,{1.5 * scale:.1f},"
        "0,7,0,0,0",
        "\n[Events]\nFormat: Layer,Start,End,Style,Name,MarginL,MarginR,MarginV,Effect,Text",
    ]
    for number, text in enumerate(film.texts):
        rows += [
            f"Dialogue: 0,{_clock(text.start_ms)},{_clock(text.end_ms)},{name},,0,0,0,,{words}"
            for name, words in _events(film, text, number)
        ]
    return "\n".join(rows) + "\n"


def _events(film: Film, text: Text, number: int) -> Iterator[tuple[str, str]]:
    w, h, lines = film.width_px, film.height_px, text.text.split("\n")
    match text.kind:
        case "watermark":
            yield "decoy", rf"{{\pos({w * 0.06:.0f},{h * 0.05:.0f})}}{text.text}"
        case "disclaimer":
            yield "decoy", rf"{{\an2\pos({w / 2:.0f},{h * 0.962:.0f})\fs{0.014 * h / 0.691:.1f}}}{text.text}"
        case "card":
            name, title = lines
            large = rf"\fs{0.028 * h / 0.691:.1f}\b1"
            yield "decoy", rf"{{\pos({w * 0.1:.0f},{h * 0.3:.0f}){large}}}{name}"
            yield "decoy", rf"{{\pos({w * 0.1:.0f},{h * 0.345:.0f})}}{title}"
        case "message":
            left, top, right, bottom = (round(v) for v in (w * 0.2, h * 0.41, w * 0.75, h * 0.47))
            corners = f"m {left} {top} l {right} {top} {right} {bottom} {left} {bottom}"
            yield "decoy", rf"{{\pos(0,0)\bord0\1c&HF2F6F2&\p1}}{corners}"
            dark = rf"\an5\bord0\1c&H202020&\fs{0.026 * h / 0.691:.1f}"
            yield "decoy", rf"{{\pos({w * 0.475:.0f},{h * 0.44:.0f}){dark}}}{text.text}"
        case _:
            yield "subtitle", _placed(film, text, number) + _words(film, text, lines)


def _placed(film: Film, text: Text, number: int) -> str:
    moved = film.moved and film.moved[0] <= text.start_ms < film.moved[1]
    y = film.moved[2] if film.moved and moved else 0.75 if film.huge else film.y
    tags = rf"{{\pos({film.width_px / 2:.0f},{film.height_px * y:.0f})}}{film.style.lead}"
    if film.turned:
        tags += r"{\frz90\an5}"
    if film.style.colours:
        tags += rf"{{\1c&H{film.style.colours[number % len(film.style.colours)]}&}}"
    return tags


def _words(film: Film, text: Text, lines: Sequence[str]) -> str:
    if film.huge:
        return r"\N".join(text.text.replace("\n", "")[n : n + 4] for n in range(0, len(text.text), 4))
    if film.style.karaoke:
        each = (text.end_ms - text.start_ms) // 10 // max(1, len(text.text))
        return r"\N".join("".join(rf"{{\kf{each}}}{char}" for char in line) for line in lines)
    if any(line.isascii() for line in lines):
        return rf"{lines[0]}\N{{\fs{film.em * 0.6 * film.height_px / 0.691:.1f}}}{lines[1]}" if lines[1:] else lines[0]
    return r"\N".join(lines)


def _as(lines: Sequence[str], seconds: int) -> tuple[Text, ...]:
    return tuple(replace(text, text=line) for text, line in zip(dialogue(0, seconds), cycle(lines), strict=False))


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000 // 10:02d}"
