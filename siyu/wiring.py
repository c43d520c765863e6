"""The nervous system on one page: who reacts to what, in which order. Rooms are named by dotted path and never import this."""

# identities of a batch → members; finds (`ask` early which handles are known), creates, merges
RESOLVER = "siyu.members.resolver"

# how a message's handles are read, ahead of the pump: `naming(settings, day)` gives a function of handles
HANDLES = "siyu.members.handles.naming"

# what a batch of facts changes, in this order: `react(cursor, batch) -> list[Derived] | None`; an `ask` changes nothing: it asks early
# what a reaction of its room further down will have to know
REACTIONS = [
    "siyu.orders.reactions.ask",
    "siyu.members.reactions.see",
    "siyu.acquisition.reactions.attribute",
    "siyu.loyalty.reactions.ask",
    "siyu.orders.reactions.tell_cheaper",
    "siyu.orders.reactions.book",
    "siyu.members.reactions.turn_clocks",
    "siyu.touches.reactions.receive",
    "siyu.touches.reactions.close_tasks",
    "siyu.loyalty.reactions.earn",
    "siyu.loyalty.payments.settle",
    "siyu.membership.reactions.subscribe",
    "siyu.membership.reactions.use",
    "siyu.membership.reactions.attend_batch",
    "siyu.membership.reactions.progress",
    "siyu.membership.reactions.greet",
    "siyu.membership.reactions.honour",
    "siyu.membership.reactions.bring_badges",
    "siyu.membership.reactions.remember",
    "siyu.facts.reactions.count",
]

# what is reckoned once at the end of each transaction of the pump, over all that facts, due work and services changed; signature as above
CONCLUSIONS = ["siyu.audiences.reactions.evaluate", "siyu.journeys.reactions.walk", "siyu.touches.standing.follow"]

# told by services that change members outside the pump: `mark_dirty(cursor, member_ids)`
TOUCHED = ["siyu.audiences.reactions.mark_dirty"]

# what an audience starts when somebody enters or leaves it: `names(audience_id) -> list[str]`, shown before a change of its rule
STARTS: list[str] = ["siyu.journeys.queries.started_by"]

# what asks for an audience or a list, on a day or later, and keeps it from being archived: `names(kind, number, day) -> list[str]`, kind
# `audience` or `list`
NAMERS: list[str] = [
    "siyu.loyalty.queries.rules.naming",
    "siyu.membership.queries.benefits.naming",
    "siyu.touches.queries.sends.naming",
    "siyu.journeys.queries.naming",
]

# what audiences can ask of a member, one file each: see docs/add-a-condition.md
CONDITIONS = [
    "siyu.audiences.conditions.trait",
    "siyu.audiences.conditions.trait_date",
    "siyu.audiences.conditions.tag",
    "siyu.audiences.conditions.stage",
    "siyu.audiences.conditions.consent",
    "siyu.audiences.conditions.identity",
    "siyu.audiences.conditions.belongs",
    "siyu.audiences.conditions.days_since",
    "siyu.audiences.conditions.did_fact",
    "siyu.audiences.conditions.first_or_last",
    "siyu.audiences.conditions.stopped",
    "siyu.audiences.conditions.restarted",
    "siyu.audiences.conditions.regularly",
    "siyu.audiences.conditions.sequence",
    "siyu.audiences.conditions.orders",
    "siyu.audiences.conditions.bought",
    "siyu.audiences.conditions.rfm",
    "siyu.audiences.conditions.audience",
    "siyu.audiences.conditions.listed",
    "siyu.audiences.conditions.bucket",
    "siyu.touches.conditions.touched",
    "siyu.touches.conditions.opened",
    "siyu.touches.conditions.clicked",
    "siyu.acquisition.conditions.channel",
    "siyu.loyalty.conditions.tier",
    "siyu.loyalty.conditions.tier_ends",
    "siyu.loyalty.conditions.expiring",
]

# what happens to members on journeys, one file each: see docs/add-a-journey-step.md
STEPS = [
    "siyu.journeys.steps.touch",
    "siyu.journeys.steps.wait",
    "siyu.journeys.steps.wait_until",
    "siyu.journeys.steps.until_time",
    "siyu.journeys.steps.until_date",
    "siyu.journeys.steps.rhythm",
    "siyu.journeys.steps.branch",
    "siyu.journeys.steps.split",
    "siyu.journeys.steps.reward",
    "siyu.journeys.steps.tag",
    "siyu.journeys.steps.trait",
    "siyu.journeys.steps.staff_task",
    "siyu.journeys.steps.webhook",
    "siyu.journeys.steps.start",
    "siyu.journeys.steps.end",
]

# what lets members into journeys, one file each
TRIGGERS = [
    "siyu.journeys.triggers.fact",
    "siyu.journeys.triggers.audience",
    "siyu.journeys.triggers.date",
    "siyu.journeys.triggers.schedule",
    "siyu.journeys.triggers.value",
    "siyu.journeys.triggers.api",
]

