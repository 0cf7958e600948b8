"""AWS as the mail channel sees it: SNS's certificates and confirmations by HTTPS, letters in S3 by boto3. The only module here that
imports boto3; chosen in the wiring.
"""

from __future__ import annotations

from typing import Any, Final

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backend.conversations.channels.email.sns import Unreachable

_TIMEOUT_S: Final = (3.0, 5.0)
_LONGEST_ANSWER: Final = 64_000


class AmazonSns:
    """Fetches over TLS with the machine's trust; follows no redirects. `session` is another one in tests."""

    def __init__(self, session: requests.Session | None = None) -> None:
        self._session = session or requests.Session()

    def certificate(self, url: str) -> bytes:
        """The PEM; raises Unreachable."""
        return self._get(url)

    def confirm(self, url: str) -> None:
        """Confirms a subscription; raises Unreachable."""
        self._get(url)

    def _get(self, url: str) -> bytes:
        try:
            with self._session.get(url, timeout=_TIMEOUT_S, allow_redirects=False, stream=True) as answer:
                if answer.status_code != 200:
                    raise Unreachable(f"SNS answered {answer.status_code}")
                found: bytes = answer.raw.read(_LONGEST_ANSWER + 1, decode_content=True)
        except requests.RequestException as problem:
            raise Unreachable(f"SNS not reached: {type(problem).__name__}") from problem
        if len(found) > _LONGEST_ANSWER:
            raise Unreachable("SNS answered more than a certificate")
        return found


class S3Letters:
    """Letters that SES put into S3. Credentials are the machine's own role or environment, as boto3 finds them."""

    def __init__(self, region: str, endpoint_url: str) -> None:
        config = Config(connect_timeout=3, read_timeout=10, retries={"max_attempts": 2, "mode": "standard"})
        self._client: Any = boto3.client(
            "s3", region_name=region or None, endpoint_url=endpoint_url or None, config=config
        )

    def letter(self, bucket: str, key: str, largest: int) -> bytes | None:
        """The letter; None when it is gone or too large. Raises Unreachable."""
        try:
            answer = self._client.get_object(Bucket=bucket, Key=key)
            with answer["Body"] as body:
                if int(answer["ContentLength"]) > largest:
                    return None
                found: bytes = body.read()
        except ClientError as refused:
            if refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                return None
            raise Unreachable("S3 refused") from refused
        except (BotoCoreError, OSError) as problem:
            raise Unreachable(f"S3 not reached: {type(problem).__name__}") from problem
        return found
