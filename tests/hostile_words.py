"""Words, addresses, path segments and headers that nobody should send."""

# fmt: off
MARKUP = (
    "<canary>", '"><canary x="', "'><canary x='", '" canary="', "' canary='", "</textarea><canary>",
    "</title></script><canary>", "<!--<canary>", "<svg/onload=canary()><canary>", "{{7*191919191}}<canary>",
    "&lt;canary&gt;", "{name.__class__}", "%(name)s %s {0}", "javascript:canary()", "${7*191919191}",
    "\\u003ccanary\\u003e",
)
BREAKS = (
    "\r\nBcc: canary@example.org", "\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x00", "\x1b[31m", "\x7f", "\t",
)
DIRECTIONS = ("\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u200e")
FORMULAS = ("=1+1", "+41 79", "-2", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "＝1+1")
SCRIPTS = (
    "🍅🥕", "👩‍👩‍👧‍👦", "Z̷̧̢͍̭̍̾a̴̖͌l̵̨̏g̸͎͒o̷̲͝", "e\u0301", "ﷺ", "孫", "Ярослав", "שלום", "ﬀ", "\u00ad", "\ufeff", "\uffff",
    "\ufdd0", "\U000e0041",
)
NUMBERS = (
    "0", "-1", "1", "2", "5", "99999999999999999999", "9" * 400, "9" * 4500, "1e9", "NaN", "٣", "0x10", "1_0", " 1", "true",
)
PLAIN = ("Camille Poireau", "Noa", "O’Neill-Rutabaga", "Ana", "x")
SURROGATE = "\ud800"
"""Travels as the bytes ED A0 80, which are no UTF-8."""

ADDRESSES = (
    "O'Neill+{0}@exämple.ch", "p{0}@gmial.com", '"<canary>"@example.org{0}', "a{0}@b", "@", "p@{0}@x.ch",
    "p{0}@example.org\r\nBcc: x@y.ch", "a" * 300 + "{0}@example.org", "p{0}@[127.0.0.1]", "p{0}@-x.ch", "p@xn--.ch",
    "é{0}@example.org", "p{0}@example.org\x00", "a@" + "b." * 2000 + "ch",
)
"""Addresses to question or to refuse; {0} is a number."""

FIELDS = (
    "name", "email", "organisation", "is_member", "companions", "diets-0", "diets-1", "diets-2", "allergies", "access",
    "shows_name", "wants_recap",
)
HIDDEN = ("email_asked", "email_use", "topic", "stamp")
COLUMNS = (
    "id", "event_id", "nonce", "link_hash", "ticket_hash", "email_key", "seats", "status", "language", "sequence",
    "form_key", "form_digest", "registered_at", "queued_at", "seated_at", "cancelled_at", "erased_at", "event", "needs",
    "search_key", "surname_key", "answers", "arrived", "arrived_at",
    "held_until", "capacity", "slug", "published_at", "needs.diets", "needs-allergies", "registration_id", "csrf_token", "__class__",
    "diets", "diets-99", "diets-0-x", "diets-99999999999999", "name[]", "name[0]", "name.x", "data", "errors",
    "_fields", "", "note",
)
"""Columns of the models, and other names that no form asks for."""

PARAMETERS = (
    "lang", "t", "q", "page", "status", "state", "event", "next", "saved", "signed_out", "done", "endpoint",
    "_anchor", "self", "",
)
SEGMENTS = (
    b"..", b".", b"", b"%2e%2e", b"\x00", b"a\x00b", b"\xed\xa0\x80", b"\xff\xfe", b"%", b"%zz", b"a" * 5000, b"-1",
    b"99999999999999999999", b"0", "é🍅\u202e".encode(), b"<canary>", b"'\"><canary>", b"{{7*191919191}}", b"*", b"a;b",
    b"\\..\\..", b"new", b"x\r\nSet-Cookie: canary=1", b"http://evil.example", b"~", b"con", b".git", b"lunch-1",
)
"""Parts of a path, decoded as a server hands them over."""

