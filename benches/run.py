#!/usr/bin/env python3
"""Runs samband beside what one would use instead, and writes RESULTS.md.

usage: run.py [transform] [check] [run] [--records N] [--hours N] [--runs N] [--scratch DIR] [--no-peers] [--built DIR] [--stdout]

Peers come from the package registries into the scratch folder; one that cannot be had is left out with a word.
Every contender must give the same answer before anything is measured. All run in turn (A B C A B C ...), so that
what else the machine does hits all of them; the figure is CPU (user + system) of the whole process, the median.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

import workload_run

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TRANSFORM = HERE / "transform"
SIZES = [1_000, 10_000, 100_000, 1_000_000]


def say(text):
    print(text, file=sys.stderr, flush=True)


def attempt(what, *command, cwd=None, env=None):
    """Whether a step of the preparation went well; if not, why not."""
    say(f"preparing {what}")
    try:
        done = subprocess.run([str(c) for c in command], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        say(f"  left out: {error}")
        return False
    if done.returncode:
        last = done.stdout.decode("utf-8", "replace").strip().splitlines()[-1:]
        say(f"  left out: {' '.join(last)}")
    return done.returncode == 0


class Prepared:
    """What could be built and installed."""

    def __init__(self, scratch, peers, built):
        self.scratch = scratch
        self.target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", scratch / "target")).resolve()
        self.env = dict(os.environ, CARGO_TARGET_DIR=str(self.target))
        self.bin = scratch / "bin"
        self.bin.mkdir(parents=True, exist_ok=True)
        self.peers = peers
        self.built = built
        self.have = {}

    def cargo(self, name, folder, *args, called=None):
        """Each in a call of its own: in one call features would be joined."""
        if self.built and (self.built / name).exists():
            self.have[name] = (self.built / name).resolve()
            return self.have[name]
        if attempt(name, "cargo", "build", "--release", *args, cwd=folder, env=self.env):
            built = self.target / "release" / (called or name)
            shutil.copy2(built, self.bin / name)
            self.have[name] = self.bin / name
        return self.have.get(name)

    def python(self):
        """An interpreter with orjson, and whether it could be had."""
        python = self.scratch / "venv" / "bin" / "python"
        ready = python.exists() or attempt("a Python environment", sys.executable, "-m", "venv", self.scratch / "venv")
        if ready and attempt("orjson", python, "-m", "pip", "install", "--quiet", "orjson==3.13.0"):
            return python
        return None

    def dlt(self, python):
        """Whether dlt could be had for that interpreter."""
        ready = python.exists() or attempt("a Python environment", sys.executable, "-m", "venv", self.scratch / "venv")
        wanted = ["dlt[sqlalchemy,duckdb]==1.31.0", "pyarrow", "requests"]
        return ready and attempt("dlt", python, "-m", "pip", "install", "--quiet", *wanted)

    def jaq(self):
        root = self.scratch / "tools"
        jaq = root / "bin" / "jaq"
        args = ["cargo", "install", "--quiet", "--root", root, "jaq", "--version", "3.1.2", "--locked"]
        return jaq if jaq.exists() or attempt("jaq", *args, env=self.env) else None

    def jsonata(self):
        folder = self.scratch / "node"
        folder.mkdir(exist_ok=True)
        if not shutil.which("node"):
            say("jsonata is left out: there is no node")
            return None
        there = (folder / "node_modules" / "jsonata").exists()
        if there or attempt("jsonata", "npm", "install", "--silent", "jsonata@2.2.2", cwd=folder):
            return folder / "node_modules"
        return None


class Contender:
    def __init__(self, name, command, stdin=None, stdout=None, env=None, rare=False):
        self.name, self.command, self.stdin, self.stdout = name, [str(c) for c in command], stdin, stdout
        self.env = dict(os.environ, **env) if env else None
        # Slow ones run three times only.
        self.rare = rare
        self.cpu, self.mib = [], []

    def once(self):
        """CPU seconds and peak memory of one run of the whole process."""
        stdin = open(self.stdin, "rb") if self.stdin else subprocess.DEVNULL
        stdout = open(self.stdout, "wb") if self.stdout else subprocess.DEVNULL
        process = subprocess.Popen(self.command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=self.env)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (stdin, stdout):
            if stream is not subprocess.DEVNULL:
                stream.close()
        if process.returncode:
            raise SystemExit(f"{self.name} ended with {process.returncode}: {said.decode('utf-8', 'replace')[-400:]}")
        # Linux counts memory in KiB, macOS in bytes.
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def measure(contenders, runs):
    for number in range(runs + 1):
        for contender in contenders:
            if contender.rare and number > 3:
                continue
            cpu, mib = contender.once()
            # The first round warms caches.
            if number:
                contender.cpu.append(cpu)
                contender.mib.append(mib)
        say(f"round {number} of {runs}")


def generate(records, scratch):
    path = scratch / f"hours-{records}.jsonl"
    if not path.exists():
        say(f"generating {records:,} records")
        subprocess.run([sys.executable, TRANSFORM / "generate.py", str(records), path], check=True)
    return path


def transforms(prepared, records, out):
    """Every contender that could be had, over this input."""
    samband = [prepared.have["samband"], "map", "Hours", "--project", TRANSFORM / "project"]
    all_of_them = [Contender("samband, interpreted mapping", samband, stdin=records, stdout=out / "samband")]
    by_hand = {
        "sonic": "Rust by hand, sonic-rs into structs",
        "simd": "Rust by hand, simd-json into structs",
        "typed": "Rust by hand, serde_json into structs",
        "value": "Rust by hand, serde_json's tree",
    }
    for name, title in by_hand.items():
        if name in prepared.have:
            all_of_them.append(Contender(title, [prepared.have[name], records, out / name]))
    peers = TRANSFORM / "peers"
    if "vrl" in prepared.have:
        vrl = [prepared.have["vrl"], peers / "transform.vrl", records]
        all_of_them.append(Contender("VRL 0.38, table as a native function", [*vrl, out / "vrl-native", "native"]))
        all_of_them.append(Contender("VRL 0.38, table as an object", [*vrl, out / "vrl"]))
    if not prepared.peers:
        return all_of_them
    all_of_them.append(Contender("Python, json", [sys.executable, peers / "plain.py", records, out / "python"]))
    if python := prepared.python():
        all_of_them.append(Contender("Python, orjson", [python, peers / "plain.py", records, out / "orjson", "orjson"]))
    if jaq := prepared.jaq():
        jaq = [jaq, "-c", "--slurpfile", "types", peers / "types.json", "-f", peers / "transform-trim.jq", records]
        all_of_them.append(Contender("jaq 3.1", jaq, stdout=out / "jaq", rare=True))
    if jq := shutil.which("jq"):
        jq = [jq, "-c", "--slurpfile", "types", peers / "types.json", "-f", peers / "transform.jq", records]
        all_of_them.append(Contender("jq", jq, stdout=out / "jq", rare=True))
    if modules := prepared.jsonata():
        command = ["node", peers / "jsonata.js", records, out / "jsonata"]
        all_of_them.append(Contender("JSONata 2.2", command, env={"NODE_PATH": str(modules)}, rare=True))
    return all_of_them


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def same_answers(contenders, out):
    """Rows must be equal as parsed JSON: the order of members and the spelling of numbers aside."""
    files = {c.name: c.stdout or next(a for a in c.command if a.startswith(str(out))) for c in contenders}
    reference_name = next((n for n in files if "serde_json into" in n), contenders[0].name)
    reference = rows(files[reference_name])
    for name, path in files.items():
        given = rows(path)
        wrong = next((i for i, (a, b) in enumerate(zip(reference, given)) if a != b), None)
        if wrong is not None:
            raise SystemExit(f"{name}, row {wrong + 1}:\n  {given[wrong]}\nis not\n  {reference[wrong]}")
        if len(given) != len(reference):
            raise SystemExit(f"{name} gives {len(given)} rows, not {len(reference)}")
    return len(reference)


def exponent(points):
    """The slope of a line through the logarithms."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def transform(prepared, options):
    # What maps needs no network code, which takes long to build.
    if not prepared.cargo("samband", ROOT, "--no-default-features", "--bin", "samband"):
        raise SystemExit("samband cannot be built")
    for name in ("typed", "sonic", "simd", "value"):
        prepared.cargo(name, TRANSFORM, "--bin", name)
    if prepared.peers:
        prepared.cargo("vrl", TRANSFORM, "--features", "vrl", "--bin", "vrl")
    out = prepared.scratch / "out"
    out.mkdir(exist_ok=True)
    records = generate(options.records, prepared.scratch)
    contenders = transforms(prepared, records, out)
    for contender in contenders:
        contender.once()
    count = same_answers(contenders, out)
    say(f"all {len(contenders)} give the same {count:,} rows")
    measure(contenders, options.runs)
    ours = statistics.median(contenders[0].cpu)
    text = [
        "## Transform\n",
        f"{options.records:,} work hours as JSON lines ({records.stat().st_size / 1e6:,.0f} MB) to {count:,} flat rows; the rules are in",
        "`transform/project/transform.mapping`. All contenders gave the same rows.\n",
        "| contender | CPU s, median (min to max) | records a CPU second | CPU, samband = 1 | peak MiB |",
        "|---|---|---|---|---|",
    ]
    for c in contenders:
        cpu = statistics.median(c.cpu)
        text.append(
            f"| {c.name} | {cpu:.3f} ({min(c.cpu):.3f} to {max(c.cpu):.3f}) | {options.records / cpu:,.0f} | "
            f"{cpu / ours:.2f} | {statistics.median(c.mib):.0f} |"
        )
    return "\n".join(text) + "\n\n" + growth(prepared, options, out)


