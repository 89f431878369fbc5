"""Hold the last line of `sixring rehearse --calls 50 --reps 2 --json` against what it must say."""

import json
import sys


def main() -> None:
    """Exit 1 with a list of what is wrong."""
    report = json.loads(sys.argv[1])
    wrong = [
        f"{name} is {report[name]!r}"
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
    sys.exit("rehearsal: " + ", ".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
