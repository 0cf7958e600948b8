"""The icons: Material Symbols (outlined), a subset of the font under the Apache License 2.0 that lies beside
it.

Called by the parts; `glyph` turns a name as BRAND uses it into the character of the font.
"""

from __future__ import annotations

from pathlib import Path

FONT_NAME = "Icons"
FONT_FILE = Path(__file__).parent / "fonts" / "MaterialSymbolsOutlined-subset.ttf"

_CODES = {
    "add": 0xE145,
    "allergy": 0xE64E,
    "arrow_back": 0xE5C4,
    "backspace": 0xE14A,
    "block": 0xE033,
    "cake": 0xE7E9,
    "call": 0xE0B0,
    "cameraswitch": 0xEFEB,
    "cancel": 0xE5C9,
    "chat": 0xE0B7,
    "check": 0xE5CA,
    "check_circle": 0xE86C,
    "chevron_left": 0xE408,
    "chevron_right": 0xE409,
    "cleaning_services": 0xF0FF,
    "close": 0xE14C,
    "cloud_done": 0xE2BF,
    "cloud_off": 0xE2C1,
    "crop_free": 0xE3C2,
    "dark_mode": 0xE51C,
    "dashboard": 0xE871,
    "delete": 0xE872,
    "do_not_disturb_on": 0xE15C,
    "done_all": 0xE877,
    "door_front": 0xEFFD,
    "edit_note": 0xE745,
    "error": 0xE001,
    "event": 0xE24F,
    "event_seat": 0xE903,
    "expand_more": 0xE5CF,
    "flashlight_off": 0xF00A,
    "flashlight_on": 0xF00B,
    "format_list_bulleted": 0xE241,
    "front_hand": 0xE769,
    "grid_view": 0xE9B0,
    "group": 0xE7EF,
    "groups": 0xF233,
    "help": 0xE887,
    "history": 0xE28E,
    "hourglass_empty": 0xE88B,
    "hourglass_top": 0xEA5B,
    "info": 0xE88E,
    "key": 0xE73C,
    "keyboard": 0xE312,
    "language": 0xE894,
    "light_mode": 0xE518,
    "lock": 0xE88D,
    "login": 0xEA77,
    "mail": 0xE0BE,
    "meeting_room": 0xEB4F,
    "monitoring": 0xF190,
    "more_vert": 0xE5D4,
    "notifications": 0xE7F4,
    "person": 0xE7FD,
    "person_off": 0xE510,
    "photo_camera": 0xE3B0,
    "print": 0xE555,
    "qr_code_scanner": 0xF206,
    "refresh": 0xE5D5,
    "remove": 0xE15B,
    "restaurant": 0xE56C,
    "schedule": 0xE192,
    "search": 0xE8B6,
    "settings": 0xE8B8,
    "star": 0xE838,
    "storefront": 0xEA12,
    "sync": 0xE627,
    "table_restaurant": 0xEAC6,
    "tablet": 0xE32F,
    "timer_off": 0xE426,
    "today": 0xE8DF,
    "tune": 0xE429,
    "undo": 0xE166,
    "videocam_off": 0xE04C,
    "view_timeline": 0xEB85,
    "volume_off": 0xE04F,
    "volume_up": 0xE050,
    "warning": 0xE002,
    "waving_hand": 0xE766,
    "wifi": 0xE63E,
    "wifi_off": 0xE648,
}


def glyph(name: str) -> str:
    """The character for an icon's name, '' for no name; KeyError for a name the font does not have."""
    return chr(_CODES[name]) if name else ""
