"""S3 storage for images and attachments: a private bucket, for sites with several nodes."""

from __future__ import annotations

from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from richtext.serving import StorageUnavailable


class PrivateS3Storage(S3Storage):
    """A private S3 bucket. `/media/` checks access; only expiring signed URLs lead to the bucket.

    Raises StorageAway if the bucket is unavailable, FileNotFoundError for a missing file.
    """

    def get_default_settings(self):
        return super().get_default_settings() | {
            "default_acl": None,  # that of the bucket
            "file_overwrite": False,
            "object_parameters": {"CacheControl": "private, no-store"},
            "max_memory_size": 1024 * 1024,
            "transfer_config": TransferConfig(use_threads=False),
        }

    def __init__(self, **settings):
        has_endpoint = bool(settings.get("endpoint_url"))
        settings.setdefault(
            "client_config",
            Config(
                signature_version="s3v4",
                # Amazon has a host name for each bucket; most other servers have one.
                s3={"addressing_style": "path" if has_endpoint else "virtual"},
                connect_timeout=3,
                read_timeout=10,
                retries={"max_attempts": 2},
                # Many servers do not support checksums in trailers.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        super().__init__(**settings)

    def _open(self, name, mode="rb"):
        with translate_errors():
            file = super()._open(name, mode)
            if "w" not in mode:
                file.seek(0)  # downloads it, so that failures happen here and not during the response
            return file

    def _save(self, name, content):
        with translate_errors():
            return super()._save(name, content)

    def exists(self, name):
        with translate_errors():
            return super().exists(name)

    def delete(self, name):
        with translate_errors():
            return super().delete(name)

    def size(self, name):
        with translate_errors():
            return super().size(name)

    def listdir(self, name):
        with translate_errors():
            return super().listdir(name)


@contextmanager
def translate_errors():
    """Raise StorageAway for any error of the bucket, except for missing files."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        raise StorageUnavailable(f"The bucket is unavailable ({type(error).__name__}).") from error
