"""The LLM engine: `engine` hands out windows, `window` and `shorter` ask and retry, the others each know one part of it
(prompt, HTTP, answer, judgement).
"""

from localize.engines.llm.engine import LLM

__all__ = ["LLM"]
