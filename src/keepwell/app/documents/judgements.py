"""This file lays out a judgement of a scorecard for people to read: the answer first, then what it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keepwell import charts
from keepwell.app.documents import also, cases, estimate_rows, judgement_charts, losses, marked
from keepwell.app.documents.cases import CaseLine
from keepwell.app.documents.estimate_rows import Alone, BandLine, LeadLine, Likely
from keepwell.app.documents.losses import LossLine
from keepwell.app.documents.marked import Marked
from keepwell.app.documents.readers import Link, Reader
from keepwell.app.documents.tables import Table
from keepwell.app.formats import NONE, Formats
from keepwell.app.judged import Judged
from keepwell.charts import Kind, Markup
from keepwell.health.definition.band import Band
from keepwell.health.definition.scorecard import Definition, Leaf, nominal_shares, walk
from keepwell.health.judge import page_words, verdicts, words
from keepwell.health.judge.judgement import Backtest
from keepwell.health.judge.landmarks import HEADLINE

SHOWN = 10  # losses; the others are one click away
TONES = {
    "yes": "healthy",
    "yes_with_care": "healthy",
    "a_little": "watch",
    "not_predictive": "at risk",
    "wrong_way": "at risk",
}


@dataclass(frozen=True)
class Help:
    """What would make a judgement tell: a short name, and what to do."""

    title: str
    said: Marked


@dataclass(frozen=True)
class Progress:
    """How many of what it takes there are."""

    said: str
    bar: Markup


@dataclass(frozen=True)
class Other:
    """How another card did over the same months."""

    file: str
    said: str
    difference: str


@dataclass(frozen=True)
class Document:
    """A judgement as it is shown; texts are written for their reader, drawings are made."""

    question: str
    is_decided: bool
    shape: Markup
    answer: str
    said: tuple[Marked, ...]
    line: Markup
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    other: Other | None
    everybody: str
    everybody_deciding: str
    bands: tuple[BandLine, ...]
    bands_note: str
    unscored: str
    tenths: Markup | None
    tenth_lines: tuple[tuple[str, ...], ...]
    tenths_note: Marked
    leads: Markup | None
    lead_lines: tuple[tuple[str, ...], ...]
    leads_note: str
    losses: tuple[LossLine, ...]
    more_losses: tuple[LossLine, ...]
    losses_note: str
    missed: str
    missed_until: str
    measures: tuple[Alone, ...]
    measures_note: Marked
    raw_measures: tuple[tuple[str, str, str], ...]
    segments: tuple[Alone, ...]
    calls: tuple[str, ...]
    money: tuple[tuple[str, str, str], ...]
    likely: tuple[Likely, ...]
    likely_note: str
    by_lead: tuple[LeadLine, ...]
    deadline_note: Marked
    leavers: tuple[LossLine, ...]
    cases: tuple[CaseLine, ...]
    cases_note: str
    also: tuple[Table, ...]
    helps: tuple[Help, ...]
    progress: Progress | None
    strips: Markup | None
    strips_narrow: Markup | None
    decided: int


def document(
    found: Judged,
    card: Definition,
    names: Mapping[str, str],
    formats: Formats,
    currency: str,
    *,
    url: Link | None = None,
) -> Document:
    """Lay out a judgement for a reader. `card` is what was judged, `names` are those of accounts; `url` gives the page of
    one, where there are pages."""
    judged = found.backtest
    kinds: dict[str, Kind] = {band.name: band.meaning for band in card.bands}
    labels = {path: entry.label for path, entry in walk(card.root) if isinstance(entry, Leaf)}
    headline = judged.lead(HEADLINE).headline
    is_decided = judged.verdict.code not in verdicts.UNDECIDED
    reader = Reader(names, labels, card.bands, formats, currency, url)
    listed = losses.blindsided(judged, reader)
    everybody = judgement_charts.rate_of_all(judged.bands)
    return Document(
        question=page_words.asked(judged),
        is_decided=is_decided,
        shape=charts.shape(TONES.get(judged.verdict.code), 18),  # type: ignore[arg-type]
        answer=page_words.answer(judged.verdict),
        said=_said(judged, card.bands, formats, currency, is_decided=is_decided),
        line=judgement_charts.line(headline, is_decided=is_decided),
        subtitle=_subtitle(judged, formats),
        facts=_facts(found, formats),
        warnings=tuple(words.sentence(each) for each in judged.warnings),
        notes=_notes(found, formats),
        other=found.against
        and Other(
            found.against[0],
            words.sentence(found.against[1].verdict),
            words.auc(found.difference) if found.difference else "",
        ),
        everybody="" if everybody is None else words.percent(everybody),
        everybody_deciding=words.percent(judgement_charts.rate_of_all(judged.deciles))
        if judged.deciles
        else "",
        bands=estimate_rows.bands(judged, kinds, everybody),
        bands_note=page_words.overlaps(judged.bands),
        unscored=str(judged.alarms.leavers_without_band) if judged.alarms else "",
        tenths=judgement_charts.tenths(judged, card.bands) if is_decided else None,
        tenth_lines=estimate_rows.tenths(judged),
        tenths_note=marked.of(page_words.ends_of_tenths(judged.deciles)),
        leads=judgement_charts.lead_times(judged) if is_decided else None,
        lead_lines=estimate_rows.lead_times(judged),
        leads_note=page_words.lead_times(judged.curve),
        losses=tuple(listed[:SHOWN]),
        more_losses=tuple(listed[SHOWN:]),
        losses_note=page_words.losses(len(listed), len(judged.losses)),
        missed=words.missed(judged),
        missed_until=page_words.blindsided(judged, lead_days=HEADLINE),
        measures=estimate_rows.measures(judged, labels, nominal_shares(card.root)),
        measures_note=marked.of(page_words.equal_weights(judged)),
        raw_measures=estimate_rows.raw_measures(judged, labels),
        segments=estimate_rows.segments(judged),
        calls=_calls(judged),
        money=_money(judged, formats, currency),
        likely=estimate_rows.likely(judged, card.bands),
        likely_note=page_words.likelihood(judged),
        by_lead=estimate_rows.by_lead(judged),
        deadline_note=marked.of(page_words.deadline(judged, lead_days=HEADLINE)),
        leavers=losses.leavers(judged, reader),
        cases=cases.newest_first(judged, reader),
        cases_note=cases.note(judged, reader),
        also=also.looked_at(judged, reader),
        helps=() if is_decided else _helps(found, formats),
        progress=None if is_decided else _progress(judged),
        strips=None if is_decided else judgement_charts.strips(judged, card.bands),
        strips_narrow=None
        if is_decided
        else judgement_charts.strips(judged, card.bands, charts.DECISIONS_NARROW),
        decided=len(judged.decided),
    )


def _said(
    judged: Backtest, bands: Sequence[Band], formats: Formats, currency: str, *, is_decided: bool
) -> tuple[Marked, ...]:
    """Say what the answer stands on, in three sentences."""
    headline = judged.lead(HEADLINE).headline
    if not is_decided:
        return (marked.of(page_words.undecided(judged.verdict, headline)),)
    said = [page_words.pairs(headline)]
    said += [page_words.worst_band(part) for part in judged.bands[:1]]
    healthy = [band.name for band in bands if band.meaning == "healthy"]
    if judged.losses and healthy:
        missed = sum(each.revenue or 0.0 for each in judged.losses if each.is_blindsided)
        lost = sum(each.revenue or 0.0 for each in judged.losses)
        said.append(
            page_words.missed(
                judged.losses, healthy, lead_days=HEADLINE, paid=formats.money(missed, currency),
                lost=formats.money(lost, currency), has_risks=judged.has_risks,
            )
        )  # fmt: skip
    return tuple(marked.of(each) for each in said if each)


def _subtitle(judged: Backtest, formats: Formats) -> str:
    headline = judged.lead(HEADLINE).headline
    accounts = f"{formats.number(judged.accounts)} account{'' if judged.accounts == 1 else 's'}"
    months = f"{judged.months} month{'' if judged.months == 1 else 's'}"
    decided = f"{words.leavers(headline.leavers)} and {words.stayers(headline.stayers)} among those who decide"
    return f"{accounts} over {months} · {decided}"


def _facts(found: Judged, formats: Formats) -> tuple[tuple[str, str], ...]:
    judged = found.backtest
    first, last = judged.first, judged.last
    between = f"{formats.whole_month(first)} to {formats.whole_month(last)}" if first and last else NONE  # fmt: skip
    return (
        page_words.leaving(judged),
        ("card", f"version {found.version}" if found.version else found.file),
        ("score", f"{HEADLINE} days before"),
        ("months", between),
        ("who left is known until", formats.long_day(judged.until)),
        ("scores", page_words.MADE[found.scores]),
    )


def _notes(found: Judged, formats: Formats) -> tuple[str, ...]:
    said = [words.proxy(found.backtest.outcome)] if found.backtest.is_proxy else []
    if found.survivors_until:
        said.append(page_words.survivors(formats.long_day(found.survivors_until)))
    if found.scores == "happened":
        said.append(page_words.FLATTERS)
    if found.scored_later:
        said.append(page_words.scored_later(found.scored_later))
    return tuple(said)


def _calls(judged: Backtest) -> tuple[str, ...]:
    if judged.alarms is None:
        return ()
    said = [words.of_at_risk(judged.alarms, lead_days=HEADLINE), words.of_calls(judged.alarms)]
    if judged.precision and judged.precision.value is not None:
        said.append(
            page_words.precision(judged.precision, judgement_charts.rate_of_all(judged.bands))
        )
    return tuple(said)


def _money(judged: Backtest, formats: Formats, currency: str) -> tuple[tuple[str, str, str], ...]:
    money = judged.money
    rows = [
        ("Left in all", money.left),
        ("had been at risk", money.at_risk),
        ("had been healthy", money.healthy),
    ]
    return tuple(
        (name, formats.whole_money(paid, currency), words.percent(paid / money.left if money.left else None))
        for name, paid in rows
    )  # fmt: skip


def _helps(found: Judged, formats: Formats) -> tuple[Help, ...]:
    first = found.survivors_until or found.backtest.first
    named = formats.whole_month(first) if first else "none yet"
    given = (
        page_words.more_leavers(found.backtest.verdict),
        page_words.older_history(found.survivors_until, named),
        page_words.other_outcome(),
    )
    return tuple(Help(title, marked.of(said)) for title, said in given)


def _progress(judged: Backtest) -> Progress | None:
    few = page_words.lacking(judged.verdict.numbers)
    if few is None:
        return None
    name, count, needed = few
    said = f"{count} of {needed} {name}"
    return Progress(said, charts.step(0, min(count, needed), "total", 0, needed, label=said))
