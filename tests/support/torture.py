"""Messages that torture a SIP reader, after RFC 4475 and RFC 5118: theirs in kind, ours in words."""

from __future__ import annotations

import secrets

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
PLACE = "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
PLAIN = f"{HEAD}{PLACE}m=audio 4000 RTP/AVP 0\r\n"

#: Descriptions of sound at which the stack aborts, or for which it stands still.
UNBEARABLE = {
    "no address, port 0": f"{HEAD}t=0 0\r\nm=audio 0 RTP/AVP 0\r\n",
    "the second has no address": f"{HEAD}t=0 0\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n"
    "m=audio 0 RTP/AVP 0\r\n",
    "IPv6": f"{HEAD}c=IN IP6 ::1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
    "IPv6 that says IPv4": f"{HEAD}c=IN IP4 ::1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
    "an empty address": f"{HEAD}c=IN IP6 \r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
    "a name": f"{HEAD}c=IN IP4 no-such-host.invalid\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
    "sixteen sounds": f"{HEAD}{PLACE}" + "m=audio 4000 RTP/AVP 0\r\n" * 16,
}

#: Descriptions it refuses or takes by itself.
ODD = {
    "no media": f"{HEAD}{PLACE}",
    "keypad tones alone": f"{HEAD}{PLACE}m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n",
    "a hundred formats": f"{HEAD}{PLACE}m=audio 4000 RTP/AVP {' '.join(map(str, range(100)))}\r\n",
    "a negative port": f"{HEAD}{PLACE}m=audio -1 RTP/AVP 0\r\n",
    "two hundred attributes": PLAIN + "a=x:y\r\n" * 200,
    "frames of no length": PLAIN + "a=ptime:0\r\n",
    "frames of a month": PLAIN + "a=ptime:4294967295\r\n",
    "no clock": PLAIN + "a=rtpmap:0 PCMU/0\r\n",
    "bad keys": PLAIN + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\r\na=crypto:\r\na=crypto:x y z\r\n",
    "RTCP elsewhere": PLAIN + "a=rtcp:0 IN IP6 ::1\r\n",
    "bad candidates": PLAIN + "a=ice-ufrag:x\r\na=candidate:1 1 UDP 99999999999 [::1] 99999 typ host\r\n",
    "nothing": "\r\n",
    "noise": "\x00\x01\x02" * 50,
}


