"""The page on claims: a table of all with verdicts, one claim at a time, and measuring it again."""
