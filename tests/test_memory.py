"""The translation memory over workspaces of a few lines, and over random ones against brute force."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from localize.cues import Cue, SourceTrack, TargetLine, TargetTrack, source_fingerprint
from localize.errors import LeaseHeld, WorkspaceError
from localize.lines import Similar
from localize.memory import Asked, Match, Memory, Unit, asked, normalised
from localize.memory import fuzzy as fuzzy_files
from localize.memory import index as memory_index
from localize.memory import refresh as refreshing
from localize.workspace import to_json

SERIES = "dragon-king"
_times = itertools.count(1)


def cues(*texts: str) -> tuple[Cue, ...]:
    return tuple(Cue(f"c{number:04}", number * 1000, number * 1000 + 900, text) for number, text in enumerate(texts, 1))


def approved(cue: Cue, text: str) -> TargetLine:
    return TargetLine(cue.id, text, "human", approved=True, source_fingerprint=source_fingerprint(cue))


def save(path: Path, value: object) -> None:
    """A file of the workspace, later by the clock than all before it: edits of a test follow within a tick."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_json(value))
    os.utime(path, ns=(next(_times), next(_times)))


def episode(
    root: Path, id_: str, lines: Sequence[tuple[str, str]], *, series: str = SERIES, locale: str = "en"
) -> Sequence[TargetLine]:
    """An episode whose lines, Chinese and translation, are all approved."""
    source = cues(*(text for text, _ in lines))
    target = tuple(approved(cue, text) for cue, (_, text) in zip(source, lines, strict=True))
    save(root / series / id_ / "source.json", SourceTrack("zh-Hans", source, len(source) + 1))
    save(root / series / id_ / "targets" / f"{locale}.json", TargetTrack(locale, target))
    return target


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path / "memory.sqlite") as memory:
        yield memory


def match(memory: Memory, line: Asked, series: str | None = SERIES) -> Match:
    (found,) = memory.exact([line], "en", series=series)
    assert found is not None
    return found


def target(memory: Memory, text: str, locale: str = "en", series: str | None = SERIES) -> str | None:
    (found,) = memory.exact([Asked(text)], locale, series=series)
    return found.target if found else None


def test_an_approved_line_is_found_wherever_its_text_is_said_again(memory: Memory, root: Path) -> None:
    episode(root, "ep01", [("走", "Go."), ("跪下", "On your knees!")])
    memory.refresh(root, SERIES)
    expected = Match("On your knees!", False, SERIES, "ep01", "c0002")
    assert memory.exact([Asked("跪下"), Asked("跪")], "en", series=SERIES) == [expected, None]


def test_a_line_is_not_offered_its_own_approval(memory: Memory, root: Path) -> None:
    episode(root, "ep01", [("走", "Go.")])
    episode(root, "ep01", [("走", "Walk.")], series="other")
    for series in (SERIES, "other"):
        memory.refresh(root, series)
    own = Asked("走", episode="ep01", cue_id="c0001", series=SERIES)
    assert memory.exact([own], "en", series=SERIES) == [None]
    assert match(memory, own, None) == Match("Walk.", True, "other", "ep01", "c0001")
    # Which of the two is its own, nobody said.
    assert memory.exact([replace(own, series="")], "en", series=None) == [None]


CUE = cues("你终于回来了")[0]
GOOD = approved(CUE, "You are back.")


