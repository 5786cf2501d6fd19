"use strict";
// The orders one after the other, with what was known at each.
report.startReplay = () => {
  const data = report.data, fills = data.fills, byId = report.byId;
  const section = byId("replay");
  if (!fills.length) { section.hidden = true; return; }
  const delays = { "0.5": 500, "1": 250, "2.5": 100, "5": 50, "10": 10 };
  const closed = data.trades.exit.map((time, i) => ({ time, profit: data.trades.profit_loss[i], dust: data.trades.dust[i] })).sort((a, b) => a.time - b.time);
  const equity = report.account.equity || { t: [], v: [] };
  // Running sums, so that any order can be jumped to; crumbs of fees are money, but no trades.
  const after = [{ profit: 0, won: 0, trades: 0 }];
  closed.forEach((trade, i) => after.push({ profit: after[i].profit + trade.profit, won: after[i].won + (!trade.dust && trade.profit > 0), trades: after[i].trades + !trade.dust }));
  const exits = closed.map(trade => trade.time);
  let peak = -Infinity;
  const worst = [];
  equity.v.forEach((value, i) => { peak = Math.max(peak, value); worst.push(Math.max(i ? worst[i - 1] : 0, peak > 0 ? 1 - value / peak : 0)); });
  let now = 0, timer = null;
  const bar = byId("progress");
  bar.max = String(fills.length);
  report.replay = { get now() { return now; }, get playing() { return timer !== null; }, total: fills.length };

  const put = (id, text, tone) => { const out = byId(id); out.textContent = text; out.className = tone || ""; };
  function show() {
    report.replaying = now > 0;
    byId("leave").hidden = now === 0;
    bar.value = String(now);
    if (!now) {
      put("r-order", `0 of ${fills.length.toLocaleString("en")}`);
      ["r-fill", "r-pnl", "r-equity", "r-return", "r-win", "r-drawdown"].forEach(id => put(id, "–"));
      report.cutMarket(null, 0);
      report.cutAccount(null);
      return;
    }
    const [time, ticker, price, quantity] = fills[now - 1], symbol = data.tickers[ticker];
    const done = after[report.place(exits, time + 0.5) + 1], trades = done.trades;
    const row = report.place(equity.t, time), value = row >= 0 ? equity.v[row] : null, start = equity.v[0];
    bar.setAttribute("aria-valuetext", `order ${now} of ${fills.length}`);
    put("r-order", `${now.toLocaleString("en")} of ${fills.length.toLocaleString("en")}`);
    put("r-fill", `${quantity > 0 ? "BUY" : "SELL"} ${report.price(Math.abs(quantity))} ${symbol} @ ${report.price(price)} · ${report.stamp(time)}`, quantity > 0 ? "up" : "down");
    put("r-pnl", report.signed(done.profit), report.tone(done.profit));
    put("r-equity", value === null ? "–" : report.money(value));
    put("r-return", value === null || !start ? "–" : `${value >= start ? "+" : ""}${((value / start - 1) * 100).toFixed(2)} %`, value === null ? "" : report.tone(value - start));
    put("r-win", trades ? `${(done.won / trades * 100).toFixed(0)} % (${done.won}W/${trades - done.won}L)` : "no trade closed");
    put("r-drawdown", row >= 0 ? `${(worst[row] * 100).toFixed(2)} %` : "–");
    const number = report.symbolNumber(symbol);
    if (number >= 0 && number !== report.market.shown) { report.resetCut(); report.showSymbol(number); }
    if (number >= 0) report.cutMarket(time, now);
    report.cutAccount(time);
  }
  function pause() {
    clearTimeout(timer);
    timer = null;
    byId("play").textContent = "▶ Play";
    byId("play").setAttribute("aria-pressed", "false");
  }
  function tick() {
    if (now >= fills.length) { pause(); return; }
    now++;
    show();
    timer = setTimeout(tick, delays[byId("speed").value]);
  }
  function play() {
    if (now >= fills.length) now = 0;
    byId("play").textContent = "Pause";
    byId("play").setAttribute("aria-pressed", "true");
    timer = setTimeout(tick, 0);
  }
  const jump = to => { pause(); now = Math.max(0, Math.min(fills.length, to)); show(); };
  byId("play").addEventListener("click", () => timer === null ? play() : pause());
  byId("reset").addEventListener("click", () => jump(0));
  byId("step").addEventListener("click", () => jump(now + 1));
  byId("skip").addEventListener("click", () => jump(now + 10));
  byId("leave").addEventListener("click", () => jump(0));
  bar.addEventListener("input", () => jump(+bar.value));
  section.addEventListener("keydown", event => {
    if (event.target.matches("select, input, button")) return;
    if (event.key === " ") { event.preventDefault(); timer === null ? play() : pause(); }
  });
  put("r-order", `0 of ${fills.length.toLocaleString("en")}`);
};
