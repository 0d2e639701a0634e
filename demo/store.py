"""The shop's data in SQLite: made from a seed, so that it is the same everywhere, and its queries.

Every query answers with plain rows as dictionaries. What a query costs is CPU: the file lies in
the page cache, and search has no index, as in many a service that was small when it was written.
"""

from __future__ import annotations

import hashlib
import random
import secrets
import sqlite3
import threading
from pathlib import Path
from typing import Any

SEED = 20_260_102
PRODUCTS = 20_000
REVIEWS_EACH = 3
CATEGORIES = 24
USERS = 40
PASSWORD = "correct horse battery staple"  # noqa: S105
"""The password of all users: they are not real, and neither is what they could buy."""

SCRYPT = {"n": 2**13, "r": 8, "p": 1}
"""What a password costs: about 20 ms of one core, and 8 MiB."""

PER_PAGE = 20

MATERIALS = (
    *("alder", "ash", "beech", "birch", "cedar", "cherry"),
    *("copper", "cork", "linen", "maple", "oak", "steel"),
)
THINGS = (
    *("bench", "bowl", "chair", "clock", "desk", "frame"),
    *("kettle", "lamp", "mirror", "shelf", "stool", "table"),
)
WORDS = MATERIALS + THINGS

_SCHEMA = """
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, category INTEGER NOT NULL,
  price_cents INTEGER NOT NULL, stock INTEGER NOT NULL, description TEXT NOT NULL);
CREATE TABLE reviews (id INTEGER PRIMARY KEY, product INTEGER NOT NULL, stars INTEGER NOT NULL);
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, salt BLOB NOT NULL,
  hash BLOB NOT NULL);
CREATE TABLE sessions (token TEXT PRIMARY KEY, user INTEGER NOT NULL);
CREATE INDEX products_by_category ON products (category);
CREATE INDEX reviews_by_product ON reviews (product);
"""

ORDERS = {"rating": "rating DESC, p.id", "price": "p.price_cents, p.id"}
"""The orders that a list of products can have."""


def create(path: Path, products: int = PRODUCTS, users: int = USERS) -> None:
    """Make the database; the same rows each time."""
    dice = random.Random(SEED)  # noqa: S311 (rows, not secrets)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)",
            (_product(dice, number) for number in range(1, products + 1)),
        )
        connection.executemany(
            "INSERT INTO reviews (product, stars) VALUES (?, ?)",
            (
                (dice.randint(1, products), dice.choice((1, 2, 3, 4, 4, 5, 5, 5)))
                for _ in range(products * REVIEWS_EACH)
            ),
        )
        for number in range(users):
            salt = dice.randbytes(16)
            row = (f"user{number}@shop.test", salt, hashed(PASSWORD, salt))
            connection.execute("INSERT INTO users (email, salt, hash) VALUES (?, ?, ?)", row)
    connection.close()


def _product(dice: random.Random, number: int) -> tuple[int, str, int, int, int, str]:
    material, thing = dice.choice(MATERIALS), dice.choice(THINGS)
    words = " ".join(dice.choices(WORDS, k=24))
    price, stock = dice.randint(500, 90_000), dice.randint(0, 300)
    name = f"{material} {thing} no. {number}"
    return (
        number,
        name,
        dice.randrange(CATEGORIES),
        price,
        stock,
        f"A {thing} of {material}: {words}.",
    )


def hashed(password: str, salt: bytes) -> bytes:
    """A password's hash, made to be slow."""
    return hashlib.scrypt(password.encode(), salt=salt, dklen=32, **SCRYPT)


class Store:
    """The database, with one connection for each thread that asks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()
        self._all: list[sqlite3.Connection] = []

    def close(self) -> None:
        """Close all connections; no query may be under way."""
        while self._all:
            self._all.pop().close()

    def products(self, category: int, page: int, order: str) -> list[dict[str, Any]]:
        """One page of a category with mean stars; `order` is one of ORDERS."""
        query = (
            "SELECT p.id, p.name, p.price_cents, p.stock, round(avg(r.stars), 2) AS rating,"
            " count(r.id) AS reviews FROM products p LEFT JOIN reviews r ON r.product = p.id"
            " WHERE p.category = ? GROUP BY p.id"
        )
        query += f" ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?"
        return self._rows(query, (category, PER_PAGE, (page - 1) * PER_PAGE))

    def product(self, number: int) -> dict[str, Any] | None:
        """One product with its reviews and what costs about as much; None where there is none."""
        found = self._rows("SELECT * FROM products WHERE id = ?", (number,))
        if not found:
            return None
        product = found[0]
        stars = "SELECT stars, count(*) AS number FROM reviews WHERE product = ? GROUP BY stars"
        alike = (
            "SELECT id, name, price_cents FROM products WHERE category = ? AND id != ?"
            " ORDER BY abs(price_cents - ?), id LIMIT 5"
        )
        near = (product["category"], number, product["price_cents"])
        return {
            **product,
            "reviews": self._rows(stars, (number,)),
            "alike": self._rows(alike, near),
        }

    def search(self, word: str) -> list[dict[str, Any]]:
        """Products with the word in their description, those that have it earliest first."""
        return self._rows(
            "SELECT id, name, price_cents FROM products WHERE description LIKE ? ESCAPE '\\'"
            " ORDER BY instr(description, ?), id LIMIT ?",
            (f"%{_literal(word)}%", word, PER_PAGE),
        )

    def log_in(self, email: str, password: str) -> str | None:
        """A new session's token; None where email and password do not belong together."""
        found = self._rows("SELECT id, salt, hash FROM users WHERE email = ?", (email,))
        salt = found[0]["salt"] if found else bytes(16)
        right = hashed(
            password, salt
        )  # also for nobody, who is not to be told by the time it takes
        if not found or not secrets.compare_digest(right, found[0]["hash"]):
            return None
        token = secrets.token_urlsafe(24)
        connection = self._connection()
        with connection:
            connection.execute("INSERT INTO sessions VALUES (?, ?)", (token, found[0]["id"]))
        return token

    def user_of(self, token: str) -> dict[str, Any] | None:
        """Whose session it is; None where it is nobody's."""
        found = self._rows(
            "SELECT u.id, u.email FROM sessions s JOIN users u ON u.id = s.user WHERE s.token = ?",
            (token,),
        )
        return found[0] if found else None

    def _rows(self, query: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection().execute(query, values)]

    def _connection(self) -> sqlite3.Connection:
        known: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if known is None:
            # Closed by another thread at the end, used by this one only until then.
            known = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
            known.row_factory = sqlite3.Row
            known.execute("PRAGMA synchronous = NORMAL")
            self._own.connection = known
            self._all.append(known)
        return known


def _literal(word: str) -> str:
    """A word in which LIKE finds no wildcard."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
