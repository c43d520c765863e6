"""The writers of the member centre. `sign_in` and `join` are the hooks of mini-programs and WeCom: see docs/member-centre.md."""

from .codes import ask_code, forget_codes, prove
from .joining import join, proof_of_newcomer
from .links import follow_link, link_is_good, sign_in_link
from .privacy import ask_copy, ask_farewell, erase_due, forget_copies, open_copy, prepare_copy, withdraw_farewell
from .profile import change_profile, choose_consents
from .sessions import SignedIn, end_session, forget_sessions, sign_in, sign_out, slide

__all__ = [
    "SignedIn",
    "ask_code",
    "ask_copy",
    "ask_farewell",
    "change_profile",
    "choose_consents",
    "end_session",
    "erase_due",
    "follow_link",
    "forget_codes",
    "forget_copies",
    "forget_sessions",
    "join",
    "link_is_good",
    "open_copy",
    "prepare_copy",
    "proof_of_newcomer",
    "prove",
    "sign_in",
    "sign_in_link",
    "sign_out",
    "slide",
    "withdraw_farewell",
]
