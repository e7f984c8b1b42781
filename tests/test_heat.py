"""The heat map: counts per rule and locale, the worst first."""

from __future__ import annotations

import jinja2

from localize.findings import Finding
from localize.state.heat import Cell, heat_map

FOUND = [
    ("th", Finding("cps", "warning", "m")),
    ("th", Finding("cps", "error", "m")),
    ("ar", Finding("gap", "info", "m")),
    ("ar", Finding("overlap", "error", "m")),
    ("zh-Hans", Finding("no-cues", "error", "m")),
]


def test_a_cell_counts_and_has_the_colour_of_its_worst_finding() -> None:
    made = heat_map(FOUND, ["ar", "th"])
    assert [(row.rule, [(cell.count, cell.severity) for cell in row.cells]) for row in made.rows] == [
        ("overlap", [(1, "error"), (0, None)]),
        ("cps", [(0, None), (2, "error")]),
        ("gap", [(1, "info"), (0, None)]),
    ]


def test_every_shade_stands_for_twice_the_count_of_the_one_below() -> None:
    counts = {"ar": 16, "de": 8, "en": 5, "fr": 2, "hi": 1}
    found = [(tag, Finding("cps", "warning", "m")) for tag, count in counts.items() for _ in range(count)]
    (row,) = heat_map(found, list(counts)).rows
    assert [cell.level for cell in row.cells] == [4, 3, 3, 1, 1]


def test_nothing_found_is_an_empty_map() -> None:
    assert heat_map([], ["ar"]).rows == ()
    assert Cell().level == 0


def test_the_page_escapes_what_it_is_given_and_shows_every_count() -> None:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("localize"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = environment.get_template("heat.html.j2").render(
        heat=heat_map([*FOUND, ("th", Finding("<x>", "warning", "m"))], ["ar", "th"])
    )
    assert '<td class="hot error level-4" title="th: 2 cps, error">2</td>' in page
    assert "<code>&lt;x&gt;</code>" in page
    assert page.count("<td>·</td>") == 4
