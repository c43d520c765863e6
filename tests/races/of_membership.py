"""Races for gifts, benefits, plans, check-ins and tasks: what members get and do, and what that moves."""

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.loyalty.tests.scene import days, rows
from siyu.membership.services.benefits import BenefitAsk, BenefitReturn, return_benefit, use_benefit
from siyu.membership.services.check_in import check_in, make_up
from siyu.membership.services.mall import cancel, hand_over, redeem
from siyu.membership.services.plans import PlanPayment, PlanRefund, cancel_plan, pay_plan, refund_plan
from siyu.membership.services.plans.acting import PlanCancel
from siyu.membership.services.tasks import claim
from siyu.membership.tests.counter import LI, gift, stock, vouchers
from siyu.merchant.rules import SYSTEM

from .pool import START, Pool, Ready, balance, race


@race(winners=1, losers="gift.sold_out")
def the_last_gift(pool: Pool) -> Ready:
    members, code, key = pool.each(100), a_gift(pool, stock=1), pool.key()

    def act(number: int) -> None:
        redeem(SYSTEM, members[number], code, f"{key}/{number}", START, delivery="pick_up")

    return Ready(act, lambda: stock(code) == 0 and sum(balance(member, "held") for member in members) == 100)


@race(winners=1, losers="gift.points")
def gifts_for_the_same_points(pool: Pool) -> Ready:
    member, code, key = pool.member(100), a_gift(pool, stock=99), pool.key()

    def act(number: int) -> None:
        redeem(SYSTEM, member, code, f"{key}/{number}", START, delivery="pick_up")

    return Ready(act, lambda: stock(code) == 98 and (balance(member), balance(member, "held")) == (0, 100))


@race(winners=None)
def one_redemption_asked_by_all(pool: Pool) -> Ready:
    member, code, key = pool.member(1_000), a_gift(pool, stock=99), pool.key()
    return Ready(
        lambda _: redeem(SYSTEM, member, code, key, START, delivery="pick_up").pick_up_code,
        lambda: stock(code) == 98 and balance(member) == 900,
    )


@race(winners=1, losers="gift.sold_out")
def the_last_code(pool: Pool) -> Ready:
    members, key, code = pool.each(100), pool.key(), pool.key().replace(":", "_")
    vouchers(code, f"{code}-1")

    def act(number: int) -> None:
        redeem(SYSTEM, members[number], code, f"{key}/{number}", START)

    return Ready(act, lambda: sum(balance(member, "spent") for member in members) == 50)


@race(winners=1, losers="redemption.state pick_up.used", again="redemption.state pick_up.used")
def cancelling_against_handing_over(pool: Pool) -> Ready:
    member, code = pool.member(100), a_gift(pool, stock=2)
    fetched = redeem(SYSTEM, member, code, pool.key(), START, delivery="pick_up")

    def act(number: int) -> None:
        if number % 2:
            hand_over(LI, fetched.pick_up_code, START)
        else:
            cancel(SYSTEM, fetched.number, "不要了", START)

    return Ready(act, lambda: (stock(code), balance(member), balance(member, "spent")) in ((2, 100, 0), (1, 0, 100)))


@race(winners=1, losers="benefit.used_up")
def uses_of_a_benefit_for_once(pool: Pool) -> Ready:
    member, key = entitled(pool), pool.key()

    def act(number: int) -> None:
        use_benefit(SYSTEM, [BenefitAsk(member, "shipping", f"{key}/{number}")], START)

    return Ready(act, lambda: uses(member) == (1, 0))


@race(winners=None)
def one_use_asked_by_all(pool: Pool) -> Ready:
    member, key = entitled(pool), pool.key()
    ask = BenefitAsk(member, "shipping", key)
    return Ready(lambda _: use_benefit(SYSTEM, [ask], START)[0].remaining, lambda: uses(member) == (1, 0))


@race(winners=1, losers="benefit.returned")
def returns_of_one_use(pool: Pool) -> Ready:
    member, key = entitled(pool), pool.key()
    use_benefit(SYSTEM, [BenefitAsk(member, "shipping", key)], START)

    def act(number: int) -> None:
        return_benefit(SYSTEM, [BenefitReturn(key, f"{key}/{number}", "nein")], START)

    return Ready(act, lambda: uses(member) == (1, 1))


