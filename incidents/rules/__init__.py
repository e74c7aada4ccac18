"""Pure decisions: clocks, grades, who may, what is detected, what must not be written down."""
