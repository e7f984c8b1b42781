from __future__ import annotations

import pytest

from localize.cues import Cue, Event, SourceTrack, TargetLine, graphemes


def test_reading_speed_counts_what_a_reader_sees() -> None:
    assert len(graphemes("หนึ่ง")) == 3
    assert len(graphemes("क्षत्रिय")) == 3
    assert len(graphemes("\u202bسلام\u202c\n")) == 4
    assert Event(0, 2000, "ab\ncd", ("c0001",)).cps == 2


@pytest.mark.parametrize("times", [(-1, 5), (5, 5), (6, 5)])
def test_a_cue_that_ends_before_it_starts_does_not_exist(times: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="start < end"):
        Cue("c0001", *times, "好")


def test_two_cues_never_share_an_id() -> None:
    with pytest.raises(ValueError, match="unique"):
        SourceTrack("zh-Hans", (Cue("c1", 0, 1, "a"), Cue("c1", 1, 2, "b")), next_id=2)


def test_a_line_whose_text_left_its_draft_was_edited_by_a_person() -> None:
    assert TargetLine("c1", "Kneel down!", "argos", draft="Kneel!").human
    assert not TargetLine("c1", "Kneel!", "argos", draft="Kneel!").human
    assert TargetLine("c1", "Kneel!", "human").human
