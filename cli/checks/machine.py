"""The machine: Python, the SIP stack, folders, disk, clock."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cli.checks.finding import Finding, fails, ok, warns
from config.clock import SystemClock, from_iso, iso
from config.home import Home

_LOW_MB, _EMPTY_MB = 1_000, 100
_RELEASED_AT = from_iso("2026-11-01")
_STACK = "import pjsua2; print('sixring:' + pjsua2.Endpoint().libVersion().full)"


def python() -> Finding:
    """Is it a Python that the SIP stack has a wheel for?"""
    found = f"Python {sys.version.split()[0]}"
    if (3, 11) <= sys.version_info[:2] <= (3, 12):
        return ok("python", found)
    return fails("python", found, "install Python 3.11 or 3.12 and run 'make setup' again")


def sip_stack() -> Finding:
    """Does pjsua2 load? In a process of its own: a broken one takes its process down."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _STACK], capture_output=True, text=True, timeout=30, check=False
        )
    except subprocess.TimeoutExpired:
        return fails("sip_stack", "pjsua2 did not load within 30 s", "run 'make setup' again")
    version = [
        line.removeprefix("sixring:") for line in done.stdout.splitlines() if line.startswith("sixring:")
    ]
    if done.returncode == 0 and version:
        return ok("sip_stack", f"pjsua2 {version[0]} loads")
    why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return fails("sip_stack", f"pjsua2 does not load: {why}", "run 'make setup' again on Python 3.11 or 3.12")


def folders(home: Home) -> Finding:
    """Can the home be written, and is it private?"""
    there = _nearest(home.path)
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"x")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        mend = "make room there" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "mend its rights"
        return fails("home", f"{home.path} cannot be written: {why}", f"{mend}, or name another with --home")
    open_to = [
        folder for folder in (home.path, home.config_folder) if folder.exists() and _open_to_others(folder)
    ]
    if open_to:
        return warns("home", f"{open_to[0]} can be read by others on this machine", f"chmod 700 {open_to[0]}")
    return ok("home", f"{home.path} can be written, and only by you")


def _nearest(folder: Path) -> Path:
    """`folder`, or what is there of the way to it."""
    return next(part for part in (folder, *folder.parents) if part.exists())


def _open_to_others(folder: Path) -> bool:
    return os.name == "posix" and bool(folder.stat().st_mode & 0o077)


def disk(home: Home) -> Finding:
    """Is there room? A full disk loses no call, but it stops the floor."""
    there = _nearest(home.path)
    free = shutil.disk_usage(there).free // 1_000_000
    found = f"{free:,} MB free at {there}"
    if free < _EMPTY_MB:
        return fails("disk", found, "make room: the store cannot be written soon")
    if free < _LOW_MB:
        return warns("disk", found, "make room before it stops the floor")
    return ok("disk", found)


def clock(last_event_at: int | None) -> Finding:
    """Can the clock be right? Call windows and payroll stand on it."""
    now = SystemClock().now()
    found = f"it is {iso(now)}"
    if now < _RELEASED_AT:
        return fails("clock", f"{found}, before this program was made", "set the clock, and keep it by NTP")
    if last_event_at is not None and last_event_at > now:
        return fails(
            "clock",
            f"{found}, but the log has an event of {iso(last_event_at)}",
            "set the clock, and keep it by NTP",
        )
    return ok("clock", found)
