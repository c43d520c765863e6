"""What staff do by hand in the console: correct balances with a second person, grant tiers, and publish units."""

import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from siyu.loyalty.queries import balances, floors_of, standings
from siyu.loyalty.queries.corrections import correction
from siyu.loyalty.queries.naming import called
from siyu.loyalty.queries.units import unit_versions, units_on
from siyu.loyalty.rules import default, units
from siyu.loyalty.tests.scene import happens, install, member, rows
from siyu.merchant.rules import SYSTEM, Role
from siyu.merchant.services import create_staff

pytestmark = pytest.mark.django_db
WHY = "补发活动积分"


def person(role: Role, name: str) -> Client:
    made = create_staff(SYSTEM, name, name, role)
    rows("UPDATE merchant_staff SET language = 'en' WHERE id = %s RETURNING id", [made.id])
    client = Client()
    client.force_login(apps.get_model("merchant", "Staff").objects.get(pk=made.id))
    return client


def anna() -> tuple[int, str]:
    install()
    happens("member.identified", "anna", traits={"nickname": "安娜"})
    rows("UPDATE members_member SET nickname = '安娜', is_identified = true RETURNING id")
    return member("anna"), rows("SELECT public_id FROM members_member")[0][0]


def correct(who: Client, public_id: str, amount: int, key: str, **more: str):
    asked = {"unit": "points", "amount": str(amount), "because": WHY, "key": key, **more}
    return who.post(reverse("member-adjust", args=[public_id]), asked)


def available(member_id: int) -> int:
    found = balances([member_id]).get(member_id, {})
    return found["points"].available if "points" in found else 0


def test_a_small_correction_is_made_at_once_and_the_same_key_twice_counts_once() -> None:
    number, public_id = anna()
    service = person(Role.CUSTOMER_SERVICE, "lin")

    assert "10,000" in service.get(reverse("member-adjust", args=[public_id])).content.decode()
    for _again in range(2):
        assert correct(service, public_id, 300, "desk:1").status_code == 302
    assert correct(service, public_id, -50, "desk:2").status_code == 302
    short = correct(service, public_id, -5_000, "desk:3")

    assert available(number) == 250
    assert short.status_code == 200
    assert correct(service, public_id, 0, "desk:4").status_code == 200


def test_a_large_one_waits_for_a_second_person_who_is_never_the_first() -> None:
    number, public_id = anna()
    boss, finance = person(Role.OWNER, "wang"), person(Role.FINANCE, "zhao")
    correct(boss, public_id, 20_000, "desk:big")
    waiting = rows("SELECT id FROM loyalty_adjustment")[0][0]
    decide = reverse("correction", args=[waiting])

    assert available(number) == 0
    assert decide not in boss.get(reverse("corrections")).content.decode()
    assert decide in finance.get(reverse("corrections") + "?state=waiting").content.decode()
    assert "20,000" in boss.get(reverse("member", args=[public_id]) + "?tab=points").content.decode()
    own = boss.post(decide, {"decision": "approve"})
    assert (own.status_code, available(number)) == (200, 0)
    assert finance.post(decide, {"decision": "reject"}).status_code == 200

    assert finance.post(decide, {"decision": "approve"}).status_code == 302
    assert available(number) == 20_000
    found = correction(waiting)
    assert found is not None
    assert (found.state, found.decided_by) == ("approved", "zhao")
    table = b"".join(finance.get(reverse("corrections") + "?csv=1").streaming_content).decode()
    assert f"{public_id},points,20000,{WHY},wang" in table


def test_a_rejection_keeps_its_reason_and_moves_nothing() -> None:
    number, public_id = anna()
    boss, finance = person(Role.OWNER, "wang"), person(Role.FINANCE, "zhao")
    correct(boss, public_id, 20_000, "desk:big")
    waiting = rows("SELECT id FROM loyalty_adjustment")[0][0]

    assert finance.post(reverse("correction", args=[waiting]), {"decision": "reject", "because": "没有凭证"}).status_code == 302

    assert available(number) == 0
    assert "没有凭证" in boss.get(reverse("corrections")).content.decode()


def test_who_may_not_see_the_member_corrects_and_decides_nothing() -> None:
    _number, public_id = anna()
    boss = person(Role.OWNER, "wang")
    correct(boss, public_id, 20_000, "desk:big")
    waiting = rows("SELECT id FROM loyalty_adjustment")[0][0]
    clerk = person(Role.FINANCE, "chen")
    rows("UPDATE merchant_staff SET reach = 'own' WHERE username = 'chen' RETURNING id")

    assert clerk.get(reverse("correction", args=[waiting])).status_code == 404
    assert public_id not in clerk.get(reverse("corrections")).content.decode()
    assert person(Role.SHOP_ASSISTANT, "xu").get(reverse("member-adjust", args=[public_id])).status_code == 403


