"use strict";
// Whatever comes from the image goes through `make`, which sets text and never markup.
const reports = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const PAGE = 200;
let report = reports[0];

function make(tag, classes, ...children) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  for (const child of children) element.append(child);
  return element;
}

function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let value = bytes;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) { value /= 1000; unit += 1; }
  if (unit === 0) return `${bytes} B`;
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${units[unit]}`;
}

const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

function table(columns, rows) {
  const head = make("tr");
  for (const [title, kind] of columns) {
    const cell = make("th", kind === "number" ? "number" : "", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = make("tbody");
  for (const row of rows) {
    body.append(make("tr", "", ...row.map((value, index) => make("td", columns[index][1], value))));
  }
  return make("table", "", make("thead", "", head), body);
}

// Shows the first rows, and a button for those that follow.
function showInParts(place, items, draw) {
  place.replaceChildren();
  let shown = 0;
  const more = make("button", "more");
  more.type = "button";
  const next = () => {
    const part = items.slice(shown, shown + PAGE);
    draw(part, shown === 0);
    shown += part.length;
    more.textContent = `Show ${Math.min(PAGE, items.length - shown)} more`;
    more.hidden = shown >= items.length;
    place.append(more);
  };
  more.addEventListener("click", next);
  next();
}

function drawSummary() {
  const place = byId("summary");
  const title = make("h1", "mono", report.reference);
  title.id = "reference";
  const verdict = make("p", `verdict ${report.passed ? "pass" : "fail"}`, report.verdict);
  if (report.outcome) verdict.append(make("span", "outcome", `: ${report.outcome}`));
  const figures = make("dl", "figures");
  for (const [name, value] of report.figures) figures.append(make("div", "", make("dt", "", name), make("dd", "", value)));
  place.replaceChildren(title, verdict, make("p", "", report.about.join(" · ")), make("p", "quiet mono", report.digest), figures);
  if (report.failures.length) {
    const list = make("ul", "", ...report.failures.map((failure) => make("li", "", failure)));
    place.append(make("div", "notice", make("strong", "", "Part of this image could not be read"), list));
  }
  if (report.checks.length) {
    const rows = report.checks.map((check) => [
      make("span", check.status === "skip" ? "skip-status" : check.status, check.status.toUpperCase()), check.name, check.actual, check.limit,
    ]);
    place.append(make("div", "scroll", table([["", ""], ["Check", ""], ["Actual", ""], ["Limit", ""]], rows)));
  }
}

function drawLayers() {
  const most = Math.max(1, ...report.layers.map((layer) => layer.unpacked));
  const rows = report.layers.map((layer) => {
    const fill = make("span");
    fill.style.width = `${(100 * layer.unpacked) / most}%`;
    const what = make("code", "", layer.instruction);
    const cell = make("div", "", what);
    if (layer.base) cell.append(make("span", "quiet", " base image"));
    if (layer.error) cell.append(make("div", "fail", layer.error));
    return [
      make("span", "", swatch(layer.index), ` ${layer.index}`), size(layer.compressed),
      make("div", "", layer.error ? "?" : size(layer.unpacked), make("span", "meter", fill)),
      layer.wasted ? size(layer.wasted) : "–", layer.files.toLocaleString("en"), cell,
    ];
  });
  const columns = [["#", "number"], ["Compressed", "number"], ["Unpacked", "number"], ["Wasted", "number"], ["Files", "number"], ["Instruction", "text"]];
  byId("layers").replaceChildren(table(columns, rows));
}

function drawWaste() {
  const rows = report.waste.map((path) => [size(path.bytes), path.cause, path.layers, make("code", "", path.path)]);
  const columns = [["Bytes", "number"], ["Cause", ""], ["Layers", ""], ["Path", "text"]];
  byId("waste").replaceChildren(rows.length ? table(columns, rows) : make("p", "more", "Nothing ships in vain."));
}

const wanted = (text, needle) => needle.toLowerCase().split(/\s+/).every((word) => text.includes(word));

function drawFinding(finding) {
  const inside = make("div", "inside");
  if (finding.ignored !== null) inside.append(make("p", "", make("strong", "", "Ignored by "), make("code", "", finding.ignored)));
  if (finding.layer !== null) inside.append(make("p", "", `Layer ${finding.layer}: `, make("code", "", finding.instruction)));
  if (finding.fix) inside.append(make("p", "", make("strong", "", "Fix: "), finding.fix));
  if (finding.names.length) inside.append(make("ul", "", ...finding.names.map((name) => make("li", "", make("code", "", name)))));
  if (finding.more) inside.append(make("p", "quiet", `and ${finding.more} more`));
  const title = make("summary", "", make("span", `severity ${finding.severity}`, finding.severity), make("strong", "mono", finding.rule), ` ${finding.message}`);
  return make("details", "finding", title, inside);
}

function drawFindings() {
  const needle = byId("finding-search").value.trim();
  const severities = new Set([...document.querySelectorAll("#severities input:checked")].map((box) => box.value));
  const found = report.findings.filter((finding) => severities.has(finding.severity) && wanted(finding.text, needle));
  byId("finding-count").textContent = `${found.length} of ${count(report.findings.length, "finding")}`;
  const place = byId("findings");
  showInParts(place, found, (part) => place.append(...part.map(drawFinding)));
}

function drawIgnored() {
  const ignored = byId("ignored");
  ignored.hidden = !report.ignored.length;
  ignored.open = false;
  byId("ignored-title").textContent = `${count(report.ignored.length, "finding")} ignored, and not judged`;
  const place = byId("ignored-findings");
  showInParts(place, report.ignored, (part) => place.append(...part.map(drawFinding)));
}

function drawPackages() {
  const needle = byId("package-search").value.trim();
  const found = report.packages.filter((item) => wanted(item.text, needle));
  byId("package-count").textContent = `${found.length} of ${count(report.packages.length, "package")}`;
  const place = byId("packages");
  const columns = [["Bytes", "number"], ["Layer", "number"], ["Package", "text"], ["Version", "text"], ["Type", ""]];
  let body = null;
  showInParts(place, found, (part, first) => {
    const rows = part.map((item) => [item.bytes === null ? "?" : size(item.bytes), String(item.layer), item.name, item.version, item.type]);
    const made = table(columns, rows);
    if (first) { place.append(made); body = made.tBodies[0]; } else body.append(...made.tBodies[0].rows);
  });
}

function drawSeverities() {
  const boxes = ["critical", "high", "medium", "low", "info"].map((severity) => {
    const box = make("input");
    box.type = "checkbox";
    box.value = severity;
    box.checked = true;
    return make("label", "", box, ` ${severity}`);
  });
  byId("severities").append(...boxes);
}

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").textContent = dark ? "Light" : "Dark";
  byId("theme").setAttribute("aria-pressed", String(dark));
}

function show(index) {
  report = reports[index];
  byId("finding-search").value = "";
  byId("package-search").value = "";
  drawSummary();
  openTreemap();
  drawLayers();
  drawFindings();
  drawIgnored();
  drawWaste();
  drawPackages();
}
