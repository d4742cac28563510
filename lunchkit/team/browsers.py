"""What a browser is called, in two words, so that one knows one's own in a list."""

FAMILIES = (
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
MACHINES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
"""What stands in a user agent, and the word for it; the first that fits holds, since they imitate each other."""


def browser_name(user_agent: str) -> str:
    """«Firefox, Android»; empty where it is none that we know. Nothing else of a user agent is kept."""
    found = [next((word for sign, word in signs if sign in user_agent), "") for signs in (FAMILIES, MACHINES)]
    return ", ".join(filter(None, found))
