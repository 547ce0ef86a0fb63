"""Waiting for what comes a little later."""
import time


def eventually(what, condition, seconds=60):
    """What the condition gives once that is something; fails when it doesn't in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")
