"""What an author runs: build the notebooks, check the notes, keep the two languages in step."""
