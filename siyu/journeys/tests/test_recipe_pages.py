"""The pages of recipes: each asks what its file asks, and writes a draft that the canvas opens."""

import pytest
from django.test import Client
from django.urls import reverse

from siyu.journeys import queries
from siyu.journeys.recipes import recipes as known
from siyu.journeys.tests.test_pages import staff
from siyu.merchant.rules import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    return staff(Role.OPERATOR)


def test_every_recipe_is_offered(operator: Client):
    page = operator.get(reverse("journey-recipes")).content.decode()
    assert all(reverse("journey-recipe", args=[name]) in page for name in known())
    assert operator.get(reverse("journey-recipe", args=["no-such"])).status_code == 404


@pytest.mark.parametrize("name", sorted(known()))
def test_a_recipe_becomes_a_draft_on_the_canvas(operator: Client, name: str):
    address = reverse("journey-recipe", args=[name])
    asked = operator.get(address).context["inputs"]
    sent = {one.name: one.parts if one.template else one.value for one in asked if one.kind != "flag" or one.value}

    made = operator.post(address, {**sent, "name": "配方", "code": "from-recipe"}, follow=True)

    assert made.redirect_chain == [("/journeys/from-recipe/edit", 302)]
    assert queries.definition("from-recipe")["steps"]  # type: ignore[index]


def test_what_a_recipe_cannot_take_is_said(operator: Client):
    for name in sorted(known())[:1]:
        answer = operator.post(reverse("journey-recipe", args=[name]), {"name": "x", "code": "NOT A CODE"})
        assert answer.status_code == 200
        assert queries.journey("NOT A CODE") is None


def test_an_answer_out_of_bounds_is_named_by_its_question(operator: Client):
    page = operator.post(reverse("journey-recipe", args=["welcome"]), {"name": "欢迎", "code": "hello", "p:points": "-5"}).content.decode()

    assert "Points to give: no less than 0" in page
    assert "Expected" not in page
    assert 'value="-5"' in page
