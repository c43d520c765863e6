"""Traits of people that are personal."""

BORN = "date of birth"
# Traits of `member.identified`, by name: type; the personal ones are tokens in the log.
PERSONAL_TRAITS = {
    "name": "name",
    "firstName": "name",
    "lastName": "name",
    "first_name": "name",
    "last_name": "name",
    "phone": "phone",
    "mobile": "phone",
    "email": "email",
    "address": "address",
    "street": "address",
    "id_number": "id",
    "birthday": BORN,
    "date_of_birth": BORN,
    "ip": "ip",
}
