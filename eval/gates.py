"""The gates as they ship, with what they said of each pair kept: several policies ask about the same pairs."""

from warmlane.match.bound import Prior
from warmlane.match.facts import Examiner, Facts
from warmlane.match.head import Paired
from warmlane.match.judge import Candidate, Judge, Rule, Weighed
from warmlane.match.vetoes.registry import every

FLOOR = 0.85
"""The cosine below which nothing is a candidate, as lanes have it."""

_ALL = Rule(threshold=FLOOR, needed=0.0)


class Gates:
    """Reads each text once, and judges each pair once."""

    def __init__(self, judge: Judge, prior: Prior) -> None:
        """Take what judges, and what is known beforehand of its scores."""
        self.prior = prior
        self._judge = judge
        self._facts: dict[str, Facts] = {}
        self._weighed: dict[tuple[str, str], Weighed] = {}

    def weigh(self, asked: str, kept: str, cosine: float) -> Weighed:
        """What the gates say of serving the answer to `kept` for `asked`, whatever score is needed."""
        found = self._weighed.get((asked, kept))
        if found is None:
            candidate = Candidate(similarity=cosine, facts=self._read(kept))
            (found,) = self._judge.judge(self._read(asked), [candidate], _ALL).weighed
            self._weighed[asked, kept] = found
        return found

    def _read(self, text: str) -> Facts:
        facts = self._facts.get(text)
        if facts is None:
            facts = self._facts[text] = self._judge.read(text)
        return facts


def shipped() -> Gates:
    """Those of the gateway. Raises: see `Head.load`."""
    scorer = Paired.load()
    return Gates(Judge(Examiner(every()), scorer), scorer.prior)


def shipped_judge() -> Judge:
    """The gateway's. Raises: see `Head.load`."""
    return Judge(Examiner(every()), Paired.load())
