"""One sentence per reason code, for verdicts. Codes are stable; sentences may improve."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web.settings import Text

_DAMAGED = _("The data is damaged or not in a form that we know.")
_FORGED = _("The signature does not match: the document was changed or forged.")
_TAMPERED = _("What is shown does not belong to what the issuer signed.")
_UNLISTED = _("The issuer is on no trusted list.")
_CHAIN = _("The issuer's certificate does not lead to the trusted list.")
_LIST_FETCH = _("The trusted list could not be fetched.")
_LIST_FORGED = _("The source offered a trusted list that its operator has not signed properly.")
_STATUS_FORM = _("The issuer's list of withdrawn documents is damaged.")
_STATUS_FETCH = _("The issuer's list of withdrawn documents could not be fetched.")
_STATUS_OLD = _("The issuer's list of withdrawn documents is out of date.")
_STATUS_SIGNER = _("The list of withdrawn documents is not signed by the issuer.")
_STATUS_OTHER = _("The list of withdrawn documents is not the one that the document names.")
_NO_PROOF = _("Nothing proves that the person showing it is its holder.")
_SHAPE = _("The document does not have the form its type prescribes.")
_DATES = _("Two dates in the document contradict each other.")

_GENERAL: Mapping[str, Text] = {
    "not_run": _("This was not checked, because an earlier check failed."),
    "not_verified": _("A check shows that this must not be believed."),
    "undecided": _("What we know allows neither yes nor no."),
    "unavailable": _("A source that must be asked did not answer."),
}

_SIGNATURE: Mapping[str, Text] = {
    "malformed": _DAMAGED,
    "bad_typ": _DAMAGED,
    "bad_vct": _DAMAGED,
    "bad_date": _DAMAGED,
    "bad_cnf": _DAMAGED,
    "bad_digest": _TAMPERED,
    "bad_disclosure": _TAMPERED,
    "digest_repeated": _TAMPERED,
    "disclosure_collision": _TAMPERED,
    "disclosure_misplaced": _TAMPERED,
    "disclosure_repeated": _TAMPERED,
    "disclosure_reserved_name": _TAMPERED,
    "disclosure_unreferenced": _TAMPERED,
    "registered_claim_disclosed": _TAMPERED,
    "reserved_claim_name": _TAMPERED,
    "too_deep": _DAMAGED,
    "unsupported_hash": _DAMAGED,
    "bad_signature": _FORGED,
}

_TRUST: Mapping[str, Text] = {
    "untrusted_issuer": _("No trusted list vouches for the issuer."),
    "unknown_issuer": _UNLISTED,
    "issuer_removed": _("The issuer has disappeared from the trusted list."),
    "issuer_left_list": _(
        "The issuer has left the trusted list since; it was listed when it issued this."
    ),
    "issuer_left_list_unproven": _(
        "The issuer has left the trusted list, and nothing proves that this is older."
    ),
    "not_listed_at_issuance": _("The issuer was not on the trusted list on the day of issue."),
    "key_not_listed_at_issuance": _("The issuer's key was not on the trusted list at that time."),
    "withdrawn_at_issuance": _("The issuer had lost its recognition before the day of issue."),
    "no_path": _CHAIN,
    "name_mismatch": _("The certificate names another body than the trusted list."),
    "country_mismatch": _("Two entries name different countries where they must agree."),
    "institution_unknown": _("The institution is not in the directory of institutions."),
    "institution_mismatch": _("The document names another institution than its signer."),
    "type_not_authorised": _("The institution may not issue this kind of document."),
    "type_authorisation_ended": _("The institution may no longer issue this kind of document."),
    "certificate_expired": _("The issuer's certificate was not valid at that time."),
    "anchor_expired": _("The certificate on the trusted list was not valid at that time."),
    "anchor_only_in_history": _("Only an older issue of the trusted list could decide this."),
    "weak_key": _("The issuer's key is too weak to be trusted."),
    "wrong_key_usage": _("The issuer's certificate is not meant for signing documents."),
    "no_issuance_date": _("The document does not say when it was issued."),
}

_LISTS: Mapping[str, Text] = {
    "list_unavailable": _LIST_FETCH,
    "list_expired": _("The trusted list is too old to decide with."),
    "list_in_grace": _("The trusted list is overdue; a newer one must be fetched first."),
    "list_closed": _("The trusted list has been closed."),
    "list_inconsistent": _("The trusted list contradicts itself; its operator must be asked."),
    "list_rollback": _("The source offered an older trusted list than before."),
    "list_equivocation": _("The source shows different trusted lists under the same number."),
    "list_refused": _LIST_FORGED,
    "list_signer_mismatch": _LIST_FORGED,
    "list_signer_not_pinned": _LIST_FORGED,
    "list_signer_unsuitable": _LIST_FORGED,
    "list_signing_time": _LIST_FORGED,
    "list_wrong_type": _LIST_FORGED,
    "list_from_future": _("The trusted list is dated in the future; check the clock."),
    "forbidden_url": _("The address of the source may not be asked."),
    "answer_too_large": _("The source answered with too much data."),
    "seal_unknown": _("The seal is of nobody in the directory of institutions."),
    "directory_unavailable": _("The directory of institutions could not be fetched."),
    "directory_stale": _("The directory of institutions is out of date."),
}

_VALIDITY: Mapping[str, Text] = {
    "expired": _("The document has expired."),
    "not_yet_valid": _("The document is not valid yet."),
}

_STATUS: Mapping[str, Text] = {
    "revoked": _("The issuer has withdrawn the document."),
    "suspended": _("The issuer has suspended the document."),
    "status_missing": _("The document does not say where its withdrawal can be looked up."),
    "status_unreachable": _STATUS_FETCH,
    "status_expired": _STATUS_OLD,
    "status_malformed": _STATUS_FORM,
    "status_untrusted": _STATUS_SIGNER,
    "status_mismatch": _STATUS_OTHER,
    "bad_status_reference": _("The document does not say properly where its status is kept."),
    "status_list_expired": _STATUS_OLD,
    "status_list_not_yet_valid": _STATUS_OLD,
    "status_list_rollback": _("The source offered an older list of withdrawn documents."),
    "status_list_subject": _STATUS_OTHER,
    "status_list_malformed": _STATUS_FORM,
    "status_list_bits": _STATUS_FORM,
    "status_list_too_large": _STATUS_FORM,
    "status_index_unknown": _("The document is not in the issuer's list of withdrawn documents."),
    "status_issuer_unknown": _STATUS_SIGNER,
    "status_service_withdrawn": _STATUS_SIGNER,
}

_HOLDER: Mapping[str, Text] = {
    "bad_key_binding": _NO_PROOF,
    "kb_missing": _NO_PROOF,
    "kb_signature": _("The holder's signature does not match."),
    "kb_nonce": _("The holder's proof was made for another request."),
    "kb_audience": _("The holder's proof was made for somebody else."),
    "kb_sd_hash": _("The holder's proof was made for other contents."),
    "kb_iat": _("The holder's proof is too old, or its time lies in the future."),
    "shown_too_old": _("The code was shown too long ago."),
    "shown_in_future": _("The code was made at a time that has not come yet."),
    "replayed": _("This code was shown before."),
    "clock_wrong": _("The clock of this device is wrong, so times cannot be compared."),
    "kb_typ": _("The holder's proof is of the wrong kind."),
}

_CONTENT: Mapping[str, Text] = {
    "unknown_type": _("This is not an A1, a health insurance card or an identity document."),
    "unknown_shape": _SHAPE,
    "type_metadata_integrity": _(
        "The document was made by another description of its kind than the one known here."
    ),
    "wrong_type": _("Another kind of document was shown than was asked for."),
    "claims_missing": _("Entries that were asked for were not shown."),
    "unasked_credential": _("The answer holds a document that was not asked for."),
    "incomplete_answer": _("The answer does not hold all that was asked for."),
    "too_many_presentations": _("The answer holds more than one document of a kind."),
    "schema_violation": _("An entry is missing or not written as its type prescribes."),
    "end_before_start": _("The document ends before it starts."),
    "expiry_before_issuance": _DATES,
    "birth_after_start": _DATES,
    "institution_id": _("The number of the institution is not written as it must be."),
    "person_mismatch": _("The identity data and the document name different persons."),
    "pid_not_believed": _("The identity data cannot be believed, so nobody was compared with it."),
    "person_missing": _("There is no identity data to compare with."),
    "person_represented": _("The document is about a person whom somebody else represents."),
    "person_name_partial": _("The names agree only in part; compare them with the identity card."),
    "person_number_foreign": _("The personal numbers are of two countries and cannot be compared."),
    "person_partial": _("Too little was shown to say whether it is the same person."),
}

REASONS: Mapping[str, Text] = {
    **_GENERAL,
    **_SIGNATURE,
    **_TRUST,
    **_LISTS,
    **_VALIDITY,
    **_STATUS,
    **_HOLDER,
    **_CONTENT,
}
