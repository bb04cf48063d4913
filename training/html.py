"""Pieces of an HTML page: one file, tables, nothing that is fetched."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

_COLOURS = ("#2563a8", "#b3362b", "#777777")
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 62em;
  padding: 0 1em; color: #222; background: #fff }
table { border-collapse: collapse; margin: .6em 0 1.4em }
th, td { padding: .15em .9em .15em 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid #ddd }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
h2 { margin-top: 2.2em; border-bottom: 2px solid #222 } img { max-width: 100% }
.note { color: #555 }
"""


def document(title: str, body: str) -> str:
    """Give a whole page."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def shares(count: int, *given: float) -> tuple[str, ...]:
    """Show shares of so many rows; of none there is nothing to say."""
    return tuple(f"{share:.1%}" if count else "" for share in given)


def note(*sentences: str) -> str:
    """Give a paragraph in grey."""
    return f'<p class="note">{escape(" ".join(sentences))}</p>\n'


def table(head: Sequence[str], lines: Iterable[Iterable[object]]) -> str:
    """Give a table; numbers stand at the right."""
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "\n".join("<tr>" + "".join(map(_cell, line)) + "</tr>" for line in lines)
    return f"<table><tr>{cells}</tr>\n{body}</table>\n"


def curve(title: str, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Draw (x, y) points as lines, by name, in an image that stands in the page."""
    points = [point for line in lines.values() for point in line]
    if not points:
        return note(f"{title}: nothing was measured.")
    right = max(x for x, _ in points) or 1.0
    top = max(y for _, y in points) or 1.0
    shapes = []
    for number, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(
            f"{50 + 540 * x / right:.1f},{190 - 170 * y / top:.1f}" for x, y in line
        )
        shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{480}" y="{30 + 18 * number}" fill="{colour}">{escape(name)}</text>'
        )
    axes = (
        '<path d="M50 15 V190 H595" fill="none" stroke="#777"/>'
        f'<text x="44" y="24" text-anchor="end">{top:.3g}</text>'
        '<text x="44" y="194" text-anchor="end">0</text>'
        f'<text x="595" y="210" text-anchor="end">{right:.0f}</text>'
    )
    return (
        f'<p><svg viewBox="0 0 620 220" width="620" role="img" aria-label="{escape(title)}"'
        f' font-size="13">{axes}{"".join(shapes)}</svg></p>\n'
    )


def _cell(value: object) -> str:
    text = str(value)
    is_number = text.rstrip("%").replace(".", "", 1).isdigit()
    return f"<td{' class=n' if is_number else ''}>{escape(text)}</td>"
