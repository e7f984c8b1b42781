"""The LLM engine: `engine` asks and retries, the others each know one part of it (prompt, HTTP, answer, judgement)."""

from localize.engines.llm.engine import LLM

__all__ = ["LLM"]
