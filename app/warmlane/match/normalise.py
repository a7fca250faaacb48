"""One form for texts that ask the same in the same words: the key of the normalised-exact tier.

Only what never changes what is asked is taken away: case, runs of spaces, the last question mark or full stop, a
greeting, a "please", a contraction. Each rule stands back where it could: code and quotations stay as they are, and a
text of several lines, or about letters and spaces, is its own form. Two forms too many cost a hit; one too few serves
a wrong answer.
"""

import re

_LONGEST = 8_192
"""Characters; a longer text is its own form: nobody asks it again with other spacing."""

_VERBATIM = re.compile(r"[\x00-\x1f\x7f-\x9f]|\.\.|…")
"""Several lines, or something that is to be completed."""

_WORD = re.compile(r"\w+")
_ABOUT_TEXT = frozenset(
    _WORD.findall(
        "uppercase lowercase titlecase camelcase capitalise capitalised capitalize capitalized "
        "letter letters character characters spell spelled spelling spells misspelled punctuation grammar grammatical "
        "grammatically proofread typo typos whitespace spaces regex regexp regexes glob globs wildcard wildcards "
        "pattern patterns match matches matching operator operators symbol symbols token tokens verbatim repeat echo "
        "palindrome palindromes anagram anagrams length string strings"
    )
)
_CASES = frozenset(_WORD.findall("upper lower title camel snake pascal sentence"))
"""The text itself is what is asked about: where one of these words is, or `case` beside one of the latter."""

# Marks; paths and addresses; calls; names with a dot inside or in front; flags. Each starts with what is rare in prose.
_CODE = re.compile(r"[`{}<>\\=|~^*_\[\];#$@&]|/(?=\S)|\((?<=\w\()|\.(?=[A-Za-z]\w)(?<![^\w\s]\.)|-(?=-?\w)(?<!\S-)")
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])[’‘](?=[A-Za-z])")
_QUOTED = re.compile(r"(\"[^\"]*\"|“[^”]*”|«[^»]*»|(?<!\w)'[^']+'(?!\w))")
_QUOTES = re.compile(r"[\"“”«»„]")
_ABOUT_WORDS = frozenset(
    _WORD.findall(
        "say says saying said mean means meaning word words phrase phrases translate translates translated "
        "translation pronounce pronounced pronunciation synonym synonyms antonym antonyms rhyme rhymes respond reply "
        "replies answer write writing polite politely politeness"
    )
)
"""Here "thanks" may be what is asked about."""

_WH = "what|who|whose|where|when|why|how|which"
_PREAMBLE = (
    re.compile(
        r"(?:hi(?: there)?\s?[,!.:]\s*"
        # "Hello, Dolly!" is no greeting
        rf"|(?:hello|hey)(?: there)?\s?[,!.:]\s*(?=(?-i:[a-z])|(?:{_WH}|can|could|please|i|my)\b)"
        rf"|(?:hi|hello|hey) +(?=(?:{_WH}|can you|could you|please)\b)"
        r"|(?:ok|okay|so|well)\s?,\s*|(?:a )?quick question\s?[,:-]\s*|(?:i was |just )?wondering\s?[,:]\s*"
        r"|(?:can|could) you (?:please )?(?:help me\s?\?|tell me\s?:)\s*)+",
        re.IGNORECASE,
    ),
    re.compile(r"(?:please|kindly)\s?,? +(?=[a-z])", re.IGNORECASE),
    re.compile(
        r"(?:can|could|would|will) you (?:please|kindly) +"
        r"|(?:can|could) you +(?=(?:tell me|explain|give me|show me|describe)\b)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:(?:please )?tell me|do you know|i (?:want|need|would like) to know|i'd like to know|i was wondering"
        rf"|just wondering)\s?,?:? +(?=(?:{_WH})\b)",
        re.IGNORECASE,
    ),
)
_THANKS = re.compile(
    r"(?P<mark>\s?[,.?!])?\s+(?:please|thanks|thank you|many thanks|thanks a lot|cheers)\s?[.!]*$", re.IGNORECASE
)
_END = re.compile(r"(?:(?<=[\w)%\"”»'])\s?\?|(?<=[\w)%\"”»'])\.|(?<=[^\W\d_]{2})[?!]+)$")

