"""This file holds what a judgement shows beside its headline: what leaving means, what was looked at, and what would have told."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from keepwell.app import formats
from keepwell.app.judged import Judged
from keepwell.app.representations import backtests
from keepwell.health.definition.scorecard import Definition
from tests.app import test_judgement_documents as documents
from tests.app.judgement_pages import HOSTILE, TODAY, Tables, page, read, shown
from tests.cast import CARD

ALSO = (
    "renewals",
    "by-segment",
    "kinds",
    "left-out",
    "partial-losses",
    "treated",
    "without-history",
    "legacy",
)


# The fixtures of the document itself.
card, full, few = documents.card, documents.full, documents.few
everything, cases = documents.everything, documents.cases


def bare(found: Judged) -> Judged:
    """Take away all that was looked at beside the headline."""
    without = replace(
        found.backtest, partial_losses=(), renewals=(), treated=None, without_history=None, legacy=None, by_segment=(), left_out=(),
    )  # fmt: skip
    return replace(found, backtest=without)


def two(each: dict[str, float], sign: str = "") -> str:
    """Write an AUC, or a difference of two, as the page does."""
    said = "{value:{sign}.2f} ({low:{sign}.2f} to {high:{sign}.2f})".format(**each, sign=sign)
    return said.replace("-", "\N{MINUS SIGN}")


def percents(said: str) -> list[float]:
    return [float(each) for each in re.findall(r"([\d.]+) %", said)]


def is_rate(said: str, rate: dict[str, float]) -> bool:
    """Say whether a cell has a share with its interval."""
    of = [rate[name] * 100 for name in ("value", "low", "high")]
    return percents(said) == pytest.approx(of, abs=0.51)


def digits(said: str) -> int:
    return int(re.sub(r"\D", "", said))


def test_what_was_looked_at_beside_the_headline_has_the_figures_of_the_json(
    everything: Judged, card: Definition
) -> None:
    tables = {name: rows[1:] for name, rows in Tables(page(shown(everything, card))).found.items()}
    json = backtests.judged(everything)
    for row, lead in zip(tables["renewals"], json["renewals"], strict=True):
        missing = lead["without_score"]
        assert row[:4] == [f"{lead['days_before_deadline']} days", two(lead["auc"]), str(lead["renewals"]), str(lead["left"])]  # fmt: skip
        assert all(map(is_rate, row[4:], (part["rate"] for part in lead["bands"])))
        assert [digits(each.split(" of ")[1]) for each in row[4:-1]] == [part["rate"]["rows"] for part in lead["bands"]]  # fmt: skip
        assert row[-1] == (f"{missing} ({lead['left_without_score']} left)" if missing else "0")
    for row, part in zip(tables["by-segment"], json["by_segment"], strict=True):
        assert row[:2] == [part["segment"], str(part["accounts"])]
        assert is_rate(row[2], part["rate"])
        assert is_rate(row[3], part["rate_at_risk"])
        assert row[4] == two(part["auc"])
        assert [digits(each) for each in row[5:]] == [round(part["revenue"][name]) for name in ("left", "left_at_risk", "left_while_healthy")]  # fmt: skip
    assert [[row[0], *map(digits, row[1:])] for row in tables["kinds"]] == [
        [each["kind"], each["losses"], each["accounts"], round(each["revenue"]), each["without_amount"]]
        for each in json["losses_by_kind"]
    ]  # fmt: skip
    assert [[digits(cell) for cell in row[1:]] for row in tables["left-out"]] == [
        [each["accounts"], each["left"]] for each in json["left_out"]
    ]
    assert [row[0] for row in tables["left-out"]] == ["never had a score", "is too young"]
    treated = json["treated"]
    (worked, alone) = tables["treated"]
    assert is_rate(worked[1], treated["treated"])
    assert is_rate(alone[1], treated["untreated"])
    assert worked[2:] == [str(treated["treated"]["rows"]), *(str(treated[name]) for name in ("treated_calls", "treated_left", "rescued"))]  # fmt: skip
    assert alone[2:] == [str(treated["untreated"]["rows"]), *(str(treated[name]) for name in ("untreated_calls", "untreated_left")), ""]  # fmt: skip
    assert [row[:2] for row in tables["without-history"]] == [
        [each["column"], str(each["accounts"])] for each in json["without_history"]["columns"]
    ]
    legacy = json["legacy"]
    assert [row[1] for row in tables["legacy"]] == [two(legacy["auc_of_card"]), two(legacy["auc"]), two(legacy["difference"], "+")]  # fmt: skip


def test_the_ten_largest_losses_of_accounts_that_stayed_are_listed(
    everything: Judged, card: Definition
) -> None:
    html = page(shown(everything, card, linked=True))
    rows = Tables(html).found["partial-losses"][1:]
    lost = [each for each in backtests.judged(everything)["partial_losses"] if each["revenue"]]
    largest = sorted(lost, key=lambda each: -each["revenue"])[:10]
    assert [digits(row[4]) for row in rows] == [round(each["revenue"]) for each in largest]
    assert [digits(row[5]) for row in rows] == [round(each["before"]) for each in largest]
    assert [row[2] for row in rows] == [each["kind"] for each in largest]
    assert rows[0][0] == "Berger"
    dash = "\N{EN DASH}"
    assert [row[6] for row in rows if row[0] == "Y-3"] == [dash], "it had no score then"
    assert "The 10 largest of 12." in html
    listed = html[html.index('data-table="partial-losses"') :]
    links = re.findall(r'href="([^"]*)"', listed[: listed.index("</table>")])
    assert links == ["/accounts/A-2", "/accounts/A-1"], "an account that is no more has no page"


def test_only_what_there_is_to_show_is_shown(everything: Judged, card: Definition) -> None:
    assert [each.id for each in shown(everything, card).also] == list(ALSO)
    nothing = bare(everything)
    html = page(shown(nothing, card))
    assert "Also looked at" not in html
    assert "Each loss by itself" not in html
    given = everything.backtest
    alone = {
        ("renewals",): {"renewals": given.renewals},
        ("by-segment",): {"by_segment": given.by_segment},
        ("kinds", "partial-losses"): {"partial_losses": given.partial_losses},
        ("left-out",): {"left_out": given.left_out},
        ("treated",): {"treated": given.treated},
        ("without-history",): {"without_history": given.without_history},
        ("legacy",): {"legacy": given.legacy},
    }
    for ids, part in alone.items():
        found = replace(nothing, backtest=replace(nothing.backtest, **part))  # type: ignore[arg-type]
        assert tuple(each.id for each in shown(found, card).also) == ids
    assert given.treated
    nobody = replace(given, treated=replace(given.treated, accounts=0), renewals=tuple(replace(each, renewals=0) for each in given.renewals))  # fmt: skip
    ids = [each.id for each in shown(replace(everything, backtest=nobody), card).also]
    assert ids == [each for each in ALSO if each not in ("treated", "renewals")]


def test_figures_of_too_few_are_no_figures(everything: Judged, card: Definition) -> None:
    given = everything.backtest
    few = replace(given.renewals[0].auc, leavers=3)
    assert given.legacy
    legacy = replace(given.legacy, ours=few, theirs=few, difference=few)
    renewals = tuple(replace(each, auc=few) for each in given.renewals)
    segments = tuple(replace(each, auc=few) for each in given.by_segment)
    found = replace(everything, backtest=replace(given, legacy=legacy, renewals=renewals, by_segment=segments))  # fmt: skip
    tables = Tables(page(shown(found, card))).found
    for name, column in (("legacy", 1), ("renewals", 1), ("by-segment", 4)):
        assert {row[column] for row in tables[name][1:]} == {"too few"}, name


def test_what_leaving_means_is_said_first(full: Judged, card: Definition) -> None:
    assert shown(full, card).facts[0] == ("Leaving means", "account left: noticed, decided or ended")  # fmt: skip
    named = "renewals where movement = churn"
    listed = replace(full, backtest=replace(full.backtest, outcome=named))
    assert shown(listed, card).facts[0] == ("Leaving means", named)
    proxy = replace(full, backtest=replace(full.backtest, outcome="downsell", is_proxy=True))
    html = page(shown(proxy, card))
    assert "Judged by <b>downsell, a proxy</b>" in html
    assert "<h1>Does this score tell who has a downsell?</h1>" in html
    assert "Accounts that left outright are left aside." in html
    assert "proxy" not in page(shown(full, card))


def test_those_that_left_by_surprise_say_what_would_have_told(
    everything: Judged, card: Definition
) -> None:
    told = tuple(
        replace(each, measures=(("uses", 12.3), ("other", 80.0)), told=("uses",) if nth % 2 else ())
        for nth, each in enumerate(everything.backtest.losses)
    )
    found = replace(everything, backtest=replace(everything.backtest, losses=told))
    named = read(CARD.replace("measure: uses", "measure: uses\n    title: Uses a month"))
    document = shown(found, named)
    said = {each.told for each in (*document.losses, *document.more_losses)}
    assert said == {"Uses a month 12", "nothing in the data"}


def test_known_risks_are_part_of_what_was_missed(full: Judged, card: Definition) -> None:
    without = replace(full, backtest=replace(full.backtest, has_risks=False))
    html = page(shown(without, card))
    assert "healthy up to 90 days before" in html
    assert "risk was open" not in html
    html = page(shown(replace(full, backtest=replace(full.backtest, has_risks=True)), card))
    assert "healthy, and no risk was open, up to 90 days before" in html
    assert "had been Green with no open risk</b>" in html


def test_what_was_missed_is_what_is_listed(full: Judged, card: Definition) -> None:
    """A risk that was open takes an account out of the list, and its revenue out of the sentence."""
    seen = [each for each in full.backtest.losses if each.is_blindsided and each.revenue]
    opened = tuple(replace(each, is_blindsided=each == seen[0]) for each in full.backtest.losses)
    found = replace(full, backtest=replace(full.backtest, losses=opened, has_risks=True))
    document = shown(found, card)
    assert [each.paid for each in document.losses] == [formats.of("en", TODAY).money(seen[0].revenue, "EUR")]  # fmt: skip
    assert f"with {document.losses[0].paid} of the" in document.said[-1]
    nobody = tuple(replace(each, is_blindsided=False) for each in full.backtest.losses)
    found = replace(full, backtest=replace(full.backtest, losses=nobody, has_risks=True))
    assert "Nobody who left had been healthy with no open risk." in page(shown(found, card))


def test_with_too_few_every_loss_is_told_by_itself(cases: Judged, card: Definition) -> None:
    found = shown(cases, card)
    lines = found.cases
    assert len(lines) == len(backtests.judged(cases)["cases"]) == 13
    assert lines[0].lost == "downsell on 1 Aug, amount unknown. A proxy: the account stayed."
    assert lines[0].name == HOSTILE
    assert lines[0].score.startswith("none, as it was no customer")
    assert {each.score for each in lines[1:]} == {"71 Green in Jan '25, not enough data in Feb '25"}
    assert {each.moved for each in lines} == {"No measure moved.", "Moved most: uses 80 to 12."}
    assert "Written down: <script>champion</script> left 1 Jan 2025 (risk), known 9 Jan 2025." in {each.noted for each in lines}  # fmt: skip
    html = page(found)
    assert "there will be enough around 31 Jan 2027" in html
    assert "5 earlier" in html
    assert html.count("<li><p>") == 13
    assert html.index('id="leavers"') < html.index('id="cases"') < html.index('id="decisions"')
