"""The pages of the member centre: query → page, form → service."""
