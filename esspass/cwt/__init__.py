"""CBOR Web Tokens (RFC 8392) under COSE_Sign1 (RFC 9052): what fits on paper."""
