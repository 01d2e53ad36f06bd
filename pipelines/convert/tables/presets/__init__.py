"""Mappings of the tables that common platforms export."""
