// What every page does: tables that sort, a copy of each table, links to tables and charts.

/** What the scripts of single pages use too. */
const Loadbook = {};

/**
 * An element with attributes and children; texts become text, never markup.
 * @param {string} tag @param {Object} attributes with `on...` as listeners; null leaves one out
 * @param {...(Node|string|null)} children @returns {HTMLElement}
 */
Loadbook.el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
};

/** Text in one line, with plain spaces. @param {string} text @returns {string} */
Loadbook.line = (text) => text.replace(/\s+/g, " ").trim();

/**
 * What a table of the page says.
 * @typedef {{caption: string, href: string, columns: {text: string, number: boolean}[],
 *   rows: ({group: string}|{cells: {text: string, refs: string}[]})[], notes: string[]}} Copied
 * @param {HTMLTableElement} table @returns {Copied} `href` leads to the table
 */
Loadbook.read = (table) => {
  const cell = (source) => {
    const copy = source.cloneNode(true);
    const taken = (selector) => [...copy.querySelectorAll(selector)].map((part) => {
      part.remove();
      return Loadbook.line(part.textContent);
    }).filter(Boolean);
    taken("svg, button, input, .lb-uncopied");
    const refs = taken(".lb-notes-ref").map((ref) => ` [${ref}]`).join("");
    const doubts = taken(".lb-doubt-ref").map((ref) => ` (doubt ${ref.replace("!", "")})`).join("");
    const sub = taken(".lb-sub").join(", ");
    const main = Loadbook.line(copy.textContent);
    return { text: main && sub ? `${main} (${sub})` : main || sub, refs: refs + doubts };
  };
  const body = [...table.tBodies].flatMap((part) => [...part.rows]);
  const listed = table.closest(".lb-table")?.nextElementSibling;
  return {
    caption: Loadbook.line(table.caption?.textContent ?? ""),
    href: `${location.href.split("#")[0]}#${table.id}`,
    columns: [...(table.tHead?.rows[0]?.cells ?? [])].map((head) => ({
      text: Loadbook.line(head.querySelector("button")?.firstChild?.textContent ?? head.textContent),
      number: head.classList.contains("lb-number"),
    })),
    rows: body.map((row) => row.classList.contains("lb-group")
      ? { group: Loadbook.line(row.textContent) } : { cells: [...row.cells].map(cell) }),
    notes: listed?.matches("ol.lb-notes") ? [...listed.children].map((note) => Loadbook.line(note.textContent)) : [],
  };
};

/**
 * A table as Markdown, with its caption as a link to where it stands, and its notes.
 * @param {Copied} found @returns {string}
 */
Loadbook.asMarkdown = (found) => {
  const safe = (text) => text.replace(/[\\|`*_<>[\]~]/g, "\\$&");
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const empty = found.columns.slice(1).map(() => "");
  return [
    `**[${safe(found.caption)}](${found.href.replace(/[()]/g, (sign) => (sign === "(" ? "%28" : "%29"))})**`, "",
    line(found.columns.map((column) => safe(column.text))),
    line(found.columns.map((column) => (column.number ? "---:" : "---"))),
    ...found.rows.map((row) => row.group === undefined
      ? line(row.cells.map((cell) => safe(cell.text) + safe(cell.refs)))
      : line([`**${safe(row.group)}**`, ...empty])),
    ...(found.notes.length ? [""] : []),
    ...found.notes.map((note, at) => `${at + 1}. ${safe(note)}`),
  ].join("\n") + "\n";
};

/**
 * A table as CSV. What a spreadsheet would run as a formula gets an apostrophe in front; rows that
 * stand under a heading have it in a column of its own.
 * @param {Copied} found @returns {string}
 */
Loadbook.asCsv = (found) => {
  const number = /^[+-]?\d[\d,]*(\.\d+)?(e[+-]?\d+)?$/i;
  const safe = (text) => (/^[=+\-@\t\r]/.test(text) && !number.test(text) ? `'${text}` : text);
  const line = (texts) => texts.map(safe)
    .map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",");
  const grouped = found.rows.some((row) => row.group !== undefined);
  const lines = [line([...(grouped ? ["Group"] : []), ...found.columns.map((column) => column.text)])];
  let group = "";
  for (const row of found.rows) {
    if (row.group !== undefined) group = row.group;
    else lines.push(line([...(grouped ? [group] : []), ...row.cells.map((cell) => cell.text)]));
  }
  return lines.join("\r\n") + "\r\n";
};

/** Puts a text into the clipboard, where the page is not served safely by the older way too. */
Loadbook.copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const holder = Loadbook.el("textarea", { class: "lb-hidden", readonly: true });
  holder.value = text;
  document.body.append(holder);
  holder.select();
  const done = document.execCommand("copy");
  holder.remove();
  if (!done) throw new Error("refused");
};

/**
 * The tools of a table: a link to it, and a button that unfolds the ways to copy it.
 * @param {string} id of the table @param {string} name @param {() => Copied} read
 * @returns {HTMLElement}
 */
Loadbook.tools = (id, name, read) => {
  const { el } = Loadbook;
  const said = el("span", { role: "status", class: "lb-copied" });
  const way = (label, as) => el("button", {
    type: "button",
    onclick: () => Loadbook.copy(as(read())).then(
      () => { said.textContent = `Copied as ${label}`; },
      () => { said.textContent = "The browser refused to copy"; },
    ),
  }, label);
  const ways = el("span", { class: "lb-ways", hidden: true },
    way("Markdown", Loadbook.asMarkdown), way("CSV", Loadbook.asCsv));
  const fold = (open) => {
    ways.hidden = !open;
    said.textContent = "";
    button.setAttribute("aria-expanded", String(open));
  };
  const button = el("button", {
    type: "button", "aria-expanded": "false", "aria-label": `Copy “${name}”`,
    onclick: () => fold(ways.hidden),
  }, "Copy");
  return el("div", {
    class: "lb-tools",
    onkeydown: (event) => {
      if (event.key === "Escape" && !ways.hidden) { fold(false); button.focus(); }
    },
  }, Loadbook.permalink(id, name), said, ways, button);
};

/** A link to a table or chart, as headings have one. */
Loadbook.permalink = (id, name) => Loadbook.el("a", {
  class: "lb-permalink", href: `#${id}`, title: "Permanent link", "aria-label": `Permanent link to “${name}”`,
}, "¶");

/** Starts tablesort on each sortable table of the page. */
function sortTables() {
  for (const table of document.querySelectorAll("table.lb-sortable")) {
    if (!table.dataset.sorting) {
      table.dataset.sorting = "on";
      new Tablesort(table);
    }
  }
}

/** Gives each table its tools, each chart its link. */
function addTools() {
  for (const table of document.querySelectorAll(".lb-table > table[id]:not([data-tools])")) {
    table.dataset.tools = "on";
    const name = Loadbook.line(table.caption?.textContent ?? table.id);
    table.parentElement.before(Loadbook.tools(table.id, name, () => Loadbook.read(table)));
  }
  for (const figure of document.querySelectorAll("figure.lb-figure[id]:not([data-tools])")) {
    figure.dataset.tools = "on";
    const title = figure.querySelector("figcaption")?.firstChild;
    title?.after(" ", Loadbook.permalink(figure.id, Loadbook.line(title.textContent)));
  }
}

/** All of it, for each page that Material shows. */
function onPage() {
  sortTables();
  addTools();
}

if (typeof document$ === "undefined") {
  document.addEventListener("DOMContentLoaded", onPage);
} else {
  document$.subscribe(onPage);
}
