from __future__ import annotations

import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localize.errors import GlossaryError, InputError
from localize.glossary import interchange, tables
from localize.glossary.terms import PARTS_OF_SPEECH, STATUSES, Entry

needs_toolkit = pytest.mark.usefixtures("toolkit")

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<martif type="TBX" xml:lang="zh">\n<martifHeader/>\n<text><body>\n'
TAIL = "</body></text></martif>\n"


@pytest.fixture
def toolkit() -> None:
    pytest.importorskip("translate.storage.tbx", reason="needs the extra: pip install 'localize[interchange]'")


def tbx_file(folder: Path, body: str | bytes) -> Path:
    path = folder / "terms.tbx"
    path.write_bytes(body if isinstance(body, bytes) else f"{HEAD}{body}{TAIL}".encode())
    return path


def entries_of(path: Path) -> list[Entry]:
    found: list[Entry] = []
    for tag, sheet in interchange.read_tbx(path).items():
        table = tables.table_of(sheet, locale=tag, scope="series")
        assert table.problems == ()
        found += table.entries
    return found


def lang(tag: str, *terms: str) -> str:
    return f'<langSet xml:lang="{tag}">{"".join(f"<tig><term>{term}</term></tig>" for term in terms)}</langSet>'


@needs_toolkit
def test_languages_keep_their_tags() -> None:
    rows = [Entry("战神", "Dios", locale="es-419"), Entry("战神", "戰神", locale="zh-Hant")]
    text = interchange.tbx(rows).decode()
    assert [tag in text for tag in ('xml:lang="zh-Hans"', 'xml:lang="es-419"', 'xml:lang="zh-Hant"')] == [True] * 3
    unit = interchange.tmx([("战神来了", {"pt-BR": "Chegou!"})]).decode()
    assert [tag in unit for tag in ('srclang="zh-Hans"', 'xml:lang="zh-Hans"', 'xml:lang="pt-BR"')] == [True] * 3


