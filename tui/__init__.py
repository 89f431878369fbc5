"""The workstation's screen, in Textual.

`tui.app.run(port)` is the entry. Everything that decides (`ui`, `router`,
`session`) and everything that draws (`panes`, `overlays`, `theme`) knows no
Textual; only `app` and `widgets` do.
"""
