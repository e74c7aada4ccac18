"""The nouns of retention: schedules, the case of one item, holds, certificates."""
