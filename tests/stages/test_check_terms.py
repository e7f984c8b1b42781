"""Check, terms and address: every miss is a finding, and it says everything a reviewer needs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize import adherence
from localize.characters import Manner
from localize.cues import Cue, TargetLine, TargetTrack
from localize.findings import Finding
from localize.glossary.terms import Term
from localize.lines import Line
from localize.locales import locale
from localize.stages.check.terms import of_terms

GOD = Term("战神", "God of War", ("War God",), ("Battle God",))
TEXTS = ("God of War", "war god", "Gods of War", "Battle God", "God", "", " ", "战神", "XQ1", "the God of Wars")


def found(lines: list[Line], *written: TargetLine, tag: str = "en") -> list[Finding]:
    return list(of_terms(lines, TargetTrack(tag, written), locale(tag)))


def line(*terms: Term, cue_id: str = "1", tag: str = "en", manner: Manner | None = None) -> Line:
    cue = Cue(cue_id, 0, 1000, "战神" * max(1, len(terms)), speaker="林凡")
    return Line(cue, terms={tag: terms}, manner={tag: manner} if manner else {})


def machine(text: str, cue_id: str = "1", **more: object) -> TargetLine:
    return TargetLine(cue_id, text, "argos", draft=text, **more)  # type: ignore[arg-type]


def test_a_missing_term_is_an_error_with_what_was_wanted_got_and_tried() -> None:
    (finding,) = found([line(GOD)], machine("He is the God!", attempts=("placeholder", "plain")))
    assert (finding.rule, finding.severity, finding.cue_id) == ("glossary_violation", "error", "1")
    assert (finding.term, finding.limit, finding.measured) == ("战神", "God of War", "He is the God!")
    assert finding.attempts == ("placeholder", "plain")
    assert "tried: placeholder, plain" in finding.message


def test_any_accepted_form_keeps_a_term() -> None:
    assert found([line(GOD)], machine("Hail the war god!")) == []


def test_a_machine_has_to_repeat_a_term_and_a_person_need_not() -> None:
    (finding,) = found([line(GOD, GOD)], machine("God of War, it is you!"))
    assert "missing 1 of 2 times" in finding.message
    assert found([line(GOD, GOD)], TargetLine("1", "God of War, it is you!", "human")) == []


def test_a_forbidden_form_is_an_error_beside_the_right_one() -> None:
    findings = found([line(GOD)], machine("The God of War is no Battle God."))
    assert [(f.rule, f.severity, f.measured, f.limit) for f in findings] == [
        ("forbidden-term", "error", "Battle God", "God of War")
    ]


def test_an_empty_line_is_not_also_a_violation() -> None:
    assert found([line(GOD)], machine(" ")) == []


def test_a_borrowed_term_is_told_once_with_the_number_of_lines() -> None:
    borrowed = Term("战神", "God of War", borrowed=True)
    lines = [line(borrowed, cue_id="1", tag="ms"), line(borrowed, cue_id="2", tag="ms")]
    (finding,) = found(lines, machine("God of War", "1"), machine("God of War!", "2"), tag="ms")
    assert (finding.rule, finding.severity, finding.cue_id) == ("term-borrowed", "info", None)
    assert (finding.measured, finding.term) == (2, "战神")


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(TEXTS), st.sampled_from(TEXTS))))
def test_no_miss_is_silent(cases: list[tuple[int, str, str]]) -> None:
    lines = [line(*[GOD] * count, cue_id=str(n)) for n, (count, _, _) in enumerate(cases)]
    written = [machine(f"{first} {second}", str(n)) for n, (_, first, second) in enumerate(cases)]
    findings = {f.cue_id for f in found(lines, *written) if f.rule == "glossary_violation"}
    wanted = {
        made.id
        for asked, made in zip(lines, written, strict=True)
        if made.text.strip() and GOD.count(made.text) < len(asked.terms["en"])
    }
    assert findings == wanted
    violated = sum(use.violated for use in adherence.uses(lines, TargetTrack("en", tuple(written))))
    assert bool(violated) == bool(findings)


@pytest.mark.parametrize(
    ("tag", "register", "text", "wrong"),
    [
        ("fr", "polite", "Tu oses revenir ?", True),
        ("fr", "polite", "Vous osez revenir ?", False),
        ("fr", "polite", "Tu dis que vous venez ?", False),
        ("fr", "familiar", "Vous osez revenir ?", True),
        ("de", "familiar", "Haben Sie gehört?", True),
        ("de", "familiar", "Sie kommt zurück.", False),
        ("ja", "polite", "お前は誰だ", False),
    ],
)
def test_only_the_wrong_pronoun_alone_is_a_wrong_address(tag: str, register: str, text: str, wrong: bool) -> None:
    manner = Manner.model_validate({"register": register})
    findings = found([line(tag=tag, manner=manner)], machine(text), tag=tag)
    assert [f.rule for f in findings] == ["address"] * wrong
    assert all((f.severity, f.limit) == ("warning", register) for f in findings)


def test_where_nobody_knows_who_speaks_nothing_is_said_of_address() -> None:
    assert found([line(tag="fr")], machine("Tu oses revenir ?"), tag="fr") == []
