"""Texts of LEAN that several rooms say."""

from __future__ import annotations

from vibetrader.engine.data.symbol import Symbol


def zero_price_text(symbol: Symbol) -> str:
    """LEAN: Messages.QuantConnect.cs, Extensions.ZeroPriceForSecurity."""
    return (
        f"{symbol}: The security does not have an accurate price as it has not yet received a bar of data. "
        "Before placing a trade (or using set_holdings) warm up your algorithm with set_warmup, or use "
        "slice.contains(symbol) to confirm the Slice object has price before using the data. Data does not necessarily all "
        "arrive at the same time so your algorithm should confirm the data is ready before using it. In live trading this "
        "can mean you do not have an active subscription to the asset class you're trying to trade. If using custom data "
        "make sure you've set the 'Value' property."
    )
