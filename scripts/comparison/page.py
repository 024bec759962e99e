"""The comparison as one page that needs nothing else: tables, and charts as SVG."""

from comparison import charts
from comparison.drawing import STYLE, color_name, escape
from comparison.report import caption, cells, circumstances, heading


def page(found):
    body = "".join(section(part, found) for part in found["collections"])
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>t5rank: systems compared</title>
<style>
{STYLE.read_text()}</style>
</head>
<body>
<main>
<h1>Systems compared</h1>
<p>bm25 and the bi-encoder bi search all documents. cross, mono, rank and duo re-rank what BM25 finds:
duo:N compares its best N pair by pair, mono-duo:N the best N of mono.</p>
<p class="remark">{escape(circumstances(found))}</p>
{body}</main>
</body>
</html>
"""


def section(part, found):
    rows = part["systems"]
    figures = [
        figure("How good, how fast", charts.effectiveness_chart(rows),
               "Up and to the left is better. The dashed line is the Pareto front: no system on it is "
               "beaten in both."),
        figure("What reading more candidates brings", charts.depth_chart(rows),
               "Lines: the same system on BM25’s best 1 to "
               f"{found['depth']:,}. Dashed: BM25."),
        figure("What depth costs", charts.cost_chart(rows),
               "From the measured pairs a second; duo compares each pair of candidates, both ways."),
    ]
    differences = "".join(
        difference(row, rows[0], color) for color, row in enumerate(rows) if color > 0)
    return f"""<section>
<h2>{escape(part["name"])}</h2>
<p class="remark">{escape(caption(part, found))}.</p>
{table(rows, found)}
<div class="charts">
{"".join(figures)}</div>
<h3>Query by query: nDCG@10 less BM25’s</h3>
<div class="charts">
{differences}</div>
</section>
"""


def table(rows, found):
    head = "".join(f"<th scope=\"col\">{escape(name)}</th>" for name in heading(found))
    best = {measure: max(row["measures"][measure]["value"] for row in rows)
            for measure in found["measures"]}
    lines = []
    for color, row in enumerate(rows):
        name, *texts = cells(row, found)
        line = (f'<th scope="row"><span class="key" style="background:{color_name(color)}"></span>'
                f"{escape(name)}</th>")
        for number, text in enumerate(texts):
            measure = found["measures"][number] if number < len(found["measures"]) else None
            is_best = measure and row["measures"][measure]["value"] == best[measure]
            line += f'<td{" class=best" if is_best else ""}>{marked(text)}</td>'
        lines.append(f"<tr>{line}</tr>\n")
    return (f'<div class="table" tabindex="0"><table><thead><tr>{head}</tr></thead>\n'
            f'<tbody>\n{"".join(lines)}</tbody></table></div>')


def marked(text):
    """The mark of significance in its colour; room for it where there is none, so that digits align."""
    for mark, style in [("▲", "up"), ("▼", "down")]:
        if text.endswith(mark):
            return f'{escape(text[:-1])}<span class="{style}">{mark}</span>'
    return escape(text)


def figure(title, svg, words):
    if svg is None:
        return ""
    return (f"<figure><figcaption><b>{escape(title)}</b> {escape(words)}</figcaption>{svg}"
            "</figure>\n")


def difference(row, base, color):
    changes = [row["per_query"].get(query, 0) - value for query, value in base["per_query"].items()]
    wins, losses = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
    delta = sum(changes) / len(changes)
    words = (f"{delta:+.4f} on average: {wins} better, {len(changes) - wins - losses} equal, "
             f"{losses} worse").replace("-", "−")
    return figure(row["system"], charts.differences_chart(row, base, color), words)
