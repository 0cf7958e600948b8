"""Every setting of the server, with its meaning. The only reader of the environment; called by `__main__` and `wiring`."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Who may read messages, and the settings each needs.
_READERS: Final[dict[str, tuple[str, ...]]] = {
    "builtin": (),
    "lex": ("lex_bot_id", "lex_alias_id", "lex_region", "lex_locales"),
    "anthropic": ("anthropic_api_key", "anthropic_model"),
    "openai": ("openai_api_key", "openai_model"),
}


class Settings(BaseSettings):
    """Read from `SAVEIT_*` environment variables; every one has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="SAVEIT_", extra="ignore")

    mode: Literal["embedded", "aws"] = Field("embedded", description="which adapters the wiring chooses")
    data_dir: Path = Field(
        Path("data"), description="folder for keys, logs, mailbox and the embedded servers' data"
    )
    host: str = Field("127.0.0.1", description="address the web server listens on")
    port: int = Field(8080, description="port the web server listens on")
    public_url: str = Field(
        "",
        description="address guests reach this server by; empty: the address of the request, or host and port",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="proxies before this server whose X-Forwarded headers are believed"
    )
    database_url: str = Field(
        "", description="PostgreSQL of the owner role (migrations); the app's own roles are derived from it"
    )
    redis_url: str = Field("", description="Redis; empty: the embedded one of the data folder")

    web_workers: int = Field(2, ge=1, description="web server processes")
    web_connections: int = Field(1000, ge=1, description="HTTP connections one web process serves at once")
    web_keepalive_s: int = Field(75, ge=1, description="an idle HTTP connection is kept this long, seconds")
    web_header_bytes: int = Field(8190, ge=1024, le=8190, description="longest request line or header")
    web_stop_s: int = Field(
        10, ge=1, description="how long running requests may take to finish at a stop, seconds"
    )
    metrics_token: str = Field("", description="bearer token for /metrics; empty: this machine only")
    database_pool: int = Field(8, ge=1, description="database connections a process keeps")
    database_timeout_ms: int = Field(5000, description="longest a statement may take, milliseconds")
    lock_wait_ms: int = Field(2000, description="longest a booking waits for its slot's lock, milliseconds")
    lock_ttl_ms: int = Field(30000, description="a slot lock expires by itself after this, milliseconds")
    redis_timeout_ms: int = Field(
        500, description="longest one Redis call may take before going on without it"
    )
    availability_cache_s: int = Field(
        30, description="how long a day's computed availability is kept, seconds"
    )

    access_token_s: int = Field(900, description="life of a staff access token, seconds")
    refresh_token_s: int = Field(30 * 86400, description="life of a refresh token, seconds")
    refresh_grace_s: int = Field(
        20, description="a refresh token may be shown again this long when an answer got lost"
    )
    idempotency_hours: int = Field(48, description="how long answers to repeated requests are kept")
    undo_minutes: int = Field(5, description="how long a move of a reservation can be undone")
    body_limit_bytes: int = Field(1_000_000, description="largest request body")

    rate_limits: Literal["on", "off"] = Field(
        "on", description="off only for load measurements on this machine"
    )
    limit_publishable: int = Field(600, description="requests a minute by one publishable key and address")
    limit_visitor: int = Field(60, description="chat messages a minute by one session of a guest's page")
    limit_waitlist: int = Field(
        6, description="times a minute one address may join waiting lists from a page"
    )
    limit_secret: int = Field(3000, description="requests a minute by one secret key")
    limit_staff: int = Field(1200, description="requests a minute by one member of staff or device")
    limit_guest: int = Field(240, description="requests a minute by one guest link")
    limit_anonymous: int = Field(120, description="requests a minute by one address without a key")
    limit_login: int = Field(30, description="sign-in attempts a minute by one address and by one account")

    relay_poll_ms: int = Field(200, description="how often the worker looks for events nobody woke it for")
    handler_attempts: int = Field(8, description="tries of an event handler before the dead letters")
    handler_retry_s: float = Field(
        1.0, description="first wait before a retry, seconds; doubles, with jitter"
    )
    live_memory: int = Field(1000, description="events a screen may have missed before it is told to reload")
    live_backlog_bytes: int = Field(256_000, description="unsent bytes after which a slow screen is cut off")
    live_heartbeat_s: int = Field(20, description="seconds between heartbeats on the live feed")
    live_authenticate_s: int = Field(10, description="a screen must say who it is within this, seconds")
    live_recheck_s: int = Field(20, description="how often a screen's token is looked at again, seconds")
    live_message_bytes: int = Field(8192, description="largest message a screen may send")
    chat_visitors: int = Field(5000, description="guests' pages one web process holds on the chat at most")
    chat_visitors_address: int = Field(100, description="guests' pages of one address one web process holds")
    live_screens: int = Field(5000, description="screens one web process holds at most")
    worker_poll_ms: int = Field(1000, description="how often the worker looks for due work, milliseconds")
    worker_stop_s: int = Field(
        10, description="how long the work at hand may take to finish at a stop, seconds"
    )
    done_days: int = Field(14, description="how long finished deliveries and jobs are kept, days")
    conversation_days: int = Field(
        30, ge=1, description="how long what was said in chats, and past waiting lists, are kept, days"
    )
    partitions_ahead: int = Field(3, description="months of partitions kept ready")

    chat_late_hours: float = Field(
        2.0, gt=0, description="a guest's message that was held up longer is not answered as if fresh, hours"
    )
    chat_lanes: int = Field(2, ge=1, le=8, description="conversations a worker works on at once")
    sending_lanes: int = Field(3, ge=1, le=8, description="provider accounts a worker sends for at once")
    sending_attempts: int = Field(8, ge=1, description="tries of sending a message before the dead letters")
    sending_doubt_s: int = Field(
        90, ge=1, description="a message whose sending was cut off is looked into after this, seconds"
    )
    provider_timeout_s: float = Field(
        10.0, gt=0, description="longest a provider may take to answer, seconds"
    )

    twilio_base_url: str = Field("https://api.twilio.com", description="address of Twilio's API")
    meta_base_url: str = Field("https://graph.facebook.com", description="address of Meta's Graph API")
    instagram_base_url: str = Field(
        "https://graph.instagram.com", description="address of Meta's API for accounts connected by Instagram"
    )
    meta_version: str = Field("v26.0", description="version of both")
    meta_app_secret: str = Field(
        "",
        repr=False,
        description="secret of the server's own app at Meta; empty: each account brings its own",
    )

    smtp_host: str = Field("", description="SMTP server for mail; empty: the local mailbox")
    smtp_port: int = Field(587, description="its port")
    smtp_user: str = Field("", description="its user")
    smtp_password: str = Field("", description="its password")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the connection is protected"
    )
    mail_from: str = Field("reservas@saveit.example", description="sender address of mails")
    mail_dir: str = Field("", description="maildir that guests' mails are collected from; empty: DIR/maildir")
    mail_listen: str = Field(
        "", description="HOST:PORT on which the worker takes mail itself; empty: it does not"
    )
    mail_listen_protocol: Literal["smtp", "lmtp"] = Field("smtp", description="what it speaks there")
    mail_trusted_servers: str = Field(
        "",
        description="servers whose Authentication-Results prove a sender, with commas between; empty: none",
    )
    mail_bytes: int = Field(10_000_000, ge=10_000, description="largest mail that is read, bytes")
    mail_per_hour: int = Field(20, ge=1, description="mails of one address that are answered an hour")
    mail_house_per_hour: int = Field(
        500, ge=1, description="mails to one restaurant that are answered an hour"
    )
    mail_keep_hours: int = Field(
        48, ge=0, description="how long mails that were taken stay in the maildir, hours"
    )
    imap_host: str = Field("", description="IMAP server of a mailbox to read; empty: none")
    imap_port: int = Field(993, description="its port")
    imap_tls: Literal["tls", "starttls", "none"] = Field("tls", description="how the connection is protected")
    imap_user: str = Field("", description="its user")
    imap_password: str = Field("", repr=False, description="its password")
    imap_folder: str = Field("INBOX", description="the folder to read")
    imap_poll_s: float = Field(30, gt=0, description="how often mailboxes are looked into, seconds")
    ses_topics: str = Field(
        "",
        description="ARNs of the SNS topics by which SES may tell of mail, with commas between; empty: none",
    )
    ses_buckets: str = Field("", description="S3 buckets that SES puts mails into, with commas between")
    ses_region: str = Field("", description="their region; empty: the machine's own AWS settings")
    s3_endpoint_url: str = Field("", description="other address of S3; empty: the region's")
    sns_oldest_s: int = Field(
        3900, ge=60, description="oldest message that is taken from SNS, seconds; SNS repeats for an hour"
    )

    lex_bot_id: str = Field(
        "", description="bot of Amazon Lex V2 that reads messages, as the stack's output says"
    )
    lex_alias_id: str = Field("", description="its alias, as the stack's output says")
    lex_region: str = Field("", description="its region, as the stack's output says")
    lex_locales: str = Field("es_ES,en_US", description="locales the bot has, as the stack's output says")
    lex_endpoint_url: str = Field("", description="other address of Lex; empty: the region's")
    lex_timeout_ms: int = Field(1500, ge=100, description="longest Lex may take for a message, milliseconds")
    anthropic_api_key: str = Field("", repr=False, description="key of the Anthropic API")
    anthropic_model: str = Field("claude-haiku-5-5", description="model that reads messages at Anthropic")
    anthropic_base_url: str = Field("https://api.anthropic.com", description="address of the Anthropic API")
    anthropic_thinking: Literal["disabled", "between_tools", "adaptive", ""] = Field(
        "disabled",
        description="the model's thinking mode; empty: not sent, for models that refuse the others",
    )
    anthropic_timeout_ms: int = Field(
        2500, ge=100, description="longest Anthropic may take for a message, milliseconds"
    )
    openai_api_key: str = Field("", repr=False, description="key of the OpenAI API")
    openai_model: str = Field("gpt-6-luna", description="model that reads messages at OpenAI")
    openai_base_url: str = Field("https://api.openai.com/v1", description="address of the OpenAI API")
    openai_reasoning: str = Field(
        "none", description="the model's reasoning effort; empty: not sent, for models without it"
    )
    openai_temperature: float | None = Field(
        None, ge=0, le=2, description="sampling temperature; None: not sent, as reasoning models refuse it"
    )
    openai_timeout_ms: int = Field(
        2500, ge=100, description="longest OpenAI may take for a message, milliseconds"
    )
    # After the keys: its check looks at them.
    readers: str = Field(
        "builtin",
        description="who reads guests' messages, in order: builtin, then any of lex, anthropic, openai",
    )
    readers_threshold: float = Field(
        0.6, ge=0, le=1, description="the built-in parser's confidence below which the next reader is asked"
    )
    readers_deadline_ms: int = Field(
        2500, ge=100, description="longest all second readers together may take for a message, milliseconds"
    )
    readers_per_turn: int = Field(1, ge=1, description="second readers asked about one message at most")
    readers_per_day: int = Field(
        2000, ge=1, description="messages put to each second reader a day at most, UTC"
    )
    readers_at_once: int = Field(
        8, ge=1, description="messages one process has with a second reader at the same time at most"
    )
    readers_failures: int = Field(
        5, ge=1, description="failures within the window after which one is left alone"
    )
    readers_window_s: float = Field(60, gt=0, description="that window, seconds")
    readers_pause_s: float = Field(30, gt=0, description="how long it is then left alone, seconds")

    privacy_version: str = Field("2026-11", description="version of the privacy text that consents refer to")
    clock_offset_s: int = Field(0, description="moves the clock, for demonstrations of another evening")

    @field_validator("readers")
    @classmethod
    def _readers_can_read(cls, given: str, known: ValidationInfo) -> str:
        """The built-in parser first, and for each other one what it cannot work without."""
        names = given.replace(" ", "").split(",")
        if names[0] != "builtin" or len(set(names)) < len(names) or set(names) - _READERS.keys():
            raise ValueError("builtin first, then any of lex, anthropic and openai once, with commas between")
        lacking = [each for name in names for each in _READERS[name] if not known.data.get(each)]
        if lacking:
            raise ValueError("needs " + " and ".join(f"SAVEIT_{each.upper()}" for each in lacking))
        return ",".join(names)

    @property
    def key_file(self) -> Path:
        """Where the embedded home keeps its master secrets, mode 600."""
        return self.data_dir / "secrets" / "keys.json"

    @property
    def base_url(self) -> str:
        """Address for links made outside a request."""
        # A wildcard is where to listen, not an address to go to.
        host = "localhost" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - compared, not bound
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"
