"""What growth.py found: fits, tables and charts."""

import datetime
import json
import math
import struct

from comparison.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, tick_seconds
from comparison.drawing import Axis, Drawing
from comparison.report import processor
from weights_held import weights_held

MARKS = "<!-- growth -->", "<!-- /growth -->"
MEGABYTE = 1 << 20
SLACK = 64 * MEGABYTE


def held(folder, precision):
    """Bytes of the weights of a model that is stored in one file."""
    with (folder / "model.safetensors").open("rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return weights_held(((name, tensor["shape"], 2 if "16" in tensor["dtype"] else 4)
                         for name, tensor in header.items() if name != "__metadata__"), precision)


class Curve:
    """Seconds against one quantity, with the line that fits best and the exponent."""

    def __init__(self, name, points):
        self.name = name
        self.points = sorted(points)  # (x, seconds)

    def line(self):
        """Fixed seconds and seconds a unit, by least squares of relative errors; nothing costs less than 0."""
        weights = [(x, y, 1 / y ** 2) for x, y in self.points]
        total = sum(w for _, _, w in weights)
        mean_x = sum(w * x for x, _, w in weights) / total
        mean_y = sum(w * y for _, y, w in weights) / total
        spread = sum(w * (x - mean_x) ** 2 for x, _, w in weights)
        slope = sum(w * (x - mean_x) * (y - mean_y) for x, y, w in weights) / spread
        fixed = mean_y - slope * mean_x
        if fixed >= 0:
            return fixed, slope
        return 0, sum(w * x * y for x, y, w in weights) / sum(w * x * x for x, _, w in weights)

    def exponent(self):
        """The slope of the logarithms."""
        logs = [(math.log(x), math.log(y)) for x, y in self.points]
        mean_x, mean_y = (sum(column) / len(logs) for column in zip(*logs))
        return (sum((x - mean_x) * (y - mean_y) for x, y in logs)
                / sum((x - mean_x) ** 2 for x, _ in logs))

    def deviation(self):
        """The point furthest from the line: its x, and by how much of the line it is above (+) or below it."""
        fixed, slope = self.line()
        return max(((x, y / (fixed + slope * x) - 1) for x, y in self.points), key=lambda d: abs(d[1]))

    def json(self):
        fixed, slope = self.line()
        place, deviation = self.deviation()
        return {"name": self.name, "points": self.points, "exponent": self.exponent(),
                "fixed_seconds": fixed, "seconds_a_unit": slope,
                "greatest_deviation": deviation, "deviates_at": place}


def select(rows, **wanted):
    return [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]


def per_document(row):
    return row["tokens"] / row["pairs"], row["seconds"] / row["documents"]


# What a series' curves show: the x and y of a row, and the variants of each model's curve.
CURVES = {
    "documents": ("documents", lambda row: (row["x"], row["seconds"]), [{"threads": 2}, {"threads": 1}]),
    "tokens": ("tokens of each passage with its query", per_document, [{"threads": 2}]),
    "passage": ("tokens of one passage with its query", per_document, [{"threads": 1}, {"threads": 2}]),
    "depth": ("candidates that duo compares", lambda row: (row["x"], row["seconds"]),
              [{"strategy": "all"}, {"strategy": "tournament"}]),
    "pairs": ("prompts of duo", lambda row: (row["pairs"], row["seconds"]),
              [{"strategy": "all"}, {"strategy": "tournament"}]),
}
VARIANTS = {"all": "all pairs", "tournament": "tournament", 1: "1 thread", 2: "2 threads"}


def curves(rows, models, precisions):
    """Curves by series; prompts of duo are the depth series seen from another side."""
    found = {}
    for series, (_, point, variants) in CURVES.items():
        found[series] = []
        for model in models:
            for precision in precisions:
                for variant in variants:
                    chosen = select(rows, series="depth" if series == "pairs" else series, model=model,
                                    precision=precision, **variant)
                    if len(chosen) >= 3:
                        name = f"{model} {precision}, {VARIANTS[next(iter(variant.values()))]}"
                        found[series].append(Curve(name, [point(row) for row in chosen]))
    return found


def value(rows, name="seconds", **wanted):
    chosen = select(rows, **wanted)
    return chosen[0][name] if chosen else None


def side_by_side(rows, model, precision, held_bytes):
    """The figures of one model in one precision; None for what was not measured."""
    of = dict(model=model, precision=precision)
    queries = select(rows, series="queries", **of)
    hundred = dict(series="documents", threads=2, x=100, **of)
    longest = max((row["x"] for row in select(rows, series="passage", **of)), default=None)
    return {
        "model": model, "precision": precision,
        "ten_documents": [value(rows, series="documents", threads=n, x=10, **of) for n in [1, 2]],
        "hundred_documents": [value(rows, series="documents", threads=n, x=100, **of) for n in [1, 2]],
        "thousand_documents": value(rows, series="documents", threads=2, x=1000, **of),
        "long_passage": [value(rows, series="passage", threads=n, x=longest, **of) for n in [1, 2]],
        "queries": queries[0]["x"] if queries else None,
        "queries_documents_a_second": queries[0]["documents"] / queries[0]["seconds"] if queries else None,
        "duo_50": [value(rows, series="depth", strategy=s, x=50, **of) for s in ["all", "tournament"]],
        "start": [value(rows, series="start", cached=c, **of) for c in [True, False]],
        "start_cpu": value(rows, "cpu_seconds", series="start", cached=True, **of),
        "tokenization_share": value(rows, "tokenization_share", **hundred),
        "gemm_share": value(rows, "gemm_share", **hundred),
        "peak_bytes": value(rows, "peak_memory_bytes", **hundred),
        "held_bytes": held_bytes, "bound_bytes": 1.15 * held_bytes + SLACK}


