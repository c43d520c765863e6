"""Templates say what they should to whom they should, and nothing else runs in them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from siyu.facts.dates import date_of
from siyu.touches.rules.filters import Telling
from siyu.touches.rules.wording import Variant, WordingError, check, links, nested, render, sms_parts, variables, with_end, with_links

YUE = nested(
    {"member.nickname": "小月", "member.tier": "金卡", "points.available": 120, "points.ends": date(2026, 12, 31), "member.city": ""}
)


def said(text: str, values=YUE, **more: str) -> str:
    return render(Variant(text, **more), values).text


def test_words_are_filled_in_with_money_and_days_of_the_trade() -> None:
    text = (
        "{{ member.nickname }}，您有 {{ points.available }} 分将于 {{ points.ends | date: '%m月%d日' }} 到期，订单 {{ 123456 | money }} 元"
    )

    assert said(text) == "小月，您有 120 分将于 12月31日 到期，订单 1,234.56 元"


def test_days_of_traits_are_text_and_what_is_no_day_is_not_said_as_one() -> None:
    born = nested({"trait.birthday": "1990-05-01", "trait.joined": "2026-05-01T10:30:00+08:00"})

    assert said("{{ trait.birthday | date: '%m月%d日' }} {{ trait.joined | date: '%H:%M' }}", born) == "05月01日 10:30"
    assert said("{{ trait.born | default: '' | date: '%m月' }}", born) == ""
    for source in ("{{ 'now' | date: '%Y' }}", "{{ member.tier | date }}", "{{ 13800138000 | date }}", "{{ nil | date }}"):
        with pytest.raises(WordingError) as stopped:
            said(source)
        assert stopped.value.code == "template.broken"


def test_a_missing_value_takes_its_default_and_without_one_stops_the_touch() -> None:
    assert said("{{ member.city | default: '您所在的城市' }}") == "您所在的城市"
    with pytest.raises(WordingError) as stopped:
        said("您好，{{ member.city }}")

    assert stopped.value.code == "template.missing"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% if member.city %}{{ member.city }}{% else %}您所在的城市{% endif %}", "您所在的城市"),
        ("{% unless member.city %}未填{% endunless %}", "未填"),
        ("{% if member.city == '上海' or trait.skin %}有{% else %}无{% endif %}", "无"),
        ("{% if points.pending > 10 or trait.tags contains '母婴' %}有{% else %}无{% endif %}", "无"),
        ("{% case trait.skin %}{% when '干性' %}霜{% else %}乳{% endcase %}", "乳"),
        ("{% for tag in trait.tags %}{{ tag }}{% else %}无标签{% endfor %}", "无标签"),
        ("{% assign city = member.city | default: '您那里' %}{{ city }}", "您那里"),
    ],
)
def test_conditions_ask_for_what_is_missing_without_stopping_the_touch(source: str, words: str) -> None:
    assert said(source) == words


@pytest.mark.parametrize(
    "source",
    [
        *("{{ trait.tags | join: '、' }}", "{{ '在' | append: member.city }}", "{{ member.city | upcase }}", "{{ trait.a.b }}"),
        *("{{ tier.missing | times: 0.8 | money }}", "{{ tier.missing | divided_by: 100 }}", "{{ tier.missing | round }}"),
        *("{{ 100 | minus: tier.missing }}", "{{ points.available | at_most: tier.missing }}", "{{ 'abc' | truncate: tier.missing }}"),
        "{% assign left = tier.missing | plus: 1 %}{{ left }}",
    ],
)
def test_what_is_missing_is_not_said_by_way_of_a_filter_either(source: str) -> None:
    with pytest.raises(WordingError) as stopped:
        said(source)

    assert stopped.value.code == "template.missing"


@pytest.mark.parametrize("nothing", ["blank", "empty", "nil", "''", '""'])
def test_what_is_missing_is_nothing_however_nothing_is_named(nothing: str) -> None:
    for name in ("member.city", "trait.skin", "trait.a.b"):
        assert said(f"{{% if {name} == {nothing} %}}无{{% endif %}}{{% if {nothing} != {name} %}}有{{% endif %}}") == "无"
        assert said(f"{{% unless {name} != {nothing} and points.available == 1 %}}无{{% endunless %}}") == "无"
    assert said(f"{{% if member.tier != {nothing} and points.available != {nothing} %}}有{{% endif %}}") == "有"
    assert said(f"{{% for i in (1..2) %}}{{% if i == {nothing} %}}无{{% endif %}}{{% endfor %}}") == ""


def test_a_value_of_blanks_is_not_known() -> None:
    assert said("{{ member.name | default: '亲' }}", nested({"member.name": " \u3000"})) == "亲"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ 1990 | times: 0.85 | money }}", "16.92"),
        ("{{ 1990 | divided_by: 3.0 | money }}", "6.63"),
        ("{{ 1990 | divided_by: 3 | money }}", "6.63"),
        ("{{ 250 | times: 0.5 | money: 'JPY' }}", "125"),
        ("{{ '1990' | money }}", "19.90"),
        ("{{ -5 | money }}", "-0.05"),
    ],
)
def test_discounts_leave_whole_minor_units(source: str, words: str) -> None:
    assert said(source) == words


@pytest.mark.parametrize("written", ["2026-05-01", "2026/5/1", "20260501", "2026年5月1日", " 2026.05.01 "])
def test_days_of_traits_are_read_however_they_are_written(written: str) -> None:
    assert said("{{ trait.joined | date: '%-m月%-d日' }}", nested({"trait.joined": written})) == "5月1日"


@pytest.mark.parametrize(
    ("form", "chinese", "english"),
    [
        ("%-m月%-d日 %A", "5月1日 星期五", "5月1日 Friday"),
        ("%a %b %d", "周五 5月 01", "Fri May 01"),
        ("%B %p%-I:%M", "5月 下午2:05", "May PM2:05"),
        ("%%A", "%A", "%A"),
    ],
)
def test_names_of_days_and_months_are_said_in_the_language_of_the_words(form: str, chinese: str, english: str) -> None:
    source, values = Variant(f"{{{{ trait.at | date: '{form}' }}}}"), nested({"trait.at": "2026-05-01T14:05:00+08:00"})

    assert render(source, values, Telling("zh")).text == chinese
    assert render(source, values, Telling("en")).text == english


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("1990-05-20T16:00:00Z", "5-21"),  # the midnight of the merchant's 21st
        ("1990-05-20T00:00:00Z", "5-20"),  # a day, written with zeros
        ("1990-05-20", "5-20"),
        ("1990/5/20", "5-20"),
        ("19900520", "5-20"),
        (19900520, "5-20"),
        (643219200, "5-21"),
        (643161600000, "5-20"),
    ],
)
def test_a_date_of_a_trait_is_the_day_that_rules_see(told: str | int, day: str) -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    source = Variant("{{ trait.birthday | date: '%-m-%-d' }}")

    assert render(source, nested({"trait.birthday": told}), Telling(zone=shanghai)).text == day
    written = date_of(told, shanghai)
    assert written is not None
    assert f"{written.month}-{written.day_of_month}" == day


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("您好，\n{{ given.coupon }}", "given.coupon"),
        ("{{ member.city | upcase }}", "member.city"),
        ("{{ trait['肤质'] }}", "trait['肤质']"),
        ("{% for i in (1..2) %}{{ points.pending | plus: i }}{% endfor %}", "points.pending"),
    ],
)
def test_what_is_missing_is_told_by_its_name(source: str, name: str) -> None:
    with pytest.raises(WordingError) as stopped:
        said(source)

    assert (stopped.value.code, stopped.value.because) == ("template.missing", name)


def test_conditions_and_loops_work_within_bounds() -> None:
    assert said("{% if member.tier == '金卡' %}贵宾{% else %}您{% endif %}") == "贵宾"
    with pytest.raises(WordingError) as stopped:
        said("{% for i in (1..100000) %}x{% endfor %}")
    assert stopped.value.code == "template.broken"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ member.nickname ", "template.syntax"),
        ("{% if %}", "template.syntax"),
        ("{% include 'settings' %}", "template.tag"),
        ("{% render 'x' %}", "template.tag"),
        ("{{ member.nickname | open }}", "template.filter"),
        ("{{ member.password }}", "template.variable"),
        ("x" * 100_001, "template.long"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anybody_reads_it(source: str, code: str) -> None:
    with pytest.raises(WordingError) as refused:
        check(Variant(source), {"member.nickname": "nickname"})

    assert refused.value.code == code


def test_known_names_and_those_below_a_prefix_pass() -> None:
    check(Variant("{{ member.nickname }} {{ trait.skin }}"), {"member.nickname": "nickname"}, prefixes=("trait.",))

    assert variables("{% assign x = member.tier %}{{ x }}{{ points.available }}") == {"member.tier", "points.available"}


def test_a_value_may_have_parts_and_one_without_holds_against_its_parts() -> None:
    values = nested({"trait.sizes": ["S", "M"], "trait.home": {"city": "上海"}, "given.a.b": 2, "given.a": 1})

    assert said("{{ trait.sizes[1] }}{{ trait.sizes.size }}{{ trait.home.city }}{{ given.a }}", values) == "M2上海1"


DOUBLED = "{% assign x = 'ab' %}" + 13 * "{% assign x = x | append: x %}"


@pytest.mark.parametrize(
    "source",
    [
        "{{ (1..99999999) | join: ',' }}",
        "{{ (1..9999999999999999999999) | sort }}",
        f"{DOUBLED}{{{{ x | replace: 'a', x | replace: 'a', x | size }}}}",
        f"{DOUBLED}{{{{ x | split: '' | join: x | size }}}}",
        "{{ 'abc'" + 60 * " | base64_encode" + " | size }}",
    ],
)
def test_no_filter_makes_more_than_may_be_said(source: str) -> None:
    with pytest.raises(WordingError) as stopped:
        said(source)

    assert stopped.value.code == "template.broken"


@pytest.mark.parametrize(
    "source",
    [
        "{{ trait.home | compact: 1 }}",
        "{{ 'a' | times: 'x' | divided_by: 0 }}",
        "{% if trait.home > 1 %}x{% endif %}",
        "{% if trait.home contains trait.home %}x{% endif %}",
    ],
)
def test_whatever_fails_inside_of_a_template_is_its_own_fault(source: str) -> None:
    with pytest.raises(WordingError) as stopped:
        said(source, nested({"trait.home": {"city": "上海"}}))

    assert stopped.value.code == "template.broken"


def test_python_is_out_of_reach() -> None:
    for source in ("{{ member.__class__ }}", "{{ member.nickname.__class__.__mro__ }}", "{{ ''.join }}"):
        with pytest.raises(WordingError):
            said(source)


def test_html_escapes_what_members_wrote_and_a_subject_stays_one_line() -> None:
    values = nested({"member.nickname": "<b>月</b>\nBcc: all@example.com"})

    words = render(Variant("{{ member.nickname }}", "Hi {{ member.nickname }}", "<p>{{ member.nickname }}</p>"), values)

    assert words.html == "<p>&lt;b&gt;月&lt;/b&gt;\nBcc: all@example.com</p>"
    assert words.subject == "Hi <b>月</b> Bcc: all@example.com"


def test_links_are_found_once_and_replaced_wherever_they_stand() -> None:
    words = Variant(
        "看看 https://shop.example/a?x=1&y=2，或 https://shop.example/b",
        html='<a class="b" href="https://shop.example/a?x=1&amp;y=2">看看</a>',
    )

    counted = with_links(words, lambda url: f"https://t.example/{links(words).index(url)}")

    assert links(words) == ["https://shop.example/a?x=1&y=2", "https://shop.example/b"]
    assert counted.text == "看看 https://t.example/0，或 https://t.example/1"
    assert counted.html == '<a class="b" href="https://t.example/0">看看</a>'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("点击https://s.cn/a查看", ["https://s.cn/a"]),
        ("新品 https://s.cn/a?x=1拒收请回复R", ["https://s.cn/a?x=1"]),
        ("“https://s.cn/a”、https://s.cn/b！", ["https://s.cn/a", "https://s.cn/b"]),
        ("(see https://s.cn/a). Or https://s.cn/b, HTTPS://S.CN/C!", ["https://s.cn/a", "https://s.cn/b", "HTTPS://S.CN/C"]),
        ("https://s.cn/A_(b) https://s.cn/?q=%E5%8F%A3#top", ["https://s.cn/A_(b)", "https://s.cn/?q=%E5%8F%A3#top"]),
        ("https:// https://[here] https://[::1", []),
    ],
)
def test_an_address_ends_where_readers_see_it_end(text: str, found: list[str]) -> None:
    assert links(Variant(text)) == found
    assert with_links(Variant(text), lambda url: f"<{url}>" if url in found else url).text.count("<") == len(found)


def test_a_quoted_address_may_hold_the_other_quote_and_chinese() -> None:
    assert links(Variant("x", html="<a href=\"https://s.cn/it's\"><a href='https://s.cn/券'>")) == ["https://s.cn/it's", "https://s.cn/券"]


@pytest.mark.parametrize(
    ("html", "whole"),
    [("<p>x</p>", "<p>x</p><img>"), ("<html><BODY>x</BODY></html>\n", "<html><BODY>x<img></BODY></html>\n"), ("", "<img>")],
)
def test_what_counts_opening_stands_at_the_end_of_the_body(html: str, whole: str) -> None:
    assert with_end(html, "<img>") == whole


@pytest.mark.parametrize(
    ("text", "parts"),
    [("字", 1), ("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("a" * 71, 2), ("🎁" * 35, 1), ("🎁" * 36, 2)],
)
def test_long_messages_are_counted_as_the_operator_counts_them(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


def test_a_code_is_asked_for_addresses_only() -> None:
    codes = {"https://s.cn/a?x=1&y=2": "c0de"}
    text = "{{ 'https://s.cn/a?x=1&y=2' | link_code }}"

    assert render(Variant(text, html=text), {}, Telling(code_of=codes.__getitem__)) == Variant("c0de", html="c0de")
    for source in ("{{ 'sale' | link_code }}", "{{ 'ftp://s.cn/a' | link_code }}", "{{ 'https://s.cn/a b' | link_code }}"):
        with pytest.raises(WordingError) as stopped:
            said(source)
        assert stopped.value.code == "template.broken"
