"""How people write currencies beside amounts: codes of ISO 4217, signs, words. Pure."""

_CODES = frozenset({
    "AED", "ARS", "AUD", "BDT", "BGN", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD", "HUF",
    "IDR", "ILS", "INR", "ISK", "JOD", "JPY", "KES", "KHR", "KRW", "KWD", "KZT", "LAK", "LKR", "MAD", "MMK", "MNT", "MOP", "MXN", "MYR",
    "NGN", "NOK", "NPR", "NZD", "OMR", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TND", "TRY", "TWD",
    "UAH", "USD", "UYU", "UZS", "VND", "ZAR",
})  # fmt: skip
# what else is written, and which currencies are: a sign may be that of many
_WRITTEN = {
    "$": "USD AUD CAD HKD SGD TWD NZD MXN MOP ARS CLP COP UYU",
    "¥": "CNY JPY",
    "元": "CNY TWD HKD MOP SGD",
    "£": "GBP EGP",
    "€": "EUR",
    "₩": "KRW",
    "₹": "INR",
    "₽": "RUB",
    "฿": "THB",
    "₫": "VND",
    "₱": "PHP",
    "₺": "TRY",
    "₪": "ILS",
    "RM": "MYR",
    "RP": "IDR",
    "RMB": "CNY",
    "CNH": "CNY",
    "人民币": "CNY",
    "CN¥": "CNY",
    "JP¥": "JPY",
    "日元": "JPY",
    "円": "JPY",
    "US$": "USD",
    "美元": "USD",
    "HK$": "HKD",
    "港元": "HKD",
    "港币": "HKD",
    "NT$": "TWD",
    "新台币": "TWD",
    "MOP$": "MOP",
    "S$": "SGD",
    "A$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "欧元": "EUR",
    "英镑": "GBP",
}


def currencies_of(mark: str) -> list[str]:
    """The currencies that a word or sign may mean; none where it is no currency's."""
    said = mark.upper()
    return [said] if said in _CODES else _WRITTEN.get(said, "").split()
