"""A million made-up short-drama lines, and workspaces in which all of them are approved."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from zlib import crc32

from localize.cues import Cue, source_fingerprint
from samples.models.build import corpus

LOCALE = "en"
LONGEST = 25
EPISODES, CUES = 100, 100
"""Of a series, and of an episode."""

_SURNAMES = "林顾沈陆苏江叶秦傅霍楚白王李张刘陈杨黄赵吴周徐孙马朱胡郭何高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡"
_GIVEN = "晚辰雪歌轩月宇婉景行念安枭瑶墨清若明子天凡北薇铭昊琳曦彦泽霆渊澈芷兰棠瑾妍卿舟野鹤"
_DIGITS = "一二三四五六七八九"
_SHORT = (
    "走",
    "滚",
    "是",
    "不",
    "好",
    "爹",
    "娘",
    "哥",
    "跪下",
    "住口",
    "放肆",
    "什么",
    "快走",
    "来人",
    "救我",
    "不要",
)
_SLOT = re.compile(r"{(\w)[.:]?\w*}")


def lines(seed: int = 1) -> Iterator[str]:
    """Lines of 1 to 25 characters without end: the starter corpus' templates with 70 000 names and 90 numbers.

    One line in 30 is of one or two characters, one in four is two sentences; most have hundreds of near-duplicates.
    """
    rng, zh = random.Random(seed), corpus.load("zh")
    templates = list(zh.templates.values())
    weights = [1 + 3 * len(_SLOT.findall(template)) for template in templates]
    words = {kind: [value["base"] for value in values.values()] for kind, values in zh.entries.items()}

    def filled(slot: re.Match[str]) -> str:
        kind = corpus.SLOTS[slot[1]]
        if kind == "name":
            return rng.choice(_SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2))))
        return "百".join(rng.choices(_DIGITS, k=rng.choice((1, 2)))) if kind == "number" else rng.choice(words[kind])

    for number in count():
        if number % 30 == 0:
            yield rng.choice(_SHORT)
            continue
        chosen = rng.choices(templates, weights, k=rng.choice((1, 1, 1, 2)))
        if len(line := "".join(_SLOT.sub(filled, template) for template in chosen)) <= LONGEST:
            yield line


def distinct(wanted: int) -> tuple[list[str], int]:
    """As many lines as it takes for `wanted` different texts, and full episodes; how many different ones there are."""
    said: list[str] = []
    seen: set[str] = set()
    for line in lines():
        said.append(line)
        seen.add(line)
        if len(seen) >= wanted and len(said) % CUES == 0:
            return said, len(seen)
    raise AssertionError("lines never end")


def changed(rng: random.Random, text: str) -> str:
    """`text` with one to three characters replaced, left out or put in."""
    edited = list(text)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(edited) + 1)
        edited[at : at + rng.randint(0, 1)] = rng.choices(_GIVEN, k=rng.randint(0, 1))
    return "".join(edited) or text


def write(root: Path, said: Sequence[str]) -> list[str]:
    """Workspaces of as many series as it takes, each line approved in one locale; returns the ids of the series.

    A text has one translation, and in every tenth line another one.
    """
    series = []
    for first in range(0, len(said), CUES):
        number, episode = divmod(first // CUES, EPISODES)
        folder = root / f"s{number:03}" / f"ep{episode:03}"
        (folder / "targets").mkdir(parents=True)
        if episode == 0:
            series.append(folder.parent.name)
        cues = [Cue(f"c{at:04}", at * 1000, at * 1000 + 900, said[first + at]) for at in range(CUES)]
        source = {
            "locale": "zh-Hans",
            "next_id": CUES + 1,
            "cues": [{"id": c.id, "start_ms": c.start_ms, "end_ms": c.end_ms, "text": c.text} for c in cues],
        }
        approved = {
            "locale": LOCALE,
            "lines": [
                {
                    "id": c.id,
                    "text": f"{crc32(c.text.encode()):x} {'else' * (at % 10 == 0)}",
                    "by": "human",
                    "approved": True,
                }
                | {"source_fingerprint": source_fingerprint(c)}
                for at, c in enumerate(cues)
            ],
        }
        (folder / "source.json").write_text(json.dumps(source), encoding="utf-8")
        (folder / "targets" / f"{LOCALE}.json").write_text(json.dumps(approved), encoding="utf-8")
    return series
