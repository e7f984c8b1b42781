from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localize.cues import Event, graphemes
from localize.timecode import Grid, ms_from_frames
from localize.timing import Limits, Timed, divide, schedule

RATES = [
    Fraction(24000, 1001),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
]
LIMITS = Limits(cps=17, min_ms=833, max_ms=7000)
MINUTE_MS = 60_000
# Quick to read, so that speech and shots alone decide.
WORD = "No."


def at_24(*, shots: Sequence[int] = (), limits: Limits = LIMITS, fits: bool = False, **cues: object) -> list[Event]:
    """Cues as id=(first frame, frame after the last, text, changes to Timed) at 24 fps; so are shots."""
    timed = []
    for id_, (start, end, text, *more) in cues.items():  # type: ignore[misc]
        given = more[0] if more else {}
        timed.append(Timed(id_, ms_from_frames(start, Fraction(24)), ms_from_frames(end, Fraction(24)), text, **given))
    return schedule(
        timed,
        grid=Grid(Fraction(24)),
        shots=[ms_from_frames(shot, Fraction(24)) for shot in shots],
        limits=limits,
        duration_ms=MINUTE_MS,
        fits=lambda _text: fits,
    )


def frames(events: Sequence[Event]) -> list[tuple[int, int]]:
    """First frame and the one after the last, of events that lie on the frames of 24 fps."""
    found = [(event.start_ms * 24 // 1000, event.end_ms * 24 // 1000) for event in events]
    times = [(ms_from_frames(start, Fraction(24)), ms_from_frames(end, Fraction(24))) for start, end in found]
    assert times == [(event.start_ms, event.end_ms) for event in events]
    return found


@pytest.mark.parametrize(
    ("spoken_from", "shown_from"),
    [(87, 87), (88, 88), (89, 88), (92, 88), (93, 100), (99, 100), (100, 100), (101, 100), (111, 100), (112, 112)],
)  # fmt: skip
def test_a_start_near_a_shot_change_moves_onto_it_or_twelve_frames_before(spoken_from: int, shown_from: int) -> None:
    assert frames(at_24(shots=[100], a=(spoken_from, 160, WORD)))[0][0] == shown_from


@pytest.mark.parametrize(
    ("spoken_until", "shown_until"),
    [(188, 188), (189, 198), (198, 198), (199, 198), (207, 198), (208, 212), (211, 212), (212, 212), (213, 213)],
)  # fmt: skip
def test_an_end_near_a_shot_change_stops_two_frames_before_it_or_twelve_after(
    spoken_until: int, shown_until: int
) -> None:
    assert frames(at_24(shots=[200], a=(120, spoken_until, WORD)))[0][1] == shown_until


@pytest.mark.parametrize(
    ("next_from", "shown_until"),
    [(160, 158), (161, 158 + 1), (162, 160), (163, 161), (171, 169), (172, 160), (173, 160)],
)
def test_gaps_of_up_to_eleven_frames_are_closed_to_two(next_from: int, shown_until: int) -> None:
    assert frames(at_24(a=(120, 160, WORD), b=(next_from, 220, WORD)))[0] == (120, shown_until)


def test_gaps_stay_where_the_profile_keeps_them() -> None:
    kept = Limits(cps=17, min_ms=833, max_ms=7000, close_gaps=False)
    assert frames(at_24(limits=kept, a=(120, 160, WORD), b=(166, 220, WORD)))[0] == (120, 160)


def test_a_line_stays_until_it_can_be_read() -> None:
    assert frames(at_24(a=(120, 160, "x" * 51)))[0] == (120, 120 + 3 * 24)


def test_reading_time_stops_two_frames_before_the_next_line() -> None:
    assert frames(at_24(a=(120, 160, "x" * 51), b=(175, 240, WORD)))[0] == (120, 173)


def test_a_line_that_cannot_be_read_before_a_shot_change_runs_on_half_a_second_past_it() -> None:
    # 51 characters take 72 frames: until 192, which is 5 past the shot.
    assert frames(at_24(shots=[187], a=(120, 160, "x" * 51)))[0] == (120, 199)


def test_a_line_with_no_room_past_a_shot_change_stops_before_it_though_it_is_fast() -> None:
    assert frames(at_24(shots=[187], a=(120, 160, "x" * 51), b=(187, 240, WORD)))[0] == (120, 185)


def test_nothing_stays_longer_than_the_longest_duration() -> None:
    assert frames(at_24(fits=True, a=(120, 400, "x" * 500)))[0] == (120, 120 + 7 * 24)


def test_a_text_that_is_going_to_be_split_may_stay_for_both_its_halves() -> None:
    assert frames(at_24(a=(120, 360, "x" * 500)))[0] == (120, 120 + 14 * 24)


def test_a_short_line_gets_its_minimum_after_the_speech() -> None:
    assert frames(at_24(a=(120, 124, WORD)))[0] == (120, 140)


def test_a_short_line_starts_early_where_there_is_no_room_after_it() -> None:
    """b has 10 frames up to c and misses 10; a ends at 110, and the gap is 2."""
    shown = frames(at_24(a=(60, 110, "x" * 20), b=(130, 140, WORD), c=(142, 200, WORD)))
    assert shown == [(60, 118), (120, 140), (142, 200)]


def test_a_short_line_never_starts_early_across_a_shot_change() -> None:
    assert frames(at_24(shots=[127], a=(60, 100, WORD), b=(130, 140, WORD), c=(142, 200, WORD)))[1] == (127, 140)


def test_a_start_stays_with_its_speech_where_the_shot_belongs_to_the_line_before() -> None:
    """a is still heard 8 frames into the shot; pulling b onto the shot would cut it off."""
    shown = frames(at_24(shots=[100], a=(40, 108, "x" * 30), b=(110, 160, WORD)))
    assert shown == [(40, 108), (110, 160)]


def test_two_lines_that_meet_at_a_shot_change_meet_on_it() -> None:
    assert frames(at_24(shots=[100], a=(40, 103, WORD), b=(104, 160, WORD))) == [(40, 98), (100, 160)]


def test_short_neighbours_of_one_speaker_become_one() -> None:
    [event] = at_24(fits=True, a=(120, 126, "No."), b=(130, 170, "Never."))
    assert (event.text, event.cue_ids, frames([event])) == ("No. Never.", ("a", "b"), [(120, 170)])


@pytest.mark.parametrize(
    ("second", "shots", "fits"),
    [
        ((130, 170, "Never.", {"speaker": "b"}), (), True),
        ((130, 170, "Never.", {"by_human": True}), (), True),
        ((130, 170, "Never.", {"kind": "forced"}), (), True),
        ((138, 170, "Never."), (), True),
        ((130, 170, "Never."), (140,), True),
        ((130, 170, "Never."), (), False),
    ],
    ids=["another speaker", "timed by a human", "another kind", "half a second later", "a shot between", "too wide"],
)
def test_neighbours_stay_apart(second: object, shots: tuple[int, ...], fits: bool) -> None:
    assert len(at_24(shots=shots, fits=fits, a=(120, 126, "No."), b=second)) == 2


def test_lines_that_can_each_be_read_stay_apart() -> None:
    assert len(at_24(fits=True, a=(120, 150, "No."), b=(152, 180, "Never."))) == 2


def test_cues_that_start_on_one_frame_are_shown_together() -> None:
    [event] = at_24(a=(120, 150, "No."), b=(120, 170, "Yes.", {"speaker": "b"}))
    assert (event.text, event.cue_ids, frames([event])) == ("No.\nYes.", ("a", "b"), [(120, 170)])


def human(id_: str, start_ms: int, end_ms: int) -> Timed:
    return Timed(id_, start_ms, end_ms, "x" * 60, by_human=True)


def run(*cues: Timed, shots: Sequence[int] = (), rate: Fraction = RATES[0], limits: Limits = LIMITS) -> list[Event]:
    return schedule(
        cues, grid=Grid(rate), shots=shots, limits=limits, duration_ms=MINUTE_MS, fits=lambda text: len(text) < 80
    )


def test_a_cue_that_a_human_timed_stays_to_the_millisecond() -> None:
    [event] = run(human("a", 1001, 1555), shots=[1084])
    assert (event.start_ms, event.end_ms) == (1001, 1555)


def test_neighbours_of_a_cue_that_a_human_timed_give_way() -> None:
    before, kept, after = run(Timed("a", 200, 1300, "x" * 60), human("b", 1001, 3002), Timed("c", 2500, 4000, WORD))
    assert (kept.start_ms, kept.end_ms) == (1001, 3002)
    assert before.end_ms == ms_from_frames(22, RATES[0])  # 1001 ms is frame 24
    assert after.start_ms == ms_from_frames(72 + 2, RATES[0])  # frame 72 begins at 3003 ms


def test_what_is_spoken_inside_a_cue_that_a_human_timed_is_shown_with_it() -> None:
    [event] = run(human("a", 1001, 3002), Timed("b", 1500, 2000, WORD))
    assert (event.start_ms, event.end_ms, event.cue_ids) == (1001, 3002, ("a", "b"))


def test_of_two_cues_that_a_human_timed_over_each_other_the_first_ends_where_the_second_starts() -> None:
    first, second = run(human("a", 1001, 3002), human("b", 2500, 4000))
    assert (first.end_ms, second.start_ms, second.end_ms) == (2500, 2500, 4000)


def test_a_cue_after_the_end_of_the_picture_is_left_for_the_check_to_report() -> None:
    [event] = run(Timed("a", MINUTE_MS + 10, MINUTE_MS + 500, WORD))
    assert (event.start_ms, event.end_ms) == (MINUTE_MS + 10, MINUTE_MS + 500)


def test_half_a_second_scales_with_the_rate_and_the_gap_does_not() -> None:
    """At 60 fps half a second is 30 frames: a gap of 29 is closed to 2, one of 30 stays."""
    rate = Fraction(60)

    def first_end(gap: int) -> int:
        a = Timed("a", 1000, 3000, WORD)
        return run(a, Timed("b", ms_from_frames(180 + gap, rate), 6000, WORD), rate=rate)[0].end_ms

    assert [first_end(29), first_end(30)] == [ms_from_frames(180 + 27, rate), 3000]


def test_where_the_rate_varies_times_are_those_of_real_pictures() -> None:
    times = [0, 33, 67, 400, 900, 1500, 2200, 2233, 2400, 3000]
    [event] = schedule(
        [Timed("a", 500, 1600, WORD)],
        grid=Grid(Fraction(30), times),
        shots=[],
        limits=LIMITS,
        duration_ms=3000,
        fits=bool,
    )
    assert (event.start_ms, event.end_ms) == (400, 2200)


def test_signs_that_stand_at_one_time_are_shown_at_one_time_and_never_merge() -> None:
    signs = [
        Timed("card", 1000, 5000, "Lin Fan", "forced"),
        Timed("door", 1000, 4000, "Room 8", "forced"),
        Timed("next", 5040, 5400, "CEO", "forced"),
    ]
    events = schedule(signs, grid=Grid(Fraction(25)), shots=[], limits=LIMITS, duration_ms=60_000, fits=bool)
    assert [(event.cue_ids, event.start_ms, event.text) for event in events] == [
        (("door",), 1000, "Room 8"),
        (("card",), 1000, "Lin Fan"),
        (("next",), 5040, "CEO"),
    ]
    assert [event.end_ms >= end_ms for event, end_ms in zip(events, (4000, 4960, 5400), strict=True)] == [True] * 3


@pytest.mark.parametrize("shots", [(), (2240,)])
def test_a_division_is_on_the_grid_with_a_gap_and_takes_a_shot_change(shots: tuple[int, ...]) -> None:
    """From frame 24 to 96 at 24 fps: the middle is frame 60, the shot is at 2240 ms, frame 54."""
    found = divide(1000, 4000, Fraction(1, 2), grid=Grid(Fraction(24)), limits=LIMITS, shots=shots)
    second = 54 if shots else 60
    assert found == (ms_from_frames(second - 2, Fraction(24)), ms_from_frames(second, Fraction(24)))


def test_what_is_too_short_for_two_is_not_divided() -> None:
    assert divide(1000, 2700, Fraction(1, 2), grid=Grid(Fraction(24)), limits=LIMITS) is None


DURATION_MS = 12_000


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    kind = draw(st.sampled_from([*RATES, "real times", "any"]))
    if isinstance(kind, Fraction):
        return Grid(kind)
    if kind == "any":
        return Grid(Fraction(30), range(DURATION_MS + 1))
    steps = draw(st.lists(st.sampled_from([16, 17, 33, 34, 100, 700]), min_size=1, max_size=8))
    times = [0]
    while times[-1] < DURATION_MS - 700:
        times.append(times[-1] + steps[len(times) % len(steps)])
    return Grid(Fraction(30), [*times, DURATION_MS])


@st.composite
def timed(draw: st.DrawFn) -> list[Timed]:
    """Machine cues anywhere in the picture, and human ones that do not overlap each other."""
    moments = st.integers(0, DURATION_MS - 1)
    lengths = st.one_of(st.integers(1, 400), st.integers(1, 6000))
    texts = st.integers(0, 90).map(lambda count: "x" * count)
    kinds = st.sampled_from(["dialogue", "dialogue", "forced"])
    cues = [
        Timed(f"m{n}", start, start + length, text, kind, speaker=speaker)  # type: ignore[arg-type]
        for n, (start, length, text, kind, speaker) in enumerate(
            draw(st.lists(st.tuples(moments, lengths, texts, kinds, st.sampled_from([None, "a", "b"])), max_size=10))
        )
    ]
    edges = sorted(draw(st.lists(st.integers(0, DURATION_MS // 20), max_size=6, unique=True)))
    for n, (start, end) in enumerate(zip(edges[::2], edges[1::2], strict=False)):
        cues.append(Timed(f"h{n}", 20 * start + 3, 20 * end, "x" * 30, by_human=True))
    return cues


shot_lists = st.lists(st.integers(0, DURATION_MS), max_size=12)
limit_sets = st.builds(
    Limits,
    cps=st.sampled_from([4.0, 9.0, 17.0]),
    min_ms=st.sampled_from([500, 833, 1000]),
    max_ms=st.sampled_from([3000, 7000]),
    gap_frames=st.integers(0, 4),
    close_gaps=st.booleans(),
)


@settings(max_examples=300)
@given(timed(), grids(), shot_lists, limit_sets)
def test_every_schedule_is_whole_ordered_on_the_grid_and_free_of_overlaps(
    cues: list[Timed], grid: Grid, shots: list[int], limits: Limits
) -> None:
    def scheduled() -> list[Event]:
        return schedule(
            cues, grid=grid, shots=shots, limits=limits, duration_ms=DURATION_MS, fits=lambda text: len(text) <= 60
        )

    events = scheduled()
    assert events == scheduled()
    by_human = {cue.id: cue for cue in cues if cue.by_human}
    for kind in ("dialogue", "forced"):
        of_kind = [event for event in events if event.kind == kind]
        assert sorted(id_ for event in of_kind for id_ in event.cue_ids) == sorted(c.id for c in cues if c.kind == kind)
        signs = sorted((cue.start_ms, cue.end_ms) for cue in cues if cue.kind == "forced")
        if kind == "dialogue" or all(before[1] <= after[0] for before, after in pairwise(signs)):
            assert all(before.end_ms <= after.start_ms for before, after in pairwise(of_kind))
    for event in events:
        assert 0 <= event.start_ms < event.end_ms <= DURATION_MS
        fixed = [by_human[id_] for id_ in event.cue_ids if id_ in by_human]
        if fixed:
            assert [(event.start_ms, event.end_ms)] == [(cue.start_ms, cue.end_ms) for cue in fixed]
        else:
            assert (grid.floor(event.start_ms), grid.floor(event.end_ms)) == (event.start_ms, event.end_ms)


@settings(max_examples=300)
@given(timed(), grids(), shot_lists, limit_sets)
def test_a_start_moves_by_no_more_than_the_convention_and_no_duration_is_stretched_for_nothing(
    cues: list[Timed], grid: Grid, shots: list[int], limits: Limits
) -> None:
    machine = [cue for cue in cues if not cue.by_human]
    events = schedule(
        machine, grid=grid, shots=shots, limits=limits, duration_ms=DURATION_MS, fits=lambda text: len(text) <= 60
    )
    by_id = {cue.id: cue for cue in machine}
    half_ms, frame_ms = 501 + 2000 // grid.rate, 1000 // grid.rate + 1  # in whole milliseconds, rounded up
    for event in events:
        spoken_from = min(by_id[id_].start_ms for id_ in event.cue_ids)
        # Back to when its picture came on screen, and from there half a second, to the picture of that time.
        reach_ms = half_ms + frame_ms if grid.times_ms is None else half_ms + 2 * 700
        assert spoken_from - reach_ms <= event.start_ms <= spoken_from + 0.3 * 1000 + frame_ms
        longest = limits.max_ms * (1 if len(event.text) <= 60 else 2)
        assert event.end_ms - event.start_ms <= max(longest, 700)


@settings(max_examples=300)
@given(st.lists(st.integers(40, 400), min_size=1, max_size=8), st.sampled_from(RATES))
def test_speech_is_covered_where_no_shot_is_near(lengths: list[int], rate: Fraction) -> None:
    """Lines of 2 to 6 s with 200 ms between them, each readable in its time."""
    cues, now = [], 0
    for number, length in enumerate(lengths):
        cues.append(Timed(str(number), now, now + 2000 + 10 * length, WORD, speaker=str(number)))
        now += 2200 + 10 * length
    events = schedule(cues, grid=Grid(rate), shots=[], limits=LIMITS, duration_ms=MINUTE_MS, fits=bool)
    for cue, event in zip(cues, events, strict=True):
        assert event.start_ms <= cue.start_ms
        assert event.end_ms >= cue.end_ms
        assert 1000 * len(graphemes(event.text)) <= LIMITS.cps * (event.end_ms - event.start_ms)


@given(st.sampled_from(RATES), st.integers(2000, 5000), st.integers(2000, 5000), st.integers(1, 9999))
def test_no_time_is_left_within_half_a_second_of_a_shot_change(
    rate: Fraction, start: int, length: int, shot: int
) -> None:
    grid = Grid(rate)
    shot_ms = grid.floor(shot)
    [event] = run(Timed("a", start, start + length, WORD), shots=[shot_ms], rate=rate)
    half = round(rate / 2 + Fraction(1, 1000))
    if shot_ms:
        assert event.start_ms == shot_ms or grid.frames_between(event.start_ms, shot_ms) >= half
        assert event.end_ms == grid.earlier(shot_ms, 2) or grid.frames_between(event.end_ms, shot_ms) >= half


@given(grids(), st.integers(0, DURATION_MS), st.integers(0, DURATION_MS), st.integers(0, 20))
def test_a_grid_rounds_to_its_pictures_and_counts_frames(grid: Grid, first: int, second: int, frames: int) -> None:
    floor, ceil = grid.floor(first), grid.ceil(first)
    assert floor <= first <= ceil or ceil == grid.ceil(DURATION_MS)
    assert {grid.floor(floor), grid.ceil(floor)} == {floor}
    assert grid.nearest(first) in {floor, ceil}
    assert grid.earlier(first, frames) <= floor <= grid.later(first, frames)
    assert grid.frames_between(first, second) == grid.frames_between(second, first)
    if grid.times_ms is None:
        assert grid.earlier(grid.later(floor, frames), frames) == floor
        assert grid.frames_between(floor, grid.later(floor, frames)) == frames
