"""What strangers write in Markdown: nothing of it acts, and no link leads elsewhere than it says."""

import html
import re

import nh3
import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given, settings, strategies as st

from lunchkit.platform.i18n import typo
from lunchkit.platform.markdown import SCHEMES, TAGS, host_of, is_safe_link, markdown


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


HARMLESS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)", "[x](JaVaScRiPt&#58;alert(1))", "[x](vbscript:x)",
    "![x](https://tracker.example/p.png)", "<a href='https://x.example' onclick='x()'>x</a>",
    "`<svg/onload=alert(1)>`", '<https://x.example/"onmouseover="alert(1)>',
]  # fmt: skip


def links(text: str) -> list[str]:
    return [html.unescape(address) for address in re.findall(r'href="([^"]*)"', markdown(text))]


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> object:
    with app.test_request_context("/"):
        yield


@pytest.mark.parametrize("text", HARMLESS)
def test_nothing_acts(text: str) -> None:
    made = str(markdown(text))
    assert not re.search(r"<(?!/?(?:p|a|em|strong|ul|ol|li|blockquote|br|h3)\b)", made), made
    assert not re.search(r"<[^>]*\son\w+=|<[^>]*(?:javascript|data|vbscript):", made, re.IGNORECASE), made


def test_control_without_the_list_of_tags_something_would_act() -> None:
    assert "<img" in nh3.clean(HARMLESS[1], tags={"img"}) and "<img" not in markdown(HARMLESS[1])


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("<>[]()*_#-`!\"'&;:/ \nabé.=javscript"), max_size=80))
def test_what_came_out_stays_as_it_is_when_it_is_cleaned_again(text: str) -> None:
    made = str(markdown(text))
    again = nh3.clean(made, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    assert again == made


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/", "///evil.example", "https://ubs.ch@evil.example", "http:evil.example", "/organiser/", "x",
        "mailto:a@b.ch?bcc=c@d.ch", "mailto:a%0Ab@c.ch", "https://a..b.com/", "https://localhost/",
        "ftp://a.example/",
    ],
)  # fmt: skip
def test_a_link_that_leads_elsewhere_than_it_seems_is_none(address: str) -> None:
    assert links(f"[lisez](<{address}>)") == []
    assert links("[lisez](https://lecourrier.ch/x)") == ["https://lecourrier.ch/x"], "control"
    assert links("[nous écrire](mailto:lunch@example.org)") == ["mailto:lunch@example.org"], "control"


def test_an_address_is_made_whole_and_its_host_stands_behind_the_words_of_a_link() -> None:
    whole = ["https://www.example.org/a?b", "https://example.org"]
    assert links("[le site](www.example.org/a?b) et [l’autre](example.org)") == whole
    made = re.sub(r"<[^>]*>", "", markdown("[letemps.ch](https://evil.example/x) et <https://www.rts.ch>"))
    assert made.strip() == "letemps.ch (evil.example) et https://www.rts.ch"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://credit-suiße.com/x", "xn--credit-suie-46a.com"),
        ("https://www.lecourrier.ch/a?b", "lecourrier.ch"),
        ("https://LÉCOURRIER.ch", "xn--lcourrier-b4a.ch"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("https://" + "a" * 64 + ".ch", ""),
        ("https://a..b.com", ""),
        ("nothing", ""),
    ],
)
def test_a_host_is_read_as_browsers_do(address: str, host: str) -> None:
    assert host_of(address) == host
    assert is_safe_link(address) is bool(host)


def test_a_text_is_rendered_once_however_many_open_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    spaced: list[str] = []

    def count(text: str) -> str:
        spaced.append(text)
        return typo(text)

    monkeypatch.setattr("lunchkit.platform.markdown.typo", count)
    costly = "*a " * 2000
    first = markdown(costly)
    once = len(spaced)
    assert once and markdown(costly) == first and len(spaced) == once
    markdown(costly + "b")
    assert len(spaced) > once, "control: another text is rendered"
    assert "«\u202fa" in markdown("«a»")
    with force_locale("en"):
        assert "«a»" in markdown("«a»"), "in the spacing of each language"
