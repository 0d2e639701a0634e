"""The service under test: a small shop in one process, whose answers may be cached.

Queries run in a pool of threads; a cached answer is given by the event loop itself. What it is
configured by stands in the environment: SHOP_DATABASE, SHOP_CACHE (on, off), SHOP_CACHE_TTL
(seconds), SHOP_CACHE_ENTRIES, SHOP_THREADS.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.cache import Cache
from demo.store import CATEGORIES, ORDERS, Store

HOST = "127.0.0.1"
"""The only address that it listens at."""

MOST_PAGES = 1000


@dataclass(frozen=True)
class Config:
    """What the service is configured by; the time to live is in seconds."""

    database: Path
    cache: bool = False
    ttl: float = 10.0
    entries: int = 1000
    threads: int = 8

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Config:
        """The configuration of these variables; raises ValueError for what can't be one."""
        if "SHOP_DATABASE" not in environment:
            raise ValueError("SHOP_DATABASE names no database")
        switch = environment.get("SHOP_CACHE", "off")
        if switch not in ("on", "off"):
            raise ValueError(f"SHOP_CACHE is {switch!r}: on or off")
        return cls(
            Path(environment["SHOP_DATABASE"]),
            switch == "on",
            float(environment.get("SHOP_CACHE_TTL", cls.ttl)),
            int(environment.get("SHOP_CACHE_ENTRIES", cls.entries)),
            int(environment.get("SHOP_THREADS", cls.threads)),
        )


def create_app(config: Config) -> Starlette:
    """The application; its database must be there."""
    store = Store(config.database)
    cache = Cache(config.entries, config.ttl) if config.cache else None

    async def cached(key: str, query: Callable[[], Any]) -> Response:
        """The answer to a query, from the cache where it has it."""
        known = cache.get(key) if cache is not None else None
        if known is not None:
            return Response(known, media_type="application/json")
        answer = await run_in_threadpool(lambda: JSONResponse(query()))
        if cache is not None:
            cache.put(key, bytes(answer.body))
        return answer

    async def products(request: Request) -> Response:
        category = _number(request, "category", 0, CATEGORIES - 1)
        page = _number(request, "page", 1, MOST_PAGES)
        order = request.query_params.get("sort", "rating")
        if order not in ORDERS:
            raise HTTPException(400, f"sort is one of {', '.join(ORDERS)}")
        key = f"products {category} {page} {order}"
        return await cached(key, lambda: store.products(category, page, order))

    async def product(request: Request) -> Response:
        number = request.path_params["id"]
        answer = await cached(f"product {number}", lambda: store.product(number))
        if answer.body == b"null":
            raise HTTPException(404, "no such product")
        return answer

    async def search(request: Request) -> Response:
        word = request.query_params.get("q", "").strip().lower()
        if not 2 <= len(word) <= 40:
            raise HTTPException(400, "q has 2 to 40 letters")
        return await cached(f"search {word}", lambda: store.search(word))

    async def login(request: Request) -> Response:
        try:
            given = await request.json()
            email, password = given["email"], given["password"]
            if not (isinstance(email, str) and isinstance(password, str)):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            raise HTTPException(400, "give email and password as JSON") from None
        token = await run_in_threadpool(store.log_in, email, password)
        if token is None:
            raise HTTPException(401, "email or password is wrong")
        return JSONResponse({"token": token})

    async def me(request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        user = await run_in_threadpool(store.user_of, token) if scheme == "Bearer" else None
        if user is None:
            raise HTTPException(401, "log in first")
        return JSONResponse(user)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def metrics(_: Request) -> Response:
        if cache is None:
            return JSONResponse({"enabled": False})
        counted = {"hits": cache.hits, "misses": cache.misses, "entries": len(cache)}
        return JSONResponse({"enabled": True, **counted})

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = config.threads
        yield
        store.close()

    return Starlette(
        routes=[
            Route("/products", products),
            Route("/products/{id:int}", product),
            Route("/search", search),
            Route("/login", login, methods=["POST"]),
            Route("/me", me),
            Route("/health", health),
            Route("/metrics/cache", metrics),
        ],
        lifespan=lifespan,
    )


def _number(request: Request, name: str, low: int, high: int) -> int:
    """A whole number of the query, the lowest where none is given."""
    written = request.query_params.get(name, str(low))
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise HTTPException(400, f"{name} is a whole number")
    if not low <= int(written) <= high:
        raise HTTPException(400, f"{name} is from {low} to {high}")
    return int(written)


def main() -> None:
    """Serve until the standard input closes: then whoever started this is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    app = create_app(Config.of(os.environ))
    server = uvicorn.Server(
        uvicorn.Config(app, HOST, port, log_level="warning", access_log=False, lifespan="on")
    )

    def wait_for_the_end() -> None:
        while sys.stdin.buffer.read(1):
            pass
        server.should_exit = True

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    asyncio.run(server.serve())


if __name__ == "__main__":
    main()
