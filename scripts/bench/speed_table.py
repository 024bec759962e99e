"""The rows that `compare` measures, as Markdown tables."""

from peers import SYSTEMS


def markdown(heading, texts, lines):
    """A table whose first `texts` columns are flush left."""
    ruler = ["---"] * texts + ["---:"] * (len(heading) - texts)
    return "\n".join("| " + " | ".join(line) + " |" for line in [heading, ruler, *lines])


def mebibytes(figures):
    return f"{figures['peak_memory_bytes'] / 2**20:,.0f}"


def agreement(figures):
    tau = figures["tau"]
    return [f"{figures['difference']:.1e}", "–" if tau is None else f"{tau:.3f}"]


def seconds(figures):
    """A peer's seconds; its precision may be one that it does not have, or it was not asked."""
    return f"{figures['seconds_per_100']:.2f}" if "seconds_per_100" in figures else "n/a"


def fastest(row):
    """The least seconds of a peer in a row, or None."""
    return min((figures["seconds_per_100"] for figures in row["peers"].values()
                if "seconds_per_100" in figures), default=None)


def speeds(rows, systems):
    heading = ["model", "precision", "t5rank, s/100",
               *(f"{SYSTEMS[name].title}, s/100" for name in systems),
               "fastest peer ÷ t5rank", "share of the machine's rate", "that rate, G/s",
               "t5rank, MiB", "max. \\|Δ score\\|", "τ"]
    lines = []
    for row in rows:
        ours, best = row["t5rank"], fastest(row)
        lines.append([
            row["model"], row["precision"], f"{ours['seconds_per_100']:.2f}",
            *(seconds(row["peers"].get(name, {})) for name in systems),
            "–" if best is None else f"{best / ours['seconds_per_100']:.2f}",
            f"{ours['gemm_share']:.0%}", f"{ours['gemm_gflops']:.0f}", mebibytes(ours),
            *agreement(ours)])
    return markdown(heading, 2, lines)


def settings(rows):
    heading = ["model", "precision", "peer", "batch size", "batches at once", "MiB",
               "max. \\|Δ score\\|", "τ"]
    lines = [
        [row["model"], row["precision"], SYSTEMS[name].title, str(figures["batch_size"]),
         str(figures["streams"]), mebibytes(figures), *agreement(figures)]
        for row in rows for name, figures in row["peers"].items() if "batch_size" in figures]
    return markdown(heading, 3, lines)


def lacks(rows):
    """Why a peer has no figure, each reason once."""
    reasons = {f"{SYSTEMS[name].title}, {row['model']} in {row['precision']}: "
               f"{figures['unsupported']}."
               for row in rows for name, figures in row["peers"].items()
               if "unsupported" in figures}
    return "\n".join(f"- {reason}" for reason in sorted(reasons))
