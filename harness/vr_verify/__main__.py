"""`python -m vr_verify`: the same as the command `vr-verify`."""

from vr_verify.cli import main

if __name__ == "__main__":
    main()
