"""`loadbook snapshot`: a small kubectl that prints what a real one printed, and the real command.

No cluster is here: the script on the path is the one stand-in. It logs how it was asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from generator import kubectl, snapshots, units
from generator.errors import NotebookError, Problem
from generator.kubectl import COMMANDS, Kubectl
from tests.conftest import write_book
from tests.importers.tiny import tiny
from tests.test_import_command import loadbook, record

TOP = (
    "NAME     CPU(cores)   MEMORY(bytes)   \n"
    "web-1    250m         64Mi            \n"
    "web-2    1000m        1024Mi          \n"
)
POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web-1",
        "namespace": "shop",
        "annotations": {"secret-note": "HUSH"},
        "managedFields": [{"x": "HUSH"}],
    },
    "spec": {
        "nodeName": "node-1",
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}},
        "containers": [
            {
                "name": "web",
                "image": "web:1",
                "args": ["--password=HUSH"],
                "env": [{"name": "TOKEN", "value": "HUSH"}],
                "resources": {"requests": {"cpu": "100m"}},
            }
        ],
        "volumes": [{"secret": {"secretName": "HUSH"}}],
    },
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "web",
                "restartCount": 2,
                "state": {"terminated": {"reason": "OOMKilled", "message": "HUSH"}},
            }
        ],
    },
}
PRINTS: dict[str, Any] = {
    "top pods": TOP,
    "get pods": {"apiVersion": "v1", "kind": "List", "items": [POD]},
    "top nodes": "NAME CPU(cores) CPU% MEMORY(bytes) MEMORY%\nnode-1 900m 45% 2Gi 50%\n",
    "get nodes": {"apiVersion": "v1", "kind": "List", "items": []},
    "get hpa": {"apiVersion": "v1", "kind": "List", "items": []},
    "get events": "",
}


def install(folder: Path, prints: dict[str, Any] = PRINTS, failing: str = "") -> Path:
    """A kubectl in a folder of its own, to be put on the path."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        name: item if isinstance(item, str) else json.dumps(item) for name, item in prints.items()
    }
    (folder / "prints.json").write_text(json.dumps(texts), "utf-8")
    script = folder / "kubectl"
    script.write_text(
        f"#!{sys.executable}\n"
        "import json, os, pathlib, sys\n"
        "here = pathlib.Path(__file__).parent\n"
        "with (here / 'log').open('a') as log: log.write(' '.join(sys.argv[1:]) + '\\n')\n"
        "(here / 'session').write_text(str(os.getsid(0)))\n"
        "asked = ' '.join(sys.argv[1:3])\n"
        f"if asked == {failing!r}: sys.exit('error: Metrics API not available')\n"
        "sys.stdout.write(json.loads((here / 'prints.json').read_text())[asked])\n",
        "utf-8",
    )
    script.chmod(0o755)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A notebook without runs."""
    return write_book(tmp_path / "book", {})


def snapshot(
    root: Path, tools: Path, *arguments: str, identity: str = "a/b"
) -> subprocess.CompletedProcess[str]:
    """Run the command with that kubectl first on the path."""
    path = os.pathsep.join([str(tools), os.environ["PATH"]])
    return loadbook(root, "snapshot", identity, *arguments, PATH=path)


TOP_ALONE = {**PRINTS, "get pods": {"items": []}, "top nodes": ""}
"""What the tests' own importer of kubectl's output knows."""


def test_a_request_to_end_ends_the_command_too(root: Path, tmp_path: Path) -> None:
    """What runs during the snapshot does not outlive it, and nothing is written: exit code 143."""
    script = tmp_path / "load.py"
    script.write_text(
        "import os, pathlib, signal, sys\n"
        "here = pathlib.Path(__file__).parent\n"
        "def end(*_):\n"
        "    (here / 'ended').write_text('')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "os.kill(os.getppid(), signal.SIGTERM)\n"
        "signal.pause()\n",
        "utf-8",
    )
    tools = install(tmp_path / "tools")
    done = snapshot(root, tools, "--during", f"{sys.executable} {script}")
    assert (done.returncode, done.stderr) == (143, "loadbook: asked to end\n")
    assert (tmp_path / "ended").exists()
    assert not (root / "experiments" / "a").exists()


def test_a_snapshot_is_taken_kept_and_recorded(root: Path, tmp_path: Path) -> None:
    """What kubectl printed stands beside the record, its figures in it, and check is content."""
    tools = install(tmp_path / "tools", TOP_ALONE)
    done = snapshot(root, tools, "--moment", "before", "--namespace", "shop", "--selector", "a=b")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "wrote experiments/a/b/kubectl-before-top-pods.txt",
        "wrote experiments/a/campaign.yaml",
        "wrote experiments/a/b.yaml",
    ]
    assert (root / "experiments/a/b/kubectl-before-top-pods.txt").read_text("utf-8") == TOP
    text = record(root)
    assert "  - moment: before\n    pods:\n      list:\n        - name: web-1\n" in text
    assert "file: kubectl-before-top-pods.txt\n" in text
    assert (tools / "log").read_text("utf-8").splitlines() == [
        "top pods --namespace=shop --selector=a=b",
        "get pods -o json --namespace=shop --selector=a=b",
        "top nodes",
        "get nodes -o json",
        "get hpa -o json --namespace=shop",
        "get events --namespace=shop",
    ]
    assert loadbook(root, "check").returncode == 0


def test_a_command_that_fails_is_told(root: Path, tmp_path: Path) -> None:
    """With its exit code and its words; what else was printed is taken."""
    tools = install(tmp_path / "tools", TOP_ALONE, failing="top nodes")
    done = snapshot(root, tools)
    assert done.returncode == 1
    assert done.stderr == (
        "kubectl top nodes:1:1: error: ended with exit code 1: error: Metrics API not available "
        "(type it yourself to see what it wants) [snapshot-command]\n"
    )
    assert "name: web-2" in record(root)


def test_cpu_over_time_is_sampled_while_a_command_runs(root: Path, tmp_path: Path) -> None:
    """Its words reach the terminal, its exit code the import, its samples a table."""
    tools = install(tmp_path / "tools", TOP_ALONE)
    (root / "k6.json").write_text(tiny({"k6": {"vus_max": 3}}), "utf-8")
    test = f"{sys.executable} -c \"print('running'); raise SystemExit(105)\""
    done = snapshot(root, tools, "--watch", "1s", "--during", test, "--k6", "k6.json")
    assert done.returncode == 0
    assert done.stdout.startswith("running\n")
    assert done.stderr == "the command ended with exit code 105\n"
    text = record(root)
    assert "status: aborted\n" in text
    assert "  - file: series-kubectl.csv\n    source: kubectl\n    interval: 1s\n" in text
    lines = (root / "experiments/a/b/series-kubectl.csv").read_text("utf-8").splitlines()
    assert lines[0] == "time_s,cpu_cores,memory_bytes"
    assert all(line.endswith(",1.25,1140850688") for line in lines[1:])
    assert len(lines) >= 2
    assert loadbook(root, "check").returncode == 0


def test_a_dry_run_writes_nothing(root: Path, tmp_path: Path) -> None:
    """What would be written is shown."""
    done = snapshot(root, install(tmp_path / "tools", TOP_ALONE), "--dry-run")
    assert done.returncode == 0
    assert "+        - name: web-1\n" in done.stdout
    assert not (root / "experiments" / "a").exists()


def test_without_kubectl_nothing_runs(root: Path, tmp_path: Path) -> None:
    """The load test is not started either."""
    mark = tmp_path / "mark"
    touch = f"{sys.executable} -c \"open('{mark}', 'w')\""
    done = loadbook(root, "snapshot", "a/b", "--during", touch, PATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (2, "loadbook: there is no kubectl on the path\n")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--watch", "5s"], "--watch wants to know until when"),
        (["--watch", "0.1s", "--during", "k6"], "at least 1s"),
        (["--watch", "often", "--during", "k6"], "'often' is no duration"),
        (["--during", "k6 'run"], "--during: No closing quotation"),
        (["--during", "  "], "--during: name a command"),
        (["--during", "no-such-command-here"], "'no-such-command-here' can't be run"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    root: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    """Said in words; nothing is written."""
    done = snapshot(root, install(tmp_path / "tools"), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (root / "experiments" / "a").exists()


def tool(folder: Path, **more: Any) -> Kubectl:
    return Kubectl(str(install(folder, **more) / "kubectl"))


def test_secrets_of_objects_are_not_kept(tmp_path: Path) -> None:
    """Environment, arguments, annotations, volumes and words of containers: none of them."""
    taken = snapshots.take(tool(tmp_path), "peak")
    assert taken.problems == ()
    assert sorted(taken.files) == [
        "kubectl-peak-pods.json",
        "kubectl-peak-top-nodes.txt",
        "kubectl-peak-top-pods.txt",
    ]
    kept = taken.files["kubectl-peak-pods.json"]
    assert b"HUSH" not in kept
    (pod,) = json.loads(kept)["items"]
    assert pod["metadata"] == {"name": "web-1", "namespace": "shop"}
    assert pod["spec"]["affinity"] == POD["spec"]["affinity"]
    assert pod["spec"]["containers"][0]["resources"] == {"requests": {"cpu": "100m"}}
    assert pod["status"]["containerStatuses"][0]["restartCount"] == 2


@pytest.mark.parametrize("printed", ["{", "[]", '{"items": 3}', "null", '"x"', "[" * 100_000])
def test_what_is_no_list_of_objects_is_told(tmp_path: Path, printed: str) -> None:
    """Whatever a program called kubectl prints, it is words and no traceback."""
    found = tool(tmp_path, prints={"get pods": printed}).run(COMMANDS[1])
    assert isinstance(found, Problem)
    assert found.message == "what it prints is no list in JSON"


def test_output_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster of thousands of pods wants a selector."""
    monkeypatch.setattr(kubectl, "MAX_BYTES", 10)
    found = tool(tmp_path).run(COMMANDS[0])
    assert isinstance(found, Problem)
    assert found.hint == "name a namespace and a selector"


