"""A target that must fail: it takes three bytes for a fault. It tests the fuzzer itself."""


class PlantedFaultError(Exception):
    """What a run must find."""


def run(data: bytes) -> str:
    """Fail for data that starts with `VR!`, one byte from a seed."""
    if data[:1] == b"V" and data[1:2] == b"R" and data[2:3] == b"!":
        raise PlantedFaultError("the canary's fault, which is there to be found")
    return "refused"


def seeds() -> list[bytes]:
    """Return what is near the fault."""
    return [b"VR?", b"V"]
