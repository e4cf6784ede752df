"""This file holds that a page asks the same question once: answers are kept in one reading, for its own thread, and not beyond."""

from __future__ import annotations

from contextvars import copy_context

import pytest

from keepwell.app import answers

asked: list[tuple[object, ...]] = []


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    asked.clear()


@answers.once
def question(*of: object, **more: object) -> int:
    """Say how many were asked before."""
    asked.append((*of, *more.items()))
    return len(asked)


@answers.once
def other(*of: object) -> None:
    asked.append(("other", *of))


def test_elsewhere_a_question_is_asked_each_time() -> None:
    assert [question(1), question(1)] == [1, 2]


def test_in_a_reading_it_is_asked_once() -> None:
    with answers.kept():
        assert [question(1), question(1), question(1)] == [1, 1, 1]
    assert asked == [(1,)]


def test_what_differs_is_another_question() -> None:
    with answers.kept():
        said = [
            question(1),
            question(2),
            question(1, on=1),
            question(1, on=2),
            question(),
            other(1),
        ]
        again = [
            question(1),
            question(2),
            question(1, on=1),
            question(1, on=2),
            question(),
            other(1),
        ]
    assert said == again == [1, 2, 3, 4, 5, None]
    assert len(asked) == 6


def test_the_order_of_names_is_no_difference() -> None:
    with answers.kept():
        assert question(a=1, b=2) == question(b=2, a=1)


def test_nothing_is_an_answer_too() -> None:
    with answers.kept():
        other(1)
        other(1)
    assert asked == [("other", 1)]


def test_the_next_reading_asks_anew() -> None:
    for _ in range(2):
        with answers.kept():
            question(1)
            question(1)
    assert len(asked) == 2
    question(1)
    assert len(asked) == 3, "after a reading nothing is kept"


def test_a_reading_that_fails_keeps_nothing() -> None:
    def fail() -> None:
        with answers.kept():
            question(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert question(1) == 2


def test_a_question_that_fails_is_asked_again() -> None:
    tries: list[int] = []

    @answers.once
    def failing() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError
        return len(tries)

    with answers.kept():
        with pytest.raises(ZeroDivisionError):
            failing()
        assert [failing(), failing()] == [2, 2]


def test_a_reading_within_another_keeps_its_own() -> None:
    with answers.kept():
        question(1)
        with answers.kept():
            assert question(1) == 2
        assert question(1) == 1


def test_another_request_does_not_see_what_this_one_keeps() -> None:
    outside = copy_context()
    with answers.kept():
        question(1)
        assert outside.run(question, 1) == 2


def test_a_query_keeps_its_name_and_what_it_says() -> None:
    assert (question.__name__, question.__doc__) == ("question", "Say how many were asked before.")


def test_what_was_learned_on_the_way_is_not_asked() -> None:
    with answers.kept():
        answers.learned(question, 7, "A-1")
        assert [question("A-1"), question("A-2")] == [7, 1]
    answers.learned(question, 7, "A-1")  # outside a reading nothing is kept
    assert question("A-1") == 2
