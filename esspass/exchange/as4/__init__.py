"""The boundary to AS4: a message as SBDH and XML, for an external gateway to carry.

EESSI's own profile, schemas and network are not public; names are those that public code shows,
schemas are made from ours. Signatures do not cross: our JWS signs JSON, EESSI's business signature
XML. Both are kept, and ``Crossing`` says which JSON became which XML.
"""

from esspass.exchange.as4.crossing import Crossing, export_message, import_message
from esspass.exchange.as4.document import create_business_document, parse_business_document
from esspass.exchange.as4.schema import create_schema, schema_name

__all__ = [
    "Crossing",
    "create_business_document",
    "create_schema",
    "export_message",
    "import_message",
    "parse_business_document",
    "schema_name",
]
