"""The tool that keeps every page's words in Chinese: it finds them all, and it refuses gaps."""

from multiprocessing import get_context
from pathlib import Path

import pytest

from tools import translations

PAGES = """
from django.utils.translation import gettext as _, ngettext, pgettext
TITLE = _("Orders")
def say(n): return ngettext("%(n)s line", "%(n)s lines", n) % {"n": n}, pgettext("stage", "Active")
KEEP = Setting("a.b", dict, {"one": 1, "two": 2}, "Days", help="How long.")
def refuse(): raise Refusal("cost.overlaps", "this period already has a cost")
"""
PAGE = """{% load i18n %}<b>{% translate "Paid" %}</b><script>no words</script>
{% blocktranslate with name=x %}Hello {{ name }}{% endblocktranslate %}"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "siyu" / "shop"
    (folder / "templates/shop").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "apps.py").write_text("")
    (folder / "pages.py").write_text(PAGES)
    (folder / "tests/test_pages.py").write_text('_("never on a page")')
    (folder / "templates/shop/page.html").write_text(PAGE)
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    return folder


def words(room: Path) -> set:
    return {message.id for message in translations.fresh(room) if message.id}


def translate(room: Path, **chinese: str) -> None:
    text = translations.po_file(room).read_text()
    for english, there in chinese.items():
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{there}"')
    translations.po_file(room).write_text(text)


def test_words_come_from_code_templates_refusals_and_settings(room):
    assert words(room) == {
        "Orders", ("%(n)s line", "%(n)s lines"), "Active", "Days", "How long.", "this period already has a cost", "Paid", "Hello %(name)s",
    }  # fmt: skip


def test_gaps_are_named_and_translations_survive_an_update(room):
    translations.update(room)
    translate(room, Orders="订单")
    translations.update(room)

    assert translations.stored(room).get("Orders").string == "订单"
    assert "siyu/shop: no Chinese for 'Orders'" not in translations.problems(room)
    assert "siyu/shop: no Chinese for 'Paid'" in translations.problems(room)


def test_chinese_in_half_width_punctuation_is_named(room):
    translations.update(room)
    translate(room, Orders="订单,全部", Paid="已付款，全部")

    assert [line for line in translations.problems(room) if "half-width" in line] == ["siyu/shop: half-width punctuation in '订单,全部'"]


def test_two_updates_write_the_same_file(room):
    translations.update(room)
    once = translations.po_file(room).read_bytes()
    translations.update(room)
    assert translations.po_file(room).read_bytes() == once


def test_words_no_page_uses_are_named_and_then_dropped(room):
    translations.update(room)
    (room / "pages.py").write_text("")
    assert "siyu/shop: no page uses 'Orders' any more" in translations.problems(room)
    translations.update(room)
    assert translations.stored(room).get("Orders") is None


def test_a_lost_placeholder_is_a_problem(room):
    translations.update(room)
    text = translations.po_file(room).read_text()
    text = text.replace('msgid "Hello %(name)s"\nmsgstr ""', 'msgid "Hello %(name)s"\nmsgstr "您好 %(nom)s"')
    translations.po_file(room).write_text(text)
    assert any("Hello" in problem for problem in translations.problems(room))


def test_an_uncertain_translation_is_a_problem(room):
    translations.update(room)
    text = translations.po_file(room).read_text()
    translations.po_file(room).write_text(
        text.replace('msgid "Orders"\nmsgstr ""', 'msgid "Orders"\nmsgstr "订单"').replace(
            '#: siyu/shop/pages.py\nmsgid "Orders"', '#, fuzzy\nmsgid "Orders"'
        )
    )
    assert "siyu/shop: uncertain (fuzzy) Chinese for 'Orders'" in translations.problems(room)


def test_compiled_words_are_what_django_reads(room):
    import gettext

    translations.update(room)
    translate(room, Orders="订单")
    assert translations.compile_all() == 1
    assert translations.compile_all() == 0
    with translations.po_file(room).with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Orders") == "订单"


def test_one_english_word_has_one_chinese_word_across_rooms(room):
    translations.update(room)
    translate(room, Orders="订单")
    other = room.parent / "till"
    other.mkdir()
    (other / "apps.py").write_text("")
    (other / "pages.py").write_text('_("Orders")')
    translations.update(other)
    translate(other, Orders="单据")
    assert translations.two_voices()[0].startswith("'Orders' has several translations")


def test_two_processes_may_compile_at_once(room, monkeypatch):
    translations.update(room)
    translate(room, Orders="订单")
    processes = get_context("fork")
    both, write = processes.Barrier(2, timeout=20), translations.write_mo

    def meet_the_other(file, catalog) -> None:
        write(file, catalog)
        both.wait()

    monkeypatch.setattr(translations, "write_mo", meet_the_other)
    compilers = [processes.Process(target=translations.compile_all) for _ in range(2)]
    for compiler in compilers:
        compiler.start()
    for compiler in compilers:
        compiler.join(30)

    assert [compiler.exitcode for compiler in compilers] == [0, 0]
    assert [path.name for path in translations.po_file(room).parent.iterdir() if path.suffix == ".mo"] == ["django.mo"]
