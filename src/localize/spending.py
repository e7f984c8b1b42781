"""What paid engines use: tokens, money, and the limit of a run."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from localize.errors import InputError


@dataclass(frozen=True, slots=True)
class Usage:
    """What an endpoint was asked for; requests that failed count too.

    `cost` is in `currency`, and None where the endpoint has no prices. `estimated`: for some request the endpoint told
    no token counts, and they were reckoned from the text.
    """

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    currency: str = ""
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        """Both together; ValueError where their money is not the same."""
        if self.currency and other.currency and self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        costs = [usage.cost for usage in (self, other) if usage.cost is not None]
        return Usage(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            sum(costs) if costs else None,
            self.currency or other.currency,
            self.estimated or other.estimated,
        )


Account = Callable[[str, Usage], None]
"""Is told what a request was for, as a locale, and what it used, as soon as that is known."""


class Budget:
    """The most that a whole run may spend, shared by its engines and threads.

    What a request may cost at most is set aside before it is sent, so that the limit holds whatever comes back.
    """

    def __init__(self, limit: float, currency: str) -> None:
        if not limit >= 0:
            raise InputError(f"a budget of {limit} {currency} is none", next_step="give an amount of 0 or more")
        self.limit = limit
        self.currency = currency
        self._spent = self._reserved = 0.0
        self._unsettled = 0
        self._exhausted = False
        self._changed = threading.Condition()

    @property
    def spent(self) -> float:
        return self._spent

    @property
    def exhausted(self) -> bool:
        """Whether a request was held back for want of money."""
        return self._exhausted

    def reserve(self, amount: float) -> bool:
        """Set `amount` aside; False, from then on for ever, where that passes the limit.

        What others have set aside and not yet settled may come back in part: their end is awaited first.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._exhausted or self._fits(amount) or not self._unsettled)
            if self._exhausted or not self._fits(amount):
                self._exhausted = True
                self._changed.notify_all()
                return False
            self._reserved += amount
            self._unsettled += 1
            return True

    def settle(self, reserved: float, spent: float) -> None:
        """The request for which `reserved` was set aside cost `spent`."""
        with self._changed:
            self._unsettled -= 1
            # Sums of floats leave crumbs.
            self._reserved = self._reserved - reserved if self._unsettled else 0.0
            self._spent += spent
            self._changed.notify_all()

    def _fits(self, amount: float) -> bool:
        return self._spent + self._reserved + amount <= self.limit


_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]{3})\s*")


def budget(text: str) -> Budget | None:
    """The budget that `5USD` or `0.5 EUR` stands for, None for an empty text; InputError for any other."""
    if not text.strip():
        return None
    if not (match := _AMOUNT.fullmatch(text)):
        raise InputError(f"{text!r} is no budget", next_step="give an amount and its currency, such as --budget 5USD")
    return Budget(float(match[1]), match[2].upper())
