"""This file holds the words of the simulated company: different, whole, the same by the same dice, and none of them idle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from keepwell.simulate import vendor
from keepwell.simulate.words import comments, companies, draw, notes, people, sources

FOLDER = Path(sources.__file__).parent
WHO = {
    "champion": "Aoife", "sponsor": "Mark", "csm": "Ines", "account": "Kilmore Lift Services Ltd", "industry": "elevator",
}  # fmt: skip
LANGUAGES = [f"survey_{language}" for language, _ in comments.OWN_LANGUAGE.values()]
SPECIFIC = {"weekday", "monthname", "few", "digit", "some", "percent", "jobnumber", "clock"}
BANDS, TOPICS = {"bad", "mid", "okay", "good"}, set(comments.TOPICS) - {""}


def about(first: set[str], second: set[str]) -> set[tuple[str, ...]]:
    return {(one,) for one in first} | {(one, other) for one in first for other in second}


PULSES = {(reason,) for reason in (*notes.REASONS, "seasonal peak")} | {
    (f"{reason}@{industry}",)
    for reason in ("seasonal", "seasonal peak")
    for industry in vendor.SEASONS
}
# For each file, the keys that its lines may have: any other would never be drawn.
KNOWN_KEYS: dict[str, set[tuple[str, ...]]] = {
    **{f"pulse_{mood}": PULSES for mood in notes.MOODS},
    "pulse_next": {(mood,) for mood in notes.MOODS} | {("green calm",)},
    "handover": {("",)},
    "meeting": {(kind,) for kind in notes.MEETINGS},
    "survey_nps": about(BANDS, TOPICS) | {(f"tail {band}",) for band in BANDS},
    "survey_csat": about(BANDS, TOPICS),
    **{language: about(BANDS, TOPICS) for language in LANGUAGES},
    "tickets": about(set(comments.FEATURES), {"low", "high"}),
    "renewal": {
        (way, why) for way in comments.MOVEMENTS.values() for why in ("", *comments.REASONS)
    },
    "news": {
        (f"{kind} {direction}",) for kind in comments.NEWS for direction in comments.DIRECTIONS
    },
}


def dice(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def companies_of(count: int, seed: int = 1) -> list[str]:
    rolls = dice(seed)
    industries = [
        vendor.INDUSTRIES[int(at)] for at in rolls.integers(len(vendor.INDUSTRIES), size=count)
    ]
    countries = [
        people.COUNTRIES[int(at)] for at in rolls.integers(len(people.COUNTRIES), size=count)
    ]
    return companies.names(industries, countries, rolls)


def everything(seed: int, rounds: int) -> dict[str, list[str]]:
    """Draw every kind of text, so many of each of its cases."""
    rolls = dice(seed)
    kinds: dict[str, Callable[[], list[str]]] = {
        "pulse": lambda: [
            notes.pulse(mood, reason, who, rolls)
            for mood in notes.MOODS
            for reason in notes.REASONS
            for who in (WHO, {}, WHO | {"season": "peak"})
        ],
        "meeting": lambda: [notes.meeting(kind, rolls) for kind in notes.MEETINGS],
        "handover": lambda: [notes.handover(who, rolls) for who in (WHO, {})],
        "survey": lambda: [
            comments.survey(kind, score, topic, country, rolls)
            for kind, scores in (("nps", range(11)), ("csat", range(1, 6)))
            for score in scores
            for topic in comments.TOPICS
            for country in ("US", "DE", "FR", "ES", "NL", "SE")
        ],
        "ticket": lambda: [
            comments.ticket(feature, priority, rolls)
            for feature in comments.FEATURES
            for priority in comments.PRIORITIES
        ],
        "renewal": lambda: [
            comments.renewal(movement, reason, rolls)
            for movement in comments.MOVEMENTS
            for reason in ("", *comments.REASONS)
        ],
        "news": lambda: [
            comments.news(kind, "Lehmann Aufzüge GmbH", rolls) for kind in comments.NEWS
        ],
        "outcome": lambda: [
            comments.outcome(industry, rolls).name for industry in vendor.INDUSTRIES
        ],
    }
    return {
        kind: [text for _ in range(rounds) for text in drawn()] for kind, drawn in kinds.items()
    }


def test_20000_companies_have_20000_names_and_as_many_domains() -> None:
    names = companies_of(20_000)
    assert len({name.casefold() for name in names}) == 20_000
    assert len({companies.domain(name) for name in names}) == 20_000
    assert [name for name in names if "{" in name or "  " in name or name != name.strip()] == []


def test_names_do_not_run_out_where_all_are_of_one_trade_in_one_country() -> None:
    names = companies.names(["heating"] * 8_000, ["SE"] * 8_000, dice())
    assert len(set(names)) == 8_000
    assert not [name for name in names if re.search(r"\b\d{1,3}\b", name)], (
        "no company is told apart by a mere number"
    )


def test_no_word_of_a_name_is_in_most_of_them() -> None:
    words = Counter(word for name in companies_of(2_000) for word in set(name.split()) - {"&"})
    assert words.most_common(1)[0][1] < 2_000 * 0.12


def test_a_domain_is_ascii_and_leaves_the_legal_form_out() -> None:
    assert companies.domain("Gebr. Möller Kälte GmbH & Co. KG") == companies.domain(
        "Gebr. Möller Kälte"
    )
    for name in companies_of(1_000, seed=3):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.example", companies.domain(name)), name


def test_a_daughter_bears_the_name_of_its_group() -> None:
    daughters = {
        companies.subsidiary("Hollis Group", country, dice(seed))
        for country in people.COUNTRIES
        for seed in range(9)
    }
    assert all(daughter.startswith("Hollis ") and "Group" not in daughter for daughter in daughters)
    assert len(daughters) > 30


@pytest.mark.parametrize("country", people.COUNTRIES)
def test_a_country_has_many_names_of_more_than_one_origin(country: str) -> None:
    home = sources.listed(f"people_{country}")
    assert len(set(home["first home"])) >= 70
    assert len(set(home["last home"])) >= 120
    persons = people.people([country] * 2_000, dice())
    assert {person.last for person in persons} - set(home["last home"])
    assert len({person.name for person in persons}) > 1_200


def test_an_address_is_ascii_and_of_one_style_per_company() -> None:
    persons = people.people([*people.COUNTRIES] * 300, dice())
    for person in persons:
        assert re.fullmatch(
            r"[a-z]+([.-]?[a-z]+)?@hollis\.example", people.email(person, "hollis.example")
        ), person
    dots = {people.email(person, "hollis.example").count(".") for person in persons}
    assert len(dots) == 1


@pytest.mark.parametrize("role", people.ROLES)
def test_a_role_has_many_titles(role: str) -> None:
    rolls = dice()
    assert len({people.titles(role, rolls) for _ in range(200)}) >= 10


def test_the_same_dice_say_the_same_and_others_do_not() -> None:
    assert everything(5, 1) == everything(5, 1)
    assert companies_of(50, 5) == companies_of(50, 5)
    assert people.people(["DE"] * 50, dice(5)) == people.people(["DE"] * 50, dice(5))
    assert all(said != everything(6, 1)[kind] for kind, said in everything(5, 1).items())


def test_every_text_is_whole() -> None:
    for kind, texts in everything(2, 20).items():
        for text in texts:
            assert text, kind
            assert text == text.strip(), f"{kind}: {text!r}"
            assert not re.search(r"[{}|]|  | [.,?]|\.\.", text), f"{kind}: {text}"


# The share of different texts among 200 drawn alike.
SHARES: dict[str, tuple[Callable[[np.random.Generator], str], int]] = {
    "calm": (lambda rolls: notes.pulse("green", "", WHO, rolls), 75),
    "growing": (lambda rolls: notes.pulse("green", "growing", WHO, rolls), 50),
    **{
        reason: (lambda rolls, reason=reason: notes.pulse("amber", reason, WHO, rolls), 50)
        for reason in (
            "",
            "champion left",
            "no sponsor",
            "low use",
            "support",
            "price",
            "own trouble",
            "onboarding stalled",
        )
    },
    "nobody is named": (lambda rolls: notes.pulse("amber", "champion left", {}, rolls), 25),
    "lost": (lambda rolls: notes.pulse("red", "price", WHO, rolls), 50),
    "detractors": (lambda rolls: comments.survey("nps", 3, "", "US", rolls), 50),
    "promoters": (lambda rolls: comments.survey("nps", 9, "", "GB", rolls), 50),
    "solved": (lambda rolls: comments.survey("csat", 5, "", "US", rolls), 30),
    "tickets": (lambda rolls: comments.ticket("checklists", "normal", rolls), 30),
    "news": (lambda rolls: comments.news("other", "Hollis Heating", rolls), 10),
}


@pytest.mark.parametrize("kind", SHARES)
def test_of_200_texts_drawn_alike_many_are_different(kind: str) -> None:
    draw_one, different = SHARES[kind]
    rolls = dice()
    assert len({draw_one(rolls) for _ in range(200)}) >= different


@pytest.mark.parametrize(
    "path", sorted((FOLDER / "sentences").glob("*.txt")), ids=lambda path: path.stem
)
def test_every_line_can_be_drawn(path: Path) -> None:
    lines = sources.sentences(path.stem)
    assert {line.keys for line in lines} - KNOWN_KEYS[path.stem] == set(), (
        "keys that nothing asks for"
    )
    twice = [line for line, times in Counter(lines).items() if times > 1]
    assert twice == []
    for line in lines:
        assert set(draw.SLOT.findall(line.text)) <= SPECIFIC | draw.NAMES, line.text
        assert line.text == line.text.strip(), line.text
        assert "  " not in line.text, line.text
        assert "!" not in line.text, f"people at work do not shout: {line.text}"


def test_there_is_no_file_without_known_keys() -> None:
    assert {path.stem for path in (FOLDER / "sentences").glob("*.txt")} == set(KNOWN_KEYS)


@pytest.mark.parametrize("mood", notes.MOODS)
@pytest.mark.parametrize("reason", notes.REASONS)
def test_every_mood_and_reason_can_be_told_without_a_name(mood: str, reason: str) -> None:
    assert len(draw.fillable(sources.grouped(f"pulse_{mood}")[(reason,)], {})) >= 3


def test_a_sentence_with_a_name_that_is_not_known_is_not_chosen() -> None:
    assert draw.fillable(["{champion} left.", "Gone."], {"champion": ""}) == ["Gone."]
    assert draw.fillable(["{champion} left.", "Gone."], {"champion": "Aoife"}) == [
        "{champion} left.",
        "Gone.",
    ]


def test_an_account_is_not_noted_in_the_same_words_twice_while_there_are_others() -> None:
    rolls, said = dice(), set[str]()
    texts = [
        draw.afresh(lambda: notes.pulse("amber", "price", WHO, rolls), said) for _ in range(12)
    ]
    assert len(said) == len(texts) == 12
    assert draw.afresh(lambda: "Again the same.", {"againthesame"}) == "Again the same.", (
        "but it ends"
    )


def test_a_number_begins_a_sentence_with_a_capital() -> None:
    said = {draw.filled("Well. {few} of {few} came.", {}, dice(seed)) for seed in range(30)}
    assert "Well. Two of two came." in said, "what is said twice is the same number"
    assert {text.split()[1] for text in said} >= {"Two", "Three"}


def test_a_comment_in_another_language_comes_from_its_country_alone() -> None:
    rolls = dice()
    german = {sentence.text for sentence in sources.sentences("survey_german")}
    drawn = {
        country: {comments.survey("nps", 2, "", country, rolls) for _ in range(300)}
        for country in ("US", "DE")
    }
    assert drawn["DE"] & german
    assert not drawn["US"] & german


def test_a_line_without_its_bar_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sources, "_lines", lambda folder, name: ["price | Too dear.", "price Too dear."]
    )
    with pytest.raises(AssertionError, match=r"sentences/torn\.txt:2 has no bar"):
        sources.sentences("torn")
