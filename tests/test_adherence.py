"""Adherence: every occurrence of a term is counted once, as kept or as violated, and nothing is kept by nobody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from localize import adherence
from localize.adherence import TermUse
from localize.cues import Cue, TargetLine, TargetTrack
from localize.glossary.terms import Term
from localize.lines import Line

GOD = Term("战神", "God of War", ("War God",))
KING = Term("龙王", "Dragon King")


def line(cue_id: str, *terms: Term) -> Line:
    return Line(Cue(cue_id, 0, 1000, "".join(term.source for term in terms) or "你"), terms={"en": terms})


def uses(lines: list[Line], *written: TargetLine) -> tuple[TermUse, ...]:
    return adherence.uses(lines, TargetTrack("en", written))


def test_terms_are_counted_in_the_order_in_which_they_first_stand() -> None:
    found = uses(
        [line("1", GOD, KING), line("2", GOD)],
        TargetLine("1", "God of War, Dragon King", "argos", attempts=("placeholder",)),
        TargetLine("2", "The War God!", "argos", attempts=("placeholder", "plain")),
    )
    assert found == (
        TermUse("战神", "God of War", 2, 0, {"placeholder": 1, "plain": 1}),
        TermUse("龙王", "Dragon King", 1, 0, {"placeholder": 1}),
    )
    assert adherence.share(found) == 1
    assert adherence.by_what(found) == [("placeholder", 2), ("plain", 1)]


def test_a_machine_repeats_a_term_and_a_person_need_not() -> None:
    twice = line("1", GOD, GOD)
    text = "God of War, it is you!"
    (machine,) = uses([twice], TargetLine("1", text, "argos", draft=text))
    assert (machine.stands, machine.violated, machine.kept) == (2, 1, 1)
    for judged in (
        TargetLine("1", text, "human"),
        TargetLine("1", text, "argos", draft=text, approved=True),
        TargetLine("1", text, "memory", draft=text),
    ):
        (person,) = uses([twice], judged)
        assert (person.violated, person.kept) == (0, 2)


def test_who_wrote_the_line_is_named_where_no_engine_tells_how() -> None:
    by = [
        use.by
        for written in (
            TargetLine("1", "God of War", "argos", draft="x", attempts=("plain",)),
            TargetLine("1", "God of War", "memory", draft="God of War"),
            TargetLine("1", "God of War", "llm:qwen", draft="God of War"),
        )
        for use in uses([line("1", GOD)], written)
    ]
    assert by == [{"person": 1}, {"memory": 1}, {"llm:qwen": 1}]


def test_a_line_without_text_is_no_matter_of_terms() -> None:
    assert uses([line("1", GOD)], TargetLine("1", " ", "argos")) == ()
    assert adherence.share(()) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))))
def test_every_occurrence_is_kept_by_something_or_violated(lines: list[tuple[int, int, int, int]]) -> None:
    wanted = [line(str(n), *[GOD] * gods, *[KING] * kings) for n, (gods, kings, _, _) in enumerate(lines)]
    texts = [" x ".join(["God of War"] * gods + ["Dragon King"] * kings) or "x" for _, _, gods, kings in lines]
    found = uses(wanted, *(TargetLine(str(n), text, "argos", draft=text) for n, text in enumerate(texts)))
    for use in found:
        assert sum(use.by.values()) == use.kept
        assert 0 <= use.violated <= use.stands
    for term, asked, made in ((GOD, 0, 2), (KING, 1, 3)):
        lost = sum(max(0, numbers[asked] - numbers[made]) for numbers in lines)
        assert sum(use.violated for use in found if use.source == term.source) == lost
