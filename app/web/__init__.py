"""The pages: each asks one room and shows the answer. A page decides nothing, and works without script."""
