"""What a bench hands back, and the machine it ran on."""

import os
import platform
from pathlib import Path
from typing import Any

import msgspec
import psutil
from django.db import connections

_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "wal_compression")


class Result(msgspec.Struct, kw_only=True):
    """Figures are absolute and this machine's; ratios compare with a limit of the same run; notes describe the limit."""

    bench: str
    figures: dict[str, float]
    ratios: dict[str, float]
    notes: list[str] = []
    machine: dict[str, Any] = {}


def machine() -> dict[str, Any]:
    """Processor, memory, versions and the server's durability."""
    with connections["owner"].cursor() as cursor:
        settings = {}
        for name in _SETTINGS:
            cursor.execute("SELECT current_setting(%s)", [name])
            settings[name] = cursor.fetchone()[0]
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": version,
        "load_before": round(os.getloadavg()[0], 2),
        **settings,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
