// The list of runs of a notebook, and the columns that a page asks for: a file each, fetched once.
(() => {
  /** The content of a data file. Rejects where it can't be read. */
  async function read(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${new URL(address).pathname}: ${answer.status}`);
    return answer.json();
  }

  /**
   * A run, as the pages that list runs know it; `words` lacks the summary until that is fetched.
   * @typedef {{at: number, id: string, title: string, campaign: string, campaignTitle: string,
   *   date: ?string, when: ?number, status: string, scenario: ?string, tags: string[],
   *   improved: number, regressed: number, doubts: number, baseline: ?string, href: string,
   *   campaignHref: string, words: string}} Run
   * @param {Object} data content of data/roster.json
   * @param {URL} root the folder of the site @returns {Run[]}
   */
  function runsOf(data, root) {
    const page = (template, id) => new URL(template.replace("{id}", () => id), root).href;
    const { runs, campaigns } = data;
    const ids = runs.name.map((name, at) => `${campaigns[runs.campaign[at]][0]}/${name}`);
    const once = ({ texts, of }, at) => texts[of[at]];
    return ids.map((id, at) => {
      const [campaign, campaignTitle] = campaigns[runs.campaign[at]];
      const run = {
        at, id, campaign, campaignTitle,
        title: runs.title[at], date: runs.date[at], when: runs.when[at],
        status: once(runs.status, at), scenario: once(runs.scenario, at), tags: once(runs.tags, at),
        baseline: runs.baseline[at] === null ? null : ids[runs.baseline[at]],
        improved: runs.improved[at], regressed: runs.regressed[at], doubts: runs.doubts[at],
        href: page(data.pages.run, id), campaignHref: page(data.pages.campaign, campaign),
      };
      run.words = wordsOf(run, "");
      return run;
    });
  }

  const wordsOf = (run, summary) => [run.id, run.title, summary, run.campaignTitle, run.scenario ?? "", ...run.tags]
    .join("\n").toLowerCase();

  /** What a column says of a run, once it is fetched; a range has an end as its value. */
  function metricOf(about) {
    const metric = { ...about, data: null, failed: false };
    metric.text = ({ at }) => (metric.data?.texts[at] ?? null) === null ? null : metric.data.texts[at] + metric.data.suffix;
    metric.value = ({ at }) => metric.data?.values[at] ?? null;
    metric.isRange = ({ at }) => metric.ranges.has(at);
    metric.isDoubted = ({ at }) => metric.doubted.has(at);
    metric.take = (data) => {
      metric.data = data;
      metric.ranges = new Set(data?.ranges);
      metric.doubted = new Set(data?.doubted);
    };
    metric.take(null);
    return metric;
  }

  /** The same of a setting; words have their position as the value. */
  function settingOf(about) {
    const setting = { ...about, data: null, failed: false };
    const position = ({ at }) => setting.data?.of[at] ?? null;
    setting.words = () => setting.data?.texts ?? [];
    setting.text = (run) => (position(run) === null ? null : setting.data.texts[position(run)]);
    setting.value = (run) => (position(run) === null ? null : setting.data.values?.[position(run)] ?? position(run));
    setting.take = (data) => { setting.data = data; };
    return setting;
  }

  /**
   * Reads the list of runs.
   * @param {string} href its address
   * @returns {Promise<{runs: Run[], metrics: Object[], settings: Object[], marks: Object,
   *   presets: string[][], need: (names: Iterable<string>) => ?Promise<void>, failed: () => string[]}>}
   *   `need` fetches the columns of these names that are not there yet, and is null where nothing
   *   is missing; `failed` are the labels of those that could not be read
   */
  Loadbook.roster = async (href) => {
    const address = new URL(href, location.href);
    const root = new URL("../", address);
    const data = await read(address);
    const runs = runsOf(data, root);
    const metrics = data.metrics.map(metricOf);
    const settings = data.settings.map(settingOf);
    const summary = {
      name: "summary", label: "The summaries", file: data.summaries, data: null, failed: false,
      take: (found) => {
        summary.data = found;
        for (const run of runs) run.words = wordsOf(run, found.summaries[run.at]);
      },
    };
    const parts = new Map([...metrics, ...settings, summary].map((part) => [part.name, part]));
    const get = (part) => {
      part.asked ??= read(new URL(part.file, root).href).then(part.take).catch(() => { part.failed = true; });
      return part.asked;
    };
    const need = (names) => {
      const missing = [...names].map((name) => parts.get(name)).filter((part) => part && !part.data && !part.failed);
      return missing.length ? Promise.all(missing.map(get)) : null;
    };
    const failed = () => [...parts.values()].filter((part) => part.failed).map((part) => part.label);
    return { ...data, runs, metrics, settings, need, failed };
  };
})();
