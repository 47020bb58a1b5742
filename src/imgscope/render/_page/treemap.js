// A squarified treemap (Bruls, Huizing, van Wijk 2000). Nodes are {n: name, s: bytes, c: files, l: [[layer, bytes]], k: children}.
let path = [];

function paint(element, layer) {
  if (layer === null || layer === undefined) return;
  // The golden angle keeps neighbouring layers apart however many there are.
  element.style.setProperty("--hue", String(Math.round((layer * 137.508 + 210) % 360)));
  element.style.setProperty("--saturation", report.layers[layer] && report.layers[layer].base ? "14%" : "52%");
}

function swatch(layer) {
  const square = make("span", "swatch");
  square.style.display = "inline-block";
  paint(square, layer);
  return square;
}

const mainLayer = (node) => node.l.reduce((best, pair) => (best === null || pair[1] > best[1] ? pair : best), null)?.[0];

function onlyOf(node, layer) {
  const own = node.l.find((pair) => pair[0] === layer);
  if (!own) return null;
  const children = node.k.map((child) => onlyOf(child, layer)).filter((child) => child !== null);
  return { n: node.n, s: own[1], c: null, l: [own], k: children };
}

function layersAsTree(root) {
  const layers = report.layers.map((layer) => {
    const part = onlyOf(root, layer.index);
    return part && { ...part, n: `${layer.index}: ${layer.instruction}`, layer: true };
  });
  return { ...root, k: layers.filter((part) => part !== null).sort((a, b) => b.s - a.s) };
}

function openTreemap() {
  const byLayer = document.querySelector("#mode input:checked").value === "layer";
  path = [byLayer ? layersAsTree(report.contents) : report.contents];
  drawTreemap();
  const used = report.layers.filter((layer) => report.contents.l.some((pair) => pair[0] === layer.index));
  byId("legend").replaceChildren(...used.slice(0, 40).map((layer) =>
    make("li", "", swatch(layer.index), make("span", "", `${layer.index}: ${layer.instruction}`))));
}

// The worst ratio of sides in a row of areas along a side of this length.
function worst(row, side) {
  const sum = row.reduce((total, area) => total + area, 0);
  return Math.max(...row.map((area) => Math.max((side * side * area) / (sum * sum), (sum * sum) / (side * side * area))));
}

function squarify(nodes, width, height) {
  const total = nodes.reduce((sum, node) => sum + node.s, 0);
  const boxes = [];
  if (!total || width <= 0 || height <= 0) return boxes;
  const areas = nodes.map((node) => (node.s * width * height) / total);
  let [x, y, w, h, start] = [0, 0, width, height, 0];
  while (start < areas.length) {
    const side = Math.min(w, h);
    let end = start + 1;
    while (end < areas.length && worst(areas.slice(start, end + 1), side) <= worst(areas.slice(start, end), side)) end += 1;
    const row = areas.slice(start, end);
    const thickness = row.reduce((sum, area) => sum + area, 0) / side;
    let along = 0;
    row.forEach((area, index) => {
      const length = area / thickness;
      boxes.push(w >= h
        ? { node: nodes[start + index], x, y: y + along, w: thickness, h: length }
        : { node: nodes[start + index], x: x + along, y, w: length, h: thickness });
      along += length;
    });
    if (w >= h) { x += thickness; w -= thickness; } else { y += thickness; h -= thickness; }
    start = end;
    if (w < 0.5 || h < 0.5) break;
  }
  return boxes;
}

const label = (node) => (node.n === "" ? "all smaller" : node.n);

function place(element, box) {
  element.style.left = `${box.x}px`;
  element.style.top = `${box.y}px`;
  element.style.width = `${box.w}px`;
  element.style.height = `${box.h}px`;
}

function describe(node) {
  const from = node.l.length === 1 ? `, layer ${node.l[0][0]}` : node.l.length > 1 ? `, ${node.l.length} layers, most of it layer ${mainLayer(node)}` : "";
  const share = path[0].s && node !== path[0] ? `, ${((100 * node.s) / path[0].s).toFixed(1)}% of the image` : "";
  return `${label(node)}: ${size(node.s)}${node.c === null ? "" : `, ${count(node.c, "file")}`}${share}${from}`;
}