def growth(prepared, options, out):
    sizes = [size for size in SIZES if size <= max(options.records * 5, SIZES[0])]
    all_of_them = []
    for size in sizes:
        command = [prepared.have["samband"], "map", "Hours", "--project", TRANSFORM / "project"]
        records = generate(size, prepared.scratch)
        all_of_them.append(Contender(f"{size:,}", command, stdin=records, stdout=out / "growth"))
    measure(all_of_them, options.runs)
    text = ["Growth, samband alone, the start of the process included:\n", "| records | CPU s, median | peak MiB |", "|---|---|---|"]
    points = []
    for size, c in zip(sizes, all_of_them):
        cpu = statistics.median(c.cpu)
        points.append((size, cpu))
        text.append(f"| {size:,} | {cpu:.3f} | {statistics.median(c.mib):.0f} |")
    text.append(f"\nCPU grows with the records to the power of {exponent(points):.2f} over all sizes, "
                f"{exponent(points[-2:]):.2f} between the last two.\n")
    return "\n".join(text)


def check(prepared, options):
    """The bench of `samband check` measures its peers in its own process."""
    args = [] if prepared.peers else ["--no-default-features"]
    bench = prepared.cargo("samband-bench-check", HERE / "check", *args)
    if not bench and prepared.peers:
        bench = prepared.cargo("samband-bench-check", HERE / "check", "--no-default-features")
    if not bench:
        raise SystemExit("the bench of `samband check` cannot be built")
    done = subprocess.run([bench, "1000", str(options.runs)], stdout=subprocess.PIPE, check=True)
    return "## Check\n\n" + done.stdout.decode()


