"""It runs where there is nothing but Python and cryptography, and imports nothing else."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / "verifier" / "custodes_verify.py"
WHOLE = ROOT / "tests/vectors/log/good/whole"
RUN = """
import runpy, sys
sys.path.append(sys.argv.pop(1))
code = 0
try:
    runpy.run_path(sys.argv.pop(1), run_name="__main__")
except SystemExit as stopped:
    code = stopped.code
outside = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
print("outside:", *sorted(outside), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of packages that holds cryptography, what it binds to, and nothing else."""
    site = tmp_path / "packages"
    site.mkdir()
    for name in ("cryptography", "_cffi_backend"):
        found = importlib.util.find_spec(name)
        assert found
        assert found.origin
        path = Path(found.origin)
        path = path.parent if path.name == "__init__.py" else path
        (site / path.name).symlink_to(path)
    return site


def alone(bare: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """The file itself, copied away from the project, in a Python without site-packages."""
    away = bare.parent / "away"
    away.mkdir(exist_ok=True)
    copy = away / "custodes_verify.py"
    copy.write_bytes(FILE.read_bytes())
    command = [sys.executable, "-I", "-S", "-c", RUN, str(bare), str(copy), *map(str, words)]
    return subprocess.run(command, cwd=away, env={}, capture_output=True, text=True, timeout=60)


def test_it_needs_the_standard_library_and_cryptography_alone(bare: Path) -> None:
    done = alone(bare, "--trust", WHOLE / "trust", "--json", WHOLE / "bundle.zip")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True
    outside = set(done.stderr.rpartition("outside:")[2].split())
    # What cryptography is bound with registers itself under these two.
    assert outside - {"__main__", "_cffi_backend", "_openssl"} == {"cryptography"}


def test_it_names_no_other_import() -> None:
    imported = set()
    for node in ast.walk(ast.parse(FILE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
    assert not imported & {"socket", "urllib", "http", "subprocess", "ctypes", "pickle", "shutil", "tempfile"}


def test_a_fault_and_wrong_usage_have_exit_codes_of_their_own(bare: Path) -> None:
    bad = ROOT / "tests/vectors/log/bad/changed-leaves.jsonl"
    done = alone(bare, "--trust", bad / "trust", bad / "bundle.zip")
    assert done.returncode == 1
    assert "DOES NOT HOLD" in done.stdout
    assert "FAULT [digest] leaves.jsonl" in done.stdout
    assert alone(bare, WHOLE / "bundle.zip").returncode == 2
    assert alone(bare, "--trust", WHOLE / "trust", "nowhere.zip").returncode == 2
    assert alone(bare, "--trust", WHOLE / "bundle.zip", WHOLE / "bundle.zip").returncode == 2


def test_it_says_what_was_proven_and_what_was_not(bare: Path) -> None:
    done = alone(bare, "--trust", WHOLE / "trust", WHOLE / "bundle.zip")
    for words in (
        "HOLDS",
        "proven: all 23 entries",
        "not proven: not witnessed",
        "the newest entries may have been cut off",
    ):
        assert words in done.stdout


def test_the_page_for_auditors_names_this_very_file_and_every_fault() -> None:
    page = (ROOT / "docs" / "verifying.md").read_text(encoding="utf-8")
    assert f"{hashlib.sha256(FILE.read_bytes()).hexdigest()}  custodes_verify.py" in page
    codes = set(re.findall(r'Fault\(\s*"([a-z]+)"', FILE.read_text(encoding="utf-8")))
    told = set(re.findall(r"^\| `([a-z]+)` \| ", page, re.MULTILINE))
    assert codes - {"trust"} == told


def test_what_a_page_shows_how_to_do_can_be_done(tmp_path: Path) -> None:
    """Taking a time-stamp out for OpenSSL, as the page says."""
    page = (ROOT / "docs" / "verifying.md").read_text(encoding="utf-8")
    shown = re.search(r"python - <<'X'\n(.*?)\n +X\n", page, re.DOTALL)
    assert shown
    with zipfile.ZipFile(WHOLE.parent / "stamped" / "bundle.zip") as bundle:
        bundle.extractall(tmp_path / "log")
    subprocess.run([sys.executable, "-c", textwrap.dedent("      " + shown[1].lstrip())], cwd=tmp_path, check=True)
    assert (tmp_path / "text").read_text(encoding="utf-8").startswith("custodes.test/log\n")
    assert (tmp_path / "token.tsr").read_bytes()[0] == 0x30
