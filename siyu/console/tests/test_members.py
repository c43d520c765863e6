"""The members' list and member 360: what each role finds, sees in plain, and may change."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps

from siyu.facts.pump import pump
from siyu.facts.services import record
from siyu.lib.clock import utc_now
from siyu.loyalty.services import Because, Capture, Grant, Hold, capture, define_unit, grant, hold
from siyu.members import queries, services
from siyu.merchant.rules import SYSTEM

from .people import NOW, OTHER_PHONE, PHONE, audited, fact, live, member, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool():
    live()
    return member("小月")


def text(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (response.status_code, path)
    return response.content.decode()


@pytest.mark.parametrize("words", [PHONE, "13800138000", "8000", "小月", "A-1002"])
def test_a_member_is_found_by_phone_last_four_nickname_and_order_number(pool, words):
    page = visitor().get("/members", {"q": words}).content.decode()
    assert "小月" in page
    assert "阿杰" not in page


def test_the_list_shows_phones_masked_and_sums(pool):
    page = text(visitor(), "/members")
    assert "+86138****8000" in page
    assert PHONE not in page
    assert "¥500.00" in page
    assert "公开教学数据" in page


@pytest.mark.parametrize(
    ("order", "first"),
    [("-revenue", "小月"), ("revenue", "阿杰"), ("-seen", "小月"), ("seen", "阿杰"), ("-joined", "小月"), ("joined", "阿杰")],
)
def test_every_order_lists_everyone_and_begins_where_it_should(pool, order, first):
    page = text(visitor(), f"/members?sort={order}")
    assert page.index(first) == min(page.index("小月"), page.index("阿杰"))


@pytest.mark.parametrize("order", ["-seen", "seen", "-revenue", "revenue", "-joined", "joined"])
def test_paging_forth_and_back_meets_every_member_once(pool, order, monkeypatch):
    from siyu.console.people.rows import Wanted, members
    from siyu.lib.web.keyset import Position
    from siyu.merchant.rules import WHOLE

    day, key, forth = NOW.date(), None, []
    for _ in range(5):
        page = members(WHOLE, Wanted(), Position(key, False, 1), order, day)
        if not page:
            break
        forth, key = [*forth, page[0].id], tuple(page[0].key)
    whole = members(WHOLE, Wanted(), Position(limit=10), order, day)
    back = members(WHOLE, Wanted(), Position(tuple(whole[-1].key), True, 10), order, day)
    assert forth == [row.id for row in whole]
    assert len(set(forth)) == 2
    assert [row.id for row in back] == forth[-2::-1]


@pytest.mark.parametrize(
    ("filters", "found"),
    [("stage=growing", {"小月"}), ("rung=repeat_buyer", {"小月"}), ("activity=active", {"小月"}), ("stage=declining", set())],
)
def test_filters_by_the_clocks(pool, filters, found):
    page = text(visitor(), f"/members?{filters}")
    assert {name for name in ("小月", "阿杰") if name in page} == found


def test_tags_are_put_on_the_chosen_taken_off_and_filtered_by(pool):
    client = visitor()
    response = client.post("/members/tag", {"member": [pool.pk], "name": "爱喝茶", "next": "/members?q=1"})
    assert response["Location"] == "/members?q=1"
    tag = apps.get_model("members.Tag").objects.get()
    page = text(client, f"/members?tag={tag.pk}")
    assert "小月" in page
    assert "阿杰" not in page
    client.post(f"/members/{pool.public_id}/tag", {"name": "爱喝茶", "verb": "untag"})
    assert queries.tags(pool.pk) == []
    assert client.post("/members/tag", {"member": [pool.pk], "name": "x", "next": "https://elsewhere.example"})["Location"] == "/members"


def test_an_assistant_meets_own_customers_only(pool):
    client = visitor("shop_assistant", "own")
    services.assign_assistants(SYSTEM, [(pool.pk, client.staff.pk, None)])
    page = text(client, "/members")
    assert "小月" in page
    assert "阿杰" not in page
    assert "阿杰" not in client.get("/members", {"q": OTHER_PHONE}).content.decode()
    other = member("阿杰")
    assert client.get(f"/members/{other.public_id}").status_code == 404
    client.post("/members/tag", {"member": [other.pk], "name": "mine"})
    assert queries.tags(other.pk) == []


def test_a_file_of_members_is_masked_for_who_may_not_see_and_is_remembered(pool, monkeypatch):
    full = b"".join(visitor().get("/members/file").streaming_content).decode("utf-8-sig")
    assert PHONE in full
    assert audited("members.exported")[0].detail["unmasked"] is True
    assert visitor("analyst").get("/members/file").status_code == 403


TABS = ("overview", "orders", "points", "history", "merges")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_a_member_opens_for_a_buyer_and_for_who_never_bought(pool, tab, language):
    client = visitor(language=language)
    for one in (pool, member("阿杰")):
        page = text(client, f"/members/{one.public_id}?tab={tab}")
        assert one.nickname in page
        assert PHONE not in page
        assert OTHER_PHONE not in page


def test_the_clocks_say_where_they_stand_and_what_moves_them_next(pool):
    page = text(visitor(), f"/members/{pool.public_id}")
    assert "Growing" in page
    assert "it becomes “Active”, unless something happens before." in page
    assert "douyin" in page


@pytest.mark.parametrize(("language", "words"), [("en", ("Phone", "Shop log-in")), ("zh-hans", ("手机号", "商城账号"))])
def test_identities_are_called_in_the_readers_language(pool, language, words):
    page = text(visitor(language=language), f"/members/{pool.public_id}")
    assert all(word in page for word in words)


def test_balances_go_by_the_names_of_their_units(pool):
    define_unit(SYSTEM, "quota:tea", "喝茶次数", now=utc_now())
    grant(SYSTEM, [Grant(pool.id, "quota:tea", 3, "t", Because("hand", "x", "欢迎"))], now=utc_now())
    page = text(visitor(), f"/members/{pool.public_id}")
    assert "喝茶次数" in page
    assert "quota:tea" not in page


def test_every_point_says_fact_rule_and_result(pool):
    page = text(visitor(), f"/members/{pool.public_id}?tab=points")
    assert "Order paid, order A-1002 → rule “" in page
    assert "→ earned" in page


def test_a_move_that_somebody_asked_for_is_told_in_their_words_and_one_that_only_moves_has_no_sign(pool):
    now, because = utc_now(), Because("case", "1", "生日补发")
    grant(SYSTEM, [Grant(pool.pk, "points", 77, "g1", because)], now)
    hold(SYSTEM, [Hold(pool.pk, "points", 55, "h1", because, now + timedelta(hours=1))], now)
    capture(SYSTEM, [Capture("h1", "c1")], now)

    shown = [
        (line.sentence, line.amount[0], line.colour) for line in visitor().get(f"/members/{pool.public_id}?tab=points").context["lines"]
    ]

    assert shown[:3] == [
        ("生日补发 → spent of what was held", "−", "text-red"),
        ("生日补发 → held", "5", ""),
        ("生日补发 → given", "+", "text-green"),
    ]


def test_the_orders_of_a_member_with_their_sum(pool):
    page = text(visitor(), f"/members/{pool.public_id}?tab=orders")
    assert "2 paid orders" in page
    assert "A-1001" in page


def test_a_phone_is_shown_on_demand_and_the_audit_remembers(pool):
    handle = next(one for one in queries.identities([pool.pk]) if one.kind == "phone")
    response = visitor().post(f"/members/{pool.public_id}/reveal/{handle.id}")
    assert response.content.decode() == PHONE
    assert "no-store" in response["Cache-Control"]
    (row,) = audited("member.unmasked")
    assert row.subject == f"member:{pool.pk}"
    assert PHONE not in str(row.detail)


def test_an_analyst_never_sees_a_phone(pool):
    client = visitor("analyst")
    handle = next(one for one in queries.identities([pool.pk]) if one.kind == "phone")
    assert client.post(f"/members/{pool.public_id}/reveal/{handle.id}").status_code == 403
    assert client.post(f"/members/{pool.public_id}/reveal-trait/name").status_code == 403
    for tab in TABS:
        assert "reveal" not in text(client, f"/members/{pool.public_id}?tab={tab}")
    assert audited("member.unmasked") == []


def test_another_members_handle_is_not_shown_through_this_one(pool):
    foreign = queries.identities([member("阿杰").pk])[0]
    assert visitor().post(f"/members/{pool.public_id}/reveal/{foreign.id}").status_code == 404


def test_a_personal_trait_is_masked_until_asked_for(pool):
    client = visitor()
    assert "林小月" not in text(client, f"/members/{pool.public_id}")
    assert client.post(f"/members/{pool.public_id}/reveal-trait/name").content.decode() == "林小月"
    assert client.post(f"/members/{pool.public_id}/reveal-trait/city").status_code == 404


def test_a_merge_needs_a_reason_leads_old_links_on_and_can_be_undone(pool):
    client, other = visitor(), member("阿杰")
    here = f"/members/{pool.public_id}"
    assert "required" in client.post(f"{here}/merge", {"other": OTHER_PHONE, "because": ""}).content.decode()
    assert client.post(f"{here}/merge", {"other": OTHER_PHONE, "because": "same person at the counter"}).status_code == 302
    merge = apps.get_model("members.Merge").objects.get()
    old, new = merge.loser.public_id, merge.survivor.public_id
    assert client.get(f"/members/{old}")["Location"] == f"/members/{new}"
    page = text(client, f"/members/{new}?tab=merges")
    assert "same person at the counter" in page
    assert "said by a colleague" in page
    assert "Came along:" in page
    assert "left" not in page.split("Evidence")[1].split("</details>")[0], "it is said in words, not as it is kept"
    assert client.post(f"/members/{new}/merges/{merge.pk}/undo", {"because": "two people after all"}).status_code == 302
    assert client.get(f"/members/{old}").status_code == 200
    assert {pool.pk, other.pk} == {merge.loser_id, merge.survivor_id}
    assert "two people after all" in text(client, f"/members/{new}?tab=merges")


def test_an_unclear_other_member_is_refused(pool):
    page = visitor().post(f"/members/{pool.public_id}/merge", {"other": "nobody at all", "because": "x"}).content.decode()
    assert "0 members answer to this" in page


def test_the_own_assistant_is_changed(pool):
    client = visitor()
    client.post(f"/members/{pool.public_id}/assistant", {"assistant": client.staff.pk, "store": ""})
    pool.refresh_from_db()
    assert pool.assistant_id == client.staff.pk


@pytest.mark.parametrize("public_id", ["nobody", "1", "%", "小月"])
def test_an_unknown_member_is_not_found(pool, public_id):
    assert visitor().get(f"/members/{public_id}").status_code == 404


def test_the_history_turns_pages(pool, monkeypatch):
    monkeypatch.setattr("siyu.console.people.one.MOMENTS", 3)
    client, url, seen = visitor(), f"/members/{pool.public_id}?tab=history", 0
    for _ in range(20):
        page = text(client, url)
        seen += page.count("timeline-event-icon")
        if 'rel="next"' not in page:
            break
        url = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert seen == len(queries.timeline(pool.pk, limit=200))


def agreed(**more) -> dict[str, str]:
    return {"is_given": "yes", "purpose": "marketing", "channel": "wecom", "way": "paper", "note": "form 7, binder 2", **more}


def test_what_a_member_told_staff_is_written_down_on_the_members_page_and_audited(pool):
    client, here = visitor("shop_assistant", "all"), f"/members/{pool.public_id}"
    assert client.get(f"{here}/consents").status_code == 200

    assert client.post(f"{here}/consents", agreed(at="2026-01-05T10:30")).status_code == 302
    pump(utc_now())

    page = text(client, here)
    assert "form 7, binder 2" not in page
    assert "On paper" in page
    assert "Lin" in page
    assert "2026-01-05 10:30" in page
    assert "form 3" in page  # the word before stays
    (row,) = audited("consent.given")
    assert (row.subject, row.actor_name, row.detail) == (f"member:{pool.pk}", "Lin", {"purpose": "marketing", "channel": "wecom"})


def test_what_was_noted_of_a_consent_is_shown_on_demand_and_the_audit_remembers(pool):
    client, here = visitor(), f"/members/{pool.public_id}"
    client.post(f"{here}/consents", agreed())
    pump(utc_now())
    (word,) = [one for one in queries.consents_said(pool.pk) if one.note]
    address = f"{here}/reveal-note/{word.message}"

    assert (address in text(client, here), address in text(visitor("analyst"), here)) == (True, False)
    assert visitor("analyst").post(address).status_code == 403
    assert client.post(address).content.decode() == "form 7, binder 2"
    assert client.post(f"{here}/reveal-note/{uuid4()}").status_code == 404
    assert [row.detail for row in audited("member.unmasked")] == [{"consent": str(word.message)}]


def test_what_holds_is_what_the_gate_hears(pool):
    client, here = visitor(), f"/members/{pool.public_id}"
    client.post(f"{here}/consents", agreed(is_given="no", channel="any", note=""))
    pump(utc_now())

    holds = text(client, here).split('id="consents"')[1].split("Every word")[0]

    assert ("SMS" in holds, "Any channel" in holds) == (True, True)
    assert (holds.count("Withdrawn"), holds.count("Given")) == (2, 0)


def test_a_word_of_consent_is_written_by_who_may_change_members_and_sees_this_one(pool):
    here = f"/members/{pool.public_id}"
    assert visitor("analyst").post(f"{here}/consents", agreed()).status_code == 403
    assert visitor("shop_assistant", "own").post(f"{here}/consents", agreed()).status_code == 404
    assert "Write down a consent" not in text(visitor("analyst"), here)
    assert "form, the call, the chat" in visitor().post(f"{here}/consents", agreed(note="")).content.decode()
    assert audited("consent.given") == []


@pytest.mark.parametrize(("language", "words"), [("en", "undated, recorded on"), ("zh-hans", "未注明日期")])
def test_a_yes_of_which_nobody_knows_the_day_says_when_it_was_recorded(pool, language, words):
    record(
        [fact("consent.given", "u1", 0, "old", purpose="marketing", channel="email", proof="list, row 1", undated=True)],
        source="import",
        received_at=NOW,
    )
    pump(NOW)

    page = text(visitor(language=language), f"/members/{pool.public_id}")

    assert words in page
    assert "1970" not in page
