"""The practice carrier: a real SIP user agent in a process of its own that answers by number pattern.

| last digit | what happens |
|---|---|
| 1 | a person speaks, and hangs up after a while |
| 2 | busy |
| 3 | rings, and nobody answers |
| 4 | voicemail: a greeting, then a beep |
| 5 | the number does not exist |
| 6 | the person declines |
| 7 | a person answers and is cut off in mid-call |
| 8 | a person who stays until you hang up |
| 9 | ringing is heard as early media, then a person |
| 0 | an echo |

`codeNNN` and `codeNNNqCC` answer with that SIP code and Q.850 cause; `dead`
takes the call and never rings.

Asked for a transfer (REFER), whoever is on the line dials the number asked
for, here too, and it answers by the same digits; Replaces is honoured.
"""

from telephony.carrier.controller import Address, PracticeCarrier
from telephony.carrier.reports import CarrierCall

__all__ = ["Address", "CarrierCall", "PracticeCarrier"]
