"""A bucket for pictures and attachments, in any storage that speaks S3: for a site of several nodes."""

from __future__ import annotations

from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from richtext.handover import StorageAway


class Bucket(S3Storage):
    """A private bucket. Who may have a file is asked at `/media/`; nobody is led here but by an address that ends.

    A bucket that does not answer raises StorageAway; a file that is not there, FileNotFoundError.
    """

    def get_default_settings(self):
        return super().get_default_settings() | {
            "default_acl": None,  # as private as the bucket is
            "file_overwrite": False,
            "object_parameters": {"CacheControl": "private, no-store"},
            "max_memory_size": 1024 * 1024,
            "transfer_config": TransferConfig(use_threads=False),
        }

    def __init__(self, **settings):
        own_place = bool(settings.get("endpoint_url"))
        settings.setdefault(
            "client_config",
            Config(
                signature_version="s3v4",
                # A name of its own for each bucket is Amazon's way; other servers mostly have one name.
                s3={"addressing_style": "path" if own_place else "virtual"},
                connect_timeout=3,
                read_timeout=10,
                retries={"max_attempts": 2},
                # Checksums in trailers are newer than many servers.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        super().__init__(**settings)

    def _open(self, name, mode="rb"):
        with answering():
            file = super()._open(name, mode)
            if "w" not in mode:
                file.seek(0)  # fetches it: it must fail here if it does, not half way through an answer
            return file

    def _save(self, name, content):
        with answering():
            return super()._save(name, content)

    def exists(self, name):
        with answering():
            return super().exists(name)

    def delete(self, name):
        with answering():
            return super().delete(name)

    def size(self, name):
        with answering():
            return super().size(name)

    def listdir(self, name):
        with answering():
            return super().listdir(name)


@contextmanager
def answering():
    """Call any failure of the bucket by one name; that a file is not there is no failure of it."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        raise StorageAway(f"The bucket does not answer ({type(error).__name__}).") from error
