"""Prompts of our own."""

import random

from training import families


def test_the_same_seed_makes_the_same_prompts() -> None:
    """Weights can be made again."""
    assert families.prompts(random.Random(3), 600) == families.prompts(random.Random(3), 600)
    assert families.pairs(random.Random(3), 300) == families.pairs(random.Random(3), 300)


def test_no_slot_stays_open() -> None:
    """A misspelt slot in the data would teach nonsense."""
    texts = [prompt.text for prompt in families.prompts(random.Random(1), 4000)]
    assert not [text for text in texts if "{" in text or "}" in text]


def test_there_are_many_domains_rewordings_and_near_misses() -> None:
    """The head learns from all of them."""
    prompts, pairs = families.prompts(random.Random(1), 3000), families.pairs(random.Random(1), 1000)
    clusters = [prompt.cluster for prompt in prompts]
    assert len({prompt.group for prompt in prompts}) >= 15
    assert len(set(clusters)) < 0.7 * len(clusters)
    assert 200 < sum(pair.same for pair in pairs) < 600


def test_a_text_has_one_answer() -> None:
    """Two clusters with the same text would contradict each other."""
    prompts = families.prompts(random.Random(5), 5000)
    assert len({prompt.text for prompt in prompts}) == len(prompts)
