"""Rules on the command line: the table for a person, every field of a finding for a program."""

from __future__ import annotations

import ast
from pathlib import Path

from typer.testing import CliRunner

import localize
from localize.cli import app
from localize.findings import SEVERITIES
from localize.rules import RULES, SEVERITY


def test_check_prints_every_rule_without_a_series() -> None:
    result = CliRunner().invoke(app, ["check", "--rules"])
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows == [[rule.id, rule.severity, rule.meaning] for rule in RULES]
    assert {severity for _, severity, _ in rows} == set(SEVERITIES)


def test_every_finding_that_the_package_makes_is_a_rule_of_the_table() -> None:
    made = {
        node.args[0].value
        for path in Path(localize.__file__).parent.glob("**/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"finding", "Finding"}
        and isinstance(node.args[0], ast.Constant)
    }
    assert made <= SEVERITY.keys()
    assert SEVERITY.keys() - made == {"starter", "fallback", "stale", "shortened", "damaged-file"}
