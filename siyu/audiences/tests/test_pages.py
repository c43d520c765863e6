"""The pages of audiences, as an operator and as others use them."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from siyu.audiences import queries, services
from siyu.audiences.models import Audience, List, Version
from siyu.audiences.pages import parts
from siyu.audiences.pages.builder import acted, from_form, from_rule, to_rule
from siyu.audiences.pages.lists import _encoding
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.members.models import Member
from siyu.merchant.models import Audit, Staff, Store
from siyu.merchant.rules import SYSTEM, WHOLE, Reach, Role

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC) - timedelta(hours=1)


def told(name: str, who: str, at: datetime = NOW, **properties) -> Incoming:
    return Incoming(name=name, occurred_at=at, message=f"{name} {who} {at}", handles=[Handle("user_id", who)], properties=properties)


def live() -> None:
    """Three people; two of them bought, one of these has a tag and a phone."""
    paid = {"shop": "web", "amount_minor": 9_900, "currency": "CNY"}
    facts = [told("page.viewed", who, path="/") for who in ("anna", "bo", "cai")]
    facts += [told("order.paid", "anna", order_number="1", **paid), told("order.paid", "bo", order_number="2", **paid)]
    facts.append(told("member.identified", "anna", traits={"nickname": "小月", "tags": ["VIP"]}))
    facts.append(
        Incoming(
            name="member.identified", occurred_at=NOW, message="phone", proof="identify", properties={"traits": {}},
            handles=[Handle("user_id", "anna"), Handle("phone", "13800138000")],
        )
    )  # fmt: skip
    record(facts, source="web", received_at=NOW)
    pump(NOW + timedelta(minutes=1))


def staff(role: Role, reach: Reach = Reach.ALL, **more) -> Client:
    client = Client()
    person = Staff.objects.create(username=f"{role}-{reach}", name="人", role=role, reach=reach, **more)
    client.force_login(person, backend="siyu.merchant.access.StaffBackend")
    return client


BUYERS = {"condition": "did_fact", "fact": "order.paid", "times": 1}


@pytest.fixture
def pool() -> int:
    live()
    number = services.create(SYSTEM, "买过的人", BUYERS, now=NOW)
    pump(NOW + timedelta(minutes=2))
    return number


def form(rule: dict, **more: str) -> dict:
    """What a browser sends for a rule in the builder."""
    sent: dict = {}

    def fill(draft) -> None:
        if draft.is_not:
            sent[f"{draft.name}:not"] = "1"
        if draft.is_group:
            sent[f"{draft.name}:word"] = draft.word
            for each in draft.nodes:
                fill(each)
            return
        sent[f"{draft.name}:kind"] = sent[f"{draft.name}:was"] = draft.kind
        for one in draft.inputs:
            if one.kind == "window":
                sent[one.name] = one.parts["form"]
                sent.update({f"{one.name}:{part}": one.parts[part] for part in ("first", "second", "from", "to")})
            elif one.kind == "filter":
                sent.update({f"{row['name']}:{part}": row[part] for row in one.parts["rows"] for part in ("property", "op", "value")})
            elif one.kind == "steps":
                for step in one.parts:
                    sent[f"{step['name']}:fact"] = step["fact"]
                    sent.update(
                        {f"{row['name']}:{part}": row[part] for row in step["where"]["rows"] for part in ("property", "op", "value")}
                    )
            elif one.kind == "flag":
                sent.update({one.name: "1"} if one.value else {})
            else:
                sent[one.name] = one.value

    fill(from_rule(rule))
    return {**sent, **more}


RULES = [
    {"all": [BUYERS]},
    {
        "any": [
            {"not": {"condition": "tag", "tags": ["VIP", "新客"]}},
            {"condition": "stage", "clock": "pool", "stages": ["silent", "growing"]},
        ]
    },
    {
        "all": [
            {
                "condition": "did_fact",
                "fact": "page.viewed",
                "where": {"property": "path", "op": "in", "value": ["/a", 3]},
                "op": "exactly",
                "times": 0,
                "within": {"at_least_days_ago": 1, "at_most_days_ago": 9},
            },
            {"not": {"any": [{"condition": "rfm", "recency": [4, 5]}]}},
        ]
    },
    {
        "all": [
            {
                "condition": "sequence",
                "steps": [{"fact": "cart.added"}, {"fact": "order.paid", "where": {"property": "shop", "op": "eq", "value": "web"}}],
                "hours": 3,
                "ended": "broken",
                "within": {"last_days": 2},
            }
        ]
    },
    {"all": [{**BUYERS, "within": {"at_least_days_ago": 0, "at_most_days_ago": 0}}]},
    {
        "all": [
            {"condition": "trait", "trait": "age", "op": "between", "value": 18, "to": 30},
            {"condition": "trait", "trait": "city", "op": "exists"},
        ]
    },
    {
        "all": [
            {"condition": "orders", "what": "net_minor", "op": "gt", "value": 10.5},
            {"condition": "bought", "skus": ["A", "B"], "orders": 2},
        ]
    },
    {
        "all": [
            {"condition": "consent", "purpose": "marketing", "channel": "sms", "state": "withdrawn"},
            {"condition": "identity", "kinds": ["phone"]},
        ]
    },
    {
        "all": [
            {"condition": "did_fact", "fact": "Account Created"},
            {
                "condition": "first_or_last",
                "fact": "order.paid",
                "where": {"property": "shop", "op": "eq", "value": "web"},
                "which": "last",
                "has": {"property": "lines.sku", "op": "in", "value": ["A", "B"]},
            },
            {"condition": "bucket", "salt": "s", "from_bucket": 0, "to_bucket": 500},
            {"condition": "days_since", "what": "joined", "op": "lte", "value": 3},
            {"condition": "did_fact", "fact": "page.viewed", "within": {"last_minutes": 30}},
            {"condition": "sequence", "steps": [{"fact": "a"}, {"fact": "b"}], "hours": 24, "minutes": 5},
        ]
    },
    {
        "all": [
            {"condition": "trait", "trait": "zip", "op": "eq", "value": "200000"},
            {"condition": "trait", "trait": "zip", "op": "in", "value": ["200000", 3, True, "true", "上海, 浦东", ""]},
            {"condition": "trait", "trait": "zip", "op": "between", "value": "100000", "to": "200000"},
            {"condition": "trait", "trait": "is_vip", "op": "eq", "value": True},
            {"condition": "trait", "trait": "note", "op": "ne", "value": ""},
            {"condition": "trait", "trait": "note", "op": "contains", "value": "123"},
            {"condition": "trait_date", "trait": "wedding", "from_day": "2026-03-01", "to_day": "2026-04-30", "to_days": -1},
            {"condition": "tier", "tiers": ["gold"], "within": {"at_least_days_ago": 30}},
        ]
    },
]


class Sent(dict):
    """As Django gives a form: values, and lists of them."""

    def getlist(self, key: str) -> list:
        value = self.get(key, [])
        return value if isinstance(value, list) else [value]

    def get(self, key: str, default=None):
        value = super().get(key, default)
        return str(value) if isinstance(value, int | float) else value


@pytest.mark.parametrize("rule", RULES)
def test_the_builder_gives_back_the_rule_that_it_shows(rule: dict):
    from siyu.audiences.checking import checked

    again = to_rule(from_form(Sent(form(rule))))

    assert checked(again)[0] == checked(rule)[0]


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"condition": "did_fact", "fact": ""}, "做过某事 · 发生了什么：请填写"),
        ({"condition": "did_fact", "fact": "order.paid", "within": {"last_days": -3}}, "做过某事 · 时间：不小于 1"),
        ({"condition": "did_fact", "fact": "order.paid", "within": {"last_days": 1.5}}, "做过某事 · 时间：请填整数"),
        ({"condition": "rfm"}, "RFM 格子 · 请至少选择一个分值"),
        ({"condition": "tier_ends"}, "等级即将到期 · 几天之内（今天为 0）：请填写"),
    ],
)
def test_what_is_wrong_is_said_by_the_label_of_the_box(pool: int, terms: dict, says: str):
    page = staff(Role.OPERATOR, language="zh-hans").post(reverse("audience-count"), form({"all": [terms]})).content.decode()

    assert says in page
    assert "all[0]" not in page


@pytest.mark.parametrize("chosen", ["last_days", "last_hours", "ago", "older", "between"])
def test_a_window_that_is_not_filled_in_is_not_all_of_time(pool: int, chosen: str):
    sent = {**form({"all": [BUYERS]}), "n.0:within": chosen}

    page = staff(Role.OPERATOR).post(reverse("audience-count"), sent).content.decode()

    assert 'role="alert"' in page
    assert from_form(Sent(sent)).nodes[0].inputs[-1].parts["form"] == chosen


def test_the_builder_asks_when_members_came_into_another_audience(pool: int):
    rule = {"all": [{"condition": "audience", "audience": pool, "within": {"at_least_days_ago": 30}}]}

    page = staff(Role.OPERATOR, language="zh-hans").post(reverse("audience-builder"), form(rule)).content.decode()

    assert "进入时间" in page
    assert to_rule(from_form(Sent(form(rule)))) == rule


def test_the_stages_offered_are_those_of_the_clock():
    sent = Sent(form({"all": [{"condition": "stage", "clock": "activity", "stages": ["active", "lost"]}]}))
    draft = from_form(Sent({**sent, "n.0:clock": "pool"})).nodes[0]

    assert draft.told["stages"] == ["active"]
    offered = [value for one in draft.inputs if one.field == "stages" for value, _title in one.choices]
    assert offered == ["silent", "growing", "active", "declining"]


def test_buttons_add_and_take_out_nodes():
    draft = acted(from_rule({"all": [BUYERS]}), "group:n")
    draft = acted(draft, "add:n.1")
    assert to_rule(draft)["all"][1]["any"] == [{"condition": "did_fact"}, {"condition": "did_fact"}]

    draft = acted(acted(draft, "remove:n.0"), "remove:n.0.0")

    assert to_rule(draft) == {"all": [{"any": [{"condition": "did_fact"}]}]}


def test_an_audience_is_copied_by_the_form_that_makes_one_without_its_tag():
    rule = {"all": [{**BUYERS, "op": "at_least"}, {"not": {"condition": "tag", "tags": ["VIP"]}}]}
    of, client = services.create(SYSTEM, "买过的人", rule, description="老客", tag="买过", now=NOW), staff(Role.OPERATOR)
    address = reverse("audience-duplicate", args=[of])

    shown = client.get(address)
    made = client.post(address, form(rule, **{"tag": "", **shown.context["form"].initial}))

    assert address in client.get(reverse("audience", args=[of])).content.decode()
    assert to_rule(shown.context["draft"]) == rule
    copy = Audience.objects.get(name="买过的人（副本）")
    assert made.headers["location"] == reverse("audience", args=[copy.pk])
    assert (copy.description, copy.tag, queries.rule_of(copy.pk)) == ("老客", "", rule)
    assert queries.rule_of(of) == rule
    assert client.get(reverse("audience-duplicate", args=[of + 99])).status_code == 404


def test_an_operator_makes_an_audience_and_sees_who_is_in(pool: int):
    client = staff(Role.OPERATOR)

    made = client.post(reverse("audience-new"), form({"all": [{"condition": "tag", "tags": ["VIP"]}]}, name="贵宾", description="", tag=""))
    pump(NOW + timedelta(minutes=3))

    audience = Audience.objects.get(name="贵宾")
    assert made.url == reverse("audience", args=[audience.pk])
    page = client.get(made.url).content.decode()
    assert "小月" in page
    assert "“VIP”" in page or "VIP" in page


def test_an_operator_finds_an_archived_audience_and_takes_it_back(pool: int):
    services.archive(SYSTEM, pool, now=NOW)
    operator, analyst = staff(Role.OPERATOR), staff(Role.ANALYST)
    path = reverse("audience-restore", args=[pool])
    assert "买过的人" not in operator.get(reverse("audiences")).content.decode()
    assert "买过的人" in operator.get(reverse("audiences"), {"archived": 1}).content.decode()
    assert path in operator.get(reverse("audience", args=[pool])).content.decode()
    assert path not in analyst.get(reverse("audience", args=[pool])).content.decode()
    assert analyst.post(path).status_code == 403
    assert "重新计算" in operator.get(path).content.decode()

    answer = operator.post(path)
    pump(NOW + timedelta(minutes=9))

    assert answer.url == reverse("audience", args=[pool])
    assert (queries.audience(pool).archived_at, queries.audience(pool).members) == (None, 2)
    assert "买过的人" not in operator.get(reverse("audiences"), {"archived": 1}).content.decode()
    assert Audit.objects.filter(verb="audience.restored", subject=f"audience:{pool}").count() == 1


def test_a_rule_that_cannot_stand_is_refused_beside_its_node(pool: int):
    rule = {"all": [BUYERS, {"condition": "did_fact", "fact": "", "times": 1}]}

    page = staff(Role.OPERATOR).post(reverse("audience-new"), form(rule, name="x", description="", tag="")).content.decode()

    assert 'role="alert"' in page
    assert Audience.objects.count() == 1


def test_the_count_beside_the_builder_is_exact_for_a_small_pool(pool: int):
    client = staff(Role.OPERATOR)

    counted = client.post(reverse("audience-count"), form({"all": [BUYERS]})).content.decode()
    unheard = client.post(reverse("audience-count"), form({"all": [{"condition": "did_fact", "fact": "page.viewed"}]})).content.decode()
    wrong = client.post(reverse("audience-count"), form({"all": [{"condition": "did_fact", "fact": ""}]})).content.decode()

    assert '<div class="h1 mb-0">2</div>' in counted
    assert '<div class="h1 mb-0">3</div>' in unheard  # nothing counts page views yet: the log itself was asked
    assert 'role="alert"' in wrong


def test_a_changed_rule_shows_its_difference_before_it_is_in_force(pool: int):
    client = staff(Role.OPERATOR)
    sent = form(
        {"all": [{"condition": "did_fact", "fact": "page.viewed"}]}, name="买过的人", description="", tag="", because="试", tells="on"
    )

    asked = client.post(reverse("audience-edit", args=[pool]), sent).content.decode()
    assert "+1" in asked
    assert Version.objects.filter(audience_id=pool).count() == 1

    client.post(reverse("audience-edit", args=[pool]), {**sent, "step": "confirmed"})
    pump(NOW + timedelta(minutes=4))

    assert queries.audience(pool).members == 3
    assert queries.audience(pool).version == 2


def test_the_difference_names_what_audiences_that_follow_start(pool: int, monkeypatch: pytest.MonkeyPatch):
    after = services.create(SYSTEM, "没买过", {"not": {"condition": "audience", "audience": pool}}, now=NOW)
    services.create(SYSTEM, "无关", BUYERS, now=NOW)
    monkeypatch.setattr(parts, "wired", lambda table: [lambda audience: [f"旅程{audience}"]])
    sent = form({"all": [{"condition": "tag", "tags": ["VIP"]}]}, name="买过的人", description="", tag="", because="", tells="on")

    page = staff(Role.OPERATOR).post(reverse("audience-edit", args=[pool]), sent).content.decode()

    assert f"旅程{pool}, 旅程{after}" in page
    assert f"旅程{after + 1}" not in page


def test_why_tells_every_node_and_the_facts_behind_it(pool: int):
    member = Member.objects.get(nickname="小月")

    page = staff(Role.OPERATOR).get(reverse("audience-why", args=[pool, member.public_id])).content.decode()

    assert "order.paid" in page
    assert len(re.findall(r"ti-check(?![\w-])", page)) == 1


def test_an_assistant_counts_own_customers_only(pool: int):
    store = Store.objects.create(code="s", name="店")
    person = Staff.objects.create(username="a", name="导购", role=Role.ANALYST, reach=Reach.STORE, store=store)
    Member.objects.filter(nickname="小月").update(store=store)
    client = Client()
    client.force_login(person, backend="siyu.merchant.access.StaffBackend")

    page = client.get(reverse("audience", args=[pool])).content.decode()

    assert "小月" in page
    assert queries.audience(pool, WHOLE).members == 2
    assert page.count(f"{reverse('audiences')}/{pool}/why/") == 1


@pytest.mark.parametrize(
    "name", ["audiences", "audience-overlap", "audience-rfm", "audience-value", "audience-lists", "audience-new", "audience-list-upload"]
)
def test_every_page_opens(pool: int, name: str):
    services.take_snapshot(SYSTEM, now=NOW)

    assert staff(Role.OPERATOR).get(reverse(name)).status_code == 200


def test_a_list_is_uploaded_and_every_line_not_taken_is_told(pool: int):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("phones.csv", b"phone\n138-0013-8000,x\n13900000000\n")
    client = staff(Role.OPERATOR)

    page = client.post(reverse("audience-list-upload"), {"name": "名单", "kind": "phone", "file": file}).content.decode()
    made = List.objects.get()
    services.create(SYSTEM, "在名单上", {"condition": "listed", "list": made.pk}, now=NOW)
    pump(NOW + timedelta(minutes=5))

    assert "13900000000" in page
    assert "phone" in page
    assert queries.audiences(WHOLE)[0].members == 1


@pytest.mark.parametrize(
    "content",
    [
        "13800138000\t张\r\n13800138009\t李\r\n".encode("utf-16"),
        b"13800138000;x\r\n13800138009;y\r\n",
        "13800138000,张".encode("gbk"),
        "\ufeff手机,名\r13800138000,张\r".encode(),
    ],
    ids=["UTF-16 with tabs", "semicolons", "a short one in GBK", "old line ends"],
)
def test_a_list_is_read_as_spreadsheets_write_it(pool: int, content: bytes):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = {"name": "名单", "kind": "phone", "file": SimpleUploadedFile("a.csv", content)}

    staff(Role.OPERATOR).post(reverse("audience-list-upload"), sent)

    assert List.objects.get().lines == 1


def test_a_short_file_in_gbk_and_a_long_one_in_utf_8_are_told_apart():
    assert _encoding("卡".encode("gbk")) == "gb18030"
    assert _encoding(("卡" * 1_366).encode()[:4_096]) == "utf-8"


def test_exporting_needs_its_permission_and_is_audited(pool: int):
    from siyu.merchant.models import Audit

    assert staff(Role.ANALYST).get(reverse("audience-export", args=[pool])).status_code == 403
    answer = staff(Role.OPERATOR).get(reverse("audience-export", args=[pool]))

    assert len(b"".join(answer.streaming_content).decode().splitlines()) == 3
    assert Audit.objects.filter(verb="audience.exported").exists()


@pytest.mark.parametrize(
    "rule",
    [
        "{broken", "[]", '{"all": 5}', '{"all": [5]}', '{"condition": 5}', '{"condition": "nope"}', '{"condition": "rfm", "recency": 5}',
        '{"condition": "did_fact", "fact": "order.paid", "within": 5}', '{"not": ' * 60 + "{}" + "}" * 60,
    ],
)  # fmt: skip
def test_an_address_with_a_rule_that_is_none_opens_the_usual_one(rule: str):
    page = staff(Role.OPERATOR).get(reverse("audience-new"), {"rule": rule})

    assert page.status_code == 200
    assert 'value="order.paid"' in page.content.decode()


def test_a_number_that_no_table_holds_is_not_found():
    assert staff(Role.OPERATOR).get(reverse("audience", args=[10**20])).status_code == 404


def test_going_on_with_a_change_keeps_what_was_written(pool: int):
    client = staff(Role.OPERATOR)
    sent = form(
        {"all": [{"condition": "did_fact", "fact": "page.viewed"}]}, name="改了名", description="", tag="", because="试", tells="on"
    )
    assert 'name="step" value="again"' in client.post(reverse("audience-edit", args=[pool]), sent).content.decode()

    again = client.post(reverse("audience-edit", args=[pool]), {**sent, "step": "again"}).content.decode()

    assert 'value="page.viewed"' in again
    assert 'value="改了名"' in again
    assert Version.objects.filter(audience_id=pool).count() == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"13900000000\n", "没有会员拥有它"),
        (b"xx\n", "不是这种标识的值"),
        (b"PK\x03\x04\x14\x00", "CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "CSV"),
    ],
)
def test_a_file_that_names_nobody_says_why(pool: int, content: bytes, says: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = staff(Role.OPERATOR, language="zh-hans")
    sent = {"name": "名单", "kind": "phone", "file": SimpleUploadedFile("a.csv", content)}

    page = client.post(reverse("audience-list-upload"), sent).content.decode()

    assert says in page.partition('role="alert"')[2] or says in page.partition("alert-danger")[2]
    assert not List.objects.exists()


def test_two_who_change_an_audience_at_once_are_told(pool: int):
    mine, theirs = staff(Role.OPERATOR), staff(Role.OWNER)
    address = reverse("audience-edit", args=[pool])
    seen = mine.get(address).context["seen"]
    sent = form({"all": [BUYERS]}, description="", tag="", because="", tells="on", step="confirmed")
    theirs.post(address, {**sent, "name": "她改的", "seen": seen})

    refused = mine.post(address, {**sent, "name": "我改的", "seen": seen})
    name = queries.audience(pool).name
    again = mine.post(address, {**sent, "name": "我改的", "seen": refused.context["seen"]})

    assert (refused.status_code, again.status_code, name) == (200, 302, "她改的")
    assert "我改的" in refused.content.decode()
    assert queries.audience(pool).name == "我改的"


def test_why_calls_a_fact_as_its_reader_does() -> None:
    fact = SimpleNamespace(name="order.paid", occurred_at=NOW)
    node = SimpleNamespace(holds=True, words="", told="", facts=[fact], nodes=[])

    with translation.override("zh-hans"):
        page = render_to_string("audiences/parts/answer.html", {"node": node})

    assert '<span title="order.paid">支付订单</span>' in page
