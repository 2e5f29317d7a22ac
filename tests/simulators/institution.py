"""A national institution that takes doubts and watches, and says how they stand."""

from esspass.errors import EsspassError, UnavailableError
from esspass.exchange.doubt import open_enquiry, verify_doubt, verify_watch
from esspass.exchange.standing import Stage, Standing, create_standing, verify_standing_request
from esspass.fetch import Response
from esspass.jose.jwe import create_encryption_key
from esspass.jose.jws import create_json
from esspass.keys.certificates import create_signer
from esspass.trust import ExchangeEntry, Institution
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
        self.world = world
        self.change_key()
        self.standing = Standing(Stage.RECEIVED, now)
        self.up, self.refuse, self.now = True, "", lambda: now

    def change_key(self, *, listed=True):
        """Take a new key, and say so in the next directory, or not yet."""
        self.key = create_encryption_key()
        if not listed:
            return
        entry = ExchangeEntry(
            f"{ADDRESS}/exchange/messages", self.key.public_jwk(), self.signer.certificates[:1],
            "mailto:x@x.example", (),
        )  # fmt: skip
        me = Institution("GR:2000", "Example Institution", "GR", (), exchange=entry)
        lists = self.world.lists
        lists.institutions = [i for i in lists.institutions if i.institution_id != "GR:2000"] + [me]

    def post(self, path, body, content_type):
        if not self.up:
            raise UnavailableError("nobody answers")
        if self.refuse:
            return Response(400, {}, create_json({"error": self.refuse}))
        assert content_type == "application/jose"
        try:
            token, evidence = open_enquiry(body.decode(), self.key)
        except EsspassError as error:
            return Response(400, {}, create_json({"error": error.code}))
        if path == "/doubts":
            doubt, sender = verify_doubt(token, evidence, ADDRESS, self.now())
            self.doubts[doubt.jti] = (doubt, sender, evidence.decode())
        else:
            assert evidence is None
            watch, _sender = verify_watch(token, ADDRESS, self.now())
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

    def post(self, url, body, content_type, _headers=None):
        return self.institution.post(url.removeprefix(ADDRESS), body, content_type)
