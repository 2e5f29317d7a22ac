"""What institutions tell each other: cases (BUC), messages (SED), envelopes and receipts.

Formats and decisions only; the ``issuer`` app keeps the cases and sends the messages.
"""
