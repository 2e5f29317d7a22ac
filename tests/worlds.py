"""Demo worlds for tests: real processes on free loopback ports, with databases of their own."""

import time
from contextlib import contextmanager

from demo.actors import Cast
from demo.processes import free_ports, running
from demo.world import SERVICES, create_world


@contextmanager
def running_world(folder, *, tls=False, pace="quick"):
    """Run a fresh world; yields its Cast (``cast.world`` has every address) and its processes."""
    world = create_world(folder, free_ports(len(SERVICES)), int(time.time()), tls=tls, pace=pace)
    with running(world.processes(), world.fetcher()) as processes:
        yield Cast(world), processes
