"""What in a prompt's wording forbids to answer it with what another prompt was answered.

The two ways to be wrong are not alike: a false alarm costs a hit, a missed one may serve yesterday's price or another
person's case. Where a word has an innocent sense that is common in prompts ("electric current", "now write it in
Rust"), that sense is let through; otherwise the alarm stands.
"""

import re

from warmlane.events import NotNear

_LIMIT = 32_768
"""Characters looked through: longer than any embedder's window here, and a bound on what a hostile prompt costs."""

_WORD = re.compile(r"[a-z]+")

_TIMELY = frozenset(
    ["today", "todays", "tonight", "tonights", "tomorrow", "tomorrows", "nowadays", "upcoming", "trending"]
)
"""Words that point at the moment of asking, whatever stands beside them."""

_TOLD = frozenset(
    ["yesterday", "yesterdays", "currently", "presently", "recently", "ongoing", "ago", "last", "past", "this", "these"]
)
"""Words that do so unless somebody tells their own story with them ("my knee has hurt since last week")."""

_COMPANIONS = frozenset(
    [
        "now",
        "current",
        "latest",
        "newest",
        "recent",
        "weather",
        "forecast",
        "news",
        "price",
        "prices",
        "score",
        "scores",
        "rate",
        "rates",
        "time",
        "day",
        "date",
        "year",
        "month",
        "moment",
        "next",
        "coming",
    ]
)
"""Words that do so in some company only."""

_CHANGING = (
    r"affairs|age|balance|ceo|champions?|chancellor|conditions?|cost|crisis|events?|exchange|forecast|government|"
    r"holders?|inflation|interest|leaders?|market|mayor|minister|mortgage|news|owner|pope|population|presidents?|"
    r"prices?|prime|queen|king|quarter|rankings?|rates?|record|score|season|situation|standings|status|stock|temperature|"
    r"trends?|unemployment|version|war|weather|world"
)
_FRESH = (
    r"news|versions?|releases?|updates?|models?|prices?|scores?|results?|stats|statistics|figures|data|research|"
    r"developments?|events?|trends?|headlines|polls?|iphone|episodes?|movies?|albums?|elections?|guidelines|rankings?"
)
_SPAN = r"week|weekend|month|year|quarter|season|semester|decade|morning|afternoon|evening|night"
_SPANS = r"minutes?|hours?|days?|weeks?|months?|years?"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_COUNT = r"(?:few |couple of |several |[0-9]{1,4} |two |three |four |five |six |seven |ten )"

_WORLD = re.compile(
    rf"\bcurrent (?:[a-z]+ ){{0,2}}(?:{_CHANGING})\b"
    r"|\b(?:right|as of|until|till|up to|by|even) now\b|\bnow(?=[ ]?(?:[?.!]|$))"
    r"|\b(?:is|are|am|was|were|has|have|does|do|did|can|will) (?:[a-z]+ ){0,3}now\b(?! that)"
    r"|\bat (?:the|this) (?:present )?moment\b"
    rf"|(?<!at the )(?<!at )\b(?:latest|newest|most recent|recent) (?:[a-z]+ ){{0,2}}(?:{_FRESH})\b"
    r"|\bwhat (?:time|day|date|year|month) is (?:it|this)\b"
    r"|\b(?:what is|what's|whats|tell me|got) (?:the )?(?:time|date|day)(?: now)?(?: in [a-z ]{1,30})?[ ]?(?:[?.!]|$)"
    r"|\bweather(?: (?:like|forecast|report))?(?: (?:in|for|at|of) |[ ]?(?:[?.!]|$))"
    r"|\b(?:live|game|match|football|baseball|cricket) scores?\b"
    r"|\b(?:stock|share|gas|oil|gold|bitcoin|btc|eth|ticket) prices?\b"
    r"|\bprice of (?:a |an |one )?(?:bitcoin|btc|eth|ethereum|gold|silver|oil|gas|[a-z]+ (?:stock|shares?))\b"
    r"|\b(?:exchange|interest|mortgage) rates?\b|\b(?:breaking|in the|on the|world) news\b"
)
"""Asks about a world that changes."""

_RELATIVE = re.compile(
    r"\b(?:yesterdays?|currently|presently|recently|ongoing|these days|so far this)\b"
    rf"|\b(?:this|last|past) (?:{_SPAN}|{_WEEKDAY})\b"
    rf"|\b(?:last|past) {_COUNT}?(?:{_SPANS})\b|\b(?:{_SPANS}) ago\b"
)
_MOMENT = re.compile(
    rf"\b(?:next|coming) (?:{_SPAN}|{_WEEKDAY}|{_COUNT}?(?:{_SPANS}))\b"
    r"|\bcurrent (?:[a-z]+ )?(?:date|time|day|week|month|quarter|year)\b"
)
_STORY = re.compile(
    r"\bmy\b|\bi(?:'m|'ve| am| have| had| got| feel| did| started| noticed| bought| took)\b"
    r"(?! (?:wondering|curious|looking|interested|a question))"
)
_LASTING = frozenset(["typical", "typically", "usual", "usually", "average", "generally", "history", "historical"])

