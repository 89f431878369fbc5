"""Where files live: one folder when the operator names one, else the platform's own folders."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from config.errors import SixringError

ENVIRONMENT = "SIXRING_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one Sixring: `path` for data, `config` for what an operator writes.

    Nothing is created until `make` is called, so that a command that only
    looks leaves no trace.
    """

    path: Path
    config: Path | None = None  # None: the same folder as `path`

    @classmethod
    def find(cls, option: str | Path | None = None) -> Home:
        """The home of this run: `option` (--home), else `SIXRING_HOME`, else the platform's folders."""
        named = option or os.environ.get(ENVIRONMENT)
        if named:
            return cls(Path(named).expanduser().absolute())
        import platformdirs  # only where nobody has named a folder: it costs start-up time

        data = platformdirs.user_data_path("sixring", appauthor=False)
        return cls(data, platformdirs.user_config_path("sixring", appauthor=False))

    @property
    def config_folder(self) -> Path:
        """What an operator writes: sixring.toml, rules, secrets."""
        return self.config or self.path

    @property
    def config_file(self) -> Path:
        """The settings."""
        return self.config_folder / "sixring.toml"

    @property
    def rules(self) -> Path:
        """The operator's own cadences, dispositions, calling rules and mail templates."""
        return self.config_folder / "rules"

    @property
    def secrets(self) -> Path:
        """One file a secret, readable by its owner only."""
        return self.config_folder / "secrets"

    @property
    def database(self) -> Path:
        """The embedded store, where no other is configured."""
        return self.path / "sixring.db"

    @property
    def logs(self) -> Path:
        """Logs of the phone process, and tracebacks."""
        return self.path / "logs"

    @property
    def recordings(self) -> Path:
        """Recorded calls."""
        return self.path / "recordings"

    @property
    def practice(self) -> Path:
        """The home of practice, so that a practice lead never meets a real one."""
        return self.path / "practice"

    def make(self) -> Home:
        """Create the folders that are missing, for their owner only (0700); returns the home itself.

        Raises:
            SixringError: a folder cannot be made or belongs to a file of that name.
        """
        for folder in (self.path, self.config_folder, self.rules, self.logs, self.recordings):
            make_private(folder)
        return self


def make_private(folder: Path) -> Path:
    """Create `folder` with its parents, readable by its owner only; an existing one is left as it is.

    Raises:
        SixringError: it cannot be made.
    """
    try:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SixringError(
            f"The folder {folder} cannot be made ({why}); name another one with --home or {ENVIRONMENT}."
        ) from error
    return folder
