"""`sixring init`: write sixring.toml by asking."""

from __future__ import annotations

import click

from cli.lazy import Command, State, pass_state

Value = str | int | bool | list[str]
Answers = dict[tuple[str, str], Value]


@click.command(cls=Command, example="sixring init\nsixring init --defaults --home ./floor")
@click.option("--defaults", is_flag=True, help="Ask nothing; write the commented defaults.")
@click.option("--force", is_flag=True, help="Write anew where there is a sixring.toml already.")
@pass_state
def command(state: State, defaults: bool, force: bool) -> None:
    """Write sixring.toml by asking, and make its home.

    Passwords are not asked for and never stand in the file; the command ends
    by saying where they belong.
    """
    from config import starter
    from config.errors import SixringError
    from config.secrets import places

    home = state.home
    if home.config_file.exists() and not force:  # before ten questions, not after
        raise SixringError(f"{home.config_file} is there already; edit it, or give --force to write it anew.")
    answers: Answers = {} if defaults else _ask()
    starter.write(home, answers, replace=force)
    click.echo(f"Written: {home.config_file}")
    if answers.get(("sip", "user")):
        click.echo(f"The carrier's password goes into {places('sip_password', home)}.")
    if answers.get(("mail", "login")):
        click.echo(f"The mail server's password goes into {places('mail_password', home)}.")
    click.echo("Next: sixring doctor")


def _ask() -> Answers:
    ask = Interview()
    ask("firm", "name", "Name of your firm")
    ask("firm", "postal_address", "Its postal address (every mail must carry it)")
    ask("firm", "region", "Country of your numbers, two capital letters", "US")
    ask("firm", "zone", "Your time zone", "America/New_York")
    ask("rep", "login", "Your login, as it shall stand in payroll")
    ask("rep", "name", "Your name, as leads shall read it")
    if ask("sip", "server", "SIP server, host or host:port (empty: later)"):
        ask("sip", "user", "User of the SIP account")
        ask("sip", "transport", "Transport: udp, tcp or tls", "udp")
        ask("sip", "caller_ids", "Number to show, as in +14155550123 (empty: the account's own)")
    if ask("mail", "sender", "Address your mails come from (empty: no mail yet)"):
        ask("mail", "host", "Mail server (SMTP)")
        security = ask("mail", "security", "Its security: starttls, tls or none", "starttls")
        ask("mail", "port", "Its port", {"tls": "465", "none": "25"}.get(security, "587"))
        ask("mail", "login", "Login at the mail server (empty: none)")
    return ask.answers


class Interview:
    """Asks for fields one by one; each answer is held against the settings' own types at once."""

    def __init__(self) -> None:
        """Nothing is answered yet."""
        self.answers: Answers = {}

    def __call__(self, section: str, field: str, question: str, default: str = "") -> str:
        """Ask until the answer fits; what was typed."""

        def fits(typed: str) -> str:
            self._keep(section, field, typed.strip())
            return typed.strip()

        typed: str = click.prompt(question, default=default, show_default=bool(default), value_proc=fits)
        return typed

    def _keep(self, section: str, field: str, typed: str) -> None:
        """Take the answer.

        Raises:
            click.BadParameter: it does not fit the field.
        """
        import msgspec

        from config.settings import Settings
        from config.toml import complaint

        value: Value = typed
        if field == "caller_ids":
            value = [typed] if typed else []
        elif field == "port":
            value = int(typed) if typed.isdecimal() else typed
        known = {name: answer for (part, name), answer in self.answers.items() if part == section}
        try:
            msgspec.convert({section: {**known, field: value}}, Settings)
        except msgspec.ValidationError as error:
            raise click.BadParameter(complaint(error, Settings)) from None
        self.answers[section, field] = value