# what a room demands of its own facts beyond the catalogue, by prefix of their names: `check(name, properties)` raises FactError
CHECKS: dict[str, str] = {
    "member.identified": "siyu.members.rules.check_traits",
    "order.": "siyu.orders.rules.check",
    "product.updated": "siyu.orders.rules.check",
}

# what time alone changes: modules with `due(cursor, batch) -> list[Derived]` and `next_due(cursor) -> datetime | None`, under the name by
# which `batch.portion` and `batch.move` know them, and `facts_held` whom of theirs it must leave out
DUE = {
    "members": "siyu.members.due",
    "loyalty": "siyu.loyalty.due",
    "membership.plans": "siyu.membership.parts.plans",
    "membership.benefits": "siyu.membership.parts.benefits",
    "membership.anniversaries": "siyu.membership.parts.anniversaries",
    "membership.expiries": "siyu.membership.parts.expiries",
    "audiences": "siyu.audiences.due",
    "journeys": "siyu.journeys.due",  # holds nobody: its walk sets aside whom it cannot move
}

# kinds of reward, one file each: `check(terms)`, `grant(by, rewards, now)`, `tells(terms)`, `words(terms)`; see `siyu.loyalty.rewards`
REWARDS = {
    "points": "siyu.loyalty.rewards.points",
    "growth": "siyu.loyalty.rewards.growth",
    "make_up_card": "siyu.membership.rewards.make_up_card",
    "badge": "siyu.membership.rewards.badge",
    "benefit": "siyu.membership.rewards.benefit",
    "gift": "siyu.membership.rewards.gift",
}

# channels by which touches leave, one module each: see docs/add-a-channel.md
CHANNELS: dict[str, str] = {
    "email": "siyu.integrations.email.outbound",
    "sms_aliyun": "siyu.integrations.sms_aliyun.outbound",
    "sms_tencent": "siyu.integrations.sms_tencent.outbound",
    "webhook": "siyu.integrations.webhooks.outbound",
}

# what templates may say of a member: modules with `NAMES` and `values(member_ids, wanted, now)`
VARIABLES = ["siyu.members.variables", "siyu.orders.variables", "siyu.loyalty.variables", "siyu.membership.variables"]

# journeys of the trade, ready to switch on, one file each: see `siyu.journeys.recipes`
RECIPES = [
    "siyu.journeys.recipes.welcome",
    "siyu.journeys.recipes.wake_silent",
    "siyu.journeys.recipes.price_drop",
    "siyu.journeys.recipes.growth_topics",
    "siyu.journeys.recipes.birthday",
    "siyu.journeys.recipes.points_changed",
    "siyu.journeys.recipes.points_expiring",
    "siyu.journeys.recipes.tier_reached",
    "siyu.journeys.recipes.tier_ending",
    "siyu.journeys.recipes.member_day",
    "siyu.journeys.recipes.rebuy",
    "siyu.journeys.recipes.win_back",
    "siyu.journeys.recipes.koc",
    "siyu.journeys.recipes.welfare_group",
    "siyu.journeys.recipes.vip_group",
]

# what programs may ask, under /api/v1: "prefix module", the module's `router`; joined by `siyu/api.py`
API = [
    "/members siyu.members.api",
    "/audiences siyu.audiences.api",
    "/loyalty siyu.loyalty.api",
    "/membership siyu.membership.api",
    "/touches siyu.touches.api",
    "/journeys siyu.journeys.api",
]

# who takes one-time codes to members: name → module with `send(message)`; the setting `portal.code_senders` chooses among them
CODE_SENDERS: dict[str, str] = {"developer": "siyu.portal.senders.developer"}

# how a room absorbs and releases a member inside the merging transaction: `absorb(cursor, pairs)`, `release(cursor, pairs)`
MERGERS = [
    "siyu.members.merger",
    "siyu.orders.merger",
    "siyu.acquisition.merger",
    "siyu.touches.merger",
    "siyu.loyalty.merger",
    "siyu.membership.merger",
    "siyu.audiences.merger",
    "siyu.journeys.merger",
]

# who can export and erase a member's personal data (`export(member_id)`, `erase(member_id)`); from the top floor down, because the
# rooms above find the member's rows through the handles that members erases
ERASERS = [
    "siyu.portal.privacy",
    "siyu.journeys.privacy",
    "siyu.acquisition.privacy",
    "siyu.membership.privacy",
    "siyu.loyalty.privacy",
    "siyu.touches.privacy",
    "siyu.audiences.privacy",
    "siyu.orders.privacy",
    "siyu.members.privacy",
]

# rooms whose `sql/verify.sql` names what must always hold
INVARIANTS = [
    "siyu.merchant",
    "siyu.facts",
    "siyu.members",
    "siyu.orders",
    "siyu.audiences",
    "siyu.touches",
    "siyu.loyalty",
    "siyu.membership",
    "siyu.acquisition",
    "siyu.journeys",
]

