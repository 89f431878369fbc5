"""The program `sixring`: its commands by name, and the one door everything leaves through."""

from __future__ import annotations

import click

from cli.door import guarded
from cli.lazy import LazyGroup, State, home_option, pass_state

# name -> (module, summary); the summary repeats the command's own, so that help imports none of them
SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Start": {
        "practice": ("practice", "Open the workstation on sample leads and a practice carrier."),
        "init": ("init", "Write sixring.toml by asking, and make its home."),
        "doctor": ("doctor", "Check everything a working day needs, and say how to mend it."),
        "sound": ("sound", "Find the headset, and hear yourself before the shift."),
        "voicemail": ("voicemail", "Set the message that the key v plays into a call."),
    },
    "Leads": {
        "import": ("import_leads", "Bring leads in from a CSV or TSV file."),
        "queue": ("queue", "Show who is to be called next, and why, in the order of calling."),
        "why": ("why", "Tell a lead's whole history, what comes next and why."),
        "call": ("call", "Place one call through the gate, and tell what happens."),
        "dnc": ("dnc", "Keep the do-not-call list."),
        "gate": ("gate", "Explain check by check whether a number may be called."),
        "assign": ("assign", "Give leads to another rep or to the team, as a supervisor, with a reason."),
        "correct": ("correct", "Correct what was recorded of an attempt, as a supervisor, with a reason."),
        "rep": ("reps", "Keep who works here, and which campaigns they are called for."),
        "override": ("override", "Let one call past the gate, as a supervisor, with a reason."),
        "cadence": ("cadences", "Check cadences, and show the calendar they give."),
    },
    "Reports": {
        "tail": ("tail", "Show what happens on the floor, as it happens."),
        "recordings": ("recordings", "List and play recorded calls, and see who objected."),
        "export": ("export", "Export attempts or payroll."),
        "audit": ("audit", "Prove that no lead is lost, and measure the follow-up."),
        "verify": ("verify", "Check the event log's hash chain."),
    },
    "Floor": {
        "serve": ("serve", "Run the mail room and the housekeeping without a screen."),
        "rehearse": ("rehearse", "Let scripted reps work leads over real SIP against the practice carrier."),
    },
}
COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    example="sixring practice",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@home_option
@click.version_option(package_name="sixring", message="%(prog)s %(version)s")
@click.option(
    "--rep", default="", metavar="LOGIN", help="Who sits at this desk, where it is not [rep] login."
)
@pass_state
@click.pass_context
def sixring(context: click.Context, state: State, rep: str) -> None:
    """A dialer workstation that lives in a terminal.

    Without a command it opens the workstation of the configured home.
    """
    if context.invoked_subcommand is None:
        from cli.workstation import open_workstation

        context.exit(open_workstation(state.home, rep))


def main(args: list[str] | None = None) -> int:
    """Run the program; the exit code. No exception leaves it, and no traceback."""
    return guarded(sixring, args)