HOSTS = (
    "evil.example", "lunch.example.evil.example", "lunch.example:99999999", "lunch.example\x00", "", "[::1",
    "a@lunch.example", "LUNCH.EXAMPLE", "é.example", "..", "x" * 5000, "lunch.example/..", "localhost",
)
JUNK = (
    "", "null", "\xff\xfe", "a" * 5000, "<canary>", ",;,;=", "http://[::1", "q=;q=2", "%00", '"',
    "fr;q=abc,en;q=-1", "*", "\t",
)
HEADERS = {
    "Host": HOSTS, "X-Forwarded-Host": HOSTS, "X-Forwarded-For": (*JUNK, "1.2.3.4"),
    "X-Forwarded-Proto": (*JUNK, "https"), "X-Forwarded-Prefix": ("/evil", "//evil.example", *JUNK),
    "X-Original-URL": ("/organiser/",), "Forwarded": ("host=evil.example",),
    "Origin": ("http://evil.example", "http://lunch.example", "//", *JUNK), "Referer": ("http://evil.example", *JUNK),
    "Sec-Fetch-Site": ("cross-site", "same-site", "same-origin", "none", *JUNK),
    "Accept-Language": (*JUNK, "de", "fr,en", "zz-" * 900), "Accept-Encoding": (*JUNK, "gzip;q=0", "gzip;q=nan", "br"),
    "Cookie": ("lang=<canary>", "lang=en; lang=fr", "lunchkit=x.y.z", "lunchkit=" + "a" * 5000, "=;=", *JUNK),
    "Content-Type": (*JUNK, "multipart/form-data; boundary=" + "-" * 300),
    "Content-Length": ("-1", "abc", "99999999999", "1", ""), "If-None-Match": ('W/"', *JUNK),
    "If-Modified-Since": ("yesterday", *JUNK), "Range": ("bytes=0-0,9-1", *JUNK),
    "Authorization": ("Basic \xff", "Bearer x", *JUNK), "Transfer-Encoding": ("chunked", "x"),
    "X-HTTP-Method-Override": ("DELETE",), "Accept": JUNK, "User-Agent": JUNK, "Expect": ("100-continue", "x"),
    "Upgrade": ("websocket",),
}
MOMENTS = (
    "2031-02-30", "0001-01-01", "9999-12-31", "31.12.9999 23:59", "2031-03-30T02:30", "2031-10-26 02:30", "24:00", "25h61",
    "12h", "-1:00", "2031-W20", "١٣.٠٥.٢٠٣١", "13.05.31",
)
ORGANISER_FIELDS = {
    "title": "Lunch", "theme": "", "summary": "", "date": "2031-05-13", "start": "12:00", "end": "14:00", "venue": "",
    "street": "", "postcode": "1201", "town": "Genève", "access_notes": "", "contact_email": "a@example.org",
    "colour": "tomate", "capacity": "60", "companions_allowed": "2", "asks_food": "y", "opens_at": "", "closes_at": "",
    "purge_days": "30", "remind_two_days": "y", "name": "Ana", "role": "", "organisation": "", "question": "Oui ?",
    "choices": "Oui\nNon", "event": "2", "language": "fr", "email": "", "label": "Quoi ?", "kind": "text", "minutes": "10",
    "poll": "0", "who": "", "note": "", "diets": "vegan", "food_note": "", "members_open_at": "",
    "subject": "Un mot", "text": "Bonjour,", "audience": "all", "is_read": "y", "fr": "Bienvenue.", "de": "", "base": "0",
}
"""What the forms of organisers ask, with an answer that they take."""
ORGANISER_FORMS = (
    "/organiser/e/new", "/organiser/e/new", "/edit", "/edit", "/capacity", "/registrations/new", "/registrations/1",
    "/speakers", "/run/polls", "/form", "/run", "/organiser/team/invitations", "/organiser/sessions",
    "/door/walk-in", "/door/1/arrival", "/door/1/party", "/door/1/undo", "/emails/new", "/emails/preview",
    "/emails/automatic/confirmation", "/emails/automatic/repeat", "/emails/automatic/waiting/preview",
)
