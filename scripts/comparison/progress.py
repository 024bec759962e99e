"""What is going on, and how long it will take, on standard error."""

import sys
import time


class Progress:
    """Counts prompts; the time left is an estimate from those of this call."""

    INTERVAL = 10  # Seconds between lines where nobody sees them overwritten.

    def __init__(self):
        self.total = self.done = 0
        self.seconds = 0.0
        self.is_terminal = sys.stderr.isatty()
        self.shown = 0.0

    def say(self, text):
        erased = "\r\033[K" if self.is_terminal else ""
        print(f"{erased}compare: {text}", file=sys.stderr, flush=True)

    def add(self, collection, system, passes, seconds, what=""):
        self.done += passes
        self.seconds += seconds
        now = time.monotonic()
        if now - self.shown < (0.2 if self.is_terminal else self.INTERVAL):
            return
        self.shown = now
        text = f"{collection}: {what}{system.name}, {seconds:.2f} s a query"
        if self.done:
            left = self.seconds / self.done * max(self.total - self.done, 0)
            text += f"; {self.done / max(self.total, 1):.0%}, about {duration(left)} left"
        if self.is_terminal:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        else:
            self.say(text)

    def finish(self):
        if self.is_terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def duration(seconds):
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
