"""What a QR code carries: base45 (RFC 9285), packed presentations, sequences of frames."""
