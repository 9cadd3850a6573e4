"""From rounds to tables: medians, ratios of medians, and whether a result counts at all."""

import statistics


def median(rounds, *path):
    """The median over the rounds of what stands at this path of each; None where it stands in none."""
    values = []
    for result in rounds:
        for key in path:
            result = result.get(key) if result else None
        if result is not None:
            values.append(result)
    return statistics.median(values) if values else None


def spoilt_by(result):
    """Why a result doesn't count; empty if it does."""
    reasons = [f"{count} {name}" for name, count in result["errors"].items() if count]
    if result.get("first_error"):
        reasons.append(result["first_error"])
    for name, expected in result["expected_rows"].items():
        if result["rows"][name] != expected:
            reasons.append(f"{result['rows'][name]} rows of {name} instead of {expected}")
    return reasons


def cpu_us(result, name):
    """Processor time of a tree per request that was answered well."""
    return result["cpu_seconds"].get(name, 0.0) * 1e6 / max(result["requests"], 1)


def row_of(name, rounds, bases):
    """A contestant's line: its ratios to each base first, then what it was in itself."""
    rate = median(rounds, "requests_per_second")
    ratios = [f"{rate / median(base, 'requests_per_second'):.2f}" for base in bases]
    latency = [f"{median(rounds, 'latency_us', quantile) / 1000:.1f}" for quantile in ("p50", "p99")]
    processor = [f"{statistics.median(cpu_us(result, tree) for result in rounds):.0f}" for tree in ("it", "database")]
    return [name, *ratios, f"{rate:.0f}", *latency, *processor]


def table(header, rows):
    """A table in Markdown; the first column is text, the others numbers."""
    widths = [max(len(line[column]) for line in [header, *rows]) for column in range(len(header))]
    write = lambda line: "| " + " | ".join(
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(line, widths))
    ) + " |"
    rule = "|" + "|".join("-" * (width + 2) if column == 0 else "-" * (width + 1) + ":" for column, width in enumerate(widths)) + "|"
    return "\n".join([write(header), rule, *map(write, rows)])


def between_marks(text, figures, mark="figures"):
    """The page with the figures put between its two marks."""
    begin, end = f"<!-- {mark} -->\n", f"<!-- end of the {mark} -->\n"
    head, rest = text.split(begin, 1)
    _, tail = rest.split(end, 1)
    return f"{head}{begin}{figures}\n{end}{tail}"
