"""The citizen's pages: each asks the service and shows what it says."""
