"use strict";
// Price with trades and indicators, and the account below it. The library draws; here is what and when.
report.drawCharts = () => {
  const lwc = LightweightCharts, data = report.data, css = report.css;
  const lineColors = ["#2962ff", "#e8710a", "#9c27b0", "#00a3a3", "#c2185b", "#7a8a00"];
  const darkColors = ["#6f9bff", "#ffa657", "#ce93d8", "#4dd0e1", "#f48fb1", "#d4e157"];
  const color = n => (report.dark() ? darkColors : lineColors)[n % lineColors.length];
  const soft = (name, alpha) => `rgb(${css(name)} / ${alpha}%)`;
  // The library reads no modern colour syntax.
  const rgba = (name, alpha) => `rgba(${css(name).split(" ").join(", ")}, ${alpha})`;

  const look = () => ({
    layout: { background: { color: "transparent" }, textColor: css("--soft"), fontSize: 11, attributionLogo: false, panes: { separatorColor: css("--line"), separatorHoverColor: css("--hover") } },
    grid: { vertLines: { color: css("--grid") }, horzLines: { color: css("--grid") } },
    rightPriceScale: { borderColor: css("--line"), minimumWidth: 70 }, timeScale: { borderColor: css("--line") },
  });
  const make = (id, timeVisible) => {
    const chart = lwc.createChart(report.byId(id), { autoSize: true, ...look(), crosshair: { mode: 0 }, timeScale: { timeVisible, secondsVisible: false, rightOffset: 3, minBarSpacing: 0.02, borderColor: css("--line") }, handleScroll: { vertTouchDrag: false } });
    report.charts.push(chart);
    return chart;
  };
  const points = (times, values) => times.map((time, i) => values[i] === null ? { time } : { time, value: values[i] });

  // ------------------------------------------------------------------ price

  const market = { shown: -1, cut: null };
  report.market = market;
  const symbols = data.symbols.map(raw => {
    const t = report.unpack(raw.t), o = report.unpack(raw.o), h = report.unpack(raw.h), l = report.unpack(raw.l), c = report.unpack(raw.c), v = report.unpack(raw.v);
    return { ...raw, t, o, h, l, c, v, overlays: raw.overlays.map(x => ({ name: x.name, values: report.unpack(x) })), panes: raw.panes.map(p => ({ levels: p.levels, lines: p.lines.map(x => ({ name: x.name, values: report.unpack(x) })) })) };
  });
  const box = report.byId("market");
  if (!symbols.length) {
    box.hidden = true;
    box.parentElement.hidden = true;
    document.querySelector(".tools").hidden = true;
    report.byId("market-note").textContent = "The bars of this run are not at hand, so there is no price chart.";
  }

  // Lines from entry to exit, drawn on the candles.
  class TradeLines {
    attached({ chart, series, requestUpdate }) { this.chart = chart; this.series = series; this.refresh = requestUpdate; }
    detached() { this.chart = null; }
    updateAllViews() {}
    paneViews() { return [{ zOrder: () => "top", renderer: () => ({ draw: target => target.useMediaCoordinateSpace(({ context }) => this.draw(context)) }) }]; }
    draw(g) {
      if (!this.chart || !market.lines) return;
      const scale = this.chart.timeScale(), range = scale.getVisibleLogicalRange();
      if (!range) return;
      g.lineWidth = 1.5;
      g.setLineDash([4, 3]);
      const until = market.cut === null ? Infinity : market.cut;
      let drawn = 0;
      for (const line of market.lines) {
        if (line.last < range.from || line.first > range.to || line.exit > until || drawn++ > 400) continue;
        const x1 = scale.logicalToCoordinate(line.first), x2 = scale.logicalToCoordinate(line.last);
        const y1 = this.series.priceToCoordinate(line.from), y2 = this.series.priceToCoordinate(line.to);
        if (x1 === null || x2 === null || y1 === null || y2 === null) continue;
        g.strokeStyle = line.profit > 0 ? css("--up") : css("--down");
        g.beginPath(); g.moveTo(x1, y1); g.lineTo(x2, y2); g.stroke();
      }
      g.setLineDash([]);
    }
  }

  function showSymbol(number) {
    if (market.shown === number || !symbols[number]) return;
    if (market.chart) { report.charts.splice(report.charts.indexOf(market.chart), 1); market.chart.remove(); }
    market.shown = number;
    const s = market.symbol = symbols[number];
    const chart = market.chart = make("market", s.bar < 86400);
    const format = { type: "price", precision: Math.min(s.digits, 8), minMove: 10 ** -Math.min(s.digits, 8) };
    const places = decimals(s.c);
    format.precision = places; format.minMove = 10 ** -places;
    market.precision = places;
    const extra = [];
    const candles = market.candles = chart.addSeries(lwc.CandlestickSeries, { priceFormat: format, priceLineVisible: false });
    extra.push({ series: candles, full: s.t.map((time, i) => ({ time, open: s.o[i], high: s.h[i], low: s.l[i], close: s.c[i] })), paint: () => candles.applyOptions({ upColor: rgba("--up-fill", 1), downColor: rgba("--down-fill", 1), wickUpColor: rgba("--up-fill", 1), wickDownColor: rgba("--down-fill", 1), borderVisible: false }) });
    if (s.v.length) {
      const volume = chart.addSeries(lwc.HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
      chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
      candles.priceScale().applyOptions({ scaleMargins: { top: 0.09, bottom: 0.18 } });
      extra.push({ series: volume, full: s.t.map((time, i) => ({ time, value: s.v[i] })), paint: () => volume.applyOptions({ color: report.dark() ? "rgba(120, 132, 156, 0.35)" : "rgba(120, 132, 156, 0.3)" }) });
    }
    s.overlays.forEach((overlay, n) => {
      const line = chart.addSeries(lwc.LineSeries, { lineWidth: 1.5, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false, priceFormat: format });
      extra.push({ series: line, full: points(s.t, overlay.values), paint: () => line.applyOptions({ color: color(n) }) });
      overlay.color = n;
    });
    let used = s.overlays.length;
    s.panes.forEach((pane, n) => {
      pane.lines.forEach((one, k) => {
        const histogram = /histogram$/.test(one.name);
        const line = chart.addSeries(histogram ? lwc.HistogramSeries : lwc.LineSeries, { lineWidth: 1.5, priceLineVisible: false, lastValueVisible: true, crosshairMarkerVisible: false, priceFormat: { type: "price", precision: Math.min(decimals(one.values, 2), 6), minMove: 10 ** -Math.min(decimals(one.values, 2), 6) } }, n + 1);
        one.color = used++;
        const place = one.color;
        extra.push({ series: line, full: points(s.t, one.values), paint: () => line.applyOptions({ color: color(place) }) });
        if (!k) pane.levels.forEach(price => line.createPriceLine({ price, color: "#8a93a6", lineWidth: 1, lineStyle: 2, axisLabelVisible: false, title: "" }));
      });
    });
    chart.panes().forEach((pane, n) => pane.setStretchFactor(n ? 1 : 3.2));
    market.parts = extra;
    extra.forEach(part => { part.series.setData(part.full); part.paint(); });
    market.markers = lwc.createSeriesMarkers(candles, []);
    market.fills = data.fills.map((fill, n) => ({ n, time: fill[0], symbol: data.tickers[fill[1]], price: fill[2], quantity: fill[3], order: fill[4] })).filter(fill => fill.symbol === s.symbol);
    market.fills.forEach(fill => { fill.row = rowOf(fill.time); });
    const t = data.trades;
    market.lines = t.entry.map((entry, i) => ({ symbol: t.symbol[i], first: rowOf(entry), last: rowOf(t.exit[i]), exit: t.exit[i], from: t.entry_price[i], to: t.exit_price[i], profit: t.profit_loss[i], dust: t.dust[i] })).filter(line => line.symbol === s.symbol && line.first >= 0 && !line.dust);
    market.overlay = new TradeLines();
    candles.attachPrimitive(market.overlay);
    chart.timeScale().subscribeVisibleLogicalRangeChange(() => mark());
    chart.timeScale().subscribeVisibleTimeRangeChange(range => follow(chart, range));
    chart.subscribeCrosshairMove(event => legend(event));
    keys(box, chart, () => s.t.length);
    report.byId("symbol").value = String(number);
    showDays(s.bar < 86400 ? 60 : 0);
    mark();
    legend();
    nameLater();
    const merged = s.merged > 1 ? ` ${s.merged} bars of the run are drawn as one.` : "";
    report.byId("market-note").textContent = `All times UTC. ${s.t.length.toLocaleString("en")} bars, ${market.fills.length.toLocaleString("en")} fills: ▲ bought, ▼ sold; a dashed line joins entry and exit. Drag to move, wheel or pinch to zoom.${merged}`;
  }
  report.showSymbol = showSymbol;

  function decimals(values, most = 4) {
    let places = 0;
    for (let i = 0; i < values.length; i += Math.max(1, values.length >> 7)) {
      const value = values[i];
      if (value === null) continue;
      const text = String(+value.toPrecision(8)), dot = text.indexOf(".");
      if (dot >= 0 && !text.includes("e")) places = Math.max(places, text.length - dot - 1);
    }
    const size = Math.abs(values.find(v => v) || 1);
    return Math.min(places, size >= 1000 ? 2 : size >= 10 ? most : 8);
  }

  // A fill at the end of a bar belongs to that bar: it was decided there.
  const rowOf = time => report.place(market.symbol.t, time - (time % market.symbol.bar === 0 || market.symbol.bar >= 86400 ? 1 : 0));

  function mark() {
    if (!market.markers) return;
    const range = market.chart.timeScale().getVisibleLogicalRange();
    if (!range) return;
    let seen = market.fills.filter(fill => fill.row >= range.from - 5 && fill.row <= range.to + 5 && (market.cut === null || fill.n < market.upTo));
    const room = Math.max(60, box.clientWidth / 4);
    const labels = seen.length <= room / 40;
    if (seen.length > room) { const every = seen.length / room; seen = Array.from({ length: Math.floor(room) }, (_, i) => seen[Math.floor(i * every)]); }
    market.markers.setMarkers(seen.filter(fill => fill.row >= 0).map(fill => ({ time: market.symbol.t[fill.row], position: fill.quantity > 0 ? "belowBar" : "aboveBar", shape: fill.quantity > 0 ? "arrowUp" : "arrowDown", color: fill.quantity > 0 ? css("--up") : css("--down"), text: labels ? (fill.quantity > 0 ? "buy " : "sell ") + report.price(fill.price) : undefined })));
  }

  // Show the chart as it was at a fill: nothing later. null shows all.
  report.cutMarket = (time, upTo) => {
    if (!symbols.length) return;
    market.cut = time; market.upTo = upTo;
    const s = market.symbol, last = time === null ? s.t.length - 1 : Math.max(0, rowOf(time)), before = market.row ?? s.t.length - 1;
    if (last > before && last - before < 1500) {
      for (const part of market.parts) for (let i = before + 1; i <= last; i++) part.series.update(part.full[i]);
    } else if (last !== before) {
      for (const part of market.parts) part.series.setData(last === s.t.length - 1 ? part.full : part.full.slice(0, last + 1));
    }
    market.row = last;
    if (time !== null) {
      const scale = market.chart.timeScale(), range = scale.getVisibleLogicalRange();
      const width = Math.min(Math.max(range ? range.to - range.from : 160, 40), 400);
      const from = Math.max(-0.5, last - width * 0.85);
      scale.setVisibleLogicalRange({ from, to: from + width });
    }
    mark();
    legend();
  };
  const followSymbol = market;
  report.resetCut = () => { followSymbol.row = undefined; };

  function legend(event) {
    const s = market.symbol, spot = event && event.logical !== undefined && event.logical !== null ? Math.round(event.logical) : (market.row ?? s.t.length - 1);
    const i = Math.min(Math.max(spot, 0), market.row ?? s.t.length - 1);
    const tone = s.c[i] >= s.o[i] ? "up" : "down", p = v => report.number(v, market.precision);
    const spans = [["b", s.symbol], ["span", report.stamp(s.t[i])], ["span", `O ${p(s.o[i])}  H ${p(s.h[i])}  L ${p(s.l[i])}  C ${p(s.c[i])}`, tone]];
    const out = report.byId("legend");
    out.replaceChildren(...spans.map(([tag, text, kind]) => Object.assign(document.createElement(tag), { textContent: text, className: kind || "" })), ...s.overlays.map(o => named(o, i)));
    document.querySelectorAll("#chart .pane-name").forEach((line, n) => line.replaceChildren(...s.panes[n].lines.map(o => named(o, i))));
  }
  const named = (line, i) => {
    const one = document.createElement("i");
    one.textContent = `${line.name} ${report.short(line.values[i])}`;
    one.style.color = color(line.color);
    return one;
  };

  // Names of the lower panes, placed once the library has laid them out.
  function nameLater() {
    document.querySelectorAll("#chart .pane-name").forEach(line => line.remove());
    const place = () => {
      const rows = market.chart.panes().map(pane => pane.getHTMLElement());
      if (rows.slice(1).some(row => !row)) return;
      const frame = box.parentElement;
      rows.slice(1).forEach((row, n) => {
        let line = frame.querySelectorAll(".pane-name")[n];
        if (!line) { line = document.createElement("div"); line.className = "pane-name"; frame.append(line); }
        line.style.top = `${row.getBoundingClientRect().top - frame.getBoundingClientRect().top + 3}px`;
      });
      legend();
    };
    requestAnimationFrame(() => requestAnimationFrame(place));
    new ResizeObserver(place).observe(box);
  }

  // ------------------------------------------------------------------ ranges

  function showDays(days) {
    const scale = market.chart.timeScale(), s = market.symbol, last = (market.row ?? s.t.length - 1);
    if (!days || !s.t.length) { scale.setVisibleLogicalRange({ from: -0.5, to: last + 3 }); return; }
    scale.setVisibleLogicalRange({ from: Math.max(-0.5, report.place(s.t, s.t[last] - days * 86400)), to: last + 3 });
  }
  function zoom(chart, by) {
    const scale = chart.timeScale(), range = scale.getVisibleLogicalRange();
    if (!range) return;
    const middle = (range.from + range.to) / 2, half = Math.max(4, (range.to - range.from) / 2 * by);
    scale.setVisibleLogicalRange({ from: middle - half, to: middle + half });
  }
  function keys(element, chart, size) {
    element.onkeydown = event => {
      const scale = chart.timeScale(), range = scale.getVisibleLogicalRange();
      if (!range) return;
      const step = (range.to - range.from) / 8;
      if (event.key === "ArrowLeft") scale.setVisibleLogicalRange({ from: range.from - step, to: range.to - step });
      else if (event.key === "ArrowRight") scale.setVisibleLogicalRange({ from: range.from + step, to: range.to + step });
      else if (event.key === "+" || event.key === "=") zoom(chart, 0.7);
      else if (event.key === "-") zoom(chart, 1.4);
      else if (event.key === "Home") scale.setVisibleLogicalRange({ from: -0.5, to: size() });
      else return;
      event.preventDefault();
    };
  }
  document.querySelectorAll("[data-range]").forEach(button => button.addEventListener("click", () => { leader = market.chart; showDays(+button.dataset.range); }));
  document.querySelectorAll("[data-zoom]").forEach(button => button.addEventListener("click", () => { leader = market.chart; zoom(market.chart, +button.dataset.zoom); }));

  report.showTrade = i => {
    const t = data.trades, number = symbols.findIndex(s => s.symbol === t.symbol[i]);
    if (number < 0) return;
    showSymbol(number);
    const first = rowOf(t.entry[i]), last = rowOf(t.exit[i]), around = Math.max(20, (last - first) * 0.6);
    leader = market.chart;
    market.chart.timeScale().setVisibleLogicalRange({ from: first - around, to: last + around });
    box.scrollIntoView({ block: "center" });
    box.focus({ preventScroll: true });
  };

  // ------------------------------------------------------------------ account

  const account = {};
  report.account = account;
  const equity = { t: report.unpack(data.equity.t), v: report.unpack(data.equity.v) };
  const other = { t: report.unpack(data.hold.t), v: report.unpack(data.hold.v) };
  const fall = { t: report.unpack(data.drawdown.t), v: report.unpack(data.drawdown.v) };
  const sharpe = { t: report.unpack(data.sharpe.t), v: report.unpack(data.sharpe.v) };
  const exposure = { t: report.unpack(data.exposure.t), v: report.unpack(data.exposure.v) };
  account.equity = equity;
  const clean = line => { const out = []; line.t.forEach((time, i) => { const whole = Math.floor(time); if (!out.length || whole > out[out.length - 1].time) out.push({ time: whole, value: line.v[i] }); else out[out.length - 1].value = line.v[i]; }); return out; };
  const panel = report.byId("equity");
  if (equity.t.length > 1) {
    const chart = account.chart = make("equity", false);
    const percent = { type: "custom", formatter: v => v.toFixed(Math.abs(v) < 10 ? 1 : 0) + " %", minMove: 0.01 };
    const parts = account.parts = [];
    let pane = 0;
    const names = [];
    const add = (kind, line, options, paint, name, at = pane) => {
      const series = chart.addSeries(kind, { priceLineVisible: false, lastValueVisible: true, crosshairMarkerVisible: true, ...options }, at);
      const full = clean(line);
      parts.push({ series, full, paint: () => series.applyOptions(paint()), name, pane: at, format: options.format || report.money });
      series.setData(full);
    };
    if (other.t.length > 1) add(lwc.LineSeries, other, { lineWidth: 1.5, lastValueVisible: false }, () => ({ color: report.dark() ? "#8a93a6" : "#8d95a5" }), data.hold.name, 0);
    add(lwc.LineSeries, equity, { lineWidth: 2 }, () => ({ color: color(0) }), "equity", 0);
    names.push("");
    pane = 1;
    add(lwc.BaselineSeries, fall, { baseValue: { type: "price", price: 0 }, lineWidth: 1, priceFormat: percent, format: v => v.toFixed(2) + " %" }, () => ({ topLineColor: css("--down"), bottomLineColor: css("--down"), topFillColor1: rgba("--down-fill", 0), topFillColor2: rgba("--down-fill", 0), bottomFillColor1: rgba("--down-fill", 0.12), bottomFillColor2: rgba("--down-fill", 0.4) }), "under water");
    if (sharpe.t.length > 1) {
      pane++;
      add(lwc.BaselineSeries, sharpe, { baseValue: { type: "price", price: 0 }, lineWidth: 1.5, format: v => v.toFixed(2) }, () => ({ topLineColor: css("--up"), bottomLineColor: css("--down"), topFillColor1: rgba("--up-fill", 0.22), topFillColor2: rgba("--up-fill", 0.03), bottomFillColor1: rgba("--down-fill", 0.03), bottomFillColor2: rgba("--down-fill", 0.22) }), `Sharpe of ${data.sharpe.window} days`);
    }
    if (exposure.t.length > 1) {
      pane++;
      add(lwc.BaselineSeries, exposure, { baseValue: { type: "price", price: 0 }, lineType: 1, lineWidth: 1, priceFormat: percent, format: v => v.toFixed(0) + " %" }, () => ({ topLineColor: color(0), bottomLineColor: color(0), topFillColor1: report.dark() ? "rgba(111, 155, 255, 0.3)" : "rgba(41, 98, 255, 0.2)", topFillColor2: "rgba(41, 98, 255, 0.03)", bottomFillColor1: "rgba(232, 113, 10, 0.03)", bottomFillColor2: "rgba(232, 113, 10, 0.25)" }), "net exposure");
    }
    parts.forEach(part => part.paint());
    chart.panes().forEach((one, n) => one.setStretchFactor(n ? 1 : 2.6));
    chart.timeScale().fitContent();
    chart.timeScale().subscribeVisibleTimeRangeChange(range => follow(chart, range));
    keys(panel, chart, () => Math.max(...parts.map(part => part.full.length)));
    const say = event => {
      const out = report.byId("account-legend"), time = event && event.time;
      const frame = panel.parentElement, rows = chart.panes().map(one => one.getHTMLElement());
      const spans = { 0: [] };
      for (const part of parts) {
        const row = time === undefined ? part.full.length - 1 : report.place(part.full.map(p => p.time), time);
        const one = document.createElement("i");
        const value = row >= 0 ? part.full[row].value : null;
        one.textContent = `${part.name} ${value === null ? "–" : part.format(value)}`;
        (spans[part.pane] = spans[part.pane] || []).push(one);
      }
      const when = Object.assign(document.createElement("b"), { textContent: time === undefined ? "" : report.stamp(time) });
      spans[0].reverse();
      if (spans[0][0]) spans[0][0].style.color = color(0);
      out.replaceChildren(...(when.textContent ? [when] : []), ...spans[0]);
      Object.keys(spans).filter(n => n > 0).forEach(n => {
        if (!rows[n]) return;
        let line = frame.querySelectorAll(".pane-name")[n - 1];
        if (!line) { line = document.createElement("div"); line.className = "pane-name"; frame.append(line); }
        line.style.top = `${rows[n].getBoundingClientRect().top - frame.getBoundingClientRect().top + 3}px`;
        line.replaceChildren(...spans[n]);
      });
    };
    chart.subscribeCrosshairMove(say);
    requestAnimationFrame(() => requestAnimationFrame(() => say()));
    new ResizeObserver(() => say()).observe(panel);
    report.onTheme.push(() => say());
    report.cutAccount = time => {
      const cut = time === null ? Infinity : time;
      for (const part of parts) {
        if (part.name === data.hold.name || part.name === "equity" || part.name === "under water") {
          const last = report.place(part.full.map(p => p.time), cut);
          if (part.last !== last) part.series.setData(last >= part.full.length - 1 ? part.full : part.full.slice(0, last + 1));
          part.last = last;
        }
      }
    };
    const held = other.t.length > 1 ? ` Grey: ${data.hold.name === "benchmark" ? "the benchmark, bought and held" : "the traded symbols, bought at the start and held"}, without costs.` : "";
    report.byId("account-note").textContent = `Account value in ${data.currency || "account currency"}, as the run sampled it.${held}`;
  } else {
    panel.parentElement.hidden = true;
    report.byId("account-note").textContent = "The run left no equity curve.";
    report.cutAccount = () => {};
  }

  // One chart follows the other, the one the hand is on leads.
  let leader = null, following = false;
  [[box, () => market.chart], [panel, () => account.chart]].forEach(([element, chart]) => ["pointerenter", "pointerdown", "focusin", "wheel", "touchstart"].forEach(kind => element.addEventListener(kind, () => { leader = chart(); }, { passive: true })));
  function follow(chart, range) {
    if (following || !range || leader !== chart || report.replaying) return;
    const target = chart === market.chart ? account.chart : market.chart;
    if (!target) return;
    const times = chart === market.chart ? equity.t : market.symbol.t;
    if (range.to <= times[0] || range.from >= times[times.length - 1]) return;
    following = true;
    try { target.timeScale().setVisibleRange({ from: Math.max(range.from, times[0]), to: Math.min(range.to, times[times.length - 1]) }); } catch { /* nothing of it is there */ }
    requestAnimationFrame(() => { following = false; });
  }

  if (symbols.length) {
    const choice = report.byId("symbol");
    symbols.forEach((s, n) => choice.append(new Option(s.symbol, String(n))));
    choice.hidden = symbols.length < 2;
    choice.addEventListener("change", () => { report.resetCut(); showSymbol(+choice.value); });
    showSymbol(0);
  }
  report.symbolNumber = name => symbols.findIndex(s => s.symbol === name);
  report.onTheme.push(() => {
    report.charts.forEach(chart => chart.applyOptions(look()));
    (market.parts || []).forEach(part => part.paint());
    (account.parts || []).forEach(part => part.paint());
    if (symbols.length) { mark(); legend(); }
  });
};
