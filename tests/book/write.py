"""This file writes the user's book from the pages that the engines are tested on: `python -m
tests.book.write`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from keepwell.health.definition.parents import OWN
from keepwell.health.definition.scorecard import Definition, walk_with_rules
from keepwell.health.engines.oracle import Oracle
from keepwell.health.engines.protocol import Line, Result, Score
from keepwell.health.explain import prose, summary, tree
from keepwell.health.explain.parents import CHILD, ITSELF
from keepwell.health.explain.tree import Branch
from keepwell.health.explain.trend import Move
from tests.book import checking, page
from tests.book.expectations import EVERY_BATCH, Expected
from tests.book.page import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "book"
CHAPTERS = {
    1: "Aggregations",
    13: "Conditions",
    16: "States, contracts and denominators",
    21: "Missing data and late feeds",
    30: "From values to points",
    33: "From points to a score",
    42: "Corrections and late rows",
    46: "Exceptions and comparisons",
    61: "Computed columns",
    74: "Features, units and fees",
    80: "What changed",
    90: "Account hierarchies",
    93: "Trends",
    97: "Never happened, never seen",
    103: "Rejected rows",
}
INDEX = """# The book: what a score means

Every rule by which Keepwell turns facts into a score, one per page, each with an example small enough to work out by hand. The
numbers on these pages were worked out by hand, and every engine is tested against them: if a page and the program disagreed,
the tests would fail.

Unless a page says otherwise, a score of 70 or more is **Green** (healthy), 40 or more is **Amber** (watch), and anything below is
**Red** (at risk); and a score requires a coverage of one half. A score of 1 March covers the days up to and including the last day of
February.

