#!/usr/bin/env python3
"""Draws a terminal screen as SVG: tmux capture-pane -pe | picture.py TITLE > FILE.svg

Reads the colours that tmux writes (16, 256 and true colour, bold, italic, reverse); needs nothing
but Python.
"""

import re
import sys
from html import escape

FOREGROUND, BACKGROUND = "#d8dee9", "#14161b"
WIDTH, HEIGHT, MARGIN, BAR = 8.43, 19, 14, 30
BASE = "#3b4252 #bf616a #a3be8c #ebcb8b #81a1c1 #b48ead #88c0d0 #d8dee9".split()
BRIGHT = "#6b7386 #d0727b #b4cf9d #fcdc9c #92b2d2 #c59fbe #99d1e1 #eceff4".split()


def colour(number):
    if number < 8:
        return BASE[number]
    if number < 16:
        return BRIGHT[number - 8]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    steps = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#" + "".join(f"{steps[v]:02x}" for v in (number // 36, number // 6 % 6, number % 6))


def apply(style, codes):
    codes = [int(c or 0) for c in codes.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = {}
        elif code in (1, 3, 4, 7):
            style = {**style, {1: "bold", 3: "italic", 4: "underline", 7: "reverse"}[code]: True}
        elif code in (38, 48):
            key, kind = ("fg" if code == 38 else "bg"), codes.pop(0)
            if kind == 5:
                style = {**style, key: colour(codes.pop(0))}
            else:
                style = {**style, key: "#" + "".join(f"{codes.pop(0):02x}" for _ in range(3))}
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style = {**style, "fg": colour(code - 30 if code < 90 else code - 82)}
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style = {**style, "bg": colour(code - 40 if code < 100 else code - 92)}
        elif code in (39, 49):
            style = {k: v for k, v in style.items() if k != ("fg" if code == 39 else "bg")}
    return style


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    width = max(map(len, plain)) * WIDTH + 2 * MARGIN
    height = len(lines) * HEIGHT + BAR + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>')
    for i, fill in enumerate(("#bf616a", "#ebcb8b", "#a3be8c")):
        print(f'<circle cx="{20 + 18 * i}" cy="{BAR / 2 + 3}" r="5.5" fill="{fill}"/>')
    print(f'<text x="{width / 2:.0f}" y="{BAR / 2 + 7}" text-anchor="middle" fill="#8a93a5" '
          f'font-family="sans-serif" font-size="13">{escape(sys.argv[1])}</text>')
    print('<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">')
    style = {}
    for row, line in enumerate(lines):
        column, y = 0, BAR + MARGIN + row * HEIGHT
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b"):
                style = apply(style, part[2:-1])
                continue
            if not part:
                continue
            fg, bg = style.get("fg", FOREGROUND), style.get("bg")
            if style.get("reverse"):
                fg, bg = bg or BACKGROUND, fg
            x, long = MARGIN + column * WIDTH, len(part) * WIDTH
            if bg:
                print(f'<rect x="{x:.1f}" y="{y}" width="{long:.1f}" height="{HEIGHT}" fill="{bg}"/>')
            if part.strip():
                extra = ' font-weight="bold"' if style.get("bold") else ""
                extra += ' font-style="italic"' if style.get("italic") else ""
                print(f'<text x="{x:.1f}" y="{y + 14}" fill="{fg}" textLength="{long:.1f}"{extra}>{escape(part)}</text>')
            column += len(part)
    print("</g>\n</svg>")


main()
