"""`python -m bench tau2`, which see."""

import sys

from bench.tau2.command import main

sys.exit(main(sys.argv[1:]))
