"""`vibetrader data`: fetch, import, check, list, convert and make market data, and look after its cache."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vibetrader.cli import options as o
from vibetrader.errors import DataError, ExitCode, ProviderError, UsageError

if TYPE_CHECKING:
    from vibetrader.marketdata.quality import Finding
    from vibetrader.settings import Settings

app = typer.Typer(
    help="Fetch, import, check, convert and make market data, kept as a LEAN data folder.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Symbols = Annotated[list[str], typer.Argument(metavar="SYMBOL...", help="For example BTCUSDT ETHUSDT.")]
Timeframes = Annotated[
    list[str] | None,
    typer.Option("--timeframe", "-t", help="1m 3m … 1M; minutes, hours or days are stored. May repeat."),
]
SecurityType = Annotated[str, typer.Option("--type", help="crypto, equity, forex or cfd.")]
Market = Annotated[str | None, typer.Option("--market", help="LEAN's market: binance, kraken, usa, oanda …")]
_DEFAULT_MARKET = {"crypto": "binance", "equity": "usa", "forex": "oanda", "cfd": "oanda"}


@app.command()
def fetch(
    symbols: Symbols,
    timeframe: Timeframes = None,
    start: o.Start = None,
    end: o.End = None,
    source: Annotated[str, typer.Option("--source", help="binance, yfinance, or ccxt:EXCHANGE.")] = "binance",
    recheck: Annotated[
        bool, typer.Option("--recheck", help="Compare all archives with the exchange's checksums.")
    ] = False,
    data_folder: o.DataFolder = None,
    offline: o.Offline = None,
    as_json: o.Json = False,
) -> None:
    """Fetch what is missing of the bars of some symbols into the data folder.

    Without --end, up to the last bar that has closed; without --start, a year. 1m, 1h and 1d bars are stored; 3m to 30m are
    built of minutes, 2h to 12h of hours, 3d to 1M of days when a strategy runs.

    Example: vibetrader data fetch BTCUSDT ETHUSDT -t 1h -t 1m --start 2023-01-01 --end 2024-12-31
    """
    from vibetrader.cli import render
    from vibetrader.marketdata import sources

    settings = o.settings_from(data_folder=data_folder, offline=offline)
    first, last = _period(settings, start, end)
    done: list[dict[str, Any]] = []
    store = sources.store(settings)
    with render.steps() as show, store.alone(settings.lock_wait_s):
        for resolution in _resolutions(timeframe or ["1h"]):
            for symbol in dict.fromkeys(map(_ticker, symbols)):
                if source == "binance":
                    done.append(_from_binance(settings, symbol, resolution, first, last, recheck=recheck, show=show))
                else:
                    done.append(_from_library(settings, source, symbol, resolution, first, last, show=show))
    if as_json:
        render.out_json({"data_folder": str(store.folder), "series": done})
        return
    for row in done:
        pieces = ", ".join(f"{count} × {name}" for name, count in row["pieces"].items()) or "nothing was missing"
        render.out(f"{row['series']}  {row['new_bars']:>9,} bars  {row['from'][:16]} to {row['to'][:16]}  ({pieces})")
        for note in row["notes"]:
            render.out(f"  note: {note}")
    render.out(f"data folder: {store.folder}")


def _from_binance(
    settings: Settings, symbol: str, resolution: str, first: date, last: date | None, *, recheck: bool, show: Any
) -> dict[str, Any]:
    from vibetrader.marketdata import sources
    from vibetrader.marketdata.fetch import Fetcher, Want
    from vibetrader.marketdata.spans import stamp

    exchange = sources.binance(settings, say=lambda text: show(text, 0, 0))
    fetcher = Fetcher(sources.store(settings), exchange, today=settings.today, progress=show)
    with contextlib.closing(exchange):
        result = fetcher.fetch(Want(symbol, resolution, first, last), recheck=recheck)
    return {
        "series": str(result.key), "from": stamp(result.start), "to": stamp(result.end), "new_bars": result.new_bars,
        "pieces": result.pieces, "data_requests": exchange.data_requests, "replaced": result.replaced,
        "first_bar": None if result.first_bar is None else stamp(result.first_bar), "notes": result.notes,
    }  # fmt: skip


def _from_library(
    settings: Settings, source: str, symbol: str, resolution: str, first: date, last: date | None, *, show: Any
) -> dict[str, Any]:
    from vibetrader.marketdata import libraries, sources
    from vibetrader.marketdata.importing import store_rows
    from vibetrader.marketdata.spans import DAY_MS, day_start, stamp

    if settings.offline:
        raise ProviderError(f"{source} was not asked: --offline forbids the network")
    name, _, exchange = source.partition(":")
    until = last or settings.today
    show(f"{symbol} from {source}", 0, 0)
    if name == "yfinance":
        bars = libraries.from_yfinance(symbol, resolution, first, until)
    elif name == "ccxt" and exchange:
        bars = libraries.from_ccxt(
            exchange, symbol, resolution, day_start(first), day_start(until) + DAY_MS, progress=show
        )
    else:
        raise UsageError(f"source {source!r}", hint="Say binance, yfinance, or ccxt:EXCHANGE such as ccxt:kraken.")
    request = f"{symbol} {resolution} {first} {until}"
    store_rows(
        sources.store(settings), bars.key, bars.rows, source=source, name=request, today=settings.today.isoformat(),
        known_defects=bars.known_defects,
    )  # fmt: skip
    times = sorted(bars.rows)
    return {
        "series": str(bars.key), "from": stamp(times[0]) if times else "", "to": stamp(times[-1]) if times else "",
        "new_bars": len(times), "pieces": {source: 1}, "notes": [f"known defect: {text}" for text in bars.known_defects],
    }  # fmt: skip


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV (also .gz) or Parquet file.")],
    symbol: Annotated[str, typer.Option("--symbol", "-s", help="Symbol of the bars, for example BTCUSDT.")],
    security_type: SecurityType = "crypto",
    market: Market = None,
    timeframe: Annotated[str | None, typer.Option("--timeframe", "-t", help="Build coarser bars: 1h or 1d.")] = None,
    column: Annotated[list[str] | None, typer.Option("--column", help="time=NAME, open=3 …; may repeat.")] = None,
    tz: Annotated[str, typer.Option("--tz", help="Zone of times that name none, for example America/New_York.")] = "",
    time_format: Annotated[str, typer.Option("--time-format", help="s, ms, us, ns, iso or as of strptime.")] = "",
    time_is: Annotated[str | None, typer.Option("--time-is", help="open or close of the bar.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be imported, and write nothing.")] = False,
    accept: Annotated[bool, typer.Option("--accept-doubtful", help="Import bars that are plainly wrong, too.")] = False,
    data_folder: o.DataFolder = None,
    as_json: o.Json = False,
) -> None:
    """Import bars of a CSV or Parquet file into the data folder.

    Columns, units and the form of times are guessed and shown; what could be read two ways is asked for.

    Example: vibetrader data import btc.csv --symbol BTCUSDT --preview
    """
    from vibetrader.cli import render
    from vibetrader.marketdata import importing, sources, tables

    if time_is not in (None, "open", "close"):
        raise UsageError(f"--time-is {time_is!r}", hint="Say open or close.")
    settings = o.settings_from(data_folder=data_folder)
    place = market or _default_market(security_type)
    table = tables.read_table(file)
    layout = tables.guess(
        table,
        columns=_pairs(column),
        zone=tz,
        default_zone="America/New_York" if security_type == "equity" else "UTC",
        time_format=time_format,
        at_close=None if time_is is None else time_is == "close",
    )
    store = sources.store(settings)
    found = importing.read_bars(
        table, layout, security_type=security_type, market=place, ticker=_ticker(symbol),
        resolution=_resolutions([timeframe])[0] if timeframe else None, data_folder=store.folder,
    )  # fmt: skip
    body = {**found.to_json(), "layout": layout.to_json(table), "preview": preview, "data_folder": str(store.folder)}
    refused = bool(found.grave) and not accept
    if not preview and not refused:
        with store.alone(settings.lock_wait_s):
            stored, new = importing.store_bars(store, found, file, settings.today.isoformat())
        body |= {"stored": stored, "new_bars": new}
    rows = list(found.rows.items())
    if as_json:
        from vibetrader.marketdata.spans import stamp

        body["sample"] = [[stamp(moment), line] for moment, line in (*rows[:3], *rows[-1:])]
    else:
        _show_import(body, rows, preview=preview)
    if refused and not preview:
        worst = found.grave[0]
        raise DataError(
            f"{file.name} was not imported: {worst.kind}: {worst.detail}",
            hint="Mend the file, or add --accept-doubtful.",
        )
    if as_json:
        render.out_json(body)


def _show_import(body: dict[str, Any], rows: list[tuple[int, str]], *, preview: bool) -> None:
    from vibetrader.cli import render
    from vibetrader.marketdata.spans import stamp

    layout = body["layout"]
    render.out(
        f"{body['series']}: {body['bars']:,} bars of {body['bar_minutes']:g} minutes, {body['first']} to {body['last']}"
    )
    render.out("  " + ", ".join(f"{what} ← {name}" for what, name in layout["columns"].items()))
    render.out(f"  times: {layout['time']}, zone {layout['zone']}, of the bars' {layout['at']}")
    for note in layout["notes"]:
        render.out(f"  note: {note}")
    for moment, line in (*rows[:3], *rows[-1:]):
        render.out(f"    {stamp(moment)}  {line}")
    for finding in body["findings"]:
        render.out(f"  {finding['severity']}: {finding['kind']}: {finding['detail']}")
    if preview:
        render.out("nothing was written (--preview)")
    elif "stored" in body:
        render.out(
            f"{body['stored']:,} bars stored, {body['new_bars']:,} of them new; data folder: {body['data_folder']}"
        )


@app.command("list")
def list_(data_folder: o.DataFolder = None, as_json: o.Json = False) -> None:
    """List the bars in the data folder and where they came from.

    Example: vibetrader data list --data-folder data
    """
    from vibetrader.cli import render
    from vibetrader.marketdata import sources
    from vibetrader.marketdata.inventory import inventory

    store = sources.store(o.settings_from(data_folder=data_folder))
    rows = inventory(store)
    if as_json:
        render.out_json({"data_folder": str(store.folder), "series": rows})
        return
    for row in rows:
        origin = ", ".join(item["source"] for item in row["origin"]) or "no receipt"
        label = "  SYNTHETIC" if row["synthetic"] else ""
        render.out(
            f"{row['series']:44} {row['first'][:16]} to {row['last'][:16]}  {row['files']:>5} files  {origin}{label}"
        )
    if not rows:
        render.note(f"no bars in {store.folder}; `vibetrader data fetch BTCUSDT` brings some")


@app.command()
def check(
    symbols: Annotated[
        list[str] | None, typer.Argument(metavar="[SYMBOL...]", help="Only these; all by default.")
    ] = None,
    timeframe: Timeframes = None,
    start: o.Start = None,
    end: o.End = None,
    policy: Annotated[str, typer.Option("--policy", help="kind=keep|fail|fill|mask, comma-separated.")] = "",
    data_folder: o.DataFolder = None,
    as_json: o.Json = False,
) -> None:
    """Audit the bars in the data folder: every file is opened, every row read, every receipt compared.

    Exit code 6 when bars are wrong, or when the policy of what was found is `fail`.

    Example: vibetrader data check BTCUSDT --data-folder data --json
    """
    from vibetrader._util.clock import utc_now
    from vibetrader.cli import render
    from vibetrader.marketdata import quality, sources
    from vibetrader.marketdata.audit import Auditor
    from vibetrader.marketdata.spans import DAY_MS, day_start

    settings = o.settings_from(data_folder=data_folder)
    store = sources.store(settings)
    if not store.folder.is_dir():
        raise DataError(f"the data folder {str(store.folder)!r} is not there", hint="`vibetrader data fetch` makes it.")
    chosen = quality.policies(",".join(text for text in (settings.data_policy, policy) if text))
    wanted = {_ticker(symbol) for symbol in symbols or []}
    resolutions = _resolutions(timeframe) if timeframe else None
    keys = [
        key
        for key in store.series()
        if (not wanted or key.ticker in wanted) and (resolutions is None or key.resolution in resolutions)
    ]
    absent = sorted(wanted - {key.ticker for key in keys})
    if absent:
        raise DataError(
            f"the data folder has no bars of {', '.join(absent)}", hint="`vibetrader data list` shows what is there."
        )
    low = None if start is None else day_start(_day("--start", start))
    high = None if end is None else day_start(_day("--end", end)) + DAY_MS
    with render.steps() as show:
        auditor = Auditor(store, now=round(utc_now().timestamp() * 1000), progress=show)
        audits = auditor.audit(keys, start=low, end=high)
        findings = [f for one in audits for f in one.findings] + ([] if wanted else auditor.leftovers())
    bad = [f for f in findings if f.grave or chosen[f.kind] == "fail"]
    code = ExitCode.NO_RESULT if bad else ExitCode.DONE
    if as_json:
        body = {"data_folder": str(store.folder), "exit_code": int(code), "series": [one.to_json() for one in audits]}
        render.out_json(body | {"findings": [{**f.to_json(), "policy": chosen[f.kind]} for f in findings]})
        raise typer.Exit(code)
    for one in audits:
        row = one.to_json()
        render.out(
            f"{row['series']}: {row['bars']:,} bars, {row['expected']:,} expected, {row['first']} to {row['last']}"
        )
        _show_findings([f for f in findings if f.series == row["series"]])
    _show_findings([f for f in findings if not f.series])
    render.out(f"{len(findings)} doubts, {len(bad)} of them grave" if findings else "nothing doubtful was found")
    raise typer.Exit(code)


def _show_findings(findings: list[Finding]) -> None:
    from vibetrader.cli import render

    for finding in findings:
        place = f"  [{finding.file}]" if finding.file else ""
        render.out(f"  {'wrong' if finding.grave else 'odd  '} {finding.kind:18} {finding.detail}{place}")


@app.command()
def convert(
    symbol: Annotated[str, typer.Argument(help="Symbol, for example BTCUSDT.")],
    to: Annotated[Path, typer.Option("--to", help="The file to write: .csv or .parquet.")],
    timeframe: Annotated[str, typer.Option("--timeframe", "-t", help="One of 1m 3m 5m … 1d 3d 1w 1M.")] = "1h",
    security_type: SecurityType = "crypto",
    market: Market = None,
    start: o.Start = None,
    end: o.End = None,
    data_folder: o.DataFolder = None,
    as_json: o.Json = False,
) -> None:
    """Write bars of the data folder as CSV or Parquet, in any of the fifteen timeframes.

    Example: vibetrader data convert BTCUSDT -t 4h --to btc-4h.csv
    """
    from vibetrader.cli import render
    from vibetrader.marketdata import sources
    from vibetrader.marketdata.export import export
    from vibetrader.marketdata.inventory import span_of
    from vibetrader.marketdata.spans import DAY_MS, day_start
    from vibetrader.marketdata.store import SeriesKey
    from vibetrader.marketdata.timeframes import source_of

    store = sources.store(o.settings_from(data_folder=data_folder))
    kind = "quote" if security_type in ("forex", "cfd") else "trade"
    place = market or _default_market(security_type)
    # an hour can be made of minutes too, where there are no hours
    chain = ("minute", "hour", "daily")
    finest = source_of(timeframe).resolution
    keys = [SeriesKey(security_type, place, _ticker(symbol), one, kind) for one in chain[chain.index(finest) :: -1]]
    key = next((one for one in keys if span_of(store, one) is not None), keys[0])
    span = span_of(store, key) or (0, 0)
    low = span[0] if start is None else day_start(_day("--start", start))
    high = span[1] if end is None else day_start(_day("--end", end)) + DAY_MS
    count = export(store, key, to, timeframe=timeframe, start=low, end=high)
    if as_json:
        render.out_json({"file": str(to), "bars": count, "timeframe": timeframe, "made_of": str(key)})
        return
    render.out(f"{count:,} bars of {timeframe} written to {to} (made of {key})")


@app.command()
def synth(
    symbols: Symbols,
    timeframe: Timeframes = None,
    start: o.Start = None,
    end: o.End = None,
    regime: Annotated[
        str, typer.Option("--regime", help="trend, range, decline, crash, gap or volatile; a mix without.")
    ] = "",
    security_type: SecurityType = "crypto",
    market: Market = None,
    seed: o.Seed = None,
    data_folder: o.DataFolder = None,
    as_json: o.Json = False,
) -> None:
    """Make up bars: seeded, the same in every timeframe, labelled as synthetic wherever they are used.

    Example: vibetrader data synth BTCUSDT -t 1h --regime crash --seed 7 --data-folder made-up
    """
    from vibetrader.cli import render
    from vibetrader.marketdata import sources
    from vibetrader.marketdata.synthetic import LABEL, SyntheticNeed, ensure_synthetic

    settings = o.settings_from(data_folder=data_folder, seed=seed)
    first, last = _period(settings, start, end)
    store = sources.store(settings)
    if data_folder is None:
        raise UsageError(
            "data synth needs a folder of its own",
            hint="Add --data-folder DIR: made-up bars stay apart from real ones.",
        )
    taken = [receipt.key for receipt in store.receipts()]
    if taken:
        raise UsageError(
            f"{str(data_folder)!r} holds real bars ({taken[0]} and others)",
            hint="Give made-up bars a folder of their own.",
        )
    place = market or _default_market(security_type)
    needs = [
        SyntheticNeed(
            security_type, place, _ticker(symbol), resolution, first, last or settings.today - timedelta(days=1), regime
        )
        for symbol in symbols
        for resolution in _resolutions(timeframe or ["1h"])
    ]
    with store.alone(settings.lock_wait_s):
        receipt = ensure_synthetic(store.folder, needs, seed=settings.seed)
    if as_json:
        render.out_json({"data_folder": str(store.folder), **receipt})
        return
    render.out(LABEL)
    for name, span in receipt["bars"].items():  # type: ignore[attr-defined]  # a table, as ensure_synthetic says
        render.out(f"{name}: {span[0]} to {span[1]}")
    render.out(f"data folder: {store.folder}")


@app.command()
def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all entries.")] = False,
    max_mb: Annotated[
        int | None, typer.Option("--max-mb", min=0, help="Remove the least used beyond this size.")
    ] = None,
    warm: Annotated[
        bool, typer.Option("--warm", help="Make the entries of all minute bars of the data folder.")
    ] = False,
    data_folder: o.DataFolder = None,
    as_json: o.Json = False,
) -> None:
    """Show, fill or clear the columnar cache, from which repeated runs read minute bars.

    Example: vibetrader data cache --max-mb 2000
    """
    from vibetrader.cli import render
    from vibetrader.marketdata import columnar, sources

    settings = o.settings_from(data_folder=data_folder)
    folder = sources.columns_folder(settings)
    body: dict[str, Any] = {"cache": str(folder)}
    if warm:
        body["made"] = _warm(settings)
    if clear or max_mb is not None:
        gone = columnar.clear_cache(folder, keep_bytes=0 if clear else (max_mb or 0) * 1_000_000)
        body |= {"removed": gone.entries, "freed_bytes": gone.bytes}
    size = columnar.cache_size(folder)
    body |= {"entries": size.entries, "bytes": size.bytes}
    if as_json:
        render.out_json(body)
        return
    if "made" in body:
        render.out(f"made {body['made']} entries")
    if "removed" in body:
        render.out(f"removed {body['removed']} entries, {body['freed_bytes'] / 1e6:,.1f} MB")
    render.out(f"{size.entries} entries, {size.bytes / 1e6:,.1f} MB in {folder}")


def _warm(settings: Settings) -> int:
    from vibetrader.marketdata import sources
    from vibetrader.marketdata.columnar import DayFiles, Series

    store = sources.store(settings)
    reader = DayFiles(sources.columns_folder(settings), may_write=True)
    made = 0
    for key in store.series():
        if key.resolution == "minute":
            series = Series(store.folder, key.security_type, key.market, key.resolution, key.kind)
            made += reader.warm(series, key.ticker, "000000", "999999")
    return made


# ---------------------------------------------------------------------- what is said on the command line


def _resolutions(timeframes: list[str]) -> list[str]:
    from vibetrader.marketdata.timeframes import source_of

    return list(dict.fromkeys(source_of(text).resolution for text in timeframes))


def _ticker(symbol: str) -> str:
    ticker = "".join(letter for letter in symbol.upper() if letter not in "-_/ :")
    if not ticker or not ticker.replace(".", "").isalnum() or not ticker.isascii():
        raise UsageError(f"{symbol!r} is no symbol", hint="For example BTCUSDT.")
    return ticker


def _default_market(security_type: str) -> str:
    if security_type not in _DEFAULT_MARKET:
        raise UsageError(f"security type {security_type!r}", hint=f"Say one of {', '.join(_DEFAULT_MARKET)}.")
    return _DEFAULT_MARKET[security_type]


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is no day", hint="Write it as 2024-01-31.") from None


def _period(settings: Settings, start: str | None, end: str | None) -> tuple[date, date | None]:
    last = None if end is None else _day("--end", end)
    first = (last or settings.today) - timedelta(days=365) if start is None else _day("--start", start)
    if first > (last or settings.today):
        raise UsageError(
            f"the period ends before it begins: {first} to {last or settings.today}", hint="Change --start or --end."
        )
    return first, last


def _pairs(texts: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--column {text!r} is not what=NAME", hint="For example --column time=opened")
        found[name.strip()] = value.strip()
    return found