_CONTRACTIONS = tuple(
    (re.compile(rf"\b{short}\b", re.IGNORECASE), full)
    for short, full in (
        (r"(what|who|where|when|why|how|that|there|here|it|he|she)'s", r"\1 is"),
        (r"(i)'m", r"\1 am"),
        (r"(you|we|they|who|what|how|there)'re", r"\1 are"),
        (r"(i|you|we|they|who|what)'ve", r"\1 have"),
        (r"(i|you|we|they|he|she|it|who|what|that)'ll", r"\1 will"),
        (r"(?:can't|can not)", "cannot"),
        (r"won't", "will not"),
        (r"(is|are|was|were|do|does|did|has|have|had|could|would|should|must|need)n't", r"\1 not"),
    )
)

_UNIT = 3
"""Letters of the longest unit whose case matters."""

_FEWEST = 3
"""Words that must be left when something is taken away: "please in German" may be about the word."""

_TWO_SENSES = frozenset(
    re.findall(
        r"\w+",
        # acronyms, and words
        "us it who aids sat act cat ram rom led pin pet mad nice arm ace care sad "
        # names and peoples, and words
        "polish turkey china may march august jordan chad reading bath mobile job mark bill will rose jack frank "
        "grant pat art ray drew miles jasmine ruby amber grace hope faith joy earth mercury mars saturn "
        # products, and words
        "apple amazon shell target gap orange windows word excel access teams go swift rust oracle meta square stripe "
        "slack zoom discord signal chrome safari edge outlook notion linear spark flask express node react angular "
        # units that differ by case
        "mb gb kb tb pb mw gw kw ma mv pa mpa",
    )
)
"""What means one thing with a capital and another without."""


def normalise(text: str) -> str:
    """The normal form of `text`. Equal forms ask for the same answer; unequal ones may."""
    bare = text.strip(" ")
    if len(text) > _LONGEST or _VERBATIM.search(bare) is not None:
        return text
    words = frozenset(_WORD.findall(bare.lower()))
    if not words.isdisjoint(_ABOUT_TEXT) or ("case" in words and not words.isdisjoint(_CASES)):
        return text
    bare = _without_preamble(_APOSTROPHE.sub("'", bare))
    if words.isdisjoint(_ABOUT_WORDS):
        bare = _without_thanks(bare)
    bare = _END.sub("", bare)
    pieces = _QUOTED.split(bare)  # every second one is a quotation
    pieces[::2] = [_plain(piece, shouted=bare.isupper()) for piece in pieces[::2]]
    return "".join(pieces) or text


def _without_preamble(text: str) -> str:
    for pattern in _PREAMBLE:
        match = pattern.match(text)
        if match is not None:
            text = _if_enough(text[match.end() :], text)
    return text


def _without_thanks(text: str) -> str:
    match = _THANKS.search(text, max(0, len(text) - 24))
    if match is None:
        return text
    # Without a comma before it, only behind a sentence: "the French for please" keeps its last word
    return _if_enough(text[: match.start()], text, _FEWEST if match["mark"] else 2 * _FEWEST)


def _if_enough(shorter: str, text: str, enough: int = _FEWEST) -> str:
    return shorter if len(shorter.split()) >= enough else text


def _plain(piece: str, *, shouted: bool) -> str:
    """A piece outside quotations. Code stays as it is."""
    if _CODE.search(piece) is not None or _QUOTES.search(piece) is not None:
        return piece
    if "'" in piece or "can not" in piece:
        for pattern, full in _CONTRACTIONS:
            piece = pattern.sub(full, piece)
    if "  " in piece or not piece.isascii():
        piece = re.sub(r"\s+", " ", piece)
    if shouted:
        return piece.lower()  # says no more than the same in lower case
    return _folded(piece)


def _folded(text: str) -> str:
    """In lower case, but for words that change their sense with it."""
    if text.islower():
        return text
    words = text.split(" ")
    return " ".join(
        word if _keeps_case(word, first=index == 0, after=words[index - 1] if index else "") else word.lower()
        for index, word in enumerate(words)
    )


def _keeps_case(word: str, *, first: bool, after: str) -> bool:
    if word.islower():
        return True
    core = word.strip(".,;:!?()'")
    if not core.isascii() or any(map(str.isdigit, core)):
        return True  # other alphabets have rules of their own, German says Weg and weg; H2O, B12
    if core[:1].islower():
        return True  # mW, getName
    if len(core) == 1:
        return core not in "AI"  # G is no g, R no r
    if core.lower() in _TWO_SENSES:
        return not (first and core.istitle())
    return len(core) <= _UNIT and after[-1:].isdigit()  # 5 MW
