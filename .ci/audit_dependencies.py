"""Ask PyPI for known vulnerabilities of every package that requirements/ pins; the exit code is 1 where there is one.

What cannot be asked, for want of a network or of data, is said and is no failure: nobody's build ends with a service.
The program that asks, pip-audit, is pinned like the rest, and has a virtual environment of its own in .venv.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements"
PLACE = ROOT / ".venv" / "audit"
DATA = "https://pypi.org/pypi/{name}/{version}/json"
PATIENCE = 15


def main() -> int:
    """Audit, and print a line for each vulnerability."""
    name, version = (REQUIREMENTS / "runtime.txt").read_text().split()[0].split("==")
    address = DATA.format(name=name, version=version)
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            answer.read(1)
    except OSError as error:
        print(f"dependencies NOT AUDITED: {address} cannot be had ({error})")
        return 0
    return summarize(audit())


def audit() -> list[dict[str, Any]]:
    """Return what pip-audit says of each package."""
    program = installed()
    files = [word for path in sorted(REQUIREMENTS.glob("*.txt")) for word in ("--requirement", str(path))]
    options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]
    done = subprocess.run([program, "-m", "pip_audit", *options, *files], stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        raise SystemExit(done.returncode or 1)
    found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    return found


def installed() -> str:
    """Return the interpreter that has pip-audit, which is installed anew after a change of its pins."""
    pins, mark, program = REQUIREMENTS / "audit.txt", PLACE / "pins.txt", str(PLACE / "bin" / "python")
    if not mark.exists() or mark.read_bytes() != pins.read_bytes():
        venv.create(PLACE, clear=True, with_pip=True)
        options = ["--disable-pip-version-check", "--quiet", "--require-hashes", "--no-deps"]
        subprocess.run([program, "-m", "pip", "install", *options, "--requirement", str(pins)], check=True)
        mark.write_bytes(pins.read_bytes())
    return program


def summarize(packages: list[dict[str, Any]]) -> int:
    """Print what was found in `packages`, and return the exit code."""
    skipped = sorted({package["name"] for package in packages if "skip_reason" in package})
    found = [(package, each) for package in packages for each in package.get("vulns", ())]
    for package, each in found:
        fixed = ", ".join(each["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {each['id']}, fixed in {fixed}")
    asked = len({package["name"] for package in packages}) - len(skipped)
    if skipped:
        print(f"dependencies NOT AUDITED: PyPI has no data here on {', '.join(skipped)}")
    print(f"{asked} pinned packages audited, {len(found)} known vulnerabilities")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
