"""Files that go along: kept once, carried by mail, inbox and staff, taken by nobody else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches import queries, services
from siyu.touches.models import File, StaffTask, Template
from siyu.touches.rules.files import MAX_FILE, Upload
from siyu.touches.services import Wish, propose, publish_template

from . import scene
from .scene import NOON
from .test_outbox import provider  # noqa: F401
from .test_pages import owner, show, signed_in  # noqa: F401

pytestmark = pytest.mark.django_db
MENU = Upload("五月茶单.pdf", b"%PDF-1.7 tea")
CARD = Upload("card.png", b"\x89PNG\r\n\x1a\n card")


def published(medium: str = "email", *uploads: Upload, files: tuple[int, ...] = (), code: str = "menu") -> Template:
    words = {"zh-hans": {"subject": "茶单", "text": "见附件"}}
    number = publish_template(SYSTEM, code, "Menu", medium, "marketing", words, files=files, uploads=uploads, now=NOON)
    return Template.objects.get(pk=number)


def test_a_mail_carries_its_files_under_their_names(provider) -> None:  # noqa: F811
    template = published("email", MENU, CARD)

    propose([Wish(scene.person("yue"), template.pk, "k", "send:1", NOON)], now=NOON)
    services.send_due(NOON, "email")

    (message,) = provider.got
    assert [(one.name, one.media_type, one.content) for one in message.attachments] == [
        ("五月茶单.pdf", "application/pdf", MENU.content),
        ("card.png", "image/png", CARD.content),
    ]


def test_a_file_is_kept_once_and_the_next_version_keeps_it() -> None:
    first = published("email", MENU)
    second = published("email", CARD, MENU, files=tuple(first.files))
    third = published("email", files=(second.files[1],))

    assert File.objects.count() == 2
    assert (first.files, second.files, third.files) == (first.files, [*first.files, second.files[1]], [second.files[1]])
    assert first.files[0] in Template.objects.get(pk=first.pk).files


@pytest.mark.parametrize(
    ("medium", "upload", "code"),
    [
        ("email", Upload("run.exe", b"MZ"), "file.kind"),
        ("email", Upload("page.html", b"<script>"), "file.kind"),
        ("email", Upload("picture.svg", b"<svg>"), "file.kind"),
        ("email", Upload("menu", b"%PDF-1.7"), "file.kind"),
        ("email", Upload("menu.pdf", b"MZ"), "file.content"),
        ("email", Upload("list.csv", b"a\0b"), "file.content"),
        ("email", Upload("../menu.pdf", b"%PDF-1.7"), "file.name"),
        ("email", Upload(".pdf", b"%PDF-1.7"), "file.name"),
        ("email", Upload("menu.pdf", b""), "file.size"),
        ("email", Upload("menu.pdf", b"%PDF-" + bytes(MAX_FILE)), "file.size"),
        ("sms", MENU, "template.files"),
        ("webhook", MENU, "template.files"),
    ],
)
def test_what_may_not_go_along_is_refused_and_nothing_is_published(medium: str, upload: Upload, code: str) -> None:
    words = {"zh-hans": {"subject": "茶单", "text": "见附件，拒收请回复R"}}

    with pytest.raises(Refusal) as refused:
        publish_template(SYSTEM, "menu", "Menu", medium, "marketing", words, uploads=[upload], now=NOON)

    assert refused.value.code == code
    assert (Template.objects.count(), File.objects.count()) == (0, 0)


def test_too_many_too_large_together_and_unknown_ones_are_refused() -> None:
    large = [Upload(f"{number}.txt", b"x" * MAX_FILE) for number in range(3)]
    for uploads, files in ((large, ()), ([Upload(f"{n}.txt", b"x") for n in range(6)], ()), ([], (77,))):
        with pytest.raises(Refusal) as refused:
            published("email", *uploads, files=files)
        assert refused.value.code in ("template.files", "file.unknown")


def test_an_assistant_takes_the_files_of_own_tasks_only() -> None:
    set_setting(SYSTEM, "touches.quiet_hours", {}, NOON.date(), now=NOON)
    template, now = published("task", MENU), utc_now()
    propose([Wish(scene.customer(who, of), template.pk, who, "send:1", now) for who, of in (("yue", "ana"), ("lan", "bea"))], now=now)
    services.open_tasks(now)
    own, other = (StaffTask.objects.get(touch__key=who).touch_id for who in ("yue", "lan"))
    ana = signed_in(scene.assistant("ana"))

    answer = ana.get(reverse("staff-task-file", args=[own, template.files[0]]))

    assert "五月茶单.pdf" in show(ana, "staff-tasks")
    assert (answer.status_code, answer.content) == (200, MENU.content)
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert ana.get(reverse("staff-task-file", args=[other, template.files[0]])).status_code == 404
    assert ana.get(reverse("staff-task-file", args=[own, template.files[0] + 1])).status_code == 404


def test_an_operator_adds_and_leaves_out_files_in_the_editor(owner) -> None:  # noqa: F811
    written = {"name": "Menu", "medium": "email", "purpose": "marketing", "zh_subject": "茶单", "zh_text": "见附件", "counts_links": "on"}
    uploads = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")]

    owner.post(reverse("touch-template-new"), {"code": "menu", **written, "uploads": uploads})
    first = queries.template("menu")
    page = show(owner, "touch-template", "menu")
    owner.post(reverse("touch-template", args=["menu"]), {"code": "menu", **written, "kept": [str(first.files[1])]})
    second = queries.template("menu")
    refused = owner.post(
        reverse("touch-template", args=["menu"]), {"code": "menu", **written, "uploads": [SimpleUploadedFile("c.exe", b"MZ")]}
    )

    assert [file.name for file in queries.files(first.files)] == ["a.txt", "b.txt"]
    assert "a.txt" in page
    assert second.files == [first.files[1]]
    assert "b.txt" in show(owner, "touch-template-preview", "menu")
    assert owner.get(reverse("touch-template-file", args=["menu", first.files[0]])).content == b"one"
    assert owner.get(reverse("touch-template-file", args=["other", first.files[0]])).status_code == 404
    assert "c.exe" in refused.content.decode()
    assert queries.template("menu").version == 2
