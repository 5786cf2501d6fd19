"use strict";
// What the other parts share: theme, unpacked data, numbers as people read them.
const report = { charts: [], css: name => getComputedStyle(document.documentElement).getPropertyValue(name).trim() };

report.byId = id => document.getElementById(id);
report.number = (value, digits) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
report.money = value => value === null || value === undefined ? "–" : report.number(value, Math.abs(value) >= 1e6 ? 0 : 2);
report.signed = value => (value > 0 ? "+" : "") + report.money(value);
report.price = value => value === null || value === undefined ? "–" : value.toLocaleString("en", { maximumSignificantDigits: 8 });
report.short = value => value === null || value === undefined ? "–" : Math.abs(value) >= 1e5 ? report.number(value, 0) : String(+value.toPrecision(5));
report.stamp = seconds => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
report.tone = value => value > 0 ? "up" : value < 0 ? "down" : "";

// Columns come as whole numbers, each the difference to the one before.
report.unpack = packed => {
  if (!packed) return [];
  const scale = 10 ** packed.k;
  let sum = 0;
  return packed.d.map(step => step === null ? null : (sum += step) / scale);
};

report.load = async () => {
  const bytes = Uint8Array.from(atob(report.byId("data").textContent), c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
};

// The last place in an ascending list whose value is not above x; -1 when all are.
report.place = (list, x) => {
  let low = 0, high = list.length;
  while (low < high) { const middle = (low + high) >> 1; list[middle] <= x ? low = middle + 1 : high = middle; }
  return low - 1;
};

report.dark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

report.onTheme = [];
report.setTheme = theme => {
  document.documentElement.dataset.theme = theme;
  report.byId("theme").setAttribute("aria-label", theme === "dark" ? "Change to light" : "Change to dark");
  report.onTheme.forEach(paint => paint());
};
report.byId("theme").addEventListener("click", () => {
  const theme = report.dark() ? "light" : "dark";
  report.setTheme(theme);
  try { localStorage.setItem("vibetrader-theme", theme); } catch { /* a page opened from disk may have no storage */ }
});
try { const kept = localStorage.getItem("vibetrader-theme"); if (kept) report.setTheme(kept); } catch { /* as above */ }
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => report.onTheme.forEach(paint => paint()));

let shownAs;
addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach(d => { d.dataset.was = d.open; d.open = true; });
  shownAs = document.documentElement.dataset.theme;
  report.setTheme("light");
});
addEventListener("afterprint", () => {
  document.querySelectorAll("details").forEach(d => { d.open = d.dataset.was === "true"; });
  shownAs ? report.setTheme(shownAs) : (delete document.documentElement.dataset.theme, report.onTheme.forEach(paint => paint()));
});

document.querySelectorAll("[data-copy]").forEach(button => button.addEventListener("click", async () => {
  await navigator.clipboard.writeText(report.byId(button.dataset.copy).textContent);
  button.textContent = "Copied ✓";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}));

addEventListener("DOMContentLoaded", async () => {
  if (!report.byId("data")) return;
  if (typeof DecompressionStream === "undefined") {
    report.byId("market-note").textContent = "This browser is too old for the charts of this page; report.md holds the same in words.";
    return;
  }
  report.data = await report.load();
  report.drawCharts();
  report.startReplay();
  report.fillTables();
  document.documentElement.dataset.ready = "true";
});
