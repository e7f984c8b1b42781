from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Cue
from localize.glossary.names import parts, romanised
from localize.glossary.suggest import Suggestion, suggest

LINES = """
顾北辰，你居然敢来夜澜会所！
顾总，夜澜会所到了。
夜澜会所的人都在等顾总。
这里就是夜澜会所？
若雪，别怕，有我在。
苏若雪小姐，请上车。
苏若雪，你疯了吗？
若雪，你听我说。
顾北辰是顾氏集团的总裁。
顾氏集团马上就要破产了！
顾氏集团欠我三个亿。
我要见顾总。
若雪不在家。
你们怎么在这里？
你们怎么还不走？
你们怎么敢动她？
我不知道。
你不知道吗？
他不知道我是谁。
马上就走。
马上！
""".splitlines()[1:]


def cues(lines: Sequence[str]) -> list[Cue]:
    return [Cue(f"c{n}", n * 1000, n * 1000 + 900, text) for n, text in enumerate(lines)]


def terms(lines: Sequence[str], known: Sequence[str] = ()) -> dict[str, str]:
    """Suggested terms with their kinds."""
    return {one.term: one.kind for one in suggest([("ep01", cues(lines))], known)}


def test_names_and_recurring_terms_are_suggested_and_everyday_words_are_not() -> None:
    assert terms(LINES) == {
        "若雪": "name", "夜澜会所": "term", "顾总": "term", "顾氏集团": "term", "苏若雪": "name", "顾北辰": "name",
    }  # fmt: skip


def test_a_suggestion_says_how_often_and_where_it_stands() -> None:
    tracks = [("ep01", cues(LINES[:7])), ("ep02", cues(LINES[7:]))]
    found = {one.term: one for one in suggest(tracks, ())}
    assert found["若雪"] == Suggestion(
        "若雪", "name", 5, ("ep01", "ep02"), "c4", "若雪，别怕，有我在。", "Ruoxue"
    )  # fmt: skip
    assert found["夜澜会所"].romanised == ""


def test_what_a_table_has_is_not_suggested() -> None:
    assert terms(LINES, ["夜澜会所", "顾氏集团", "苏若雪", "顾总", "顾北辰"]) == {"若雪": "name"}


def test_a_part_of_a_longer_suggestion_or_of_a_known_term_is_not_suggested() -> None:
    assert "夜澜" not in terms(LINES)
    assert terms(["天玄宗来了", "是天玄宗", "灭了天玄宗"]) == {"天玄宗": "term"}
    assert terms(["天玄宗主来了", "是天玄宗主", "灭了天玄宗主"], ["天玄宗主"]) == {}


def test_what_always_has_the_same_neighbour_is_not_cut_out_of_it() -> None:
    found = terms(["恭迎玄天令归来", "恭迎玄天令回府", "恭迎玄天令现世", "玄天令！"])
    assert "玄天" not in found
    assert "玄天令" in found


def test_a_name_needs_to_stand_twice_and_a_term_three_times() -> None:
    assert terms(["苏若雪来了。", "苏若雪，走吧。", "天玄宗来了。", "天玄宗，走吧。"]) == {"苏若雪": "name"}
    assert terms(["苏若雪来了。"]) == {}


def test_the_most_frequent_come_first_and_no_more_than_asked_for() -> None:
    found = suggest([("ep01", cues(LINES))], (), limit=2)
    assert [(one.term, one.count) for one in found] == [("若雪", 5), ("夜澜会所", 4)]


def test_a_series_without_chinese_has_no_suggestions() -> None:
    assert suggest([("ep01", cues(["OK, OK, OK!", "…"]))], ()) == []
    assert suggest([], ()) == []


@given(st.lists(st.text("苏若雪顾北辰总的了我天玄宗，。A ", max_size=12), max_size=12))
def test_every_suggestion_stands_in_the_source(lines: list[str]) -> None:
    for one in suggest([("ep01", cues(lines))], ("天玄",)):
        assert one.count == sum(line.startswith(one.term, at) for line in lines for at in range(len(line)))
        assert one.count >= 2
        assert one.term in one.example
        assert one.example in lines


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("苏若雪", "Su Ruoxue"), ("欧阳雪", "Ouyang Xue"), ("上官婉儿", "Shangguan Wan'er"), ("若雪", "Ruoxue"),
        ("单雄信", "Shan Xiongxin"), ("曾国", "Zeng Guo"), ("吕布", "Lü Bu"), ("尉迟恭", "Yuchi Gong"),
        ("安安", "An An"),
    ],
)  # fmt: skip
def test_a_name_is_written_in_pinyin_family_name_first(name: str, written: str) -> None:
    assert romanised(name) == written


@pytest.mark.parametrize("text", ["顾总", "陈叔", "苏家", "若雪", "顾", "欧阳", "顾氏集团"])
def test_a_form_of_address_is_no_name(text: str) -> None:
    assert parts(text) is None
