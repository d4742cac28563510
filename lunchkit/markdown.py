"""Markdown that strangers write, as HTML that can do nothing: CommonMark without HTML, then a list of tags."""

from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from lunchkit.i18n import typo

TAGS = {"p", "a", "em", "strong", "ul", "ol", "li", "blockquote", "br", "h3"}
SCHEMES = {"https", "http", "mailto"}
_parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).disable(["image", "code", "fence"])


def markdown(text: str) -> Markup:
    """The text as HTML: paragraphs, emphasis, lists, quotations, headings of one size, links without referrer."""
    tokens = _parser.parse(text)
    for token in tokens:
        _mend(token)
    html = _parser.renderer.render(tokens, _parser.options, {})
    return Markup(  # noqa: S704 - what nh3 lets through is harmless
        nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    )


def plain(text: str) -> str:
    """The same without its marks, in one line: for descriptions and the search."""
    blocks = ["".join(map(_words, token.children or ())) for token in _parser.parse(text)]
    return " ".join(" ".join(blocks).split())


def _words(token: Token) -> str:
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content


def _mend(token: Token) -> None:
    """Headings of one size, below those of the page; French spacing in the words, not in the addresses."""
    if token.type.startswith("heading_"):
        token.tag = "h3"
    for child in token.children or ():
        if child.type == "text":
            child.content = typo(child.content)


def is_safe_link(address: str) -> bool:
    """Whether an address leads to the web, whatever else it tries: http or https, a host, nothing that hides one."""
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in address):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in ("https", "http") and "." in host.strip(".") and "@" not in parts.netloc


def host_of(address: str) -> str:
    """The host of an address as machines read it: names that look like others show their real letters (punycode)."""
    try:
        host = urlsplit(address).hostname or ""
        return host.encode("idna").decode().removeprefix("www.")
    except ValueError:
        return ""
