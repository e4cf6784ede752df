"""This file holds the queries of the permission matrix: what each tells of one account, of all, or to those who have a right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

from keepwell.app import queries
from keepwell.app.queries.listings import Filters
from keepwell.app.queries.loads import LoadRow
from keepwell.app.viewers import Actor, Viewer
from keepwell.errors import NotAllowed, NotFound
from tests.app.permissions import AS_OF, BEFORE, MISSING, STANDS, World
from tests.cast import NOON, VIEWER

EVERYBODY = (*STANDS, MISSING)
One: TypeAlias = Callable[[World, Viewer, str], Any]
All: TypeAlias = Callable[[World, Viewer], Any]
STRANGER = Actor(
    "user", "stranger@elsewhere.example"
)  # who has no role: a link that is used, a token of nobody
FAR = AS_OF + timedelta(days=40)

# What is told of one account: something, or nothing, as of one that does not exist.
OF_ONE: dict[str, One] = {
    "accounts.account": lambda w, v, a: queries.accounts.account(v, a),
    "accounts.find": lambda w, v, a: queries.accounts.find(v, a),
    "accounts.search": lambda w, v, a: queries.accounts.search(v, a, 5),
    "accounts.by_id": lambda w, v, a: queries.accounts.by_id(v, [a]),
    "accounts.names": lambda w, v, a: queries.accounts.names(v, [a]),
    "accounts.visible": lambda w, v, a: queries.accounts.visible(v, [a]) if a != MISSING else (),
    "changes.changed": lambda w, v, a: queries.changes.changed(v, w.installation, w.before, w.run, a),
    "current_lines.of": lambda w, v, a: queries.current_lines.of(v, w.run, a),
    "current_lines.of_some": lambda w, v, a: queries.current_lines.of_some(v, w.run, [a]),
    "evidence.points": lambda w, v, a: queries.evidence.points(v, w.installation, [w.run], a),
    "explanations.explanation": lambda w, v, a: queries.explanations.explanation(v, w.installation, w.run, a),
    "explanations.biggest_drags": lambda w, v, a: queries.explanations.biggest_drags(v, w.installation, w.run, [a]),
    "explanations.lines_of": lambda w, v, a: queries.explanations.lines_of(v, w.installation, w.run, [a]),
    "explanations.of_many": lambda w, v, a: queries.explanations.of_many(
        v, w.installation, w.run, [row for row in queries.scores.rows(VIEWER, w.run.run_id) if row.account_id == a]
    ),
    "intake.by_message": lambda w, v, a: queries.intake.by_message(v, "app", f"p-{a}"),
    "intake.made": lambda w, v, a: queries.intake.made(v, "pulses", a),
    "intake.lately": lambda w, v, a: queries.intake.lately(v, a, NOON),
    "overrides.history": lambda w, v, a: queries.overrides.history(v, a),
    "ownership.owners": lambda w, v, a: queries.ownership.owners(v, a, AS_OF) or "nobody",
    "ownership.owner_of": lambda w, v, a: queries.ownership.owner_of(v, a, AS_OF) or "nobody",
    "ownership.history": lambda w, v, a: (queries.ownership.history(v, a), "told"),
    "population.standings": lambda w, v, a: queries.population.standings(v, w.installation, w.run, [a]),
    "population.standings_on": lambda w, v, a: queries.population.standings_on(v, w.installation, AS_OF, None, [a]),
    "profiles.profile": lambda w, v, a: queries.profiles.profile(
        v, w.installation, queries.scores.row(VIEWER, w.run, a)
    ),
    "pulses.given": lambda w, v, a: queries.pulses.given(v, a),
    "pulses.by_id": lambda w, v, a: queries.pulses.by_id(v, f"p-{a}"),
    "scores.row": lambda w, v, a: queries.scores.row(v, w.run, a),
    "scores.if_scored": lambda w, v, a: queries.scores.if_scored(v, w.run, a),
    "scores.of_some": lambda w, v, a: queries.scores.of_some(v, [w.run], [a]),
    "scores.points": lambda w, v, a: queries.scores.points(v, [w.run], [a]),
    "trends.published": lambda w, v, a: queries.trends.published(v, a),
    "contacts.of_account": lambda w, v, a: queries.contacts.of_account(v, w.installation, a, on=AS_OF) or "none",
    "contracts.of_account": lambda w, v, a: queries.contracts.of_account(v, w.installation, a, on=AS_OF),
    "contracts.seats": lambda w, v, a: (queries.contracts.seats(v, w.installation, a, on=AS_OF), "told"),
    "groups.of_account": lambda w, v, a: (queries.groups.of_account(v, a, w.run), "told"),
    "outcomes.of_account": lambda w, v, a: (queries.outcomes.of_account(v, w.installation, a, on=AS_OF), "told"),
    "timeline.of_account": lambda w, v, a: queries.timeline.of_account(v, w.installation, a, on=AS_OF),
    "touchpoints.by_id": lambda w, v, a: queries.touchpoints.by_id(v, f"t-{a}"),
    "touchpoints.logged": lambda w, v, a: queries.touchpoints.logged(v, a),
    "turning_points.of_account": lambda w, v, a: (
        queries.turning_points.of_account(v, w.installation, a, since=BEFORE, on=AS_OF), "told"
    ),
    "usage.weeks": lambda w, v, a: queries.usage.weeks(v, w.installation, a, AS_OF),
    "trends.lately": lambda w, v, a: queries.trends.lately(v, w.run, [a], weeks=4).rows,
    "trends.moves_of": lambda w, v, a: a != MISSING and queries.trends.moves_of(v, w.installation, w.run, a),
    "usage.of_account": lambda w, v, a: queries.usage.of_account(v, w.installation, a, AS_OF),
    # Above an account is told by its name, below it those that may be seen: who sees neither is told nothing.
    "accounts.parent_of": lambda w, v, a: queries.accounts.parent_of(v, a) or "top",
    "accounts.changeable": lambda w, v, a: _or_not_yours(lambda: queries.accounts.changeable(v, a)),
}  # fmt: skip
# What is told of all accounts: the ids that are in it, or how many there are.
OF_ALL: dict[str, All] = {
    "accounts.everyone": lambda w, v: {row.account_id for row in queries.accounts.everyone(v)},
    "accounts.ids": lambda w, v: set(queries.accounts.ids(v)),
    "accounts.count": lambda w, v: queries.accounts.count(v),
    "accounts.owners": lambda w, v: set(queries.accounts.owners(v)),
    "evidence.lines": lambda w, v: {line.account_id for line in queries.evidence.lines(v, w.installation, w.run)},
    "evidence.line_table": lambda w, v: set(
        queries.evidence.line_table(v, w.installation, w.run)["account_id"].to_pylist()
    ),
    "evidence.measures": lambda w, v: set(
        queries.evidence.measures(v, w.installation, w.run)["account_id"].to_pylist()
    ),
    "evidence.whole_points": lambda w, v: set(queries.evidence.whole_points(v, w.installation, w.run)),
    "evidence.lines_with_history": lambda w, v: set(
        queries.evidence.lines_with_history(v, w.installation, w.run, [w.before], ("", "z"))[0]["account_id"].to_pylist()
    ),
    "evidence.measure_points": lambda w, v: {
        account_id for account_id, *_ in queries.evidence.measure_points(v, w.installation, w.run)
    },
    "exports.write_scores": lambda w, v: _ids_in(
        w, lambda path: queries.exports.write_scores(v, w.installation, w.run, path)
    ),
    "exports.write_measures": lambda w, v: _ids_in(
        w, lambda path: queries.exports.write_measures(v, w.installation, w.run, path)
    ),
    "exports.write_facts": lambda w, v: _ids_in(
        w, lambda path: queries.exports.write_facts(v, w.installation, path, table="usage")
    ),
    "intake.to_withdraw": lambda w, v: {row.account_id for row in queries.intake.to_withdraw(v)},
    "intake.waiting": lambda w, v: {row.account_id for row in queries.intake.waiting(v)},
    "listings.listing": lambda w, v: {
        row.account.account_id for row in queries.listings.listing(v, w.run, Filters(), on=AS_OF).rows
    },
    "listings.everyone": lambda w, v: {
        row.account.account_id for row in queries.listings.everyone(v, w.run, Filters(), on=AS_OF).rows
    },
    "books.book": lambda w, v: queries.books.book(
        v, w.run, tuple(queries.portfolios.portfolio(v, w.run)), on=AS_OF
    ).all.accounts,
    "listings.biggest_drops": lambda w, v: set(queries.listings.biggest_drops(v, w.run, most=99)),
    "listings.ids": lambda w, v: set(queries.listings.ids(v, w.run, Filters(), on=AS_OF)),
    "overrides.in_force": lambda w, v: set(queries.overrides.in_force(v, AS_OF)),
    "population.listed": lambda w, v: {
        row.account.account_id
        for row in queries.population.listed(
            v, queries.population.standings(VIEWER, w.installation, w.run)
        )
    },
    "portfolios.page": lambda w, v: {
        row.account.account_id for row in queries.portfolios.page(v, w.run, on=AS_OF).rows
    },
    "portfolios.portfolio": lambda w, v: {row.account.account_id for row in queries.portfolios.portfolio(v, w.run)},
    "portfolios.listed": lambda w, v: {row.account.account_id for row in queries.portfolios.listed(v, w.run).rows},
    "scores.rows": lambda w, v: {row.account_id for row in queries.scores.rows(v, w.run.run_id)},
    "scores.counts": lambda w, v: sum(row.accounts for row in queries.scores.counts(v, w.run, on=AS_OF)),
    "scores.bands": lambda w, v: sum(queries.scores.bands(v, w.run).values()),
    "scores.overridden_on": lambda w, v: set(queries.scores.overridden_on(v, w.run, AS_OF)),
    "scores.points_before": lambda w, v: set(
        queries.scores.points_before(v, w.run.kind, AS_OF)
    ),
    "scores.computed_bands": lambda w, v: set(queries.scores.computed_bands(v, w.run.run_id)),
    "scorecards.uses": lambda w, v: sum(use.accounts for use in queries.scorecards.uses(v).values()),
    "summaries.summary": lambda w, v: queries.summaries.summary(v, w.run, on=AS_OF).all.accounts,
    "today.calls": lambda w, v: {
        call.account.account.account_id
        for call in queries.today.calls(v, w.installation, w.run, on=FAR, limit=99).calls
    },
    "trends.moves": lambda w, v: set(queries.trends.moves(v, w.run, EVERYBODY)) - {MISSING},
}  # fmt: skip
# What hangs on a right and on no account.
OF_RIGHTS: dict[str, tuple[str, All]] = {
    "absences.coming": ("assign", lambda w, v: [
        row for row in queries.absences.coming(v, AS_OF) if w.person not in (row.user_id, row.covered_by)
    ] or v.may("assign")),
    "audit.entries": ("audit", lambda w, v: queries.audit.entries(v).rows),
    "audit.people": ("audit", lambda w, v: queries.audit.people(v)),
    "audit.verbs": ("audit", lambda w, v: queries.audit.verbs(v)),
    "rejects.by_reason": ("score", lambda w, v: queries.rejects.by_reason(v, _with_rejects())),
    "ownership.names": ("people", lambda w, v: queries.ownership.names(v)),
    "ownership.unmatched": ("people", lambda w, v: queries.ownership.unmatched(v, {})),
    "ownership.unmatched_names": ("people", lambda w, v: queries.ownership.unmatched_names(v)),
    "tokens.everyone": ("tokens", lambda w, v: queries.tokens.everyone(v)),
    "users.choices": ("assign", lambda w, v: queries.users.choices(v)),
    "users.everyone": ("people", lambda w, v: queries.users.everyone(v)),
    "users.teams": ("teams", lambda w, v: queries.users.teams(v)),
    "users.user": ("people", lambda w, v: queries.users.user(v, w.others["Else"])),
}  # fmt: skip
# What tells of no account, is handed what it says of them, or is asked only through others, each with its reason.
UNLISTED = {
    "accounts.children": "tested by itself: it counts what is hidden",
    "accounts.current_on": "a day",
    "accounts.state": "a checksum of all",
    "books.turned": "names those whom it is handed; what they were before it asks of scores.of_some",
    "account_facts.rows": "reads what others hand on to those who may see",
    "account_facts.waiting": "as intake.made, among rows of facts",
    "account_facts.with_words": "puts words to the rows that it is handed",
    "catalogue.filled": "which columns have been loaded",
    "changes.between": "names the accounts that it is handed",
    "checks.surroundings": "dates and feeds",
    "checks.newest": "a date",
    "contacts.within": "a step of contacts.of_account",
    "differences.between": "cards",
    "differences.published": "a card",
    "evidence.accounts_with_rejected_rows": "tested with those who see none: a number",
    "evidence.peers": "frozen peers by measure; nobody is named",
    "explanations.definition_of": "a card",
    "explanations.of_lines": "explains the lines that it is handed",
    "exports.accounts_file": "writes the list that it is handed",
    "facts.feed_history": "feeds",
    "facts.feeds": "feeds",
    "facts.latest_batch": "a number of a load",
    "facts.table": "columns",
    "facts.tables": "columns",
    "facts_behind.leaf": "finds a measure in what it is handed",
    "facts_behind.measure_of": "a measure",
    "facts_behind.named": "names the accounts that it is handed",
    "features.portfolio": "tested by itself",
    "feeds.how_many_late": "feeds",
    "feeds.late": "feeds",
    "feeds.status": "feeds",
    "judgements.latest": "tested by itself: for those who may publish",
    "judgements.verify": "checksums",
    "landmark_scores.published": "a step of judging, which asks for the right to publish",
    "likelihoods.in_force": "tested by itself: a curve, for those who may see likelihoods",
    "likelihoods.of_explanation": "as likelihoods.of_row",
    "likelihoods.of_row": "as likelihoods.in_force, of the score that it is handed",
    "likelihoods.table": "reads the curve that it is handed",
    "likelihoods.verify": "checksums",
    "jobs.asker": "as users.actor",
    "jobs.by_id": "as jobs.latest",
    "jobs.is_waiting": "whether there is work",
    "jobs.latest": "work; how it ended is tested by itself",
    "loads.history": "loads",
    "loads.latest": "a load",
    "loads.newest": "loads",
    "loads.tables": "loads",
    "orphans.everything": "files",
    "orphans.scratch": "files",
    "ownership.counts": "tested by itself",
    "ownership.standing": "as population.standings_on",
    "people.of_account": "tested with facts behind",
    "people.spaces": "systems of ids",
    "people.words": "tested with those who see none",
    "population.by_kind": "counts what it is handed",
    "population.count": "a number of those who are no customers",
    "population.how_many_left_out": "a number of those who are no customers",
    "population.left_out": "chooses among what it is handed",
    "population.row": "as scores.row",
    "profiles.band_since": "since when the score that it is handed has its band",
    "contract_history.read": "a step of judging, which asks for the right to publish",
    "spells.read": "a step of judging, which asks for the right to publish",
    "undated_values.read": "a step of judging, which asks for the right to publish",
    "rejects.by_feed": "feeds",
    "rejects.everything": "files",
    "rejects.expired": "files",
    "rejects.path": "a file",
    "runs.before": "runs",
    "runs.begins": "runs",
    "runs.by_id": "runs",
    "runs.latest": "runs",
    "runs.latest_before": "runs",
    "runs.latest_by_date": "runs",
    "runs.latest_until": "runs",
    "runs.newest": "runs",
    "runs.same": "runs",
    "scorecards.bands": "a card",
    "scorecards.bands_of_run": "a card",
    "scorecards.of_run": "a card",
    "saved_views.of": "one's own views and those that are shared: addresses of lists",
    "scorecards.definition": "a card",
    "scorecards.history": "cards",
    "scorecards.latest": "a card",
    "scorecards.published_at": "moments",
    "scorecards.read": "a card",
    "scorecards.version": "a card",
    "scores.not_scored": "what to say of an account that was looked for",
    "scores.of_query": "keeps those that may be seen of what it is handed, as all above",
    "snapshots.take": "facts, for actions and for queries that choose among them",
    "summaries.at_risk_by_week": "sums for those who see all",
    "tokens.by_hash": "whose a token is, for whoever shows it",
    "tokens.of": "one's own tokens",
    "trends.card_of": "a card",
    "trends.live_moves": "tested with live scores",
    "trends.looked_at": "runs",
    "trends.runs_since": "runs",
    "trends.moves_of_many": "tested with those who see none",
    "intake.is_theirs": "asks whose a fact is, of the two that ask whether one may change the account",
    "pulses.may_undo": "asks whether one may change the account of a pulse",
    "withdrawals.latest": "keeps one's own of intake.lately; tested with pulses",
    "pulses.of_typed": "reads the row that it is handed",
    "touchpoints.of_typed": "reads the row that it is handed",
    "touchpoints.allowed": "a card",
    "touchpoints.may_undo": "asks whether one may change the account of a touch",
    "touchpoints.undoable": "keeps one's own of touchpoints.logged; tested with touches",
    "touchpoints.overdue": "chooses among the accounts that it is handed",
    "touchpoints.where_overdue": "a test, for rows that others choose",
    "usage.if_known": "feeds",
    "usage.last_uses": "a step of usage.of_account",
    "usage.people_by_product": "a step of contracts.of_account",
    "usage.newest_days": "feeds",
    "users.acting": "as users.actor",
    "users.by_address": "whether somebody has an address, for the sign-in page",
    "users.actor": "as whom somebody acts, for whoever answers them",
    "users.of_link": "whose a link is, for whoever has it",
}


def _or_not_yours(asked: Callable[[], Any]) -> Any:
    """Whoever may see and not change an account is told so, and so sees it."""
    try:
        return asked()
    except NotAllowed:
        return "told"


def _with_rejects() -> LoadRow:
    """A load as it might be, of which rows were rejected."""
    source = {"file": "a.csv", "table": "usage", "rejected": {"not_a_date": 2}}
    return LoadRow(1, NOON, "ana", 2, 0, 0, 2, (source,), "")


def _ids_in(world: World, write: Callable[[Path], Any]) -> set[str]:
    path = world.installation.tmp / "told.csv"
    path.unlink(missing_ok=True)
    write(path)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {cell for line in text.splitlines() for cell in line.split(",")} & set(STANDS)


def told(asked: Callable[[], Any]) -> Any:
    try:
        return asked()
    except NotFound:
        return None
