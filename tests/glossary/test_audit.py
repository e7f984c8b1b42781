from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from localize.characters import Address, Cast, Character
from localize.glossary import audit, collection
from localize.glossary.audit import TermFinding
from localize.glossary.sheets import Problem
from localize.glossary.terms import Entry

EN, TH = "en", "th"


def table(*rows: Entry, scope: str = "series", locale: str = EN) -> list[Entry]:
    """Rows as if read from `<scope>/<locale>.csv`."""
    file = f"{scope}/{locale}.csv"
    return [replace(row, scope=scope, locale=locale, file=file, row=n) for n, row in enumerate(rows, 2)]


def found(*tables: list[Entry], locales: tuple[str, ...] = (EN,)) -> list[tuple[str, str, str, str]]:
    """Rule, severity, place and term of every finding."""
    entries = [entry for rows in tables for entry in rows]
    return [(one.rule, one.severity, one.where, one.term) for one in audit.audit(entries, locales)]


def test_tables_that_agree_have_no_findings() -> None:
    series = table(
        Entry("战神", "God of War", variants=("Gods of War",)), Entry("战神", "War God", "admitted"),
        Entry("战神", "Ares", "forbidden"), Entry("战神殿", "Hall of the God of War"), Entry("CEO", "CEO"),
    )  # fmt: skip
    assert found(series) == []


@pytest.mark.parametrize(
    ("row", "rule", "severity"),
    [
        (Entry("本宫", "I", near=("皇上",), not_near=("皇上",)), "glossary-contradiction", "error"),
        (Entry("本宫", "I", not_near=("宫",)), "glossary-contradiction", "error"),
        (Entry("本宫", "I", near=("宫",)), "glossary-contradiction", "error"),
        (Entry("龙王", "Dragon King", not_in=("王庙",)), "glossary-condition", "warning"),
        (Entry("龙王", "Dragon King", not_in=("龙王",)), "glossary-condition", "warning"),
        (Entry("龙王", "Dragon King", variants=("dragon king",)), "glossary-variant", "warning"),
        (Entry("龍王", "Dragon King"), "glossary-source", "warning"),
    ],
)
def test_a_row_that_contradicts_itself_is_found(row: Entry, rule: str, severity: str) -> None:
    assert found(table(row)) == [(rule, severity, "series/en.csv:2", row.source)]


def test_a_target_in_latin_letters_is_found_where_the_locale_has_its_own() -> None:
    rows = table(Entry("战神", "God of War"), Entry("总裁", "CEO"), Entry("龙王", "ราชามังกร"), locale=TH)
    assert found(rows, locales=(TH,)) == [("glossary-script", "warning", "series/th.csv:2", "战神")]


def test_a_row_that_stands_twice_is_found() -> None:
    assert found(table(Entry("战神", "God of War"), Entry("战神", "god of war"))) == [
        ("glossary-duplicate", "warning", "series/en.csv:3", "战神")
    ]
    assert found(table(Entry("战神", "God of War"), Entry("战神", "God of War", "admitted"))) == [
        ("glossary-duplicate", "warning", "series/en.csv:3", "战神")
    ]


def test_two_preferred_targets_of_one_scope_are_an_error_even_in_two_files() -> None:
    first, second = table(Entry("战神", "God of War")), table(Entry("战神", "War God"))
    (one,) = audit.audit([*first, replace(second[0], file="series/en.xlsx")], (EN,))
    assert (one.rule, one.severity, one.where) == ("glossary-two-preferred", "error", "series/en.xlsx:2")
    assert one.message == "'War God' and 'God of War' (series/en.csv:2) are both preferred"


def test_targets_told_apart_by_their_neighbours_are_no_rivals() -> None:
    assert found(table(Entry("本宫", "I"), Entry("本宫", "this Consort", near=("皇上",)))) == []


def test_what_one_scope_wants_and_forbids_is_an_error() -> None:
    rows = table(Entry("霸总", "alpha CEO", variants=("boss",)), Entry("霸总", "Boss", "forbidden"))
    assert found(rows) == [("glossary-forbidden", "error", "series/en.csv:3", "霸总")]
    assert found(table(Entry("霸总", "alpha CEO"), Entry("总裁", "alpha CEO", "forbidden"), Entry("总裁", "CEO"))) == []


def test_a_narrower_scope_that_says_otherwise_is_told_with_the_one_that_wins() -> None:
    genre, series = table(Entry("战神", "God of War"), scope="war-god"), table(Entry("战神", "Ares"))
    (one,) = audit.audit([*genre, *series], (EN,))
    assert one == TermFinding(
        "glossary-scope", "info", "series/en.csv", 2, EN, "战神",
        "series says 'Ares' and wins over 'God of War' of war-god, war-god/en.csv:2",
    )  # fmt: skip
    assert audit.overruled([*genre, *series]) == {genre[0]: series[0]}


def test_scopes_that_say_the_same_are_not_worth_a_word() -> None:
    assert found(table(Entry("战神", "God of War"), scope="war-god"), table(Entry("战神", "God of War"))) == []


