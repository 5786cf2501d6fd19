"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const times = [data.price, data.equity, data.drawdown].flatMap(s => s.length ? [s[0][0], s[s.length - 1][0]] : []);
  if (!times.length) return;
  const whole = [Math.min(...times), Math.max(...times)];
  let view = whole.slice();
  let cursor = null;
  const charts = [];

  const nice = v => Math.abs(v) >= 1000 ? Math.round(v).toLocaleString("en") : String(+v.toPrecision(4));
  const stamp = t => new Date(t * 1000).toISOString().slice(0, 16).replace("T", " ");

  function chart(id, height, draw) {
    const canvas = document.getElementById(id);
    if (!canvas) return;
    const one = { canvas, height, draw };
    charts.push(one);
    canvas.addEventListener("wheel", e => {
      e.preventDefault();
      const at = time(canvas, e);
      const by = e.deltaY > 0 ? 1.25 : 0.8;
      show(at - (at - view[0]) * by, at + (view[1] - at) * by);
    }, { passive: false });
    canvas.addEventListener("pointermove", e => {
      if (e.buttons === 1) { const d = (view[1] - view[0]) * -e.movementX / canvas.clientWidth; show(view[0] + d, view[1] + d); }
      cursor = time(canvas, e);
      paint();
    });
    canvas.addEventListener("pointerleave", () => { cursor = null; paint(); });
    canvas.addEventListener("dblclick", () => show(...whole));
    canvas.addEventListener("keydown", e => {
      const span = view[1] - view[0];
      const keys = { ArrowLeft: [-.2, -.2], ArrowRight: [.2, .2], "+": [.2, -.2], "-": [-.25, .25], Home: null };
      if (!(e.key in keys)) return;
      e.preventDefault();
      keys[e.key] ? show(view[0] + span * keys[e.key][0], view[1] + span * keys[e.key][1]) : show(...whole);
    });
  }

  const time = (canvas, e) => view[0] + (view[1] - view[0]) * (e.offsetX / (canvas.clientWidth - 64));

  function show(a, b) {
    const least = (whole[1] - whole[0]) / 500 || 1;
    if (b - a < least) return;
    view = [Math.max(whole[0], a), Math.min(whole[1], b)];
    paint();
  }

  function within(points) {
    let a = points.findIndex(p => p[0] >= view[0]);
    if (a < 0) return [];
    let b = points.length;
    while (b > a && points[b - 1][0] > view[1]) b--;
    return points.slice(Math.max(0, a - 1), b + 1);
  }

  function frame(one, low, high) {
    const { canvas, height } = one;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.style.height = height + "px";
    const g = canvas.getContext("2d");
    g.scale(scale, scale);
    g.font = "11px system-ui, sans-serif";
    if (high <= low) { high = low + Math.abs(low || 1) * .01; low -= Math.abs(low || 1) * .01; }
    const right = width - 64, bottom = height - 18;
    const x = t => (t - view[0]) / (view[1] - view[0]) * right;
    const y = v => 6 + (high - v) / (high - low) * (bottom - 12);
    g.strokeStyle = css("--line"); g.fillStyle = css("--soft"); g.lineWidth = 1;
    for (let i = 0; i <= 4; i++) {
      const v = low + (high - low) * i / 4;
      g.globalAlpha = .5; g.beginPath(); g.moveTo(0, y(v)); g.lineTo(right, y(v)); g.stroke(); g.globalAlpha = 1;
      g.fillText(nice(v), right + 6, y(v) + 4);
    }
    const steps = Math.max(2, Math.floor(width / 160));
    for (let i = 0; i < steps; i++) g.fillText(stamp(view[0] + (view[1] - view[0]) * i / steps).slice(0, 10), right * i / steps + 2, height - 4);
    return { g, x, y, right, bottom };
  }

  function line(f, points, color) {
    f.g.strokeStyle = css(color); f.g.lineWidth = 1.4; f.g.beginPath();
    points.forEach((p, i) => f.g[i ? "lineTo" : "moveTo"](f.x(p[0]), f.y(p[p.length - 1])));
    f.g.stroke();
  }

  function hair(f, points, text) {
    if (cursor === null || !points.length) return;
    const near = points.reduce((a, b) => Math.abs(b[0] - cursor) < Math.abs(a[0] - cursor) ? b : a);
    f.g.strokeStyle = css("--soft"); f.g.setLineDash([3, 3]); f.g.beginPath(); f.g.moveTo(f.x(near[0]), 0); f.g.lineTo(f.x(near[0]), f.bottom); f.g.stroke(); f.g.setLineDash([]);
    f.g.fillStyle = css("--fg"); f.g.fillText(stamp(near[0]) + "  " + text(near), 6, 14);
  }

  chart("price", 340, one => {
    const bars = within(data.price);
    if (!bars.length) return;
    const candles = bars[0].length > 2;
    const lows = bars.map(b => candles ? b[3] : b[1]), highs = bars.map(b => candles ? b[2] : b[1]);
    const f = frame(one, Math.min(...lows), Math.max(...highs));
    if (!candles) line(f, bars, "--blue");
    else if (bars.length > f.right / 2) line(f, bars, "--soft");
    else {
      const wide = Math.max(1, f.right / bars.length * .6);
      for (const b of bars) {
        f.g.fillStyle = f.g.strokeStyle = css(b[4] >= b[1] ? "--up" : "--down"); f.g.lineWidth = 1;
        f.g.beginPath(); f.g.moveTo(f.x(b[0]), f.y(b[2])); f.g.lineTo(f.x(b[0]), f.y(b[3])); f.g.stroke();
        f.g.fillRect(f.x(b[0]) - wide / 2, Math.min(f.y(b[1]), f.y(b[4])), wide, Math.max(1, Math.abs(f.y(b[1]) - f.y(b[4]))));
      }
    }
    for (const t of data.fills) {
      if (t[0] < view[0] || t[0] > view[1]) continue;
      const buy = t[2] > 0, px = f.x(t[0]), py = f.y(t[1]) + (buy ? 9 : -9);
      f.g.fillStyle = css(buy ? "--up" : "--down"); f.g.beginPath();
      f.g.moveTo(px, py + (buy ? -8 : 8)); f.g.lineTo(px - 5, py); f.g.lineTo(px + 5, py); f.g.fill();
    }
    hair(f, bars, b => candles ? `open ${nice(b[1])} high ${nice(b[2])} low ${nice(b[3])} close ${nice(b[4])}` : nice(b[1]));
  });
  chart("equity", 200, one => {
    const points = within(data.equity), other = within(data.benchmark);
    if (!points.length) return;
    const all = points.concat(other).map(p => p[1]);
    const f = frame(one, Math.min(...all), Math.max(...all));
    line(f, other, "--soft"); line(f, points, "--blue");
    hair(f, points, p => nice(p[1]));
  });
  chart("drawdown", 120, one => {
    const points = within(data.drawdown);
    if (!points.length) return;
    const f = frame(one, Math.min(...points.map(p => p[1]), -.01), 0);
    line(f, points, "--down");
    hair(f, points, p => nice(p[1]) + " %");
  });

  function paint() { for (const one of charts) one.draw(one); }
  new ResizeObserver(paint).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  paint();
})();
