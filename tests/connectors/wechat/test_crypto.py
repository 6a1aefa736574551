"""Known answers: Tencent's published examples, and what they must refuse."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from connectors.wechat import xml
from connectors.wechat.crypto import decode_key, decrypt, encrypt, signature, signed
from kit.errors import BadInput, Forbidden

DOC = {"token": "AAAAA", "key": "A" * 43, "appid": "wxba5fad812f8e6fb9"}
CORP = {
    "token": "QDG6eK",
    "key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "appid": "wx5823bf96d3bd56c7",
}
PAM = {
    "token": "pamtest",
    "key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "appid": "wxb11529c136998cb6",
}
LIB = {"token": "123456", "key": "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "appid": "wx49f0ab532d5d035a"}

A3 = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR"
    "8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km3"
    "2IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
B2 = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)
C2_MESSAGE = (
    "<xml><ToUserName><![CDATA[oia2Tj我是中文jewbmiOUlr6X-1crbLOvLw]]></ToUserName><FromUserName><![CDATA[gh_7f083739789a]]>"
    "</FromUserName><CreateTime>1407743423</CreateTime><MsgType><![CDATA[video]]></MsgType><Video><MediaId><![CDATA["
    "eYJ1MbwPRJtOvIEabaxHs7TX2D-HV71s79GUxqdUkjm6Gs2Ed1KF3ulAOA9H1xG0]]></MediaId><Title><![CDATA[testCallBackReplyVideo"
    "]]></Title><Description><![CDATA[testCallBackReplyVideo]]></Description></Video></xml>"
)
C2 = (
    "jn1L23DB+6ELqJ+6bruv23M2GmYfkv0xBh2h+XTBOKVKcgDFHle6gqcZ1cZrk3e1qjPQ1F4RsLWzQRG9udbKWesxlkupqcEcW7ZQweImX9+wLMa0"
    "GaUzpkycA8+IamDBxn5loLgZpnS7fVAbExOkK5DYHBmv5tptA9tklE/fTIILHR8HLXa5nQvFb3tYPKAlHF3rtTeayNf0QuM+UW/wM9enGIDIJHF7"
    "CLHiDNAYxr+r+OrJCmPQyTy8cVWlu9iSvOHPT/77bZqJucQHQ04sq7KZI27OcqpQNSto2OdHCoTccjggX5Z9Mma0nMJBU+jLKJ38YB1fBIz+vBzs"
    "YjrTmFQ44YfeEuZ+xRTQwr92vhA9OxchWVINGC50qE/6lmkwWTwGX9wtQpsJKhP+oS7rvTY8+VdzETdfakjkwQ5/Xka042OlUb1/slTwo4RscuQ+"
    "RdxSGvDahxAJ6+EAjLt9d8igHngxIbf6YyqqROxuxqIeIch3CssH/LqRs+iAcILvApYZckqmA7FNERspKA5f8GoJ9sv8xmGvZ9Yrf57cExWtnX8a"
    "CMMaBropU/1k+hKP5LVdzbWCG0hGwx/dQudYR/eXp3P0XxjlFiy+9DMlaFExWUZQDajPkdPrEeOwofJb"
)
C3 = (
    "rTNFcsut4LfGuAFKEUVVpwcaCOTJzOd9twZdIW910jb3k+iicx2uvhttIZ3Qg9Qgty3BEF2xbOrz6boTfb30dMomcgrkTqdFPwnhqbk+kIQ7rZiw"
    "ny9D7NUrTgA5kpX3KsZvrXzUZyP2x9YOlxbgm572lmxKvM7HAQQhIQ/p6HBmoY30bGXFK0BtIu1pW9TjhOYrLQoU18nWYjWqDA1ynkmOytpv7QRI"
    "1P1+0NoxL0q2zO1DgeSvnE8CZGo/o5Ap/WHK5W2RAsinpzN4/LjPnmB6U01I5XCoJoC0GK/yMZycd2Oh8Nq6+wBkC1U85oy0ktOY4nLvsQMLrour"
    "mMGdZHuTbqpeJ8Ao/5PRYJ+WBvRUwPfGKBL2+2IKZF49vAJqkcGWSHGE76ZN2erXeuNazf/o9o3lIE3q739o4c8t9QGPe31GT2Go/rOz1BsrASwv"
    "auNulCh+++yz+CQzBIuikA=="
)
D2_MESSAGE = "\n".join(
    [
        "<xml>", "<MsgType><![CDATA[text]]></MsgType>", "<Content><![CDATA[test]]></Content>",
        "<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>",
        "<ToUserName><![CDATA[messense]]></ToUserName>", "<AgentID>1</AgentID>",
        "<CreateTime>1411525903</CreateTime>", "</xml>",
    ]
)  # fmt: skip
D2 = (
    "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8GqxlhZgURnAtObvesE"
    "l5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSUCUld+/WIXrx0oyKQmpB6o8NRrrNrsD"
    "f03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQmmNOuiR5MIkdQ39xn1vWwi1O5oazPoQJz0nT"
    "YjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3"
)


def opened(envelope: str, who: dict[str, str]) -> str:
    message, _ = decrypt(envelope, keys=[decode_key(who["key"])], appid=who["appid"])
    return message.decode()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("AAAAA", "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("AAAAA", "1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        (("AAAAA", "1714112445", "415670741", A3), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        (("QDG6eK", "1409659813", "1372623149", B2), "477715d11cdb4164915debcba66cb864d751f3e6"),
        (("pamtest", "1458300676", "260774613", C3), "4f3ad57b6989f09f4eb392acce4f9e93942ed890"),
        (("123456", "1411525903", "461056294", D2), "407518b7649e86ef23978113f92d27afa9296533"),
        (("test", "1410685589", "test"), "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff"),
        (("789", "456", "123"), "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        (("weixin", "1414243737", "1792106704"), "35703636de2f9df2a77a662b68e521ce17c34db4"),
    ],
    ids=["A1", "A2", "A3", "A3-encrypted", "B2", "C3", "D2", "D3", "D4", "D5"],
)
def test_that_signatures_are_the_published_ones(parts: tuple[str, ...], expected: str) -> None:
    assert signature(*parts) == expected
    assert signed(expected, *parts)


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (
            "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
            ("123456", "1411443780", "437374424", "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv"
             "41n7hOchLF6p+Q=="),
        ),
        ("f21891de399b4e33a1a93c9a7b8a8fffb5a443fe", ("test", "1410685589", "test")),
        ("invalid-signature", ("pamtest", "1458300676", "260774613", C3)),
        ("", ("test", "1410685589", "test")),
        ("签名", ("test", "1410685589", "test")),
    ],
    ids=["D1", "D3", "C", "empty", "not ascii"],
)  # fmt: skip
def test_that_a_wrong_signature_is_refused(given: str, parts: tuple[str, ...]) -> None:
    assert not signed(given, *parts)


def test_that_the_documented_push_is_opened() -> None:
    assert json.loads(opened(A3, DOC)) == {
        "ToUserName": "gh_97417a04a28d", "FromUserName": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY", "CreateTime": 1714112445,
        "MsgType": "event", "Event": "debug_demo", "debug_str": "hello world",
    }  # fmt: skip


def test_that_the_documented_reply_is_sealed_alike() -> None:
    sealed = encrypt(
        b'{"demo_resp":"good luck"}',
        key=decode_key(DOC["key"]),
        appid=DOC["appid"],
        random=b"707722b803182950",
    )
    assert (
        sealed == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )
    assert signature("AAAAA", "1713424427", "415670741", sealed) == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


@pytest.mark.parametrize(
    ("envelope", "who", "content"), [(B2, CORP, "hello"), (C3, PAM, "hello")], ids=["B2", "C3"]
)
def test_that_a_published_message_is_opened(envelope: str, who: dict[str, str], content: str) -> None:
    assert xml.parse(opened(envelope, who).encode())["Content"] == content


@pytest.mark.parametrize(
    ("message", "random", "who", "expected"),
    [
        ("我是中文abcd123", b"aaaabbbbccccdddd", PAM,
         "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="),
        (C2_MESSAGE, b"aaaabbbbccccdddd", PAM, C2),
        (D2_MESSAGE, b"1234567890123456", LIB, D2),
    ],
    ids=["C1", "C2", "D2"],
)  # fmt: skip
def test_that_a_message_is_sealed_byte_for_byte(
    message: str, random: bytes, who: dict[str, str], expected: str
) -> None:
    sealed = encrypt(message.encode(), key=decode_key(who["key"]), appid=who["appid"], random=random)
    assert sealed == expected
    assert opened(sealed, who) == message


def test_that_another_accounts_envelope_is_refused() -> None:
    with pytest.raises(Forbidden):
        decrypt(C3, keys=[decode_key(PAM["key"])], appid=DOC["appid"])


@pytest.mark.parametrize("cut", [4, 24, 44, len(C3) - 44])
def test_that_a_truncated_envelope_is_refused(cut: int) -> None:
    with pytest.raises(BadInput):
        decrypt(C3[:-cut], keys=[decode_key(PAM["key"])], appid=PAM["appid"])


@pytest.mark.parametrize("envelope", ["", "not base64!", "AAAA", "五"])
def test_that_what_is_no_envelope_is_refused(envelope: str) -> None:
    with pytest.raises(BadInput):
        decrypt(envelope, keys=[decode_key(PAM["key"])], appid=PAM["appid"])


@pytest.mark.parametrize("fill", [0, 33, 255])
def test_that_a_pad_byte_out_of_range_is_refused(fill: int) -> None:
    key = decode_key(PAM["key"])
    plain = b"r" * 16 + (7).to_bytes(4, "big") + b"message" + PAM["appid"].encode()
    plain += bytes([fill]) * (64 - len(plain))
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    envelope = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    with pytest.raises(BadInput):
        decrypt(envelope, keys=[key], appid=PAM["appid"])


def test_that_a_length_beyond_the_envelope_is_refused() -> None:
    key = decode_key(PAM["key"])
    plain = b"r" * 16 + (10_000).to_bytes(4, "big") + b"message" + PAM["appid"].encode()
    plain += bytes([64 - len(plain)]) * (64 - len(plain))
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    envelope = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    with pytest.raises(BadInput):
        decrypt(envelope, keys=[key], appid=PAM["appid"])


def test_that_the_previous_key_opens_while_the_key_is_being_changed() -> None:
    new, old = decode_key(DOC["key"]), decode_key(PAM["key"])
    message, key = decrypt(C3, keys=[new, old], appid=PAM["appid"])
    assert b"hello" in message
    assert key == old


@pytest.mark.parametrize("key", ["", "short", "A" * 44, "!" * 43])
def test_that_a_key_the_platform_would_not_accept_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not"):
        decode_key(key)
