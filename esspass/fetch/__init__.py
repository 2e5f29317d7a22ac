"""The only outbound HTTP: allow-listed schemes, checked addresses, bounded size and time.

A name is resolved once, every address it answers with is checked, and the connection goes to the
checked address; so a second answer of the resolver cannot lead inside. Redirects are never
followed, proxies and cookies never used.
"""

from esspass.fetch.fetcher import Fetcher, FetchPolicy
from esspass.fetch.response import Response

__all__ = ["FetchPolicy", "Fetcher", "Response"]
