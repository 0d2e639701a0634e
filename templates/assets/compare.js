// The page Compare: choose two to six runs, and see them held against a baseline.
// What is chosen stands in the address, so that it can be shared and gone back to.
(() => {
  "use strict";

  const MOST = 6;
  const MOST_LISTED = 20;
  const STYLES = {
    improved: "improved",
    regressed: "regressed",
    unchanged: "neutral",
    "not comparable": "muted",
    "too few repeats": "doubt",
  };

  const app = document.getElementById("compare");
  if (!app) return;
  const indexAddress = new URL(app.dataset.index, document.baseURI);
  const root = new URL("../", indexAddress);

  /** What is chosen: identities in order, and which of them is the baseline. */
  let state = { runs: [], baseline: "" };
  let onlyDiffering = false;
  let index = null;
  let places = null;
  let shownFor = 0;

  // --- elements and files ------------------------------------------------------------------------

  /**
   * Makes an element. Texts become text nodes: nothing of a record is ever read as HTML.
   * @param {string} name
   * @param {Object<string, ?(string|number|boolean|Function)>} attributes a function listens
   * @param {...(Node|string|null)} children
   * @returns {HTMLElement}
   */
  function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "function") made.addEventListener(key, value);
      else if (value !== null && value !== undefined && value !== false) {
        made.setAttribute(key, value === true ? "" : value);
      }
    }
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }

  /** A note as the other pages have it; `style` is neutral or doubt. */
  function note(text, style = "neutral") {
    const sign = style === "doubt" ? make("span", { class: "lb-sign", "aria-hidden": "true" }, "!") : "";
    return make("p", { class: `lb-note lb-note-${style}` }, sign, sign && " ", text);
  }

  /** The mark of a verdict: sign and word. */
  function mark(verdict) {
    const sign = make("span", { "aria-hidden": "true" }, index.signs[verdict]);
    return make("span", { class: `lb-mark lb-${STYLES[verdict]}` }, sign, ` ${verdict}`);
  }

  /** The number that a run has on this page, in its colour. */
  function badge(number) {
    return make("span", { class: `lb-run lb-run-${number}` }, String(number));
  }

  const asked = new Map();

  /** The content of a data file; asked for once. Rejects where it can't be read. */
  function file(path) {
    const address = new URL(path, root).href;
    if (!asked.has(address)) {
      const found = fetch(address).then((answer) => {
        if (!answer.ok) throw new Error(`${path} can't be read (${answer.status})`);
        return answer.json();
      });
      found.catch(() => asked.delete(address));
      asked.set(address, found);
    }
    return asked.get(address);
  }

  /** A run with its repeats, as `Comparing.compare` takes a side. */
  async function sideOf(identity) {
    const run = await file(`data/compare/runs/${identity}.json`);
    const repeats = run.repeats ? await file(`data/compare/repeats/${run.repeats}.json`) : null;
    return { run, repeats };
  }

  /** The changes on record of the runs between the baseline and each other, by run. */
  async function changesOn(runs, baseline) {
    const known = new Map(index.runs.map((run) => [run.id, run.campaign]));
    const way = runs.filter((id) => id !== baseline)
      .flatMap((id) => Comparing.chainOf(index.runs, baseline, id));
    const campaigns = [...new Set(way.map((id) => known.get(id)))];
    const found = await Promise.all(campaigns.map((name) => file(`data/compare/changes/${name}.json`)));
    return Object.fromEntries(found.flatMap(({ changes }) => Object.entries(changes)));
  }

  // --- the address -------------------------------------------------------------------------------

  /** The state that the address tells, and what is wrong with it. */
  function read() {
    const query = new URLSearchParams(location.search);
    const names = (query.get("runs") ?? "").split(",").map((name) => name.trim());
    const wanted = [...new Set(names.filter(Boolean))];
    const known = new Set(index.runs.map(({ id }) => id));
    const wrong = wanted
      .filter((name) => !known.has(name))
      .map((name) => `There is no run “${name}”: it is left out.`);
    const found = wanted.filter((name) => known.has(name));
    const runs = found.slice(0, MOST);
    if (found.length > MOST) {
      wrong.push(`The first ${MOST} runs are compared; left out: ${found.slice(MOST).join(", ")}.`);
    }
    const named = query.get("baseline") ?? "";
    const baseline = runs.includes(named) ? named : (runs[0] ?? "");
    if (named && named !== baseline) {
      const instead = baseline ? `${baseline} is taken instead` : "none is chosen";
      wrong.push(`The baseline “${named}” is not among the runs: ${instead}.`);
    }
    return [{ runs, baseline }, wrong];
  }

  /** The address of a state. */
  function addressOf({ runs, baseline }) {
    const clean = (name) => encodeURIComponent(name).replaceAll("%2F", "/");
    const query = runs.length ? `?runs=${runs.map(clean).join(",")}&baseline=${clean(baseline)}` : "";
    return location.pathname + query;
  }

  /** Another choice: written to the address, then shown. */
  function choose(runs, baseline) {
    state = { runs, baseline: runs.includes(baseline) ? baseline : (runs[0] ?? "") };
    history.pushState(null, "", addressOf(state));
    show([]);
  }

  // --- choosing ----------------------------------------------------------------------------------

  /** Runs whose title, identity, campaign, date, status or tags hold all words, newest first. */
  function matching(words) {
    const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
    return index.runs
      .filter((run) => {
        const text = [run.title, run.id, run.campaignTitle, dateOf(run), run.status, ...run.tags]
          .join(" ")
          .toLowerCase();
        return parts.every((part) => text.includes(part));
      })
      .reverse();
  }

  const dateOf = (run) => run.date ?? "date not recorded";

  /** A run in the list to choose from. */
  function pick(run) {
    const chosen = state.runs.includes(run.id);
    const box = make("input", {
      type: "checkbox",
      value: run.id,
      change: ({ target }) => {
        const others = state.runs.filter((id) => id !== run.id);
        choose(target.checked ? [...others, run.id] : others, state.baseline);
      },
    });
    box.checked = chosen;
    box.disabled = !chosen && state.runs.length >= MOST;
    const status = run.status === "completed" ? "" : ` · ${run.status}`;
    const about = [run.id, run.campaignTitle, dateOf(run) + status, ...run.tags].join(" · ");
    const text = make("span", {}, run.title, make("span", { class: "lb-sub" }, about));
    return make("li", {}, make("label", {}, box, " ", text));
  }

  /** The list to choose from, for the words in the field. */
  function list() {
    const found = matching(places.filter.value);
    places.picks.replaceChildren(...found.slice(0, MOST_LISTED).map(pick));
    const runs = found.length === 1 ? "run matches" : "runs match";
    const more = found.length > MOST_LISTED ? `, the newest ${MOST_LISTED} are listed` : "";
    places.count.textContent = `${found.length} ${runs}${more}.`;
  }

  /** The boxes as the state has them; the list itself stays, and with it the focus. */
  function tick() {
    for (const box of places.picks.querySelectorAll("input")) {
      box.checked = state.runs.includes(box.value);
      box.disabled = !box.checked && state.runs.length >= MOST;
    }
    const full = state.runs.length >= MOST ? ": remove one to choose another" : "";
    places.summary.textContent = `Choose runs (${state.runs.length} of at most ${MOST}${full})`;
  }

  /** Arrows go from the field into the list and through it. */
  function walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [places.filter, ...places.picks.querySelectorAll("input:not(:disabled)")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }

  /** A chosen run: what it is, whether it is the baseline, and a button that removes it. */
  function chosen(run, position) {
    const radio = make("input", {
      type: "radio",
      name: "baseline",
      "aria-label": `Baseline: ${run.title}`,
      "data-key": `baseline ${run.id}`,
      change: () => choose(state.runs, run.id),
    });
    radio.checked = run.id === state.baseline;
    const remove = make(
      "button",
      {
        type: "button",
        class: "lb-button",
        "data-key": `remove ${run.id}`,
        "aria-label": `Remove ${run.title}`,
        click: () => {
          choose(
            state.runs.filter((id) => id !== run.id),
            state.baseline,
          );
          const left = places.chosen.querySelectorAll("button");
          (left[Math.min(position, left.length - 1)] ?? places.filter).focus();
        },
      },
      "Remove",
    );
    const about = make("span", { class: "lb-sub" }, `${run.id} · ${dateOf(run)}`);
    const title = make("a", { href: run.href }, run.title);
    return make(
      "li",
      {},
      badge(position + 1),
      make("span", { class: "lb-chosen-run" }, title, about),
      make("label", {}, radio, " Baseline"),
      remove,
    );
  }

  /** The chosen runs; what had the focus in there has it afterwards. */
  function chosenList(runs) {
    const key = document.activeElement?.dataset?.key;
    places.chosen.replaceChildren(...runs.map(chosen));
    if (key) places.chosen.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
    places.actions.hidden = runs.length < 2;
  }

  /** Puts the link to this comparison where it can be pasted from. */
  async function copy() {
    try {
      await navigator.clipboard.writeText(location.href);
      places.said.textContent = "The link is copied.";
    } catch {
      places.said.textContent = `It can't be copied here: ${location.href}`;
    }
  }

  /** The page without what depends on the choice. */
  function build() {
    const filter = make("input", {
      type: "search",
      id: "compare-filter",
      class: "lb-input",
      autocomplete: "off",
      "aria-controls": "compare-picks",
      "aria-describedby": "compare-count",
      input: list,
    });
    const summary = make("summary", {});
    const picks = make("ul", { id: "compare-picks" });
    const held = { class: "lb-picks", role: "group", tabindex: "0", "aria-label": "Runs to choose from" };
    const count = make("p", { class: "lb-muted lb-sub", id: "compare-count", role: "status" });
    const fold = make(
      "details",
      { class: "lb-fold", keydown: walk },
      summary,
      make("label", { for: "compare-filter" }, "Find by title, campaign, date or tag "),
      filter,
      count,
      make("div", held, picks),
    );
    const said = make("span", { class: "lb-sub", role: "status" });
    const copyButton = make("button", { type: "button", class: "lb-button", click: copy }, "Copy link");
    const actions = make("p", { class: "lb-compare-row" }, copyButton, " ", said);
    const messages = make("div", { role: "status" });
    const chosenRuns = make("ul", { class: "lb-chosen", "aria-label": "Chosen runs" });
    const result = make("div", { "aria-live": "off" });
    places = { filter, summary, picks, count, fold, said, actions, messages, chosen: chosenRuns, result };
    app.replaceChildren(messages, chosenRuns, actions, fold, result);
    list();
  }

  // --- what is found -----------------------------------------------------------------------------

  /** A heading of a part of the result. */
  function heading(id, text) {
    return make("h2", { id }, text);
  }

  /** `+83.4 %`, or the difference in points for shares. */
  function short(delta) {
    return delta.texts.change || delta.texts.delta;
  }

  /** A candidate in a few lines: what regressed and improved, and how many could not be judged. */
  function told(found, run, number) {
    const of = (verdict) => found.metrics.filter((delta) => delta.verdict === verdict);
    const label = new Map(index.metrics.map((metric) => [metric.name, metric.label]));
    const lines = ["regressed", "improved"].filter((verdict) => of(verdict).length).map((verdict) => {
      const texts = of(verdict).map((delta) => `${label.get(delta.name)} ${short(delta)}`);
      const words = make("span", { class: "lb-prose" }, `${texts.join(", ")}.`);
      const style = `lb-item lb-item-${STYLES[verdict]} lb-item-inline`;
      return make("li", { class: style }, make("div", {}, mark(verdict)), words);
    });
    const others = ["unchanged", "too few repeats", "not comparable"]
      .filter((verdict) => of(verdict).length)
      .map((verdict) => `${of(verdict).length} ${verdict}`);
    const none = lines.length ? "" : "Nothing that can be judged changed. ";
    const which = lines.length ? "other metrics" : "metrics";
    const rest = others.length ? `Of the ${which}: ${others.join(", ")}.` : "";
    const alike = found.like_for_like
      ? "Like for like: scenario and load are the same, no difference of the environment is on record. "
      : "";
    const put = found.factors.length > 1 ? "" : found.attribution;
    const title = make("h3", {}, badge(number), ` ${run.title} `);
    title.append(make("span", { class: "lb-sub" }, `${found.candidate} against ${found.baseline}`));
    return [
      title,
      lines.length ? make("ul", { class: "lb-items" }, ...lines) : "",
      none + rest ? note(none + rest) : "",
      alike + put ? note(alike + put) : "",
      ...found.warnings.map((warning) => note(warning, "doubt")),
    ].filter(Boolean);
  }

  /** What the audit doubts of each run, with the way to it. */
  function doubts(runs) {
    return runs.map(({ number, line, run }) => {
      const counted = run.doubts.map(([kind, count]) => `${count} × ${kind}`);
      const href = `${line.href}#doubts`;
      const words = counted.length
        ? make("a", { href }, counted.join(", "))
        : "The checks found nothing to doubt.";
      return make("li", { class: `lb-item${counted.length ? " lb-item-doubt" : ""}` },
        make("div", { class: "lb-item-head" }, badge(number), make("span", { class: "lb-item-title" }, line.title)),
        make("div", { class: "lb-fact" }, words));
    });
  }

  /** A table in a region of its own that scrolls. */
  function table(id, caption, columns, rows) {
    return make(
      "div",
      { class: "lb-table", role: "region", tabindex: "0", "aria-label": caption },
      make(
        "table",
        { class: "lb", id },
        make("caption", {}, caption),
        make("thead", {}, make("tr", {}, ...columns)),
        make("tbody", {}, ...rows),
      ),
    );
  }

  /** The heading of a run's column. */
  function column({ number, line }, baseline, numeric) {
    const word = line.id === baseline ? " baseline" : "";
    return make(
      "th",
      { scope: "col", class: numeric ? "lb-number" : null },
      badge(number),
      ` ${line.title}`,
      make("span", { class: "lb-sub" }, line.id + word && `${line.id}${word && ","}${word}`),
    );
  }

  /** A row that heads those below it. */
  function groupRow(name, columns) {
    return make("tr", { class: "lb-group" }, make("th", { scope: "rowgroup", colspan: columns }, name));
  }

  /** Rows under headings, a heading only where something stands below it. */
  function grouped(rows, columns) {
    let last = "";
    return rows.flatMap(([group, row]) => {
      const head = group === last ? [] : [groupRow(group, columns)];
      last = group;
      return [...head, row];
    });
  }

  /** Footnotes of a table, each once. */
  function footnotes(id) {
    const texts = [];
    const refer = (text) => {
      if (!texts.includes(text)) texts.push(text);
      const number = texts.indexOf(text) + 1;
      return make("a", { href: `#${id}-${number}`, "aria-label": `Note ${number}` }, String(number));
    };
    const refs = (notes) =>
      notes.length
        ? make("sup", { class: "lb-notes-ref" }, ...notes.flatMap((text) => [refer(text), " "]))
        : "";
    const written = () =>
      make("ol", { class: "lb-notes" }, ...texts.map((text, at) => make("li", { id: `${id}-${at + 1}` }, text)));
    return [refs, written];
  }

  /** Figures by run, with what each candidate's verdict is and stands on. */
  function metricsTable(runs, comparisons) {
    const [refs, notes] = footnotes("compare-note");
    const candidates = runs.filter(({ line }) => comparisons.has(line.id));
    const columns = [make("th", { scope: "col" }, "Metric")];
    for (const run of runs) {
      columns.push(column(run, state.baseline, true));
      if (comparisons.has(run.line.id)) {
        columns.push(make("th", { scope: "col" }, "Basis", make("span", { class: "lb-sub" }, `of the verdict on ${run.line.id}`)));
      }
    }
    const rows = [];
    for (const metric of index.metrics) {
      const deltas = candidates.map(({ line }) =>
        comparisons.get(line.id).metrics.find(({ name }) => name === metric.name),
      );
      const given = deltas.filter(Boolean);
      if (!given.length) continue;
      if (onlyDiffering && given.every((one) => one.delta === 0 || one.verdict === "unchanged")) continue;
      const label = make("a", { href: new URL(metric.page, root).href }, metric.label);
      const cells = runs.flatMap((run) => cellsOf(run, metric, given, comparisons, refs));
      rows.push([metric.group, make("tr", {}, make("th", { scope: "row" }, label), ...cells)]);
    }
    if (!rows.length) return [note("No metric differs beyond its tolerance.")];
    const names = candidates.map(({ line }) => line.id).join(", ");
    const caption = `${names} against ${state.baseline}`;
    return [table("compare-metrics", caption, columns, grouped(rows, columns.length)), notes()];
  }

  /** The cells of one run in the row of a metric: its figure; of a candidate its verdict too. */
  function cellsOf({ line, run }, metric, given, comparisons, refs) {
    const found = comparisons.get(line.id);
    if (!found) return [make("td", { class: "lb-number" }, given[0].texts.baseline)];
    const delta = found.metrics.find(({ name }) => name === metric.name);
    if (!delta) return [make("td", { class: "lb-number" }, "\u2013"), make("td", { class: "lb-basis" })];
    const texts = delta.texts;
    const change = texts.change ? `${texts.delta} · ${texts.change}` : texts.delta;
    const many = comparisons.size > 1;
    const warnings = delta.warnings.map((text) => (many && !text.startsWith("Baseline: ") ? `${run.id}: ${text}` : text));
    return [
      make(
        "td",
        { class: "lb-number" },
        make("strong", {}, texts.candidate),
        delta.delta === null ? "" : make("span", { class: "lb-sub" }, change),
        make("div", {}, mark(delta.verdict), refs(warnings)),
      ),
      make("td", { class: "lb-basis" }, delta.basis),
    ];
  }

  /** Settings by run; those that differ from the baseline's stand out. */
  function settingsTable(runs, comparisons) {
    const columns = [make("th", { scope: "col" }, "Setting")];
    columns.push(...runs.map((run) => column(run, state.baseline, false)));
    const rows = [];
    for (const part of ["load", "environment", "deployment"]) {
      const texts = runs.map(({ run }) => new Map(run[part].map(([name, text]) => [name, text])));
      const names = new Set(texts.flatMap((map) => [...map.keys()]));
      const differing = runs.map(({ line }) => {
        const found = comparisons.get(line.id)?.differences[part] ?? [];
        return new Set(found.map(({ setting }) => setting));
      });
      for (const name of names) {
        if (onlyDiffering && !differing.some((set) => set.has(name))) continue;
        const cells = texts.map((map, at) => {
          if (!map.has(name)) return make("td", { class: "lb-muted" }, index.not_recorded);
          const text = map.get(name);
          return make("td", {}, differing[at].has(name) ? make("strong", {}, text) : text);
        });
        const group = part[0].toUpperCase() + part.slice(1);
        rows.push([group, make("tr", {}, make("th", { scope: "row" }, name), ...cells)]);
      }
    }
    if (!rows.length) {
      const all = "No settings are on record.";
      return [note(onlyDiffering ? "No setting on record differs." : all)];
    }
    const caption = "Settings; bold where they are not the baseline’s";
    return [table("compare-settings", caption, columns, grouped(rows, columns.length))];
  }

  /** The changes on record on the way to each candidate. */
  function changesOf(runs, comparisons) {
    return runs.flatMap(({ number, line }) => {
      const changes = comparisons.get(line.id)?.differences.changes ?? [];
      if (!changes.length) return [];
      const items = changes.map((change) =>
        make(
          "li",
          { class: "lb-item" },
          make(
            "div",
            { class: "lb-item-head" },
            make("span", { class: "lb-item-title" }, change.area),
            make("span", { class: "lb-place" }, [change.run, change.file].filter(Boolean).join(" · ")),
          ),
          make("div", { class: "lb-fact" }, change.told),
        ),
      );
      const title = make("p", { class: "lb-label" }, badge(number), ` ${line.title}`);
      return [title, make("ul", { class: "lb-items" }, ...items)];
    });
  }

  /** The box that leaves out what is the same. */
  function toggle() {
    const box = make("input", {
      type: "checkbox",
      change: () => {
        onlyDiffering = box.checked;
        places.tables();
      },
    });
    box.checked = onlyDiffering;
    const words = " Only what differs: no metric that is unchanged in every run, no setting that is the same";
    return make("p", { class: "lb-compare-row" }, make("label", {}, box, words));
  }

  /** Everything that the chosen runs give, into the place of the result. */
  function render(runs, comparisons) {
    const metrics = make("div");
    const settings = make("div");
    places.tables = () => {
      metrics.replaceChildren(...metricsTable(runs, comparisons));
      settings.replaceChildren(...settingsTable(runs, comparisons));
    };
    places.tables();
    const changes = changesOf(runs, comparisons);
    const charts = make("div");
    const conclusions = runs
      .filter(({ line }) => comparisons.has(line.id))
      .flatMap(({ line, number }) => told(comparisons.get(line.id), line, number));
    CompareCharts.clear();
    places.result.replaceChildren(
      heading("compare-result", "What differs"),
      ...conclusions,
      heading("compare-figures", "Figures"),
      toggle(),
      metrics,
      heading("compare-set-up", "Settings"),
      settings,
      ...(changes.length ? [heading("compare-changes", "Changes on record"), ...changes] : []),
      heading("compare-doubts", "What to doubt of the runs"),
      make("ul", { class: "lb-items" }, ...doubts(runs)),
      charts,
    );
    return charts;
  }

  let library = null;

  /** Loads the library of charts, once: it is larger than all else that the page loads. */
  function charts() {
    library ??= new Promise((done, refuse) => {
      const error = () => {
        library = null;
        refuse(new Error("The charts can't be drawn: their library can't be read"));
      };
      document.head.append(make("script", { src: app.dataset.charts, load: done, error }));
    });
    return library;
  }

  /** The charts of the runs that keep something; what can't be read is said. */
  async function draw(place, runs, current) {
    const keeping = runs.filter(({ run }) => run.courses);
    const [ready, ...read] = await Promise.allSettled([
      keeping.length > 1 ? charts() : null,
      ...keeping.map(({ line }) => file(`data/compare/courses/${line.id}.json`)),
    ]);
    if (current !== shownFor) return;
    const failed = [ready, ...read]
      .filter(({ status }) => status === "rejected")
      .map(({ reason }) => note(reason.message, "doubt"));
    if (ready.status === "rejected") {
      place.replaceChildren(heading("compare-over-time", "Over time"), ...failed);
      return;
    }
    const kept = keeping.flatMap(({ number, line }, at) =>
      read[at].status === "fulfilled" ? [{ number, run: line, ...read[at].value }] : [],
    );
    const over = CompareCharts.courses(make, index, kept);
    const spread = CompareCharts.distributions(make, index, kept.filter((one) => one.distribution));
    const nothing = "Fewer than two of the runs keep the same figures over time, so there is nothing to draw.";
    const legend = runs.map(({ number, line }) => make("span", {}, badge(number), ` ${line.title}`));
    place.replaceChildren(
      heading("compare-over-time", "Over time"),
      over.length ? make("p", { class: "lb-compare-row" }, ...legend) : "",
      ...(over.length ? over : [note(nothing)]),
      ...(spread.length ? [heading("compare-distribution", "Distribution of latency"), ...spread] : []),
      ...failed,
    );
  }

  /** Shows the state: the chosen runs at once, the rest as soon as its files are there. */
  async function show(messages) {
    shownFor += 1;
    const current = shownFor;
    const lines = new Map(index.runs.map((line) => [line.id, line]));
    places.messages.replaceChildren(...messages.map((text) => note(text, "doubt")));
    places.said.textContent = "";
    chosenList(state.runs.map((id) => lines.get(id)));
    tick();
    if (state.runs.length < 2) {
      places.fold.open = true;
      CompareCharts.clear();
      const more = state.runs.length ? "one more run, or several" : "two to six runs";
      places.result.replaceChildren(note(`Choose ${more}; the first one is the baseline until you choose another.`));
      return;
    }
    try {
      const [changes, ...sides] = await Promise.all([
        changesOn(state.runs, state.baseline),
        ...state.runs.map(sideOf),
      ]);
      if (current !== shownFor) return;
      const runs = sides.map(({ run }, at) => ({ number: at + 1, line: lines.get(run.id), run }));
      const before = sides.find(({ run }) => run.id === state.baseline);
      const comparisons = new Map(
        sides
          .filter((side) => side !== before)
          .map((side) => [side.run.id, Comparing.compare(index, changes, before, side)]),
      );
      await draw(render(runs, comparisons), runs, current);
    } catch (error) {
      if (current !== shownFor) return;
      places.result.replaceChildren(note(`The comparison can't be shown: ${error.message}.`, "doubt"));
    }
  }

  /** What to do where the browser does not read data files. */
  function unreadable(error) {
    const disk = location.protocol === "file:";
    const words = disk
      ? "This page reads data files, which a browser does not do for pages opened from a disk. In the " +
        "folder of the site run “python -m http.server”, then open http://localhost:8000/compare.html."
      : `The list of runs can't be read: ${error.message}. Reload the page, or build the site anew.`;
    app.replaceChildren(note(words, "doubt"));
  }

  /** Takes the state from the address: at the start, and when the reader goes back. */
  function restore() {
    const [found, wrong] = read();
    state = found;
    show(wrong);
  }

  Promise.all([file("data/compare.json"), Loadbook.roster(app.dataset.runs)]).then(
    ([content, { runs }]) => {
      index = { ...content, runs };
      build();
      places.fold.open = true;
      restore();
      if (state.runs.length >= 2) places.fold.open = false;
      addEventListener("popstate", restore);
    },
    (error) => unreadable(error),
  );
})();
