from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from localize.errors import InputError, LocaleError, LocalizeError, ManifestError, MediaError
from localize.locales import LOCALES
from localize.series import Id, _id_of, load
from localize.settings import workspace_root

MINIMAL = """
    schema = 1
    id = "dragon"
    title = "龙王归来"
    genre = "war-god"
    locales = ["en", "th"]
    [[episode]]
    id = "ep01"
    file = "ep01.mp4"
    """


def manifest(folder: Path, text: str = MINIMAL) -> Path:
    path = folder / "series.toml"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def test_a_new_series_waits_for_the_translation_to_be_reviewed(tmp_path: Path) -> None:
    gates = load(manifest(tmp_path)).gates
    assert (gates.transcript.mode, gates.translation.mode, gates.final.mode) == ("auto", "required", "auto")


def test_a_gate_may_pass_at_another_severity_and_a_locale_may_have_gates_of_its_own(tmp_path: Path) -> None:
    gates = """[gates]
    translation = { mode = "auto", at = "warning" }
    [gates.locales.th]
    translation = "off"
    [[episode]]"""
    rule = load(manifest(tmp_path, MINIMAL.replace("[[episode]]", gates))).gates.rule
    assert (rule("translation", "en").mode, rule("translation", "en").at) == ("auto", "warning")
    assert (rule("translation", "th").mode, rule("final", "th").mode, rule("final", "th").at) == (
        "off",
        "auto",
        "error",
    )


def test_paths_are_relative_to_the_manifest(tmp_path: Path) -> None:
    assert load(manifest(tmp_path)).path_of("ep01.mp4") == tmp_path / "ep01.mp4"


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (('title = "龙王归来"', 'titel = "x"'), ManifestError, "titel"),
        (('genre = "war-god"', 'genre = "war-dog"'), ManifestError, "war-dog"),
        (('"th"', '"tlh"'), LocaleError, "tlh"),
        (('"th"', '"zh-Hans"'), LocaleError, "source"),
        (("schema = 1", "schema = 2"), ManifestError, "schema"),
        (('id = "ep01"', 'id = "../up"'), ManifestError, "id"),
        (('file = "ep01.mp4"', 'file = "a"\nfps = 25'), ManifestError, "fps"),
        (("[[episode]]", 'root = "/"\n[[episode]]'), ManifestError, "root"),
        (("[[episode]]", "[gates]\nfinal = 'maybe'\n[[episode]]"), ManifestError, "final"),
        (("[[episode]]", "[gates]\nfinal = {mode = 'off', at = 'info'}\n[[episode]]"), ManifestError, "is off"),
        (("[[episode]]", "[gates.locales.th]\ntranscript = 'off'\n[[episode]]"), ManifestError, "transcript"),
        (("[[episode]]", "[gates.locales.xx]\nfinal = 'off'\n[[episode]]"), ManifestError, "'xx' is not a locale"),
        (("[[episode]]", "band = [0.8, 0.7]\n[[episode]]"), ManifestError, "band"),
        (("schema = 1", "schema = "), ManifestError, "cannot be read"),
        (('["en", "th"]', "3"), ManifestError, "locales"),
        (('["en", "th"]', '"en"'), ManifestError, "locales"),
        (('["en", "th"]', '["en", 3]'), ManifestError, "locales.1"),
        (('["en", "th"]', "[]"), ManifestError, "at least one target"),
        (('"th"', '"en"'), ManifestError, "'en' stands there twice"),
        (('genre = "war-god"', 'genre = "war-god"\ntranslator = "agros"'), ManifestError, "translator"),
        (('genre = "war-god"', 'genre = "war-god"\ncharacters = []'), ManifestError, "characters"),
        (('[[episode]]\nid = "ep01"\nfile = "ep01.mp4"', "episode = []"), ManifestError, "at least one [[episode]]"),
        (("[[episode]]", 'source = "ear"\n[[episode]]'), ManifestError, "source"),
        (("[[episode]]", "max_minutes = nan\n[[episode]]"), ManifestError, "max_minutes"),
    ],
)  # fmt: skip
def test_a_bad_manifest_is_refused_in_one_line_that_names_the_key_and_the_next_step(
    tmp_path: Path, change: tuple[str, str], error: type[LocalizeError], says: str
) -> None:
    path = manifest(tmp_path, dedent(MINIMAL).replace(*change))
    with pytest.raises(error) as caught:
        load(path)
    line = str(caught.value)
    assert says in line
    assert "series.toml" in line
    assert "next: " in line
    assert "\n" not in line
    assert caught.value.exit_code == 2