def machine():
    model = platform.processor() or platform.machine()
    try:
        found = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
        model = found.group(1) if found else model
    except OSError:
        pass
    rust = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE).stdout.decode().split(" (")[0]
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}, {rust}, Python {platform.python_version()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], "transform", "check", "run"])
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--hours", type=int, default=100_000, help="work hours of whole runs")
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], default=[10_000, 100_000, 1_000_000],
                        help="numbers of work hours over which growth is measured")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scratch", type=pathlib.Path, default=HERE / "target")
    parser.add_argument("--no-peers", action="store_true", help="samband and what is written by hand alone")
    parser.add_argument("--built", type=pathlib.Path, help="a folder with programs that need not be built again")
    parser.add_argument("--stdout", action="store_true", help="print the tables, and leave RESULTS.md as it is")
    options = parser.parse_args()
    options.scratch = options.scratch.resolve()
    options.scratch.mkdir(parents=True, exist_ok=True)
    prepared = Prepared(options.scratch, not options.no_peers, options.built)
    began = time.time()
    parts = [{"transform": transform, "check": check, "run": workload_run.run}[p](prepared, options) for p in options.parts or ["transform", "check", "run"]]
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    head = (
        "# Results\n\nWritten by `benches/run.py`. CPU is user and system time of the whole process; compare within one table, "
        "by ratios.\nAbsolute times move with what else the machine does.\n\n"
        f"{datetime.date.today()}, {machine()}; {time.time() - began:,.0f} s{load}.\n\n"
    )
    text = head + "\n".join(parts)
    print(text)
    if not options.stdout:
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
