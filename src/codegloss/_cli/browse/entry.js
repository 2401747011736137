// One code and all that it means: entries side by side, each with a link of its own.

// Whatever a catalog holds becomes text here; there is no other way into the page.
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "click") made.addEventListener("click", value);
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
let language = data.lang;
const say = (label) =>
  language === "zh" && Object.hasOwn(data.labels, label) ? data.labels[label] : label;
const spoken = (pair) => (pair ? pair[language === "zh" ? 1 : 0] : "");
const counted = (number, one, many) =>
  `${number.toLocaleString("en")} ${say(number === 1 ? one : many)}`;
const productName = (scope) => spoken(data.products[scope] || [scope, scope]);

// Every entry under its number, and under the one that the vendor's SDK has for it.
const byCode = new Map();
for (const entry of data.entries) {
  for (const code of new Set([entry.code, entry.sdk_code ?? entry.code].map(String))) {
    if (!byCode.has(code)) byCode.set(code, []);
    byCode.get(code).push(entry);
  }
}
const scopesOf = (code) => new Set(byCode.get(String(code)).map((entry) => entry.scope));

// `#416` is every meaning of a number, `#netease.nim:416` that of a product, and
// `#netease.nim:416~2` the second of several.
function linkOf(entry) {
  const same = byCode.get(String(entry.code)).filter((each) => each.scope === entry.scope);
  const place = same.length > 1 ? `~${same.indexOf(entry) + 1}` : "";
  return `#${entry.scope}:${encodeURIComponent(entry.code)}${place}`;
}

function asked(hash) {
  const [, scope, code, place] = /^#(?:([a-z][\w.]*):)?([^~]+)(?:~(\d+))?$/.exec(hash) || [];
  let name = code;
  try {
    name = decodeURIComponent(code ?? "");
  } catch {
    return null;
  }
  const every = byCode.get(name);
  if (!every) return null;
  const ours = every.filter(
    (entry) => !scope || entry.scope === scope || entry.scope.startsWith(`${scope}.`),
  );
  const chosen = place ? ours.slice(place - 1, place) : ours;
  return chosen.length
    ? { code: name, ours: chosen, others: every.filter((each) => !chosen.includes(each)) }
    : null;
}

function showEntry(what) {
  const dialog = byId("entry");
  const scopes = scopesOf(what.code);
  const retries = new Set([...what.ours, ...what.others].map((entry) => entry.retry));
  const close = element("button", { type: "button", click: () => dialog.close() }, say("Close"));
  const parts = [
    element(
      "div",
      { class: "line" },
      element("h2", { id: "entry-title" }, element("code", {}, what.code)),
      close,
    ),
    element(
      "p",
      { class: "soft" },
      counted(scopes.size, "product uses this number", "products use this number"),
      retries.size === 1
        ? ` · ${say("retry")}: ${say([...retries][0])}`
        : ` · ${say("they differ on retry")}`,
    ),
    // What was asked for comes first; beside it stands what else the number means.
    element(
      "div",
      { class: what.others.length ? "sides some" : "sides" },
      ...what.ours.map((entry) => card(entry, "asked")),
      ...what.others.map((entry) => card(entry, "other")),
    ),
  ];
  dialog.replaceChildren(element("div", {}, ...parts));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function card(entry, kind) {
  const facts = factsOf(entry);
  const list = element("dl", {});
  for (const [label, text] of facts)
    list.append(element("dt", {}, say(label)), element("dd", {}, text));
  const link = () => location.href.split("#")[0] + linkOf(entry);
  return element(
    "article",
    { class: kind },
    element(
      "h3",
      {},
      element("a", { href: linkOf(entry) }, `${entry.scope} ${entry.code}`),
      " ",
      element("small", {}, productName(entry.scope)),
    ),
    element("p", { class: "meaning" }, spoken(entry.meaning)),
    list,
    element(
      "div",
      { class: "buttons" },
      copyButton("Copy link", entry, link),
      copyButton("Copy text", entry, () => asText(entry, facts)),
      copyButton("Copy JSON", entry, () => JSON.stringify(entry, null, 2)),
    ),
  );
}

function factsOf(entry) {
  const facts = [
    ["remedy", spoken(entry.remedy)],
    ["retry", element("span", { "data-retry": entry.retry }, say(entry.retry))],
    ["reason", spoken(entry.advice).replace(/^[^:]*(: |$)/, "")],
    ["category", entry.category],
    ["fault", say(entry.fault)],
    ["symbols", (entry.symbols || []).join(", ")],
    ["message", entry.message],
    ["table", entry.table],
    ["the vendor's SDK has", entry.sdk_code],
    ...(entry.notes || []).map((note) => ["note", note]),
    ...(entry.source || []).map(([document, section, row]) => [
      "source",
      [
        Object.hasOwn(data.documents, document) ? data.documents[document] : document,
        section,
        row === null ? "" : `${say("row")} ${row}`,
      ]
        .filter(Boolean)
        .join(", "),
    ]),
  ];
  return facts.filter(([, text]) => text !== undefined && text !== "");
}

function asText(entry, facts) {
  const lines = facts.map(([label, text]) => `  ${say(label)}: ${text.textContent ?? text}`);
  return [`${entry.scope} ${entry.code}: ${spoken(entry.meaning)}`, ...lines].join("\n");
}

function copyButton(label, entry, text) {
  const named = `${say(label)}: ${entry.scope} ${entry.code}`;
  return element(
    "button",
    { type: "button", "aria-label": named, click: () => copy(text()) },
    say(label),
  );
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Only a safe origin has a clipboard; a page that is served to others may have none.
    const area = element("textarea", {});
    area.value = text;
    byId("entry").append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  tell(say("Copied"));
}

function tell(text) {
  const place = byId("entry").open ? byId("entry") : document.body;
  place.append(byId("said"));
  byId("said").textContent = text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => byId("said").replaceChildren(), 1500);
}
