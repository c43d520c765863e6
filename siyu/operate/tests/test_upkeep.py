"""What a start makes ready: only what is missing or changed."""

import os

import pytest
from django.contrib.staticfiles import finders

from siyu.lib.refusal import Refusal
from siyu.operate import upkeep
from siyu.operate.upkeep import collect_static, compile_translations, first_owner

WORDS = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "member"\nmsgstr "会员"\n'


@pytest.fixture
def po_file(tmp_path):
    path = tmp_path / "room/locale/zh_Hans/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    path.write_text(WORDS)
    return path


def test_translations_are_compiled_when_missing_or_older(tmp_path, po_file):
    assert compile_translations(tmp_path) == 1
    assert "会员".encode() in po_file.with_suffix(".mo").read_bytes()
    assert compile_translations(tmp_path) == 0

    os.utime(po_file, (po_file.stat().st_atime, po_file.with_suffix(".mo").stat().st_mtime + 1))
    assert compile_translations(tmp_path) == 1


def test_static_files_are_gathered_only_when_one_changed(tmp_path, monkeypatch, settings):
    (tmp_path / "source").mkdir()
    (tmp_path / "source/page.css").write_text("a {}")
    settings.STATICFILES_DIRS, settings.STATICFILES_FINDERS = [tmp_path / "source"], ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "home/static"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(upkeep, "require_frontend", lambda: None)
    finders.get_finder.cache_clear()

    assert [collect_static(), collect_static()] == [True, False]
    assert (tmp_path / "home/static/staticfiles.json").exists()

    (tmp_path / "source/page.css").write_text("a { color: red }")
    assert collect_static()
    finders.get_finder.cache_clear()


def test_missing_front_end_files_name_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(upkeep, "PACKAGE", tmp_path)

    with pytest.raises(Refusal, match="run `make dev`"):
        upkeep.require_frontend()


@pytest.mark.django_db
def test_the_first_owner_gets_a_password_and_the_second_start_none():
    assert len(first_owner()) >= 12
    assert first_owner() == ""
