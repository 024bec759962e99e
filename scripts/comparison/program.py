"""t5rank, called once or kept running."""

import os
import pathlib
import select
import subprocess
import sys
import time

PATIENCE = 900  # Seconds without an answer after which a program counts as stuck.


def output(*command, patience=None):
    """What a command writes; the end if it fails, as it has said why on standard error.

    subprocess.TimeoutExpired if it has not ended after `patience` seconds.
    """
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True,
                            timeout=patience)
    if result.returncode != 0:
        sys.exit(f"compare: {' '.join(map(str, command))} failed with {result.returncode}")
    return result.stdout


class Server:
    """A program that answers each line of its input with one line."""

    def __init__(self, *command):
        self.command = [str(part) for part in command]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 20)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.process.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, line):
        """The answer, and the seconds from the writing of the line to the answer's end."""
        start = time.perf_counter()
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.fail("ended early")
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            self.fail(f"has not answered for {PATIENCE} s")
        answer = self.process.stdout.readline()
        seconds = time.perf_counter() - start
        if not answer.endswith(b"\n"):
            self.fail("ended early")
        return answer, seconds

    def fail(self, reason):
        self.process.kill()
        sys.exit(f"compare: {' '.join(self.command)} {reason} (its words, if any, are above)")

    def peak_memory(self):
        """Bytes that were resident at the peak so far; None where the system does not say."""
        try:
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return None
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return None

    def processor_seconds(self):
        """Seconds of all cores that the program has used; None where the system does not say."""
        try:
            text = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        except OSError:
            return None
        cells = text.rpartition(")")[2].split()
        return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


class Disturbance:
    """How much of the machine other programs used while a server was timed."""

    LEAST_SECONDS = 0.5  # The system counts in ticks of 10 ms.

    def __init__(self, server):
        self.server = server
        self.start = self.now()

    def now(self):
        """Seconds that the machine, and that the server and this program, have computed."""
        ours = self.server.processor_seconds()
        if ours is None:
            return None
        cells = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        user, nice, system, idle, wait, interrupts, soft, stolen = map(int, cells)
        busy = (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")
        return time.perf_counter(), busy, ours + sum(os.times()[:2])

    def share(self):
        """From 0 to 1 of all cores; None where the system does not say, or not so soon."""
        end = self.now()
        if self.start is None or end is None:
            return None
        seconds, busy, ours = (after - before for before, after in zip(self.start, end))
        if seconds < self.LEAST_SECONDS:
            return None
        return min(max((busy - ours) / (seconds * os.cpu_count()), 0), 1)
