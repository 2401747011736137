// What answers a search: words of both languages, codes, symbols; typos allowed.

const plain = (text) => text.normalize("NFKC").toLowerCase();
const spaced = (text) =>
  plain(
    text
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .replace(/[_\W]+/gu, (gap) => gap.replace(/[^\p{L}\p{N}]+/gu, " ")),
  );

// `head` is what an entry says of itself, `rest` what may be said beside it.
function indexed(entry, names) {
  const symbols = entry.symbols || [];
  const head = [entry.scope, ...names, ...symbols, entry.message || "", ...entry.meaning];
  const rest = [...(entry.remedy || []), ...(entry.notes || []), entry.category, entry.table || ""];
  const text = (parts) => ` ${parts.map(plain).join(" ")} ${parts.map(spaced).join(" ")} `;
  return {
    code: plain(String(entry.code)),
    sdk: plain(String(entry.sdk_code ?? "")),
    head: text(head),
    rest: text(rest),
  };
}

function searcher(entries, names) {
  const index = entries.map((entry) => indexed(entry, names(entry.scope)));
  const vocabulary = [...new Set(index.flatMap((each) => each.head.match(/[a-z]{4,}/g) || []))];
  const nearby = new Map();
  const near = (word) => {
    if (!nearby.has(word))
      nearby.set(
        word,
        vocabulary.filter((other) => isNear(word, other)),
      );
    return nearby.get(word);
  };

  // Returns the numbers of the entries that hold every word, the best first.
  return (query) => {
    const words = plain(query)
      .split(/[\s,;:，；：。]+/u)
      .filter(Boolean);
    let found = index.map((_, number) => [number, 0]);
    for (const word of words) {
      let next = scored(found, index, [word]);
      if (!next.length && /^[a-z]{4,}$/.test(word)) next = scored(found, index, near(word));
      found = next;
    }
    // Of those that answer as well, the shorter one says less else.
    const length = (number) => entries[number].meaning[0].length;
    if (words.length) found.sort((a, b) => b[1] - a[1] || length(a[0]) - length(b[0]));
    return found.map(([number]) => number);
  };
}

function scored(found, index, words) {
  const next = [];
  const numbers = words.map(asNumber);
  for (const [number, score] of found) {
    let best = 0;
    for (let at = 0; at < words.length; at++) {
      best = Math.max(best, weight(index[number], words[at], numbers[at]));
    }
    if (best) next.push([number, score + best]);
  }
  return next;
}

function weight(each, word, number) {
  if (each.code === number || each.sdk === number) return 100;
  if (each.code.startsWith(number)) return 40;
  if (each.head.includes(` ${word} `)) return 24;
  if (each.head.includes(` ${word}`)) return 20;
  // A number in the middle of another says nothing.
  if (/^-?\d+$/.test(word)) return 0;
  if (each.head.includes(word)) return word.charCodeAt(0) > 0x2e80 ? 20 : 8;
  if (each.code.includes(word)) return 8;
  return each.rest.includes(word) ? 3 : 0;
}

// Logs print some codes in hexadecimal, such as 0x4004.
function asNumber(word) {
  return /^0x[0-9a-f]{1,8}$/.test(word) ? String(parseInt(word, 16)) : word;
}

// One slip in a short word, two in a long one; also in the beginning of a longer word.
function isNear(word, other) {
  const most = word.length > 7 ? 2 : 1;
  return (
    distance(word, other, most) <= most || distance(word, other.slice(0, word.length), most) <= most
  );
}

function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = null;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length];
}