@pytest.mark.parametrize(
    ("locale", "line"),
    [
        pytest.param("en", replace(GOOD, approved=False), id="nobody approved it"),
        pytest.param("en", replace(GOOD, flags=("stale",)), id="stale"),
        pytest.param("en", replace(GOOD, source_fingerprint="of another text"), id="its source changed"),
        pytest.param("en", replace(GOOD, source_fingerprint=""), id="of an unknown source"),
        pytest.param("en", replace(GOOD, text=" \n"), id="empty"),
        pytest.param("en", replace(GOOD, text="You are back, 林凡."), id="Chinese is left in it"),
        pytest.param("ja", replace(GOOD, text="你终于回来了"), id="the source itself"),
        pytest.param("en", replace(GOOD, id="c0009"), id="of no cue"),
    ],
)
def test_a_line_that_nobody_vouches_for_never_comes_out(
    memory: Memory, root: Path, locale: str, line: TargetLine
) -> None:
    episode(root, "ep01", [(CUE.text, GOOD.text)], locale=locale)
    save(root / SERIES / "ep01" / "targets" / f"{locale}.json", TargetTrack(locale, (line,)))
    memory.refresh(root, SERIES)
    assert target(memory, CUE.text, locale) is None
    assert memory.fuzzy(CUE.text + "!", locale, series=None) == []
    assert list(memory.units()) == []


def test_a_mended_line_comes_out_although_its_flag_still_says_untranslated(memory: Memory, root: Path) -> None:
    episode(root, "ep01", [(CUE.text, GOOD.text)])
    line = replace(GOOD, draft=CUE.text, by="argos", flags=("untranslated",))
    save(root / SERIES / "ep01" / "targets" / "en.json", TargetTrack("en", (line,)))
    memory.refresh(root, SERIES)
    assert target(memory, CUE.text) == "You are back."


def test_the_same_neighbours_beat_any_number_of_approvals_elsewhere(memory: Memory, root: Path) -> None:
    episode(root, "ep01", [("他来了", "He is here."), ("走", "Let's go."), ("快", "Quick!")])
    for number in (2, 3, 4):
        episode(root, f"ep0{number}", [("走", "Go.")])
    memory.refresh(root, SERIES)
    assert match(memory, Asked("走", "他来了", " 快 ")) == Match("Let's go.", True, SERIES, "ep01", "c0002", 1)
    assert match(memory, Asked("走")) == Match("Go.", True, SERIES, "ep04", "c0001", 1)
    assert match(memory, Asked("走", "他来了", "跪下")) == Match("Go.", False, SERIES, "ep04", "c0001", 1)


def test_between_the_same_neighbours_the_most_approved_wins_as_well(memory: Memory, root: Path) -> None:
    for number, english in enumerate(("Go.", "Go.", "Walk."), 1):
        episode(root, f"ep{number}", [("他来了", "He is here."), ("走", english), ("快", "Quick!")])
    memory.refresh(root, SERIES)
    line = Asked("走", "他来了", "快")
    assert match(memory, line) == Match("Go.", True, SERIES, "ep2", "c0002", 1)
    assert match(memory, replace(line, episode="ep2", cue_id="c0002")) == Match(
        "Walk.", True, SERIES, "ep3", "c0002", 1
    )


def test_among_several_translations_the_most_approved_wins_and_then_the_latest(memory: Memory, root: Path) -> None:
    episode(root, "ep2", [("走", "Go."), ("走", "Leave."), ("走", "Go.")])
    episode(root, "ep9", [("走", "Move.")])
    episode(root, "ep10", [("走", "Walk."), ("走", "Run.")])
    memory.refresh(root, SERIES)
    elsewhere = Asked("走", "跪下", "跪下")
    assert match(memory, elsewhere) == Match("Go.", False, SERIES, "ep2", "c0003", 4)
    own = replace(elsewhere, episode="ep2", cue_id="c0003")
    assert match(memory, own) == Match("Run.", False, SERIES, "ep10", "c0002", 4)


def test_a_series_keeps_to_itself_unless_the_studio_shares(memory: Memory, root: Path) -> None:
    episode(root, "ep01", [("走吧", "Let's go.")])
    episode(root, "ep01", [("跪下", "Kneel!")], series="other")
    for series in (SERIES, "other"):
        memory.refresh(root, series)
    assert (target(memory, "跪下"), target(memory, "跪下", series=None)) == (None, "Kneel!")
    assert target(memory, "跪下", "th", series=None) is None
    assert memory.fuzzy("跪下吧", "en", series=SERIES) == []
    assert memory.fuzzy("跪下吧", "en", series=None) == [Similar("跪下", "Kneel!", 80)]
    assert [unit.series for unit in memory.units()] == [SERIES, "other"]
    assert [unit.series for unit in memory.units("other")] == ["other"]


