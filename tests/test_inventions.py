"""The phrases that recognisers invent, and what a drama says that is near them."""

from __future__ import annotations

import pytest

from localize.text.inventions import PHRASES, find


@pytest.mark.parametrize(
    "text",
    [
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "請不吝點贊，訂閱、轉發、打賞支持明鏡與點點欄目",
        "打赏支持明镜与点点栏目",
        "明镜需要您的支持 欢迎订阅明镜",
        "字幕by索兰娅",
        "字幕由 Amara.org 社群提供",
        "中文字幕由Amara.org社區提供",
        "中文字幕志愿者 杨茜茜",
        "优优独播剧场——YoYo Television Series Exclusive",
        "詞曲 李宗盛",
        "MING PAO CANADA MING PAO TORONTO",
    ],
)
def test_what_nobody_says_in_a_drama_is_found_in_any_spelling(text: str) -> None:
    found = [one for one in find(text) if not one.sayable]
    assert found
    covered = {i for one in found for i in range(one.start, one.end)}
    letters = {i for i, char in enumerate(text) if char.isalnum()}
    assert len(letters & covered) > 0.5 * len(letters)


@pytest.mark.parametrize("text", ["谢谢观看", "感谢大家的收看。", "下期再见", "请点赞订阅转发", "未完待续"])
def test_what_somebody_may_say_is_marked_so(text: str) -> None:
    assert {one.sayable for one in find(text)} == {True}


@pytest.mark.parametrize(
    "text",
    [
        "心如明镜",
        "我支持你",
        "请你点一下头",
        "他是字幕的事",
        "谢谢你",
        "你给我打赏了多少",
        "独播给我看",
        "再见",
        "这首曲子真好听",
    ],
)
def test_what_dramas_say_is_no_invention(text: str) -> None:
    assert not list(find(text))


def test_the_place_of_a_phrase_leaves_the_marks_around_it_out() -> None:
    (found,) = find("你回来了。谢谢观看！")
    assert "你回来了。谢谢观看！"[found.start : found.end] == "谢谢观看"


def test_every_phrase_names_where_it_was_reported() -> None:
    assert all(phrase.source and set(phrase.source) <= set("ABCD") for phrase in PHRASES)
