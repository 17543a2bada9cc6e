"""Files in an S3-compatible store, for more than one machine: the only module that knows it.

Needs `django-storages[s3]` (requirements-scale.txt); settings.files_on names this module where S3_BUCKET is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage


@contextmanager
def _as_os_error() -> Iterator[None]:
    """A store that refuses or is away is what a full or broken disk is: our callers know OSError."""
    try:
        yield
    except ClientError as refused:
        code = refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        kind = FileNotFoundError if code == 404 else OSError
        raise kind(str(refused)) from refused
    except BotoCoreError as away:
        raise OSError(str(away)) from away


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A bucket, or a folder of one. Names are taken as they are: what is stored here has names that never repeat."""

    def _save(self, name: str, content: File[bytes]) -> str:
        with _as_os_error():
            saved: str = super()._save(name, content)
            return saved

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """The whole file at once: the largest is 20 MiB, and half a file must not look like one."""
        with _as_os_error():
            data: bytes = self.bucket.Object(self._normalize_name(name)).get()["Body"].read()
        return ContentFile(data, name=name)

    def exists(self, name: str) -> bool:
        with _as_os_error():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _as_os_error():
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _as_os_error():
            folders, files = super().listdir("" if name == "." else name)
            return folders, files

    def get_modified_time(self, name: str) -> datetime:
        with _as_os_error():
            when: datetime = super().get_modified_time(name)
            return when

    def make_bucket(self) -> bool:
        """Make the bucket where it is missing; whether it was. For private files: no public access is granted."""
        client: Any = self.connection.meta.client
        with _as_os_error():
            try:
                client.head_bucket(Bucket=self.bucket_name)
            except ClientError as missing:
                if missing.response.get("ResponseMetadata", {}).get("HTTPStatusCode") != 404:
                    raise
                client.create_bucket(Bucket=self.bucket_name)
                return True
        return False