# settings the business decides: each room's `rules.SETTINGS`
SETTINGS = [
    "siyu.merchant.rules.SETTINGS",
    "siyu.members.rules.SETTINGS",
    "siyu.touches.rules.SETTINGS",
    "siyu.loyalty.rules.SETTINGS",
    "siyu.membership.rules.SETTINGS",
    "siyu.portal.rules.SETTINGS",
]

# periodic work of the worker: (seconds between runs, task); tasks take `now`, and run once more at every start of a worker
TIMETABLE = [
    (3600, "siyu.facts.tasks.make_partitions_ahead"),
    (3600, "siyu.facts.tasks.forget_seen"),
    (900, "siyu.facts.run.clear_floods"),
    (3600, "siyu.merchant.tasks.forget_logins"),
    (3600, "siyu.facts.imports.uploads.forget"),
    (3600, "siyu.audiences.tasks.retake_borders"),
    (60, "siyu.loyalty.tasks.seal_ledger"),
    (900, "siyu.membership.tasks.refresh_boards"),
    (10, "siyu.touches.tasks.send"),
    (60, "siyu.touches.tasks.forget_senders"),
    (120, "siyu.touches.tasks.collect_reports"),
    (3600, "siyu.touches.tasks.forget_keys"),
    (15, "siyu.touches.tasks.keep_staff_tasks"),
    (15, "siyu.touches.tasks.walk_sends"),
    (3600, "siyu.portal.tasks.forget"),
    (300, "siyu.portal.tasks.erase_due"),
]

# what a page hands to the worker because it takes long: tasks that take a `key`
JOBS = [
    "siyu.facts.imports.jobs.perform",
    "siyu.membership.jobs.judge",
    "siyu.portal.jobs.prepare_copy",
    "siyu.journeys.rehearsal.jobs.perform",
]

# what the page kit asks of the rooms: currency and zone of the merchant; alarms and badges of the frame
BUSINESS = "siyu.console.frame.merchant"
FRAME = "siyu.console.frame.frame"

# pages in the order of the menu: (group, title, url name, permission, icon)
NAVIGATION: list[tuple[str, str, str, str, str]] = [
    ("", "Workbench", "home", "", "home"),
    ("", "Dashboard", "dashboard", "insights.view", "chart-bar"),
    ("People", "Members", "members", "members.view", "users"),
    ("Membership", "Earn rules", "earn-rules", "loyalty.view", "coins"),
    ("Membership", "Growth map", "growth-map", "loyalty.view", "map"),
    ("Membership", "Tiers", "tiers", "loyalty.view", "stairs"),
    ("Membership", "Units of value", "units", "loyalty.view", "coin"),
    ("Membership", "Corrections", "corrections", "loyalty.view", "pencil"),
    ("Membership", "Unredeemed points", "liability", "loyalty.view", "scale"),
    ("Membership", "Benefits", "benefits", "membership.view", "discount"),
    ("Membership", "Paid plans", "plans", "membership.view", "crown"),
    ("Membership", "Check-in", "check-in", "membership.view", "calendar-check"),
    ("Membership", "Tasks", "tasks-of-members", "membership.view", "list-check"),
    ("Membership", "Badges and leaderboards", "badges", "membership.view", "award"),
    ("Membership", "Points mall", "mall", "membership.view", "gift"),
    ("Membership", "Scan a code", "mall-scan", "mall.fulfil", "scan"),
    ("Trade", "Orders", "orders", "orders.view", "shopping-cart"),
    ("Trade", "Products", "products", "orders.view", "package"),
    ("Attract", "Channels", "channels", "channels.view", "route"),
    ("Automation", "Audiences", "audiences", "audiences.view", "users-group"),
    ("Automation", "Journeys", "journeys", "journeys.view", "route-2"),
    ("Automation", "Staff tasks", "staff-tasks", "tasks.do", "checklist"),
    ("Automation", "Commission of assistants", "staff-task-commission", "tasks.export", "receipt"),
    ("Automation", "One-off sends", "sends", "touches.view", "send"),
    ("Automation", "Templates", "touch-templates", "touches.view", "template"),
    ("Automation", "Outbox", "outbox", "touches.view", "mailbox"),
    ("Automation", "Standing orders", "sops", "touches.view", "repeat"),
    ("Facts", "Facts explorer", "facts", "facts.view", "list-search"),
    ("Facts", "Quarantine", "quarantine", "facts.view", "biohazard"),
    ("Facts", "Imports", "imports", "imports.run", "file-import"),
    ("System", "Alarms", "alarms", "facts.view", "bell"),
    ("System", "Settings", "settings", "settings.view", "settings"),
    ("System", "Accounts with providers", "touch-accounts", "settings.view", "plug-connected"),
    ("System", "Organisation", "stores", "settings.view", "building-store"),
    ("System", "Staff", "staff", "staff.edit", "id-badge-2"),
    ("System", "Keys", "keys", "keys.edit", "key"),
    ("System", "Audit", "audit", "audit.view", "history"),
]
