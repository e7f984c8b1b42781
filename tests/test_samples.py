from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from localize.cues import Event
from localize.subtitles import one_at_a_time

EVENTS = st.lists(
    st.builds(
        lambda start, length, text, kind: Event(start, start + length, text, (text,), kind),
        st.integers(0, 40), st.integers(1, 30), st.sampled_from("ABCDEF"), st.sampled_from(["dialogue", "forced"]),
    ),
    max_size=8,
)  # fmt: skip


@given(EVENTS)
def test_samples_never_overlap_and_show_at_every_time_what_is_shown_then(events: list[Event]) -> None:
    samples = one_at_a_time(events)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(samples))
    for ms in range(71):
        shown = [event.text for event in events if event.start_ms <= ms < event.end_ms]
        drawn = [
            text for sample in samples if sample.start_ms <= ms < sample.end_ms for text in sample.text.split("\n")
        ]
        assert sorted(drawn) == sorted(shown)


def test_a_sign_stands_above_what_is_said() -> None:
    said, sign = Event(0, 2_000, "Run!", ("c1",)), Event(1_000, 3_000, "EXIT", ("s1",), "forced")
    assert [(one.start_ms, one.end_ms, one.text) for one in one_at_a_time([said, sign])] == [
        (0, 1_000, "Run!"), (1_000, 2_000, "EXIT\nRun!"), (2_000, 3_000, "EXIT"),
    ]  # fmt: skip


def test_what_touches_and_does_not_overlap_stays_as_it_is() -> None:
    events = (Event(0, 1_000, "A", ("a",)), Event(1_000, 2_000, "A", ("b",)), Event(2_500, 3_000, "C", ("c",)))
    assert one_at_a_time(events) == events
