"""Cash of one currency and the cash book. LEAN: Common/Securities/Cash.cs, CashBook.cs, CurrencyConversion/*.cs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

from vibetrader.engine import currencies, money
from vibetrader.engine.clr import ArgumentException, InvalidOperationException
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.data.symbolcache import KeyNotFoundException
from vibetrader.engine.money import ONE, ZERO
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.fees import CashAmount
from vibetrader.engine.securities.dictionary import LeanDictionary, pair_type

_USD_RATE = Decimal("1.0")


class Conversion(Protocol):
    """Where a conversion rate comes from.

    Attributes:
        destination: Account currency; None while nobody looked for a way.
        securities: Securities whose prices make the rate.
    """

    destination: str | None
    securities: list[Any]

    @property
    def rate(self) -> Decimal:
        """The rate."""

    @rate.setter
    def rate(self, value: Decimal) -> None: ...

    def update(self) -> None:
        """Prices moved."""


class ConstantConversion:
    """A rate that stays. LEAN: ConstantCurrencyConversion.cs."""

    __slots__ = ("_rate", "destination", "securities")

    def __init__(self, destination: str | None, rate: Decimal) -> None:
        self.destination = destination
        self.securities: list[Any] = []
        self._rate = rate

    @property
    def rate(self) -> Decimal:
        """The rate."""
        return self._rate

    @rate.setter
    def rate(self, value: Decimal) -> None:
        if self._rate != value:
            self._rate = value

    def update(self) -> None:
        """Nothing."""


class SecurityConversion:
    """A rate made of one or two prices. LEAN: SecurityCurrencyConversion.cs.

    Args:
        destination: Account currency.
        steps: Securities, and whether their price is to be inverted.
    """

    __slots__ = ("_rate", "_stale", "destination", "securities", "steps")

    def __init__(self, destination: str, steps: list[tuple[Any, bool]]) -> None:
        self.destination: str | None = destination
        self.steps = steps
        self.securities = [security for security, _ in steps]
        self._rate = ZERO
        self._stale = False

    @property
    def rate(self) -> Decimal:
        """The rate at the last update; 0 while a price is missing."""
        if self._stale:
            self._stale = False
            rate = ONE
            for security, inverted in self.steps:
                price = security.cache.price_decimal
                if not price:
                    rate = ZERO
                    break
                rate = rate / price if inverted else rate * price
            self._rate = rate
        return self._rate

    @rate.setter
    def rate(self, value: Decimal) -> None:
        if self._rate != value:
            self._rate = value
            self._stale = False

    def update(self) -> None:
        """Prices moved."""
        self._stale = True

    @property
    def conversion_rate_securities(self) -> list[Any]:
        """The securities, in the order of the conversion."""
        return self.securities

    ConversionRateSecurities = conversion_rate_securities


@lean_names
class Cash:
    """Cash of one currency.

    Attributes:
        symbol: Currency code.
        amount_decimal: Exact amount.
        conversion: Where the rate to the account currency comes from.
    """

    __slots__ = ("_conversion", "amount_decimal", "before_update", "currency_symbol", "on_update", "symbol")
    __clr_name__ = "QuantConnect.Securities.Cash"

    def __init__(self, symbol: str, amount: Decimal, conversion_rate: Decimal) -> None:
        if not symbol:
            raise ArgumentException("Cash symbols cannot be null or empty.")
        self.symbol = symbol.upper()
        self.amount_decimal = amount
        self.currency_symbol = currencies.sign(self.symbol)
        self._conversion: Conversion = ConstantConversion(None, conversion_rate)
        self.before_update: Callable[[], None] | None = None
        self.on_update: Callable[[], None] | None = None

    @property
    def conversion(self) -> Conversion:
        """Where the rate comes from."""
        return self._conversion

    @conversion.setter
    def conversion(self, conversion: Conversion) -> None:
        # LEAN: Cash.cs, CurrencyConversion: a rate given before holds until the new source has one
        last = self._conversion.rate
        self._conversion = conversion
        if last:
            conversion.rate = last

    @property
    def conversion_rate_decimal(self) -> Decimal:
        """Rate to the account currency, exact."""
        return self._conversion.rate

    @conversion_rate_decimal.setter
    def conversion_rate_decimal(self, rate: Decimal) -> None:
        if self.before_update is not None:
            self.before_update()
        self._conversion.rate = rate
        if self.on_update is not None:
            self.on_update()

    @property
    def value_in_account_currency_decimal(self) -> Decimal:
        """Worth, exact."""
        return self.amount_decimal * self._conversion.rate

    def add_amount_decimal(self, amount: Decimal) -> None:
        """Add to the amount."""
        if self.before_update is not None:
            self.before_update()
        self.amount_decimal += amount
        if self.on_update is not None:
            self.on_update()

    def set_amount_decimal(self, amount: Decimal) -> None:
        """Set the amount; the digits of an equal amount stay. LEAN: Cash.cs, SetAmount."""
        if self.amount_decimal != amount:
            if self.before_update is not None:
                self.before_update()
            self.amount_decimal = amount
            if self.on_update is not None:
                self.on_update()

    # --- what users see -------------------------------------------------------------------------------------------

    @property
    def amount(self) -> float:
        """Amount."""
        return money.double(self.amount_decimal)

    @property
    def conversion_rate(self) -> float:
        """Rate to the account currency."""
        return money.double(self._conversion.rate)

    @property
    def value_in_account_currency(self) -> float:
        """Worth in account currency."""
        return money.double(self.amount_decimal * self._conversion.rate)

    @property
    def currency_conversion(self) -> Conversion:
        """Where the rate comes from."""
        return self._conversion

    @property
    def security_symbols(self) -> list[Symbol]:
        """Symbols whose prices make the rate."""
        return [security.symbol for security in self._conversion.securities]

    def add_amount(self, amount: float) -> float:
        """Add to the amount."""
        self.add_amount_decimal(money.dec(amount))
        return self.amount

    def set_amount(self, amount: float) -> None:
        """Set the amount."""
        self.set_amount_decimal(money.dec(amount))

    def update(self) -> None:
        """Take new prices into the rate."""
        self._conversion.update()

    def text(self, account_currency: str) -> str:
        """LEAN: Messages.Securities.cs, Cash.ToString."""
        rate = self.conversion_rate_decimal
        shown = money.round_significant(rate, 5) if rate < 1000 else money.round_to(rate, 2)
        amount = format(_away_from_zero(self.amount_decimal, 2), "f").rjust(15)
        return (
            f"{self.symbol}: {self.currency_symbol}{amount} @ {_rate_text(shown).rjust(10)} = "
            f"{currencies.sign(account_currency)}{money.text(money.round_to(self.value_in_account_currency_decimal, 2))}"
        )

    def __str__(self) -> str:
        return self.text("USD")


def _away_from_zero(value: Decimal, digits: int) -> Decimal:
    """.NET's format "0.00": rounds halves away from zero."""
    from decimal import ROUND_HALF_UP

    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _rate_text(rate: Decimal) -> str:
    """.NET's format "0.00####"."""
    text = format(_away_from_zero(rate, 6), "f")
    head, _, tail = text.partition(".")
    tail = tail.rstrip("0").ljust(2, "0")
    return f"{head}.{tail}"


