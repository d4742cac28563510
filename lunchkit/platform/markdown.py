"""Markdown that anyone may write, as harmless HTML: CommonMark without HTML, then a list of tags."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import idna
import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from lunchkit.platform.i18n import language, typo

TAGS = {"p", "a", "em", "strong", "ul", "ol", "li", "blockquote", "br", "h3"}
SCHEMES = {"https", "http", "mailto"}
LINK_REL = "noopener noreferrer"
_HOST_FIRST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?:[/?#]|$)")
_parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).disable(["image", "code", "fence"])


def markdown(text: str) -> Markup:
    """The text as HTML: paragraphs, emphasis, lists, quotations, headings of one size, links without referrer."""
    return _rendered(text, language())


@lru_cache(maxsize=256)
def _rendered(text: str, _language: str) -> Markup:
    """Once for each text and language: a page that many open must not cost what its writer made it cost."""
    tokens = _parser.parse(text)
    for token in tokens:
        _mend(token)
    html = _parser.renderer.render(tokens, _parser.options, {})
    links = {"a": {"href"}}
    clean = nh3.clean(html, TAGS, attributes=links, attribute_filter=_only_safe, url_schemes=SCHEMES, link_rel=LINK_REL)
    return Markup(clean)  # noqa: S704 - what nh3 lets through is harmless


def _only_safe(_tag: str, name: str, value: str) -> str | None:
    is_mailbox = value.startswith("mailto:") and "?" not in value and "%" not in value
    return value if name != "href" or is_mailbox or is_safe_link(value) else None


@lru_cache(maxsize=256)
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
    if token.children:
        token.children = _with_hosts(token.children)


def _with_hosts(children: list[Token]) -> list[Token]:
    """Behind the words of a link its host, unless they are the host: words may say what they like."""
    mended: list[Token] = []
    host, said = "", ""
    for child in children:
        mended.append(child)
        if child.type == "link_open":
            address = str(child.attrs.get("href", ""))
            child.attrs["href"] = address = f"https://{address}" if _HOST_FIRST.match(address) else address
            host, said = host_of(address), ""
        elif child.type == "link_close" and host and host != said.strip().removeprefix("https://").removeprefix("www."):
            mended.append(Token("text", "", 0, content=f" ({host})"))
        else:
            said += child.content
    return mended


def is_safe_link(address: str) -> bool:
    """Whether an address leads to the web, whatever else it tries: http or https, a host, nothing that hides one."""
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in address):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and "." in host_of(address).strip(".") and "@" not in parts.netloc


def whole_link(typed: str) -> str:
    """An address as it was meant: what leads to the web with https:// before it gets that; all else stays as it is."""
    whole = f"https://{typed}"
    return whole if "://" not in typed and is_safe_link(whole) else typed


def has_path(address: str) -> bool:
    """Whether an address leads further than to the front page of its host."""
    parts = urlsplit(address)
    return bool(parts.path.strip("/") or parts.query)


def host_of(address: str) -> str:
    """The host as browsers go to it, in punycode where names look like others; empty where there is none."""
    try:
        return idna.encode(urlsplit(address).hostname or "", uts46=True).decode().removeprefix("www.")
    except ValueError:  # among them idna's own
        return ""