def test_only_files_that_changed_are_read_again(memory: Memory, root: Path) -> None:
    for number in (1, 2, 3):
        episode(root, f"ep0{number}", [("走", "Go.")])
    first = memory.refresh(root, SERIES)
    assert (first.files, first.lines) == (3, 3)
    assert not memory.refresh(root, SERIES)
    episode(root, "ep02", [("走", "Go."), ("跪下", "Kneel!")])
    again = memory.refresh(root, SERIES)
    assert (again.files, again.lines, again.gone) == (1, 2, 0)


def test_the_memory_follows_edits_retractions_and_removals(memory: Memory, root: Path) -> None:
    lines = episode(root, "ep01", [("走吧", "Let's go."), ("跪下", "Kneel!")])
    episode(root, "ep02", [("三年之期", "The three years are over.")])
    memory.refresh(root, SERIES)
    file = root / SERIES / "ep01" / "targets" / "en.json"

    save(file, TargetTrack("en", (replace(lines[0], text="Come."), lines[1])))
    memory.refresh(root, SERIES)
    assert target(memory, "走吧") == "Come."

    save(file, TargetTrack("en", (replace(lines[0], approved=False), lines[1])))
    memory.refresh(root, SERIES)
    assert (target(memory, "走吧"), target(memory, "跪下")) == (None, "Kneel!")
    assert memory.fuzzy("走吧!", "en", series=SERIES) == []

    save(root / SERIES / "ep01" / "source.json", SourceTrack("zh-Hans", cues("走吧", "跪下！"), 3))
    memory.refresh(root, SERIES)
    assert target(memory, "跪下") is None

    shutil.rmtree(root / SERIES / "ep02")
    assert memory.refresh(root, SERIES).gone == 1
    assert list(memory.units()) == []


def test_a_series_that_moved_is_read_from_where_it_is_now(memory: Memory, root: Path, tmp_path: Path) -> None:
    episode(root, "ep01", [("走", "Go.")])
    memory.refresh(root, SERIES)
    moved = tmp_path / "moved"
    shutil.copytree(root, moved)
    episode(moved, "ep02", [("跪下", "Kneel!")])
    memory.refresh(moved, SERIES)
    assert match(memory, Asked("走")).alternatives == 0
    assert len(list(memory.units())) == 2


def test_a_damaged_target_file_is_told_and_takes_only_its_own_lines_along(memory: Memory, root: Path) -> None:
    episode(root, "ep01", [("走", "Go.")])
    episode(root, "ep02", [("跪下", "Kneel!")])
    memory.refresh(root, SERIES)
    (root / SERIES / "ep01" / "targets" / "en.json").write_text('{"locale": "en", "lines": 7}')
    for _ in range(2):
        (error,) = memory.refresh(root, SERIES).unread
        assert "ep01" in str(error)
        assert "lines" in str(error)
        assert (target(memory, "走"), target(memory, "跪下")) == (None, "Kneel!")
    episode(root, "ep01", [("走", "Go.")])
    assert memory.refresh(root, SERIES).unread == ()
    assert target(memory, "走") == "Go."


def test_a_damaged_source_takes_all_locales_of_its_episode_along(memory: Memory, root: Path) -> None:
    for locale in ("en", "th"):
        episode(root, "ep01", [("走", "Go.")], locale=locale)
    memory.refresh(root, SERIES)
    (root / SERIES / "ep01" / "source.json").write_text("{")
    assert len(memory.refresh(root, SERIES).unread) == 2
    assert list(memory.units()) == []


