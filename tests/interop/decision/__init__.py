"""The browser's engine beside the server's: same evidence, same findings."""
