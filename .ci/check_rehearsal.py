"""Hold the last line of `sixring rehearse --calls 50 --reps 2 --json` against what it must say.

Exit code 3: nothing is wrong but a duration. A machine that stood still in
mid-call makes one; a phone that measures wrongly does it again.
"""

import json
import sys


def main() -> None:
    """Leave with a list of what is wrong."""
    report = json.loads(sys.argv[1])
    wrong = [
        name
        for name, good in {
            "attempts": report["attempts"] >= 50,
            "results": sum(report["results"].values()) == report["attempts"],
            "doubles": report["doubles"] == 0,
            "lost": report["lost"] == 0,
            "duration_error_ms": report["duration_error_ms"] <= 100,
            "audit": report["audit"] == "clean",
            "verify": report["verify"] == "clean",
        }.items()
        if not good
    ]
    if wrong:
        sys.stderr.write("rehearsal: " + ", ".join(f"{name} is {report[name]!r}" for name in wrong) + "\n")
    sys.exit(3 if wrong == ["duration_error_ms"] else int(bool(wrong)))


if __name__ == "__main__":
    main()