def test_a_cluster_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is ended after its time."""
    monkeypatch.setattr(kubectl, "TIMEOUT_SECONDS", 0.001)
    found = tool(tmp_path).run(COMMANDS[0])
    assert isinstance(found, Problem)
    assert found.message.startswith("no answer within")


def test_a_kubectl_that_went_away_is_told(tmp_path: Path) -> None:
    """Between finding it and running it."""
    found = Kubectl(str(tmp_path / "kubectl")).run(COMMANDS[0])
    assert isinstance(found, Problem)
    assert found.message == "it can't be run: No such file or directory"


@pytest.mark.parametrize(
    ("moment", "chosen"), [("before", 0), ("peak", 1), ("whole run", 1), ("after", -1)]
)
def test_the_sample_to_keep_follows_from_the_moment(
    tmp_path: Path, moment: snapshots.Moment, chosen: int
) -> None:
    """The first, the one with the most CPU, or one taken after the end."""
    loads = iter([1.0, 3.0, 2.0, *[0.5] * 1000])

    def usage(taken: snapshots.Taken) -> snapshots.Taken:
        return replace(taken, cpu=next(loads), memory=1.0)

    # The command ends when three samples were taken, however long that takes.
    waits = (
        "import pathlib, sys, time\n"
        "log = pathlib.Path(sys.argv[1])\n"
        "while not log.exists() or log.read_text().count('top pods') < 3: time.sleep(0.01)\n"
    )
    kube = tool(tmp_path)
    words = [sys.executable, "-c", waits, str(tmp_path / "log")]
    watched = snapshots.watch(kube, words, 0.01, moment, usage)
    assert watched.exit_code == 0
    assert watched.problems == ()
    cpus = [sample.cpu for sample in watched.samples]
    assert cpus[:3] == [1.0, 3.0, 2.0]
    assert watched.chosen is not None
    assert watched.chosen.cpu == cpus[chosen]
    assert watched.chosen.files
    assert all(sample.files == {} for sample in watched.samples)
    times = [sample.seconds for sample in watched.samples]
    assert times == sorted(times)


def test_a_command_ended_by_a_signal_has_the_code_of_a_shell(tmp_path: Path) -> None:
    """Killed is 137, as k6's users know it."""
    kills = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    words = [sys.executable, "-c", kills]
    watched = snapshots.watch(tool(tmp_path), words, 1, "peak", lambda taken: taken)
    assert watched.exit_code == 137


