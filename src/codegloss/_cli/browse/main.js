// What the address says is shown, and what is shown stands in the address.

const THEMES = ["auto", "light", "dark"];
let theme = "auto";
let written = 0;

function changed() {
  update();
  // A browser slows down a page that writes its address at every keystroke.
  clearTimeout(written);
  written = setTimeout(() => history.replaceState(null, "", stateHash()), 150);
}

function show() {
  const hash = location.hash;
  const what = asked(hash);
  if (what) {
    if (!byId("count").textContent) view("codes");
    showEntry(what);
    return;
  }
  if (byId("entry").open) byId("entry").close();
  view(hash === "#overlap" ? "overlap" : "codes");
  const named = hash.slice(1);
  if (named && !named.startsWith("?") && hash !== "#overlap") {
    // Whoever follows a link to a code that is not here any more sees what is like it.
    readState(`#?q=${named.split(":").pop()}`);
    update();
  }
}

function view(name) {
  byId("codes").hidden = name !== "codes";
  byId("overlap-view").hidden = name !== "overlap";
  for (const each of ["codes", "overlap"]) {
    if (each === name) byId(`to-${each}`).setAttribute("aria-current", "page");
    else byId(`to-${each}`).removeAttribute("aria-current");
  }
  if (name === "overlap") drawOverlap();
  else {
    if (location.hash.startsWith("#?")) readState(location.hash);
    update();
  }
}

function speak() {
  document.documentElement.lang = language;
  document.title = `${say("Error codes")} · codegloss`;
  for (const each of document.querySelectorAll("[data-say]"))
    each.textContent = say(each.dataset.say);
  byId("language").textContent = language === "zh" ? "English" : "中文";
  byId("language").lang = language === "zh" ? "en" : "zh";
  byId("theme").textContent = `${say("Theme")}: ${say(theme)}`;
  byId("about").textContent = [
    counted(data.entries.length, "entry", "entries"),
    counted(Object.keys(data.products).length, "product", "products"),
    data.version,
  ].join(" · ");
  drawFacets();
}

// With the keyboard alone: down from the search into the list, and up again.
function move(step) {
  const links = [...byId("results").querySelectorAll("a")];
  const at = links.indexOf(document.activeElement) + step;
  if (at >= links.length - 1) showMore();
  if (at < 0) byId("query").focus();
  else links[Math.min(at, links.length - 1)]?.focus();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("entry").open) return;
  const inList = byId("results").contains(document.activeElement);
  const inSearch = document.activeElement === byId("query");
  if (event.key === "/" && !inSearch) {
    if (byId("codes").hidden) location.hash = stateHash();
    view("codes");
    byId("query").focus();
    byId("query").select();
  } else if (event.key === "ArrowDown" && (inList || inSearch)) move(1);
  else if (event.key === "ArrowUp" && inList) move(-1);
  else if (event.key === "Escape" && inSearch && state.q) {
    state.q = byId("query").value = "";
    changed();
  } else return;
  event.preventDefault();
}

byId("query").addEventListener("input", () => {
  state.q = byId("query").value;
  changed();
});
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  byId("results").querySelector("a")?.click();
});
byId("clear").addEventListener("click", () => {
  location.hash = "#?";
  byId("query").focus();
});
byId("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  speak();
  view(byId("codes").hidden ? "overlap" : "codes");
});
byId("theme").addEventListener("click", () => {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `${say("Theme")}: ${say(theme)}`;
});
byId("entry").addEventListener("close", () => {
  document.body.append(byId("said"));
  if (asked(location.hash))
    history.replaceState(null, "", byId("codes").hidden ? "#overlap" : stateHash());
});
// The dark around the dialog is outside of all that is in it.
byId("entry").addEventListener("click", (event) => {
  if (event.target === byId("entry")) byId("entry").close();
});
document.addEventListener("keydown", onKey);
addEventListener("hashchange", show);
addEventListener("beforeprint", () => showMore(shown.length));
addEventListener(
  "scroll",
  () => {
    if (innerHeight + scrollY > document.documentElement.scrollHeight - 800) showMore();
  },
  { passive: true },
);

if (matchMedia("(max-width: 60rem)").matches) byId("filters").open = false;
speak();
show();
if (!byId("entry").open) byId("query").focus();
