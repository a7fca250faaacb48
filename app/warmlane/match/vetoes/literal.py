"""Other quotations, paths, flags, names in code: 'delete "a.txt"' and 'delete "b.txt"', `ls -r` and `ls -R`."""

import re

from warmlane.match.lexicon import lexicon
from warmlane.match.lexicon import words as listed
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words
from warmlane.model import Value

_QUOTED = re.compile(
    r'"([^"\n]{1,160})"|[“„]([^”“"\n]{1,160})[”“"]|«\s*([^»\n]{1,160}?)\s*»|»\s*([^«\n]{1,160}?)\s*«|‹([^›\n]{1,160})›'
    r"|「([^」\n]{1,160})」|『([^』\n]{1,160})』|(?<!\w)[‘‚]([^’‘\n]{1,160})[’‘](?!\w)|(?<![\w'])'([^'\n]{1,160})'(?![\w'])"
    r"|`{1,3}([^`\n]{1,400})`{1,3}"
)
_CODE = re.compile(
    r"\b[a-z][a-z+.-]*://[^\s\"'`<>]+|\bwww\.[^\s\"'`<>]+|\b[\w.+-]+@[\w-]+\.[\w.]+"  # addresses
    # paths
    r"|(?<![\w/])(?:~|\.{1,2})?/[\w.*/~$@%+-]*|\b[A-Za-z]:\\[\w.\\-]*|\b[\w.-]+(?:/[\w.*-]+){2,}|\b[\w.-]+/[\w-]+\.\w+"
    r"|(?<![\w-])(?<!\d )--?[A-Za-z][\w-]*(?:=[^\s,;]+)?"  # flags, but "200 -level"
    r"|\$\{?\w+\}?|(?<!\w)[@#][A-Za-z_][\w-]*|#[0-9a-fA-F]{6}\b|\b0x[0-9a-fA-F]+\b"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\bv\d+(?:\.\d+)*\b|\b\d+(?:\.\d+){2,}\b"  # versions
    r"|\*?\.?\b[\w-]+(?:\.[\w-]+)*\.[A-Za-z0-9]{1,5}\b|\*\.\w+|(?<![\w.])\.[A-Za-z]\w+"  # names of files
    r"|\b[A-Za-z]\w*(?:\.\w+)*\([^()\s]*\)?:?|\b\w*[A-Za-z]\w*_\w+|\b_\w+|\b[a-z]+[a-z0-9]*[A-Z]\w*|\b[A-Z]\w+(?:Error|Exception)\b"
    r"|\b[A-Z]{1,5}-?\d[\w-]*\b"  # error codes and the like
    r"|[^\s\"'`]*(?:\\|\^|\[|\]|\{|\}|\w\*|\*\w)[^\s\"'`]*"  # patterns
)
_HINT = re.compile(
    r"[\"“„«»‹「『‘‚'`/\\@#$~*^\[\]{}_(]|(?<!\w)-\w|\w\.\w|[a-z][A-Z]|[A-Z]-?\d|\bv\d|\d[xX]|\.\w|Error|Exception"
)


_FLAG = 3
"""Letters that a flag with its dash has at most: "-R" is not "-r", however the rest is written."""


class Taken(Value, frozen=True, kw_only=True):
    """What a prompt takes word by word: `quoted` of prose in lower case, `code` as it is written."""

    quoted: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()

    @property
    def every(self) -> frozenset[str]:
        """All of them."""
        return self.quoted | self.code


_NOTHING = Taken()


