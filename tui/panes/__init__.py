"""The panes of the desk: pure functions from a scene and a size to lines."""
