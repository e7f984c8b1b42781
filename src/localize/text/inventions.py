"""Inventions: what recognisers write over music and silence, learned from the ends of videos they were trained on.

The phrases are reported, with the audio they came from, in
  A  https://github.com/openai/whisper/discussions/928 (and 2015): lists by language, gathered by users
  B  https://github.com/openai/whisper/pull/1838: "中文字幕由 Amara.org 社群提供", "请订阅…频道、按赞、分享、留言"
  C  https://github.com/ufal/whisper_streaming/issues/179 and https://github.com/BurnHair/docs/issues/59: the appeal for
     明镜与点点栏目 out of silence
  D  filters of public programs that use Whisper on Chinese, which agree on 优优独播剧场 (YoYo Television), on
     字幕志愿者 and 字幕by with a name, on 词曲 李宗盛 over intros, and on MING PAO CANADA
Patterns are in simplified characters and are matched against letters and digits alone: blanks and marks between the
parts come and go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from localize.text.chinese import simplified


@dataclass(frozen=True, slots=True)
class Phrase:
    """`pattern` as it is written, where it was reported, and whether a character of a drama may say it as well."""

    pattern: str
    source: str
    sayable: bool = False


PHRASES = (
    # The appeal of a channel. Its parts come alone and in any order; a character who streams says some of them too.
    Phrase(r"(?:请?不吝)?(?:(?:点赞|订阅|转发)*打?赏?支持)?明镜与?点点(?:栏目?)?|(?:打赏)?支持明镜", "AC"),
    Phrase(r"请?不吝(?:点赞|订阅|转发|打赏|支持)+", "AC"),
    Phrase(r"明镜需要您的支持(?:欢迎(?:收看)?订阅明镜)?|欢迎订阅明镜", "AD"),
    Phrase(r"(?:点赞|按赞)(?:订阅|转发|打赏|分享|留言|关注)+", "AB", sayable=True),
    Phrase(r"订阅\p{Han}{0,6}频道(?:按赞|点赞|分享|留言|转发)*", "AB", sayable=True),
    Phrase(r"(?:打开|按下|点击)小铃铛(?:才能)?(?:收到)?(?:最新)?(?:消息|通知|影片)?[哦喔]?", "A", sayable=True),
    # Credits of subtitles.
    Phrase(r"(?:小编)?(?:中文|本)?字幕(?:由|by)[\p{Han}a-z]{0,12}(?:org)?(?:社[区群])?(?:提供|制作|翻译)?", "ABD"),
    Phrase(r"由amaraorg社[区群]提供的?字幕|amaraorg", "AB"),
    Phrase(r"(?:中文)?字幕志愿者(?:杨茜茜|李宗盛)?|(?:字幕)?(?:索兰娅|杨茜茜)", "AD"),
    Phrase(r"(?:中文|本片?|本集)?字幕组?(?:提供|制作|校对|翻译)(?:者|人员)?", "AD", sayable=True),
    # Channels, studios, credits of songs.
    Phrase(r"(?:优优?|yoyo)?独播剧场(?:yoyotelevision(?:seriesexclusive)?)?|yoyotelevision(?:seriesexclusive)?", "AD"),
    Phrase(r"(?:mingpao(?:canada|toronto)?)+", "AD"),
    Phrase(r"(?:(?:作?词|作?曲|编曲|演唱|制作人?){1,3}李宗盛)+|本歌曲来自云上工作室", "D"),
    Phrase(r"(?:作词|作曲|编曲|演唱|词曲)\p{Han}{2,4}", "D", sayable=True),
    # What others prime it with, and it says by itself.
    Phrase(r"以下是普通话的句子|请?使用简体中文", "D"),
    # What ends a video, and what a character may say too.
    Phrase(r"(?:谢谢|感谢|多谢)(?:大家|您|你们)?的?(?:观看|收看|收听|聆听)", "A", sayable=True),
    Phrase(r"(?:我们)?下(?:个|期|集|次|一?期)(?:视频|节目|影片)?(?:再见|再会|见)", "A", sayable=True),
    Phrase(r"(?:谢谢|感谢)大家|请?记得(?:点赞|订阅|关注)|欢迎(?:大家)?(?:订阅|关注|收看)", "AD", sayable=True),
    Phrase(r"未完待续|敬请期待|本集完|(?:全剧|剧)终", "A", sayable=True),
)  # fmt: skip

_KNOWN = tuple((phrase, regex.compile(phrase.pattern)) for phrase in PHRASES)
_SPOKEN = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, slots=True)
class Found:
    """A known phrase at `[start, end)` of the text it was looked for in."""

    start: int
    end: int
    sayable: bool


def find(text: str) -> Iterator[Found]:
    """Every known phrase in `text`, in any script and spelling."""
    at = [i for i, char in enumerate(text) if _SPOKEN.match(char)]
    plain = simplified("".join(text[i] for i in at)).lower()
    if len(plain) != len(at):  # no conversion of characters changes their number; nothing is looked for if one does
        return
    for phrase, pattern in _KNOWN:
        for match in pattern.finditer(plain):
            yield Found(at[match.start()], at[match.end() - 1] + 1, phrase.sayable)
