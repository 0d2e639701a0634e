"""Loadbook: the lab notebook for load tests.

0. `importers` read what k6, kubectl and others wrote; `recording` puts it into a record. A build
   never reads such files.
1. `records` reads the YAML files below experiments/; `yamltree` bounds what they may hold and knows
   where each field stands, `model` says what a record is, `explain` what is wrong with one;
   `attachments` reads the small tables beside it.
2. `notebook` puts the runs in order and resolves what refers to what.
3. `measurements` obtains each metric of the registry `metrics` from a run: recorded, or computed.
4. `compare` holds a run against its baseline: `likeness` says what else differs, `noise` how much
   repeats vary, `verdicts` what can be said.
   `trends` follows metrics over like-for-like runs, `regressions` tells what became of each one.
5. `audit` looks for what contradicts itself; `claims`, `typed` and `predictions` hold what people
   say against the data, `telling` puts figures into their prose.
6. `sections` and `overviews` make blocks of all that, `charts` draws, `render` makes pages.
7. `site` puts everything together, in memory: pages and data files (`datafiles`), `badges`, the
   `feed`, pictures (`social`); `report` makes one document of a page.
8. `plugin` hands that to MkDocs; `cli`, `intake` and `sharing` are the commands.

Imports run from the end of this list to its start, never back.
"""

__version__ = "0.1.0"