def report(rows, held_bytes, models, precisions):
    return {
        "date": str(datetime.date.today()), "processor": processor(),
        "figures": [side_by_side(rows, model, precision, held_bytes[model, precision])
                    for model in models for precision in precisions],
        "curves": {series: [curve.json() for curve in found]
                   for series, found in curves(rows, models, precisions).items()}}


def figure(number):
    """Seconds, in three digits."""
    if number is None:
        return "–"
    return f"{number * 1000:.3g} ms" if number < 1 else f"{number:.3g} s"


def table(columns, rows):
    yield "| " + " | ".join(columns) + " |"
    yield "|---" + "|---:" * (len(columns) - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def pair(numbers, form=figure):
    return " / ".join(form(number) for number in numbers)


def gain(one, two):
    return f"{pair([one, two])} ({one / two:.2f} ×)" if one and two else pair([one, two])


def megabytes(number):
    return "–" if number is None else f"{number / MEGABYTE:.0f}"


def percent(number):
    return "–" if number is None else f"{100 * number:.1f} %"


def speed_rows(found):
    for row in found["figures"]:
        thousand = row["thousand_documents"]
        many = row["queries_documents_a_second"]
        yield [f"{row['model']} {row['precision']}", gain(*row["ten_documents"]),
               gain(*row["hundred_documents"]), gain(*row["long_passage"]),
               f"{1000 / thousand:.0f}" if thousand else "–",
               f"{many:.0f} ({row['queries']} × 100)" if many else "–", *map(figure, row["duo_50"])]


def cost_rows(found):
    for row in found["figures"]:
        peak = megabytes(row["peak_bytes"])
        if row["peak_bytes"] and row["peak_bytes"] > row["bound_bytes"]:
            peak += " (above)"
        yield [f"{row['model']} {row['precision']}", *map(figure, row["start"]), figure(row["start_cpu"]),
               megabytes(row["held_bytes"]), megabytes(row["bound_bytes"]), peak,
               percent(row["tokenization_share"]), percent(row["gemm_share"])]


def curve_rows(found):
    for series, curve_list in found["curves"].items():
        for curve in curve_list:
            points = ", ".join(f"{x:.0f}: {figure(y)}" for x, y in curve["points"])
            yield [CURVES[series][0], curve["name"], points, f"{curve['exponent']:.2f}",
                   figure(curve["fixed_seconds"]), figure(curve["seconds_a_unit"]),
                   f"{100 * curve['greatest_deviation']:+.1f} % at {curve['deviates_at']:.0f}"]


def markdown(found, chart_folder=None):
    parts = [f"Measured on {found['date']}, {found['processor']}.", "\n".join(table(
        ["model", "1 × 10, 1 / 2 threads", "1 × 100, 1 / 2 threads", "one long passage, 1 / 2 threads",
         "1 × 1,000, documents a second", "many queries, documents a second", "duo top 50, all pairs",
         "duo top 50, tournament"], speed_rows(found))), "\n".join(table(
             ["model", "start to end, cached", "start to end, not cached", "CPU", "weights held, MB",
              "bound, MB", "peak for 1 × 100, MB", "share of tokenization", "share of the machine's rate"],
             cost_rows(found)))]
    if chart_folder:
        parts.append("\n".join(f"![Time against {CURVES[series][0]}]({chart_folder}/{series}.svg)"
                               for series, found_curves in found["curves"].items() if found_curves))
    parts.append("\n".join(table(
        ["against", "curve", "seconds", "exponent", "fixed", "a unit", "furthest from the line"],
        curve_rows(found))))
    return "\n\n".join(parts)


def chart(series, found_curves):
    """Time against one quantity, both logarithmic: what is straight has a slope of one."""
    points = [point for curve in found_curves for point in curve["points"]]
    x = Axis([x for x, _ in points], LEFT + 6, RIGHT - 6, True, lambda number: f"{number:g}")
    y = Axis([y for _, y in points], BOTTOM, TOP, True, tick_seconds)
    drawing = Drawing(HEIGHT, f"Time against {CURVES[series][0]}")
    drawing.axes(x, y, f"{CURVES[series][0]} (logarithmic)", "time (logarithmic)")
    for color, curve in enumerate(found_curves):
        places = [(x.place(a), y.place(b)) for a, b in curve["points"]]
        drawing.line(places, "curve", color)
        for (a, b), place in zip(curve["points"], places):
            drawing.point(*place, color, f"{curve['name']}, {a:.0f}: {figure(b)}", 2.5)
    for color, curve in enumerate(found_curves):
        a, b = curve["points"][-1]
        # The number of threads is the same for all that is drawn.
        words = curve["name"].removesuffix(", 2 threads").replace(", all pairs", ", all")
        drawing.label(x.place(a), y.place(b), words, color, LEFT, RIGHT, TOP - 6, BOTTOM)
    return drawing.file()


def drawn(series, found_curves):
    """As many as can be told apart: two threads, fp32 and int8, and of duo both strategies."""
    chosen = [curve for curve in found_curves
              if not curve["name"].endswith("1 thread") and " bf16" not in curve["name"]]
    return chosen or found_curves


def write(found, page):
    """Puts the tables between the marks of a page, and the charts beside it."""
    text = page.read_text()
    before, rest = text.split(MARKS[0], 1)
    _, after = rest.split(MARKS[1], 1)
    folder = page.parent / "growth"
    folder.mkdir(exist_ok=True)
    for series, found_curves in found["curves"].items():
        if found_curves:
            (folder / f"{series}.svg").write_text(chart(series, drawn(series, found_curves)))
    page.write_text(f"{before}{MARKS[0]}\n{markdown(found, 'growth')}\n{MARKS[1]}{after}")
