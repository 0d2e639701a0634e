"""What an engineer has after a test, read into the shape of a record: one module for each format.

`source` says what an importer gets and gives; `IMPORTERS` in `registry` lists them in the order in
which they are asked whether they know a file. An importer reads; it never writes.
"""