"""
FOOT = "\n*This page is generated from `tests/book/pages/{name}.md`; change that, then run `just book`.*\n"
HEADS = {
    "account_id": "account", "at": "when", "path": "measure", "effective_weight": "share of the score",
    "missing": "no value because", "data_age_days": "data age (days)", "freshness_days": "data age (days)",
    "carried_days": "carried over (days)", "batch": "load", "label": "value", "id": "number",
    "computed_score": "computed score", "computed_band": "computed band", "as_of": "date", "why": "no arrow because",
    "rejected_rows": "rows rejected", "rejected_of": "of", "rejected_in": "in import", "empty_rows": "rows with an empty cell", "empty_of": "of kept", "healed_in": "healed in load",
}  # fmt: skip


def pages() -> dict[Path, str]:
    """The whole book: each file with its text."""
    in_order = sorted(page.PAGES.glob("*.md"), key=lambda path: int(path.name.partition("-")[0]))
    read = [page.read(path) for path in in_order]
    after: list[Page | None] = [*read[1:], None]
    written = {
        FOLDER / f"{one.name}.md": _page(one, following)
        for one, following in zip(read, after, strict=True)
    }
    return {FOLDER / "README.md": _index(read)} | written


def _index(read: Sequence[Page]) -> str:
    text = INDEX
    for one in read:
        at = int(one.name.partition("-")[0])
        text += (
            f"## {CHAPTERS[at]}\n\n"
            if at == 1
            else f"\n## {CHAPTERS[at]}\n\n"
            if at in CHAPTERS
            else ""
        )
        text += f"{at}. [{one.title}]({one.name}.md)\n"
    return text


def _page(one: Page, following: Page | None) -> str:
    facts = [(heading, rows) for heading, rows in one.written if heading.startswith("facts: ")]
    feeds = [rows for heading, rows in one.written if heading == "feeds"]
    parts = [f"# {one.title}\n", f"{one.prose}\n", "## Facts\n"]
    parts += [
        f"**{heading.removeprefix('facts: ').capitalize()}**\n\n{_table(one, rows)}"
        for heading, rows in facts
    ]
    parts += [
        f"**Rejected of {heading.removeprefix('rejected: ')}**\n\n{_table(one, rows)}"
        for heading, rows in one.written
        if heading.startswith("rejected: ")
    ]
    parts += [f"**Where it comes from**\n\n{_table(one, rows)}" for rows in feeds]
    parts += [
        f"**Overrides**\n\n{_table(one, rows)}"
        for heading, rows in one.written
        if heading == "overrides"
    ]
    for heading, text in zip(("The card", "Version 2 of the card"), one.texts, strict=False):
        parts += [f"## {heading}\n", f"```yaml\n{text}```\n"]
    parts += ["## Result\n"]
    parts += [
        f"**{_heading(expected)}**\n\n{_table(one, expected.rows)}{_quoted(one, expected)}"
        for expected in one.expected
    ]
    scored = [expected for expected in one.expected if expected.kind in ("scores", "lines")]
    parts += ["## In words\n", _explained(one, scored)] if scored else []
    onwards = f"Next: [{following.title}]({following.name}.md). " if following else ""
    return "\n".join(parts) + f"\n{onwards}[All pages](README.md)\n" + FOOT.format(name=one.name)


def _heading(expected: Expected) -> str:
    day = f"{expected.as_of:%-d %B %Y}"
    version = f", by version {expected.version}" if expected.version > 1 else ""
    known = (
        f", as known after load {expected.through_batch}"
        if expected.through_batch < EVERY_BATCH
        else ""
    )
    match expected.kind:
        case "history":
            return "Scores, date by date"
        case "moves":
            return f"Moves up to {day}"
        case "change":
            since = "" if expected.since == expected.as_of else f"from {expected.since:%-d %B} to "
            return (
                f"The change of {expected.account_id.capitalize()} {since or 'on '}{day}{version}"
            )
    what = "Scores" if expected.kind == "scores" else "Measures"
    after = (
        f", after scores on {', '.join(f'{day:%-d %B}' for day in expected.after)}"
        if expected.after
        else ""
    )
    return f"{what} of {day}{version}{after}{known}"


def _quoted(one: Page, expected: Expected) -> str:
    """Say a change in a sentence, as a reader of the program gets it."""
    if expected.kind != "change":
        return ""

    def oracle(
        definition: Definition, dates: Sequence[date], through_batch: int
    ) -> Sequence[Result]:
        return list(
            Oracle(one.tables, one.facts, one.feeds, through_batch, one.rejected).scores(
                definition, dates
            )
        )

    return f"\n> {prose.change(*checking.changed(one, expected, oracle))}\n"


def _table(one: Page, rows: Sequence[dict[str, str]]) -> str:
    heads = list(rows[0])
    lines = [[_cell(one, name, row) for name in heads] for row in rows]
    table = [
        [_head(one, name) for name in heads],
        ["---"] * len(heads),
        *lines,
    ]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in table)


def _head(one: Page, name: str) -> str:
    if any(name == row.get("account_id") for _, rows in one.written for row in rows):
        return name.capitalize()
    return HEADS.get(name, name.replace("is_", "").replace("_", " "))


def _cell(one: Page, name: str, row: dict[str, str]) -> str:
    text = row[name]
    match name:
        case _ if text == "-":
            return text
        case "account_id":
            return text.capitalize()
        case "missing" | "before" | "after":
            return prose.reason(text)
        case "why":
            return _no_arrow(one, text, row)
        case "path":
            return _path(one, text)
        case "effective_weight" if "%" not in text:
            return f"{_short(100 * float(text))} %"
        case _ if " to " in text and text[:4].isdigit():
            return f"every day from {text}"
        case _:
            return text


def _no_arrow(one: Page, why: str, row: dict[str, str]) -> str:
    usual = float(row["usual"]) if row.get("usual", "-") != "-" else None
    return prose.no_arrow(Move(usual=usual, why=why, card=one.definition.trend))  # type: ignore[arg-type]  # a page names one of the reasons


def _path(one: Page, path: str) -> str:
    if path.startswith(CHILD):
        return path.removeprefix(CHILD).capitalize()
    if path.startswith(OWN):
        entry = path.removeprefix(OWN)
        return f"{ITSELF} › {_path(one, entry)}" if entry else ITSELF
    labels = {
        below: entry.label for card in one.cards for below, entry in walk_with_rules(card.root)
    }
    parts = path.split(".")
    return " › ".join(labels[".".join(parts[: at + 1])] for at in range(len(parts)))


def _explained(one: Page, scored: Sequence[Expected]) -> str:
    """Explain the first account that has a score on the latest date of the page, if possible one
    with an override or a parent."""
    asked = [each for each in reversed(scored) if each.kind == "scores"] or [scored[-1]]
    expected = next((each for each in asked if one.overrides_on(each.as_of)), asked[0])
    card = one.cards[expected.version - 1]
    oracle = Oracle(one.tables, one.facts, one.feeds, expected.through_batch, one.rejected)
    *_, result = oracle.scores(card, (*expected.after, expected.as_of))
    parents = {line.account_id for line in result.lines() if line.kind == "child"}
    ranked = sorted(
        result.scores(), key=lambda each: (each.score is None, each.account_id not in parents)
    )
    score: Score = ranked[0]
    lines: list[Line] = [line for line in result.lines() if line.account_id == score.account_id]
    root = tree.tree(card, lines, {line.name: line.name.capitalize() for line in lines})
    name = score.account_id.capitalize()
    found = summary.of(name, score, root, card)
    if override := one.overrides_on(result.as_of).get(score.account_id):
        stands = override.of(score, card.bands)
        found = summary.overridden(found, override.score, stands.band, override.note)
    return f"> {prose.sentence(found)}\n\n{_branches(root.children, 0)}"


def _branches(branches: Sequence[Branch], depth: int) -> str:
    return "".join(
        f"{'  ' * depth}- {_branch(branch)}\n{_branches(branch.children, depth + 1)}"
        for branch in branches
    )


def _branch(branch: Branch) -> str:
    line = branch.line
    read = f" ({prose.value(branch.reading)})" if branch.measure and branch.reading else ""
    if line.kind == "rule":
        effect = f"{_short(line.contribution)} points" if line.label else "does not apply"
        why = f" ({prose.reason(line.missing)})" if line.missing else ""
        return f"{branch.title}: {effect}{why}"
    if line.points is None:
        return f"{branch.title}{read}: no points; its weight goes to the others"
    weight, contribution = _short(100 * line.effective_weight), _short(line.contribution)
    return f"{branch.title}{read}: {_short(line.points)} points, {weight} % of the score, contribution {contribution}"


def _short(number: float) -> str:
    """Write a number with three decimals at most.

    >>> _short(56.25), _short(100.0), _short(2 / 3)
    ('56.25', '100', '0.667')
    """
    return f"{number:.3f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in set(FOLDER.glob("*.md")) - set(pages()):
        old.unlink()
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
