"""This file holds what a measure is: one number for each account and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from keepwell.errors import did_you_mean
from keepwell.health.definition import (
    aggregation,
    condition,
    denominator,
    grammar,
    operand,
    scale,
    window,
)
from keepwell.health.definition.aggregation import (
    NEEDS_COLUMN,
    VALUE_WITHOUT_ROWS,
    Aggregate,
    Aggregation,
)
from keepwell.health.definition.condition import Condition
from keepwell.health.definition.denominator import Denominator
from keepwell.health.definition.field import Fields
from keepwell.health.definition.operand import Operand
from keepwell.health.definition.scale import Baseline, Linear, Lookup, Scale
from keepwell.health.definition.table import Table
from keepwell.health.definition.window import Window

Scope = Literal["subtree", "own"]

# Every missing value carries one of these codes; beside each, how people say it.
REASONS: dict[str, str] = {
    "not_covered": "not covered by any feed",
    "feed_stopped": "feed stopped",
    "too_young": "account too new",
    "rows_rejected": "too many rows rejected",
    "no_number": "too many empty cells",
    "no_rows": "no data",
    "never_seen": "unknown word in the filter",
    "undefined": "no denominator",
    "no_baseline": "not enough history",
    "few_peers": "too few peers",
    "no_target": "no target set",
    "not_known": "its inputs are missing",
    "no_match": "value not in the lookup",
    "not_scored": "not enough data",
    "no_revenue": "no revenue on record",
}

HOW_MANY = frozenset({"count", "sum", "distinct", "active days", "days since"})


@dataclass(frozen=True)
class Measure:
    """One number for each account and date, and the points it earns.

    `where` selects rows; `part` is the condition of a share or a count, `whole` the column under a
    ratio. With `each` only the latest row per value of that column counts. `scope` says whether
    accounts below count too. `least_tenure_days` is how long the account, and the feed's coverage
    of it, must have lasted. With `is_growth` the number is the change against the window before, as
    a share of it. `outcome` is the one that it tracks, `playbook` what to do when it turns bad.
    """

    name: str
    table: str
    take: Aggregation
    scale: Scale
    window: Window
    column: Operand = ""
    where: Condition | None = None
    part: Condition | None = None
    whole: str = ""
    each: str = ""
    per: Denominator | None = None
    scope: Scope = "subtree"
    least_tenure_days: int = 0
    is_growth: bool = False
    title: str = ""
    unit: str = ""
    is_leading: bool | None = None
    is_manual: bool = False
    why: str = ""
    outcome: str = ""
    playbook: str = ""

    @property
    def label(self) -> str:
        return self.title or self.name.replace("_", " ")

    @property
    def needs(self) -> frozenset[str]:
        """The columns that some row must fill before no rows can mean zero: all it reads, except
        those that may be missing."""
        missing = {
            *aggregation.may_be_missing(self.aggregate),
            *(condition.may_be_missing(self.where) if self.where else ()),
        }
        return self.reads - missing - {window.RHYTHM}

    @property
    def reads(self) -> frozenset[str]:
        """The columns of its table that it reads."""
        kept = (
            *((window.RHYTHM,) if self.window.by_rhythm else ()),
            *((self.each,) if self.each else ()),
            *(condition.columns(self.where) if self.where else ()),
        )
        return frozenset((*aggregation.reads(self.aggregate), *kept))

    @property
    def aggregate(self) -> Aggregate:
        """How its number is computed."""
        return Aggregate(self.take, self.column, self.part, self.whole, self.is_growth)

    @property
    def has_value_without_rows(self) -> bool:
        """Whether a covered account without rows has a number."""
        return self.take in VALUE_WITHOUT_ROWS

    def may_lack(self, table: Table) -> tuple[str, ...]:
        """The columns of which an empty cell leaves a row of its table without the number that it is
        made of; none where it counts rows, or takes the latest."""
        if self.take not in aggregation.MADE_OF_CELLS:
            return ()
        made_of = operand.columns(self.column), operand.may_be_missing(self.column)
        read, optional = (dict.fromkeys(names) for names in made_of)
        columns = [table.readable(name) for name in read if name not in optional]
        return tuple(column.name for column in columns if column and column.may_lack)

    def answering(self, table: Table) -> tuple[str, ...]:
        """The columns of its number of which an empty cell is an answer: there is no number then, and
        no gap."""
        optional = set(operand.may_be_missing(self.column))
        columns = [table.readable(name) for name in operand.columns(self.column)]
        return tuple(
            column.name
            for column in columns
            if column and column.is_answer and column.name not in optional
        )

    def expires_in(self, table: Table) -> bool:
        """Whether its rows of this table wear off by the day of the score: ratings and answers.

        How many there are stops with its feed instead, or a late feed would lower it.
        """
        return table.expires and self.table == table.name and self.take not in HOW_MANY


def read(fields: Fields, tables: Mapping[str, Table]) -> Measure | None:
    """Read a measure from its fields; none after a fault. All faults are collected."""
    before = len(fields.faults.found)
    table = tables.get(fields.text("table", required=True, choices=tables))
    if table and not table.per_account:
        fields.fault("C216", "table", "has no rows per account:", table.name)
    aggregate = aggregation.read(fields, table)
    scale = _scale(fields, tables)
    measure = Measure(
        name=fields.name("measure"),
        table=table.name if table else "",
        take=aggregate.take,
        column=aggregate.column,
        part=aggregate.part,
        whole=aggregate.whole,
        is_growth=aggregate.is_growth,
        where=_condition(fields, "where", fields.text("where"), table),
        window=_window(fields, table, aggregate.take),
        each=_each(fields, table),
        per=denominator.read(fields, tables),
        scope=_scope(fields, table),
        scale=scale or Linear(0, 1),
        title=fields.text("title"),
        unit=fields.text("unit"),
        is_leading={"leading": True, "lagging": False}.get(
            fields.text("indicator", choices=("leading", "lagging"))
        ),
        is_manual=fields.text("source", choices=("automated", "manual")) == "manual",
        why=fields.text("why"),
        outcome=fields.text("outcome"),
        playbook=fields.text("playbook"),
    )
    tenure = (
        fields.parsed("least_tenure", window.read_tenure) if fields.has("least_tenure") else None
    )
    _fits(fields, measure, table)
    if len(fields.faults.found) > before:
        return None
    default = (measure.window.days or 0) if measure.has_value_without_rows else 0
    return replace(measure, least_tenure_days=default if tenure is None else tenure)


def _condition(fields: Fields, name: str, text: str, table: Table | None) -> Condition | None:
    if not text or table is None:
        return None
    try:
        return grammar.read(text, table)
    except grammar.Unclear as error:
        fields.fault("C209", name, error.what, error.got, error.way_out)
        return None


def _each(fields: Fields, table: Table | None) -> str:
    """Read `latest per respondent`: the column of which only the latest row per value counts."""
    text = " ".join(fields.text("each").split())
    name = text.removeprefix("latest per ")
    if not text or table is None:
        return ""
    column = table.readable(name)
    if name == text:
        fields.fault(
            "C222",
            "each",
            "is not valid:",
            text,
            "Write `latest per respondent`, or another column.",
        )
    elif column is None or column.personal:
        fields.fault(
            "C207", "each", "unknown column", name, did_you_mean(name, table.readable_names)
        )
    return name


def _scope(fields: Fields, table: Table | None) -> Scope:
    usual = usual_scope(table.name if table else "")
    return fields.text("scope", choices=get_args(Scope)) or usual  # type: ignore[return-value]  # one of Scope


def usual_scope(table: str) -> Scope:
    """The default scope: an account with all below it, but only itself in the accounts table."""
    return "own" if table == "accounts" else "subtree"


def _window(fields: Fields, table: Table | None, verb: Aggregation) -> Window:
    usual = Window(is_now=True) if table and table.time != "event" else Window()
    given = fields.parsed("window", window.read_with_rhythm) if fields.has("window") else None
    if given is None and usual == Window() and verb not in ("latest", "days since"):
        if not fields.has("window"):
            fields.fault("C210", "window", "is missing", "", "Add one, such as `28 days`.")
        return usual
    if given and given.by_rhythm and table and not table.readable(window.RHYTHM):
        fields.fault(
            "C223",
            "window",
            "uses the rhythm of features, but this table has none:",
            table.name,
        )
    if given and given.is_now and table and table.time == "event":
        fields.fault("C211", "window", "`now` needs states or terms, but this table holds events")
    if given and verb == "days since" and given != Window():
        fields.fault(
            "C212", "window", "cannot be used with `days since`, which looks back to the latest row"
        )
    return given or usual


def _scale(fields: Fields, tables: Mapping[str, Table]) -> Scale | None:
    node = fields.entry("points", required=True)
    return (
        scale.read(Fields(node, f"{fields.path}.points", fields.faults), tables["accounts"])
        if node
        else None
    )


def _fits(fields: Fields, measure: Measure, table: Table | None) -> None:
    """Check what depends on several fields: categories need a lookup, a denominator needs a number."""
    column = table.readable(measure.column) if table and isinstance(measure.column, str) else None
    is_clear = table is not None and (
        column is not None
        or measure.take not in NEEDS_COLUMN
        or not isinstance(measure.column, str)
    )
    is_category = bool(column and measure.take == "latest" and column.type == "text")
    if is_clear and is_category != isinstance(measure.scale, Lookup):
        what = (
            "a category needs points by lookup"
            if is_category
            else "a lookup needs a category, but this measure is a number"
        )
        fields.fault(
            "C213",
            "points",
            what,
            "",
            "Write `points: {lookup: {green: 100, red: 0}}`." if is_category else "",
        )
    shifted = measure.is_growth or isinstance(measure.scale, Baseline)
    if shifted and (
        not measure.window.days
        or measure.window.by_rhythm
        or is_category
        or measure.take == "days since"
    ):
        fields.fault("C219", "take", "growth and baselines need a number over a window of days")
    if measure.is_growth and isinstance(measure.scale, Baseline):
        fields.fault(
            "C221", "take", "growth already compares with the past, so it takes no baseline"
        )
    if (
        isinstance(measure.scale, Baseline)
        and measure.window.days
        and measure.scale.days < measure.window.days
    ):
        fields.fault(
            "C220", "points", "the baseline is shorter than the window", str(measure.window)
        )
    if measure.per and (is_category or measure.take in ("share", "ratio", "days since")):
        fields.fault("C214", "per", f"`{measure.take}` cannot be divided by {measure.per.plural}")
    if (
        measure.per
        and measure.per.kind == "fee"
        and (measure.window.is_now or measure.window.by_rhythm)
    ):
        fields.fault(
            "C232",
            "per",
            "`fee` needs a window of days, not",
            str(measure.window),
        )
    if (
        measure.table == "accounts"
        and measure.scope == "subtree"
        and (measure.take == "latest" or measure.each)
    ):
        fields.fault(
            "C240",
            "scope",
            "`latest` is not defined over several accounts, as with scope",
            measure.scope,
        )
    if column and is_category and column.choices and isinstance(measure.scale, Lookup):
        for name, _ in measure.scale.points:
            if name not in column.choices:
                fields.fault(
                    "C215",
                    "points",
                    f"`{column.name}` never has the value",
                    name,
                    did_you_mean(name, column.choices),
                )


def plain(measure: Measure) -> dict[str, object]:
    """Write a measure as the mapping that `read` reads."""
    default = (measure.window.days or 0) if measure.has_value_without_rows else 0
    tenure = measure.least_tenure_days
    fields: dict[str, object] = {
        "measure": measure.name,
        "title": measure.title,
        "why": measure.why,
        "table": measure.table,
        "where": condition.write(measure.where) if measure.where else "",
        "take": aggregation.plain(measure.aggregate),
        "each": f"latest per {measure.each}" if measure.each else "",
        "window": ""
        if measure.take == "days since" and measure.window.is_now
        else str(measure.window),
        "per": str(measure.per or ""),
        "grace": f"{measure.per.grace_days} days" if measure.per and measure.per.grace_days else "",
        "scope": "" if measure.scope == usual_scope(measure.table) else measure.scope,
        "least_tenure": ""
        if tenure == default
        else (f"{tenure} days" if tenure else window.NO_TENURE),
        "points": scale.plain(measure.scale),
        "unit": measure.unit,
        "indicator": {True: "leading", False: "lagging", None: ""}[measure.is_leading],
        "source": "manual" if measure.is_manual else "",
        "outcome": measure.outcome,
        "playbook": measure.playbook,
    }
    return {name: value for name, value in fields.items() if value != ""}
