// Draws every [data-chart] from the JSON beside it, in the page's theme and language; and opens the table behind it.
"use strict";

const LIGHT = { text: "#49566c", line: "#dce1e7", surface: "#ffffff" };
const DARK = { text: "#b6c2d1", line: "#3a4859", surface: "#1f2a3a" };
const COLOURS = ["#066fd1", "#f59f00", "#2fb344", "#c2362b", "#ae3ec9", "#17a2b8", "#7a6ff0", "#a0784f"];

function reader(holder) {
  const language = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en";
  const digits = Number(holder.dataset.digits);
  const kind = holder.dataset.kind;
  const styles = {
    money: { style: "currency", currency: holder.dataset.currency, minimumFractionDigits: digits, maximumFractionDigits: digits },
    percent: { style: "percent", maximumFractionDigits: 1 },
  };
  const full = new Intl.NumberFormat(language, styles[kind] || { maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(language, kind === "percent" ? styles.percent : { notation: "compact", maximumFractionDigits: 1 });
  return { full: (value) => (value === null || value === undefined || value === "-" ? "–" : full.format(value)), short: (value) => short.format(value) };
}

// Long names beside lying bars break, and leave the bars the larger half.
const names = (axis, side, width) => (axis.type === "category" && side === "yAxis" ? { width: Math.min(260, width * 0.42), overflow: "break" } : {});

function dressAxis(axis, colours, words, side, width) {
  const isOfDays = axis.type === "category" && /^\d{4}-\d\d-\d\d$/.test(axis.data[0]);
  const formatter = axis.type === "value" ? words.short : isOfDays ? (day) => day.slice(5) : undefined;
  return {
    ...axis,
    axisLabel: { color: colours.text, hideOverlap: true, formatter, ...names(axis, side, width), ...axis.axisLabel },
    axisLine: { lineStyle: { color: colours.line } },
    splitLine: { lineStyle: { color: colours.line } },
  };
}

function dress(option, holder) {
  const colours = document.documentElement.dataset.bsTheme === "dark" ? DARK : LIGHT;
  const words = reader(holder);
  const dressed = { color: COLOURS, animationDuration: 250, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colours.text }, ...option };
  dressed.tooltip = {
    ...option.tooltip, valueFormatter: words.full, backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.text },
  };
  if (option.legend) dressed.legend = { ...option.legend, textStyle: { color: colours.text } };
  for (const name of ["xAxis", "yAxis"]) if (option[name]) dressed[name] = dressAxis(option[name], colours, words, name, holder.clientWidth);
  dressed.series = option.series.map((one) => (["pie", "funnel"].includes(one.type) ? { ...one, label: { color: colours.text, ...one.label } } : one));
  return dressed;
}

function draw(holder) {
  const option = JSON.parse(document.getElementById(holder.dataset.chart).textContent);
  const picture = window.echarts.init(holder, null, { renderer: "svg" });
  picture.setOption(dress(option, holder));
  new ResizeObserver(() => picture.resize()).observe(holder);
}

function swap(button) {
  const table = document.getElementById(button.getAttribute("aria-controls"));
  const isOpen = table.hidden;
  table.hidden = !isOpen;
  document.getElementById(button.dataset.chartTable).hidden = isOpen;
  button.setAttribute("aria-expanded", String(isOpen));
}

function boot(part) {
  part.querySelectorAll("[data-chart]:not([data-drawn])").forEach((holder) => { holder.dataset.drawn = "yes"; draw(holder); });
}

function offer(place) {
  const box = document.createElement("div");
  box.className = "alert alert-danger d-flex align-items-center gap-3";
  box.setAttribute("role", "alert");
  const again = document.createElement("button");
  again.className = "btn btn-sm ms-auto";
  again.textContent = place.dataset.retry;
  again.addEventListener("click", () => window.htmx.trigger(place, "again"));
  box.append(place.dataset.failed, again);
  place.replaceChildren(box);
}

boot(document);
document.addEventListener("htmx:load", (event) => boot(event.detail.elt.parentElement || event.detail.elt));
document.addEventListener("click", (event) => { const button = event.target.closest("[data-chart-table]"); if (button) swap(button); });
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => { if (event.target.dataset.failed) offer(event.target); });
}
