"""What a column is taken for, from its name and the first rows."""

from __future__ import annotations

import pytest

from karat.formats.columns import mapping_of, recognise
from karat.formats.table import Row


def rows(columns: str, *lines: str) -> list[Row]:
    names = columns.split(",")
    return [Row(number, dict(zip(names, line.split(","), strict=True))) for number, line in enumerate(lines, 2)]


@pytest.mark.parametrize(
    "name", ["ticket_id", "Ticket ID", "ticket id", "ticket-id", "ticketId", "ticketID", "TICKET_ID"]
)
def test_a_column_whose_name_ends_in_id_is_the_id_when_no_value_repeats(name: str) -> None:
    assert mapping_of(recognise(rows(f"{name},text", "T-1,a", "T-2,b"))).id == name


@pytest.mark.parametrize("name", ["paid", "grid", "ticket", "id of ticket"])
def test_a_name_that_only_contains_the_letters_is_no_id(name: str) -> None:
    assert mapping_of(recognise(rows(f"{name},text", "T-1,a", "T-2,b"))).id is None


def test_a_column_that_is_called_id_is_preferred_to_one_that_ends_in_it() -> None:
    assert mapping_of(recognise(rows("ticket_id,id,text", "T-1,1,a", "T-2,2,b"))).id == "id"


def test_of_two_such_columns_the_first_whose_values_differ_is_taken() -> None:
    found = mapping_of(recognise(rows("thread_id,ticket_id,order_id,text", "7,T-1,1,a", "7,T-2,2,b")))

    assert found.id == "ticket_id"


@pytest.mark.parametrize("lines", [("T-1,a", "T-1,b"), ("T-1,a", ",b"), (" T-1,a", "T-1 ,b")])
def test_a_column_with_a_repeated_or_empty_value_is_no_id(lines: tuple[str, ...]) -> None:
    assert mapping_of(recognise(rows("ticket_id,text", *lines))).id is None


def test_a_column_that_names_people_is_no_id_of_items() -> None:
    assert mapping_of(recognise(rows("user_id,text", "7,a", "8,b"))).id is None


def test_in_a_file_of_answers_the_id_may_repeat() -> None:
    found = mapping_of(recognise(rows("post_id,worker_id,label", "1,ada,x", "1,bo,y", "2,ada,x")))

    assert (found.id, found.annotator, found.label) == ("post_id", "worker_id", "label")


def test_in_a_file_of_answers_two_such_columns_are_left_to_the_person() -> None:
    assert mapping_of(recognise(rows("answer_id,post_id,worker,label", "1,1,ada,x", "2,1,bo,y"))).id is None
