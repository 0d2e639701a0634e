// Runs drawn over each other with ECharts: what they keep over time, and latency by percentile.
// The texts of each chart come with the data files; a table beneath it has them.
const CompareCharts = (() => {
  "use strict";

  /** Figures over time that are shown at once; all others are folded. */
  const MAIN = ["Requests per second", "Latency p95", "Virtual users", "CPU in use"];

  const GROUP = "compare-over-time";

  /** Percentiles that the axis names, by their place on it: 1 is 90 %, 2 is 99 %. */
  const PERCENTILES = new Map(
    [0, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999].map((share) => [-Math.log10(1 - share), share]),
  );

  let drawn = [];

  /** What is drawn on the page now is given up. */
  function clear() {
    for (const { chart, watch } of drawn) {
      watch.disconnect();
      chart.dispose();
    }
    drawn = [];
  }

  /** The colours of the scheme that the page is shown in. */
  function colours() {
    const style = getComputedStyle(document.body);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      ink: of("--lb-chart-fg"),
      muted: of("--lb-chart-muted"),
      grid: of("--lb-chart-grid"),
      paper: of("--lb-chart-bg"),
      runs: [1, 2, 3, 4, 5, 6].map((number) => of(`--lb-series-${number}`)),
    };
  }

  /** Seconds as `1:30`, or `4 s` below a minute. */
  function timeText(seconds) {
    if (Math.abs(seconds) < 60) return `${Number(seconds.toFixed(1))}\u00a0s`;
    const whole = Math.round(Math.abs(seconds));
    const rest = String(whole % 60).padStart(2, "0");
    return `${seconds < 0 ? "\u2212" : ""}${Math.floor(whole / 60)}:${rest}`;
  }

  /** `95 %`, `99.9 %` of a place on the axis of percentiles. */
  function percentText(along) {
    return `${Number((100 * (1 - 10 ** -along)).toPrecision(6))}\u00a0%`;
  }

  /** What stands at the pointer: a heading, and each run's figure. As elements, never as HTML. */
  function tooltip(make, heading, figure) {
    return (points) => {
      const rows = points
        .filter((point) => point.value[1] !== null && point.value[1] !== undefined)
        .map((point) =>
          make(
            "div",
            { class: "lb-tip-row" },
            make("span", { class: `lb-run lb-run-${point.seriesName}` }, point.seriesName),
            ` ${figure(point.value[1])}`,
          ),
        );
      return make("div", { class: "lb-tip" }, heading(points[0].value[0]), ...rows);
    };
  }

  /** What all charts have in common; `lines` are {number, points}. */
  function common(make, lines, palette, { heading, figure, zoom }) {
    return {
      animation: false,
      textStyle: { fontFamily: "inherit", color: palette.ink },
      grid: { left: 8, right: 24, top: 12, bottom: zoom ? 34 : 8, containLabel: true },
      tooltip: {
        trigger: "axis",
        confine: true,
        backgroundColor: palette.paper,
        borderColor: palette.grid,
        textStyle: { color: palette.ink, fontSize: 12 },
        formatter: tooltip(make, heading, figure),
      },
      dataZoom: zoom
        ? [
            { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: false, filterMode: "none" },
            {
              type: "slider",
              height: 14,
              bottom: 6,
              filterMode: "none",
              showDetail: false,
              showDataShadow: false,
              borderColor: palette.grid,
              fillerColor: palette.grid,
              handleStyle: { color: palette.paper, borderColor: palette.muted },
              moveHandleSize: 0,
              brushSelect: false,
            },
          ]
        : [],
      series: lines.map(({ number, points }) => ({
        name: String(number),
        type: "line",
        data: points,
        showSymbol: points.length < 3,
        connectNulls: false,
        lineStyle: { width: number === 1 ? 2.4 : 1.5, color: palette.runs[number - 1] },
        itemStyle: { color: palette.runs[number - 1] },
        emphasis: { disabled: true },
        endLabel: { show: true, formatter: String(number), color: palette.ink, fontSize: 11 },
        labelLayout: { moveOverlap: "shiftY" },
      })),
    };
  }

  /** An axis in the colours of the scheme. */
  function axis(palette, more) {
    return {
      axisLine: { lineStyle: { color: palette.muted } },
      axisTick: { lineStyle: { color: palette.muted } },
      splitLine: { lineStyle: { color: palette.grid } },
      ...more,
      axisLabel: { color: palette.muted, fontSize: 11, hideOverlap: true, ...more.axisLabel },
    };
  }

  /** Lines over time on one scale. */
  function overTime(make, lines, unit) {
    const figure = (value) => Comparing.show(value, unit);
    return (palette) => ({
      ...common(make, lines, palette, { heading: timeText, figure, zoom: true }),
      xAxis: axis(palette, {
        type: "value",
        min: ({ min }) => Math.min(0, min),
        max: "dataMax",
        splitLine: { show: false },
        axisLabel: { formatter: timeText, showMaxLabel: false },
      }),
      yAxis: axis(palette, { type: "value", splitNumber: 4, axisLabel: { formatter: figure } }),
    });
  }

  /** Latency by percentile: the slow end stretched, latency on a logarithmic axis. */
  function byPercentile(make, lines, unit) {
    const figure = (value) => Comparing.show(value, unit);
    const last = Math.max(...lines.map(({ points }) => points.at(-1)[0]));
    const marks = [...PERCENTILES.keys()].filter((along) => along <= last + 1e-9);
    const heading = (along) => `${percentText(along)} of the requests were faster than`;
    return (palette) => ({
      ...common(make, lines, palette, { heading, figure, zoom: false }),
      xAxis: axis(palette, {
        type: "value",
        min: 0,
        max: last,
        axisTick: { customValues: marks },
        axisLabel: {
          customValues: marks,
          formatter: (along) => percentText(along),
        },
        splitLine: { show: false },
      }),
      yAxis: axis(palette, { type: "log", axisLabel: { formatter: figure } }),
    });
  }

  /** Puts a chart into its place, in the colours of the scheme; it follows the place's width. */
  function put(place, option, group = "") {
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(option(colours()));
    if (group) {
      chart.group = group;
      echarts.connect(group);
    }
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(place);
    drawn.push({ chart, option, watch });
  }

  /** A chart with its heading, and its words as a table. */
  function figureOf(make, title, words, columns, rows) {
    const place = make("div", { class: "lb-chart-place", role: "img", "aria-label": words });
    const head = make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)));
    const body = rows.map(([first, ...others]) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, ...first),
        ...others.map((text) => make("td", {}, text)),
      ),
    );
    const table = make(
      "div",
      { class: "lb-table", role: "region", tabindex: "0", "aria-label": `${title} in words` },
      make("table", { class: "lb" }, make("thead", {}, head), make("tbody", {}, ...body)),
    );
    const caption = make(
      "figcaption",
      {},
      make("details", {}, make("summary", {}, "In words"), table),
    );
    const heading = make("p", { class: "lb-label" }, title);
    return [make("figure", { class: "lb-figure lb-chart" }, heading, place, caption), place];
  }

  /** Titles of what at least two of the runs keep over time, and of what only one does. */
  function titlesOf(runs) {
    const often = new Map();
    for (const { lines } of runs) {
      for (const { title } of lines) often.set(title, (often.get(title) ?? 0) + 1);
    }
    const titles = [...often.keys()];
    return [titles.filter((title) => often.get(title) > 1), titles.filter((t) => often.get(t) === 1)];
  }

  /** One figure over time of all runs that have it. */
  function lineChart(make, index, runs, title) {
    const lines = runs.flatMap(({ number, run, lines: all }) =>
      all.filter((line) => line.title === title).map((line) => ({ ...line, number, run })),
    );
    const told = lines.map(
      ({ number, run, lowest, highest }) =>
        `run ${number}, ${run.title}: lowest ${lowest}, highest ${highest}`,
    );
    const rows = lines.map(({ number, run, lowest, highest, source }) => [
      [make("span", { class: `lb-run lb-run-${number}` }, String(number)), ` ${run.title}`],
      lowest,
      highest,
      source,
    ]);
    const columns = ["Run", "Lowest", "Highest", "Measured by"];
    const [figure, place] = figureOf(make, title, `${title}. ${told.join("; ")}.`, columns, rows);
    return { figure, draw: () => put(place, overTime(make, lines, index.units[lines[0].unit]), GROUP) };
  }

  /**
   * The charts of what the runs keep over time.
   * @param {Function} make makes an element: name, attributes, children
   * @param {object} index content of data/compare.json
   * @param {{number: number, run: object, lines: object[]}[]} runs in their order on the page
   * @returns {Element[]} empty where no two runs keep the same
   */
  function courses(make, index, runs) {
    const [titles, lonely] = titlesOf(runs);
    if (!titles.length) return [];
    const main = titles.filter((title) => MAIN.includes(title));
    const shown = main.length ? main : titles.slice(0, 4);
    const others = titles.filter((title) => !shown.includes(title));
    const grid = (names) => {
      const charts = names.map((title) => lineChart(make, index, runs, title));
      const holder = make("div", { class: "lb-charts" }, ...charts.map(({ figure }) => figure));
      return [holder, () => charts.forEach(({ draw }) => draw())];
    };
    const [first, draw] = grid(shown);
    const found = [stretchFields(make, runs), first];
    requestAnimationFrame(draw);
    if (others.length) {
      const [more, drawMore] = grid(others);
      const summary = make("summary", {}, `More over time (${others.length})`);
      const fold = make("details", { class: "lb-fold" }, summary, more);
      fold.addEventListener("toggle", drawMore, { once: true });
      found.push(fold);
    }
    if (lonely.length) {
      const words = `Kept by one of the runs only, and not drawn: ${lonely.join(", ")}.`;
      found.push(make("p", { class: "lb-note" }, words));
    }
    return found;
  }

  /** Two fields for the stretch of time that all charts show: zoom from the keyboard. */
  function stretchFields(make, runs) {
    const times = runs.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([t]) => t)));
    const [low, high] = times.reduce(
      ([least, most], time) => [Math.min(least, time), Math.max(most, time)],
      [0, 0],
    );
    const field = (label, value) => {
      const input = make("input", { type: "number", step: "any", min: low, max: high, value });
      return [make("label", { class: "lb-compare-field" }, label, " ", input), input];
    };
    const [fromLabel, from] = field("Show from second", low);
    const [toLabel, to] = field("to", Math.ceil(high));
    const show = () => {
      const [startValue, endValue] = [from.valueAsNumber, to.valueAsNumber];
      if (!(startValue < endValue)) return;
      for (const { chart } of drawn.filter(({ chart }) => chart.group === GROUP)) {
        chart.dispatchAction({ type: "dataZoom", startValue, endValue });
      }
    };
    for (const input of [from, to]) input.addEventListener("change", show);
    return make("p", { class: "lb-compare-row" }, fromLabel, toLabel);
  }

  /**
   * The chart of latency by percentile.
   * @param {Function} make as above
   * @param {object} index content of data/compare.json
   * @param {{number: number, run: object, distribution: object}[]} runs those that have one
   * @returns {Element[]} empty where fewer than two have one
   */
  function distributions(make, index, runs) {
    if (runs.length < 2) return [];
    const told = runs.map(
      ({ number, run, distribution }) => `run ${number}, ${run.title}: ${distribution.told}`,
    );
    const rows = runs.map(({ number, run, distribution }) => [
      [make("span", { class: `lb-run lb-run-${number}` }, String(number)), ` ${run.title}`],
      distribution.told,
    ]);
    const title = "Latency by percentile";
    const words = `${title}. ${told.join("; ")}.`;
    const [figure, place] = figureOf(make, title, words, ["Run", "Latency"], rows);
    const lines = runs.map(({ number, distribution: { points } }) => ({ number, points }));
    requestAnimationFrame(() => put(place, byPercentile(make, lines, index.units.latency)));
    return [figure];
  }

  new MutationObserver(() => {
    for (const { chart, option } of drawn) chart.setOption(option(colours()), { notMerge: false });
  }).observe(document.body, { attributes: true, attributeFilter: ["data-md-color-scheme"] });

  return { clear, courses, distributions };
})();
