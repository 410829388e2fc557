"""Whole runs, for run.py: a first load of approved hours, the same read again unchanged, and an incremental run."""
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
RUN = HERE / "run"
MASTERS = ["BusinessUnit", "Employee", "Customer", "Project"]


class Served:
    """Both systems in a process of their own."""

    def __init__(self, program, hours, folder, seed=7, limit=None):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder
        command = [str(program), str(hours), str(seed), str(folder)] + ([str(limit)] if limit else [])
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the bench's server did not start")
        self.url = json.loads(line)["severa"]

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def once(command, folder, env=None, fine=(0, 5)):
    """CPU, wall time and peak memory of one process, and what it said."""
    began = time.time()
    process = subprocess.Popen([str(c) for c in command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = process.stdout.read()
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in fine:
        raise SystemExit(f"{command} ended with {process.returncode}: {said.decode()[-600:]}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": time.time() - began, "mib": usage.ru_maxrss / unit, "out": out}


def state(folder, to, back=False):
    """Keeps the state file, or puts it back."""
    for ending in ["", "-wal", "-shm"]:
        a, b = folder / f"state.db{ending}", folder / f"{to}{ending}"
        if back:
            a, b = b, a
        b.unlink(missing_ok=True)
        if a.exists():
            shutil.copy2(a, b)


def masters(samband, served):
    once([samband, "run", *[x for name in MASTERS for x in ("--entity", name)]], served.folder)
    state(served.folder, "before.db")


def samband_runs(samband, served, runs):
    """The three runs, each measured so often; and the last one's own account of itself."""
    hours = [samband, "run", "--entity", "WorkHours", "--format", "json", "--stats"]
    measured = {"first load": [], "all read again, nothing changed": [], "incremental, nothing changed": []}
    for _ in range(runs):
        served.say("empty")
        state(served.folder, "before.db", back=True)
        for kind, more in zip(measured, ([], ["--full"], [])):
            served.say("counts")
            done = once(hours + more, served.folder)
            done["requests"] = sum(n for route, n in served.say("counts").items() if "/token" not in route)
            done["stats"] = json.loads(done["out"]).get("stats")
            measured[kind].append(done)
    return measured


def median(of, what):
    return statistics.median(one[what] for one in of)


def exponent(points):
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def peers(prepared, served, runs, scratch):
    """What else does the same work, over the same server."""
    rows = {}
    sync = prepared.have.get("sync")
    for _ in range(runs):
        if sync:
            file = scratch / "sync.sqlite"
            for ending in ["", "-wal", "-shm"]:
                pathlib.Path(f"{file}{ending}").unlink(missing_ok=True)
            for kind, more in [("first load", []), ("all read again, nothing changed", []), ("incremental, nothing changed", ["2026-06-01"])]:
                rows.setdefault((kind, "Rust by hand into SQLite"), []).append(once([sync, served.url, file, *more], scratch))
    python = scratch / "venv" / "bin" / "python"
    if prepared.peers and prepared.dlt(python):
        env = dict(os.environ, RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="ERROR")
        for _ in range(min(runs, 3)):
            for kind in ("sqlite", "duckdb"):
                shutil.rmtree(scratch / "dlt", ignore_errors=True)
                for old in scratch.glob("dlt.*"):
                    old.unlink()
                for work in ("first load", "all read again, nothing changed"):
                    command = [python, RUN / "peers" / "with_dlt.py", served.url, kind, scratch / f"dlt.{kind}", scratch / "dlt", "load"]
                    name = f"dlt 1.31 into {'SQLite' if kind == 'sqlite' else 'DuckDB'}, the same columns"
                    rows.setdefault((work, name), []).append(once(command, scratch, env))
    return rows


def run(prepared, options):
    prepared.cargo("samband", HERE.parent, "--bin", "samband")
    for name in ("serve", "sync"):
        prepared.cargo(name, RUN, "--bin", name)
    if not {"samband", "serve"} <= set(prepared.have):
        raise SystemExit("the bench of whole runs cannot be built")
    samband, hours = prepared.have["samband"], options.hours
    folder = prepared.scratch / "company"
    start = statistics.median(once([samband, "--version"], HERE)["cpu"] for _ in range(5))
    served = Served(prepared.have["serve"], hours, folder)
    try:
        masters(samband, served)
        ours = samband_runs(samband, served, options.runs)
        others = peers(prepared, served, options.runs, prepared.scratch)
    finally:
        served.stop()
    text = [
        "## Run\n",
        f"{hours:,} approved hours over loopback HTTP in pages of 1,000, without a quota; samband into the sandbox's Visma Business over TDS,",
        "the others into a file. Starting the process takes samband "
        f"{start:.3f} s of CPU; `benches/run/README.md` says what is compared.\n",
        "| work | contender | CPU s, median (min to max) | records a CPU second | CPU, samband = 1 | wall s | peak MiB | requests to Severa |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, of in ours.items():
        own = median(of, "cpu")
        lines = [("samband", of)] + [(name, done) for (work, name), done in others.items() if work == kind]
        for name, done in lines:
            cpu = [one["cpu"] for one in done]
            requests = f"{median(done, 'requests'):.0f}" if "requests" in done[0] else ""
            text.append(
                f"| {kind} | {name} | {statistics.median(cpu):.3f} ({min(cpu):.3f} to {max(cpu):.3f}) | {hours / statistics.median(cpu):,.0f} | "
                f"{statistics.median(cpu) / own:.2f} | {median(done, 'wall'):.1f} | {median(done, 'mib'):.0f} | {requests} |"
            )
    return "\n".join(text) + "\n\n" + growth(prepared, samband, options)


def growth(prepared, samband, options):
    text = ["Growth, samband alone:\n", "| hours | first load, CPU s | peak MiB | all read again, CPU s | peak MiB | incremental, CPU s | peak MiB |", "|---|---|---|---|---|---|---|"]
    points = {}
    for size in options.sizes:
        served = Served(prepared.have["serve"], size, prepared.scratch / "company")
        try:
            masters(samband, served)
            done = samband_runs(samband, served, 1 if size >= 1_000_000 else min(options.runs, 3))
        finally:
            served.stop()
        cells = []
        for kind, of in done.items():
            points.setdefault(kind, []).append((size, median(of, "cpu")))
            cells += [f"{median(of, 'cpu'):.3f}", f"{median(of, 'mib'):.0f}"]
        text.append(f"| {size:,} | " + " | ".join(cells) + " |")
    if len(options.sizes) > 1:
        fits = [f"{kind} {exponent(of):.2f}" for kind, of in points.items()]
        text.append(f"\nCPU grows with the hours to the power of: {', '.join(fits)}.\n")
    return "\n".join(text)