// What is inside a cell, for the eye only: it is opened by its cell.
function drawInside(cell, box, top) {
  if (box.w < 50 || box.h < top + 24) return;
  for (const inner of squarify(box.node.k, box.w - 10, box.h - top - 6)) {
    if (inner.w < 4 || inner.h < 4) continue;
    const part = make("span", "cell");
    part.setAttribute("aria-hidden", "true");
    place(part, { x: inner.x + 4, y: inner.y + top, w: inner.w, h: inner.h });
    paint(part, mainLayer(inner.node));
    if (inner.w > 40 && inner.h > 16) part.append(make("span", "", label(inner.node)));
    drawInside(part, inner, 18);
    cell.append(part);
  }
}

function drawCell(box) {
  const cell = make("button", box.node.k.length ? "cell" : "cell leaf");
  cell.type = "button";
  cell.setAttribute("aria-label", describe(box.node) + (box.node.k.length ? ", can be opened" : ""));
  place(cell, box);
  paint(cell, mainLayer(box.node));
  const hasRoom = box.w > 34 && box.h > 16;
  if (hasRoom) cell.append(make("span", "", box.node.k.length && !box.node.layer ? `${label(box.node)}/` : label(box.node)));
  if (hasRoom && box.h > 34) cell.append(make("span", "size", size(box.node.s)));
  drawInside(cell, box, 40);
  const tell = () => { byId("detail").textContent = describe(box.node); };
  cell.addEventListener("focus", tell);
  cell.addEventListener("mouseenter", tell);
  cell.addEventListener("click", () => open(box.node));
  return cell;
}

function open(node) {
  if (!node.k.length) return;
  path.push(node);
  drawTreemap();
  focusCell(0);
}

function goUp() {
  if (path.length < 2) return;
  const left = path.pop();
  drawTreemap();
  focusCell([...byId("treemap").children].findIndex((cell) => cell.node === left));
}

function focusCell(index) {
  const cells = [...byId("treemap").children];
  const cell = cells[Math.max(0, index)];
  if (!cell) return;
  for (const other of cells) other.tabIndex = other === cell ? 0 : -1;
  cell.focus();
}

function drawTreemap() {
  const here = path[path.length - 1];
  const area = byId("treemap");
  const cells = squarify(here.k, area.clientWidth, area.clientHeight).filter((box) => box.w >= 2 && box.h >= 2).map((box, index) => {
    const cell = drawCell(box);
    cell.node = box.node;
    cell.box = box;
    cell.tabIndex = index === 0 ? 0 : -1;
    return cell;
  });
  area.replaceChildren(...cells);
  byId("detail").textContent = here.k.length ? describe(here).replace(/^:/, "the image:").replace(/^all smaller/, "The image") : "There are no files to show.";
  byId("crumbs").replaceChildren(...path.flatMap((node, index) => {
    const crumb = make("button", "mono", index === 0 ? "/" : label(node));
    crumb.type = "button";
    if (index === path.length - 1) crumb.setAttribute("aria-current", "true");
    crumb.addEventListener("click", () => { path = path.slice(0, index + 1); drawTreemap(); });
    return index > 1 ? [make("span", "quiet", "/"), crumb] : [crumb];
  }));
}

// The nearest cell in the direction of an arrow key.
function neighbour(cell, dx, dy) {
  const centre = (box) => [box.x + box.w / 2, box.y + box.h / 2];
  const [x, y] = centre(cell.box);
  let best = -1;
  let least = Infinity;
  [...byId("treemap").children].forEach((other, index) => {
    const [ox, oy] = centre(other.box);
    const ahead = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    if (other !== cell && ahead > 1 && ahead + 2 * aside < least) { least = ahead + 2 * aside; best = index; }
  });
  return best;
}

byId("treemap").addEventListener("keydown", (event) => {
  const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const cell = event.target.closest("#treemap > .cell");
  if (event.key === "Backspace" || event.key === "Escape") { goUp(); event.preventDefault(); }
  if (!cell || !arrows[event.key]) return;
  event.preventDefault();
  const index = neighbour(cell, ...arrows[event.key]);
  if (index >= 0) focusCell(index);
});
