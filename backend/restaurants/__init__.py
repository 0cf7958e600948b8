"""Restaurants: profile, areas, tables, floor plan, versioned rules. The pure names other folders may use."""

from backend.restaurants.domain import Area, Profile, RestaurantConfig, Rules, Table

__all__ = ["Area", "Profile", "RestaurantConfig", "Rules", "Table"]
