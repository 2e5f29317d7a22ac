"""The protocol endpoints: read the request, ask one service, write the answer."""
