"""The phone process: the only code, with the practice carrier, that knows the SIP stack.

Run as `python -m telephony.engine` by `telephony.client`. One thread owns every
object of the stack (it aborts the process when another thread touches one).
"""
