from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.delivery import naming
from localize.errors import InputError
from localize.series import PLATFORMS, Episode, Series


def _series(*ids: str) -> Series:
    episodes = tuple(Episode(id=id_, file=f"{id_}.mp4") for id_ in ids)
    return Series(schema=1, id="tide", title="潮", genre="war-god", locales=("en",), episode=episodes, root=Path("/s"))


def _named(text: str, **fields: object) -> str:
    given = {"locale": "th", "episode": 7, "id_": "ep07", "ext": "mp4", **fields}
    return naming.template(text, "tide", "full").name(**given)  # type: ignore[arg-type]


def test_every_platform_has_a_template_and_each_names_a_file_below_the_series() -> None:
    assert naming.TEMPLATES.keys() == {*PLATFORMS}
    for platform, text in naming.TEMPLATES.items():
        made = naming.template(text, "tide", platform)
        name = made.name(locale="th", episode=7, id_="ep07", ext="mp4")
        assert PurePosixPath(name).parts[:2] == ("tide", "th")
        assert "007" in name
        assert made.home == "tide"


@pytest.mark.parametrize(
    "text",
    ["{nobody}.{ext}", "{0}.{ext}", "{}.{ext}", "{locale.__class__}.{ext}", "{series!r}.{ext}", "{locale:>9}.{ext}",
     "{episode:>099}.{ext}", "{episode", "{episode:{ext}}"],
)  # fmt: skip
def test_a_template_with_a_field_or_a_form_that_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--template"):
        naming.template(text, "tide", "full")


@pytest.mark.parametrize(
    "text",
    ["../{episode}.{ext}", "/{episode}.{ext}", "a/../../{ext}", "a//{ext}", "{series}:{episode}.{ext}", "a\\{ext}",
     "con.{ext}", "{episode}. /{ext}", "{locale}/ {ext}", "{ext}.", "x" * 300 + "{ext}", "a\n{ext}"],
)  # fmt: skip
def test_a_path_that_leaves_the_folder_or_that_no_disk_takes_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="makes"):
        _named(text)


def test_a_template_may_hold_spaces_and_any_script() -> None:
    assert _named("发行 {series}/ละคร {episode:03} ({locale}).{ext}") == "发行 tide/ละคร 007 (th).mp4"


def test_home_is_what_all_files_of_a_series_share() -> None:
    homes = {"{series}/{locale}/{id}.{ext}": "tide", "{locale}/{series}/{id}.{ext}": "", "{id}.{ext}": "",
             "out/{platform}/{series}/{episode}/{ext}": "out/full/tide"}  # fmt: skip
    assert {text: naming.template(text, "tide", "full").home for text in homes} == homes


@pytest.mark.parametrize(
    "names",
    [("a/1.mp4", "a/1.mp4"), ("EN/1.mp4", "en/1.mp4"), ("é.mp4", unicodedata.normalize("NFD", "é.mp4")),
     ("straße.srt", "STRASSE.srt"), ("a", "a/1.mp4"), ("a/1.mp4", "A")],
)  # fmt: skip
def test_two_names_that_some_disk_takes_for_one_clash(names: tuple[str, str]) -> None:
    assert naming.clash(names) == names


@given(st.lists(st.from_regex(r"[ab]/[cd]{1,2}", fullmatch=True), unique=True))
def test_names_that_differ_in_more_than_capitals_do_not_clash(names: list[str]) -> None:
    assert naming.clash(names) is None


def test_an_episode_has_the_number_of_its_id_and_where_those_do_not_tell_its_place() -> None:
    assert naming.numbers(_series("ep03", "ep07")) == {"ep03": 3, "ep07": 7}
    assert naming.numbers(_series("ep03", "finale")) == {"ep03": 1, "finale": 2}
    assert naming.numbers(_series("a-3", "b-3")) == {"a-3": 1, "b-3": 2}
