"""The order book's pages: orders, refunds, adjustments, the catalogue."""
