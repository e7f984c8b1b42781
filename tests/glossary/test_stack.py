"""Scopes: which table wins, what a locale borrows, and what a line requires."""

from __future__ import annotations

from pathlib import Path

import pytest

from localize import settings
from localize.characters import Address, Cast, Character, Manner
from localize.cues import Cue
from localize.errors import GlossaryError
from localize.glossary.stack import Termbase, load
from localize.glossary.terms import Entry, Term
from localize.series import load as load_series


def base(*entries: Entry, cast: Cast | None = None) -> Termbase:
    return Termbase(entries, cast or Cast())


def cue(text: str, speaker: str | None = None) -> Cue:
    return Cue("c0001", 0, 900, text, speaker=speaker)


def test_a_narrower_scope_wins_and_the_broader_target_is_no_longer_right() -> None:
    term = base(
        Entry("战神", "God of War", variants=("Gods of War",), locale="en", scope="war-god"),
        Entry("战神", "Ares", locale="en", scope="series"),
    ).term("战神", "en")
    assert term == Term("战神", "Ares")


def test_what_a_narrower_scope_forbids_is_forbidden_though_a_broader_one_admits_it() -> None:
    term = base(
        Entry("战神", "God of War", locale="en", scope="war-god"),
        Entry("战神", "War God", status="admitted", locale="en", scope="war-god"),
        Entry("战神", "War God", status="forbidden", locale="en", scope="series"),
    ).term("战神", "en")
    assert term == Term("战神", "God of War", forbidden=("War God",))


def test_a_locale_without_a_target_borrows_the_english_one_and_says_so() -> None:
    term = base(Entry("战神", "God of War", locale="en", scope="war-god")).term("战神", "fr")
    assert term == Term("战神", "God of War", borrowed=True)


def test_a_term_without_an_english_target_binds_only_the_locales_that_have_one() -> None:
    (line,) = base(Entry("战神", "เทพสงคราม", locale="th", scope="series")).lines([cue("战神来了")], ["th", "fr"])
    assert [term.target for term in line.terms["th"]] == ["เทพสงคราม"]
    assert line.terms["fr"] == ()


def test_a_sense_that_asks_for_a_neighbour_outranks_the_general_one_where_that_stands() -> None:
    entries = (
        Entry("师傅", "master", locale="en", scope="common"),
        Entry("师傅", "driver", near=("出租车",), locale="en", scope="common"),
    )
    lines = base(*entries).lines(
        [
            cue("师傅！"),
            Cue("c0002", 1000, 1900, "嗯。"),
            Cue("c0003", 2000, 2900, "嗯。"),
            Cue("c0004", 3000, 3900, "出租车！师傅！"),
        ],
        ["en"],
    )
    assert [[term.target for term in line.terms["en"]] for line in lines] == [["master"], [], [], ["driver"]]


def test_what_she_calls_him_is_required_only_where_she_speaks_to_him() -> None:
    cast = Cast(
        (Character(name="林凡"), Character(name="苏若雪")),
        (Address(speaker="苏若雪", to="林凡", locales={"fr": Manner(register="familiar", say={"林凡": "mon chéri"})}),),
    )
    termbase = base(Entry("林凡", "Lin Fan", locale="fr", scope="series", pos="name"), cast=cast)
    to_him, about_him, by_others = termbase.lines(
        [
            cue("林凡，你来了。", "苏若雪"),
            Cue("c2", 0, 9, "林凡来了。", speaker="苏若雪"),
            Cue("c3", 0, 9, "林凡，你来了。"),
        ],
        ["fr"],
    )
    assert [term.target for term in to_him.terms["fr"]] == ["mon chéri"]
    assert to_him.manner["fr"].register_ == "familiar"
    assert [term.target for term in about_him.terms["fr"]] == ["Lin Fan"]
    assert [term.target for term in by_others.terms["fr"]] == ["Lin Fan"]


def test_a_series_reads_what_ships_its_own_tables_and_the_names_of_its_characters(tmp_path: Path) -> None:
    manifest = tmp_path / "series.toml"
    manifest.write_text(
        'schema = 1\nid = "s"\ntitle = "s"\ngenre = "war-god"\nlocales = ["en"]\n'
        '[[episode]]\nid = "ep01"\nfile = "a.mp4"\n',
        encoding="utf-8",
    )
    (tmp_path / "characters.toml").write_text(
        '[[character]]\nname = "战天"\nnames = { en = "Zhan Tian" }\n', encoding="utf-8"
    )
    (tmp_path / "glossary" / "ep01").mkdir(parents=True)
    (tmp_path / "glossary" / "en.csv").write_text("source,target\n龙王,Lord of Dragons\n", encoding="utf-8")
    (tmp_path / "glossary" / "ep01" / "en.csv").write_text("source,target\n龙王,Old Dragon\n", encoding="utf-8")
    series = load_series(manifest)
    whole, episode = load(series), load(series, "ep01")
    names = {source: term.target for source in ("战神", "龙王", "战天", "总裁") if (term := whole.term(source, "en"))}
    assert names == {"战神": "God of War", "龙王": "Lord of Dragons", "战天": "Zhan Tian"}
    assert episode.term("龙王", "en") == Term("龙王", "Old Dragon", pos="title")


@pytest.mark.parametrize(
    "genre", ["common", "ceo-romance", "war-god", "rebirth", "xianxia", "palace", "family", "folk-culture"]
)
def test_every_genre_has_at_least_forty_terms_in_every_locale(genre: str) -> None:
    from localize.glossary import tables
    from localize.locales import LOCALES

    sources = {}
    for tag in LOCALES:
        entries = tables.read(settings.glossaries_dir() / genre / f"{tag}.csv", locale=tag, scope=genre)
        sources[tag] = {entry.source for entry in entries if entry.status == "preferred"}
    assert all(found == sources["en"] for found in sources.values())
    assert len(sources["en"]) >= 40


def test_a_narrower_table_need_not_repeat_what_kind_of_word_a_term_is() -> None:
    shipped = Entry("龙王", "Rey Dragón", pos="title", gender="m", locale="es-419", scope="war-god")
    own = Entry("龙王", "Reina Dragón", locale="es-419", scope="series")
    assert base(shipped, own).term("龙王", "es-419") == Term("龙王", "Reina Dragón", pos="title")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ('en = "林凡"', "林凡 [en]: '林凡' is not English: it holds '林'"),
        ('en = ["Lin Fan", "XQ2"]', "林凡 [en]: variants holds the placeholder XQ2"),
        ('en = " Lin Fan "\n[[address]]\nspeaker = "a"\nto = "b"\nlocales = { de = { say = { "林哥" = "Фан" } } }',
         "林哥 [de]: 'Фан' is not German: it holds 'Ф'"),
    ],
)  # fmt: skip
def test_a_name_that_no_table_would_take_is_refused(tmp_path: Path, names: str, said: str) -> None:
    manifest = tmp_path / "series.toml"
    manifest.write_text(
        'schema = 1\nid = "d"\ntitle = "t"\ngenre = "war-god"\nlocales = ["en"]\n'
        '[[episode]]\nid = "e"\nfile = "e.mp4"\n',
        encoding="utf-8",
    )
    file = tmp_path / "characters.toml"
    file.write_text(f'[[character]]\nname = " 林凡 "\n[character.names]\n{names}\n', encoding="utf-8")
    with pytest.raises(GlossaryError) as error:
        load(load_series(manifest))
    assert error.value.message == f"{file}: {said}"
