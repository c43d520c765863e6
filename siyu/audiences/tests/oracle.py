"""Audiences judged naively: Python over the plain history of a few people, at an instant. It shares no code with the rooms."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import md5
from typing import Any
from zoneinfo import ZoneInfo

Happened = tuple[datetime, str, dict]  # instant, name, properties


@dataclass
class Person:
    """What is known of one member: what happened (each fact once), tags, traits and consents in the order of time."""

    number: int
    facts: list[Happened] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    refunded: int = 0


class Oracle:
    """`holds(rule, person)` at an instant, in a zone; `rules` are those of other audiences, by number, and `came` since when who is in
    them: (audience, person) → instant."""

    def __init__(self, now: datetime, zone: ZoneInfo, rules: dict[int, dict], came: dict[tuple[int, int], datetime]) -> None:
        self.now, self.zone, self.rules, self.came = now, zone, rules, came
        self.today = self.day(now)

    def day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def holds(self, rule: dict, person: Person) -> bool:
        if not rule:
            return True
        if "all" in rule:
            return all(self.holds(each, person) for each in rule["all"])
        if "any" in rule:
            return any(self.holds(each, person) for each in rule["any"])
        if "not" in rule:
            return not self.holds(rule["not"], person)
        return bool(getattr(self, rule["condition"])(rule, person))

    # --- windows and facts ---

    def inside(self, window: dict, instant: datetime) -> bool:
        age = (self.today - self.day(instant)).days
        if "last_days" in window:
            return age < window["last_days"]
        if "last_hours" in window or "last_minutes" in window:
            return self.now - instant < timedelta(hours=window.get("last_hours", 0), minutes=window.get("last_minutes", 0))
        if "from_day" in window or "to_day" in window:
            day = self.day(instant).isoformat()
            return window.get("from_day", "") <= day <= window.get("to_day", "9")
        return window.get("at_least_days_ago", -999) <= age <= window.get("at_most_days_ago", 99_999)

    def did(self, what: dict, person: Person) -> list[datetime]:
        return sorted(
            at for at, name, properties in person.facts if name == what["fact"] and self.passes(what.get("where", {}), properties)
        )

    def passes(self, where: dict, properties: dict) -> bool:
        return not where or properties.get(where["property"]) == where["value"]

    def did_fact(self, rule: dict, person: Person) -> bool:
        times = sum(self.inside(rule.get("within", {}), at) for at in self.did(rule, person))
        wanted = rule.get("times", 1)
        return {"at_least": times >= wanted, "at_most": times <= wanted, "exactly": times == wanted}[rule.get("op", "at_least")]

    def touch(self, fact: str, rule: dict, person: Person) -> bool:
        wanted = {"medium": rule.get("medium", "any"), "purpose": rule.get("purpose", ""), "origin": rule.get("source", "")}
        times = sum(
            self.inside(rule.get("within", {}), at)
            for at, name, told in person.facts
            if name == fact and all(value in ("", "any", told.get(key)) for key, value in wanted.items())
        )
        number = rule.get("times", 1)
        return {"at_least": times >= number, "at_most": times <= number, "exactly": times == number}[rule.get("op", "at_least")]

    def touched(self, rule: dict, person: Person) -> bool:
        return self.touch("touch.sent", rule, person)

    def opened(self, rule: dict, person: Person) -> bool:
        return self.touch("touch.opened", rule, person)

    def clicked(self, rule: dict, person: Person) -> bool:
        return self.touch("touch.clicked", rule, person)

    def first_or_last(self, rule: dict, person: Person) -> bool:
        end = 0 if rule.get("which", "first") == "first" else -1
        done = self.did(rule, person)
        if not done or not self.inside(rule.get("within", {}), done[end]):
            return False
        at_once = [told for at, name, told in person.facts if at == done[end] and name == rule["fact"]]
        return any(self.passes(rule.get("where", {}), told) and self.passes(rule.get("has", {}), told) for told in at_once)

    def ages(self, rule: dict, person: Person) -> list[int]:
        return [(self.today - self.day(at)).days for at in self.did(rule, person)]

    def stopped(self, rule: dict, person: Person) -> bool:
        quiet, until = rule["quiet_days"], rule["quiet_days"] + rule["before_days"]
        ages = self.ages(rule, person)
        return not any(age < quiet for age in ages) and sum(quiet <= age < until for age in ages) >= rule.get("times", 1)

    def restarted(self, rule: dict, person: Person) -> bool:
        again, until = rule["again_days"], rule["again_days"] + rule["quiet_days"]
        ages = self.ages(rule, person)
        return any(age < again for age in ages) and not any(again <= age < until for age in ages) and any(age >= until for age in ages)

    def regularly(self, rule: dict, person: Person) -> bool:
        days = rule.get("days", 7)
        periods = Counter(max(age, 0) // days for age in self.ages(rule, person))
        return sum(period < rule["of"] and times >= rule.get("times", 1) for period, times in periods.items()) >= rule["periods"]

    def sequence(self, rule: dict, person: Person) -> bool:
        limit = timedelta(minutes=rule["minutes"]) if "minutes" in rule else timedelta(hours=rule["hours"])
        steps = rule["steps"] if rule.get("ended", "done") == "done" else rule["steps"][:-1]
        reached = self.did(steps[0], person)
        for step in steps[1:]:
            reached = [at for at in self.did(step, person) if any(timedelta(0) < at - before <= limit for before in reached)]
        if rule.get("ended") == "broken":
            last = self.did(rule["steps"][-1], person)
            reached = [at for at in reached if not any(timedelta(0) < after - at <= limit for after in last)]
            reached = [at + limit for at in reached if at + limit <= self.now]
        return any(self.inside(rule.get("within", {}), at) for at in reached)

    # --- what people are ---

    def newest(self, person: Person, name: str) -> Any:
        said = [
            (at, told["traits"][name]) for at, fact, told in person.facts if fact == "member.identified" and name in told.get("traits", {})
        ]
        return max(said, key=lambda one: one[0])[1] if said else None

    def trait(self, rule: dict, person: Person) -> bool:
        value, wanted = self.newest(person, rule["trait"]), rule.get("value")
        match rule["op"]:
            case "eq":
                return value == wanted
            case "ne":
                return value != wanted
            case "exists":
                return value is not None
            case "absent":
                return value is None
            case "in":
                return value in wanted
            case "contains":
                return isinstance(value, str) and wanted in value
            case "between":
                return isinstance(value, int) and wanted <= value <= rule["to"]
            case "gte":
                return isinstance(value, int) and value >= wanted
        raise AssertionError(rule["op"])

    def trait_date(self, rule: dict, person: Person) -> bool:
        value = self.newest(person, rule["trait"])
        if value is None:
            return False
        try:
            told = date.fromisoformat(value)
        except ValueError:
            return False
        days = [told]
        if rule.get("every") == "year":
            days = [self.back(told, year) for year in range(self.today.year - 1, self.today.year + 2)]
        days = [day for day in days if rule.get("from_day", "") <= day.isoformat() <= rule.get("to_day", "9")]
        return any(rule.get("from_days", -99_999) <= (day - self.today).days <= rule.get("to_days", 99_999) for day in days)

    def back(self, told: date, year: int) -> date:
        return date(year, told.month, 28 if (told.month, told.day) == (2, 29) and year % 4 else told.day)

    def tag(self, rule: dict, person: Person) -> bool:
        return bool(person.tags & set(rule["tags"]))

    def consent(self, rule: dict, person: Person) -> bool:
        asked = rule.get("channel", "any")
        about = {"any", asked, *({"task", "wecom"} if asked in ("task", "wecom") else ())}
        said = [
            (at, name == "consent.given")
            for at, name, told in person.facts
            if name in ("consent.given", "consent.withdrawn") and told["purpose"] == rule["purpose"] and told.get("channel", "any") in about
        ]
        newest = max(said, key=lambda word: (word[0], not word[1]))[1] if said else None
        return {"given": newest is True, "withdrawn": newest is False, "unknown": newest is None}[rule["state"]]

    def identity(self, rule: dict, person: Person) -> bool:
        return bool(person.kinds & set(rule["kinds"]))

    def stage(self, rule: dict, person: Person) -> bool:
        if rule["clock"] == "ladder":
            reached = {
                {"pool.joined": "follower", "order.paid": "buyer"}[name]
                for _, name, _ in person.facts
                if name in ("pool.joined", "order.paid")
            }
            return bool(reached & set(rule["stages"]))
        joined = [at for at, name, _ in person.facts if name == "pool.joined"]
        if not joined:
            return False
        days = (self.today - self.day(min(joined))).days
        stage = "silent" if days <= 30 else "growing" if days <= 90 else "active" if days <= 180 else "declining"
        return stage in rule["stages"]

    def days_since(self, rule: dict, person: Person) -> bool:
        name = {"joined": "pool.joined", "last_bought": "order.paid", "first_bought": "order.paid"}.get(rule["what"])
        done = [at for at, fact, _ in person.facts if name is None or fact == name]
        if not done:
            return False
        days = (self.today - self.day(max(done) if rule["what"].startswith("last") else min(done))).days
        return self.compare(rule, days)

    def compare(self, rule: dict, value: float) -> bool:
        low, high = rule["value"], rule.get("to")
        return {
            "eq": value == low, "ne": value != low, "gt": value > low, "gte": value >= low, "lt": value < low, "lte": value <= low,
            "between": high is not None and low <= value <= high,
        }[rule["op"]]  # fmt: skip

    # --- what people bought ---

    def paid(self, person: Person) -> list[tuple[datetime, dict]]:
        return [(at, told) for at, name, told in person.facts if name == "order.paid"]

    def orders(self, rule: dict, person: Person) -> bool:
        paid = [told["amount_minor"] for _, told in self.paid(person)]
        back = [told["amount_minor"] for _, name, told in person.facts if name == "order.refunded"]
        values = {"orders": len(paid), "revenue_minor": sum(paid), "refunded_minor": sum(back), "net_minor": sum(paid) - sum(back)}
        values["average_minor"] = values["net_minor"] / len(paid) if paid else 0
        return self.compare(rule, values[rule["what"]])

    def bought(self, rule: dict, person: Person) -> bool:
        times = sum(
            self.inside(rule.get("within", {}), at) and any(line["sku"] in rule["skus"] for line in told["lines"])
            for at, told in self.paid(person)
        )
        return times >= rule.get("orders", 1)

    # --- chance, and other audiences ---

    def bucket(self, rule: dict, person: Person) -> bool:
        number = int(md5(f"{rule['salt']}:{person.number}".encode()).hexdigest()[:8], 16) % 10_000
        return rule["from_bucket"] <= number < rule["to_bucket"]

    def audience(self, rule: dict, person: Person) -> bool:
        came = self.came.get((rule["audience"], person.number), self.now)
        return self.holds(self.rules[rule["audience"]], person) and self.inside(rule.get("within", {}), came)
