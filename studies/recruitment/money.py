"""Money: whole hundredths of one currency; panels' two spellings have a door each."""

import re
from dataclasses import dataclass
from decimal import Decimal

HUNDREDTHS = Decimal(100)
WRITTEN = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
"""An amount as people write it: no sign, no exponent, no comma, and no more than a billion."""
WITHOUT_HUNDREDTHS = frozenset(
    {
        *("BHD", "BIF", "CLP", "DJF", "GNF", "IQD", "ISK", "JOD", "JPY", "KMF", "KRW", "KWD"),
        *("LYD", "OMR", "PYG", "RWF", "TND", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
"""Currencies of ISO 4217 with no decimals, or with three."""


class MoneyError(ValueError):
    """An amount that is not one, or two currencies in one sum."""


@dataclass(frozen=True, order=True)
class Money:
    """An amount that cannot be mistaken: rewards are sent in hundredths, bonuses as decimals."""

    hundredths: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.hundredths, int) or isinstance(self.hundredths, bool):
            raise MoneyError(f"{self.hundredths!r} is no whole number of hundredths.")

    @classmethod
    def from_decimal(cls, text: str, currency: str) -> "Money":
        """The amount written with a point: `4.25` is 425 hundredths. Raises MoneyError."""
        if not WRITTEN.fullmatch(text.strip()):
            raise MoneyError(f"“{text[:20]}” is not an amount: write it as 4.25.")
        hundredths = Decimal(text.strip()) * HUNDREDTHS
        if hundredths != hundredths.to_integral_value():
            raise MoneyError(f"“{text}” has more than two digits after the point.")
        return cls(int(hundredths), currency)

    @property
    def decimal(self) -> str:
        """As panels want it where they want currency units: `4.25`."""
        return f"{Decimal(self.hundredths) / HUNDREDTHS:.2f}"

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} cannot be added.")
        return Money(self.hundredths + other.hundredths, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.hundredths * times, self.currency)

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"
