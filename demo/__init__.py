"""A campaign that the project measures itself: a small service under k6, without and with a cache.

`python -m demo.run` makes the records of `experiments/cache-on-one-host/`; README.md says what
they show and what they don't.
"""
