"""The server around the pages: who may ask, uploads at the endpoint, memory, parsing in turns, what is public.

No page imports from here but `public`.
"""
