"""The back office: where staff find decisions, offer documents and withdraw them."""
