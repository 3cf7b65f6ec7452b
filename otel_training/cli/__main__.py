"""`python -m otel_training.cli`, where the script is not on the PATH."""

import sys

from otel_training.cli.main import main

sys.exit(main())
