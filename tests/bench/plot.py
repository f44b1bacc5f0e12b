"""Draws plots as SVG: lines over a number, or groups of bars; readable on a light and on a dark ground."""

import math
from html import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 74, 48
# Of each series: its colour on light and on dark, and its dashes, as colours alone do not reach everybody.
STYLES = (("#0b6bcb", "#58a6ff", ""), ("#c2410c", "#f0883e", "7 4"), ("#6b7280", "#9ca3af", "2 3"),
          ("#15803d", "#3fb950", "10 3 2 3"), ("#9333ea", "#c084fc", "4 2"))


def steps(most, count=5):
    """Returns round numbers from 0 to at least `most`."""
    if most <= 0:
        return [0, 1]
    rough = most / count
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    return [step * index for index in range(int(math.ceil(most / step - 1e-9)) + 1)]


def number(value):
    """Returns a number as it stands at an axis."""
    return ("%.10g" % round(value, 6)) if value < 1000 else "{:,.10g}".format(value)


def frame(title, subtitle, parts):
    """Returns the document around the parts of a plot."""
    colours = "".join(".s%d{stroke:%s}.f%d{fill:%s}" % (i, light, i, light) for i, (light, _, _) in enumerate(STYLES))
    darks = "".join(".s%d{stroke:%s}.f%d{fill:%s}" % (i, dark, i, dark) for i, (_, dark, _) in enumerate(STYLES))
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">' % (
            WIDTH, HEIGHT, WIDTH, HEIGHT),
        "<title>%s</title>" % escape(title),
        "<style>text{font:12px system-ui,sans-serif;fill:#1f2328}.t{font-size:15px;font-weight:600}.q{fill:#59636e}"
        ".g{stroke:#d1d9e0}.b{fill:#ffffff}.l{fill:none;stroke-width:2.2}%s"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.q{fill:#9198a1}.g{stroke:#3d444d}.b{fill:#0d1117}%s}</style>" % (
            colours, darks),
        '<rect class="b" width="%d" height="%d" rx="6"/>' % (WIDTH, HEIGHT),
        '<text class="t" x="%d" y="24">%s</text>' % (16, escape(title)),
        '<text class="q" x="%d" y="42">%s</text>' % (16, escape(subtitle)),
        *parts, "</svg>", ""])


def legend(names):
    """Returns the names of the series in a row, each with a piece of its line."""
    parts, x = [], 16
    for index, name in enumerate(names):
        parts.append('<path class="l s%d" stroke-dasharray="%s" d="M%d 59h22"/>' % (index, STYLES[index][2], x))
        parts.append('<text x="%d" y="63">%s</text>' % (x + 28, escape(name)))
        x += 46 + 6.6 * len(name)
    return parts


def rule(ticks, y_of):
    """Returns the lines across the plot and the numbers left of them."""
    parts = []
    for tick in ticks:
        y = y_of(tick)
        parts.append('<path class="g" d="M%d %.1fH%d"/>' % (LEFT, y, WIDTH - RIGHT))
        parts.append('<text class="q" text-anchor="end" x="%d" y="%.1f">%s</text>' % (LEFT - 8, y + 4, number(tick)))
    return parts


def lines(title, subtitle, across, series):
    """Returns a plot of `series` (name to points) with `across` below the axis; the y axis begins at 0."""
    points = [point for some in series.values() for point in some]
    ticks = steps(max(y for _, y in points))
    least, most = min(x for x, _ in points), max(x for x, _ in points)
    least = 0 if least < most / 8 else least

    def x_of(x):
        return LEFT + (WIDTH - LEFT - RIGHT) * (x - least) / ((most - least) or 1)

    def y_of(y):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / ticks[-1]

    parts = legend(series) + rule(ticks, y_of)
    marks, last = sorted({x for x, _ in points}), -math.inf
    for x in marks:
        if x_of(x) - last >= 34: # numbers that would touch are left out
            parts.append('<text class="q" text-anchor="middle" x="%.1f" y="%d">%s</text>' % (
                x_of(x), HEIGHT - BOTTOM + 18, number(x)))
            last = x_of(x)
    parts.append('<text class="q" text-anchor="middle" x="%d" y="%d">%s</text>' % (
        (LEFT + WIDTH - RIGHT) // 2, HEIGHT - 10, escape(across)))
    for index, some in enumerate(series.values()):
        path = "L".join("%.1f %.1f" % (x_of(x), y_of(y)) for x, y in sorted(some))
        parts.append('<path class="l s%d" stroke-dasharray="%s" d="M%s"/>' % (index, STYLES[index][2], path))
        parts += ['<circle class="f%d" cx="%.1f" cy="%.1f" r="3"/>' % (index, x_of(x), y_of(y)) for x, y in some]
    return frame(title, subtitle, parts)


def bars(title, subtitle, groups, series):
    """Returns groups of bars: `series` maps a name to one value for each group."""
    ticks = steps(max(value for some in series.values() for value in some))

    def y_of(y):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / ticks[-1]

    parts = legend(series) + rule(ticks, y_of)
    room = (WIDTH - LEFT - RIGHT) / len(groups)
    wide = min(34, room * 0.8 / len(series))
    for place, group in enumerate(groups):
        middle = LEFT + room * (place + 0.5)
        parts.append('<text class="q" text-anchor="middle" x="%.1f" y="%d">%s</text>' % (
            middle, HEIGHT - BOTTOM + 18, escape(group)))
        for index, some in enumerate(series.values()):
            x = middle + (index - len(series) / 2) * wide
            parts.append('<rect class="f%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>' % (
                index, x + 1, y_of(some[place]), wide - 2, y_of(0) - y_of(some[place])))
            parts.append('<text text-anchor="middle" x="%.1f" y="%.1f">%s</text>' % (
                x + wide / 2, y_of(some[place]) - 4, number(round(some[place], 1 if some[place] < 10 else 0))))
    return frame(title, subtitle, parts)
