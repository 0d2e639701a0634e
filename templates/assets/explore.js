// Explore: any figure of all runs against any other as a chart, and beneath it the runs that it shows.
(() => {
  const { el, address } = Loadbook;
  const SHAPES = [["circle", "●"], ["rect", "■"], ["triangle", "▲"], ["diamond", "◆"],
    ["emptyCircle", "○"], ["emptyRect", "□"], ["emptyTriangle", "△"], ["emptyDiamond", "◇"]];
  const COLOURS = 4;
  const OTHERS = "#others";

  /**
   * Something that an axis can show.
   * @typedef {{id: string, label: string, group: string, kind: "number"|"date"|"words",
   *   value: (run: Object) => ?number, text: (run: Object) => ?string, why: (run: Object) => ?string,
   *   scale: [number, string, number][], words?: () => string[]}} Dimension
   */

  /** All dimensions of a book, by id. @returns {Map<string, Dimension>} */
  function dimensionsOf(book) {
    const date = {
      id: "date", label: "Date", group: "Run", kind: "date", scale: [],
      value: (run) => (run.when === null ? null : run.when * 1000), text: (run) => run.date,
    };
    const metrics = book.metrics.map((metric) => ({
      id: metric.name, label: metric.label, group: metric.group, kind: "number", scale: metric.scale,
      value: (run) => (metric.isRange(run) ? null : metric.value(run)), text: metric.text,
      why: (run) => (metric.isRange(run) ? `a range over the run for ${metric.label}` : null),
      doubt: metric.isDoubted,
    }));
    const settings = book.settings.map((setting) => ({
      id: setting.name, label: setting.label, group: setting.group, scale: setting.scale,
      kind: setting.numeric ? "number" : "words", words: setting.words, value: setting.value, text: setting.text,
    }));
    return new Map([date, ...metrics, ...settings].map((one) => [one.id, one]));
  }

  /** What runs can be coloured and shaped by: label and the group of a run. */
  function groupings(book) {
    const own = [
      ["campaign", "Campaign", "Run", (run) => run.campaignTitle],
      ["scenario", "Scenario", "Run", (run) => run.scenario ?? "no scenario"],
      ["tags", "Tags", "Run", (run) => run.tags.join(", ") || "no tag"],
      ["status", "Status", "Run", (run) => run.status],
    ];
    const settings = book.settings.map((setting) => [setting.name, setting.label, setting.group,
      (run) => setting.text(run) ?? "not recorded"]);
    return new Map([["none", "nothing", "Run", () => "All runs"], ...own, ...settings]
      .map(([id, label, group, of]) => [id, { id, label, group, of }]));
  }

  /** A select with its choices under the headings of their groups. */
  function select(name, label, choices, onchange) {
    const control = el("select", { name, onchange: () => onchange(control.value) });
    for (const group of new Set(choices.map((one) => one.group))) {
      control.append(el("optgroup", { label: group }, ...choices.filter((one) => one.group === group)
        .map((one) => el("option", { value: one.id }, one.label))));
    }
    return { control, label: el("label", {}, el("span", {}, label), control) };
  }

  /** The unit in which an axis is marked: the one that fits its largest figure. */
  function unitFor(dimension, values) {
    const largest = Math.max(0, ...values.map(Math.abs));
    const [, symbol, size] = dimension.scale.find(([least]) => largest >= least || !least) ?? [0, "", 1];
    return { symbol, size };
  }

  /** A number for an axis, with the few digits that it needs. */
  const short = (number) => Number(number.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 6 });

  /** Puts the page's controls, chart and table into `app`. */
  async function start(app, book) {
    const dimensions = dimensionsOf(book);
    const groups = groupings(book);
    const { presets } = book;
    const usual = presets[0]?.slice(1) ?? [book.metrics[0]?.name ?? "date", book.metrics[1]?.name ?? "date"];

    /** What the address asks for, wrong names replaced by the usual ones. */
    function asked() {
      const found = address.get();
      const dimension = (name, otherwise) => dimensions.get(found.get(name)) ?? dimensions.get(otherwise);
      const x = dimension("x", usual[0]);
      const y = dimension("y", usual[1]);
      const box = (found.get("box") ?? "").split(",").map(Number);
      return {
        x, y,
        by: groups.get(found.get("by")) ?? groups.get("campaign"),
        xlog: x.kind === "number" && found.get("xlog") === "1",
        ylog: y.kind === "number" && found.get("ylog") === "1",
        join: found.get("join") === "1",
        box: box.length === 4 && box.every(Number.isFinite) ? box : null,
      };
    }

    /** Whether a run lies in the part of the chart that is selected; all do where none is. */
    function isSelected(run, at = asked()) {
      if (!at.box) return true;
      const [x, y] = [at.x.value(run), at.y.value(run)];
      const [x0, x1, y0, y1] = at.box;
      return x !== null && y !== null && !whyNot(run, at) && x >= x0 && x <= x1 && y >= y0 && y <= y1;
    }

    /** Why a run can't be drawn, null where it can. */
    function whyNot(run, at) {
      for (const [dimension, log] of [[at.x, at.xlog], [at.y, at.ylog]]) {
        const value = dimension.value(run);
        if (value === null) return dimension.why?.(run) ?? `no figure for ${dimension.label}`;
        if (log && value <= 0) return `zero or less, which a log axis can't show, for ${dimension.label}`;
      }
      return null;
    }

    // Controls.
    const choices = [...dimensions.values()];
    const pick = (name) => (value) => address.set({ [name]: value, box: null });
    const controls = {
      x: select("x", "x axis", choices, pick("x")),
      y: select("y", "y axis", choices, pick("y")),
      by: select("by", "Coloured and shaped by", [...groups.values()], (value) => address.set({ by: value })),
    };
    const tick = (name, label) => {
      const control = el("input", { type: "checkbox", name, onchange: () => address.set({ [name]: control.checked ? "1" : null }) });
      return { control, label: el("label", { class: "lb-inline" }, control, ` ${label}`) };
    };
    const ticks = { xlog: tick("xlog", "x logarithmic"), ylog: tick("ylog", "y logarithmic"), join: tick("join", "Join runs by a line") };
    const links = el("nav", { class: "lb-presets", "aria-label": "Charts to start from" });

    function showControls(at) {
      for (const name of ["x", "y", "by"]) controls[name].control.value = at[name].id;
      for (const name of ["xlog", "ylog", "join"]) ticks[name].control.checked = at[name];
      ticks.xlog.control.disabled = at.x.kind !== "number";
      ticks.ylog.control.disabled = at.y.kind !== "number";
      const focused = document.activeElement?.dataset?.preset;
      links.replaceChildren(...presets.map(([label, x, y]) => {
        const found = address.get();
        const query = new URLSearchParams({ x, y });
        for (const name of ["by", "text", "campaign", "scenario", "tag", "status", "verdict", "from", "to"]) {
          if (found.get(name)) query.set(name, found.get(name));
        }
        return el("a", {
          href: `?${query}`, "data-preset": label, "aria-current": at.x.id === x && at.y.id === y ? "true" : null,
          onclick: (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            address.set({ x, y, xlog: null, ylog: null, box: null });
          },
        }, label);
      }));
      if (focused) [...links.children].find((link) => link.dataset.preset === focused)?.focus();
    }

    // The chart.
    const words = el("p", { class: "lb-words", id: "explore-words", role: "status" });
    const legend = el("ul", { class: "lb-legend", "aria-label": "Colours and shapes" });
    const place = el("div", { class: "lb-chart", role: "img", "aria-label": "Chart of the runs", "aria-describedby": "explore-words" });
    const nothing = el("p", { class: "lb-note lb-note-doubt", hidden: true });
    let chart = null;
    const touch = matchMedia("(pointer: coarse)").matches;
    let drag = touch ? "nothing" : "select";
    let zoomed = "";

    const css = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();

    /** The groups of runs with colour and shape: the largest have their own, the rest share one. */
    function grouped(runs, by) {
      const found = new Map();
      for (const run of runs) {
        const name = by.of(run);
        found.set(name, [...(found.get(name) ?? []), run]);
      }
      const largest = [...found.keys()].sort((a, b) => found.get(b).length - found.get(a).length)
        .slice(0, found.size > SHAPES.length ? SHAPES.length - 1 : SHAPES.length);
      const shown = [...found].filter(([name]) => largest.includes(name)).map(([name, own], at) => ({
        name, runs: own, colour: css(`--lb-series-${(at % COLOURS) + 1}`), shape: SHAPES[at],
      }));
      const rest = [...found].filter(([name]) => !largest.includes(name));
      if (rest.length) {
        shown.push({ name: `${rest.length} others`, id: OTHERS, runs: rest.flatMap(([, own]) => own), colour: css("--lb-muted"), shape: SHAPES.at(-1) });
      }
      return shown;
    }

    function axis(dimension, log, runs, isX) {
      const values = runs.map(dimension.value);
      const unit = unitFor(dimension, values);
      const narrow = place.clientWidth < 480;
      const ink = css("--lb-chart-muted");
      const common = {
        name: dimension.label + (unit.symbol ? ` (${unit.symbol})` : ""),
        nameLocation: "middle", nameGap: isX ? 28 : narrow ? 40 : 52, nameTextStyle: { color: css("--lb-chart-fg"), fontSize: 12 },
        axisLine: { show: true, lineStyle: { color: css("--lb-chart-grid") } },
        splitLine: { lineStyle: { color: css("--lb-chart-grid") } },
        axisLabel: { color: ink, fontSize: 11, hideOverlap: true, formatter: (value) => short(value / unit.size) },
        splitNumber: narrow ? 4 : 6,
      };
      if (dimension.kind === "date") {
        delete common.axisLabel.formatter;
        return { ...common, type: "time", boundaryGap: ["3%", "3%"] };
      }
      if (dimension.kind === "words") {
        return { ...common, type: "category", data: dimension.words(), axisLabel: { ...common.axisLabel, formatter: (text) => (text.length > 16 ? `${text.slice(0, 15)}…` : text) } };
      }
      const [low, high] = [Math.min(...values), Math.max(...values)];
      if (log) return { ...common, type: "log", minorSplitLine: { show: true, lineStyle: { color: css("--lb-chart-grid"), opacity: 0.5 } }, ...(low === high ? { min: low / 2, max: high * 2 } : {}) };
      const scale = low > 0.5 * high || low < 0;
      return { ...common, type: "value", scale, boundaryGap: scale ? ["5%", "5%"] : [0, "2%"] };
    }

    /** What a pointer on a point shows, as elements: a record's words never become markup. */
    function hint(run, at, group) {
      const fact = (dimension) => el("div", {}, `${dimension.label}: `, el("strong", {}, dimension.text(run) ?? "n/a"),
        dimension.doubt?.(run) ? " – the record contradicts this figure" : "");
      return el("div", { class: "lb-hint" }, el("a", { href: run.href }, run.title), el("div", { class: "lb-muted" }, `${run.id}${run.date ? `, ${run.date}` : ""}`),
        fact(at.x), fact(at.y), at.by.id === "none" ? null : el("div", { class: "lb-muted" }, `${at.by.label}: ${group}`));
    }

    /** Chart and words, as soon as the figures of both axes are there. */
    function draw() {
      const at = asked();
      showControls(at);
      const needed = book.need([at.x.id, at.y.id, at.by.id, ...Loadbook.filtering()]);
      if (needed) {
        needed.then(draw);
        return;
      }
      const passing = Loadbook.passing(book);
      const runs = passing.filter((run) => whyNot(run, at) === null);
      tell(at, passing, runs);
      place.hidden = !runs.length;
      legend.hidden = !runs.length;
      nothing.hidden = Boolean(runs.length);
      nothing.textContent = passing.length ? "No run that passes the filters has both figures: choose other axes." : "No run passes the filters.";
      showRange(at, runs);
      if (!runs.length) return;
      const shown = grouped(runs, at.by);
      legend.replaceChildren(...(at.by.id === "none" ? [] : shown).map((group) => {
        const sign = el("span", { "aria-hidden": "true" }, group.shape[1]);
        sign.style.color = group.colour;
        return el("li", {}, sign, ` ${group.name} (${group.runs.length})`);
      }));
      if (!chart) {
        chart = echarts.init(place, null, { renderer: "svg" });
        listen();
      }
      const narrow = place.clientWidth < 480;
      const series = shown.map((group, number) => {
        const own = at.join ? [...group.runs].sort((a, b) => at.x.value(a) - at.x.value(b)) : group.runs;
        return {
          type: at.join ? "line" : "scatter", name: group.name, symbol: group.shape[0], symbolSize: narrow ? 9 : 10,
          showSymbol: true, showAllSymbol: true, color: group.colour, lineStyle: { width: 1.5, color: group.colour },
          itemStyle: { color: group.colour, borderColor: group.colour }, cursor: "pointer", clip: true,
          emphasis: { scale: 1.5, disabled: false },
          data: own.map((run) => ({ value: [at.x.value(run), at.y.value(run)], run: run.at, itemStyle: { opacity: isSelected(run, at) ? 0.85 : 0.2 } })),
          ...(number === 0 && at.box ? {
            markArea: { silent: true, animation: false, itemStyle: { color: css("--md-accent-fg-color"), opacity: 0.12 },
              data: [[{ coord: [at.box[0], at.box[2]] }, { coord: [at.box[1], at.box[3]] }]] },
          } : {}),
        };
      });
      const axes = `${at.x.id} ${at.y.id} ${at.xlog} ${at.ylog}`;
      const kept = zoomed === axes ? chart.getOption()?.dataZoom : null;
      zoomed = axes;
      const zoom = (which, index) => ({
        type: "inside", [which]: 0, filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false,
        moveOnMouseMove: drag === "move", preventDefaultMouseMove: drag === "move", start: kept?.[index]?.start ?? 0, end: kept?.[index]?.end ?? 100,
      });
      chart.setOption({
        animation: false, useUTC: true, toolbox: { show: false }, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        grid: { left: narrow ? 58 : 72, right: 20, top: 16, bottom: 46 },
        xAxis: axis(at.x, at.xlog, runs, true), yAxis: axis(at.y, at.ylog, runs, false),
        dataZoom: [zoom("xAxisIndex", 0), zoom("yAxisIndex", 1)],
        brush: { xAxisIndex: 0, yAxisIndex: 0, transformable: false, brushMode: "single", toolbox: [], inBrush: { opacity: 1 }, outOfBrush: { opacity: 1 },
          brushStyle: { color: css("--md-accent-fg-color"), opacity: 0.15, borderWidth: 1, borderColor: css("--md-accent-fg-color") } },
        tooltip: {
          trigger: "item", enterable: touch, confine: true, backgroundColor: css("--lb-chart-bg"), borderColor: css("--lb-chart-grid"),
          textStyle: { color: css("--lb-chart-fg"), fontSize: 12 },
          formatter: (point) => (point.data?.run === undefined ? "" : hint(book.runs[point.data.run], at, point.seriesName)),
        },
        series,
      }, { notMerge: true });
      chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: drag === "select" ? "rect" : false, brushMode: "single" } });
    }

    function listen() {
      chart.on("brushEnd", (event) => {
        const range = event.areas[0]?.coordRange;
        if (!range) return;
        const [[x0, x1], [y0, y1]] = range.map((pair) => [Math.min(...pair), Math.max(...pair)]);
        select4([x0, x1, y0, y1]);
      });
      chart.on("click", (event) => {
        const run = book.runs[event.data?.run];
        // A finger's first touch shows what the point is; the link in there leads on.
        if (run && !event.event?.event?.zrByTouch) location.assign(run.href);
      });
      new ResizeObserver(() => chart.resize()).observe(place);
    }

    const select4 = (box) => address.set({ box: box.map((end) => Number(end.toPrecision(13))).join(","), page: null });

    /** The chart in words: how many runs, from where to where, and which are not drawn. */
    function tell(at, passing, runs) {
      const span = (dimension) => {
        const sorted = [...runs].sort((a, b) => dimension.value(a) - dimension.value(b));
        const end = (run) => `${dimension.text(run)} (${run.title})`;
        if (dimension.kind === "words") return `${dimension.label}: ${new Set(runs.map(dimension.text)).size} settings`;
        if (dimension.value(sorted[0]) === dimension.value(sorted.at(-1))) return `${dimension.label} is ${dimension.text(sorted[0])}`;
        return `${dimension.label} from ${end(sorted[0])} to ${end(sorted.at(-1))}`;
      };
      const missing = new Map();
      for (const run of passing) {
        const why = whyNot(run, at);
        if (why) missing.set(why, (missing.get(why) ?? 0) + 1);
      }
      const plural = (number) => `${number} run${number === 1 ? "" : "s"}`;
      const said = [`${at.y.label} against ${at.x.label}: ${plural(runs.length)} drawn of ${passing.length} that pass the filters.`];
      if (runs.length) said.push(`${span(at.x)}; ${span(at.y)}.`);
      if (missing.size) said.push(`Not drawn: ${[...missing].map(([why, number]) => `${plural(number)} with ${why}`).join("; ")}.`);
      if (at.box) said.push(`Selected: ${plural(passing.filter((run) => isSelected(run, at)).length)}.`);
      words.textContent = said.join(" ");
    }

    // Zoom by buttons, what dragging does, and selection by figures for those who can't drag.
    const zoomBy = (factor) => {
      if (!chart) return;
      chart.getOption().dataZoom.forEach(({ start, end }, dataZoomIndex) => {
        const [middle, half] = [(start + end) / 2, Math.min(50, ((end - start) / 2) * factor)];
        const from = Math.max(0, Math.min(100 - 2 * half, middle - half));
        chart.dispatchAction({ type: "dataZoom", dataZoomIndex, start: factor ? from : 0, end: factor ? from + 2 * half : 100 });
      });
    };
    const button = (label, onclick) => el("button", { type: "button", onclick }, label);
    const drags = el("fieldset", { class: "lb-drags" }, el("legend", {}, "Dragging on the chart"), ...[
      ["select", "selects runs"], ["move", "moves it"], ["nothing", "scrolls the page"],
    ].map(([value, label]) => {
      const radio = el("input", { type: "radio", name: "drag", value, onchange: () => { drag = value; draw(); } });
      radio.checked = drag === value;
      return el("label", { class: "lb-inline" }, radio, ` ${label}`);
    }));
    const range = el("details", { class: "lb-range" }, el("summary", {}, "Select by figures"), el("form", { class: "lb-fields" }));
    const unselect = button("Clear selection", () => address.set({ box: null, page: null }));

    /** The fields of the selection by figures, in the units that the axes are marked in. */
    function showRange(at, runs) {
      unselect.hidden = !at.box;
      const form = range.lastElementChild;
      const ends = [["x", "from", 0], ["x", "to", 1], ["y", "from", 2], ["y", "to", 3]];
      if (form.contains(document.activeElement) && form.dataset.axes === `${at.x.id} ${at.y.id}`) return;
      form.dataset.axes = `${at.x.id} ${at.y.id}`;
      const size = (name) => (at[name].kind === "number" ? unitFor(at[name], runs.map(at[name].value)) : { symbol: "", size: 1 });
      const field = ([name, end, position]) => {
        const isDate = at[name].kind === "date";
        const input = el("input", isDate ? { type: "date" } : { type: "number", step: "any" });
        const value = at.box?.[position];
        const isOpen = value === undefined || Math.abs(value) >= 1e17;
        if (!isOpen) input.value = isDate ? new Date(value).toISOString().slice(0, 10) : String(Number((value / size(name).size).toPrecision(6)));
        input.dataset.position = position;
        const unit = size(name).symbol;
        return el("label", {}, el("span", {}, `${at[name].label} ${end}${unit ? ` (${unit})` : ""}`), input);
      };
      const usable = ends.filter(([name]) => at[name].kind !== "words");
      form.replaceChildren(...usable.map(field), el("button", { type: "submit" }, "Select"));
      form.onsubmit = (event) => {
        event.preventDefault();
        const box = [-1e17, 1e17, -1e17, 1e17];
        for (const input of form.querySelectorAll("input")) {
          if (input.value === "") continue;
          const position = Number(input.dataset.position);
          const day = position % 2 ? 86399999 : 0;
          box[position] = input.type === "date" ? Date.parse(input.value) + day : Number(input.value) * size(position < 2 ? "x" : "y").size;
        }
        if (box.every((end) => Math.abs(end) === 1e17)) address.set({ box: null, page: null });
        else select4(box);
      };
    }

    const before = el("div", { class: "lb-explore" }, presets.length ? links : null,
      el("div", { class: "lb-fields" }, controls.x.label, controls.y.label, controls.by.label),
      el("div", { class: "lb-bar" }, ticks.xlog.label, ticks.ylog.label, ticks.join.label),
      place, nothing, legend, words,
      el("div", { class: "lb-bar" }, drags, button("Zoom in", () => zoomBy(0.6)), button("Zoom out", () => zoomBy(1 / 0.6)), button("Whole chart", () => zoomBy(0)), unselect),
      range);

    const options = {
      before,
      also: (run) => isSelected(run),
      needs: () => ["x", "y", "by"].map((name) => asked()[name].id),
      columns: () => {
        const at = asked();
        return ["date", "campaign", at.x.id, at.y.id, ["none", "campaign"].includes(at.by.id) ? "status" : at.by.id];
      },
    };
    await Loadbook.needOf(book, options);
    Loadbook.instead();
    Loadbook.runTable(app, book, options);
    address.listen(draw);
    draw();
    new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ["data-md-color-scheme"] });
  }

  const app = document.getElementById("explore-app");
  Loadbook.roster(app.dataset.file).then((book) => start(app, book)).catch((error) => Loadbook.unread(app, error));
})();
