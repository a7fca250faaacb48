"""What holds for the gateway in one process holds for it on a cluster: the same tests, through the same SDK."""

import inspect
from types import ModuleType

from sdk import (
    test_crowd,
    test_errors,
    test_hits,
    test_leaving,
    test_meaning,
    test_modes,
    test_never,
    test_passing,
    test_routing,
    test_storing,
)

noted = test_passing.noted
"""The fixture of those."""

LEFT_OUT = {
    # They move the clock, and a cluster has only the real one.
    "test_a_hit_says_what_it_is",
    "test_an_answer_lives_as_long_as_the_caller_says",
    "test_miss_then_hit_then_hit_by_meaning",
    # Questions that differ in a number mean the same to a gateway that is not told to match exactly only.
    "test_sixty_four_at_once_get_each_their_own",
    # Another ingress may remember the answer before for some seconds.
    "test_a_caller_may_skip_the_reading_or_the_keeping",
    # Of a call that failed before its head, no event says that nothing more follows.
    "test_a_reset_whole_answer_is_a_bad_gateway",
    # They start a gateway of their own, with other settings.
    "test_an_unreachable_provider_is_a_bad_gateway",
    "test_a_silent_provider_is_a_gateway_timeout",
    "test_an_added_provider_has_entries_of_its_own",
}

MODULES: tuple[ModuleType, ...] = (
    test_hits,
    test_modes,
    test_storing,
    test_never,
    test_routing,
    test_passing,
    test_errors,
    test_leaving,
    test_crowd,
    test_meaning,
)

for module in MODULES:
    group = module.__name__.rpartition(".")[2].removeprefix("test_")
    for name, law in list(vars(module).items()):
        # "everybody" is a gateway of the test's own, too.
        if name.startswith("test_") and name not in LEFT_OUT and "everybody" not in inspect.signature(law).parameters:
            globals()[f"test_{group}_{name.removeprefix('test_')}"] = law
