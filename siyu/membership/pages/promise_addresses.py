"""Addresses of the pages of benefits and plans."""

from django.urls import URLPattern, path

from . import benefit_editor, benefits, of_member, plan_editor, plans

urlpatterns: list[URLPattern] = [
    path("benefits", benefits.benefits, name="benefits"),
    path("benefits/uses", benefits.uses, name="benefit-uses"),
    path("benefits/new", benefit_editor.new_benefit, name="benefit-new"),
    path("benefits/usual", benefit_editor.install_usual, name="benefits-usual"),
    path("benefits/<slug:code>", benefits.benefit, name="benefit"),
    path("benefits/<slug:code>/edit", benefit_editor.edit_benefit, name="benefit-edit"),
    path("benefits/<slug:code>/end", benefits.end_benefit, name="benefit-end"),
    path("plans", plans.plans, name="plans"),
    path("plans/members", plans.subscribers, name="subscribers"),
    path("plans/new", plan_editor.new_plan, name="plan-new"),
    path("plans/<slug:code>", plans.plan, name="plan"),
    path("plans/<slug:code>/edit", plan_editor.edit_plan, name="plan-edit"),
    path("plans/<slug:code>/end", plans.end_plan, name="plan-end"),
    path("members/<str:public_id>/benefits", of_member.member_benefits, name="member-benefits"),
    path("members/<str:public_id>/benefits/give", of_member.give, name="member-benefit-give"),
    path("members/<str:public_id>/benefits/grants/<int:pk>/take-back", of_member.take_back, name="member-benefit-take-back"),
    path("members/<str:public_id>/benefits/uses/<str:key>/give-back", of_member.give_back, name="member-benefit-give-back"),
    path("members/<str:public_id>/benefits/<slug:code>/use", of_member.use, name="member-benefit-use"),
    path("members/<str:public_id>/benefits/<slug:code>/try", of_member.let_try, name="member-benefit-try"),
    path("members/<str:public_id>/plan/pay", of_member.sell, name="member-plan-pay"),
    path("members/<str:public_id>/plan/cancel", of_member.cancel, name="member-plan-cancel"),
    path("members/<str:public_id>/plan/resume", of_member.resume, name="member-plan-resume"),
    path("members/<str:public_id>/plan/refund", of_member.refund, name="member-plan-refund"),
]
