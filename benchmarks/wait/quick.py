"""The wait in `make bench`: one small centre and the bank. The whole comparison is `python -m benchmarks.wait`."""

from benchmarks.wait import bank
from benchmarks.wait.compare import Scores, bank_scores, scores
from benchmarks.wait.table import whole

CENTRE = "small"
SEEDS = range(2)


def main() -> int:
    """Prints the tables; the number of aims that are missed. What an earlier run kept on disk is not lived again."""
    found: dict[str, Scores] = {CENTRE: scores(CENTRE, SEEDS)}
    if bank.at_hand() is None:
        print("skipped: the bank's calls are not at hand (BAROCALL_SHARED)")
    else:
        found[bank.NAME] = bank_scores()
    text, missed = whole(found)
    print(text)
    return missed
