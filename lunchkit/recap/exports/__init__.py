"""A recap as others take it away: data for programs, words for search engines, links to share, a kit for the press."""

from lunchkit.recap.exports.data import recap_json
from lunchkit.recap.exports.licence import licence_terms
from lunchkit.recap.exports.press_kit import press_kit
from lunchkit.recap.exports.sharing import (
    card_of,
    instance_host,
    mastodon_address,
    share_links,
    take_down_address,
)
from lunchkit.recap.exports.structured import structured_article

__all__ = [
    "card_of",
    "instance_host",
    "licence_terms",
    "mastodon_address",
    "press_kit",
    "recap_json",
    "share_links",
    "structured_article",
    "take_down_address",
]
