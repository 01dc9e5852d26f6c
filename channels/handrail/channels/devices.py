"""From where somebody is logged in, in words that they know again."""

BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "a Mac"), ("Linux", "Linux"),
)  # fmt: skip
"""What browsers say of themselves, and what people call it; the first that is there counts, since most name others."""

LONGEST = 60


def device(agent: str | None) -> str:
    """Words for a `User-Agent`: `Firefox on Windows`. It is what a browser says of itself, and proves nothing."""
    told = agent or ""
    browser = next((name for mark, name in BROWSERS if mark in told), "")
    system = next((name for mark, name in SYSTEMS if mark in told), "")
    if browser:
        return f"{browser} on {system}" if system else browser
    program = told.partition("/")[0].strip()[:LONGEST]
    return f"a program ({program})" if program.isprintable() and program else "a program"
