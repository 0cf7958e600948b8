"""Makes the channels of Twilio and Meta from the server's settings and registers them. Called by the wiring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.conversations.channels.accounts.kinds import AccountKind
from backend.conversations.channels.meta.instagram import InstagramSender
from backend.conversations.channels.meta.kinds import VerifyTokens, meta_kinds
from backend.conversations.channels.meta.routes import meta_api
from backend.conversations.channels.meta.whatsapp import CloudSender, Picture
from backend.conversations.channels.registry import Channel, Channels, SenderByProvider
from backend.conversations.channels.twilio.kinds import twilio_kinds
from backend.conversations.channels.twilio.routes import twilio_api
from backend.conversations.channels.twilio.sender import TwilioSender
from backend.conversations.channels.webhooks import Doorway
from backend.platform.senders import PermanentSendError, TemporarySendError
from backend.platform.senders.meta import GraphApi
from backend.platform.senders.twilio import TwilioApi
from backend.platform.senders.wire import ask

_WINDOW_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Providers:
    """Where the providers are, and what the server itself has there."""

    base_url: str
    twilio_url: str
    meta_url: str
    instagram_url: str
    meta_version: str
    meta_app_secret: str
    timeout_s: float

    def twilio(self) -> TwilioApi:
        """Twilio's API."""
        return TwilioApi(self.twilio_url, self.timeout_s)

    def graph(self) -> GraphApi:
        """Meta's Graph API."""
        return GraphApi(self.meta_url, self.meta_version, self.timeout_s)

    def instagram(self) -> dict[str, GraphApi]:
        """Instagram's, by how an account was connected."""
        own = GraphApi(self.instagram_url, self.meta_version, self.timeout_s)
        return {"instagram": own, "facebook": self.graph()}


def join(channels: Channels, providers: Providers, door: Doorway, tokens: VerifyTokens) -> None:
    """Registers WhatsApp, SMS and Instagram."""
    twilio, picture = providers.twilio(), _reader(providers)
    twilio_webhooks = twilio_api(door)
    meta_webhooks = meta_api(door, providers.meta_app_secret, tokens.is_ours)
    whatsapp = SenderByProvider(
        {
            "twilio": TwilioSender(twilio, providers.base_url, "whatsapp"),
            "meta": CloudSender(providers.graph(), picture),
        }
    )
    channels.add(Channel("whatsapp", whatsapp, twilio_webhooks, window_hours=_WINDOW_HOURS))
    channels.add(Channel("sms", TwilioSender(twilio, providers.base_url, "sms"), twilio_webhooks))
    instagram = InstagramSender(providers.instagram())
    channels.add(Channel("instagram", instagram, meta_webhooks, window_hours=_WINDOW_HOURS))


def account_kinds(providers: Providers) -> Mapping[str, Sequence[AccountKind]]:
    """The providers of each channel."""
    whatsapp_twilio, sms = twilio_kinds(providers.twilio(), providers.base_url)
    whatsapp_meta, instagram = meta_kinds(
        providers.graph(), providers.instagram(), providers.base_url, providers.meta_app_secret
    )
    return {"whatsapp": [whatsapp_meta, whatsapp_twilio], "sms": [sms], "instagram": [instagram]}


def _reader(providers: Providers) -> Picture:
    """Reads a picture from ourselves, and from nowhere else."""
    home = urlsplit(providers.base_url)

    def picture(url: str) -> bytes:
        asked = urlsplit(url)
        if (asked.scheme, asked.netloc) != (home.scheme, home.netloc):
            raise PermanentSendError("the picture is not ours")
        answer = ask("GET", url, timeout_s=providers.timeout_s, asks_only=True)
        if answer.status != 200:
            raise TemporarySendError(f"our own picture cannot be read ({answer.status})")
        return answer.content

    return picture
