// How the numbers of the products overlap: where they lie, and how many are the same.

const SVG = "http://www.w3.org/2000/svg";
const COLUMNS = 220;
// Of as many columns one has room for its label.
const EVERY = 3;

function drawing(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawOverlap() {
  const numbers = new Map(Object.keys(data.products).map((scope) => [scope, new Set()]));
  for (const entry of data.entries) numbers.get(entry.scope)?.add(String(entry.code));
  byId("overlap-body").replaceChildren(ranges(numbers), matrix(numbers));
}

// Columns are ranges of numbers that somebody uses; empty ones are left out.
function ranges(numbers) {
  const all = data.entries.map((entry) => entry.code).filter(Number.isInteger);
  let size = 1000;
  const rangesOf = () => [...new Set(all.map((code) => Math.floor(code / size)))];
  while (rangesOf().length > COLUMNS) size *= 10;
  const columns = rangesOf().sort((a, b) => a - b);
  const at = new Map(columns.map((range, number) => [range, number]));
  const [left, top, wide, high] = [150, 62, 10, 22];
  const rows = [...numbers].filter(([, codes]) => [...codes].some((code) => /^-?\d+$/.test(code)));
  const svg = drawing("svg", {
    width: left + columns.length * wide + 60,
    height: top + rows.length * high + 8,
    role: "img",
    "aria-label": say("numbers by range"),
  });
  let labelled = -EVERY;
  columns.forEach((range, number) => {
    if (number - labelled < EVERY) return;
    labelled = number;
    const x = left + number * wide + wide / 2;
    const turned = `rotate(-55 ${x} ${top - 6})`;
    svg.append(
      drawing("text", { x, y: top - 6, transform: turned }, (range * size).toLocaleString("en")),
    );
  });
  rows.forEach(([scope, codes], number) =>
    svg.append(
      ...rangeRow(scope, codes, {
        at,
        size,
        left,
        wide,
        high,
        y: top + number * high,
        end: left + columns.length * wide,
      }),
    ),
  );
  const caption = element(
    "figcaption",
    {},
    say(
      "Each column is a range of numbers that some product uses; empty ranges are left out. Numbers in a range:",
    ),
    ` ${size.toLocaleString("en")}. `,
    element("span", { class: "key own" }),
    `${say("used by this product only")} `,
    element("span", { class: "key shared" }),
    say("used by other products, too"),
  );
  return figure(caption, say("numbers by range"), svg);
}

function rangeRow(scope, codes, place) {
  const found = new Map();
  for (const code of codes) {
    if (!/^-?\d+$/.test(code)) continue;
    const range = Math.floor(code / place.size);
    const [own, shared] = found.get(range) || [0, 0];
    found.set(range, scopesOf(code).size > 1 ? [own, shared + 1] : [own + 1, shared]);
  }
  const { y, high, left, wide } = place;
  const parts = [
    drawing("line", { class: "grid", x1: left, x2: place.end, y1: y + high - 1, y2: y + high - 1 }),
    drawing("text", { x: left - 8, y: y + high - 6, "text-anchor": "end" }, scope),
  ];
  for (const [range, [own, shared]] of found) {
    const whole = own + shared;
    // Full height is a hundred numbers; one is still to be seen.
    const height = Math.max(3, Math.min(1, Math.log10(1 + whole) / 2) * (high - 3));
    const part = (height * shared) / whole;
    const x = left + place.at.get(range) * wide;
    const bottom = y + high - 1;
    const name = `${scope} ${range * place.size} … ${(range + 1) * place.size - 1}: ${whole}, ${say("shared")}: ${shared}`;
    parts.push(
      drawing(
        "g",
        {},
        drawing("title", {}, name),
        drawing("rect", {
          class: "own",
          x,
          y: bottom - height,
          width: wide - 1,
          height: Math.max(0, height - part),
        }),
        drawing("rect", { class: "shared", x, y: bottom - part, width: wide - 1, height: part }),
      ),
    );
  }
  return parts;
}

function matrix(numbers) {
  const scopes = [...numbers.keys()];
  const common = (a, b) => [...numbers.get(a)].filter((code) => numbers.get(b).has(code)).length;
  const head = element(
    "tr",
    {},
    element("td", {}),
    ...scopes.map((scope) => element("th", { scope: "col" }, scope)),
  );
  const rows = scopes.map((a) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, a),
      ...scopes.map((b) => cell(a, b, common(a, b), numbers.get(a).size)),
    ),
  );
  const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  const caption = element(
    "figcaption",
    {},
    say("How many numbers two products have in common; a click lists them."),
  );
  return figure(caption, say("numbers in common"), table);
}

// What is wider than the page scrolls in a region of its own, which a key can reach.
function figure(caption, label, content) {
  const attributes = { class: "scroll", tabindex: 0, role: "region", "aria-label": label };
  return element("figure", {}, caption, element("div", attributes, content));
}

function cell(a, b, count, all) {
  if (a === b) return element("td", { class: "self" }, String(all));
  if (!count) return element("td", {});
  const words = new URLSearchParams([
    ["both", a],
    ["both", b],
  ]);
  const made = element(
    "td",
    {},
    element("a", { href: `#?${words}`, "aria-label": `${a}, ${b}: ${count}` }, String(count)),
  );
  const percent = Math.round(Math.min(1, Math.log10(1 + count) / 2.5) * 45);
  made.style.background = `color-mix(in srgb, var(--mark) ${percent}%, var(--page))`;
  return made;
}
