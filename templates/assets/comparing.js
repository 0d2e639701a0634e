// Two runs held against each other, as generator/compare.py does it: figures, verdicts, reasons.
//
// Pure functions over the data files that generator/comparison_data.py writes. A side is
// {run, repeats}: the content of data/compare/runs/<run>.json, and of data/compare/repeats/ where
// the run says that it has repeats. A test holds all of this against the Python of the same name.
const Comparing = (() => {
  "use strict";

  const MINUS = "\u2212";
  const SPACE = "\u00a0";

  // --- numbers as text: display.py ---------------------------------------------------------------

  /**
   * Digits of a number >= 0 written with `decimals` decimals, a tie going to the even digit, as
   * Python rounds; toFixed and toExponential send it upwards.
   * @param {(decimals: number) => string} write toFixed or toExponential, without an exponent
   * @param {number} decimals
   * @returns {string}
   */
  function halfEven(write, decimals) {
    const further = 40;
    const exact = write(decimals + further);
    const cut = exact.slice(0, -further).replace(/\.$/, "");
    const tie = /^50*$/.test(exact.slice(-further)) && "02468".includes(cut.at(-1));
    return tie ? cut : write(decimals);
  }

  /**
   * Python's `f"{value:,.{decimals}f}"` of a number >= 0.
   * @param {number} value
   * @param {number} decimals
   * @returns {string}
   */
  function fixed(value, decimals) {
    const whole = value >= 1e21 ? BigInt(value).toString() : "";
    const plain = whole
      ? whole + (decimals ? `.${"0".repeat(decimals)}` : "")
      : halfEven((number) => value.toFixed(number), decimals);
    const [integer, rest] = plain.split(".");
    const grouped = integer.replace(/\B(?=(\d{3})+$)/g, ",");
    return rest ? `${grouped}.${rest}` : grouped;
  }

  /**
   * Python's `f"{value:.{digits}g}"` of a number >= 0.
   * @param {number} value
   * @param {number} digits
   * @returns {string}
   */
  function general(value, digits) {
    if (!value) return "0";
    const mantissa = halfEven((number) => value.toExponential(number).split("e")[0], digits - 1);
    const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
    const figures = mantissa.replace(".", "");
    if (exponent < -4 || exponent >= digits) {
      const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
      const sign = exponent < 0 ? "-" : "+";
      return `${short}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
    }
    const text =
      exponent < 0
        ? `0.${"0".repeat(-exponent - 1)}${figures}`
        : `${figures.slice(0, exponent + 1)}.${figures.slice(exponent + 1)}`;
    return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  }

  /** The number with its sign; what rounds to zero has none. `about` is "~" or nothing. */
  function signed(value, decimals, about) {
    const text = fixed(Math.abs(value), decimals);
    if (!/[1-9]/.test(text)) return about + text;
    return `${about}${about ? "\u202f" : ""}${value < 0 ? MINUS : "+"}${text}`;
  }

  /** Symbol and size of the unit that a value is shown in. */
  function scaleOf(value, unit) {
    const [, symbol, size] = unit.display.find(([least]) => value >= least || !least);
    return [symbol, size];
  }

  /**
   * A difference: signed, shares in percentage points (`display.show_signed`).
   * @param {number} value in base units
   * @param {object} unit an entry of `units` of the index
   * @param {boolean} approximate
   * @param {string} currency ISO code, or nothing
   * @returns {string}
   */
  function showSigned(value, unit, approximate = false, currency = "") {
    const about = approximate ? "~" : "";
    if (unit.share) return `${signed(value * 100, 2, about)}${SPACE}pp`;
    const [own, size] = scaleOf(Math.abs(value), unit);
    const scaled = value / size;
    const large = Math.abs(scaled);
    const decimals = unit.exact ? 0 : large >= 10 || large === 0 ? 1 : large >= 1 ? 2 : 3;
    const symbol = currency || own;
    return signed(scaled, decimals, about) + (symbol ? SPACE + symbol : "");
  }

  /** A relative change, `?` where there is none (`display.show_change`). */
  function showChange(change, approximate = false) {
    if (change === null) return "?";
    return `${signed(change * 100, 1, approximate ? "~" : "")}${SPACE}%`;
  }

  /**
   * A computed figure with about four digits (`display.show`), as charts write it.
   * @param {number} value in base units
   * @param {object} unit an entry of `units` of the index
   * @returns {string}
   */
  function show(value, unit) {
    const [symbol, size] = scaleOf(Math.abs(value), unit);
    const scaled = value / size;
    const large = Math.abs(scaled);
    let decimals = large >= 10 ? 1 : large >= 1 ? 3 : 4;
    if (Number.isInteger(scaled)) decimals = 0;
    else if (unit.share && scaled > 99 && scaled < 100) {
      decimals = [3, 4, 5].find((number) => Number(fixed(scaled, number)) < 100) ?? 6;
    }
    const text = (scaled < 0 ? "-" : "") + fixed(large, decimals);
    return symbol ? text + SPACE + symbol : text;
  }

  /** `4.1 %`, or `0.12 pp` for a difference of shares (`verdicts.share_text`). */
  function shareText(metric, share, withSign = false) {
    const size = Math.abs(share) * 100;
    const number = Math.abs(share) < 0.1 ? general(size, 2) : fixed(size, 0).replaceAll(",", "");
    const sign = withSign && number !== "0" ? (share < 0 ? MINUS : "+") : "";
    return `${sign}${number}${SPACE}${metric.absolute ? "pp" : "%"}`;
  }

  // --- what differs: likeness.py -----------------------------------------------------------------

  /** `VUs 50 → 100`. */
  function differenceText(index, difference) {
    const label = Object.hasOwn(index.labels, difference.setting)
      ? index.labels[difference.setting]
      : difference.setting;
    return `${label} ${difference.baseline} \u2192 ${difference.candidate}`;
  }

  /** Settings, as [name, text, comparable value], that are not the same on both sides. */
  function differences(index, before, after) {
    const left = new Map(before.map((setting) => [setting[0], setting]));
    const right = new Map(after.map((setting) => [setting[0], setting]));
    const found = [];
    for (const name of new Set([...left.keys(), ...right.keys()])) {
      const [one, other] = [left.get(name), right.get(name)];
      if (one && other && JSON.stringify(one[2]) === JSON.stringify(other[2])) continue;
      found.push({
        setting: name,
        baseline: one ? one[1] : index.not_recorded,
        candidate: other ? other[1] : index.not_recorded,
      });
    }
    return found;
  }

  /** Whether one side did not record a setting, so that nobody knows. */
  function oneSided(index, difference) {
    return [difference.baseline, difference.candidate].includes(index.not_recorded);
  }

  /** Whether two loads were asked for as long, though they may not have taken as long. */
  function asLong(index, before, after) {
    if (before.duration === null || after.duration === null) return false;
    const low = Math.min(before.duration, after.duration);
    const high = Math.max(before.duration, after.duration);
    if (high - low <= index.duration_tolerance * high) return true;
    return before.stages !== null && before.stages === after.stages && before.stages <= low;
  }

  /** What differs in the load: the targets of the stages are the VUs once more. */
  function eachOnce(load) {
    const ramped = load.some((difference) => difference.setting === "vus");
    return load.filter(({ setting }) => !(ramped && setting.startsWith("stages")));
  }

  /** Whether scenario and script are the same, as far as both sides recorded them. */
  function sameScenario(before, after) {
    if (!before.scenario || !after.scenario) return true;
    return before.scenario.every((left, number) => {
      const right = after.scenario[number];
      return !left || !right || left === right;
    });
  }

  /**
   * The runs on the way from the baseline, where the baselines lead there; else the candidate alone.
   * @param {{id: string, baseline: ?string}[]} runs every run
   * @param {string} baseline
   * @param {string} candidate
   * @returns {string[]} in order, without the baseline
   */
  function chainOf(runs, baseline, candidate) {
    const baselines = new Map(runs.map((run) => [run.id, run.baseline]));
    const chain = new Set([candidate]);
    let previous = baselines.get(candidate);
    while (previous && !chain.has(previous)) {
      if (previous === baseline) return [...chain].reverse();
      chain.add(previous);
      previous = baselines.get(previous);
    }
    return [candidate];
  }

  /** The changes of each run on the way from the baseline. */
  function changesBetween(index, changes, baseline, candidate) {
    return chainOf(index.runs, baseline, candidate).flatMap((run) =>
      (changes[run] ?? []).map((change) => ({ run, ...change })),
    );
  }

  /** Everything that was altered, each once: a change that names a setting is that setting. */
  function factorsOf(index, load, deployment, environment, changes) {
    const text = (difference) => differenceText(index, difference);
    const settled = new Map(deployment.map((difference) => [difference.setting, text(difference)]));
    const made = changes.filter((change) => !change.inert);
    const named = new Set(made.map((change) => change.setting).filter(Boolean));
    const known = (difference) => !oneSided(index, difference);
    return [
      ...made.map((change) => settled.get(change.setting ?? "") ?? change.name),
      ...[...eachOnce(load), ...environment].filter(known).map(text),
      ...deployment
        .filter((difference) => known(difference) && !named.has(difference.setting))
        .map(text),
    ];
  }

  /** What the deltas can be put down to. */
  function attributionOf(index, factors) {
    const many = factors.length;
    if (!many) {
      return "Nothing on record differs: what differs in the figures is noise or unrecorded.";
    }
    if (many === 1) return `One thing differs, the deltas are put down to it: ${factors[0]}.`;
    const shown = factors.slice(0, index.most_factors);
    if (many > index.most_factors) shown.push(`${many - index.most_factors} more`);
    return (
      `Confounded: ${many} things were altered together (${shown.join("; ")}). To tell them apart ` +
      `takes at least ${many - 1} more ${many === 2 ? "run" : "runs"}, one thing altered at a time.`
    );
  }

  /** What differs between two runs (`likeness.between`). */
  function likenessOf(index, changes, before, after) {
    const load = differences(index, before.load, after.load).filter(
      ({ setting }) => setting !== "duration" || !asLong(index, before, after),
    );
    const deployment = differences(index, before.deployment, after.deployment);
    const environment = differences(index, before.environment, after.environment);
    const known = (difference) => !oneSided(index, difference);
    const defining = ({ setting }) =>
      index.defines_load.includes(setting.split(".")[0].split("[")[0]);
    const text = (difference) => differenceText(index, difference);
    const reasons = eachOnce(load).filter((one) => defining(one) && known(one)).map(text);
    if (!(before.load_known && after.load_known)) reasons.push(index.unknown_load);
    reasons.push(...environment.filter(known).map(text));
    const made = changesBetween(index, changes, before.id, after.id);
    const factors = factorsOf(index, load, deployment, environment, made);
    const listed = reasons.join(", ");
    const around = reasons.length === environment.filter(known).length;
    const why = `the ${around ? "environment" : "load"} differs: ${listed}`;
    return {
      load,
      environment,
      deployment,
      changes: made,
      reasons,
      why: listed === index.unknown_load ? listed : why,
      same_scenario: sameScenario(before, after),
      factors,
      attribution: attributionOf(index, factors),
    };
  }

  // --- noise and tests: noise.py -----------------------------------------------------------------

  /** The middle of numbers, in any order. */
  function median(numbers) {
    const sorted = Float64Array.from(numbers).sort();
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** A group's entry of a metric: [name, figures, squares]. */
  function ofMetric(group, metric) {
    return group.metrics.find(([name]) => name === metric.name);
  }

  /** The noise of a metric for a comparison, {spread, freedom, source}; null where not known. */
  function noiseBetween(metric, before, after) {
    const groups = [before.repeats, after.repeats].filter(Boolean);
    if (!groups.length) {
      const found = after.run.noise.find(([name]) => name === metric.name);
      return found ? { spread: found[1], freedom: found[2], source: found[3] } : null;
    }
    let [squares, freedom] = [0, 0];
    const named = [];
    for (const group of new Map(groups.map((one) => [one.runs[0], one])).values()) {
      const [, figures, added] = ofMetric(group, metric) ?? ["", [], null];
      if (added === null) continue;
      squares += added;
      freedom += figures.length - 1;
      const original = group.runs[0].slice(group.runs[0].indexOf("/") + 1);
      named.push(`${figures.length} runs of ${original}`);
    }
    if (!freedom) return null;
    return { spread: Math.sqrt(squares / freedom), freedom, source: named.join(", ") };
  }

  /** Smallest difference of two single runs that is beyond noise. */
  function floorOf(index, noise) {
    return index.t[noise.freedom - 1][0] * (noise.spread * Math.sqrt(2));
  }

  /** Fewest runs on each side that show a difference of this size; null beyond the most. */
  function repeatsFor(index, noise, effect) {
    if (!effect) return null;
    const [confident, power] = index.t[noise.freedom - 1];
    const smallest = (confident + power) * (noise.spread * Math.sqrt(2));
    const ratio = smallest / Math.abs(effect);
    const needed = Math.max(index.enough, Math.ceil(ratio * ratio - 1e-9));
    return needed <= index.most_repeats ? needed : null;
  }

  /** Share of a standard normal distribution above z >= 0: a series, from 3 on a fraction. */
  function upperTail(z) {
    if (z === Infinity) return 0;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    if (z < 3) {
      let [term, sum] = [z, z];
      for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
        term *= (z * z) / n;
        sum += term;
      }
      return 0.5 - density * sum;
    }
    let fraction = z;
    for (let n = 200; n > 0; n -= 1) fraction = z + n / fraction;
    return density / fraction;
  }

  const known = new Map();

  /**
   * Mann and Whitney's distribution of U without ties: probability of each value, 0 to n x m.
   * P(n, m, u) = n/(n+m) P(n-1, m, u-m) + m/(n+m) P(n, m-1, u).
   */
  function distributionOfU(n, m) {
    const key = `${n} ${m}`;
    if (!known.has(key)) {
      let row = Array.from({ length: m + 1 }, () => Float64Array.of(1));
      for (let i = 1; i <= n; i += 1) {
        const next = [Float64Array.of(1)];
        for (let j = 1; j <= m; j += 1) {
          const found = new Float64Array(i * j + 1);
          row[j].forEach((share, u) => (found[u + j] += (i / (i + j)) * share));
          next[j - 1].forEach((share, u) => (found[u] += (j / (i + j)) * share));
          next.push(found);
        }
        row = next;
      }
      known.set(key, row[m]);
    }
    return known.get(key);
  }

  /** Two-sided p of Mann and Whitney's test; exact without ties, else by the normal distribution. */
  function mannWhitney(before, after) {
    const [n, m] = [after.length, before.length];
    let u = 0;
    for (const one of after) for (const other of before) u += one > other ? 1 : one === other ? 0.5 : 0;
    u = Math.max(u, n * m - u);
    const often = new Map();
    for (const one of [...before, ...after]) often.set(one, (often.get(one) ?? 0) + 1);
    if (often.size === n + m) {
      return Math.min(1, 2 * distributionOfU(n, m).slice(u).reduce((sum, one) => sum + one, 0));
    }
    const ties = [...often.values()].reduce((sum, t) => sum + t ** 3 - t, 0);
    const all = n + m;
    const z = (u - (n * m) / 2 - 0.5) / Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))));
    return z > 0 ? 2 * upperTail(z) : 1;
  }

  /** The rank test of two groups of repeats; null with too few (`noise.rank_test`). */
  function rankTest(index, metric, one, other) {
    const [before, after] = [one, other].map((side) =>
      side.repeats ? ofMetric(side.repeats, metric)?.[1] ?? [] : [],
    );
    const [n, m] = [before.length, after.length];
    if (Math.min(n, m) < index.enough) return null;
    const scale = metric.absolute ? 1 : Math.abs(median(before));
    if (!scale) return null;
    const sizes = Float64Array.from(
      before.flatMap((left) => after.map((right) => (right - left) / scale)),
    ).sort();
    const error = Math.sqrt((n * m * (n + m + 1)) / 12);
    const cut = Math.max(1, Math.floor((n * m) / 2 - index.z * error));
    return {
      difference: median(sizes),
      low: sizes[cut - 1],
      high: sizes[n * m - cut],
      p: mannWhitney(before, after),
    };
  }

  // --- verdicts: verdicts.py, compare.py ---------------------------------------------------------

  /** Which way a difference of this size goes. */
  function direction(metric, size) {
    return size > 0 === (metric.better === "higher") ? "improved" : "regressed";
  }

  /** The verdict of a declared tolerance and the noise of repeats, and its basis. */
  function byTolerance(index, metric, size, ground) {
    let basis = `tolerance ${shareText(metric, ground.threshold)}, n = ${ground.runs.join(" and ")}, `;
    if (!ground.noise) basis += "noise not known";
    else {
      const floor = ground.noise_floor;
      basis += `noise \u00b1${shareText(metric, floor)} (${ground.noise.source})`;
      if (floor > ground.threshold && Math.abs(size) <= floor) {
        const needed = repeatsFor(index, ground.noise, size);
        const more =
          needed === null
            ? "no number of repeats in reach shows so small a difference"
            : `${needed} runs on each side could show this difference`;
        return ["too few repeats", `${basis}; ${more}`];
      }
    }
    const within = Math.abs(size) <= ground.threshold + 1e-12;
    return [within ? "unchanged" : direction(metric, size), basis];
  }

  /** The verdict of a rank test, and its basis. */
  function byTest(index, metric, ground) {
    const { difference, low, high, p } = ground.tested;
    const text = (share) => shareText(metric, share, true);
    const basis =
      `n = ${ground.runs.join(" and ")}, medians differ by ${text(difference)} ` +
      `(95 % interval ${text(low)} to ${text(high)}), Mann-Whitney p = ${general(p, 3)}, ` +
      `tolerance ${shareText(metric, ground.threshold)}`;
    const limit = ground.threshold + 1e-12;
    if (p >= 1 - index.confidence) {
      const within = Math.max(Math.abs(low), Math.abs(high)) <= limit;
      return [within ? "unchanged" : "too few repeats", basis];
    }
    if (Math.abs(difference) <= limit) return ["unchanged", basis];
    return [direction(metric, difference), basis];
  }

  /** Whether a figure changed over the run. */
  function isRange(figure) {
    return figure.start !== figure.end;
  }

  /** A metric on both sides, before anything is judged. */
  function pairOf(metric, before, after) {
    const both = before && after && (before.currency ?? "") === (after.currency ?? "");
    const delta = both && !isRange(before) && !isRange(after) ? after.start - before.start : null;
    const change = delta === null || !before.start ? null : delta / Math.abs(before.start);
    return { delta, change, size: (metric.absolute ? delta : change) ?? 0 };
  }

  /** Why a metric can't be judged, or nothing. */
  function notComparable(metric, likeness, pair, sides) {
    for (const [name, figure, run] of sides) {
      if (!figure) return `the ${name} has no figure`;
      if (isRange(figure)) return `the ${name}'s figure is a range over the run`;
      if (run.status !== "completed") return `the ${name} is ${run.status}`;
    }
    if (pair.delta === null) return "the currencies differ";
    if (metric.needs === "same load" && likeness.reasons.length) return likeness.why;
    if (metric.needs === "same scenario" && !likeness.same_scenario) return likeness.why;
    if (pair.delta === 0) return "";
    if (metric.better === null) return "neither more nor less is better";
    if (pair.change === null && !metric.absolute) return "the baseline is zero";
    return "";
  }

  /** Verdict, basis and ground of a metric. */
  function judged(index, metric, likeness, pair, sides, before, after) {
    const reason = notComparable(metric, likeness, pair, sides);
    if (reason || pair.delta === null) return ["not comparable", reason, null];
    const runs = [before.run.runs, after.run.runs];
    const noise = noiseBetween(metric, before, after);
    const tested = rankTest(index, metric, before, after);
    const floor = noise ? floorOf(index, noise) : null;
    const ground = { runs, threshold: metric.threshold, noise, noise_floor: floor, tested };
    const needed = index.minimum_repeats;
    if (Math.min(...runs) < needed) {
      const there = `there are ${runs.join(" and ")}`;
      return [
        "too few repeats",
        `the notebook asks for ${needed} runs on each side, ${there}`,
        ground,
      ];
    }
    const [verdict, basis] = tested
      ? byTest(index, metric, ground)
      : byTolerance(index, metric, pair.size, ground);
    return [verdict, basis, ground];
  }

  /** What is doubtful of one metric's comparison. */
  function warningsOf(metric, likeness, pair, sides, verdict, ground) {
    const found = [];
    for (const [name, figure] of sides) {
      const side = name === "baseline" ? "Baseline" : "Candidate";
      for (const warning of figure?.warnings ?? []) found.push(`${side}: ${warning}`);
      if (figure?.approximate) found.push(`${side}: ${figure.text} is approximate.`);
    }
    if (["improved", "regressed", "unchanged"].includes(verdict)) {
      if (metric.needs === "same scenario" && likeness.reasons.length) {
        found.push(`Measured at different loads: ${likeness.reasons.join(", ")}.`);
      }
      if (ground?.tested && pair.size * ground.tested.difference < 0) {
        found.push("These two runs differ the other way than the medians of their repeats.");
      }
    }
    return found;
  }

  /** What is doubtful of the comparison as a whole. */
  function doubtsOf(index, likeness, before, after) {
    const found = [];
    if (likeness.reasons.length) {
      found.push(
        `Not like for like: ${likeness.reasons.join(", ")}. Throughput, latency and resource deltas ` +
          "are shown and not judged.",
      );
    }
    if (likeness.factors.length > 1) found.push(likeness.attribution);
    const unknown = [...likeness.load, ...likeness.environment]
      .filter((difference) => oneSided(index, difference))
      .map(({ setting }) => setting);
    if (unknown.length) found.push(`Recorded on one side only: ${unknown.join(", ")}.`);
    const [one, other] = [before.run.runs, after.run.runs];
    if (Math.min(one, other) >= index.enough) return found;
    found.push(
      one === 1 && other === 1
        ? "One run on each side: judged by a declared tolerance, not by statistics."
        : `${one} and ${other} runs: judged by a declared tolerance and the noise of the repeats, ` +
            "not by a test.",
    );
    return found;
  }

  /** One metric on both sides, with its texts (`compare.Delta`). */
  function deltaOf(index, metric, likeness, before, after) {
    const find = (side) => side.run.metrics.find(({ name }) => name === metric.name) ?? null;
    const [left, right] = [find(before), find(after)];
    const sides = [
      ["baseline", left, before.run],
      ["candidate", right, after.run],
    ];
    const pair = pairOf(metric, left, right);
    const [verdict, basis, ground] = judged(index, metric, likeness, pair, sides, before, after);
    const unit = index.units[metric.unit];
    const currency = left?.currency || right?.currency || "";
    const approximate = Boolean(left?.approximate || right?.approximate);
    return {
      name: metric.name,
      unit: currency || unit.base,
      better: metric.better,
      baseline: left ? left.end : null,
      candidate: right ? right.end : null,
      delta: pair.delta,
      change: pair.change,
      approximate: approximate || [left, right].some((figure) => figure && isRange(figure)),
      verdict,
      basis,
      ground: ground && {
        runs: ground.runs,
        threshold: ground.threshold,
        noise_floor: ground.noise_floor,
        noise_source: ground.noise ? ground.noise.source : null,
        median_difference: ground.tested ? ground.tested.difference : null,
        interval: ground.tested ? [ground.tested.low, ground.tested.high] : null,
        p: ground.tested ? ground.tested.p : null,
      },
      warnings: warningsOf(metric, likeness, pair, sides, verdict, ground),
      texts: {
        baseline: left ? left.text : "\u2013",
        candidate: right ? right.text : "\u2013",
        delta: pair.delta === null ? "?" : showSigned(pair.delta, unit, approximate, currency),
        change: unit.share ? "" : showChange(pair.change, approximate),
      },
    };
  }

  /**
   * Holds `after` against `before`; the object of `loadbook diff --format json`, with texts.
   * @param {object} index content of data/compare.json, and `runs` with id and baseline of each
   * @param {object} changes those of all runs between the two, by run
   * @param {{run: object, repeats: ?object}} before the baseline
   * @param {{run: object, repeats: ?object}} after the candidate
   * @returns {object}
   */
  function compare(index, changes, before, after) {
    const likeness = likenessOf(index, changes, before.run, after.run);
    const measured = new Set([...before.run.metrics, ...after.run.metrics].map(({ name }) => name));
    return {
      baseline: before.run.id,
      candidate: after.run.id,
      like_for_like: !likeness.reasons.length,
      reasons: likeness.reasons,
      attribution: likeness.attribution,
      factors: likeness.factors,
      extra_runs: Math.max(0, likeness.factors.length - 1),
      differences: {
        load: likeness.load,
        environment: likeness.environment,
        deployment: likeness.deployment,
        changes: likeness.changes,
      },
      metrics: index.metrics
        .filter(({ name }) => measured.has(name))
        .map((metric) => deltaOf(index, metric, likeness, before, after)),
      warnings: doubtsOf(index, likeness, before, after),
    };
  }

  return { compare, chainOf, show, showSigned, showChange, shareText, general, fixed, mannWhitney };
})();
