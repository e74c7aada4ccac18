"""The shell: the only room that knows Flask, Click, the environment and the time. It never decides."""
