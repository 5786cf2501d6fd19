"use strict";
// Sortable tables, a page at a time, so that thousands of rows cost nothing.
report.table = (place, { columns, count, caption, filter, onRow, hide, size = 25 }) => {
  const root = report.byId(place);
  if (!root) return;
  const used = columns.filter(column => column.values);
  const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  table.append(Object.assign(document.createElement("caption"), { className: "hidden", textContent: caption }));
  const box = Object.assign(document.createElement("div"), { className: "scroll", tabIndex: 0 });
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", caption);
  box.append(table);
  const pager = Object.assign(document.createElement("nav"), { className: "pager" });
  pager.setAttribute("aria-label", `Pages of ${caption}`);
  root.append(box, pager);
  let order = Array.from({ length: count }, (_, i) => i), page = 0, sorted = null, up = true, words = "";
  let all = order;
  used.forEach(column => {
    const cell = document.createElement("th"), button = document.createElement("button");
    cell.scope = "col";
    cell.className = column.text ? "" : "n";
    button.type = "button";
    button.textContent = column.name;
    button.addEventListener("click", () => { up = sorted === column ? !up : column.text || column.ascending; sorted = column; sort(); });
    cell.append(button);
    head.append(cell);
    column.cell = cell;
  });
  const text = (column, i) => column.show ? column.show(column.values[i], i) : String(column.values[i] ?? "");
  function sort() {
    const rows = words ? all.filter(i => used.some(column => text(column, i).toLowerCase().includes(words))) : all.slice();
    if (sorted) {
      const v = sorted.values, sign = up ? 1 : -1;
      rows.sort((a, b) => {
        const x = v[a], y = v[b];
        if (x === y) return a - b;
        if (x === null || x === undefined || x === "") return 1;
        if (y === null || y === undefined || y === "") return -1;
        return (x < y ? -1 : 1) * sign;
      });
    }
    used.forEach(column => column === sorted ? column.cell.setAttribute("aria-sort", up ? "ascending" : "descending") : column.cell.removeAttribute("aria-sort"));
    order = rows;
    page = 0;
    draw();
  }
  const buttons = [["First", () => 0], ["Previous", () => page - 1], ["Next", () => page + 1], ["Last", () => pages() - 1]].map(([name, to]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    button.addEventListener("click", () => { page = to(); draw(); });
    return button;
  });
  const where = document.createElement("span");
  where.setAttribute("aria-live", "polite");
  pager.append(where, ...buttons);
  const pages = () => Math.max(1, Math.ceil(order.length / size));
  function draw() {
    page = Math.max(0, Math.min(pages() - 1, page));
    const rows = order.slice(page * size, (page + 1) * size);
    body.replaceChildren(...rows.map(i => {
      const row = document.createElement("tr");
      row.append(...used.map(column => {
        const cell = document.createElement("td");
        cell.textContent = text(column, i);
        cell.className = [column.text ? "" : "n", column.wrap ? "wrap" : "", column.tone ? column.tone(column.values[i]) : ""].join(" ").trim();
        return cell;
      }));
      if (onRow) {
        row.className = "link";
        row.tabIndex = 0;
        row.addEventListener("click", () => onRow(i));
        row.addEventListener("keydown", event => { if (event.key === "Enter") onRow(i); });
      }
      return row;
    }));
    where.textContent = order.length ? `${(page * size + 1).toLocaleString("en")}–${Math.min(order.length, (page + 1) * size).toLocaleString("en")} of ${order.length.toLocaleString("en")}` : "nothing matches";
    buttons[0].disabled = buttons[1].disabled = page === 0;
    buttons[2].disabled = buttons[3].disabled = page >= pages() - 1;
    pager.hidden = count <= size && !words;
  }
  // Rows that are of no interest until asked for.
  const more = hide && report.byId(hide.switch);
  if (more) {
    const some = order.filter(i => !hide.rows[i]);
    all = order = some;
    more.addEventListener("change", () => { all = more.checked ? Array.from({ length: count }, (_, i) => i) : some; sort(); });
  }
  const search = filter && report.byId(filter);
  if (search) {
    search.hidden = count <= size;
    search.addEventListener("input", () => { words = search.value.trim().toLowerCase(); sort(); });
  }
  draw();
};

report.fillTables = () => {
  const data = report.data, t = data.trades, money = report.money, any = list => list.some(x => x !== null && x !== "" && x !== undefined) ? list : null;
  const names = Object.keys(t.at);
  const signal = t.entry.map((_, i) => i);
  const length = hours => hours >= 48 ? `${(hours / 24).toFixed(1)} d` : hours >= 1 ? `${hours.toFixed(1)} h` : `${(hours * 60).toFixed(0)} min`;
  report.table("trade-table", {
    caption: "Trades", count: t.entry.length, filter: "trade-filter", hide: { switch: "trade-dust", rows: t.dust }, onRow: report.data.symbols.length ? report.showTrade : null,
    columns: [
      { name: "#", values: t.number, ascending: true },
      { name: "Symbol", values: new Set(t.symbol).size > 1 ? t.symbol : null, text: true },
      { name: "Side", values: t.direction, text: true, tone: v => v },
      { name: "Entry", values: t.entry, show: report.stamp, text: true },
      { name: "at", values: t.entry_price, show: report.price },
      { name: "Exit", values: t.exit, show: report.stamp, text: true },
      { name: "at", values: t.exit_price, show: report.price },
      { name: "Quantity", values: t.quantity, show: report.price },
      { name: "P&L", values: t.profit_loss, show: report.signed, tone: report.tone },
      { name: "%", values: t.return_pct, show: v => v === null ? "–" : v.toFixed(2), tone: report.tone },
      { name: "Fees", values: t.fees, show: money },
      { name: "Slippage", values: any(t.slippage), show: money },
      { name: "MAE", values: t.mae, show: money },
      { name: "MFE", values: t.mfe, show: money },
      { name: "Held", values: t.duration_hours, show: length },
      { name: "Entered by", values: any(t.entry_reason), text: true },
      { name: "Left by", values: any(t.exit_reason), text: true },
      { name: "Conditions, entry → exit", values: names.length ? signal : null, text: true, show: (_, i) => names.map(n => `${n} ${report.short(t.at[n][0][i])} → ${report.short(t.at[n][1][i])}`).join(" · ") },
      { name: "Data", values: t.doubtful.some(Boolean) ? t.doubtful : null, text: true, show: v => v ? "doubtful" : "" },
    ],
  });
  const o = data.orders, column = n => o.map(row => row[n]);
  report.table("order-table", {
    caption: "Orders", count: o.length, filter: "order-filter",
    columns: [
      { name: "#", values: column(0), ascending: true },
      { name: "Time", values: column(1), show: report.stamp, text: true },
      { name: "Symbol", values: column(2), text: true },
      { name: "Type", values: column(3), text: true },
      { name: "Side", values: column(4).map(q => q > 0 ? "buy" : q < 0 ? "sell" : ""), text: true, tone: v => v === "buy" ? "up" : "down" },
      { name: "Quantity", values: column(4), show: v => report.price(Math.abs(v)) },
      { name: "Limit or stop", values: any(column(6)), show: report.price },
      { name: "Price", values: column(5), show: v => v ? report.price(v) : "–" },
      { name: "State", values: column(7), text: true },
      { name: "Tag", values: any(column(8)), text: true, wrap: true },
    ],
  });
};
