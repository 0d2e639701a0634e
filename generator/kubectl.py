"""What kubectl prints of a cluster at one moment: which commands are run, and what is kept of it.

Objects are kept without what may hold secrets: of each only the fields listed here remain, so
neither environment nor arguments, annotations or mounts. What an importer reads must be listed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.errors import Level, NotebookError, Place, Problem

TIMEOUT_SECONDS = 60
MAX_BYTES = 16_000_000
"""Largest output of one command that is kept."""

_CONDITIONS = {
    "type": True,
    "status": True,
    "reason": True,
    "message": True,
    "lastTransitionTime": True,
}
_STATUS_OF_CONTAINER = {
    "name": True,
    "ready": True,
    "restartCount": True,
    "state": {
        "waiting": {"reason": True},
        "running": {"startedAt": True},
        "terminated": {"reason": True, "exitCode": True},
    },
}
_CONTAINER = {"name": True, "image": True, "restartPolicy": True, "resources": True}
_METADATA = {
    "name": True,
    "namespace": True,
    "labels": True,
    "creationTimestamp": True,
    "deletionTimestamp": True,
    "ownerReferences": True,
}
_POD = {
    "metadata": _METADATA,
    "spec": {
        "nodeName": True,
        "affinity": True,
        "resources": True,
        "containers": _CONTAINER,
        "initContainers": _CONTAINER,
    },
    "status": {
        "phase": True,
        "reason": True,
        "startTime": True,
        "conditions": _CONDITIONS,
        "containerStatuses": _STATUS_OF_CONTAINER,
        "initContainerStatuses": _STATUS_OF_CONTAINER,
    },
}
_NODE = {
    "metadata": _METADATA,
    "spec": {"unschedulable": True, "taints": True},
    "status": {
        "capacity": True,
        "allocatable": True,
        "conditions": _CONDITIONS,
        "nodeInfo": {"kubeletVersion": True, "architecture": True},
    },
}
_AUTOSCALER = {"metadata": _METADATA, "spec": True, "status": True}


@dataclass(frozen=True)
class Command:
    """One command: the file that its output goes into, its words, which options it takes.

    `kept` has the fields that remain of each object where it prints JSON.
    """

    file: str
    words: tuple[str, ...]
    in_namespace: bool = True
    selectable: bool = False
    kept: Mapping[str, Any] | None = None


TOP_PODS = Command("top-pods.txt", ("top", "pods"), selectable=True)

COMMANDS: tuple[Command, ...] = (
    TOP_PODS,
    Command("pods.json", ("get", "pods", "-o", "json"), selectable=True, kept=_POD),
    Command("top-nodes.txt", ("top", "nodes"), in_namespace=False),
    Command("nodes.json", ("get", "nodes", "-o", "json"), in_namespace=False, kept=_NODE),
    Command("autoscalers.json", ("get", "hpa", "-o", "json"), kept=_AUTOSCALER),
    Command("events.txt", ("get", "events")),
)
"""What a snapshot is made of."""


@dataclass(frozen=True)
class Kubectl:
    """The kubectl of this machine, with the namespace and the selector that it is asked for."""

    program: str
    namespace: str = ""
    selector: str = ""

    @classmethod
    def found(cls, namespace: str = "", selector: str = "") -> Kubectl:
        """The one on the path; raises NotebookError where there is none."""
        program = shutil.which("kubectl")
        if program is None:
            raise NotebookError("there is no kubectl on the path")
        return cls(program, namespace, selector)

    def run(self, command: Command) -> bytes | Problem:
        """What a command prints, empty where it found nothing; a problem where it fails."""
        words = [*command.words]
        if command.in_namespace and self.namespace:
            words.append(f"--namespace={self.namespace}")
        if command.selectable and self.selector:
            words.append(f"--selector={self.selector}")
        name = " ".join(["kubectl", *words])
        try:
            # A session of its own: Ctrl-C is for the load test alone.
            done = subprocess.run(  # noqa: S603
                [self.program, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            return _problem(name, f"no answer within {TIMEOUT_SECONDS} s", "is the cluster there?")
        except OSError as error:
            return _problem(name, f"it can't be run: {error.strerror}", "is it installed?")
        if done.returncode:
            said = " ".join(done.stderr.decode("utf-8", "replace").split())[:200]
            message = f"ended with exit code {done.returncode}: {said or 'without a word'}"
            return _problem(name, message, "type it yourself to see what it wants")
        if len(done.stdout) > MAX_BYTES:
            message = f"printed {len(done.stdout):,} bytes, more than {MAX_BYTES:,}"
            return _problem(name, message, "name a namespace and a selector")
        if command.kept is None:
            return done.stdout if done.stdout.strip() else b""
        return _without_secrets(name, done.stdout, command.kept)


def _without_secrets(name: str, printed: bytes, kept: Mapping[str, Any]) -> bytes | Problem:
    """A list of objects as JSON, of each only what is to be kept; empty where there is none."""
    try:
        listed = json.loads(printed)
        items = [
            _only(item, {"kind": True, "apiVersion": True, **kept}) for item in listed["items"]
        ]
    except (ValueError, LookupError, TypeError, RecursionError):
        return _problem(name, "what it prints is no list in JSON", "is it the real kubectl?")
    if not items:
        return b""
    head = {key: listed[key] for key in ("apiVersion", "kind") if key in listed}
    return (json.dumps({**head, "items": items}, indent=1, ensure_ascii=False) + "\n").encode()


def _only(value: Any, kept: Any) -> Any:
    """Of mappings, in lists as well, the keys to keep; True keeps all that is inside."""
    if kept is True:
        return value
    if isinstance(value, list):
        return [_only(item, kept) for item in value]
    if isinstance(value, dict):
        return {key: _only(value[key], inside) for key, inside in kept.items() if key in value}
    return None


def _problem(name: str, message: str, hint: str) -> Problem:
    return Problem(name, Place(), "", Level.ERROR, "snapshot-command", message, hint)