def test_what_a_scope_forbids_and_another_admits_is_told() -> None:
    genre = table(Entry("霸总", "boss", "admitted"), Entry("霸总", "alpha CEO"), scope="ceo-romance")
    assert found(genre, table(Entry("霸总", "Boss", "forbidden"))) == [
        ("glossary-scope", "info", "series/en.csv:2", "霸总")
    ]


def test_a_name_in_characters_toml_gives_way_to_a_table_and_is_no_rival_of_it() -> None:
    name = Entry("林凡", "Lin Fan", pos="name", locale=EN, scope="series", file="characters.toml")
    assert found([name], table(Entry("林凡", "Ryan Lin"))) == [("glossary-scope", "info", "series/en.csv:2", "林凡")]


def test_locales_without_a_target_are_named_once_for_each_term() -> None:
    thai = table(Entry("龙王", "ราชามังกร"), locale=TH)
    entries = [
        *table(Entry("战神", "God of War"), Entry("战神", "War God", "admitted"), Entry("龙王", "Dragon King")),
        *thai,
    ]
    (one,) = audit.audit(entries, (EN, TH, "vi"))[:1]
    assert (one.rule, one.where, one.locale) == ("glossary-missing", "series/en.csv:2", "")
    assert one.message == "no target in th, vi"
    assert [one.message for one in audit.audit(entries, (EN, TH))] == ["no target in th"]


def test_a_term_inside_another_is_told_where_the_shared_word_is_called_otherwise() -> None:
    rows = table(Entry("战神", "God of War"), Entry("战神殿", "Hall of Heroes"), Entry("战神令", "Gods of War's Seal"))
    assert found(rows) == [
        ("glossary-nested", "info", "series/en.csv:3", "战神殿"),
        ("glossary-nested", "info", "series/en.csv:4", "战神令"),
    ]  # fmt: skip
    thai = table(Entry("战神殿", "วิหาร"), locale=TH)
    assert found(table(Entry("战神", "God of War")), thai, locales=()) == []


def test_findings_are_in_the_order_of_files_and_rows() -> None:
    rows = table(Entry("龙王", "x", variants=("x",)), Entry("龍王", "y"), Entry("龙王", "x", "admitted"))
    assert [place for _, _, place, _ in found(rows)] == [f"series/en.csv:{row}" for row in (2, 3, 4)]


def test_problems_of_a_table_are_findings_at_error_severity() -> None:
    (one,) = audit.unusable([Problem("en.csv", 3, "the target is empty", "fill it in", "战神")], EN)
    assert one == TermFinding(
        "glossary-table", "error", "en.csv", 3, EN, "战神", "the target is empty; next: fill it in"
    )


def test_a_character_without_a_name_and_an_alias_without_a_target_are_found_at_their_line(tmp_path: Path) -> None:
    file = tmp_path / "characters.toml"
    file.write_text(
        '# 林凡 and 苏若雪\n[[character]]\nname = "林凡"\naliases = ["龙王"]\n[[character]]\nname = "苏若雪"\n',
        encoding="utf-8",
    )
    cast = Cast(
        (
            Character(name="林凡", aliases=("龙王", "凡哥"), names={EN: "Lin Fan"}),
            Character(name="苏若雪", names={EN: "Su Ruoxue"}),
        )
    )
    entries = [*table(Entry("龙王", "Dragon King")), *table(Entry("苏若雪", "ซูรั่วเสวี่ย"), locale=TH)]
    assert [(one.rule, one.row, one.term, one.message) for one in audit.audit_cast(cast, entries, (EN, TH), file)] == [
        ("glossary-name", 3, "林凡", "has no name in th"),
        ("glossary-alias", 3, "凡哥", "is an alias of 林凡 and no term: its translation is left to chance"),
    ]


def test_the_table_of_rules_names_every_rule_and_no_other() -> None:
    source = "".join(Path(module.__file__).read_text("utf-8") for module in (audit, collection))
    used = set(re.findall(r'TermFinding\(\s*"glossary-([a-z-]+)"', source)) | set(
        re.findall(r'_finding\("([a-z-]+)"', source)
    )
    assert used == set(re.findall(r"^    glossary-([a-z-]+) ", audit.__doc__ or "", re.MULTILINE))


def test_people_nobody_can_tell_apart_and_rules_for_nobody_are_found(tmp_path: Path) -> None:
    file = tmp_path / "characters.toml"
    file.write_text(
        "[[character]]\nname = '林凡'\n[[character]]\nname = '苏雪'\naliases = ['林凡']\n"
        "[[address]]\nspeaker = '苏雪'\nto = '林帆'\n",
        encoding="utf-8",
    )
    people = Character(name="林凡"), Character(name="苏雪", aliases=("林凡",))
    cast = Cast(people, (Address(speaker="苏雪", to="林帆", locales={}),))
    entries = table(Entry("林凡", "Lin Fan"), Entry("苏雪", "Su Xue"))
    assert [(one.rule, one.severity, one.row, one.term) for one in audit.audit_cast(cast, entries, (EN,), file)] == [
        ("glossary-address", "error", 8, "林帆"),
        ("glossary-same-name", "warning", 4, "林凡"),
    ]
