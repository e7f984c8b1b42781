"""Prefect flows: the same pipeline, where ops can watch it."""
