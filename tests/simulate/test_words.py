"""This file tests names and texts: varied, complete, the same for a seed, all lines in use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from keepwell.simulate import vendor
from keepwell.simulate.words import comments, companies, notes, people, phrasing, sources

FOLDER = Path(sources.__file__).parent
NAMES = {
    "champion": "Aoife", "sponsor": "Mark", "csm": "Ines", "account": "Kilmore Lift Services Ltd", "industry": "elevator",
}  # fmt: skip
LANGUAGES = [f"survey_{language}" for language, _ in comments.LOCAL_LANGUAGES.values()]
FILLED_AT_RANDOM = {"weekday", "monthname", "few", "digit", "some", "percent", "jobnumber", "clock"}
TONES, TOPICS = {"bad", "mid", "okay", "good"}, set(comments.TOPICS) - {""}


def keys(first: set[str], second: set[str]) -> set[tuple[str, ...]]:
    return {(one,) for one in first} | {(one, other) for one in first for other in second}


PULSES = {(reason,) for reason in (*notes.REASONS, "seasonal peak")} | {
    (f"{reason}@{industry}",)
    for reason in ("seasonal", "seasonal peak")
    for industry in vendor.SEASONS
}
# The keys that each file's lines may have; a line with any other would never be used.
KNOWN_KEYS: dict[str, set[tuple[str, ...]]] = {
    **{f"pulse_{color}": PULSES for color in notes.PULSES},
    "pulse_next": {(color,) for color in notes.PULSES} | {("green calm",)},
    "handover": {("",)},
    "meeting": {(kind,) for kind in notes.MEETINGS},
    "survey_nps": keys(TONES, TOPICS) | {(f"tail {tone}",) for tone in TONES},
    "survey_csat": keys(TONES, TOPICS),
    **{language: keys(TONES, TOPICS) for language in LANGUAGES},
    "tickets": keys(set(comments.FEATURES), {"low", "high"}),
    "renewal": {
        (way, why) for way in comments.MOVEMENTS.values() for why in ("", *comments.REASONS)
    },
    "news": {
        (f"{kind} {direction}",) for kind in comments.NEWS for direction in comments.DIRECTIONS
    },
}


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def companies_of(count: int, seed: int = 1) -> list[str]:
    rng = seeded(seed)
    industries = [
        vendor.INDUSTRIES[int(at)] for at in rng.integers(len(vendor.INDUSTRIES), size=count)
    ]
    countries = [
        people.COUNTRIES[int(at)] for at in rng.integers(len(people.COUNTRIES), size=count)
    ]
    return companies.names(industries, countries, rng)


def all_texts(seed: int, rounds: int) -> dict[str, list[str]]:
    """Write every kind of text, in all its cases, so many times."""
    rng = seeded(seed)
    kinds: dict[str, Callable[[], list[str]]] = {
        "pulse": lambda: [
            notes.pulse(color, reason, names, rng)
            for color in notes.PULSES
            for reason in notes.REASONS
            for names in (NAMES, {}, NAMES | {"season": "peak"})
        ],
        "meeting": lambda: [notes.meeting(kind, rng) for kind in notes.MEETINGS],
        "handover": lambda: [notes.handover(names, rng) for names in (NAMES, {})],
        "survey": lambda: [
            comments.survey(kind, score, topic, country, rng)
            for kind, scores in (("nps", range(11)), ("csat", range(1, 6)))
            for score in scores
            for topic in comments.TOPICS
            for country in ("US", "DE", "FR", "ES", "NL", "SE")
        ],
        "ticket": lambda: [
            comments.ticket(feature, priority, rng)
            for feature in comments.FEATURES
            for priority in comments.PRIORITIES
        ],
        "renewal": lambda: [
            comments.renewal(movement, reason, rng)
            for movement in comments.MOVEMENTS
            for reason in ("", *comments.REASONS)
        ],
        "news": lambda: [
            comments.news(kind, "Lehmann Aufzüge GmbH", rng) for kind in comments.NEWS
        ],
        "outcome": lambda: [comments.outcome(industry, rng).name for industry in vendor.INDUSTRIES],
    }
    return {
        kind: [text for _ in range(rounds) for text in write()] for kind, write in kinds.items()
    }


def test_20000_companies_have_20000_names_and_as_many_domains() -> None:
    names = companies_of(20_000)
    assert len({name.casefold() for name in names}) == 20_000
    assert len({companies.domain(name) for name in names}) == 20_000
    assert [name for name in names if "{" in name or "  " in name or name != name.strip()] == []


def test_names_do_not_run_out_for_one_industry_in_one_country() -> None:
    names = companies.names(["heating"] * 8_000, ["SE"] * 8_000, seeded())
    assert len(set(names)) == 8_000
    assert not [name for name in names if re.search(r"\b\d{1,3}\b", name)], (
        "no company is told apart by a plain number"
    )


def test_no_word_is_in_most_names() -> None:
    words = Counter(word for name in companies_of(2_000) for word in set(name.split()) - {"&"})
    assert words.most_common(1)[0][1] < 2_000 * 0.12


def test_a_domain_is_ascii_and_has_no_legal_form() -> None:
    assert companies.domain("Gebr. Möller Kälte GmbH & Co. KG") == companies.domain(
        "Gebr. Möller Kälte"
    )
    for name in companies_of(1_000, seed=3):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.example", companies.domain(name)), name


def test_a_subsidiary_carries_the_name_of_its_group() -> None:
    names = {
        companies.subsidiary("Hollis Group", country, seeded(seed))
        for country in people.COUNTRIES
        for seed in range(9)
    }
    assert all(name.startswith("Hollis ") and "Group" not in name for name in names)
    assert len(names) > 30


@pytest.mark.parametrize("country", people.COUNTRIES)
def test_a_country_has_many_names_of_more_than_one_origin(country: str) -> None:
    home = sources.word_lists(f"people_{country}")
    assert len(set(home["first home"])) >= 70
    assert len(set(home["last home"])) >= 120
    persons = people.people([country] * 2_000, seeded())
    assert {person.last for person in persons} - set(home["last home"])
    assert len({person.name for person in persons}) > 1_200


def test_email_addresses_are_ascii_in_one_style_per_company() -> None:
    persons = people.people([*people.COUNTRIES] * 300, seeded())
    for person in persons:
        assert re.fullmatch(
            r"[a-z]+([.-]?[a-z]+)?@hollis\.example", people.email(person, "hollis.example")
        ), person
    dots = {people.email(person, "hollis.example").count(".") for person in persons}
    assert len(dots) == 1


@pytest.mark.parametrize("role", people.ROLES)
def test_a_role_has_many_titles(role: str) -> None:
    rng = seeded()
    assert len({people.title(role, rng) for _ in range(200)}) >= 10


def test_the_same_seed_writes_the_same_texts_and_another_does_not() -> None:
    assert all_texts(5, 1) == all_texts(5, 1)
    assert companies_of(50, 5) == companies_of(50, 5)
    assert people.people(["DE"] * 50, seeded(5)) == people.people(["DE"] * 50, seeded(5))
    assert all(texts != all_texts(6, 1)[kind] for kind, texts in all_texts(5, 1).items())


def test_every_text_is_complete() -> None:
    for kind, texts in all_texts(2, 20).items():
        for text in texts:
            assert text, kind
            assert text == text.strip(), f"{kind}: {text!r}"
            assert not re.search(r"[{}|]|  | [.,?]|\.\.", text), f"{kind}: {text}"


# How many different texts 200 of a kind must have at least.
LEAST_DIFFERENT: dict[str, tuple[Callable[[np.random.Generator], str], int]] = {
    "calm": (lambda rng: notes.pulse("green", "", NAMES, rng), 75),
    "growing": (lambda rng: notes.pulse("green", "growing", NAMES, rng), 50),
    **{
        reason: (lambda rng, reason=reason: notes.pulse("amber", reason, NAMES, rng), 50)
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
    "nobody is named": (lambda rng: notes.pulse("amber", "champion left", {}, rng), 25),
    "lost": (lambda rng: notes.pulse("red", "price", NAMES, rng), 50),
    "detractors": (lambda rng: comments.survey("nps", 3, "", "US", rng), 50),
    "promoters": (lambda rng: comments.survey("nps", 9, "", "GB", rng), 50),
    "solved": (lambda rng: comments.survey("csat", 5, "", "US", rng), 30),
    "tickets": (lambda rng: comments.ticket("checklists", "normal", rng), 30),
    "news": (lambda rng: comments.news("other", "Hollis Heating", rng), 10),
}


@pytest.mark.parametrize("kind", LEAST_DIFFERENT)
def test_200_texts_of_a_kind_are_varied(kind: str) -> None:
    write, least = LEAST_DIFFERENT[kind]
    rng = seeded()
    assert len({write(rng) for _ in range(200)}) >= least


@pytest.mark.parametrize(
    "path", sorted((FOLDER / "sentences").glob("*.txt")), ids=lambda path: path.stem
)
def test_every_line_can_be_used(path: Path) -> None:
    lines = sources.sentences(path.stem)
    assert {line.keys for line in lines} - KNOWN_KEYS[path.stem] == set(), (
        "keys that nothing asks for"
    )
    twice = [line for line, times in Counter(lines).items() if times > 1]
    assert twice == []
    for line in lines:
        assert set(phrasing.SLOT.findall(line.text)) <= FILLED_AT_RANDOM | phrasing.NAMES, line.text
        assert line.text == line.text.strip(), line.text
        assert "  " not in line.text, line.text
        assert "!" not in line.text, f"people at work do not shout: {line.text}"


def test_there_is_no_file_without_known_keys() -> None:
    assert {path.stem for path in (FOLDER / "sentences").glob("*.txt")} == set(KNOWN_KEYS)


@pytest.mark.parametrize("color", notes.PULSES)
@pytest.mark.parametrize("reason", notes.REASONS)
def test_every_pulse_and_reason_has_sentences_without_names(color: str, reason: str) -> None:
    assert len(phrasing.fillable(sources.sentences_by_keys(f"pulse_{color}")[(reason,)], {})) >= 3


def test_a_sentence_with_an_unknown_name_is_not_chosen() -> None:
    assert phrasing.fillable(["{champion} left.", "Gone."], {"champion": ""}) == ["Gone."]
    assert phrasing.fillable(["{champion} left.", "Gone."], {"champion": "Aoife"}) == [
        "{champion} left.",
        "Gone.",
    ]


def test_an_accounts_notes_do_not_repeat_while_there_are_other_sentences() -> None:
    rng, used = seeded(), set[str]()
    texts = [
        phrasing.without_repeats(lambda: notes.pulse("amber", "price", NAMES, rng), used)
        for _ in range(12)
    ]
    assert len(used) == len(texts) == 12
    assert (
        phrasing.without_repeats(lambda: "Again the same.", {"againthesame"}) == "Again the same."
    ), "but it ends"


def test_a_number_word_that_begins_a_sentence_is_capitalised() -> None:
    texts = {phrasing.fill("Well. {few} of {few} came.", {}, seeded(seed)) for seed in range(30)}
    assert "Well. Two of two came." in texts, "equal slots get equal words"
    assert {text.split()[1] for text in texts} >= {"Two", "Three"}


def test_comments_in_another_language_come_only_from_its_country() -> None:
    rng = seeded()
    german = {sentence.text for sentence in sources.sentences("survey_german")}
    comments_by_country = {
        country: {comments.survey("nps", 2, "", country, rng) for _ in range(300)}
        for country in ("US", "DE")
    }
    assert comments_by_country["DE"] & german
    assert not comments_by_country["US"] & german


def test_a_line_without_a_bar_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sources, "_lines", lambda folder, name: ["price | Too dear.", "price Too dear."]
    )
    with pytest.raises(AssertionError, match=r"sentences/torn\.txt:2 has no bar"):
        sources.sentences("torn")