@needs_toolkit
@pytest.mark.parametrize(
    ("spelled", "tag"),
    [
        ("es", "es-419"), ("es-MX", "es-419"), ("pt_br", "pt-BR"), ("pt-PT", "pt-BR"), ("zh-TW", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"), ("tl", "fil"), ("fil-PH", "fil"), ("EN-us", "en"), ("in", "id"),
    ],
)  # fmt: skip
def test_languages_are_found_however_another_tool_spells_them(tmp_path: Path, spelled: str, tag: str) -> None:
    path = tbx_file(tmp_path, f"<termEntry>{lang('zh-CN', '战神')}{lang(spelled, 'X')}</termEntry>")
    assert [(entry.source, entry.target, entry.locale) for entry in entries_of(path)] == [("战神", "X", tag)]


@needs_toolkit
def test_a_language_we_do_not_carry_is_left_out(tmp_path: Path) -> None:
    path = tbx_file(tmp_path, f"<termEntry>{lang('zh', '战神')}{lang('sw', 'X')}{lang('en', 'Y')}</termEntry>")
    assert [entry.target for entry in entries_of(path)] == ["Y"]


@needs_toolkit
def test_terms_without_a_status_are_one_preferred_and_others_admitted(tmp_path: Path) -> None:
    path = tbx_file(
        tmp_path, f"<termEntry>\n{lang('zh', '战神', '军神')}\n{lang('en', 'God of War', 'Ares')}</termEntry>"
    )
    assert [(e.source, e.target, e.status, e.row) for e in entries_of(path)] == [
        ("战神", "God of War", "preferred", 7), ("军神", "God of War", "preferred", 7),
        ("战神", "Ares", "admitted", 7), ("军神", "Ares", "admitted", 7),
    ]  # fmt: skip


@needs_toolkit
@pytest.mark.parametrize(
    ("body", "row", "message"),
    [
        (f"<termEntry>{lang('en', 'God of War')}</termEntry>", 5, "the entry has no Chinese term"),
        (
            f"<termEntry>{lang('zh', '战神')}<langSet xml:lang='en'>\n"
            "<ntig><termGrp><term>X</term></termGrp></ntig></langSet></termEntry>",
            6, "a term in an <ntig> is not read",
        ),
        ("<termEntry><langSet>", 5, "not a TBX file"),
        (b'<?xml version="1.0"?>\n<tbx type="TBX-Basic"/>', 1, "not a TBX file: another kind of XML"),
        (b"<html><body>log in</body></html>", 1, "not a TBX file"),
        (b"", 1, "not a TBX file"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_all_read_is_refused_with_its_line(
    tmp_path: Path, body: str | bytes, row: int, message: str
) -> None:
    path = tbx_file(tmp_path, body)
    with pytest.raises(GlossaryError) as error:
        interchange.read_tbx(path)
    assert error.value.message.startswith(f"{path}:{row}: {message}")
    assert error.value.next_step


@needs_toolkit
def test_no_entity_of_a_file_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    doctype = f'<!DOCTYPE martif [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>\n'
    body = f"<termEntry>{lang('zh', '战神')}{lang('en', 'a&x;b')}</termEntry>"
    path = tbx_file(tmp_path, f"{HEAD}{body}{TAIL}".replace("<martif ", f"{doctype}<martif ").encode())
    assert "s3cret" not in "".join(entry.target for entry in entries_of(path))


@needs_toolkit
def test_a_missing_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match="No such file"):
        interchange.read_tbx(tmp_path / "none.tbx")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6).map(
    lambda text: unicodedata.normalize("NFC", text).replace("|", "")
)
PLAIN = WORDS.filter(lambda text: text and not any(tables.sheets.flaws("x", text)))
LATIN = st.text("abcé &<>'\"", min_size=1, max_size=8).map(lambda text: " ".join(f"Z{text}".split()))
LISTS = st.lists(LATIN, max_size=2, unique=True).map(tuple)
ROWS = st.lists(
    st.builds(
        Entry, PLAIN, LATIN, st.sampled_from(STATUSES), st.sampled_from(PARTS_OF_SPEECH),
        st.sampled_from(("m", "f", "n", "")), LISTS, LISTS, LISTS, LISTS, LATIN, st.sampled_from(("en", "fr", "pt-BR")),
    ),
    max_size=4, unique_by=lambda entry: (entry.locale, entry.sense),
)  # fmt: skip


@needs_toolkit
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=ROWS)
def test_a_termbase_comes_back_from_tbx_as_it_was(tmp_path: Path, rows: list[Entry]) -> None:
    back = entries_of(tbx_file(tmp_path, interchange.tbx(rows)))
    assert {replace(entry, file="", row=0, scope="") for entry in back} == set(rows)


@needs_toolkit
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    units=st.lists(
        st.tuples(PLAIN, st.dictionaries(st.sampled_from(("en", "es-419", "zh-Hant", "th")), LATIN)), max_size=4
    )
)
def test_units_come_back_from_tmx_as_they_were(tmp_path: Path, units: list[tuple[str, dict[str, str]]]) -> None:
    path = tmp_path / "memory.tmx"
    path.write_bytes(interchange.tmx(units))
    read = {
        tag: [(row.cells["source"], row.cells["target"]) for row in sheet.rows]
        for tag, sheet in interchange.read_tmx(path).items()
    }
    tags = {tag for _, targets in units for tag in targets}
    assert read == {tag: [(source, targets[tag]) for source, targets in units if tag in targets] for tag in tags}


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "translate.storage.tmx", None)
    with pytest.raises(InputError) as error:
        interchange.tmx([])
    assert error.value.next_step == "pip install 'localize[interchange]'"


def test_nothing_imports_the_toolkit_before_it_is_asked_for() -> None:
    code = "import sys, localize.glossary.interchange, localize.cli.glossary; sys.exit('translate' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
