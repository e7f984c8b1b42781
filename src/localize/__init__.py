"""Chinese vertical short-drama episodes in, subtitled masters in 17 locales out."""

__version__ = "0.1.0"
