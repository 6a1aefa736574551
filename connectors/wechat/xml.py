"""The platform's XML: one flat level in, CDATA out. Document types and entities are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kit.errors import BadInput

MAX_BYTES = 64 * 1024

# What XML 1.0 cannot hold, escaped or not.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def too_large() -> BadInput:
    """The refusal of a message over the limit."""
    return BadInput(f"the message is over {MAX_BYTES} bytes", code="too_large")


def parse(data: bytes) -> dict[str, str]:
    """The text of the root's children by tag; what is nested deeper is left out.

    Raises `BadInput` over 64 KB and for anything but a well-formed `<xml>` without document type.
    """
    if len(data) > MAX_BYTES:
        raise too_large()
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise BadInput("document types and entities are refused", code="bad_xml") from error
    except (ParseError, ValueError, LookupError) as error:
        raise BadInput("the body is no well-formed XML", code="bad_xml") from error
    if root.tag != "xml":
        raise BadInput("the root element is not <xml>", code="bad_xml")
    return {child.tag: child.text or "" for child in root}


def build(fields: Mapping[str, str | int]) -> str:
    """`<xml>` with a child per field; strings in CDATA, numbers bare."""
    parts = [
        f"<{tag}>{value if isinstance(value, int) else cdata(value)}</{tag}>" for tag, value in fields.items()
    ]
    return f"<xml>{''.join(parts)}</xml>"


def cdata(text: str) -> str:
    """`text` as CDATA: a `]]>` inside is spread over two sections, illegal characters are dropped."""
    return f"<![CDATA[{_ILLEGAL.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