def test_units_hold_every_locale_of_a_line_in_the_order_they_are_said(memory: Memory, root: Path) -> None:
    episode(root, "ep10", [("走！", "Go!"), ("走！", "Walk!")])
    episode(root, "ep10", [("走！", "ไป!"), ("走！", "เดิน!")], locale="th")
    episode(root, "ep9", [("跪下", "Kneel.")])
    memory.refresh(root, SERIES)
    assert list(memory.units(SERIES)) == [
        Unit("跪下", {"en": "Kneel."}, SERIES, "ep9", "c0001"),
        Unit("走！", {"en": "Go!", "th": "ไป!"}, SERIES, "ep10", "c0001"),
        Unit("走！", {"en": "Walk!", "th": "เดิน!"}, SERIES, "ep10", "c0002"),
    ]


# The file of the index: all truth is in the workspaces.


def _overwritten(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _older(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 0")
    connection.close()


def _broken_pages(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


@pytest.mark.parametrize("harm", [_overwritten, _empty, _older, _broken_pages, Path.unlink])
def test_an_index_that_is_of_no_use_is_made_anew_from_every_known_workspace(tmp_path: Path, root: Path, harm) -> None:
    episode(root, "ep01", [("走", "Go.")])
    elsewhere = tmp_path / "elsewhere"
    episode(elsewhere, "ep01", [("跪下", "Kneel!")], series="other")
    path = tmp_path / "memory.sqlite"
    with Memory.open(path) as memory:
        memory.refresh(root, SERIES)
        memory.refresh(elsewhere, "other")
    harm(path)
    with Memory.open(path) as memory:
        assert target(memory, "跪下", series=None) == "Kneel!"
        assert memory.fuzzy("跪下吧", "en", series="other") == [Similar("跪下", "Kneel!", 80)]
        assert not memory.refresh(root, SERIES)
        assert target(memory, "走") == "Go."


@pytest.mark.parametrize("harm", [_overwritten, _broken_pages, Path.unlink])
def test_an_index_that_is_harmed_while_it_is_open_is_made_anew(
    memory: Memory, root: Path, tmp_path: Path, harm
) -> None:
    episode(root, "ep01", [("走", "Go.")])
    memory.refresh(root, SERIES)
    with sqlite3.connect(tmp_path / "memory.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    harm(tmp_path / "memory.sqlite")
    memory.refresh(root, SERIES)
    assert target(memory, "走") == "Go."
    with Memory.open(tmp_path / "memory.sqlite") as other:
        assert target(other, "走") == "Go."


def test_a_file_that_was_never_ours_is_kept(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("three years of work")
    Memory.open(thesis).close()
    assert (tmp_path / "thesis.txt.old").read_text() == "three years of work"


def test_rebuilding_forgets_what_no_workspace_holds_any_more(memory: Memory, root: Path) -> None:
    episode(root, "ep01", [("走", "Go.")])
    episode(root, "ep01", [("跪下", "Kneel!")], series="other")
    for series in (SERIES, "other"):
        memory.refresh(root, series)
    shutil.rmtree(root / "other")
    memory.rebuild()
    assert [unit.source for unit in memory.units()] == ["走"]


def test_a_place_that_cannot_be_written_is_told_with_the_variable_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match="LOCALIZE_MEMORY"):
        Memory.open(tmp_path / "file" / "memory.sqlite")


def test_a_process_that_keeps_the_index_for_too_long_is_waited_for_in_vain(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_index, "_PATIENCE_S", 0.01)
    episode(root, "ep01", [("走", "Go.")])
    path = tmp_path / "memory.sqlite"
    with Memory.open(path) as memory:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LeaseHeld):
            memory.refresh(root, SERIES)
        assert target(memory, "走") is None
        other.close()
        assert memory.refresh(root, SERIES).files == 1


def _refresh(path: Path, root: Path) -> int:
    with Memory.open(path) as memory:
        return memory.refresh(root, SERIES).lines


def test_processes_that_refresh_at_once_leave_every_line_once(tmp_path: Path, root: Path) -> None:
    for number in range(20):
        episode(root, f"ep{number}", [(f"走{number}", "Go."), ("跪下", f"Kneel {number}!")])
    path = tmp_path / "memory.sqlite"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_refresh, [(path, root)] * 6, chunksize=1)
    with Memory.open(path) as memory:
        assert not memory.refresh(root, SERIES)
        assert len(list(memory.units())) == 40
        assert match(memory, Asked("跪下")).alternatives == 19


def test_who_read_a_file_before_it_changed_does_not_overwrite_who_read_it_after(
    memory: Memory, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode(root, "ep01", [("走", "Go.")])
    batches = refreshing._batches

    def overtaken(files: Iterator[refreshing._Read]) -> list[list[refreshing._Read]]:
        read = list(batches(files))
        monkeypatch.undo()
        episode(root, "ep01", [("走", "Walk.")])
        _refresh(tmp_path / "memory.sqlite", root)
        return read

    monkeypatch.setattr(refreshing, "_batches", overtaken)
    memory.refresh(root, SERIES)
    assert target(memory, "走") == "Walk."


def test_lookups_see_one_state_while_another_process_writes(memory: Memory, root: Path, tmp_path: Path) -> None:
    lines = [("跪下", "Kneel!"), ("走吧", "Go.")]

    def approve_and_retract() -> None:
        with Memory.open(tmp_path / "memory.sqlite") as other:
            for number in range(60):
                episode(root, "ep01", lines[: number % 3])
                other.refresh(root, SERIES)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(approve_and_retract)
        while not writing.done():
            first, second = memory.exact([Asked("走吧"), Asked("跪下")], "en", series=SERIES)
            assert first is None or second is not None
            assert memory.fuzzy("跪下吧", "en", series=None) in ([], [Similar("跪下", "Kneel!", 80)])
        writing.result()
    assert (target(memory, "跪下"), target(memory, "走吧")) == ("Kneel!", "Go.")


def test_threads_share_a_memory(memory: Memory, root: Path) -> None:
    episode(root, "ep01", [("跪下", "Kneel!")])
    memory.refresh(root, SERIES)
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda _: memory.fuzzy("跪下吧", "en", series=None), range(20))
    assert list(found) == [[Similar("跪下", "Kneel!", 80)]] * 20


def test_the_memory_loads_no_numbers_library_before_a_fuzzy_lookup() -> None:
    code = "import sys, localize.memory; sys.exit(bool({'numpy', 'rapidfuzz'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# How texts are compared.


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("走！", "走!"),
        ("走 。", "走."),
        ("什么……", "什么…"),
        ("什么。。。", "什么..."),
        ("我——不", "我—不"),
        ("“跪下”", "「跪下」"),
        ("ＣＥＯ　林 凡", "CEO林凡"),
        ("Su\u00a0 Ruoxue", "Su Ruoxue"),
        ("走\u200b吧\n", "走吧"),
    ],
)
def test_spellings_of_one_text_are_one(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"), [("走", "走。"), ("走！", "走？"), ("林凡", "林帆"), ("a b", "ab"), ("1", "2")]
)
def test_texts_that_say_something_else_stay_apart(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@given(st.text(alphabet="走跪下 　.。…-—!！“”「a1\u200b\n"))
def test_a_normalised_text_is_normalised(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


# Fuzzy lookups against brute force.

LINES = st.text(alphabet="走跪下你我他回来a", min_size=1, max_size=9)
EPISODES = st.lists(st.tuples(st.sampled_from(["ep1", "ep2", "ep3"]), st.lists(LINES, max_size=12)), max_size=8)


def english(text: str) -> str:
    return text.encode().hex()


def brute_force(text: str, translations: Mapping[str, str], floor: int) -> list[Similar]:
    scored = [(200 * round((len(text) + len(s)) * fuzz.ratio(text, s) / 200) // (len(text) + len(s)), s)
              for s in translations if s != text]  # fmt: skip
    ordered = sorted(((score, s) for score, s in scored if score >= floor), key=lambda hit: (-hit[0], hit[1]))
    return [Similar(s, translations[s], score) for score, s in ordered]


@given(EPISODES, st.lists(LINES, min_size=1, max_size=5), st.sampled_from([1, 50, 75, 80, 99]), st.booleans())
def test_fuzzy_lookups_find_what_brute_force_finds(
    episodes: list[tuple[str, list[str]]], questions: list[str], floor: int, kept: bool
) -> None:
    """Episodes come, change and go; rows of the index are read from files, from memory, or from both."""
    with (
        TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Memory.open(Path(folder) / "memory.sqlite") as memory,
    ):
        patch.setattr(fuzzy_files, "_NEW_ROWS", 3 if kept else 100)
        patch.setattr(fuzzy_files, "_PARTS", 2)
        root, stands = Path(folder) / "workspace", {}
        for id_, texts in episodes:
            episode(root, id_, [(text, english(text)) for text in texts])
            memory.refresh(root, SERIES)
            stands[id_] = texts
            translations = {text: english(text) for texts in stands.values() for text in texts}
            for question in questions:
                expected = brute_force(question, translations, floor)
                assert memory.fuzzy(question, "en", series=SERIES, limit=1000, floor=floor) == expected
                assert memory.fuzzy(question, "en", series=None, limit=2, floor=floor) == expected[:2]


TEXTS = st.text(max_size=40).map(normalised)


@given(st.lists(TEXTS.filter(bool), max_size=30), TEXTS, st.integers(1, 99))
def test_no_similar_text_is_missed_in_any_script(texts: list[str], question: str, floor: int) -> None:
    from localize.memory.signatures import Signatures

    signatures = Signatures.of(("en", SERIES, text) for text in texts)
    found = {text for _, text in signatures.similar(question, "en", None, floor)}
    assert found == {text for text in texts if text != question and fuzz.ratio(question, text) >= floor - 1e-9}


@pytest.mark.parametrize("harm", ["words.npy", "ones.npy", "codes.npy", "blocks.json"])
def test_damaged_signatures_are_made_anew(
    tmp_path: Path, root: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzzy_files, "_NEW_ROWS", 1)
    episode(root, "ep01", [("跪下", "Kneel!"), ("走吧", "Go."), ("走了", "Gone.")])
    for _ in range(2):
        with Memory.open(tmp_path / "memory.sqlite") as memory:
            memory.refresh(root, SERIES)
            assert memory.fuzzy("跪下吧", "en", series=None) == [Similar("跪下", "Kneel!", 80)]
        (file,) = (tmp_path / "memory.signatures").glob(f"*/{harm}")
        whole = file.read_bytes()
        file.write_bytes(whole[:-4])
    with Memory.open(tmp_path / "memory.sqlite") as memory:
        memory.fuzzy("走", "en", series=None)
    assert file.read_bytes() == whole


def test_the_lines_of_a_track_are_asked_with_those_beside_them() -> None:
    assert asked(cues("走", "跪下"), "ep01", SERIES) == [
        Asked("走", "", "跪下", "ep01", "c0001", SERIES),
        Asked("跪下", "走", "", "ep01", "c0002", SERIES),
    ]


def test_a_run_looks_through_a_large_series_once_a_second_and_through_a_small_one_each_time(
    memory: Memory, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode(root, "ep1", [("住手", "Stop.")])
    memory.catch_up(root, SERIES)
    episode(root, "ep2", [("跪下", "Kneel.")])
    memory.catch_up(root, SERIES)
    assert target(memory, "跪下") == "Kneel."
    monkeypatch.setattr("localize.memory.memory.MANY", 1)
    memory.catch_up(root, SERIES)
    episode(root, "ep3", [("滚出去", "Get out.")])
    memory.catch_up(root, SERIES)
    assert target(memory, "滚出去") is None
    memory.refresh(root, SERIES)
    assert target(memory, "滚出去") == "Get out."
