"""Where files are kept: on this machine's disk, or in an S3-compatible store that several machines share."""

from __future__ import annotations

from typing import Any

from marketplace.settings import env


def in_bucket(bucket: str) -> dict[str, dict[str, Any]]:
    """The entries of STORAGES for a bucket: the vault and the editors' pictures and documents, each in its folder.

    Reads S3_ENDPOINT_URL, S3_REGION, S3_ACCESS_KEY and S3_SECRET_KEY. Whoever reads a file is asked for by the site
    first, so nothing in the bucket is public and no signed address is ever given out.
    """
    from botocore.config import Config

    options = {
        "bucket_name": bucket,
        "endpoint_url": env.text("S3_ENDPOINT_URL", "") or None,
        "region_name": env.text("S3_REGION", "us-east-1"),
        "access_key": env.text("S3_ACCESS_KEY"),
        "secret_key": env.text("S3_SECRET_KEY"),
        "default_acl": None,
        "file_overwrite": True,  # our names never repeat; asking first would cost a round trip a file
        "client_config": Config(
            signature_version="s3v4", connect_timeout=3, read_timeout=20, retries={"max_attempts": 3},
            s3={"addressing_style": env.text("S3_ADDRESSING", "path")},
            request_checksum_calculation="when_required", response_checksum_validation="when_required",
        ),
    }  # fmt: skip
    backend = "marketplace.vault.object_storage.BucketStorage"
    return {
        "vault": {"BACKEND": backend, "OPTIONS": options | {"location": "vault"}},
        "default": {"BACKEND": backend, "OPTIONS": options | {"location": "media", "file_overwrite": False}},
    }
