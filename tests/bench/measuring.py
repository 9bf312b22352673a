"""A case becomes a row: rounds until the control is near one, up to the case's limit.

It must not know what is measured, nor print more than the progress it is given.
"""

from tests.bench.pairs import Round, Samples
from tests.bench.rows import Case, Row


def measured(case: Case, before: Samples | None = None) -> Row:
    """Measure a case; `before` are samples of the same case in this run, which count too.

    Two rounds at a time are added while the control is off, so that both orders weigh the same.
    """
    rounds: list[Round] = [*before.rounds] if before else []
    limit = len(rounds) + case.rounds_max
    rounds += case.rounds(case.rounds_min)
    row = Row(case, Samples(tuple(rounds)))
    while not row.judged and len(rounds) + 2 <= limit:
        rounds += case.rounds(2)
        row = Row(case, Samples(tuple(rounds)))
    return row