def test_a_tier_is_granted_to_a_day_shown_with_its_reason_and_taken_away() -> None:
    number, public_id = anna()
    service = person(Role.CUSTOMER_SERVICE, "lin")
    home = reverse("member", args=[public_id]) + "?tab=points"

    asked = {"tier": "growth:gold", "last_day": "2030-06-30", "because": "贵宾补偿"}
    assert service.post(reverse("member-tier-grant", args=[public_id]), asked).status_code == 302

    assert standings([number])[number].code == "gold"
    page = service.get(home).content.decode()
    assert "贵宾补偿" in page
    assert "2030-06-30" in page
    floor = floors_of(number)[0].id
    late = service.post(reverse("member-tier-grant", args=[public_id]), asked | {"last_day": "2020-01-01"})
    assert late.status_code == 200
    assert service.post(reverse("member-tier-take", args=[public_id, floor]), {"because": "误发"}).status_code == 302
    assert standings([number])[number].code != "gold"
    assert "误发" in service.get(home).content.decode()


def test_a_last_day_of_the_year_9999_means_for_ever() -> None:
    number, public_id = anna()
    boss = person(Role.OWNER, "wang")
    home = reverse("member", args=[public_id]) + "?tab=points"

    given = boss.post(
        reverse("member-adjust", args=[public_id]),
        {"unit": "points", "amount": "7", "last_day": "9999-12-31", "because": WHY, "key": "desk:far"},
    )
    granted = boss.post(
        reverse("member-tier-grant", args=[public_id]), {"tier": "growth:gold", "last_day": "9999-12-31", "because": "终身会员"}
    )

    assert (given.status_code, granted.status_code) == (302, 302)
    assert (available(number), standings([number])[number].code) == (7, "gold")
    assert boss.get(home).status_code == 200


def test_a_unit_is_shown_in_words_and_its_next_version_published() -> None:
    install()
    boss = person(Role.OWNER, "wang")
    address = reverse("unit-edit", args=["points"])
    shown = boss.get(address).context["form"].initial
    told = {name: "" if value is None else value for name, value in shown.items() if value is not False}
    told |= {"worth_minor": "0.01", "worth_amount": "100", "expires": "after", "months": "12", "until": "month", "refunds": "debt"}

    assert boss.post(address, told | {"approve_above": "500", "restores": "plus", "restores_days": "7"}).status_code == 302

    page = boss.get(reverse("units")).content.decode()
    assert "12 months" in page
    assert "500" in page
    unit = next(one for one in units_on(shown["from_day"]) if one.code == "points")
    assert (unit.version > 0, unit.terms.approve_above, unit.terms.restores.days) == (True, 500, 7)
    assert boss.post(address, told | {"expires": "after", "months": "0"}).status_code == 200
    new = told | {"code": "stars", "name": "星星", "expires": "inactivity", "days": "90", "months": ""}
    assert boss.post(reverse("unit-new"), new).status_code == 302
    assert boss.get(reverse("unit-edit", args=["stars"])).context["form"].initial["days"] == 90


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_day_to_which_a_tier_is_granted_is_filled_in_as_browsers_take_it(language: str) -> None:
    _, public_id = anna()
    service = person(Role.CUSTOMER_SERVICE, "lin")
    rows("UPDATE merchant_staff SET language = %s RETURNING id", [language])
    page = service.get(reverse("member-tier-grant", args=[public_id])).content.decode()
    assert re.search(r'name="last_day" value="\d{4}-\d\d-\d\d"', page)


@pytest.mark.parametrize(("code", "name"), units.NAMES | default.NAMES, ids=lambda one: one)
def test_what_is_there_from_the_beginning_is_called_in_chinese_as_it_always_was_and_otherwise_in_english(code: str, name: str) -> None:
    with override("zh-hans"):
        assert called(code, name) == name
    with override("en"):
        assert called(code, name).isascii()


def test_every_unit_tier_and_earn_rule_of_the_beginning_has_a_name_in_english() -> None:
    begun = {(unit.code, unit.name) for unit in units.DEFAULTS} | {(code, name) for code, name, *_ in (*default.TIERS, *default.RULES)}
    assert begun <= (units.NAMES | default.NAMES).keys()


def test_a_unit_is_called_in_the_readers_language_until_the_merchant_calls_it_otherwise() -> None:
    _, public_id = anna()
    boss = person(Role.OWNER, "wang")
    correct(boss, public_id, 300, "desk:1")
    address = reverse("unit-edit", args=["points"])
    form = {name: "" if value is None else value for name, value in boss.get(address).context["form"].initial.items()}
    pages = (reverse("units"), reverse("member-adjust", args=[public_id]), reverse("member", args=[public_id]) + "?tab=points")
    shown = "".join(boss.get(page).content.decode() for page in pages)

    assert form["name"] == "points"
    assert "+300 points" in shown
    assert "积分" not in shown.replace(WHY, "")
    assert boss.post(address, form | {"approve_above": "500"}).status_code == 302  # the terms are the merchant's, the name is not
    assert unit_versions("points")[0].name == "积分"
    assert boss.post(address, form | {"name": "Stars"}).status_code == 302
    for language in ("en", "zh-hans"):
        rows("UPDATE merchant_staff SET language = %s RETURNING id", [language])
        assert "+300 Stars" in boss.get(pages[2]).content.decode()
