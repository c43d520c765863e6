"""`siyu worker`: one worker process, any number of which may run; one pumps at a time."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from siyu.operate.parent import follow_parent
from siyu.operate.timetable import Timetable
from siyu.operate.work import work

END_WITHIN_S = 20


class Command(BaseCommand):
    help = "Run one worker: the pump and the timetable. SIGTERM finishes the batch at hand and ends it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        follow_parent()
        timetable = Timetable()
        timetable.start()
        work(stop)
        timetable.end(END_WITHIN_S)