def test_an_interrupt_is_for_the_command(root: Path, tmp_path: Path) -> None:
    """Ctrl-C ends the load test in its own time; what was sampled until then is written."""
    interrupts = "import os, signal; os.kill(os.getppid(), signal.SIGINT); raise SystemExit(105)"
    tools = install(tmp_path / "tools", TOP_ALONE)
    during = f'{sys.executable} -c "{interrupts}"'
    done = snapshot(root, tools, "--watch", "1s", "--during", during, "--moment", "after")
    assert done.returncode == 0
    assert "the command ended with exit code 105\n" in done.stderr
    assert "name: web-2" in record(root)


def test_kubectl_is_not_interrupted_with_the_command(tmp_path: Path) -> None:
    """It runs in a session of its own, which the terminal's Ctrl-C does not reach."""
    assert isinstance(tool(tmp_path).run(COMMANDS[0]), bytes)
    assert (tmp_path / "session").read_text("utf-8") != str(os.getsid(0))


def test_failures_of_samples_are_told_once(tmp_path: Path) -> None:
    """With how often they came."""
    kube = tool(tmp_path, failing="top nodes")
    taken = snapshots.take(kube, "peak")
    watched = snapshots.Watched([taken, taken, taken])
    (problem,) = watched.problems
    assert problem.message.endswith("(3 times)")


def test_no_figures_are_no_table() -> None:
    """A series of nothing is not written."""
    taken = snapshots.Taken(datetime.now(UTC), {})
    assert snapshots.series([taken], 15) is None
    assert snapshots.series([], 15) is None


def test_a_command_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """Before anything was sampled."""
    with pytest.raises(NotebookError, match="can't be run"):
        snapshots.watch(tool(tmp_path), ["/no/such/k6"], 1, "peak", lambda taken: taken)


def test_sums_are_over_all_pods() -> None:
    """In cores and bytes."""
    assert snapshots._sum(["250m", "1", None]) == 1.25
    assert snapshots._sum(["64Mi"], units.MEMORY) == 64 * 2**20
    assert snapshots._sum([]) is None
