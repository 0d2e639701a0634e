"""Loadbook: the lab notebook for load tests.

1. `records` reads the YAML files below experiments/; `yamltree` bounds what they may hold and knows
   where each field stands, `model` says what a record is, `explain` what is wrong with one.
2. `notebook` puts the runs in order and resolves what refers to what.
3. `measurements` obtains each metric of the registry `metrics` from a run: recorded, or computed.
4. `compare` holds a run against its baseline, `likeness` says what else differs between them, and
   `audit` looks for what contradicts itself.
5. `sections` and `overviews` make blocks of all that, `charts` draws, `render` makes pages.
6. `site` puts everything together, in memory: pages and data files.
7. `plugin` hands that to MkDocs; `cli` prints parts of it in a terminal.

Imports run from the end of this list to its start, never back.
"""

__version__ = "0.1.0"
