"""The lint finds what JupyterLab or GitHub would show otherwise, and lets good pages pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tempkit.course import chapters, markdown
from tempkit.course.markdown import Page


@pytest.fixture
def rules(tmp_path: Path):
    """The rules that a page breaks, when it lies beside ``other.md`` and ``figure.svg``."""
    (tmp_path / "other.md").write_text('# Other\n\n<a id="here"></a>\n\n## A heading\n', "utf-8")
    (tmp_path / "figure.svg").write_text("<svg/>")

    def broken(text: str) -> list[str]:
        path = tmp_path / "page.md"
        path.write_text(text, "utf-8")
        return [problem.rule for problem in markdown.lint(Page("page.md", text, path))]

    return broken


GOOD = [
    "Inline $x_i$, ($y$) and **$z$**.",
    "Two $a_{i}$ and $b_{j}$ in a line.",
    "A star $q^{\\ast}$ and $p^{\\ast}$.",
    "Before\n\n$$\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}\n$$\n\nafter",
    "> Before\n>\n> $$\n> a\n> $$\n>\n> after",
    "1. One\n\n   $$\n   a\n   $$\n",
    "$a < b$ and $a \\le b$",
    "| $\\lvert x \\rvert$ | b |\n|---|---|\n| 1 | 2 |",
    "`$x` and `\\(x\\)` and `<b>`",
    "```\n$ pip <b> \\(x\n```",
    "# One\n\n## Two\n\n### Three\n\n## Four",
    '<a id="x"></a>\n\n[a](#x) [b](other.md) [c](other.md#here) [d](other.md#a-heading)',
    "![bars that fall](figure.svg)",
    '<img src="figure.svg" alt="bars that fall">',
    "<details><summary>Help</summary>\n\nText\n\n</details>",
    '<div lang="es">\n\nTexto\n\n</div>',
    "[site](https://example.org/x#y)",
    "A claim <sup>[C00.1](other.md)</sup>",
]


@pytest.mark.parametrize("text", GOOD)
def test_good_page_passes(rules, text):
    assert rules(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("So \\(x\\) is", "bracket math"),
        ("So\n\n\\[\nx\n\\]\n", "bracket math"),
        ("So $`x`$ is", "backtick math"),
        ("\\begin{align}\nx\n\\end{align}", "bare environment"),
        ("It costs $5.", "lone dollar"),
        ("It costs \\$5.", "escaped dollar"),
        ("$\\operatorname{KL}(p)$", "macro"),
        ("$\\mbox{a}$", "macro"),
        ("$\\{a\\}$", "escape"),
        ("$a \\, b$", "escape"),
        ("$\\|x\\|$", "escape"),
        ("$$\na \\; b\n$$", "escape"),
        ("$$\na \\\\ b\n$$", "escape"),
        ("$a <b$", "bare <"),
        ("$[a](b)$", "link in formula"),
        ("$$x$$", "display"),
        ("$$x\ny$$", "display"),
        ("Before\n$$\na\n$$\n", "display"),
        ("$$\na\n$$\nafter", "display"),
        ("$$\na\n\nb\n$$\n", "display"),
        ("see $$ a $$ here", "display"),
        ("a$x$ is", "glued formula"),
        ("the 5-$x$", "glued formula"),
        ("the $x$s", "glued formula"),
        ("the $a\nb$ is", "broken formula"),
        ("the $ a $ is", "padded formula"),
        ("$p_i^*$ and $q^*$", "markdown in formula"),
        ("$\\mathbf{d}_{i}$ and $\\mathbf{e}_{j}$", "markdown in formula"),
        ("$$\n\\mathbb{E}_{p} + \\mathbb{E}_{q}\n$$", "markdown in formula"),
        ("| $|x|$ | b |\n|---|---|\n| 1 | 2 |", "| in a table"),
        ("| a | b |\n|---|---|\n| $p(a|b)$ | 2 |", "| in a table"),
        ("[the $x$](other.md)", "formula in link"),
        ("> [!NOTE]\n> Look", "alert box"),
        ("one \ntwo", "trailing space"),
        ("# One\n\n### Three", "heading jump"),
        ("![](figure.svg)", "alt text"),
        ("![the $x$](figure.svg)", "alt text"),
        ('<img src="figure.svg">', "alt text"),
        ("<span>a</span>", "html"),
        ("[a](nowhere.md)", "dead link"),
        ("[a](other.md#nowhere)", "dead link"),
        ("[a](#nowhere)", "dead link"),
        ("![bars](nowhere.svg)", "dead link"),
        ("<sup>[C00.1](nowhere.py)</sup>", "dead link"),
    ],
)
def test_page_breaks_the_rule(rules, text, rule):
    assert rule in rules(text)


def test_problem_names_page_line_and_remedy(tmp_path):
    page = Page("theory/en/00.md", "one\n\n$\\{a$\n", tmp_path / "00.md")
    (problem,) = markdown.lint(page)
    assert str(problem).startswith("theory/en/00.md:3: escape: GitHub drops the backslash of \\{")


def test_cell_is_linted_where_its_lab_lies(tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "00-one.py").write_text(
        '# %% [markdown] name="a" lang="en"\n# [n](../../theory/en/00-one.md)\n'
        '# %% [markdown] name="a" lang="es"\n# [n](../../theory/es/00-one.md)\n',
        "utf-8",
    )
    note = tmp_path / "theory" / "en" / "00-one.md"
    note.parent.mkdir(parents=True)
    note.write_text("# T\n", "utf-8")
    assert [(p.page, p.rule) for p in markdown.problems(tmp_path)] == [
        ("solutions/00-one.py#a (es)", "dead link")
    ]


def test_the_course_is_clean():
    assert [str(problem) for problem in markdown.problems(chapters.root())] == []