@race(winners=None)
def check_ins_of_one_day(pool: Pool) -> Ready:
    member = pool.member()
    attended = "SELECT count(*) FROM membership_checkin c JOIN members_identity i ON i.id = c.identity_id WHERE i.member_id = %s"
    return Ready(lambda _: check_in(SYSTEM, [member], START)[0].streak, lambda: rows(attended, [member]) == [(1,)])


@race(winners=None)
def check_ins_of_sets_in_opposite_order(pool: Pool) -> Ready:
    members = [pool.member() for _ in range(5)]

    def act(number: int) -> int:
        return sum(one.streak for one in check_in(SYSTEM, members if number % 2 else members[::-1], START))

    return Ready(act, lambda: True)


@race(winners=None)
def one_day_made_up_by_all(pool: Pool) -> Ready:
    member, missed = pool.member(100), (START - days(1)).date()
    check_in(SYSTEM, [member], START)
    return Ready(lambda _: make_up(SYSTEM, member, missed, START, "points").streak, lambda: balance(member) == 90)


@race(winners=None)
def one_plan_bought_by_all(pool: Pool) -> Ready:
    payment = PlanPayment(pool.member(), "year", 36_500, pool.key(), "payment 4711")
    return Ready(lambda _: pay_plan(SYSTEM, [payment], START)[0].standing.until, lambda: paid(payment.member_id) == (1, 36_500))


@race(winners=1, losers="plan.trial_used")
def trials_of_one_plan(pool: Pool) -> Ready:
    member, key = pool.member(), pool.key()

    def act(number: int) -> None:
        pay_plan(SYSTEM, [PlanPayment(member, "year", 0, f"{key}/{number}", "trial", is_trial=True)], START)

    return Ready(act, lambda: paid(member) == (1, 0))


@race(winners=1, losers="plan.nothing_to_refund")
def refunds_of_one_plan(pool: Pool) -> Ready:
    member, key = pool.member(), pool.key()
    pay_plan(SYSTEM, [PlanPayment(member, "year", 36_500, key, "payment 4711")], START)

    def act(number: int) -> None:
        refund_plan(SYSTEM, [PlanRefund(member, f"{key}/{number}", "nein")], START)

    return Ready(act, lambda: rows("SELECT refunded_minor FROM membership_subscription WHERE owner_id = %s", [member]) == [(36_500,)])


@race(winners=1, losers="plan.not_running plan.nothing_to_refund")
def ways_out_of_one_plan(pool: Pool) -> Ready:
    member, key = pool.member(), pool.key()
    pay_plan(SYSTEM, [PlanPayment(member, "year", 36_500, key, "payment 4711")], START)

    def act(number: int) -> None:
        cancel_plan(SYSTEM, [PlanCancel(member, f"{key}/{number}", "nein")], START)

    return Ready(act, lambda: rows("SELECT state FROM membership_subscription WHERE owner_id = %s", [member]) == [("cancelled",)])


@race(winners=1, losers="task.nothing_to_claim", again="task.nothing_to_claim")
def claims_of_one_task(pool: Pool) -> Ready:
    handle, member = pool.somebody()
    orders = [{"shop": "web", "order_number": pool.key(), "amount_minor": 5_000} for _ in range(2)]
    paid = [
        Incoming(name="order.paid", occurred_at=START, message=pool.key(), handles=[Handle("user_id", handle)], properties=order)
        for order in orders
    ]
    record(paid, source="web", received_at=START)
    assert pump(START).stopped == ""
    before = balance(member)
    return Ready(lambda _: claim(SYSTEM, member, "orders_3", START) and None, lambda: balance(member) == before + 5)


def a_gift(pool: Pool, stock: int) -> str:
    code = pool.key().replace(":", "_")
    gift(code, stock=stock)
    return code


def entitled(pool: Pool) -> int:
    """A member who may use the benefit once."""
    member = pool.member()
    pay_plan(SYSTEM, [PlanPayment(member, "year", 36_500, pool.key(), "payment 4711")], START)
    return member


def uses(member: int) -> tuple[int, int]:
    """Uses of a member, and how much of them was given back."""
    return rows("SELECT count(*), coalesce(sum(returned), 0)::int FROM membership_benefituse WHERE owner_id = %s", [member])[0]


def paid(member: int) -> tuple[int, int]:
    """Payments for plans, and what they came to."""
    return rows(
        "SELECT count(*), coalesce(sum(amount_minor), 0)::int FROM membership_planevent WHERE member_id = %s AND kind = 'pay'", [member]
    )[0]
