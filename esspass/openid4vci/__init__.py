"""OpenID4VCI 1.0 under HAIP 1.0: the messages of issuance, for the issuer and for the wallet.

========================  =====================================================================
``offer``                 credential offers, by value and by reference (section 4.1)
``metadata``              Credential Issuer metadata, plain and signed (section 12.2)
``authorization_server``  authorization server metadata (RFC 8414)
``authorization``         pushed and plain authorization requests, the response with ``iss``
``token``                 token requests and responses (section 6)
``credential``            credential, deferred and notification messages (sections 8 to 11)
``proofs``                key proofs: jwt, jwt with key attestation, attestation (appendix F)
``key_attestation``       what a wallet provider says about holder keys (appendix D)
``client_attestation``    what a wallet provider says about a wallet (draft -07, -10 accepted)
``dpop`` ``pkce``         RFC 9449, RFC 7636
``encryption``            encrypted requests and responses (section 10)
``replacement``           a desk's request for a replacement certificate, and what it receives
========================  =====================================================================

Functions that judge a message of the other side on behalf of a server raise ``ProtocolError`` with
the code the standard demands; functions a wallet uses raise ``MalformedError`` or
``VerificationError``. Whom to trust is a callable argument.
"""
