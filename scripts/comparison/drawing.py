"""Axes, marks and labels of a chart, as SVG of a phone's width."""

import html
import math
import pathlib

STYLE = pathlib.Path(__file__).with_name("page.css")
WIDTH = 360
LETTER = 7  # The width of a letter at the size of the labels, on average, in a wide typeface.
LINE = 13
COLORS = 10  # In page.css.


def color_name(number):
    return f"var(--c{number % COLORS})"


def escape(text):
    return html.escape(str(text), quote=True)


class Axis:
    """Values to places, linear or logarithmic."""

    def __init__(self, values, start, end, is_logarithmic=False, format=str, padding=0.06):
        self.is_logarithmic = is_logarithmic
        self.format = format
        self.start, self.end = start, end
        low, high = (self.scaled(edge(values)) for edge in (min, max))
        margin = (high - low) * padding or 0.1
        self.low, self.high = low - margin, high + margin

    def scaled(self, value):
        return math.log10(value) if self.is_logarithmic else value

    def place(self, value):
        share = (self.scaled(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        if self.is_logarithmic:
            decades = range(math.floor(self.low), math.ceil(self.high) + 1)
            span = self.high - self.low
            steps = [1] if span > 3 else [1, 3] if span > 1 else [1, 2, 5]
            values = [step * 10.0 ** decade for decade in decades for step in steps]
        else:
            step = nice_step((self.high - self.low) / 4)
            first = math.ceil(self.low / step)
            values = [round(number * step, 10)
                      for number in range(first, math.floor(self.high / step) + 1)]
        return [value for value in values if self.low <= self.scaled(value) <= self.high]


def nice_step(rough):
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in [1, 2, 5, 10] if step * power >= rough)


class Drawing:
    """A chart that is being drawn; labels keep out of each other's way."""

    def __init__(self, height, title):
        self.height = height
        self.title = title
        self.parts, self.labels, self.points = [], [], []
        self.taken = []

    def axes(self, x, y, x_name, y_name):
        """Grid, ticks and names."""
        for value in y.ticks():
            place = y.place(value)
            self.parts.append(f'<line class="grid" x1="{x.start}" x2="{x.end}" y1="{place:.1f}" '
                              f'y2="{place:.1f}"/>')
            self.text(x.start - 5, place + 4, y.format(value), "end", "tick")
        last = -math.inf
        for value in x.ticks():
            place, text = x.place(value), x.format(value)
            self.parts.append(f'<line class="grid" x1="{place:.1f}" x2="{place:.1f}" y1="{y.start}" '
                              f'y2="{y.end}"/>')
            if place - len(text) * LETTER / 2 > last:
                self.text(min(place, WIDTH - len(text) * LETTER / 2), y.start + 16, text, "middle",
                          "tick")
                last = place + len(text) * LETTER / 2 + 6
        self.text((x.start + x.end) / 2, y.start + 34, x_name, "middle", "name")
        self.text(2, y.end - 10, y_name, "start", "name")

    def text(self, x, y, text, anchor, style):
        self.parts.append(f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
                          f"{escape(text)}</text>")

    def line(self, points, style, color=None):
        stroke = f' style="stroke:{color_name(color)}"' if color is not None else ""
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline class="{style}" points="{places}"{stroke}/>')

    def point(self, x, y, color, words, radius=5):
        self.points.append(f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="{radius}" '
                           f'style="fill:{color_name(color)}"><title>{escape(words)}</title></circle>')
        if radius > 3:
            self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def label(self, x, y, text, color, left, right, top, bottom):
        """Writes beside a place, where nothing stands yet."""
        width = len(text) * LETTER
        sides = {"start": 0, "end": -width, "middle": -width / 2}
        beside = [("start", x + 9, y + 4), ("end", x - 9, y + 4)]
        places = [*beside, ("middle", x, y - 9), ("middle", x, y + 18)]
        places += [(anchor, a, b + shift) for shift in (-13, 13, -26, 26, -39, 39)
                   for anchor, a, b in beside]

        def box(place):
            anchor, a, b = place
            return a + sides[anchor], b - LINE + 3, a + sides[anchor] + width, b + 3

        def is_free(place):
            a, b, c, d = box(place)
            inside = a >= left and c <= right and b >= top and d <= bottom
            return inside and not any(
                a < r and c > p and b < s and d > q for p, q, r, s in self.taken)

        anchor, a, b = place = next(filter(is_free, places), beside[1])
        self.taken.append(box(place))
        self.labels.append(
            f'<text class="label" x="{a:.1f}" y="{b:.1f}" text-anchor="{anchor}" '
            f'style="fill:{color_name(color)}">{escape(text)}</text>')

    def svg(self):
        parts = "".join([*self.parts, *self.labels, *self.points])
        return (f'<svg viewBox="0 0 {WIDTH} {self.height}" role="img" '
                f'aria-label="{escape(self.title)}">{parts}</svg>')

    def file(self):
        """The chart as a file of its own, with the page's colours."""
        opening = '<svg xmlns="http://www.w3.org/2000/svg" '
        ground = '<rect width="100%" height="100%" style="fill:var(--ground)"/>'
        first, rest = self.svg().removeprefix("<svg ").split(">", 1)
        return f"{opening}{first}><style>\n{STYLE.read_text()}</style>{ground}{rest}\n"
