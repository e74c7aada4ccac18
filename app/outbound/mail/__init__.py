"""What takes mail away: a folder, a mail server, GOV.UK Notify."""
