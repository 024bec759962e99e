"""The charts of one collection."""

from comparison.drawing import WIDTH, Axis, Drawing, escape
from comparison.report import seconds

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 42, WIDTH - 8, 30, 248, 290
MEASURE = "nDCG@10"


def effectiveness(row):
    return row["measures"][MEASURE]["value"]


def latency(row):
    return row["timings"]["median"]


def two_places(value):
    return f"{value:.2f}"


def tick_seconds(value):
    return f"{value:g} s" if value >= 0.1 else f"{value * 1000:g} ms"


def front(rows):
    """The systems that no other equals or beats in both effectiveness and latency, fastest first."""
    best, found = float("-inf"), []
    for row in sorted(rows, key=lambda row: (latency(row), -effectiveness(row))):
        if effectiveness(row) > best:
            best = effectiveness(row)
            found.append(row)
    return found


def effectiveness_chart(rows):
    """nDCG@10 against latency, with the Pareto front."""
    x = Axis([latency(row) for row in rows], LEFT, RIGHT, True, tick_seconds)
    y = Axis([effectiveness(row) for row in rows], BOTTOM, TOP, format=two_places, padding=0.12)
    drawing = Drawing(HEIGHT, "nDCG@10 against latency")
    drawing.axes(x, y, "latency for 100 documents, median (logarithmic)", MEASURE)
    corners = []
    for row in front(rows):
        place = x.place(latency(row)), y.place(effectiveness(row))
        corners += [(place[0], corners[-1][1])] if corners else []
        corners.append(place)
    drawing.line([*corners, (RIGHT, corners[-1][1])], "front")
    places = [(x.place(latency(row)), y.place(effectiveness(row))) for row in rows]
    for color, (row, place) in enumerate(zip(rows, places)):
        drawing.point(*place, color, f"{row['system']}: {effectiveness(row):.4f}, "
                                     f"{seconds(latency(row))}")
    for color, (row, place) in enumerate(zip(rows, places)):
        drawing.label(*place, row["system"], color, LEFT, RIGHT, TOP - 6, BOTTOM)
    return drawing.svg()


def depth_chart(rows):
    """nDCG@10 against prompts a query, of which depth makes many."""
    curves = [(color, row) for color, row in enumerate(rows) if row["by_depth"]]
    duos = [(color, row) for color, row in enumerate(rows) if row["duo_depth"]]
    if not curves and not duos:
        return None
    base = effectiveness(rows[0])
    values = [value for _, row in curves for _, value in row["by_depth"]]
    values += [effectiveness(row) for _, row in duos] + [base]
    prompts = [limit for _, row in curves for limit, _ in row["by_depth"]]
    prompts += [row["passes_for_100"] for _, row in duos] + [1]
    x = Axis(prompts, LEFT, RIGHT - 66, True, lambda value: f"{value:g}")
    y = Axis(values, BOTTOM, TOP, format=two_places, padding=0.12)
    drawing = Drawing(HEIGHT, "nDCG@10 against prompts a query")
    drawing.axes(x, y, "prompts through the model, a query (logarithmic)", MEASURE)
    drawing.line([(LEFT, y.place(base)), (x.end, y.place(base))], "front", 0)
    ends = []
    for color, row in curves:
        places = [(x.place(limit), y.place(value)) for limit, value in row["by_depth"]]
        drawing.line(places, "curve", color)
        for (limit, value), place in zip(row["by_depth"], places):
            drawing.point(*place, color, f"{row['system']}, best {limit}: {value:.4f}", 2.5)
        ends.append((color, row, places[-1]))
    for color, row in duos:
        place = x.place(row["passes_for_100"]), y.place(effectiveness(row))
        drawing.point(*place, color, f"{row['system']}: {effectiveness(row):.4f}")
        ends.append((color, row, place))
    for color, row, place in ends:
        drawing.label(*place, row["system"], color, LEFT, RIGHT, TOP - 6, BOTTOM)
    drawing.label(LEFT, y.place(base) - 8, rows[0]["system"], 0, LEFT, RIGHT, TOP - 6, BOTTOM)
    return drawing.svg()


def cost_chart(rows, deepest=100):
    """Seconds a query against depth, from the measured pairs a second."""
    timed = [(color, row) for color, row in enumerate(rows)
             if row["timings"]["pairs_per_second"] and row["mode"] != "mono-duo"]
    if not timed:
        return None
    depths = [2, 3, 5, 7, 10, 15, 20, 30, 50, 70, deepest]

    def cost(row, depth):
        prompts = depth * (depth - 1) if row["mode"] == "duo" else depth
        return prompts / row["timings"]["pairs_per_second"]

    x = Axis(depths, LEFT + 6, RIGHT - 40, True, lambda value: f"{value:g}")
    y = Axis([cost(row, depth) for _, row in timed for depth in depths], BOTTOM, TOP, True, tick_seconds)
    drawing = Drawing(HEIGHT, "Seconds a query against depth")
    drawing.axes(x, y, "candidates that are read or compared (logarithmic)", "time a query")
    for color, row in timed:
        places = [(x.place(depth), y.place(cost(row, depth))) for depth in depths]
        drawing.line(places, "curve", color)
        for depth, place in zip(depths, places):
            drawing.point(*place, color,
                          f"{row['system']}, {depth} candidates: {seconds(cost(row, depth))}", 2.5)
    for color, row in timed:
        place = x.place(depths[-1]), y.place(cost(row, depths[-1]))
        drawing.label(*place, row["mode"], color, LEFT, RIGHT, TOP - 6, BOTTOM)
    return drawing.svg()


def differences_chart(row, base, color):
    """Each query's nDCG@10 less BM25's, the largest gain first."""
    height, middle, reach = 92, 46, 42
    changes = sorted(((row["per_query"].get(query, 0) - value, query)
                      for query, value in base["per_query"].items()), reverse=True)
    drawing = Drawing(height, f"{row['system']}: nDCG@10 of each query less BM25's")
    step = (RIGHT - LEFT) / len(changes)
    for value, name in [(1, "+1"), (0, "0"), (-1, "−1")]:
        place = middle - value * reach
        drawing.line([(LEFT, place), (RIGHT, place)], "grid")
        drawing.text(LEFT - 5, min(max(place + 4, 10), height - 2), name, "end", "tick")
    for number, (change, query) in enumerate(changes):
        top = middle - max(change, 0) * reach
        side = "gain" if change > 0 else "loss"
        drawing.parts.append(
            f'<rect class="{side}" x="{LEFT + number * step:.2f}" y="{top:.1f}" '
            f'width="{max(step - 0.6, step * 0.6):.2f}" height="{abs(change) * reach:.1f}">'
            f"<title>{escape(query)}: {change:+.4f}</title></rect>")
    return drawing.svg()
