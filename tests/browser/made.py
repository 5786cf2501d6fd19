"""LEAN result files of a made-up run with as many trades as one likes."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

START = datetime(2023, 1, 1, tzinfo=UTC)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def many_trades(folder: Path, data: Path, *, trades: int) -> None:
    """Two years of hours with long and short trades in turn; bars go to the data folder, results to `folder`."""
    dice = np.random.default_rng(7)
    hours = 17_544
    close = 30_000 * np.exp(np.cumsum(dice.normal(0, 0.004, hours)))
    opened = np.concatenate(([30_000.0], close[:-1]))
    high, low = np.maximum(opened, close) * 1.001, np.minimum(opened, close) * 0.999
    lines = [
        f"{START + timedelta(hours=i):%Y%m%d %H:%M},{opened[i]:.2f},{high[i]:.2f},{low[i]:.2f},{close[i]:.2f},{100 + i % 24}"
        for i in range(hours)
    ]
    place = data / "crypto/binance/hour"
    place.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place / "btcusdt_trade.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("btcusdt.csv", "\n".join(lines))
    step = hours / trades
    orders: dict[str, Any] = {}
    events: list[dict[str, Any]] = []
    closed: list[dict[str, Any]] = []
    money, equity = 100_000.0, [[START.timestamp(), *[100_000.0] * 4]]
    daily: list[list[float]] = []
    number = 0
    for n in range(trades):
        first = int(n * step)
        last = max(first + 1, int((n + 0.8) * step))
        if last >= hours:
            break
        side = 1 if n % 2 == 0 else -1
        profit = round(float(side * (close[last] - close[first]) * 0.1), 2)
        money += profit
        ids = []
        for row, quantity in ((first, 0.1 * side), (last, -0.1 * side)):
            number += 1
            ids.append(number)
            moment = START + timedelta(hours=row + 1)
            orders[str(number)] = {
                "type": 0, "id": number, "symbol": {"value": "BTCUSDT"}, "price": round(close[row], 2), "time": stamp(moment),
                "createdTime": stamp(moment), "lastFillTime": stamp(moment), "quantity": quantity, "status": 3,
                "tag": "entry" if len(ids) == 1 else "exit", "direction": 0 if quantity > 0 else 1,
                "orderSubmissionData": {"lastPrice": round(close[row], 2)},
            }  # fmt: skip
            events.append(
                {
                    "orderId": number, "orderEventId": 1, "symbolValue": "BTCUSDT", "time": moment.timestamp(), "status": "filled",
                    "fillPrice": round(close[row], 2), "fillQuantity": quantity, "direction": "buy" if quantity > 0 else "sell",
                    "quantity": quantity, "orderFeeAmount": 0.5, "orderFeeCurrency": "USDT",
                }
            )  # fmt: skip
        begin, end = (START + timedelta(hours=row + 1) for row in (first, last))
        closed.append(
            {
                "symbols": [{"value": "BTCUSDT"}], "entryTime": stamp(begin), "entryPrice": round(close[first], 2),
                "direction": 0 if side > 0 else 1, "quantity": 0.1, "exitTime": stamp(end), "exitPrice": round(close[last], 2),
                "profitLoss": profit, "totalFees": 1.0, "mae": min(0.0, profit) - 5, "mfe": max(0.0, profit) + 5,
                "duration": str(end - begin), "isWin": profit > 0, "orderIds": ids,
            }
        )  # fmt: skip
        if end.date() != datetime.fromtimestamp(equity[-1][0], UTC).date():
            before = equity[-1][4]
            equity.append([end.timestamp(), money, money, money, money])
            daily.append([end.timestamp(), round((money / before - 1) * 100, 6)])
    document = {
        "statistics": {
            "Total Orders": str(number), "Net Profit": f"{(money / 1e5 - 1) * 100:.3f}%", "Drawdown": "10%", "Sharpe Ratio": "1",
            "Win Rate": "50%", "Start Equity": "100000", "End Equity": f"{money:.2f}", "Total Fees": "$100",
        },
        "charts": {"Strategy Equity": {"series": {"Equity": {"values": equity}, "Return": {"values": daily}}}},
        "orders": orders,
        "totalPerformance": {"tradeStatistics": {}, "portfolioStatistics": {}, "closedTrades": closed},
        "state": {"Status": "Completed"},
        "algorithmConfiguration": {
            "accountCurrency": "USDT", "startDate": stamp(START), "endDate": "2024-12-31T23:59:59Z", "tradingDaysPerYear": 365,
        },
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "many.json").write_text(json.dumps(document))
    (folder / "many-order-events.json").write_text(json.dumps(events))
