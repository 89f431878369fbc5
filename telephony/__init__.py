"""The telephone: a typed client, the phone process that knows the SIP stack, the practice carrier."""
