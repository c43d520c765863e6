"""Who and where the merchant is: regions, shops, stores, staff."""

from django.db.models import Count, Q

from ..models import Region, Shop, Staff, Store

LIMIT = 2000  # no merchant of this size has more; lists say so when they are cut


def regions(archived: bool = False) -> list[Region]:
    """Regions by name; each row carries `stores`, the number of its living stores."""
    living = Count("store", filter=Q(store__archived_at=None))
    return list(_of(Region.objects.annotate(stores=living), archived).order_by("name")[:LIMIT])


def shops(archived: bool = False) -> list[Shop]:
    """Shops by name."""
    return list(_of(Shop.objects.all(), archived).order_by("name", "pk")[:LIMIT])


def stores(archived: bool = False) -> list[Store]:
    """Stores by name, with their region; each row carries `people`, the number of its living staff."""
    living = Count("staff", filter=Q(staff__archived_at=None))
    return list(_of(Store.objects.select_related("region").annotate(people=living), archived).order_by("name", "pk")[:LIMIT])


def staff(archived: bool = False) -> list[Staff]:
    """Staff by name, with region and store."""
    return list(_of(Staff.objects.select_related("region", "store"), archived).order_by("name", "pk")[:LIMIT])


def one_staff(staff_id: int) -> Staff | None:
    """One staff member, archived or not."""
    return Staff.objects.select_related("region", "store").filter(pk=staff_id).first()


def store_names() -> dict[int, str]:
    """Names of all stores by id, archived ones too: what lists show beside a store's id."""
    return dict(Store.objects.values_list("pk", "name")[:LIMIT])


def shop_names() -> dict[int, str]:
    """Names of all shops by id, archived ones too."""
    return dict(Shop.objects.values_list("pk", "name")[:LIMIT])


def staff_names() -> dict[int, str]:
    """Names of all staff by id, archived ones too: assistants of members, actors of the audit."""
    return dict(Staff.objects.values_list("pk", "name")[:LIMIT])


def _of(rows, archived: bool):  # type: ignore[no-untyped-def]
    return rows.filter(archived_at__isnull=not archived)