def test_two_episodes_with_one_id_are_refused(tmp_path: Path) -> None:
    twice = dedent(MINIMAL) + '[[episode]]\nid = "ep01"\nfile = "b.mp4"\n'
    with pytest.raises(ManifestError, match="differ"):
        load(manifest(tmp_path, twice))


def test_characters_feed_the_recognisers_names(tmp_path: Path) -> None:
    (tmp_path / "characters.toml").write_text('[[character]]\nname = "林凡"\naliases = ["龙王"]\n', encoding="utf-8")
    assert load(manifest(tmp_path)).names == ("林凡", "龙王")


def test_an_unknown_key_in_the_characters_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "characters.toml").write_text("[[person]]\nname = 'x'\n", encoding="utf-8")
    with pytest.raises(ManifestError, match=r"characters\.toml.*person"):
        load(manifest(tmp_path))


def test_characters_in_the_manifest_are_refused_also_where_the_file_for_them_exists(tmp_path: Path) -> None:
    (tmp_path / "characters.toml").write_text('[[character]]\nname = "林凡"\n', encoding="utf-8")
    with pytest.raises(ManifestError, match=r"series\.toml: unknown key 'characters'"):
        load(manifest(tmp_path, dedent(MINIMAL).replace("[[episode]]", "characters = []\n[[episode]]")))


def test_a_bad_value_in_the_characters_names_their_file(tmp_path: Path) -> None:
    (tmp_path / "characters.toml").write_text('[[character]]\nname = "林凡"\ngender = "x"\n', encoding="utf-8")
    with pytest.raises(
        ManifestError, match=r"^characters\.toml: characters\.0\.gender.*next: edit .*characters\.toml$"
    ):
        load(manifest(tmp_path))


def test_a_bare_media_file_is_a_series_of_one_with_the_subtitles_beside_it(tmp_path: Path) -> None:
    media = tmp_path / "第1集 final.mp4"
    media.touch()
    media.with_suffix(".zh.srt").touch()
    series = load(media)
    (episode,) = series.episode
    assert episode.file == media.name
    assert episode.subtitles == "第1集 final.zh.srt"
    assert series.locales == tuple(LOCALES)
    assert series.gates.translation.mode == "off"


@pytest.mark.parametrize("name", ["missing.mp4", "missing.toml"])
def test_a_path_that_does_not_exist_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(MediaError, match="does not exist"):
        load(tmp_path / name)


def test_a_file_that_is_neither_video_nor_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(MediaError, match="neither"):
        load(tmp_path / "notes.txt")


def bare_id(folder: Path, name: str) -> str:
    (folder / name).touch()
    return load(folder / name).id


def test_a_plain_mp4_gives_its_workspace_its_own_name(tmp_path: Path) -> None:
    assert bare_id(tmp_path, "ep-01_final.v2.mp4") == "ep-01_final.v2"


def test_media_files_of_one_folder_never_share_a_workspace(tmp_path: Path) -> None:
    names = [
        "第1集.mp4", "第2集.mp4", "-1-.mp4", "episode.mp4", "clip.mp4", "clip.mov", "clip.MP4", "clip-.mp4",
        "clip .mp4", "x" * 64 + ".mp4", "x" * 65 + ".mp4", "x" * 66 + ".mp4",
    ]  # fmt: skip
    names += [f"{bare_id(tmp_path, name)}.mp4" for name in ("第3集.mp4", "clip.mkv")]
    ids = [bare_id(tmp_path, name) for name in names]
    assert len(set(ids)) == len(names)


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_every_name_gives_an_id_and_the_same_one_each_time(stem: str) -> None:
    made = _id_of(Path(f"/a/{stem}.mp4"))
    assert TypeAdapter(Id).validate_python(made) == _id_of(Path(f"/b/{stem}.mp4"))


def test_a_name_that_is_no_text_is_refused_not_a_crash(tmp_path: Path) -> None:
    media = tmp_path / os.fsdecode(b"\xff.mp4")
    media.touch()
    with pytest.raises(MediaError, match=r"udcff\.mp4' is not UTF-8; next: rename"):
        load(media)


def test_a_name_longer_than_any_file_system_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        load(tmp_path / ("x" * 300 + ".mp4"))


def test_a_workspace_in_the_home_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="names no user's home"):
        workspace_root(tmp_path, Path("~no-such-user/workspace"))


def test_an_episode_may_take_its_text_from_elsewhere_than_the_series(tmp_path: Path) -> None:
    text = dedent(MINIMAL).replace("[[episode]]", 'source = "ocr"\n[[episode]]') + 'source = "speech"\n'
    series = load(manifest(tmp_path, text))
    assert (series.source, series.episode[0].source) == ("ocr", "speech")
    assert load(manifest(tmp_path)).source == "auto"
