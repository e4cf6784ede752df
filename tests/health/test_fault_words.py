"""This file holds the wording of faults and advice, as a check prints them; other tests assert codes, lines and what was found."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.checks import check
from keepwell.health.definition import grammar
from tests.health.test_grammar import TICKETS
from tests.house import checks

# Each example of docs/checks.md, by its code.
CARD = {
    "C611": "4 least_coverage: is 98 %: a single gap, even in `reference`, leaves an account without a score. Use at most 95 %; `50 %` is usual.",
    "C612": "16 health: reads a single table, so accounts that are not in it have no score: `usage`. Add a measure from another one: surveys, meetings, outcomes.",
    "C323": "134 segments[0]: sets every weight in `usage` to 0, so enterprise has no score there. Give something there a weight.",
    "C621": "102 value.close_users.window: looks back over 365 days, so a change today hardly moves it. Use 180 days or fewer, or mark it as lagging.",
    "C622": "120 our_view.window: uses the latest value, however old it is. Limit its age, for example with `window: 90 days`.",
    "C623": "28 usage.seats_in_use.missing: carries values over for 3660 days, so old data counts as new, and each score looks back 522 times. Carry over for 91 days or fewer.",
    "C624": "16 health: has 53 % of its weight on values that people enter by hand, which are only as fresh as their time allows. Give automated measures at least half.",
    "C631": "16 health: treats every account alike: no segments, own targets, peers or baselines. Start with one: `segments:`, or points by `own_target`, `peers` or `baseline`.",
    "C641": "16 health: has no playbook, so nobody knows what to do when a measure turns bad. Add `playbook:` to each leading measure: who does what.",
    "C642": "31 usage.active_days.playbook: is a leading measure without a playbook. Add `playbook:`: who does what, and by when.",
    "C721": "16 health: has 51 % of its weight on lagging measures, which show what has already happened. Give leading measures at least half.",
    "C901": "108 reference.indicator: does not say whether it is leading or lagging. Add `indicator: leading` or `indicator: lagging`.",
    "C731": "12 health: lists no outcome that customers want. List them under `outcomes:`, and name one in each measure that tracks it.",
    "C732": "12 outcomes[0]: matters to enterprise, but no measure tracks it: `closing_sooner`. Add a measure with `outcome: closing_sooner`.",
    "C733": "12 outcomes[0]: matters to enterprise, but its measures weigh 0 there: `closing_sooner`. Give one of them a weight.",
    "C734": "12 outcomes[0]: is tracked by lagging measures only, which is too late to help: `closing_sooner`. Add a leading one.",
    "C735": "16 health: has 86 % of its weight on product usage, which is the easiest to count. Add sentiment, relationships or outcomes.",
    "C736": "108 reference.why: does not say why it counts. Add `why:` in one sentence; if nobody can, remove the measure.",
    "C324": "27 usage.seats_in_use.weight: carries 57 % of the score, so one measure decides nearly everything. Keep every measure at half or less.",
    "C325": "113 reference.weight: carries 1.0 % of the score, so at its worst it costs 1.0 points. Give it a weight that shows, or 0 to only watch it.",
    "C902": "4 least_coverage: is 0, so a single measure is enough for a score. Use `50 %`, for example.",
    "C321": "7 bands: no score reaches a band (possible: 0 to 70): `Green`. Move its threshold, or change what the measures can earn.",
    "C411": "53 support.rules[0]: never applies, as its condition cannot be met (cap 49). Check its numbers, or remove it.",
    "C412": "53 support.rules[0]: always applies, to every account (cap 49). Narrow its condition, or change the points instead.",
    "C241": "36 usage.active_days.points: earns 68 points at most, as its value is never above 28: `best: 40`. Set a best that can be reached.",
    "C242": "63 support.escalated.points: scores more of it as better, but more of it is bad news. Swap worst and best, or check `take` and `where`.",
    "C243": "121 our_view.points: give `red` 100 points, but `green` only 0. Give the better value more points.",
    "C511": "134 segments[0]: reverses `reference`: what is better for everyone else is worse for enterprise. Keep worst and best in the same order.",
    "Y003": "3: not valid YAML: mapping values are not allowed here.",
    "Y004": "3: anchors and aliases are not supported. Use plain values.",
    "Y005": "3: a key must be plain text.",
    "Y006": "4 title: duplicate field, first on line 3.",
    "C101": "36 usage.active_days.points: must be a mapping, but is a value `100`.",
    "C102": "31 usage.active_days.missing: is missing.",
    "C103": "3 title: must be text, but is a list.",
    "C104": "8 bands[0].means: unknown value `good`. Expected one of: at risk, healthy, watch.",
    "C105": "2 name: is not a valid name: `Our card`. Use lower-case letters, digits, - and _, starting with a letter; free text goes into `title`.",
    "C106": "4 least_coverage: is not a number: `half`.",
    "C107": "4 least_coverage: is out of range: `500 %`. Use a number from 0 % to 100 %.",
    "C109": "7 bands: must be a list, but is a value.",
    "C110": "102 value.close_users.window: is not valid: `two months`. Use a number of days or weeks, such as `28 days`, or `all` or `now`; at most 3660 days.",
    "C111": "3 titel: unknown field `titel`. Did you mean `title`?",
    "C201": "36 usage.active_days.points.best: is the same as worst `18`. Set the values that earn 0 and 100 points.",
    "C202": "103 value.close_users.points.own_target: is not a numeric column of the accounts table: `seats_agreed`. Expected one of: employees, target_users.",
    "C203": "64 support.escalated.points.steps: do not cover the remaining values. End with `- {otherwise: 0}`.",
    "C204": "64 support.escalated.points.steps: are not in ascending order. Sort them by `below`, each value once.",
    "C205": "121 our_view.points.lookup: must map categories to points.",
    "C206": "23 usage.seats_in_use.take: is not a supported aggregation: `average users`. Use count, active days, days since, share where ..., ratio of A to B, or a column with sum, mean, median, min, max, spread, latest or distinct; `growth of` goes with all but latest.",
    "C207": "23 usage.seats_in_use.take: unknown column `usr`. Did you mean `user`?",
    "C208": "23 usage.seats_in_use.take: `mean` needs a number, but the type of `user` is text.",
    "C209": "75 support.satisfaction.take: no comparison after `satisfaction`. Write `= value` or `is missing`, for example.",
    "C210": "72 support.satisfaction.window: is missing. Add one, such as `28 days`.",
    "C211": "120 our_view.window: `now` needs states or terms, but this table holds events.",
    "C212": "112 reference.window: cannot be used with `days since`, which looks back to the latest row.",
    "C213": "121 our_view.points: a category needs points by lookup. Write `points: {lookup: {green: 100, red: 0}}`.",
    "C214": "76 support.satisfaction.per: `share` cannot be divided by seats.",
    "C215": "121 our_view.points: `pulse` never has the value `gren`. Did you mean `green`?",
    "C216": "110 reference.table: has no rows per account: `rates`.",
    "C217": "145 accounts[0].points.usage.active_days.baseline: needs a number of days, and a worst that differs from the best.",
    "C218": "140 segments[0].points.value.days_to_close.peers: is not a text column of the accounts table: `sector`. Expected one of: account_id, all, country, industry, parent_id, plan, segment, stage.",
    "C219": "45 usage.logins.take: growth and baselines need a number over a window of days.",
    "C220": "26 usage.seats_in_use.points: the baseline is shorter than the window `28 days`.",
    "C221": "45 usage.logins.take: growth already compares with the past, so it takes no baseline.",
    "C222": "24 usage.seats_in_use.each: is not valid: `first per user`. Write `latest per respondent`, or another column.",
    "C223": "76 support.satisfaction.window: uses the rhythm of features, but this table has none: `tickets`.",
    "C231": "35 usage.active_days.grace: is for new seats and units, but the measure is not divided by any. Use it with `per: seat` or `per: units where ...`, or remove it.",
    "C232": "25 usage.seats_in_use.per: `fee` needs a window of days, not `rhythm or 28 days`.",
    "C240": "89 value.days_to_close.scope: `latest` is not defined over several accounts, as with scope `subtree`.",
    "C301": "7 bands: need 2 to 12 entries, not `1`.",
    "C302": "7 bands: do not cover the lowest scores. Start the lowest band with `from: 0`.",
    "C303": "7 bands: use the same `from` twice: `75`.",
    "C304": "16 health: is empty. Add a group or a measure.",
    "C305": "56 support.of: contains the same name twice: `satisfaction`.",
    "C306": "116 [4]: is neither a `group` nor a `measure`. Expected one of: group, measure.",
    "C307": "97 value.escalated.measure: is already used on line 57: `escalated`.",
    "C308": "28 usage.seats_in_use.missing: is not a policy for missing data: `carry`. Use skip, neutral, zero or `carry 56 days`.",
    "C309": "17 usage: has no entry with a weight above 0. Give at least one entry a weight.",
    "C310": "20 usage.seats_in_use.missing: carries over for less than the 7-day step: `carry 6 days`. Use 7 days or more.",
    "C311": "116 view_points.measure: is a name reserved for rules: `view_points`. Choose another.",
    "C312": "6 band_margin: must be smaller than the width of band `Amber`. Use a smaller margin or a wider band.",
    "C401": "53 support.rules[0]: needs exactly one of cap, floor and boost, not `cap, floor`.",
    "C402": "130 rules[0].halves: needs a boost and a number of days, not `all`.",
    "C403": "54 support.rules[0].when: unknown column `escalatd`. Did you mean `escalated`?",
    "C501": "136 segments[0].weights: must map paths to values, but is a value.",
    "C502": "136 segments[0].weights: no such entry in this card: `suport`. Did you mean `support`?",
    "C503": "135 segments[0].when: unknown column `headcount`. Did you mean `account_id`?",
    "C504": "137 segments[0].points: mixes up number and category: `usage.active_days`.",
    "C505": "134 segments[0].segment: is already taken: `everyone`.",
    "C506": "143 accounts[1].account: is listed twice: `A-014`.",
    "C601": "13 outcomes[1].outcome: is listed twice: `closing_sooner`.",
    "C602": "15 closing_sooner.matters_to: is not a segment of this card: `mid-market`. Expected one of: enterprise, everyone.",
    "C603": "87 value.days_to_close.outcome: is not listed under `outcomes`: `close_sooner`. Did you mean `closing_sooner`?",
}  # fmt: skip
CONDITIONS = {
    "": "expected a column, found",
    "prioritty = low": "unknown column",
    "subject = x": "measures cannot read personal columns:",
    "priority": "no comparison after",
    "priority =": "expected a value for `priority`, found",
    "priority = hihg": "`priority` never has the value",
    "priority > high": "`>` needs a number or a date, but the type is text:",
    "is_escalated > yes": "`>` needs a number or a date, but the type is flag:",
    "is_escalated = maybe": "`is_escalated` must be yes or no, not",
    "satisfaction > 'x'": "`satisfaction` needs a number, not",
    "satisfaction > nan": "`satisfaction` needs a number, not",
    "satisfaction > Infinity": "`satisfaction` needs a number, not",
    "satisfaction > 1000000000000": "too large for `satisfaction`:",
    "satisfaction > 0.1234567890123": "`satisfaction` takes at most 12 decimals, not",
    "at > yesterday": "`at` needs a date, not",
    "at > 2026-02-30": "`at` needs a date, not",
    "at > as_of - x": "`as_of -` needs a whole number of days, not",
    "at > as_of - 1.5": "`as_of -` needs a whole number of days, not",
    "at > as_of - 123456": "`as_of -` needs a whole number of days, not",
    "at > as_of -": "`as_of -` needs a whole number of days, not",
    "priority in low": "`in` needs a list in brackets, not",
    "priority in (low": "expected `)`, found",
    "(priority = low": "expected `)`, found",
    "priority = low)": "unexpected token",
    "priority = low is_escalated": "unexpected token",
    "priority = low and": "expected a column, found",
    "days from at > 3": "expected `to`, found",
    "days from as_of to as_of > 3": "at least one end must be a column, not",
    "days from at to priority > 3": "`days` needs dates or moments at both ends, not",
    "hours from at to on > 3": "`hours` needs moments at both ends, not",
    "days from at to on less priority > 3": "`less` needs a number of days, not",
    "at > satisfaction": "`at` cannot be compared with a column of type quantity:",
    "progress of at from satisfaction to on > 1": "progress needs three numbers or three dates, not",
    "progress of satisfaction or as_of from at to on > 1": "`or as_of` needs a date, not",
}


@pytest.mark.parametrize("code", CARD)
def test_a_finding_reads_as_a_colleague_says_it(code: str) -> None:
    entry = next(each for each in checks.entries() if each.code == code)
    text = entry.before(checks.card())
    faults = check.check(text, file="card.yaml", tables=TABLES).faults
    assert CARD[code] in [str(each).removeprefix("card.yaml:") for each in faults]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_mistake_in_a_condition_reads_as_a_colleague_says_it(text: str) -> None:
    with pytest.raises(grammar.Unclear) as rejected:
        grammar.read(text, TICKETS)
    assert rejected.value.what == CONDITIONS[text]