def requests(phone: str, me: str) -> dict[str, bytes]:
    """Requests to the phone at host:port from somebody at `me`, by what is wrong with them."""

    def request(
        method: str = "OPTIONS",
        *more: str,
        uri: str = f"sip:sixring@{phone}",
        version: str = "SIP/2.0",
        via: str = "",
        source: str = "<sip:caller@example.com>;tag=1",
        to: str = f"<sip:sixring@{phone}>",
        cseq: str = "1",
        contact: str = f"<sip:caller@{me}>",
        length: str = "",
        body: str = "",
    ) -> bytes:
        via = via or f"SIP/2.0/UDP {me};rport;branch=z9hG4bK{secrets.token_hex(8)}"
        lines = [
            f"{method} {uri} {version}", f"Via: {via}", "Max-Forwards: 70", f"From: {source}", f"To: {to}",
            f"Call-ID: {secrets.token_hex(8)}", f"CSeq: {cseq} {method}", f"Contact: {contact}", *more,
            f"Content-Length: {length or len(body)}",
        ]  # fmt: skip
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")

    sound = "Content-Type: application/sdp"
    branch = f"branch=z9hG4bK{secrets.token_hex(8)}"
    return {
        "wsinv: blanks and folds wherever they may be": (
            f"INVITE sip:sixring@{phone};unknownparam SIP/2.0\r\n"
            f"TO :\r\n sip:sixring@{phone} ;   tag    = 1918\r\n"
            f'from   : "J Rosenberg \\\\\\""       <sip:j@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n'
            f"MaX-fOrWaRdS: 0068\r\nCall-ID: {secrets.token_hex(8)}\r\ncseq: 0009\r\n  INVITE\r\n"
            f"Via  : SIP  /   2.0\r\n /UDP\r\n    {me};branch=390skdjuw\r\ns :\r\n"
            f"NewFangledHeader:   newfangled value\r\n continued\r\n"
            f"v:  SIP  / 2.0  / TCP  x  ;\r\n  {branch}\r\n"
            f'm:"Quoted \\"\\"" <sip:j@{me}> ; newparam =\r\n      newvalue ;\r\n  q = 0.33\r\n'
            f"Content-Length: 0\r\n\r\n"
        ).encode(),
        "intmeth: every character a method may have": request(
            "!interesting-Method0123456789_*+`.%indeed'~",
            uri="sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@x",
            source='"BEL:\x07 NUL:\x00 DEL:\x7f" <sip:1_unusual.URI~(to-be!sure)@x>;tag=1',
        ),
        "esc01: escapes": request(uri=f"sip:sips%3Auser%40example.com@{phone}"),
        "escnull: NULs": request(
            "REGISTER", contact="<sip:%00@host5.example.com>, <sip:%00%00@host5.example.com>"
        ),
        "esc02: no escapes": request("RE%47IST%45R", contact='"%Z%45" <sip:resource@x>'),
        "lwsdisp: no blank after the name": request(source="caller<sip:caller@example.com>;tag=323"),
        "longreq: long values": request(
            "INVITE",
            *(f"Unknown-{'Long' * 20}: unknown-{'long' * 20}-value" for _ in range(8)),
            uri="sip:" + "amazinglylong" * 20 + f"@{phone}",
            source=f'"{"I have a long name " * 20}" <sip:a@b>;tag=12',
        ),
        "dblreq: two in one": request() + request("INVITE"),
        "semiuri: parameters in the user": request(uri=f"sip:user;par=u%40example.net@{phone}"),
        "transports: five of them": request(
            "OPTIONS",
            "Via: SIP/2.0/SCTP x;branch=z9hG4bKa",
            "Via: SIP/2.0/TLS x;branch=z9hG4bKb",
            "Via: SIP/2.0/UNKNOWN x;branch=z9hG4bKc",
            "Via: SIP/2.0/TCP x;branch=z9hG4bKd",
        ),
        "mpart01: parts": request(
            "MESSAGE",
            "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",
            body="--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655--",
        ),
        "mpart02: no parts, no boundary": request(
            "INVITE", "Content-Type: multipart/mixed;boundary=", body="----\r\n--"
        ),
        "badinv01: separators": request(
            "INVITE", contact='"Joe" <sip:joe@example.org>;;;;', source='"Y" <sip:y@x>;tag=1;;,,;,;'
        ),
        "clerr: too long": request("INVITE", sound, length="9999", body=PLAIN),
        "ncl: below nothing": request("INVITE", sound, length="-999", body=PLAIN),
        "clbig: beyond counting": request("INVITE", sound, length="18446744073709551617", body=PLAIN),
        "scalar02: too large": request(
            "REGISTER",
            "Expires: 10000000000",
            cseq="36893488147419103232",
            contact="<sip:user@x>;expires=280297596632815",
        ),
        "quotbal: an open quote": request("INVITE", to=f'"Mr. J. User <sip:sixring@{phone}>'),
        "ltgtruri: brackets": request("INVITE", uri=f"<sip:sixring@{phone}>"),
        "lwsruri: a blank in the URI": request("INVITE", uri=f"sip:sixring@{phone}; lr"),
        "lwsstart: blanks": request("INVITE ", uri=f" sip:sixring@{phone} "),
        "trws: a blank behind": request(version="SIP/2.0  "),
        "escruri: headers": request("INVITE", uri=f"sip:sixring@{phone}?Route=%3Csip:example.com%3E"),
        "baddate": request("INVITE", "Date: Fri, 01 Jan 2010 16:00:00 EST"),
        "regbadct: no brackets": request("REGISTER", contact="sip:user@example.com?Route=%3Csip:x%3E"),
        "badaspec: a URI with blanks": request(to='"Watson, Thomas" < sip:t.watson@example.org >'),
        "baddn: a name that is no token": request(source="Bell, Alexander <sip:a.g.bell@example.com>;tag=43"),
        "badvers: 7.0": request(version="SIP/7.0", via=f"SIP/7.0/UDP {me};{branch}"),
        "mismatch01: two methods": request("OPTIONS").replace(b"1 OPTIONS", b"1 INVITE"),
        "mismatch02: an unknown one": request("NEWMETHOD").replace(b"1 NEWMETHOD", b"1 INVITE"),
        "bigcode": b"SIP/2.0 4294967301 better not break the receiver\r\n" + request().partition(b"\r\n")[2],
        "badbranch: the cookie alone": request(via=f"SIP/2.0/UDP {me};branch=z9hG4bK"),
        "insuf: nearly no headers": f"INVITE sip:sixring@{phone} SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n".encode(),
        "unkscm: schemes": request(uri="nobodyKnowsThisScheme:totallyopaquecontent"),
        "novelsc: SOAP": request(
            uri="soap.beep://192.0.2.103:3002",
            to="<isbn:2983792873>",
            source="<http://www.example.com>;tag=3",
        ),
        "bext01: extensions": request(
            "OPTIONS",
            "Require: nothingSupportsThis, nothingSupportsThisEither",
            "Proxy-Require: noProxiesSupportThis",
        ),
        "invut: a body of no kind": request(
            "INVITE", "Content-Type: application/unknownformat", body="<audio/>"
        ),
        "regaut01: a scheme": request("REGISTER", "Authorization: NoOneKnowsThisScheme opaque-data=here"),
        "multi01: twice": request(
            "INVITE",
            "Call-ID: 2",
            "CSeq: 59 INVITE",
            "From: <sip:b@x>;tag=2",
            "To: <sip:c@x>;tag=3",
            "Max-Forwards: 5",
        ),
        "mcl01: two lengths": request("INVITE", sound, "Content-Length: 5", body=PLAIN),
        "bcast: an answer to nobody": f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.198;{branch}\r\n"
        f"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\n"
        f"CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n".encode(),
        "zeromf: no hop left": request(source="<sip:a@b>;tag=0").replace(b"Forwards: 70", b"Forwards: 0"),
        "cparam01, 02": request(
            "REGISTER", contact="sip:+19725552222@gw1.example.net;unknownparam", to="<sip:x@y;unknownparam>"
        ),
        "inv2543": f"INVITE sip:sixring@{phone} SIP/2.0\r\nVia: SIP/2.0/UDP {me}\r\n"
        f"From: <sip:i@x>\r\nTo: <sip:o@x>\r\nCall-ID: {secrets.token_hex(8)}\r\n"
        f"CSeq: 56 INVITE\r\n\r\n{PLAIN}".encode(),
        "IPv6": request(
            uri="sip:[2001:db8::10]",
            via=f"SIP/2.0/UDP [2001:db8::9:1];{branch}",
            contact="<sip:x@[2001:db8::9:1]>",
        ),
        "IPv6 without brackets": request(uri="sip:2001:db8::10", via=f"SIP/2.0/UDP 2001:db8::9:1;{branch}"),
        "IPv6, where the port begins": request(
            uri="sip:[2001:db8::10:5070]", via=f"SIP/2.0/UDP [2001:db8::9:1]:5070;{branch}"
        ),
        "IPv6 received": request(via=f"SIP/2.0/UDP {me};received=[2001:db8::9:255];{branch}"),
        "IPv4 in IPv6": request(
            contact="<sip:x@[::ffff:192.0.2.10]>", source="<sip:u@[::ffff:192.0.2.10]>;tag=1"
        ),
        "an empty IPv6 as sender": request(source="<sip:a@[]>;tag=1"),
        "an empty IPv6 to reply to": request(via=f"SIP/2.0/UDP []:5060;{branch}"),
        "an empty IPv6 on the way": request("BYE", "Record-Route: <sip:[ ];lr>", to="<sip:[\t]>;tag=1"),
        "nowhere to reply to": request(via=f"SIP/2.0/UDP 255.255.255.255;maddr=224.0.0.1;{branch}"),
        "a subscription": request("SUBSCRIBE", "Event: presence", "Expires: 3600"),
        "XML without end": request(
            "MESSAGE", "Content-Type: application/im-iscomposing+xml", body="<a>" * 900
        ),
        "a star": request(contact="*"),
        **{
            f"an ACK that repeats a request, {number}": request(
                method, source="<sip:a@b>;tag=merged"
            ).replace(b"Call-ID: ", b"Call-ID: merged\r\nX: ")
            for number, method in enumerate(("INVITE", "OPTIONS", "ACK"))
        },
        **{
            f"sound: {what}": request("INVITE", sound, body=body)
            for what, body in {**UNBEARABLE, **ODD}.items()
        },
    }


