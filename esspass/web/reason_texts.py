"""One sentence per reason code, for verdicts. Codes are stable; sentences may improve."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web.settings import Text

REASONS: Mapping[str, Text] = {
    "not_run": _("This was not checked, because an earlier check failed."),
    "malformed": _("The data is damaged or not in a form that we know."),
    "not_verified": _("A check shows that this must not be believed."),
    "undecided": _("What we know allows neither yes nor no."),
    "unavailable": _("A source that must be asked did not answer."),
    "bad_signature": _("The signature does not match: the document was changed or forged."),
    "untrusted_issuer": _("No trusted list vouches for the issuer."),
    "not_listed": _("The issuer is not on the trusted list."),
    "issuer_not_listed": _("The issuer is not on the trusted list."),
    "not_listed_at_issuance": _("The issuer was not on the trusted list on the day of issue."),
    "withdrawn_at_issuance": _("The issuer had lost its recognition before the day of issue."),
    "issuer_withdrawn": _("The issuer has lost its recognition since the document was issued."),
    "wrong_service": _("The issuer is listed, but not for this kind of document."),
    "not_entitled": _("The institution may not issue this kind of document."),
    "institution_unknown": _("The institution is not in the directory of institutions."),
    "institution_mismatch": _("The document names another institution than its signer."),
    "list_expired": _("The trusted list is too old to decide with."),
    "list_grace": _("The trusted list is overdue, so this is decided with the last one we have."),
    "list_unreachable": _("The trusted list could not be fetched."),
    "list_missing": _("There is no trusted list of this kind."),
    "list_closed": _("The trusted list has been closed."),
    "list_rollback": _("The source offered an older trusted list than before."),
    "list_equivocation": _("The source shows different trusted lists under the same number."),
    "expired": _("The document has expired."),
    "not_yet_valid": _("The document is not valid yet."),
    "revoked": _("The issuer has withdrawn the document."),
    "suspended": _("The issuer has suspended the document."),
    "status_unreachable": _("The issuer's list of withdrawn documents could not be fetched."),
    "status_missing": _("The document does not say where its withdrawal can be looked up."),
    "status_expired": _("The issuer's list of withdrawn documents is out of date."),
    "status_untrusted": _("The list of withdrawn documents is not signed by the issuer."),
    "status_mismatch": _("The list of withdrawn documents is not the one the document names."),
    "bad_key_binding": _("Nothing proves that the person showing it is its holder."),
    "kb_missing": _("Nothing proves that the person showing it is its holder."),
    "kb_signature": _("The holder's signature does not match."),
    "kb_nonce": _("The holder's proof was made for another request."),
    "kb_audience": _("The holder's proof was made for somebody else."),
    "kb_sd_hash": _("The holder's proof was made for other contents."),
    "kb_iat": _("The holder's proof is too old, or its time lies in the future."),
    "kb_typ": _("The holder's proof is of the wrong kind."),
    "unknown_type": _("This is not an A1, a health insurance card or an identity document."),
    "unknown_shape": _("The document does not have the form its type prescribes."),
    "schema_violation": _("An entry is missing or not written as its type prescribes."),
    "end_before_start": _("The document ends before it starts."),
    "country_mismatch": _("Two entries name different countries where they must agree."),
    "person_mismatch": _("The identity data and the document name different persons."),
    "person_missing": _("There is no identity data to compare with."),
    "person_partial": _("Too little was shown to say whether it is the same person."),
}
