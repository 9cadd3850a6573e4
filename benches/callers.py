"""Callers of Twilio's, one connection each: signed voice webhooks, and what became of them."""

import asyncio
import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree import ElementTree

from contestants import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_HOST

VOICE = "/twilio/voice"
# Longer than Twilio waits.
PATIENCE = 20


@dataclass
class Answer:
    """What one call met. Times are seconds of the monotonic clock."""

    sent_at: float
    answered_at: float
    status: int
    twiml: str
    failure: str = ""

    @property
    def waited(self):
        return self.answered_at - self.sent_at

    @property
    def forwards(self):
        """Whether it is valid TwiML that greets and forwards."""
        try:
            root = ElementTree.fromstring(self.twiml)
        except ElementTree.ParseError:
            return False
        return self.status == 200 and root.tag == "Response" and root.find("Dial") is not None


def call_sid(trial, number):
    return "CA" + hashlib.md5(f"{trial}/{number}".encode()).hexdigest()


def voice_request(sid, firm):
    """The bytes of the webhook, on a connection that ends with it."""
    parameters = {
        "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": sid, "CallStatus": "ringing",
        "Called": f"+1512555{firm:04}", "Caller": "+13125550147", "Direction": "inbound", "From": "+13125550147",
        "FromCity": "CHICAGO", "FromCountry": "US", "FromState": "IL", "FromZip": "60601", "To": f"+1512555{firm:04}",
    }
    signed = f"https://{PUBLIC_HOST}{VOICE}" + "".join(name + parameters[name] for name in sorted(parameters))
    signature = base64.b64encode(hmac.new(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    body = urlencode(parameters)
    head = [f"POST {VOICE} HTTP/1.1", f"host: {PUBLIC_HOST}", "content-type: application/x-www-form-urlencoded",
            f"content-length: {len(body)}", f"x-twilio-signature: {signature}", "connection: close", "", ""]
    return ("\r\n".join(head) + body).encode()


async def ask(address, request):
    """Sends bytes on a new connection, and reads until it ends."""
    host, port = address.rsplit(":", 1)
    began = time.monotonic()
    failure, text, writer = "", "", None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(request)
            text = (await reader.read()).decode()
    except ConnectionRefusedError:
        failure = "refused"
    except (OSError, TimeoutError) as error:
        failure = type(error).__name__
    finally:
        if writer:
            writer.close()
    head, _, body = text.partition("\r\n\r\n")
    status = re.match(r"HTTP/1.1 (\d+)", head)
    if not status and not failure:
        failure = "no answer"
    return Answer(began, time.monotonic(), int(status.group(1)) if status else 0, body, failure)


async def get(address, path):
    """A question without a key."""
    return await ask(address, f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())


async def calls_at(rate, address, trial, firms, until):
    """Calls at a steady rate, whatever becomes of them, until the event is set. Returns all answers."""
    answers, number, began = [], 0, time.monotonic()
    while not until.is_set():
        request = voice_request(call_sid(trial, number), number % firms)
        answers.append(asyncio.create_task(ask(address, request)))
        number += 1
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
    return await asyncio.gather(*answers)
