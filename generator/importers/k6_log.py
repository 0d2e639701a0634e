"""What k6 logs during a run: scripts that threw, requests without an answer, why it stopped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LOGGED = re.compile(
    r'time="[^"]{1,40}" level=(error|warning|info|debug|fatal|panic) msg='
    r"|(ERRO|WARN|INFO|DEBU|FATA|PANI)\[\d{1,9}\] "
    r'|\{.{0,4000}"level":"(error|warning|info|debug|fatal|panic)"'
)
_MESSAGE = re.compile(
    r'msg="((?:[^"\\]|\\.){1,2000})"|"msg":"((?:[^"\\]|\\.){1,2000})"|\w{4}\[\d{1,9}\] (.{1,2000})'
)
_OF_K6 = (
    "source=stacktrace",
    '"source":"stacktrace"',
    "thresholds on metrics",
    "Request Failed",
    "Insufficient VUs",
    "executor=",
    '"executor":',
    "The test run was short",
    'hint="script exception"',
    '"hint":"script exception"',
    "test run was aborted",
    "test aborted",
)
_ABORTED = ("stopping test prematurely", "test run was aborted", "test aborted")
_FAILED_SCRIPT = ('hint="script exception"', '"hint":"script exception"')
_THREW = ("source=stacktrace", '"source":"stacktrace"')


@dataclass
class Log:
    """What was found in the messages: how often an iteration threw, the first such message."""

    exceptions: int = 0
    exception: str = ""
    line: int = 0
    is_aborted: bool = False
    has_crossed: bool = False
    _latest: str = ""

    def add(self, number: int, text: str) -> None:
        """Take a line, which may be a message or not."""
        logged = is_log(text)
        if logged:
            # On a terminal a stack trace follows on lines of its own.
            self._latest = _message(text)
        marks = _FAILED_SCRIPT + _ABORTED if logged else _FAILED_SCRIPT
        if any(mark in text for mark in marks):
            self.is_aborted = True
        elif any(mark in text for mark in _THREW):
            self.exceptions += 1
            if self.exceptions == 1:
                self.exception, self.line = self._latest, number
        elif logged and "thresholds on metrics" in text and "have been crossed" in text:
            self.has_crossed = True


def is_log(text: str) -> bool:
    """Whether a line is a message in one of the three formats that k6 logs in."""
    return _LOGGED.match(text) is not None


def knows(texts: Sequence[str]) -> bool:
    """Whether lines hold a message that only k6 writes."""
    return any(is_log(text) and any(mark in text for mark in _OF_K6) for text in texts)


def _message(text: str) -> str:
    """The first line of what was thrown."""
    match = _MESSAGE.search(text)
    message = next(filter(None, match.groups()), "") if match else ""
    return message.replace("\\n", "\n").replace("\\t", " ").partition("\n")[0].strip()[:120]
