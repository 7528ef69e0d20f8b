"""A mail server on loopback that refuses what it is told to, and keeps what it takes.

Arguments: a folder and a mode. Makes an authority and a certificate for `localhost` in the folder, says
its port on standard output, and writes each message it takes to the folder. Ends with its input.
"""

import asyncio
import json
import ssl
import subprocess
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

folder, mode = Path(sys.argv[1]), sys.argv[2]


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificate(name):
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "authority.key", "-out", "authority.pem",
            "-subj", "/CN=Test authority", "-days", "2")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", f"/CN={name}")
    (folder / "names").write_text(f"subjectAltName=DNS:{name}\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
            "-CAcreateserial", "-out", "server.pem", "-days", "2", "-extfile", "names")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if mode == "sender":
            return "550 5.7.1 this sender may not post here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if mode == "recipient":
            return "550 5.1.1 no such list"
        if mode == "later":
            return "451 4.7.1 come back in five minutes"
        if mode == "hang-up":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode == "message":
            return "554 5.6.0 the message is too large"
        number = len(list(folder.glob("*.json")))
        (folder / f"{number}.eml").write_bytes(envelope.content)
        (folder / f"{number}.json").write_text(json.dumps([envelope.mail_from, envelope.rcpt_tos]))
        if mode == "in-doubt":
            server.transport.abort()
        if mode == "silent":
            await asyncio.sleep(60)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"ada" and data.password == b"right"
    return AuthResult(success=right, handled=False)


async def main():
    context = certificate("elsewhere.example" if mode == "other-name" else "localhost")
    options = {"hostname": "localhost"}
    if mode in ("starttls", "user"):
        options["tls_context"] = context
        options["require_starttls"] = True
    if mode == "user":
        options.update(authenticator=authenticate, auth_required=True)
    implicit = None if mode in ("starttls", "user", "plain") else context
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), **options), "127.0.0.1", 0, ssl=implicit)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