_IN_CODE = re.compile(
    r"\b(?:files?|folders?|director(?:y|ies)|timestamps?|datetime|cron(?:tab)?|scripts?|commands?|sql)\b"
    r"|\b(?:today|yesterday|tomorrow|date|time|day|now)\b.{0,40}\b(?:in|with|using) "
    r"(?:python|javascript|typescript|java|bash|shell|php|ruby|rust|golang|go|kotlin|swift|excel|c#|postgres|mysql)"
)
"""Asks how a machine is told about a time: the answer holds tomorrow too."""

_EMAIL = re.compile(r"(?<=[\w.%+-])(?<!\bgit)@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b", re.IGNORECASE)
_SEVEN_DIGITS = re.compile(r"[0-9](?:[^0-9]{0,3}[0-9]){6}")
_CARD = re.compile(r"(?<![\w.])[2-6](?:[ -]?[0-9]){12,18}(?![\w])")
_IBAN = re.compile(r"\b[a-z]{2}[0-9]{2}(?: ?[a-z0-9]){11,30}", re.IGNORECASE)
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])")
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"(?<![\w.])(?!127\.|0\.|255\.)(?:{_OCTET}\.){{3}}{_OCTET}(?!\w|\.[0-9])")
_PHONE = re.compile(
    r"(?<![\w+])\+[1-9](?:[ ().-]{0,2}[0-9]){7,14}(?!\w)"  # international; next, North America
    r"|(?<![\w.-])(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[.-])[2-9][0-9]{2}[ .-][0-9]{4}(?![\w-])"
    r"|(?<![\w.,-])(?<![0-9] )0[1-9](?:[ -]?[0-9]){7,9}(?![ -]?[\w])"  # national, with the trunk zero
    r"|\b(?:phone|mobile|telephone|tel|cell|whatsapp|fax|call|text|dial|ring|sms)\b[^0-9\n+]{0,24}"
    r"\+?[0-9](?:[ ().-]{0,2}[0-9]){6,14}(?!\w)",  # said to be one
    re.IGNORECASE,
)

_IBAN_LENGTHS = {
    country: int(length)
    for length, countries in re.findall(
        r"([0-9]+):([A-Z,]+)",
        "15:NO 16:BE 18:DK,FI,FK,FO,GL,NL,SD 19:MK,SI 20:AT,BA,EE,KZ,LT,LU,MN,XK 21:CH,HR,LI,LV "
        "22:BG,BH,CR,DE,GB,GE,IE,ME,RS,VA 23:AE,GI,IL,IQ,OM,SO,TL 24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG "
        "25:LY,PT,ST 26:IS,TR 27:BI,DJ,FR,GR,IT,MC,MR,SM 28:AL,AZ,BY,CY,DO,GT,HN,HU,LB,NI,PL,SV "
        "29:BR,EG,PS,QA,UA 30:JO,KW,MU,YE 31:MT,SC 32:LC 33:RU",
    )
    for country in countries.split(",")
}
"""Characters of an account number by country: without it a number would swallow the words behind it."""


def why_exact_only(text: str) -> NotNear | None:
    """Why `text` may be matched exactly only; None: its wording allows a match by meaning.

    TEXT: it is blank. WINDOW: it is too long to be looked through. PERSONAL: it holds an e-mail address, a telephone,
    card, account (IBAN) or social security number, or an IPv4 address. TIME: its answer depends on when it is asked.
    """
    if not text or text.isspace():
        return NotNear.TEXT
    if len(text) > _LIMIT:
        return NotNear.WINDOW
    if _is_personal(text):
        return NotNear.PERSONAL
    if _is_timely(text.lower()):
        return NotNear.TIME
    return None


def _is_timely(text: str) -> bool:
    words = set(_WORD.findall(text))
    pointing, told, perhaps = (not words.isdisjoint(some) for some in (_TIMELY, _TOLD, _COMPANIONS))
    if not (pointing or told or perhaps):
        return False  # nearly every prompt
    plain = text.replace("’", "'")
    if perhaps and words.isdisjoint(_LASTING) and _WORLD.search(plain):
        return True
    if not (
        pointing
        or (perhaps and _MOMENT.search(plain))
        or (told and _RELATIVE.search(plain) and _STORY.search(plain) is None)
    ):
        return False
    return _IN_CODE.search(plain) is None


def _is_personal(text: str) -> bool:
    if "@" in text and _EMAIL.search(text):
        return True
    if text.count(".") >= 3 and _IPV4.search(text):  # noqa: PLR2004 - an address has three dots
        return True
    if _SEVEN_DIGITS.search(text) is None:  # what follows has at least as many
        return False
    return (
        _SSN.search(text) is not None
        or _PHONE.search(text) is not None
        or any(_is_card(match.group()) for match in _CARD.finditer(text))
        or any(_is_iban(match.group()) for match in _IBAN.finditer(text))
    )


def _is_card(number: str) -> bool:
    """Luhn's check: every second digit from the right is doubled, digits of products are added, the sum ends in 0."""
    digits = [int(digit) for digit in number if digit.isdigit()][::-1]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_iban(number: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters read as 10 to 35, the whole is 1 modulo 97."""
    plain = number.replace(" ", "").upper()
    length = _IBAN_LENGTHS.get(plain[:2])
    if length is None or len(plain) < length:
        return False
    turned = plain[4:length] + plain[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
