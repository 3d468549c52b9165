"""How many examples property tests (Hypothesis) try: few in `make test`, many in `make test-thorough`.

`quick` and `ci` try the same examples in each run, so that a test that fails has failed for the change that was made:
`.ci/run` uses both. `thorough` tries others in each run, and finds what nobody has thought of; run it by hand.
"""

from hypothesis import settings

PROFILES = {
    "quick": settings(max_examples=20, deadline=None, derandomize=True, database=None),
    "ci": settings(max_examples=100, deadline=None, derandomize=True, database=None),
    "thorough": settings(max_examples=100, deadline=None, derandomize=False, print_blob=True),
}
FEWEST = 5


def load_profiles():
    """Register both profiles and load `quick`; `--hypothesis-profile=thorough` loads the other before collection."""
    for name, profile in PROFILES.items():
        settings.register_profile(name, profile)
    settings.load_profile("quick")


def examples(thorough):
    """Return the number of examples for a test that needs `thorough` of them in the thorough profile, not 100."""
    share = settings.default.max_examples / PROFILES["thorough"].max_examples
    return max(FEWEST, round(thorough * share))
