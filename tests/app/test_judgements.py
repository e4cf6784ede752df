"""This file holds that judgements are kept as they were found, and that a likelihood to renew stands until the next one is frozen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from keepwell.app import actions, queries
from keepwell.app.actions.likelihoods import NoNote, NothingToFreeze
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.judgements import Judgement, Likelihood
from keepwell.app.queries.judgements import KeptJudgement
from keepwell.app.rights import NotAllowed
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM, Actor, Viewer
from keepwell.errors import IntegrityError, WrongUse
from keepwell.health.explain import prose
from keepwell.health.judge.frozen_likelihood import NotEnough
from tests.app.leavers import BEGAN, CARD, LOADED, company, loaded
from tests.cast import ANA
from tests.filled import filled_once
from tests.pages import by_link, person

TODAY, NEXT = LOADED.date(), LOADED + timedelta(days=1)


@pytest.fixture
@filled_once
def known(installation: Installation) -> Installation:
    return loaded(installation, company(BEGAN))


def kept(installation: Installation, **more: object) -> KeptJudgement:
    found = actions.backtests.run(installation=installation, by=ANA, draws=50, **more)  # type: ignore[arg-type]
    return actions.judgements.keep(found=found, by=ANA, at=LOADED)


def scored(installation: Installation, as_of: date = TODAY) -> dict[str, ScoreRow]:
    run = actions.scores.run(installation=installation, as_of=as_of, by=ANA, at=LOADED)
    return {row.account_id: row for row in queries.scores.rows(SYSTEM, run.run_id)}


@pytest.mark.both_databases
def test_a_judgement_is_kept_as_it_was_found(known: Installation) -> None:
    assert queries.judgements.latest(SYSTEM) is None
    made = actions.judgements.run(installation=known, by=ANA, at=LOADED)
    found = queries.judgements.latest(SYSTEM)
    assert found == made
    assert found is not None
    assert (found.version, found.by, found.at) == (1, ANA.name, LOADED)
    assert found.judged == actions.backtests.run(installation=known, by=ANA)
    last = queries.audit.entries(SYSTEM).rows[0]
    assert (last.verb, last.object, last.detail["verdict"]) == ("judge", "version 1", found.judged.backtest.verdict.code)  # fmt: skip


def test_the_newest_of_a_version_is_found(known: Installation) -> None:
    first = kept(known)
    actions.scorecards.publish(
        text=CARD.replace("best: 6", "best: 7"), note="higher", by=ANA, at=NEXT, parent=1
    )
    second = kept(known)
    assert second.version == 2
    assert queries.judgements.latest(SYSTEM) == second
    assert queries.judgements.latest(SYSTEM, 1) == first


def test_a_draft_is_not_kept(known: Installation) -> None:
    with pytest.raises(WrongUse, match="not published"):
        kept(known, text=CARD, file="draft.yaml")
    assert not Judgement.objects.exists()


@pytest.mark.both_databases
def test_a_changed_judgement_is_refused_and_named(known: Installation) -> None:
    kept(known)
    row = Judgement.objects.get()
    Judgement.objects.update(found=row.found.replace('"verdict"', '"verdicts"', 1))
    with pytest.raises(IntegrityError, match="judgement"):
        queries.judgements.latest(SYSTEM)
    report = actions.verification.run(installation=known, by=ANA, at=LOADED)
    assert [each.code for each in report.problems] == ["I161"]


@pytest.mark.both_databases
def test_a_likelihood_stands_until_the_next_is_frozen(known: Installation) -> None:
    rows = scored(known)
    row = next(each for each in rows.values() if each.score is not None)
    kept(known)
    assert queries.likelihoods.of_row(SYSTEM, row) is None
    first = actions.likelihoods.freeze(note="first review", by=ANA, at=LOADED)
    likely = queries.likelihoods.of_row(SYSTEM, row)
    assert likely is not None
    assert 0 < likely.low <= likely.share <= likely.high < 1
    kept(known, until=date(2026, 5, 1))  # judged anew, and not frozen
    assert queries.likelihoods.of_row(SYSTEM, row) == likely
    again = actions.likelihoods.freeze(note="second  review ", by=ANA, at=NEXT)
    assert (again.number > first.number, again.note) == (True, "second review")
    assert queries.likelihoods.in_force(SYSTEM, 1) == again
    last = queries.audit.entries(SYSTEM).rows[0]
    assert (last.verb, last.before, last.after) == ("freeze likelihood", {"likelihood": first.number}, {"likelihood": again.number})  # fmt: skip


def test_a_higher_score_is_never_less_likely(known: Installation) -> None:
    kept(known)
    actions.likelihoods.freeze(note="first", by=ANA, at=LOADED)
    rows = sorted(
        (row for row in scored(known, date(2025, 7, 1)).values() if row.score is not None),
        key=lambda row: row.score or 0.0,
    )
    shares = [likely.share for row in rows if (likely := queries.likelihoods.of_row(SYSTEM, row))]
    assert len(shares) == len(rows)
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_another_version_has_no_likelihood_yet(known: Installation) -> None:
    kept(known)
    actions.likelihoods.freeze(note="first", by=ANA, at=LOADED)
    actions.scorecards.publish(
        text=CARD.replace("best: 6", "best: 7"), note="higher", by=ANA, at=NEXT, parent=1
    )
    assert queries.likelihoods.in_force(SYSTEM, 2) is None
    with pytest.raises(NothingToFreeze, match="not been judged"):
        actions.likelihoods.freeze(note="again", by=ANA, at=NEXT)


def test_with_too_few_there_is_nothing_to_freeze(known: Installation) -> None:
    found = kept(known, first=date(2025, 12, 1))
    assert isinstance(found.judged.backtest.likelihood, NotEnough)
    with pytest.raises(NothingToFreeze, match="Not enough history"):
        actions.likelihoods.freeze(note="first", by=ANA, at=LOADED)
    assert not Likelihood.objects.exists()


def test_who_may_keep_freeze_and_see(known: Installation) -> None:
    kept(known)
    with pytest.raises(NoNote):
        actions.likelihoods.freeze(note=" ", by=ANA, at=LOADED)
    csm = Actor("user", "Cleo", looks=Viewer("Cleo", sees_all=True, role="csm"))
    with pytest.raises(NotAllowed):
        actions.likelihoods.freeze(note="mine", by=csm, at=LOADED)
    assert queries.judgements.latest(csm.viewer) is None
    with pytest.raises(NotAllowed):
        actions.judgements.run(installation=known, by=csm, at=LOADED)
    actions.likelihoods.freeze(note="first", by=ANA, at=LOADED)
    assert queries.likelihoods.in_force(csm.viewer, 1)
    assert not queries.likelihoods.in_force(Viewer("Vera", sees_all=True, role="viewer"), 1)


def test_a_changed_curve_is_refused_and_named(known: Installation) -> None:
    kept(known)
    actions.likelihoods.freeze(note="first", by=ANA, at=LOADED)
    Likelihood.objects.update(note="another")
    with pytest.raises(IntegrityError, match="likelihood"):
        queries.likelihoods.in_force(SYSTEM, 1)
    report = actions.verification.run(installation=known, by=ANA, at=LOADED)
    assert [each.code for each in report.problems] == ["I162"]


def test_a_job_judges_in_the_background(known: Installation) -> None:
    number = actions.jobs.ask(kind="judge", by=ANA, at=LOADED)
    taken = actions.jobs.take(runner="test", at=LOADED)
    assert taken == number
    steps: list[float] = []
    said = actions.jobs.work(
        installation=known, job_id=number, by=ANA, at=LOADED, progress=lambda what, share: steps.append(share)
    )  # fmt: skip
    assert said.startswith("AUC ")
    assert steps == sorted(steps)
    assert queries.judgements.latest(SYSTEM)


def test_the_account_page_says_how_likely_it_is_to_renew_to_whoever_may_know(
    known: Installation, morning: None
) -> None:
    kept(known)
    row = next(each for each in scored(known).values() if each.score is not None)
    address = f"/accounts/{row.account_id}"
    leader, viewer = (
        by_link(person(f"{role}@harbour.example", role=role)) for role in ("leader", "viewer")
    )
    assert "Likelihood to renew" not in leader.get(address).content.decode()
    actions.likelihoods.freeze(note="first", by=ANA, at=LOADED)
    likely = queries.likelihoods.of_row(SYSTEM, row)
    assert likely is not None
    page = leader.get(address).content.decode()
    assert "Likelihood to renew" in page
    assert f"{likely.share:.0%}".replace("%", "") in page
    assert "Likelihood to renew" not in viewer.get(address).content.decode()


def test_measures_of_the_curve_count_besides_the_score_where_they_have_a_value(
    known: Installation,
) -> None:
    """The curve of a company in which they help; here one is put into it."""
    kept(known)
    first = actions.likelihoods.freeze(note="first", by=ANA, at=LOADED)
    curve = first.curve.as_data() | {"added": [["uses", 0.5], ["gone", 0.2]]}
    stored = Likelihood.objects.get()
    stored.curve = json.dumps(curve)
    stored.checksum = checksums.of_likelihood(stored)
    stored.save()
    run = actions.scores.run(installation=known, as_of=date(2025, 7, 1), by=ANA, at=LOADED)
    account_id = next(each.account_id for each in queries.scores.rows(SYSTEM, run.run_id) if each.score)  # fmt: skip
    explanation = queries.explanations.explanation(SYSTEM, known, run, account_id)
    row = replace(explanation.row, computed_score=40.0)
    plain, mixed = (
        queries.likelihoods.of_row(SYSTEM, row, points)
        for points in ({"uses": None}, {"uses": 80.0})
    )
    assert plain is not None
    assert mixed is not None
    assert (plain.beside, mixed.beside) == ((), ("uses",))
    at_60 = queries.likelihoods.of_row(SYSTEM, replace(row, computed_score=60.0))
    assert at_60 is not None
    assert (mixed.score, mixed.share) == (40.0, pytest.approx(at_60.share))
    assert mixed.share > plain.share
    of_page = queries.likelihoods.of_explanation(SYSTEM, explanation)
    assert of_page is not None
    assert prose.accounts_alike(explanation.root, of_page.beside) == "accounts with this score and as many points for uses"  # fmt: skip


def test_a_leader_freezes_the_likelihood_on_the_page_and_nobody_else(
    known: Installation, morning: None
) -> None:
    leader, csm = (
        by_link(person(f"{role}@harbour.example", role=role)) for role in ("leader", "csm")
    )
    kept(known)
    assert "None stands" in leader.get("/judge").content.decode()
    assert csm.post("/judge/freeze", {"note": "mine"}).status_code == 404
    assert leader.post("/judge/freeze", {"note": ""}).status_code == 422
    assert queries.likelihoods.in_force(SYSTEM, 1) is None
    assert leader.post("/judge/freeze", {"note": "<b>Yearly</b> review"}).status_code == 302
    frozen = queries.likelihoods.in_force(SYSTEM, 1)
    assert frozen is not None
    assert frozen.note == "<b>Yearly</b> review"
    page = leader.get("/judge").content.decode()
    assert "It is the one of this judgement." in page
    assert "&lt;b&gt;Yearly&lt;/b&gt; review" in page
    last = queries.audit.entries(SYSTEM).rows[0]
    assert (last.verb, last.by) == ("freeze likelihood", frozen.by)
    assert last.place.startswith("127.0.0.1")
