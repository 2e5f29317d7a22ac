"""Keys: JWK, signers, X.509 certificates, and keys kept in files."""
