"""A recap as others take it away: data for programs, words for search engines, links to share, a press kit."""
