// The table of runs: filtered, sorted and paged in the browser, its state in the page's address.
// TanStack's table core keeps the rows; what is shown is an ordinary table.
(() => {
  const { el } = Loadbook;
  const PAGE = 50;
  const MOST_COMPARED = 6;

  /** What to say where the data can't be read: from a disk a browser refuses it. */
  Loadbook.unread = (app, error) => {
    const why = location.protocol === "file:"
      ? "Opened from a disk the browser refuses to read the data. Run “python -m http.server” in the "
        + "folder of the site, and open http://localhost:8000/ instead."
      : `The data of this page could not be read (${error.message}). Load the page again.`;
    app.replaceChildren(el("p", { class: "lb-note lb-note-doubt", role: "status" }, why));
  };

  /** The state that the address holds; who changes it calls `set`, who shows it listens. */
  Loadbook.address = {
    get: () => new URLSearchParams(location.search),
    /**
     * @param {Object<string, ?string>} changes null or "" takes a name out
     * @param {boolean} quiet keeps the history as it is, for what changes with each key
     */
    set(changes, quiet = false) {
      const found = this.get();
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === "") found.delete(name);
        else found.set(name, value);
      }
      const query = found.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
      history[quiet ? "replaceState" : "pushState"](null, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
      dispatchEvent(new Event("loadbook:address"));
    },
    /** Calls `show` for each new state, one that the browser's back button leads to as well. */
    listen(show) {
      addEventListener("loadbook:address", show);
      addEventListener("popstate", show);
    },
  };

  const VERDICTS = {
    regressed: ["has regressed", (run) => run.regressed > 0],
    improved: ["has improved", (run) => run.improved > 0],
    doubtful: ["has doubts", (run) => run.doubts > 0],
    clean: ["has no doubts", (run) => run.doubts === 0],
  };

  /** The filters: label, which runs a value lets pass, and the choices of a select. */
  const FILTERS = {
    text: ["Words of title, summary, tags", (run, value) => value.toLowerCase().split(/\s+/).every((word) => run.words.includes(word))],
    campaign: ["Campaign", (run, value) => run.campaign === value, (run) => [[run.campaign, run.campaignTitle]]],
    scenario: ["Scenario", (run, value) => run.scenario === value, (run) => (run.scenario ? [[run.scenario, run.scenario]] : [])],
    tag: ["Tag", (run, value) => run.tags.includes(value), (run) => run.tags.map((tag) => [tag, tag])],
    status: ["Status", (run, value) => run.status === value, (run) => [[run.status, run.status]]],
    verdict: ["Against baseline", (run, value) => VERDICTS[value]?.[1](run) ?? true,
      () => Object.entries(VERDICTS).map(([value, [label]]) => [value, label])],
    from: ["From", (run, value) => run.date !== null && run.date.slice(0, 10) >= value],
    to: ["To", (run, value) => run.date !== null && run.date.slice(0, 10) <= value],
  };

  /** The parts of the data that the filters of the address need. @returns {string[]} */
  Loadbook.filtering = () => (Loadbook.address.get().get("text") ? ["summary"] : []);

  /** The runs that pass every filter of the address. @returns {Run[]} */
  Loadbook.passing = (book) => {
    const asked = [...Loadbook.address.get()].filter(([name, value]) => FILTERS[name] && value);
    return book.runs.filter((run) => asked.every(([name, value]) => FILTERS[name][1](run, value)));
  };

  /** The form of filters, kept in step with the address. @param {Book} book @returns {HTMLElement} */
  function filterForm(book) {
    const { address } = Loadbook;
    const controls = Object.entries(FILTERS).map(([name, [label, , choices]]) => {
      let control;
      if (choices) {
        const found = new Map(book.runs.flatMap(choices));
        const sorted = name === "verdict" ? [...found] : [...found].sort((a, b) => a[1].localeCompare(b[1]));
        control = el("select", { name }, el("option", { value: "" }, "any"),
          ...sorted.map(([value, text]) => el("option", { value }, text)));
        control.addEventListener("change", () => address.set({ [name]: control.value, page: null }));
      } else {
        const type = name === "text" ? "search" : "date";
        control = el("input", { name, type, autocomplete: "off" });
        control.addEventListener("input", () => address.set({ [name]: control.value.trim(), page: null }, true));
      }
      return { name, control, label: el("label", {}, el("span", {}, label), control) };
    });
    const show = () => {
      const found = address.get();
      for (const { name, control } of controls) {
        const value = found.get(name) ?? "";
        if (control.tagName === "SELECT" && ![...control.options].some((option) => option.value === value)) {
          control.append(el("option", { value }, `${value} (no run)`));
        }
        if (control.value.trim() !== value) control.value = value;
      }
    };
    address.listen(show);
    show();
    const isAsked = controls.some(({ name }) => name !== "text" && address.get().get(name));
    const wide = matchMedia("(min-width: 45em)").matches;
    return el("form", { class: "lb-filters", role: "search", "aria-label": "Filter runs", onsubmit: (event) => event.preventDefault() },
      controls[0].label,
      el("details", { open: wide || isAsked }, el("summary", {}, "Filters"),
        el("div", { class: "lb-fields" }, ...controls.slice(1).map(({ label }) => label))));
  }

  /** Takes every filter out of the address. */
  const clear = () => Loadbook.address.set(
    { ...Object.fromEntries(Object.keys(FILTERS).map((name) => [name, null])), page: null, box: null });

  /** A sign and a word, as the pages have them. */
  const mark = (book, name, text = name) => {
    const { sign, style } = book.marks[name];
    return el("span", { class: `lb-mark lb-${style}` }, el("span", { class: "lb-sign", "aria-hidden": "true" }, sign), ` ${text}`);
  };

  /**
   * The columns that there are: id, label, whether it is a figure, what it sorts by, its content.
   * @param {Book} book @returns {Object[]}
   */
  function columnsOf(book) {
    const about = [
      { id: "run", label: "Run", group: "Run", sort: (run) => run.title, show: (run) => [el("a", { href: run.href }, run.title), el("span", { class: "lb-sub" }, run.id)] },
      { id: "date", label: "Date", group: "Run", figure: true, sort: (run) => (run.date === null ? undefined : run.at), show: (run) => [run.date ?? "not recorded"] },
      { id: "campaign", label: "Campaign", group: "Run", sort: (run) => run.campaignTitle, show: (run) => [el("a", { href: run.campaignHref }, run.campaignTitle)] },
      { id: "status", label: "Status", group: "Run", sort: (run) => run.status, show: (run) => [mark(book, run.status)] },
      { id: "scenario", label: "Scenario", group: "Run", sort: (run) => run.scenario ?? undefined, show: (run) => [run.scenario ?? "n/a"] },
      { id: "tags", label: "Tags", group: "Run", sort: (run) => run.tags.join(" ") || undefined, show: (run) => [run.tags.join(", ")] },
      {
        id: "verdict", label: "Against baseline", group: "Run", sort: (run) => (run.baseline ? run.improved - run.regressed : undefined),
        show: (run) => {
          if (!run.baseline) return ["no baseline"];
          const found = ["regressed", "improved"].filter((name) => run[name]).map((name) => mark(book, name, `${run[name]} ${name}`));
          return [...(found.length ? found.flatMap((one) => [one, " "]) : ["nothing improved or regressed"]), el("span", { class: "lb-sub" }, run.baseline)];
        },
      },
      { id: "doubts", label: "Doubts", group: "Run", figure: true, sort: (run) => run.doubts, show: (run) => [run.doubts ? el("a", { href: `${run.href}#doubts` }, String(run.doubts)) : "0"] },
    ];
    const figures = book.metrics.map((metric) => ({
      id: metric.name, label: metric.label, group: metric.group, figure: true,
      sort: (run) => metric.value(run) ?? undefined,
      show: (run) => [metric.text(run) ?? (metric.failed ? "?" : "n/a"), metric.isDoubted(run)
        ? el("sup", { class: "lb-doubt-ref" }, el("a", { href: `${run.href}#doubts`, "aria-label": "The record contradicts this figure", title: "The record contradicts this figure" }, "!")) : null],
    }));
    const settings = book.settings.map((setting) => ({
      id: setting.name, label: setting.label, group: setting.group, figure: setting.numeric,
      sort: (run) => (setting.numeric ? setting.value(run) : setting.text(run)) ?? undefined,
      show: (run) => [setting.text(run) ?? (setting.failed ? "?" : "n/a")],
    }));
    return [...about, ...figures, ...settings];
  }

  /** The columns that are shown, in the order of all: those of the address, else the usual ones. */
  function chosenOf(all, options) {
    const known = new Set(all.map((column) => column.id));
    const asked = (Loadbook.address.get().get("columns") ?? "").split(",").filter((id) => known.has(id));
    const wanted = new Set(asked.length ? asked : options.columns());
    return all.filter((column) => column.id === "run" || wanted.has(column.id));
  }

  /** What the table is sorted by, and whether backwards. */
  function sortOf() {
    const asked = Loadbook.address.get().get("sort") ?? "";
    return { id: asked.replace(/^-/, ""), desc: asked.startsWith("-") };
  }

  /**
   * Fetches what the table shows, as the address has it; null where it is all there.
   * @param {Book} book @param {Object} options those of `runTable` @returns {?Promise<void>}
   */
  Loadbook.needOf = (book, options) => book.need([
    ...chosenOf(columnsOf(book), options).map((column) => column.id), sortOf().id,
    ...Loadbook.filtering(), ...(options.needs?.() ?? [])]);

  /**
   * The table with its filters, pager and choice of columns, put into `app`.
   * @param {HTMLElement} app @param {Book} book
   * @param {{columns: () => string[], also?: (run: Run) => boolean, needs?: () => string[],
   *   before?: Node}} options `columns` are shown unless the reader chose others, `also` narrows the
   *   runs that pass the filters, by the columns that `needs` names
   */
  Loadbook.runTable = (app, book, options) => {
    const { address } = Loadbook;
    const all = columnsOf(book);
    const byId = new Map(all.map((column) => [column.id, column]));
    const also = options.also ?? (() => true);
    let state = {};
    let columns = [];

    const table = TableCore.createTable({
      data: [], state, onStateChange: () => {}, renderFallbackValue: null,
      columns: all.map((column) => ({
        id: column.id, accessorFn: column.sort, sortUndefined: "last", sortDescFirst: Boolean(column.figure),
        sortingFn: column.figure ? "basic" : "alphanumeric",
      })),
      getCoreRowModel: TableCore.getCoreRowModel(),
      getSortedRowModel: TableCore.getSortedRowModel(),
      getPaginationRowModel: TableCore.getPaginationRowModel(),
    });

    const head = el("tr");
    const body = el("tbody");
    const shown = el("table", { class: "lb", id: "runs-table" }, el("caption", {}, "Runs"), el("thead", {}, head), body);
    shown.dataset.tools = "on";
    const count = el("p", { class: "lb-count", role: "status" });
    const failed = el("p", { class: "lb-note lb-note-doubt", role: "status", hidden: true });
    const pager = el("nav", { class: "lb-pager", "aria-label": "Pages of runs" });
    const chooser = el("details", { class: "lb-chooser" }, el("summary", {}, "Columns"), el("div", { class: "lb-choices" }));
    const compare = el("div", { class: "lb-compare" });

    /** The ids that are ticked for a comparison, in order of time. */
    const picked = () => {
      const asked = new Set((address.get().get("pick") ?? "").split(","));
      return book.runs.filter((run) => asked.has(run.id)).map((run) => run.id);
    };

    function showHead(sorting) {
      const focused = document.activeElement?.dataset?.column;
      head.replaceChildren(...columns.map((column) => {
        const sorted = sorting.find((one) => one.id === column.id);
        const direction = sorted ? (sorted.desc ? "descending" : "ascending") : null;
        return el("th", { scope: "col", class: column.figure ? "lb-number" : null, "aria-sort": direction },
          el("button", {
            type: "button", "data-column": column.id,
            onclick: () => {
              const first = column.figure ? "-" : "";
              const now = sorted ? (sorted.desc ? "-" : "") : null;
              address.set({ sort: (now === null ? first : now ? "" : "-") + column.id, page: null });
            },
          }, column.label, el("span", { "aria-hidden": "true", class: "lb-arrow" }, sorted ? (sorted.desc ? "▼" : "▲") : "↕")));
      }));
      if (focused) head.querySelector(`[data-column="${CSS.escape(focused)}"]`)?.focus();
    }

    const cellOf = (column, run, ticked) => {
      const number = column.figure ? "lb-number" : null;
      if (column.id !== "run") return el("td", { class: number }, ...column.show(run));
      const tick = el("input", {
        type: "checkbox", class: "lb-tick", "aria-label": `Compare ${run.title}`, "data-run": run.id,
        onchange: (event) => {
          const now = new Set(picked());
          now[event.target.checked ? "add" : "delete"](run.id);
          address.set({ pick: [...now].join(",") }, true);
        },
      });
      tick.checked = ticked.has(run.id);
      return el("th", { scope: "row" }, tick, " ", ...column.show(run));
    };

    function showBody(rows) {
      const focused = document.activeElement?.dataset?.run;
      const ticked = new Set(picked());
      body.replaceChildren(...rows.map((row) => el("tr", {}, ...columns.map((column) => cellOf(column, row.original, ticked)))));
      if (!rows.length) {
        body.append(el("tr", {}, el("td", { colspan: columns.length, class: "lb-none" }, book.runs.length ? "No run matches. " : "There are no runs yet. ",
          book.runs.length ? el("button", { type: "button", onclick: clear }, "Clear all filters") : null)));
      }
      if (focused) body.querySelector(`[data-run="${CSS.escape(focused)}"]`)?.focus();
    }

    function showPager(page, pages) {
      const focused = document.activeElement?.dataset?.step;
      const step = (label, to) => el("button", {
        type: "button", "data-step": label, disabled: to < 0 || to >= pages,
        onclick: () => address.set({ page: to ? String(to + 1) : null }),
      }, label);
      pager.hidden = pages < 2;
      pager.replaceChildren(step("Previous", page - 1), el("span", {}, `Page ${page + 1} of ${pages}`), step("Next", page + 1));
      if (focused) (pager.querySelector(`[data-step="${focused}"]:enabled`) ?? pager.querySelector("button:enabled"))?.focus();
    }

    function showChooser() {
      const on = new Set(columns.map((column) => column.id));
      const list = chooser.lastElementChild;
      if (!list.childElementCount) {
        for (const group of new Set(all.map((column) => column.group))) {
          list.append(el("fieldset", {}, el("legend", {}, group), ...all
            .filter((column) => column.group === group && column.id !== "run")
            .map((column) => el("label", {}, el("input", { type: "checkbox", name: column.id, onchange: choose }), ` ${column.label}`))));
        }
        list.append(el("button", { type: "button", onclick: () => address.set({ columns: null }) }, "Usual columns"));
      }
      for (const box of list.querySelectorAll("input")) box.checked = on.has(box.name);
    }
    const choose = () => {
      const on = [...chooser.querySelectorAll("input:checked")].map((box) => box.name);
      address.set({ columns: on.join(",") || "run" }, true);
    };

    /** What would be compared: the ticked runs, else those that are shown if they are few. */
    function showCompare(rows) {
      const ticked = picked();
      const few = rows.length >= 2 && rows.length <= MOST_COMPARED ? rows.map((run) => run.id) : [];
      const ids = ticked.length ? ticked : few;
      const fits = ids.length >= 2 && ids.length <= MOST_COMPARED;
      const query = `runs=${ids.map(encodeURIComponent).join(",")}&baseline=${encodeURIComponent(ids[0] ?? "")}`;
      const why = ticked.length > MOST_COMPARED ? `${ticked.length} runs are ticked, at most ${MOST_COMPARED} can be compared.`
        : ticked.length === 1 ? "One run is ticked, a comparison takes two to six."
          : fits ? `${ids.length} runs, the first is the baseline.` : "Tick two to six runs to compare them.";
      const focused = document.activeElement?.dataset?.untick;
      compare.replaceChildren(
        el("button", { type: "button", class: "lb-go", disabled: !fits, onclick: () => location.assign(`${app.dataset.compare}?${query}`) }, "Compare these"),
        el("span", { class: "lb-muted" }, why),
        ticked.length ? el("button", { type: "button", "data-untick": "all", onclick: () => address.set({ pick: null }) }, "Untick all") : "");
      if (focused) compare.querySelector("[data-untick]")?.focus();
    }

    /** What a copy holds: every run that is filtered, on all pages. */
    const copied = () => {
      const plain = (nodes) => Loadbook.line(nodes.filter(Boolean).map((node) => {
        if (typeof node === "string") return node;
        if (node.classList.contains("lb-doubt-ref")) return "";
        return node.classList.contains("lb-sub") ? ` (${node.textContent})` : node.textContent;
      }).join(""));
      return {
        caption: "Runs", href: location.href.split("#")[0], notes: [],
        columns: columns.map((column) => ({ text: column.label, number: Boolean(column.figure) })),
        rows: table.getSortedRowModel().rows.map((row) => ({
          cells: columns.map((column) => ({
            text: plain(column.show(row.original)),
            refs: column.show(row.original).some((node) => node?.classList?.contains("lb-doubt-ref")) ? " (doubtful)" : "",
          })),
        })),
      };
    };

    /** What the address asks for, as soon as it is there; until then the table stays as it is. */
    function show() {
      const needed = Loadbook.needOf(book, options);
      shown.setAttribute("aria-busy", String(Boolean(needed)));
      if (needed) {
        needed.then(show);
        return;
      }
      const found = address.get();
      const rows = Loadbook.passing(book).filter(also).reverse();
      columns = chosenOf(all, options);
      const sort = sortOf();
      const sorting = byId.has(sort.id) ? [sort] : [];
      const pages = Math.max(1, Math.ceil(rows.length / PAGE));
      const page = Math.min(Math.max(1, parseInt(found.get("page"), 10) || 1), pages) - 1;
      state = { sorting, pagination: { pageIndex: page, pageSize: PAGE } };
      table.setOptions((old) => ({ ...old, data: rows, state: { ...table.initialState, ...state } }));
      showHead(sorting);
      showBody(table.getRowModel().rows);
      showPager(page, pages);
      showChooser();
      showCompare(rows);
      failed.hidden = !book.failed().length;
      failed.textContent = `Could not be read: ${book.failed().join(", ")}. Load the page again.`;
      count.textContent = `${rows.length.toLocaleString("en")} of ${book.runs.length.toLocaleString("en")} runs`;
    }

    app.replaceChildren(
      ...(options.before ? [options.before] : []),
      filterForm(book),
      el("div", { class: "lb-bar" }, count, chooser, compare),
      failed,
      Loadbook.tools("runs-table", "Runs", copied),
      el("div", { class: "lb-table lb-runs", role: "region", tabindex: "0", "aria-label": "Runs" }, shown),
      pager);
    address.listen(show);
    show();
  };

  /** Takes away what stands there without scripts, once the script has something better. */
  Loadbook.instead = () => {
    const still = document.getElementById("runs-table")?.parentElement;
    document.querySelector('ul[aria-label="All runs"]')?.remove();
    still?.previousElementSibling?.matches(".lb-tools") && still.previousElementSibling.remove();
    still?.remove();
  };

  const app = document.getElementById("runs-app");
  if (app) {
    const options = {
      columns: () => ["date", "campaign", "status", "scenario", "verdict", ...app.dataset.columns.split(",")],
    };
    Loadbook.roster(app.dataset.file).then(async (book) => {
      await Loadbook.needOf(book, options);
      Loadbook.instead();
      Loadbook.runTable(app, book, options);
    }).catch((error) => Loadbook.unread(app, error));
  }
})();
