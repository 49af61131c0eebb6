"""What a report is made of, and the files it leaves as."""
