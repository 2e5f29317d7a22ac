"""An institution's processes, forked with everything imported: real, and up in no time.

What `esspass serve` and `esspass issuer work` start takes seconds; a test that kills two hundred
has not got them. These run the same app and the same loop.
"""

import multiprocessing
import os
import signal
import time
from urllib.parse import urlsplit

from werkzeug.serving import make_server

from esspass.web import lists, read_clock
from issuer import connect_issuer, create_app
from issuer.config import IssuerConfig
from issuer.work import create_worker
from tests.builders.messages import create_content

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["tests.simulators.institutions"])


def serve_lists(environ):
    os.environ.update(environ)
    _serve(lists.app_from_environ(), environ["LISTS_BASE_URL"])


def serve_institution(environ):
    config = IssuerConfig.from_environ(environ)
    _serve(create_app(config, connect_issuer(config)), config.base_url)


def _serve(app, base_url):
    port = urlsplit(base_url).port
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


def work_on(environ):
    create_worker(connect_issuer(IssuerConfig.from_environ(environ))).run()


def work_and_answer(environ):
    """A worker that answers each request for information, once."""
    services = connect_issuer(IssuerConfig.from_environ(environ))
    answer = create_content("A006")

    def react(case, message, now):
        offered = {action.sed for action in services.desk.actions(case.id, now)}
        if "A006" in offered:
            services.desk.send(case.id, "A006", answer, now)

    services.desk.register("A005", react)
    create_worker(services).run()


def ask(environ, receiver, path, most):
    """A clerk who asks ``most`` questions, and notes each in ``path`` once it is safe."""
    services = connect_issuer(IssuerConfig.from_environ(environ))
    question = create_content("A005")
    done = len(path.read_text().splitlines())
    for number in range(max(0, done - 2), most):
        services.desk.start(
            "LA_BUC_06", [receiver], "A005", question, read_clock(), reference=f"question-{number}"
        )
        with path.open("a") as file:
            file.write(f"question-{number}\n")
        time.sleep(0.05)


def answer(environ):
    """A clerk who answers every request for information once, and looks for more again and again."""
    desk = connect_issuer(IssuerConfig.from_environ(environ)).desk
    content = create_content("A006")
    while True:
        for summary in desk.search(size=100).cases:
            if {each.sed for each in summary.case.documents} == {"A005"}:
                desk.send(summary.case.id, "A006", content, read_clock())
        time.sleep(0.2)


class Victim:
    """A process that is killed and started again."""

    def __init__(self, target, *arguments):
        self._target, self._arguments = target, arguments
        self.start()

    def start(self):
        self.process = FORKSERVER.Process(target=self._target, args=self._arguments, daemon=True)
        self.process.start()

    def kill(self):
        """Kill it outright; say whether it still ran."""
        ran = self.process.is_alive()
        self.process.kill()
        self.process.join()
        killed = self.process.exitcode == -signal.SIGKILL
        self.process.close()
        return ran and killed
