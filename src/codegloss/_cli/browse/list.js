// The list of codes: what is searched for and filtered, a screenful at a time.

const KINDS = ["scope", "category", "fault", "retry"];
const TITLES = { scope: "product", category: "category", fault: "fault", retry: "retry" };
const PART = 60;
const state = {
  q: "",
  both: [],
  scope: new Set(),
  category: new Set(),
  fault: new Set(),
  retry: new Set(),
};
const answers = searcher(data.entries, (scope) => data.products[scope] || []);
let shown = [];

const passes = {
  scope: (entry) => state.scope.has(entry.scope) || state.scope.has(entry.scope.split(".")[0]),
  category: (entry) => state.category.has(entry.category),
  fault: (entry) => state.fault.has(entry.fault),
  retry: (entry) => state.retry.has(entry.retry),
};

// Two products that are compared leave the numbers that both of them use.
function isShared(entry) {
  if (!state.both.length) return true;
  return (
    state.both.includes(entry.scope) && state.both.every((scope) => scopesOf(entry.code).has(scope))
  );
}

function update() {
  const found = answers(state.q)
    .map((number) => data.entries[number])
    .filter(isShared);
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, new Map()]));
  shown = [];
  for (const entry of found) {
    const failed = KINDS.filter((kind) => state[kind].size && !passes[kind](entry));
    // A filter's number is what it would show: its own kind does not count against it.
    if (failed.length === 0) {
      shown.push(entry);
      for (const kind of KINDS) add(counts[kind], entry[kind]);
    } else if (failed.length === 1) add(counts[failed[0]], entry[failed[0]]);
  }
  if (state.both.length)
    shown.sort((a, b) => String(a.code).localeCompare(String(b.code), "en", { numeric: true }));
  countFacets(counts);
  const narrowed = state.both.length
    ? ` · ${say("numbers that both use")}: ${state.both.join(", ")}`
    : "";
  byId("count").textContent = counted(shown.length, "entry", "entries") + narrowed;
  byId("clear").hidden = !stateHash().includes("=");
  byId("results").replaceChildren(...shown.slice(0, PART).map(row));
}

const add = (counts, key) => counts.set(key, (counts.get(key) || 0) + 1);

function row(entry) {
  const others = scopesOf(entry.code).size - 1;
  const link = element(
    "a",
    { href: linkOf(entry) },
    element("span", { class: "code" }, String(entry.code)),
    element("span", { class: "scope" }, entry.scope),
    element("span", { class: "meaning" }, spoken(entry.meaning)),
    element(
      "span",
      { class: "same" },
      others ? counted(others, "other product", "other products") : "",
    ),
    element("span", { "data-retry": entry.retry }, `${say("retry")}: ${say(entry.retry)}`),
  );
  return element("li", {}, link);
}

function showMore(most = PART) {
  const results = byId("results");
  const from = results.childElementCount;
  results.append(...shown.slice(from, from + most).map(row));
}

function drawFacets() {
  const values = (kind) => [...new Set(data.entries.map((entry) => entry[kind]))].sort();
  const scopes = Object.keys(data.vendors).flatMap((vendor) => {
    const own = values("scope").filter((scope) => scope.startsWith(`${vendor}.`));
    return own.length ? [vendor, ...own] : [];
  });
  const listed = {
    scope: scopes,
    category: values("category"),
    fault: values("fault"),
    retry: ["yes", "no", "unknown"],
  };
  byId("facets").replaceChildren(
    ...["retry", "scope", "category", "fault"].map((kind) =>
      element(
        "fieldset",
        {},
        element("legend", {}, say(TITLES[kind])),
        ...listed[kind].map((value) => facet(kind, value)),
      ),
    ),
  );
}

function facet(kind, value) {
  const box = element("input", { type: "checkbox", name: kind, value });
  box.checked = state[kind].has(value);
  box.addEventListener("change", () => {
    state[kind][box.checked ? "add" : "delete"](value);
    changed();
  });
  const isPart = kind === "scope" && value.includes(".");
  const text =
    kind !== "scope" ? say(value) : isPart ? productName(value) : spoken(data.vendors[value]);
  return element(
    "label",
    { class: isPart ? "part" : null, title: value },
    box,
    element("span", {}, text),
    element("output", {}),
  );
}

function countFacets(counts) {
  for (const box of byId("facets").querySelectorAll("input")) {
    let count = counts[box.name].get(box.value) || 0;
    if (box.name === "scope" && !box.value.includes(".")) {
      for (const [scope, number] of counts.scope)
        if (scope.startsWith(`${box.value}.`)) count += number;
    }
    box.parentElement.lastChild.textContent = count.toLocaleString("en");
  }
}

function stateHash() {
  const words = new URLSearchParams();
  if (state.q) words.set("q", state.q);
  for (const kind of KINDS) for (const value of state[kind]) words.append(kind, value);
  for (const scope of state.both) words.append("both", scope);
  return `#?${words}`;
}

function readState(hash) {
  const words = new URLSearchParams(hash.replace(/^#\??/, ""));
  state.q = words.get("q") || "";
  state.both = words.getAll("both").slice(0, 2);
  for (const kind of KINDS) state[kind] = new Set(words.getAll(kind));
  if (byId("query").value !== state.q) byId("query").value = state.q;
  for (const box of byId("facets").querySelectorAll("input"))
    box.checked = state[box.name].has(box.value);
}
