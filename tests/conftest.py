"""What every test process needs: Ctrl-C as a person's shell would give it.

A shell starts background jobs with SIGINT ignored, and programs inherit that.
"""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
