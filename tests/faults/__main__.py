"""Let everything fail that can, and count what is lost: `make faults`, or `QUICK=1 make faults` for a sample."""

import os
import sys
import time

from tests.bench import results
from tests.faults import collected, ends, outages


def main() -> int:
    """Run all rows; return 1 when a bar does not hold."""
    quick, rows = bool(os.environ.get("QUICK")), []
    for noun in (outages, collected, ends):
        began = time.monotonic()
        rows += noun.rows(quick=quick)
        sys.stderr.write(f"{noun.__name__}: {time.monotonic() - began:.0f} s\n")
    sys.stdout.write(results.table(rows) + "\n")
    return results.exit_code(rows)


if __name__ == "__main__":
    sys.exit(main())
