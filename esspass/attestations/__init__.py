"""PD A1, EHIC and PID: one canonical model, one adapter per published shape, words for people.

Everything about a type that data can say is in ``specs/types``; see its README.
"""

from esspass.attestations.card import render_card
from esspass.attestations.countries import (
    InstitutionId,
    eessi_country,
    is_institution_id,
    iso_country,
    parse_institution_id,
)
from esspass.attestations.describe import (
    DescribedClaim,
    describe_claims,
    describe_path,
    describe_type,
)
from esspass.attestations.envelope import PID_BINDING, WALLET_BINDING, create_envelope
from esspass.attestations.integrity import verify_integrity
from esspass.attestations.model import (
    EHIC,
    OPEN_END,
    PDA1_APPLICATION,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    Address,
    Application,
    Authority,
    Document,
    Ehic,
    Employment,
    Institution,
    Pda1,
    Person,
    Pid,
    PlaceOfBirth,
    PlaceOfWork,
    StateOfActivity,
)
from esspass.attestations.presented import (
    Presented,
    PresentedEmployer,
    PresentedPerson,
    PresentedPlace,
    read_presented,
)
from esspass.attestations.records import (
    create_person_record,
    create_record,
    document_kind,
    parse_person_record,
    parse_record,
)
from esspass.attestations.registry import (
    AttestationType,
    ClaimPath,
    DisclosureGroup,
    attestation_type,
    attestation_types,
)
from esspass.attestations.schemas import envelope_claims, verify_issuance, verify_presentation
from esspass.attestations.shapes import probe_shape, read_claims, write_claims
from esspass.attestations.specification import pda1_states
from esspass.attestations.type_integrity import matches_integrity, verify_type_integrity
from esspass.attestations.wording import (
    code_name,
    country_name,
    date_name,
    end_date_name,
    enumerate_words,
    parse_day,
    plain_text,
    spoken_languages,
)

__all__ = [
    "EHIC",
    "OPEN_END",
    "PDA1_APPLICATION",
    "PDA1_EUDI",
    "PDA1_WEBUILD",
    "PID",
    "PID_BINDING",
    "WALLET_BINDING",
    "Address",
    "Application",
    "AttestationType",
    "Authority",
    "ClaimPath",
    "DescribedClaim",
    "DisclosureGroup",
    "Document",
    "Ehic",
    "Employment",
    "Institution",
    "InstitutionId",
    "Pda1",
    "Person",
    "Pid",
    "PlaceOfBirth",
    "PlaceOfWork",
    "Presented",
    "PresentedEmployer",
    "PresentedPerson",
    "PresentedPlace",
    "StateOfActivity",
    "attestation_type",
    "attestation_types",
    "code_name",
    "country_name",
    "create_envelope",
    "create_person_record",
    "create_record",
    "date_name",
    "describe_claims",
    "describe_path",
    "describe_type",
    "document_kind",
    "eessi_country",
    "end_date_name",
    "enumerate_words",
    "envelope_claims",
    "is_institution_id",
    "iso_country",
    "matches_integrity",
    "parse_day",
    "parse_institution_id",
    "parse_person_record",
    "parse_record",
    "pda1_states",
    "plain_text",
    "probe_shape",
    "read_claims",
    "read_presented",
    "render_card",
    "spoken_languages",
    "verify_integrity",
    "verify_issuance",
    "verify_presentation",
    "verify_type_integrity",
    "write_claims",
]
