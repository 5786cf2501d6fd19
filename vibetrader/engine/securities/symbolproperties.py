"""Lot, tick, quote currency and multiplier of a security. LEAN: Common/Securities/SymbolProperties.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.money import ONE
from vibetrader.engine.naming import lean_names


@lean_names
class SymbolProperties:
    """Figures of a security from the symbol properties database; exact ones end in `_decimal`."""

    __slots__ = (
        "_magnifier", "contract_multiplier_decimal", "description", "lot_size_decimal", "market_ticker",
        "minimum_order_size_decimal", "minimum_price_variation_decimal", "quote_currency",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Securities.SymbolProperties"

    def __init__(
        self,
        description: str,
        quote_currency: str,
        contract_multiplier: object,
        minimum_price_variation: object,
        lot_size: object,
        market_ticker: str,
        minimum_order_size: object = None,
        price_magnifier: object = 1,
        strike_multiplier: object = 1,
    ) -> None:
        self.description = description
        self.quote_currency = quote_currency
        self.contract_multiplier_decimal = money.dec(contract_multiplier)
        self.minimum_price_variation_decimal = money.dec(minimum_price_variation)
        self.lot_size_decimal = money.dec(lot_size)
        self.market_ticker = market_ticker
        self.minimum_order_size_decimal: Decimal | None = (
            None if minimum_order_size is None else money.dec(minimum_order_size)
        )
        self._magnifier = money.dec(price_magnifier)
        if self.lot_size_decimal <= 0:
            raise ArgumentException("symbol_properties lot_size can not be less than or equal to 0")
        if self._magnifier <= 0:
            raise ArgumentException("symbol_properties price_magnifier can not be less than or equal to 0")

    @classmethod
    def of_row(cls, row: Any) -> SymbolProperties:
        """From a row of the database."""
        return cls(
            row.description,
            row.quote_currency,
            row.contract_multiplier,
            row.minimum_price_variation,
            row.lot_size,
            row.market_ticker,
            row.minimum_order_size,
            row.price_magnifier,
            row.strike_multiplier,
        )

    @staticmethod
    def get_default(quote_currency: str) -> SymbolProperties:
        """Properties of a security the database does not know."""
        return SymbolProperties("", quote_currency.upper(), ONE, Decimal("0.01"), ONE, "")

    @property
    def contract_multiplier(self) -> float:
        """Units of the underlying per contract."""
        return money.double(self.contract_multiplier_decimal)

    @property
    def minimum_price_variation(self) -> float:
        """Tick size."""
        return money.double(self.minimum_price_variation_decimal)

    @property
    def lot_size(self) -> float:
        """Quantities are multiples of it."""
        return money.double(self.lot_size_decimal)

    @property
    def minimum_order_size(self) -> float | None:
        """Least order; None without."""
        return None if self.minimum_order_size_decimal is None else money.double(self.minimum_order_size_decimal)

    @property
    def price_magnifier(self) -> float:
        """Factor between quoted and real price."""
        return money.double(self._magnifier)

    @property
    def strike_multiplier(self) -> float:
        """Factor of option strikes, always 1 here."""
        return 1.0

    def __str__(self) -> str:
        # LEAN: Messages.Securities.cs, SymbolProperties.ToString: an empty ticker and an absent size both leave a comma
        ticker = f",{self.market_ticker}" if self.market_ticker else ","
        size = "," if self.minimum_order_size_decimal is None else f",{money.text(self.minimum_order_size_decimal)}"
        magnifier = "," if self._magnifier == 1 else f",{money.text(self._magnifier)}"
        return (
            f"{self.description},{self.quote_currency},{money.text(self.contract_multiplier_decimal)},"
            f"{money.text(self.minimum_price_variation_decimal)},{money.text(self.lot_size_decimal)}{ticker}{size}{magnifier}"
        )
