"""The pages a guest reads in a browser, rendered on the server and usable without JavaScript.

The app mounts the blueprints; wiring gives them the adapter of `GuestPages`. `render_error_page` serves the
app's own errors to browsers.
"""

from backend.pages.asset_routes import assets_blueprint, landing_blueprint
from backend.pages.guest_routes import guest_blueprint
from backend.pages.mailbox import mailbox_blueprint
from backend.pages.plain_views import render_error_page
from backend.pages.ports import GuestPages
from backend.pages.records import Landing
from backend.pages.restaurant_routes import restaurant_blueprint

__all__ = [
    "GuestPages",
    "Landing",
    "assets_blueprint",
    "guest_blueprint",
    "landing_blueprint",
    "mailbox_blueprint",
    "render_error_page",
    "restaurant_blueprint",
]
