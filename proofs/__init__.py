"""Long proofs, each a command: `python -m proofs.NAME`. They take minutes: no test runs one whole.

Each prints how much it looked at and what it found, and exits with 1 where it found something.
"""