def damaged(good: bytes) -> dict[str, bytes]:
    """An answer of ours, torn in as many ways."""

    def after(line: str) -> bytes:
        return good.replace(b"Content-Length", line.encode() + b"\r\nContent-Length")

    return {
        "cut off": good[: len(good) // 2],
        "twice": good + good,
        "line feeds alone": good.replace(b"\r\n", b"\n"),
        "version": good.replace(b"SIP/2.0", b"SIP/9.9", 1),
        "code 0": good.replace(b" 180 ", b" 000 "),
        "code 99999": good.replace(b" 180 ", b" 99999 "),
        "no phrase": good.replace(b" 180 Ringing", b" 180"),
        "64 kB of phrase": good.replace(b"Ringing", b"R" * 60_000),
        "a phrase that a terminal obeys": good.replace(b"Ringing", b"\x1b]0;owned\x07\xe2\x80\xae[bold]"),
        "no To": b"\r\n".join(line for line in good.split(b"\r\n") if not line.startswith(b"To")),
        "two Vias": after("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx"),
        "received nowhere": good.replace(b";rport", b";rport=99999;received=[]"),
        "received in quotes": good.replace(b";rport", b';rport=5;received="x>;y"'),
        "Contact of nobody": after("Contact: <sip:[]>"),
        "Contact star": after("Contact: *"),
        "Contact of another scheme": after("Contact: <tel:+1>"),
        "a wrong route": after("Record-Route: <sip:[:::@@>;;"),
        "a hundred routes": after("\r\n".join(["Record-Route: <sip:192.0.2.1;lr>"] * 60)),
        "many services": after("\r\n".join(["Service-Route: <sip:192.0.2.1;lr>"] * 60)),
        "reliable and counted down": after("Require: 100rel\r\nRSeq: 4294967295"),
        "another fork": good.replace(b";tag=", b";tag=other"),
        "a fork without a name": good.replace(b";tag=", b";gat="),
    }
