"""``make fuzz``: each target of tests/fuzz/targets from its kept corpus, one after the other, guided by coverage.

What fails is put into the corpus, so that ``make test`` shows it from then on. ``--keep`` adds what reached something
new, minimised. Only here is atheris imported.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from shutil import copy2, rmtree
from tempfile import mkdtemp

HERE = Path(__file__).parents[1] / "tests/fuzz"
TARGETS = sorted(path.stem for path in (HERE / "targets").glob("*.py"))
MOST_KEPT = 64 * 1024  # bytes of one target's corpus
MOST_INPUT = {"bundle": 40_000, "certificate": 30_000, "recovery": 8_000, "stamp": 8_000}


def run_one(target: str, command: str, options: list[str]) -> None:
    """In a process of its own, which libFuzzer ends. ``command`` starts it again: to merge, it starts itself."""
    import atheris

    names = re.search(r"INSTRUMENT = \((.*?)\)\n", (HERE / f"targets/{target}.py").read_text(), re.DOTALL)
    wanted = re.findall(r'"([a-z._]+)"', names[1] if names else "")
    with atheris.instrument_imports(include=wanted, enable_loader_override=False):
        module = import_module(f"tests.fuzz.targets.{target}")
    atheris.Setup([command, *options], module.one)
    atheris.Fuzz()


def fuzz(target: str, seconds: int, work: Path, *, keep: bool) -> bool:
    """True where nothing was found."""
    corpus, grown = HERE / "corpus" / target, work / target
    corpus.mkdir(exist_ok=True, parents=True)
    grown.mkdir()
    _put(grown, (path.read_bytes() for path in corpus.iterdir()))
    _put(grown, import_module(f"tests.fuzz.targets.{target}").seeds())
    print(f"{target}: {seconds} s from {len(list(grown.iterdir()))} inputs", flush=True)
    ended = _libfuzzer(target, work, f"-max_total_time={seconds}", f"-artifact_prefix={work}/", str(grown))
    told = [line for line in ended.stderr.splitlines() if re.match(r"#\d+\s.* cov: |Done ", line)]
    print("\n".join(f"  {line}" for line in told[-2:]), flush=True)
    for path in [path for path in work.iterdir() if path.is_file()]:
        if not path.name.startswith("slow-"):
            _put(corpus, [path.read_bytes()], "found-")
        path.unlink()
    if ended.returncode:
        told = [line for line in ended.stderr.splitlines() if not line.startswith("#")]
        print("\n".join([*ended.stdout.splitlines()[-30:], *told[-12:]]), flush=True)
    elif keep:
        _minimise(target, grown, corpus, work)
    return not ended.returncode


def _minimise(target: str, grown: Path, corpus: Path, work: Path) -> None:
    """As few and as small as reach the same, the smallest first, up to what may be kept."""
    fewer = work / f"{target}-fewer"
    fewer.mkdir()
    _libfuzzer(target, work, "-merge=1", str(fewer), str(grown))
    room = MOST_KEPT
    for path in corpus.iterdir():
        if not path.name.startswith("found-"):
            path.unlink()
    for path in sorted(fewer.iterdir(), key=lambda each: each.stat().st_size):
        room -= path.stat().st_size
        if room < 0:
            break
        copy2(path, corpus / sha256(path.read_bytes()).hexdigest()[:16])
    print(f"  kept {len(list(corpus.iterdir()))} inputs, {MOST_KEPT - max(room, 0)} bytes", flush=True)


def _libfuzzer(target: str, work: Path, *options: str) -> subprocess.CompletedProcess[str]:
    limits = ["-timeout=120", "-rss_limit_mb=2048", f"-max_len={MOST_INPUT.get(target, 4000)}"]
    again = work / "again" / target
    again.parent.mkdir(exist_ok=True)
    again.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tools.fuzz --run {target} "$0" "$@"\n')
    again.chmod(0o700)
    command = [str(again), *limits, *options]
    return subprocess.run(command, check=False, capture_output=True, text=True, errors="replace", cwd=HERE.parents[1])


def _put(folder: Path, inputs: Iterable[bytes], prefix: str = "") -> None:
    for data in inputs:
        (folder / (prefix + sha256(data).hexdigest()[:16])).write_bytes(data)


def main() -> int:
    if sys.argv[1:2] == ["--run"]:
        run_one(sys.argv[2], sys.argv[3], sys.argv[4:])
        return 0
    parser = argparse.ArgumentParser(description="Fuzz the parsers of outside and stored bytes.")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=TARGETS, metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--keep", action="store_true", help="add to the corpus what reached something new")
    given = parser.parse_args()
    work = Path(mkdtemp())
    try:
        good = [fuzz(target, given.seconds, work, keep=given.keep) for target in given.targets]
    finally:
        rmtree(work)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
