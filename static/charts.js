// Charts of a report come alive where scripts run: values under the pointer, zoom, legends that pick
// a series. Without this file the drawings stand as they are. Needs vegaEmbed (Vega-Lite's bundle).
const COLOURS = JSON.parse(document.getElementById("chart-colours").textContent);
const NARROW = matchMedia("(max-width: 46rem)");
const DARK = matchMedia("(prefers-color-scheme: dark)");

function coloured(value) {
  // the page's own colours, light or dark, in the place of those that the specification names
  if (typeof value === "string") {
    const name = COLOURS[value.toLowerCase()];
    return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() || value : value;
  }
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, key === "datasets" ? part : coloured(part)]),
    );
  }
  return value;
}

function narrowed(spec) {
  if (!NARROW.matches) return spec;
  const copy = structuredClone(spec);
  if (copy.concat) {
    copy.columns = 1;
    for (const panel of copy.concat) panel.width = 250;
  } else copy.width = 340;
  copy.config.legend.columns = 1;
  Object.assign(copy.config.axis, { labelLimit: 160, labelFontSize: 12, titleFontSize: 12 });
  return copy;
}

async function bring(figure) {
  const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const live = figure.querySelector(".chart-live");
  const options = { renderer: "svg", actions: false, ast: true, defaultStyle: false, tooltip: tooltip(figure) };
  try {
    const made = await window.vegaEmbed(live, coloured(narrowed(spec)), options);
    figure.view?.finalize();
    figure.view = made.view;
    const svg = live.querySelector("svg");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", figure.querySelector("figcaption").textContent);
    live.querySelectorAll("[aria-roledescription]").forEach((part) => {
      for (const name of ["role", "aria-label", "aria-roledescription"]) part !== svg && part.removeAttribute(name);
    });
    figure.classList.add("is-live");
  } catch (error) {
    live.replaceChildren(); // the drawing stays
    console.warn("chart stays a drawing", error);
  }
}

function tooltip(figure) {
  const box = figure.querySelector(".chart-tip");
  return (_handler, event, _item, value) => {
    box.hidden = value === null || value === undefined || value === "";
    if (box.hidden) return;
    const rows = typeof value === "object" ? Object.entries(value) : [["", String(value)]];
    box.replaceChildren(...rows.map(([name, said]) => {
      const line = document.createElement("div");
      line.textContent = name ? `${name.replaceAll("_", " ")}: ${said}` : said;
      return line;
    }));
    const place = figure.getBoundingClientRect();
    box.style.left = `${Math.min(event.clientX - place.left + 12, place.width - box.offsetWidth)}px`;
    box.style.top = `${event.clientY - place.top + 14}px`;
  };
}

if (NARROW.matches) document.querySelector(".contents details")?.removeAttribute("open");

const figures = [...document.querySelectorAll("figure.chart")];
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting || entry.target.dataset.asked) continue;
    entry.target.dataset.asked = "yes";
    bring(entry.target);
  }
}, { rootMargin: "400px" });
if (window.vegaEmbed) for (const figure of figures) seen.observe(figure);
function again() {
  for (const figure of figures) if (figure.dataset.asked) bring(figure);
}
NARROW.addEventListener("change", again);
DARK.addEventListener("change", again);
addEventListener("beforeprint", () => figures.forEach((figure) => figure.classList.remove("is-live")));
addEventListener("afterprint", () => figures.forEach((figure) => figure.view && figure.classList.add("is-live")));

// the rows behind a finding, from the one table that the file carries
const carried = document.getElementById("all-rows");
async function allRows() {
  const packed = Uint8Array.from(atob(carried.textContent.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
function parsed(text) {
  const rows = [];
  let row = [], cell = "", quoted = false;
  for (let k = 0; k < text.length; k += 1) {
    const letter = text[k];
    if (quoted) {
      if (letter === '"' && text[k + 1] === '"') { cell += '"'; k += 1; } else if (letter === '"') quoted = false;
      else cell += letter;
    } else if (letter === '"') quoted = true;
    else if (letter === ",") { row.push(cell); cell = ""; }
    else if (letter === "\n") { row.push(cell); rows.push(row); row = []; cell = ""; }
    else cell += letter;
  }
  return rows;
}
let known;
async function rowsOf(holder) {
  known ??= allRows().then(parsed);
  const [head, ...rows] = await known;
  const at = (name) => head.indexOf(name);
  const { populations, simulated, questions } = JSON.parse(holder.dataset.rows);
  const mine = rows.filter((row) =>
    populations.includes(row[at("population")]) && row[at("simulated")] === simulated
    && (!questions || questions.includes(row[at("question")])));
  return [head, mine];
}
const written = (rows) => rows.map((row) => row.map((cell) => /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",")).join("\n") + "\n";
function cells(row, kind) {
  const line = document.createElement("tr");
  for (const said of row) {
    const cell = document.createElement(kind);
    cell.textContent = said;
    line.append(cell);
  }
  return line;
}
async function show(holder) {
  if (holder.dataset.shown) return;
  holder.dataset.shown = "yes";
  const [head, rows] = await rowsOf(holder);
  const table = document.createElement("table");
  table.append(document.createElement("thead"), document.createElement("tbody"));
  table.tHead.append(cells(head.map((name) => name.replaceAll("_", " ")), "th"));
  rows.slice(0, 50).forEach((row) => table.tBodies[0].append(cells(row, "td")));
  const link = holder.querySelector("a[download]");
  link.href = URL.createObjectURL(new Blob([written([head, ...rows])], { type: "text/csv" }));
  link.download = `${holder.dataset.name}.csv`;
  link.textContent = `All ${rows.length} rows as CSV`;
  const box = holder.querySelector(".table-wrap");
  box.hidden = false;
  box.append(table);
}
if (carried && "DecompressionStream" in window) {
  for (const holder of document.querySelectorAll("details[data-rows]")) holder.addEventListener("toggle", () => holder.open && show(holder));
}
