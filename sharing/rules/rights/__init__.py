"""What follows of what people ask about the data held on them: time, steps, who sees what, letters."""
