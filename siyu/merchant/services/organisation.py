"""Regions, shops and stores: made by staff, or on first mention by the facts that name them. Archived, never deleted."""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any, LiteralString, TypeVar

from django.db import IntegrityError, connection, transaction
from psycopg import Cursor

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements

from ..models import Region, Shop, Staff, Store
from ..rules import SHOP_KINDS, Actor, fits_name
from .audit import audit

_sql = statements("siyu.merchant", "organisation")
Place = TypeVar("Place", Region, Shop, Store)


def ensure_shops(codes: Iterable[str], cursor: Cursor | None = None) -> dict[str, int]:
    """The ids of shops by code; unknown codes become shops in the caller's transaction. Set-based: one SELECT when all are known."""
    return _ensure(codes, _sql.find_shops, _sql.add_shops, cursor)


def ensure_stores(codes: Iterable[str], cursor: Cursor | None = None) -> dict[str, int]:
    """The ids of stores by code; unknown codes become stores in the caller's transaction. Set-based: one SELECT when all are known."""
    return _ensure(codes, _sql.find_stores, _sql.add_stores, cursor)


def _ensure(codes: Iterable[str], find: LiteralString, add: LiteralString, given: Cursor | None) -> dict[str, int]:
    # Nothing is remembered between calls: an id of a transaction that rolls back must not outlive it, and one SELECT a batch is cheap.
    wanted = sorted(set(codes))  # ordered, so that two transactions which add the same codes wait for each other instead of locking up
    if not wanted:
        return {}
    asking: Any = nullcontext(given) if given is not None else connection.cursor()
    with asking as cursor:
        known = dict(cursor.execute(find, {"codes": wanted}).fetchall())
        missing = [code for code in wanted if code not in known]
        if missing:
            cursor.execute(add, {"codes": missing})
            known |= dict(cursor.execute(find, {"codes": missing}).fetchall())
    return known


def create_region(by: Actor, name: str) -> int:
    """A new region. Refusals: `region.name`, `region.name_taken`."""
    return _create(by, Region(name=_name("region", name)))


def create_shop(by: Actor, code: str, name: str, kind: str = "online") -> int:
    """A new shop, known to facts by its code. Refusals: `shop.code`, `shop.name`, `shop.kind`, `shop.code_taken`."""
    return _create(by, Shop(code=_code("shop", code), name=_name("shop", name), kind=_shop_kind(kind)))


def create_store(by: Actor, code: str, name: str, region_id: int | None = None) -> int:
    """A new store, known to facts by its code.

    Refusals: `store.code`, `store.name`, `store.code_taken`, `region.unknown`, `region.archived`.
    """
    with transaction.atomic():
        return _create(by, Store(code=_code("store", code), name=_name("store", name), region=living_region(region_id)))


def rename_region(by: Actor, region_id: int, name: str) -> None:
    """Refusals: `region.unknown`, `region.name`, `region.name_taken`."""
    _change(by, Region, region_id, name=_name("region", name))


def change_shop(by: Actor, shop_id: int, name: str, kind: str) -> None:
    """A shop's name and kind; its code stays, because facts name it. Refusals: `shop.unknown`, `shop.name`, `shop.kind`."""
    _change(by, Shop, shop_id, name=_name("shop", name), kind=_shop_kind(kind))


def change_store(by: Actor, store_id: int, name: str, region_id: int | None) -> None:
    """A store's name and region; its code stays. Who sees the region sees its customers at once.

    Refusals: `store.unknown`, `store.name`, `region.unknown`, `region.archived`.
    """
    with transaction.atomic():
        living_region(region_id)
        _change(by, Store, store_id, name=_name("store", name), region_id=region_id)


def archive_region(by: Actor, region_id: int) -> None:
    """Refusals: `region.unknown`, `region.in_use` while it has stores or staff that are not archived."""
    with transaction.atomic():
        region = _locked(Region, region_id)
        stores = Store.objects.filter(region=region, archived_at=None).count()
        staff = Staff.objects.filter(region=region, archived_at=None).count()
        if stores or staff:
            raise Refusal(
                "region.in_use",
                "%(name)s still has %(stores)s stores and %(staff)s staff; move them first",
                name=region.name,
                stores=stores,
                staff=staff,
            )
        _archive(by, region)


def archive_shop(by: Actor, shop_id: int) -> None:
    """Archived shops leave the lists; a fact that names one still counts for it. Refusal: `shop.unknown`."""
    with transaction.atomic():
        _archive(by, _locked(Shop, shop_id))


