"""The server around the pages: who may ask, uploads at the endpoint, memory, parsing in turns, what is public.

The shell imports from here; of the pages' parts only what asks `public` what is allowed.
"""
