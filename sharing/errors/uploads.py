"""How sharing says no about uploads that go on where they broke off."""

from __future__ import annotations

from foundation.errors import Conflict, Invalid, NotFound


class UploadNotFound(NotFound):
    """No such upload to this draft: ended, expired, or never begun."""

    code = "sharing.upload-not-found"
    title = "There is no such upload"


class OffsetDiffers(Conflict):
    """What was sent does not begin where the upload ends. The right offset is in the detail."""

    code = "sharing.upload-offset"
    title = "The upload goes on elsewhere"


class UploadUnfinished(Conflict):
    """Not every byte is here yet."""

    code = "sharing.upload-unfinished"
    title = "The file has not arrived whole"


class UploadTooLong(Invalid):
    """More bytes than the upload was begun for."""

    code = "sharing.upload-too-long"
    title = "More was sent than the file has"
