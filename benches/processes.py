"""CPU time and memory of process trees, from /proc. Linux only."""

import os
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """Parent, and ticks used by the process and by its ended children; None if it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return int(fields[1]), sum(map(int, fields[11:15]))


def members(root):
    """The process and all that descend from it, with their ticks."""
    stats = {int(pid): _stat(pid) for pid in os.listdir("/proc") if pid.isdigit()}
    stats = {pid: stat for pid, stat in stats.items() if stat}
    found, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        if pid in stats:
            found[pid] = stats[pid][1]
            waiting.extend(child for child, (parent, _) in stats.items() if parent == pid)
    return found


def cpu_seconds(root):
    """What the tree under a process has used so far, ended members included."""
    return sum(members(root).values()) / TICKS_PER_SECOND


def own_cpu_seconds():
    """What this process and the ended ones that it started have used so far."""
    return sum(os.times()[:4])


def machine_cpu_seconds():
    """What all processors have worked so far, as (busy, busy and idle). Time that the host took away counts as busy."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / TICKS_PER_SECOND, sum(ticks) / TICKS_PER_SECOND


def memory_mib(root):
    """Memory of the tree under a process, as {"rss", "pss"}; PSS divides what several processes share."""
    kibibytes = {"Rss:": 0, "Pss:": 0}
    for pid in members(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, *value = line.split()
            if name in kibibytes:
                kibibytes[name] += int(value[0])
    return {"rss": kibibytes["Rss:"] / 1024, "pss": kibibytes["Pss:"] / 1024}
