"""A notebook from its folder, as all commands read it."""

from __future__ import annotations

from pathlib import Path

from generator import notebook, records, settings, store
from generator.notebook import Notebook
from generator.store import Store


def opened(root: Path, kept: Store | None = None) -> Notebook:
    """The notebook in `root`; records that have not changed are had from the store.

    Without one, that of the user serves, as long as this takes.
    """
    own = Store(store.folder()) if kept is None else kept
    options, problems = settings.read(root)
    found = notebook.build(records.sources(root), options, problems, own)
    if kept is None:
        own.close()
    else:
        own.write()
    return found