@lean_names
class CashBook(LeanDictionary[str, Cash]):
    """Cash by currency, in the order it was added.

    Attributes:
        on_add: Called with cash that is new.
        before_update: Called before an amount or a rate changes.
        on_update: Called when an amount or a rate changed.
    """

    __clr_name__ = "QuantConnect.Securities.CashBook"
    _pair = pair_type("String,Cash")

    def __init__(self, on_add: Callable[[Cash], None] | None = None, on_update: Callable[[], None] | None = None) -> None:
        self._currencies: dict[str, Cash] = {}
        self._account_currency = ""
        self.before_update: Callable[[], None] | None = None
        self.on_add = on_add
        self.on_update = on_update
        self.set_account_currency("USD")

    @property
    def account_currency(self) -> str:
        """Currency of the account."""
        return self._account_currency

    def set_account_currency(self, currency: str) -> None:
        """Change it; the amount moves along. LEAN: CashBook.cs, AccountCurrency."""
        amount = ZERO
        previous = self._currencies.get(self._account_currency)
        if previous is not None:
            amount = previous.amount_decimal
            previous.on_update = None
            del self._currencies[self._account_currency]
        self._account_currency = currency.upper()
        self.put(Cash(self._account_currency, amount, _USD_RATE))

    def put(self, cash: Cash) -> Cash:
        """Add cash; an entry of the currency takes over amount and rate. LEAN: CashBook.cs, AddInternal."""
        existing = self._currencies.get(cash.symbol)
        if existing is not None:
            existing.conversion_rate_decimal = cash.conversion_rate_decimal
            existing.set_amount_decimal(cash.amount_decimal)
            return existing
        self._currencies[cash.symbol] = cash
        cash.before_update = self._updates
        cash.on_update = self._updated
        if self.on_add is not None:
            self.on_add(cash)
        self._updated()
        return cash

    def _updates(self) -> None:
        if self.before_update is not None:
            self.before_update()

    def _updated(self) -> None:
        if self.on_update is not None:
            self.on_update()

    def add(self, symbol: str, quantity: Any, conversion_rate: Any = None) -> Cash:
        """Add cash by currency, amount and rate, or by currency and cash."""
        if isinstance(quantity, Cash):
            return self.put(quantity)
        return self.put(Cash(symbol, money.dec(quantity), money.dec(conversion_rate or 0)))

    def remove(self, key: Any) -> bool:
        """Remove a currency."""
        cash = self._currencies.pop(key, None)
        if cash is not None:
            cash.on_update = None
            self._updated()
        return cash is not None

    def clear(self) -> None:
        """Remove everything."""
        self._currencies.clear()
        self._updated()

    def _find(self, key: Any) -> Cash | None:
        return self._currencies.get(key)

    def _get(self, key: Any) -> Cash:
        cash = self._currencies.get(key)
        if cash is None:
            if key == currencies.NULL_CURRENCY:
                raise InvalidOperationException("Unexpected request for NullCurrency Cash instance")
            raise KeyNotFoundException(f"This cash symbol ({key}) was not found in your cash book.")
        return cash

    def __setitem__(self, key: str, cash: Cash) -> None:
        self.put(cash)

    def _pairs(self) -> list[tuple[str, Cash]]:
        return list(self._currencies.items())

    @property
    def cashes(self) -> list[Cash]:
        """All entries."""
        return list(self._currencies.values())

    def update(self) -> None:
        """Prices moved: rates are read anew when asked for."""
        for cash in self._currencies.values():
            cash.conversion.update()

    # --- conversion -----------------------------------------------------------------------------------------------

    @property
    def total_value_decimal(self) -> Decimal:
        """Worth of everything, exact."""
        total = ZERO
        for cash in self._currencies.values():
            total += cash.amount_decimal * cash.conversion_rate_decimal
        return total

    @property
    def total_value_in_account_currency(self) -> float:
        """Worth of everything in account currency."""
        return money.double(self.total_value_decimal)

    def convert_decimal(self, quantity: Decimal, source: str, destination: str) -> Decimal:
        """Convert between two currencies.

        Raises:
            ArgumentException: One of them has no rate.
        """
        if not quantity:
            return ZERO
        from_cash, to_cash = self._get(source), self._get(destination)
        for cash in (from_cash, to_cash):
            if not cash.conversion_rate_decimal:
                raise ArgumentException(f"The conversion rate for {cash.symbol} is not available.")
        return quantity * (from_cash.conversion_rate_decimal / to_cash.conversion_rate_decimal)

    def to_account_currency(self, quantity: Decimal, currency: str) -> Decimal:
        """Convert into account currency."""
        if currency == self._account_currency:
            return quantity
        return self.convert_decimal(quantity, currency, self._account_currency)

    def convert_amount(self, amount: CashAmount) -> Decimal:
        """Convert an amount into account currency."""
        return self.to_account_currency(amount.amount_decimal, amount.currency)

    def convert(self, source_quantity: float, source_currency: str, destination_currency: str) -> float:
        """Convert between two currencies."""
        return money.double(self.convert_decimal(money.dec(source_quantity), source_currency, destination_currency))

    def convert_to_account_currency(self, amount: Any, currency: str | None = None) -> Any:
        """Convert an amount of a currency, or a `CashAmount`, into account currency."""
        if isinstance(amount, CashAmount):
            return CashAmount(self.convert_amount(amount), self._account_currency)
        return money.double(self.to_account_currency(money.dec(amount), str(currency)))

    def __str__(self) -> str:
        lines = [f"Symbol {'Quantity':>13}    {'Conversion':>10} = Value in {self._account_currency}"]
        lines += [cash.text(self._account_currency) for cash in self._currencies.values()]
        lines.append("-------------------------------------------------")
        total = money.text(money.round_to(self.total_value_decimal, 2))
        lines.append(
            f"CashBook Total Value:                {currencies.sign(self._account_currency)}{total}"
        )
        return "\n".join(lines) + "\n"