class Literal:
    """Objects where one takes something literally that the other does not say at all.

    Quotation marks alone are no matter: 'define "ubiquitous"' and "define ubiquitous" ask the same.
    """

    name = VetoName.LITERAL

    def __init__(self) -> None:
        """Read what ends a file's name, and what only looks like one."""
        said = lexicon("literal")
        self._extensions, self._no_files = listed(said["extensions"]), listed(said["not_files"])
        self._no_identifiers = listed(said["not_identifiers"])

    def read(self, words: Words) -> Taken:
        """What it takes literally."""
        text = words.text
        if not _HINT.search(text):
            return _NOTHING
        quoted, code = set[str](), set[str]()
        for match in _QUOTED.finditer(text):
            said = next(filter(None, match.groups()), "").strip()
            found = match.group().startswith("`") or self._codes(said)
            (code if found else quoted).add(_bare(said) if found else _bare(said).casefold())
        chunks = _QUOTED.sub(" ", text).split()
        for before, chunk in zip(["", *chunks], chunks, strict=False):
            if not _is_plain(chunk, before):
                code.update(_bare(match.group()) for match in _CODE.finditer(chunk) if self._is_code(match.group()))
        return Taken(quoted=frozenset(filter(None, quoted)), code=frozenset(filter(None, code)))

    def objects(self, a: Read[Taken], b: Read[Taken]) -> str | None:
        """What the one takes literally, and the other does not say."""
        if a.fact == b.fact:
            return None
        one, other = _unsaid(a, b), _unsaid(b, a)
        if not ((one and other) or _says_part(one, b, a) or _says_part(other, a, b) or _quotes_alone(one, other, a, b)):
            return None  # one says more, or describes in words what the other names
        return f"{' '.join(sorted(one)[:3]) or '-'} / {' '.join(sorted(other)[:3]) or '-'}"

    def _codes(self, text: str) -> bool:
        match = _CODE.fullmatch(text)
        return bool(match) and self._is_code(text)

    def _is_code(self, text: str) -> bool:
        text = text.rstrip("?.,!;:)")
        if (
            text.endswith("(s")
            or text in self._no_identifiers
            or text.lower() in self._no_files
            or text in {"/", "-", "*"}
        ):
            return text == "/"
        head, dot, extension = text.rpartition(".")
        plain = (
            dot
            and not any(sign in text for sign in "/\\@$*_(:=[{^-")
            and text[0] not in ".#v"
            and not head[-1:].isdigit()
        )
        return extension.lower() in self._extensions if plain and not extension.isdigit() else True


def _bare(text: str) -> str:
    """Without the stop at the end of a sentence, the slash at a folder's end, the star before ".txt"."""
    bare = text.strip().rstrip("?.,!;")
    bare = bare.removeprefix("*") if bare.startswith("*.") else bare
    return bare.rstrip("/") or bare


def _is_plain(chunk: str, before: str) -> bool:
    """Whether what stands between two spaces is no code for sure: a word, a number, the "-level" of "200 -level"."""
    plain = chunk.strip("?.,!;:()")
    if plain.isalpha():
        return plain.islower() or plain.istitle() or plain.isupper()
    return plain.isdigit() or (chunk[0] == "-" and before.isdigit())


def _unsaid(a: Read[Taken], b: Read[Taken]) -> frozenset[str]:
    """What `a` takes literally and `b` says nowhere, in code or in words."""
    left = a.fact.every - b.fact.every
    if not left:
        return left
    text, folded = b.words.text, b.words.text.casefold()
    shouted = text.isupper() or a.words.text.isupper()  # its case says nothing,
    muttered = text.islower() or a.words.text.islower()  # and here only that of a flag does
    return frozenset(
        each
        for each in left
        if not (
            _stands(each.casefold(), folded)
            if shouted or each in a.fact.quoted or (muttered and len(each) > _FLAG)
            else _stands(each, text)
        )
    )


def _says_part(unsaid: frozenset[str], other: Read[Taken], own: Read[Taken]) -> bool:
    """Whether the other takes a part of it whole: "ls" and "ls -la", "/usr" and "/usr/local"."""
    others = other.fact.every - own.fact.every
    return any(part in each and part != each for each in unsaid for part in others)


def _quotes_alone(one: frozenset[str], other: frozenset[str], a: Read[Taken], b: Read[Taken]) -> bool:
    """Whether one quotes what the other, which takes nothing literally, does not say."""
    return bool(one & a.fact.quoted and not b.fact.every) or bool(other & b.fact.quoted and not a.fact.every)


def _stands(said: str, text: str) -> bool:
    at = text.find(said)
    while at >= 0:
        before, behind = text[at - 1 : at], text[at + len(said) : at + len(said) + 1]
        if not (_joins(said[0]) and _joins(before)) and not (_joins(said[-1]) and _joins(behind)):
            return True
        at = text.find(said, at + 1)
    return False


def _joins(letter: str) -> bool:
    """Whether it makes one word with a letter beside it: Chinese and Japanese have no spaces."""
    return letter.isalnum() and not "\u3040" <= letter <= "\u9fff"
