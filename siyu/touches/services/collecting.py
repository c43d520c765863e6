"""Reports that wait at a provider's are fetched account by account, and written down one by one.

Where reading stopped is written with what was read: whoever stops in between loses nothing, and tells nothing twice.
"""

import logging
from contextlib import closing
from datetime import datetime, timedelta
from time import monotonic

from django.db import DataError, transaction

from ..models import Account
from ..providers import Channel, channels, provider
from ..rules.hearing import Heard, UnreachableError
from .hearing import hear

log = logging.getLogger(__name__)
SPAN_S = 30.0  # after which no further report of an account is asked for
AGAIN = timedelta(minutes=30)  # after a fault: servers lock out who logs in wrongly time and again


def collect_reports(now: datetime) -> int:
    """Fetch what waits for each account in use whose channel fetches; returns how many reports were read."""
    count, known = 0, channels()
    for account in Account.objects.filter(archived_at=None).order_by("pk"):
        module = known.get(account.channel)
        is_resting = account.fault and account.collected_at and now < account.collected_at + AGAIN
        if hasattr(module, "collect") and not is_resting:
            count += _collect(account, module, now)
    return count


def _collect(account: Account, module: Channel, now: datetime) -> int:
    count, fault, enough = 0, "", monotonic() + SPAN_S
    try:
        reports = module.collect(provider(account), account.collected_until, now)
        if reports is None:
            return 0
        with closing(reports):
            for mark, heard in reports:
                _keep(account, mark, heard, now)
                count += 1
                if monotonic() > enough:
                    break
    except UnreachableError as error:
        fault = str(error)
    except Exception as error:  # a vendor's fault must not hold other accounts
        log.exception("reports of account %s cannot be fetched", account.code)
        fault = f"{type(error).__name__}: {error}"
    Account.objects.filter(pk=account.pk).update(collected_at=now, fault=fault.replace("\0", "")[:300])
    return count


def _keep(account: Account, mark: str, heard: Heard, now: datetime) -> None:
    try:
        with transaction.atomic():
            if heard.told:
                hear(account, heard.told, now=now)
            Account.objects.filter(pk=account.pk).update(collected_until=mark)
    except DataError:  # one that cannot be kept holds no other
        log.exception("report %s of account %s cannot be kept", mark, account.code)
        Account.objects.filter(pk=account.pk).update(collected_until=mark)
