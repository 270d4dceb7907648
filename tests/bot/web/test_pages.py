"""What all pages share: the browser's language, headers, templates."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bot.web.pages import Pages, Sorry, preferred

SORRY = Sorry(
    status=410,
    heading={"el": "Έληξε", "en": "Expired"},
    reason={"el": "Άργησε", "en": "Late"},
    hint={"el": "Γράψτε", "en": "Write"},
    say={"el": "νέος", "en": "<new>"},
)


@pytest.mark.parametrize(
    ("accepts", "language"),
    [("", "el"), ("en-US,en;q=0.9", "en"), ("de-DE,de;q=0.9,en;q=0.5", "en"), ("fr", "el"), ("el-GR,en;q=0.8", "el")],
)
def test_the_browsers_language(accepts: str, language: str) -> None:
    assert preferred(accepts) == language


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    (tmp_path / "own.css").write_text(".own { color: red }", "utf-8")
    (tmp_path / "hello.html").write_text(
        '{% extends "base.html" %}{% block heading %}Hello {{ name }}{% endblock %}'
        "{% block main %}{{ place }}{% endblock %}",
        "utf-8",
    )
    return Pages(tmp_path, style="own.css", forms_to="https://login.test/a?b=c", values={"place": "here"})


def test_a_page_in_the_common_frame(pages: Pages) -> None:
    page = pages.page("hello", "en", 201, name="<b>")
    assert (page.status, page.content_type) == (201, "text/html")
    assert page.text is not None
    assert "<h1>Hello &lt;b&gt;</h1>" in page.text
    assert "<title>Hello &lt;b&gt; · The citizen&#39;s counter</title>" in page.text.replace("'", "&#39;")
    assert 'lang="en"' in page.text
    with pytest.raises(UndefinedError):
        pages.page("hello", "en")


def test_only_its_own_style_and_two_places_for_forms(pages: Pages) -> None:
    page = pages.page("hello", "el", name="x")
    styles = re.findall(r"<style>(.*?)</style>", page.text or "", re.DOTALL)
    own = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert len(styles) == 1
    assert ".own" in styles[0]
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {f"style-src 'sha256-{own}'", "form-action 'self' https://login.test", "default-src 'none'"} <= set(policy)
    assert page.headers["Cache-Control"] == "no-store"


def test_without_another_place_a_form_leads_to_us_alone(tmp_path: Path) -> None:
    assert "form-action 'self';" in Pages(tmp_path).headers["Content-Security-Policy"]


def test_sorry_says_what_to_do_and_what_a_feature_adds(pages: Pages, tmp_path: Path) -> None:
    plain = pages.sorry(SORRY, "en")
    assert plain.status == 410
    assert "<p>Write <strong>&lt;new&gt;</strong>.</p>" in (plain.text or "")
    assert "<h1>Έληξε</h1>" in (pages.sorry(SORRY, "el").text or "")
    (tmp_path / "sorry_more.html").write_text('<p>{{ "more" if language == "en" else "κι άλλα" }}</p>', "utf-8")
    assert "<p>κι άλλα</p>" in (Pages(tmp_path).sorry(SORRY, "el").text or "")
