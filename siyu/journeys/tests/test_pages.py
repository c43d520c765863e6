"""The pages of journeys, as an operator and as others use them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from siyu.facts.pump import pump
from siyu.journeys import queries, services
from siyu.journeys.tests.given import DAY, NOW, chain, person, publish, say, tell
from siyu.lib.clock import utc_now
from siyu.members.models import Member
from siyu.merchant.models import Audit, Staff, Store
from siyu.merchant.rules import SYSTEM, Reach, Role

pytestmark = pytest.mark.django_db
WAIT = {"step": "wait", "days": 2}
END = {"step": "end"}


def staff(role: Role, reach: Reach = Reach.ALL, **more: Any) -> Client:
    client = Client()
    one = Staff.objects.create(username=f"{role}-{reach}", name="林晓", role=role, reach=reach, language="en", **more)
    client.force_login(one, backend="siyu.merchant.access.StaffBackend")
    return client


@pytest.fixture
def operator() -> Client:
    return staff(Role.OPERATOR)


def save(client: Client, code: str, definition: Any, revision: int) -> Any:
    return client.post(
        reverse("journey-draft", args=[code]), json.dumps({"definition": definition, "revision": revision}), "application/json"
    )


def fail(code: str, who: str) -> int:
    """Somebody is set aside in a journey whose reward does not exist; the number of their enrolment."""
    publish(chain({"step": "reward", "reward": {"kind": "points", "amount": 5}}, END), code)
    tell(say("page.viewed", who, NOW))
    from siyu.journeys.models import Enrolment

    number = Enrolment.objects.get(journey__code=code).pk
    Enrolment.objects.filter(pk=number).update(status="failed", step="s1", why="reward.terms", detail="no such unit")
    return number


# --- drafts ---


def test_a_new_journey_opens_on_an_empty_canvas(operator: Client):
    made = operator.post(reverse("journey-new"), {"name": "新客欢迎", "code": "hello"}, follow=True)

    assert made.redirect_chain == [("/journeys/hello/edit", 302)]
    boot = json.loads(made.content.decode().split('id="journey-boot" type="application/json">')[1].split("</script>")[0])
    assert boot["definition"]["steps"] == {}
    assert boot["problems"]
    assert set(boot["kinds"]) == set(queries.steps())


def test_what_the_service_refuses_stands_in_the_form(operator: Client):
    publish(chain(WAIT, END), "taken")

    answer = operator.post(reverse("journey-new"), {"name": "x", "code": "taken"})
    assert "there is a journey taken already" in answer.content.decode()


def test_a_journey_is_copied_by_one_form_archived_ones_too(operator: Client):
    services.create(SYSTEM, "j", "欢" * 100, chain(WAIT, END), now=NOW)
    address = reverse("journey-duplicate", args=["j"])

    listed = [operator.get(reverse("journey", args=["j"])).content.decode()]
    found = operator.get(address).context["form"].initial
    made = operator.post(address, {**found}, follow=True)
    taken = operator.post(address, {**found})
    services.archive(SYSTEM, "j", now=NOW)

    assert made.redirect_chain == [("/journeys/j-1/edit", 302)]
    assert queries.definition("j-1") == chain(WAIT, END)
    assert queries.journey("j-1").name == "欢" * 90 + " (copy)"
    assert "there is a journey j-1 already" in taken.content.decode()
    listed.append(operator.get(reverse("journey", args=["j"])).content.decode())
    assert all(address in page for page in listed)
    assert staff(Role.ANALYST).get(address).status_code == 403


def test_a_saved_draft_answers_its_looks_and_its_faults(operator: Client):
    services.create(SYSTEM, "j", "J", chain(WAIT, END), now=NOW)

    told = save(operator, "j", chain(WAIT, {"step": "touch"}, {"step": "wait", "days": -1}, END), 1).json()

    assert told["revision"] == 2
    assert [(one["place"], one["field"], one["message"]) for one in told["problems"]] == [
        ("s2", "template", "fill this in"),
        ("s3", "days", "no less than 0"),
    ]
    assert told["faces"]["s1"]["words"] == "2 days"
    assert told["faces"]["s2"]["words"] == "To be filled in"
    assert told["parts"]["entry"] == "Every time it happens"


@pytest.mark.parametrize("where", [{"a": 1}, {"all": []}, {"not": 3}, {"property": "x", "op": []}], ids=str)
def test_a_draft_with_a_filter_that_is_none_is_drawn(operator: Client, where: dict[str, Any]):
    services.create(SYSTEM, "j", "J", chain(WAIT, END), now=NOW)
    fact = {"fact": "page.viewed", "where": where}
    until = {"step": "wait_until", "days": 1, **fact}
    reward = {"step": "reward", "reward": {}}

    told = save(operator, "j", chain(until, reward, trigger={"kind": "fact", **fact}, exits=[{"kind": "fact", **fact}], goal=fact), 1)

    assert told.status_code == 200
    assert [told.json()["parts"][name] for name in ("@trigger", "exits", "goal")] == ["To be filled in"] * 3
    assert operator.get(reverse("journey-edit", args=["j"])).status_code == 200


def test_what_must_be_of_the_same_is_said_in_words(operator: Client):
    services.create(SYSTEM, "j", "J", chain(WAIT, END), now=NOW)
    fact = {"fact": "order.refunded", "same": "order_number"}

    told = save(operator, "j", chain(WAIT, exits=[{"kind": "fact", **fact}], goal=fact), 1).json()

    assert told["parts"]["exits"] == "“Order refunded” of the same “order_number”"
    assert told["parts"]["goal"] == "“Order refunded” of the same “order_number” within 7 days"


def test_who_saves_over_anothers_draft_is_told_and_may_insist(operator: Client):
    services.create(SYSTEM, "j", "J", chain(WAIT, END), now=NOW)
    services.save_draft(SYSTEM, "j", chain(END), 1, now=NOW)

    refused = save(operator, "j", chain(WAIT), 1)
    assert refused.status_code == 409
    assert refused.json()["code"] == "journey.stale"
    assert queries.definition("j") == chain(END)

    assert save(operator, "j", chain(WAIT), refused.json()["revision"]).status_code == 200
    assert queries.definition("j") == chain(WAIT)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"definition": {}, "revision": "x"}', '{"definition": 3, "revision": 1}'])
def test_what_is_no_draft_is_refused(operator: Client, body: str):
    services.create(SYSTEM, "j", "J", chain(WAIT, END), now=NOW)

    answer = operator.post(reverse("journey-draft", args=["j"]), body, "application/json")
    assert answer.status_code == 409
    assert queries.definition("j") == chain(WAIT, END)


def test_a_panel_gives_a_form_and_takes_it_back(operator: Client):
    piece = {"step": "wait", "days": 2}
    opened = operator.post(reverse("journey-panel"), {"place": "s1", "piece": json.dumps(piece)}).json()
    assert 'name="p:days" value="2"' in opened["html"]

    sent = {"place": "s1", "piece": json.dumps(piece), "kind": "wait", "act": "", "p:days": "5", "p:hours": "", "p:minutes": "x"}
    changed = operator.post(reverse("journey-panel"), sent).json()
    assert changed["piece"] == {"step": "wait", "days": 5, "minutes": "x"}
    assert changed["face"]["words"] == "To be filled in"


def test_several_things_to_wait_for_are_added_each_with_its_boxes(operator: Client):
    sent: dict[str, str] = {"place": "s1", "piece": "{}", "kind": "wait_until", "p:days": "3", "p:what": "any"}
    added = operator.post(reverse("journey-panel"), {**sent, "act": "any.add"}).json()
    row = {"p:any:0:name": "A", "p:any:0:what": "fact", "p:any:0:fact": "order.paid"}
    turned = operator.post(reverse("journey-panel"), {**sent, **row, "p:any:0:what": "audience", "act": "redraw"}).json()

    assert added["piece"] == {"step": "wait_until", "days": 3, "any": [{"name": "A", "fact": "order.paid"}]}
    assert added["face"]["ways"] == [["A", "A"], ["timeout", "Time is up"]]
    assert all(f'name="{name}"' in added["html"] for name in row)
    assert 'name="p:any:0:edge"' in turned["html"]
    assert 'name="p:any:0:fact"' not in turned["html"]


@pytest.mark.parametrize(
    ("place", "piece", "act", "made"),
    [
        ("goal", "null", "add", {"fact": "order.paid", "within_days": 7}),
        ("goal", '{"fact": "order.paid"}', "remove", None),
        ("exits", "null", "add.fact", [{"kind": "fact", "fact": "order.paid"}]),
        ("exits", "null", "add.nothing", None),
        ("@trigger", "{}", "redraw", {"kind": "fact"}),
        ("s9", "[]", "", {}),
        ("s9", "no json", "", {}),
    ],
)
def test_the_panels_of_what_stands_beside_the_graph(operator: Client, place: str, piece: str, act: str, made: Any):
    answer = operator.post(reverse("journey-panel"), {"place": place, "piece": piece, "act": act})

    assert answer.status_code == 200
    assert answer.json()["piece"] == made


# --- publishing ---


def test_publishing_maps_those_whose_step_is_gone(operator: Client):
    publish(chain(WAIT, {"step": "wait", "days": 9}, END), "j")
    tell(say("page.viewed", "anna", NOW), say("page.viewed", "bo", NOW))
    pump(NOW + 3 * DAY)
    draft = chain(WAIT, END)
    draft["steps"]["s5"] = {"step": "wait", "days": 30}
    draft["steps"]["s1"]["next"] = {"next": "s5"}
    draft["steps"].pop("s2")
    services.save_draft(SYSTEM, "j", draft, 1, now=NOW)

    page = operator.get(reverse("journey-publish", args=["j"])).content.decode()
    assert "gone from the draft" in page
    assert "2 waiting here" in page
    assert 'name="to:s2"' in page
    assert 'name="to:s1"' not in page  # nobody stands there, and it is in the draft

    done = operator.post(reverse("journey-publish", args=["j"]), {"to:s2": "s5"})
    assert done.headers["Location"] == reverse("journey", args=["j"])
    pump(NOW + 4 * DAY)
    assert queries.counts("j", 2).steps == {"s5": 2}


def test_a_faulty_draft_is_not_published(operator: Client):
    services.create(SYSTEM, "j", "J", chain({"step": "touch", "template": "none"}), now=NOW)

    page = operator.post(reverse("journey-publish", args=["j"]))
    assert "there is no template none" in page.content.decode()
    assert queries.journey("j").number == 0  # type: ignore[union-attr]


def test_pause_resume_rename_and_archive_ask_first_and_are_audited(operator: Client):
    publish(chain(WAIT, END), "j")

    for step, state in (("pause", "paused"), ("resume", "live"), ("archive", "archived")):
        assert operator.get(reverse("journey-move", args=["j", step])).status_code == 200
        if step == "archive":
            operator.post(reverse("journey-rename", args=["j"]), {"name": "Another"})
        assert operator.post(reverse("journey-move", args=["j", step])).status_code == 302
        assert queries.journey("j").state == state  # type: ignore[union-attr]
    assert queries.journey("j").name == "Another"  # type: ignore[union-attr]
    done = set(Audit.objects.filter(subject="journey:j", actor_kind="staff").values_list("verb", flat=True))
    assert done == {"journey.paused", "journey.resumed", "journey.renamed", "journey.archived"}
    assert operator.get(reverse("journey-edit", args=["j"])).status_code == 302
    assert operator.get(reverse("journey-move", args=["j", "explode"])).status_code == 404


# --- as it runs ---


@pytest.fixture
def walked() -> None:
    """Anna and Bo wait, Cai is through."""
    publish(chain(WAIT, END, goal={"fact": "order.paid", "within_days": 7, "ends": True}), "j")
    tell(say("page.viewed", "cai", NOW))
    pump(NOW + 3 * DAY)
    tell(say("page.viewed", "anna", NOW + 3 * DAY), say("page.viewed", "bo", NOW + 3 * DAY))


def test_numbers_stand_on_steps_and_ways(walked: None, operator: Client):
    told = operator.get(reverse("journey-numbers", args=["j"])).json()

    assert told["entered"] == 3
    assert told["steps"] == {"s1": 2}
    assert told["ways"] == {"@trigger·next": 3, "s1·next": 1, "s2·done": 1}
    assert told["figures"][0][:2] == ["Came in", "3"]
    page = operator.get(reverse("journey", args=["j"])).content.decode()
    assert "33.3%" in page
    row = operator.get(reverse("journeys")).content.decode()
    assert "旅程 j" in row


def test_a_click_on_a_step_lists_who_waits_there(walked: None, operator: Client):
    shown = operator.get(reverse("journey-standing", args=["j"]), {"step": "s1"}).content.decode()
    assert shown.count("/journeys/j/members/") == 2
    assert operator.get(reverse("journey-standing", args=["j"]), {"step": "s9"}).status_code == 404


def test_a_path_tells_the_fact_behind_the_entry_and_the_time_behind_the_rest(walked: None, operator: Client):
    member = person("cai")
    one = next(one for one in queries.of_member(member))

    shown = operator.get(reverse("journey-path", args=["j", one.id])).content.decode()
    assert "Wait · 2 days" in shown
    assert "by time or at once" in shown
    assert operator.get(reverse("journey-path", args=["other", one.id])).status_code == 404


def test_members_are_filtered_by_step_and_state(walked: None, operator: Client):
    assert operator.get(reverse("journey-members", args=["j"])).content.decode().count("/journeys/j/members/") == 3
    waiting = operator.get(reverse("journey-members", args=["j"]), {"status": "waiting", "step": "s1", "version": "1"}).content.decode()
    assert waiting.count("/journeys/j/members/") == 2


def test_an_assistants_own_customers_are_all_that_a_narrow_view_lists(walked: None):
    store = Store.objects.create(code="s", name="S")
    Member.objects.filter(pk=person("anna")).update(store=store)
    narrow = staff(Role.ANALYST, Reach.STORE, store=store)

    assert narrow.get(reverse("journey-members", args=["j"])).content.decode().count("/journeys/j/members/") == 1
    foreign = queries.of_member(person("bo"))[0]
    assert narrow.get(reverse("journey-path", args=["j", foreign.id])).status_code == 404
    assert narrow.get(reverse("journey-numbers", args=["j"])).json()["entered"] == 3


def test_the_member_page_shows_their_journeys(walked: None, operator: Client):
    public_id = Member.objects.get(pk=person("anna")).public_id
    shown = operator.get(reverse("member", args=[public_id]), {"tab": "journeys"}).content.decode()
    assert "旅程 j" in shown
    assert "Under way" in shown


def test_who_was_set_aside_is_tried_again_or_let_go(operator: Client):
    number = fail("j", "anna")
    address = reverse("journey-failed", args=["j"])

    assert "no such unit" in operator.get(address).content.decode()
    operator.post(address, {"act": "retry"})  # nobody is ticked
    assert queries.enrolment(number).status == "failed"  # type: ignore[union-attr]
    operator.post(address, {"act": "dismiss", "enrolment": [str(number)]})  # without a word why
    assert queries.enrolment(number).status == "failed"  # type: ignore[union-attr]
    operator.post(address, {"act": "retry", "enrolment": [str(number)]})
    pump(utc_now() + timedelta(seconds=1))
    assert queries.enrolment(number).status == "done"  # type: ignore[union-attr]


def test_a_member_is_taken_out_with_a_word_why(walked: None, operator: Client):
    one = queries.of_member(person("bo"))[0]
    address = reverse("journey-take-out", args=["j", one.id])

    assert operator.post(address, {"because": ""}).status_code == 200
    assert operator.post(address, {"because": "asked for it"}).status_code == 302
    after = queries.enrolment(one.id)
    assert (after.status, after.why, after.detail) == ("left", "removed", "asked for it")  # type: ignore[union-attr]


def test_an_analyst_looks_and_changes_nothing(walked: None):
    analyst = staff(Role.ANALYST)
    number = queries.of_member(person("bo"))[0].id

    assert analyst.get(reverse("journey", args=["j"])).status_code == 200
    assert "Edit the draft" not in analyst.get(reverse("journey", args=["j"])).content.decode()
    for name, more in (("journey-edit", ["j"]), ("journey-draft", ["j"]), ("journey-publish", ["j"]), ("journey-move", ["j", "pause"])):
        assert analyst.post(reverse(name, args=more)).status_code == 403
    assert analyst.post(reverse("journey-failed", args=["j"]), {"act": "retry", "enrolment": [str(number)]}).status_code == 404
    assert save(analyst, "j", chain(END), 1).status_code == 403
