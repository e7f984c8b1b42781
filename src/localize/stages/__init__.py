"""The pipeline's verbs, one a module: pure functions on typed data."""
