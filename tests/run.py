"""All tests of both environments, browser tests included; ends with a count per suite.

make test                           everything
.venv/bin/python tests/run.py unit  one suite: bot, unit, e2e
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
COUNTS = re.compile(r"(\d+) (passed|failed|error|errors|skipped|xfailed)")
SUITES = {
    "bot": [
        str(BOT_PYTHON),
        "-m",
        "pytest",
        "-c",
        "bot/pyproject.toml",
        "--rootdir",
        ".",
        "--confcutdir",
        "tests/bot",
        "tests/bot",
    ],
    # Most of them wait for something, so three at once fit on two cores.
    "unit": [sys.executable, "-m", "pytest", "-n", "3", "--dist", "worksteal", "--ignore=tests/e2e", "tests"],
    "e2e": [sys.executable, "-m", "pytest", "tests/e2e"],
}


def find_chromium() -> str:
    """A Chromium for the browser tests: one that is there, else Debian's as root, else Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

    def there() -> str | None:
        for name in names:
            if path := shutil.which(name):
                return path
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            bundled = Path(playwright.chromium.executable_path)
        return str(bundled) if bundled.exists() else None

    if found := os.environ.get("HOTLINE_TEST_CHROMIUM") or there():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing Debian's chromium for the browser tests", flush=True)
        quiet = {"stdout": subprocess.DEVNULL}
        environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], **quiet, env=environment)  # type: ignore[call-overload]
        packages = ["chromium", "fonts-noto-cjk"]
        subprocess.run(  # type: ignore[call-overload]
            ["apt-get", "install", "-qy", "--no-install-recommends", *packages], **quiet, env=environment
        )
    if there() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if found := there():
        return found
    sys.exit(
        "no Chromium for the browser tests. Install one (Debian: sudo apt-get install chromium fonts-noto-cjk; "
        "elsewhere: .venv/bin/playwright install --with-deps chromium), or set HOTLINE_TEST_CHROMIUM to its path."
    )


def run(name: str) -> tuple[int, dict[str, int], float]:
    """Run one suite, its output passed on; exit code, counts, seconds."""
    print(f"\n── {name} " + "─" * 60, flush=True)
    began = time.monotonic()
    process = subprocess.Popen(
        SUITES[name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    last = ""
    assert process.stdout
    for line in process.stdout:
        print(line, end="", flush=True)
        if COUNTS.search(line):
            last = line
    counts = {
        kind.removesuffix("s") if kind == "errors" else kind: int(n) for n, kind in COUNTS.findall(last)
    }
    return process.wait(), counts, time.monotonic() - began


def main() -> int:
    wanted = sys.argv[1:] or list(SUITES)
    if "e2e" in wanted:
        os.environ["HOTLINE_TEST_CHROMIUM"] = find_chromium()
    results = {name: run(name) for name in wanted}
    print("\n── summary " + "─" * 57)
    for name, (code, counts, seconds) in results.items():
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "no test ran"
        print(f"{name:<6}{told:<50}{seconds:6.0f} s{'' if code == 0 else f'  exit {code}'}")
    total = {
        kind: sum(c.get(kind, 0) for _, c, _ in results.values())
        for kind in ("passed", "failed", "error", "skipped")
    }
    failed = (
        total["failed"]
        + total["error"]
        + sum(1 for code, c, _ in results.values() if code and not c.get("failed"))
    )
    print(f"{total['passed']} passed, {failed} failed, {total['skipped']} skipped")
    return 0 if all(code == 0 and counts.get("passed") for code, counts, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
