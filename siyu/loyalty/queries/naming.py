"""What a reader calls what an installation begins with: units, tiers and earn rules, until the merchant names them."""

from django.utils.translation import gettext

from ..rules import default, units

_NAMES = units.NAMES | default.NAMES


def called(code: str, name: str) -> str:
    """Its name in the reader's language; a name that the merchant gave is nobody's to translate."""
    return gettext(_NAMES[code, name]) if (code, name) in _NAMES else name


class Named:
    """What has a `code` and a `name`, and is shown by the reader's word for it."""

    __slots__ = ()
    code: str
    name: str

    @property
    def shown(self) -> str:
        """What the reader calls it."""
        return called(self.code, self.name)


def kept(code: str, stored: str, typed: str) -> str:
    """What a form keeps as the name: the stored one, if what came back is how it was shown."""
    return stored if typed == called(code, stored) else typed
