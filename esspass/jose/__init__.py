"""JOSE: signatures composed on ``cryptography`` in one place, encryption through jwcrypto."""
