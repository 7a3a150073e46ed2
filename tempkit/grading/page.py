"""The frame of a page of HTML that needs nothing else: no network, no script, no other file.

Whatever a page shows of a student's has gone through :mod:`tempkit.grading.safe_text`. The
content security policy stands behind that: a browser would run or fetch nothing either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["Html", "bar", "document", "table"]

#: Text that is HTML already; a plain ``str`` still has to be escaped.
Html = str

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

#: Contrasts at least 4.5 to 1 for text and 3 to 1 for bars, in either scheme.
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #57606a;
  --line: #d0d7de; --panel: #f6f8fa; --bar: #2f6fab; --good: #176f2c; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9aa5b1;
  --line: #3d444d; --panel: #161b22; --bar: #5b9bd5; --good: #5fcf7a; --bad: #ff8e8e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem 1rem 4rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.55 system-ui, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-top: .9rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.3rem 0 .3rem; }
p, ul, dl { margin: .5rem 0; }
.soft { color: var(--soft); }
.total { font-size: 1.35rem; margin: .9rem 0; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.note { background: var(--panel); border-left: 4px solid var(--bar); padding: .6rem .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: .35rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem .4rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
thead th { border-bottom: 2px solid var(--line); }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code, pre { font: .875rem/1.45 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
code { background: var(--panel); border-radius: 3px; padding: .1em .3em; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; margin: .4rem 0;
  padding: .6rem .8rem; overflow: auto; max-height: 22rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
img { max-width: 100%; height: auto; background: #ffffff; border: 1px solid var(--line); }
.bar { display: block; height: .85rem; background: var(--bar); border-radius: 2px; min-width: 2px; }
.bars td:last-child { width: 55%; vertical-align: middle; }
.findings td:last-child { width: 20%; padding-top: .75rem; }
@media (max-width: 30rem) { table { font-size: .9rem; } th, td { padding-right: .4rem; } }
@media print { pre { max-height: none; } body { max-width: none; } }
"""


def document(title: str, lang: str, body: Iterable[Html]) -> str:
    """A whole page; ``body`` is its content, below which nothing is added."""
    content = "\n".join(body)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(lang)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{content}\n</main>\n</body>\n</html>\n"
    )


def table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Html]],
    *,
    numbers: Sequence[int] = (),
    kind: str = "",
) -> Html:
    """A table whose first column names its rows; the columns in ``numbers`` stand to the right.

    Heads and caption are plain text, the cells of the rows HTML.
    """

    def cell(tag: str, place: int, content: Html, scope: str = "") -> Html:
        look = ' class="number"' if place in numbers else ""
        return f"<{tag}{scope}{look}>{content}</{tag}>"

    head = "".join(cell("th", i, escape(text), ' scope="col"') for i, text in enumerate(heads))
    body = "\n".join(
        "<tr>"
        + cell("th", 0, row[0], ' scope="row"')
        + "".join(cell("td", i, content) for i, content in enumerate(row[1:], 1))
        + "</tr>"
        for row in rows
    )
    look = f' class="{kind}"' if kind else ""
    return (
        f'<div class="wide"><table{look}>\n<caption>{escape(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def bar(share: float) -> Html:
    """A bar as long as a share of 1; the number that it shows stands beside it in the table."""
    width = f"{100 * min(max(share, 0.0), 1.0):.1f}%"
    return f'<span class="bar" style="width: {width}" aria-hidden="true"></span>'
