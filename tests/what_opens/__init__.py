"""Small files as people have them, and what each of them is answered: docs/what_opens.md."""
