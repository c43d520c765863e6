"""Addresses of the order book's pages."""

from django.urls import path

from .pages import orders, products, refunds

urlpatterns = [
    path("orders", orders.orders, name="orders"),
    path("orders/file", orders.orders_file, name="orders-file"),
    path("orders/<int:pk>", orders.order, name="order"),
    path("refunds", refunds.refunds, name="refunds"),
    path("refunds/file", refunds.refunds_file, name="refunds-file"),
    path("adjustments", refunds.adjustments, name="adjustments"),
    path("products", products.products, name="products"),
    path("products/file", products.products_file, name="products-file"),
    path("products/<int:pk>", products.product, name="product"),
]
