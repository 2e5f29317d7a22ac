"""Serves a Flask app on a free loopback port while a test runs."""

import threading
from contextlib import contextmanager

from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log(self, *_args, **_more):
        pass


class LoopbackServer:
    """A threaded server; ``url`` is known before an app is there, so the app may use it."""

    def __init__(self):
        self._app = None
        self._server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet
        )
        self._server.daemon_threads = True
        self.url = f"http://localhost:{self._server.server_port}"

    def _answer(self, environ, start_response):
        return self._app(environ, start_response)

    @contextmanager
    def serving(self, app):
        self._app = app
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()
