"""Networks that are not built here: the user's own code, transformers, timm. Each gives a module; the file's weights are
read as data and put into it by name. No code is ever named by a file, a page or a link."""