def archive_store(by: Actor, store_id: int) -> None:
    """Refusals: `store.unknown`, `store.in_use` while it has staff that are not archived."""
    with transaction.atomic():
        store = _locked(Store, store_id)
        if staff := Staff.objects.filter(store=store, archived_at=None).count():
            raise Refusal("store.in_use", "%(name)s still has %(staff)s staff; move them first", name=store.name, staff=staff)
        _archive(by, store)


def restore_region(by: Actor, region_id: int) -> None:
    """Take a region back from the archive. Refusal: `region.unknown`."""
    with transaction.atomic():
        _restore(by, _locked(Region, region_id))


def restore_shop(by: Actor, shop_id: int) -> None:
    """Take a shop back from the archive. Refusal: `shop.unknown`."""
    with transaction.atomic():
        _restore(by, _locked(Shop, shop_id))


def restore_store(by: Actor, store_id: int) -> None:
    """Take a store back from the archive. Refusals: `store.unknown`, `region.archived` when its region is."""
    with transaction.atomic():
        store = _locked(Store, store_id)
        living_region(store.region_id)
        _restore(by, store)


def living_region(region_id: int | None) -> Region | None:
    """The region, locked against archiving until the transaction ends. Refusals: `region.unknown`, `region.archived`."""
    return None if region_id is None else _living(Region, region_id)


def living_store(store_id: int | None) -> Store | None:
    """The store, locked against archiving until the transaction ends. Refusals: `store.unknown`, `store.archived`."""
    return None if store_id is None else _living(Store, store_id)


def _living(noun: type[Place], place_id: int) -> Place:
    place = _locked(noun, place_id)
    if place.archived_at is not None:
        raise Refusal(f"{_word(noun)}.archived", "%(name)s is archived", name=place.name)
    return place


def _locked(noun: type[Place], place_id: int) -> Place:
    place = noun.objects.select_for_update(no_key=True).filter(pk=place_id).first()
    if place is None:
        raise Refusal(f"{_word(noun)}.unknown", "there is none with the number %(number)s", number=place_id)
    return place


def _create(by: Actor, place: Region | Shop | Store) -> int:
    word = _word(type(place))
    try:
        with transaction.atomic():
            place.save(force_insert=True)
            audit(by, f"{word}.created", f"{word}:{place.pk}", {"name": place.name, "code": getattr(place, "code", "")})
    except IntegrityError as error:
        raise _taken(word, place) from error
    return place.pk


def _change(by: Actor, noun: type[Place], place_id: int, **wanted: str | int | None) -> None:
    word = _word(noun)
    with transaction.atomic():
        place = _locked(noun, place_id)
        old = {field: getattr(place, field) for field in wanted}
        if old == wanted:
            return
        for field, value in wanted.items():
            setattr(place, field, value)
        try:
            with transaction.atomic():
                place.save(update_fields=list(wanted))
        except IntegrityError as error:
            raise _taken(word, place) from error
        audit(by, f"{word}.changed", f"{word}:{place_id}", {"old": old, "new": wanted})


def _archive(by: Actor, place: Region | Shop | Store) -> None:
    if place.archived_at is None:
        place.archived_at = utc_now()
        place.save(update_fields=["archived_at"])
        audit(by, f"{_word(type(place))}.archived", f"{_word(type(place))}:{place.pk}", {"name": place.name})


def _restore(by: Actor, place: Region | Shop | Store) -> None:
    if place.archived_at is not None:
        place.archived_at = None
        place.save(update_fields=["archived_at"])
        audit(by, f"{_word(type(place))}.restored", f"{_word(type(place))}:{place.pk}", {"name": place.name})


def _word(noun: type[Region] | type[Shop] | type[Store]) -> str:
    return noun.__name__.lower()


def _taken(word: str, place: Region | Shop | Store) -> Refusal:
    if isinstance(place, Region):
        return Refusal("region.name_taken", "there is already a region named %(name)s", name=place.name)
    return Refusal(f"{word}.code_taken", "the code %(code)s is already taken", code=place.code)


def _name(word: str, name: str) -> str:
    if not fits_name(name.strip()):
        raise Refusal(f"{word}.name", "a name has 1 to 60 printable characters")
    return name.strip()


def _code(word: str, code: str) -> str:
    if not fits_name(code.strip()):
        raise Refusal(f"{word}.code", "a code has 1 to 60 printable characters")
    return code.strip()


def _shop_kind(kind: str) -> str:
    if kind not in SHOP_KINDS:
        raise Refusal("shop.kind", "a shop is one of %(known)s", known=", ".join(SHOP_KINDS))
    return kind
