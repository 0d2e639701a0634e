"""The types of k6 metrics: of those that k6 itself brings they are known, others are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["counter", "gauge", "rate", "trend"]
Contains = Literal["time", "data", "default"]

KINDS: frozenset[tuple[str, str]] = frozenset(
    (kind, contains)
    for kind in ("counter", "gauge", "rate", "trend")
    for contains in ("time", "data", "default")
)
"""All types that a metric can have, as k6 writes them."""

BUILT_IN: Mapping[str, tuple[Kind, Contains]] = {
    **dict.fromkeys(
        (
            *("http_reqs", "iterations", "dropped_iterations", "ws_sessions", "ws_msgs_sent"),
            *("ws_msgs_received", "grpc_streams", "grpc_streams_msgs_sent"),
            "grpc_streams_msgs_received",
        ),
        ("counter", "default"),
    ),
    **dict.fromkeys(
        ("data_sent", "data_received", "browser_data_sent", "browser_data_received"),
        ("counter", "data"),
    ),
    **dict.fromkeys(("vus", "vus_max"), ("gauge", "default")),
    **dict.fromkeys(("checks", "http_req_failed", "browser_http_req_failed"), ("rate", "default")),
    **dict.fromkeys(
        (
            *("http_req_duration", "http_req_blocked", "http_req_connecting", "http_req_sending"),
            *("http_req_tls_handshaking", "http_req_waiting", "http_req_receiving"),
            *("iteration_duration", "group_duration", "ws_connecting", "ws_session_duration"),
            *("ws_ping", "grpc_req_duration", "browser_http_req_duration"),
            *("browser_web_vital_fcp", "browser_web_vital_fid", "browser_web_vital_inp"),
            *("browser_web_vital_lcp", "browser_web_vital_ttfb"),
        ),
        ("trend", "time"),
    ),
    "browser_web_vital_cls": ("trend", "default"),
}
"""Type of the metrics that k6 itself brings; only NDJSON says the type of the others."""
