"""The bench: `python -m tests.bench`. A package, so that its modules are never found under bare names (`translate`)."""
