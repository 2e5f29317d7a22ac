"""A national institution that takes doubts and watches, and says how they stand."""

from esspass.errors import UnavailableError
from esspass.exchange.doubt import verify_doubt, verify_watch
from esspass.exchange.standing import Stage, Standing, create_standing, verify_standing_request
from esspass.fetch import Response
from esspass.jose.jws import create_json, parse_json_object
from esspass.keys.certificates import create_signer
from tests.builders.presentations import SimulatedWeb

ADDRESS = "https://institution.example.gr"


class SimulatedInstitution:
    """Its answers hang on ``standing``, ``up`` and ``refuse`` (a code), which tests change."""

    def __init__(self, world, now):
        access = world.lists.bodies["access"]
        self.signer = create_signer(
            access.issuance, "Example Institution", "GR", "access", now, ADDRESS
        )
        self.doubts, self.watches, self.asked = {}, {}, 0
        self.standing = Standing(Stage.RECEIVED, now)
        self.up, self.refuse, self.now = True, "", lambda: now

    def post(self, path, body):
        if not self.up:
            raise UnavailableError("nobody answers")
        if self.refuse:
            return Response(400, {}, create_json({"error": self.refuse}))
        message = parse_json_object(body)
        if path == "/doubts":
            evidence = message["evidence"].encode()
            doubt, sender = verify_doubt(message["message"], evidence, ADDRESS, self.now())
            self.doubts[doubt.jti] = (doubt, sender, message["evidence"])
        else:
            watch, _sender = verify_watch(message["message"], ADDRESS, self.now())
            self.watches[watch.jti] = watch
        return Response(200, {}, b"{}")

    def get(self, path, headers):
        if not self.up:
            raise UnavailableError("nobody answers")
        self.asked += 1
        token = headers["Authorization"].removeprefix("Bearer ")
        identifier, sender = verify_standing_request(token, ADDRESS, self.now())
        known = self.doubts if path.startswith("/doubts/") else self.watches
        if identifier not in known:
            return Response(404, {}, b"{}")
        said = create_standing(
            self.standing, ADDRESS, sender.address, identifier, self.signer, self.now()
        )
        return Response(200, {}, said.encode())


class WebWithInstitution(SimulatedWeb):
    """Other parties' servers, one of them the institution."""

    institution = None

    def get(self, url, headers=None):
        if url.startswith(ADDRESS):
            return self.institution.get(url.removeprefix(ADDRESS), headers)
        return super().get(url, headers)

    def post(self, url, body, _content_type, _headers=None):
        return self.institution.post(url.removeprefix(ADDRESS), body)
