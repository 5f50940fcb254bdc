"""How much memory there is to compute in."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["available_memory"]

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int | None:
    """Return how many bytes can be had without swapping, as far as the system says.

    On Linux what the kernel estimates to be available, or what is left to the container if that is less; elsewhere
    the memory built in, from which only the hopeless can be told; None where that is not known either (Windows).

    Returns
    -------
    int or None
    """
    if not _MEMINFO.exists():
        return _built_in()
    fields = dict(line.split(":") for line in _MEMINFO.read_text().splitlines())
    available = int(fields["MemAvailable"].split()[0]) * 1024
    left = _left_to_container()
    return available if left is None else min(available, left)


def _left_to_container() -> int | None:
    limit_file = _CGROUP / "memory.max"
    if not limit_file.exists():
        return None
    limit = limit_file.read_text().strip()
    if limit == "max":
        return None
    used = int((_CGROUP / "memory.current").read_text())
    statistics = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
    # The cache of files counts as used, but is given up on demand.
    return int(limit) - used + int(statistics["file"])


def _built_in() -> int | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
