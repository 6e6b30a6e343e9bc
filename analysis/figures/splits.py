"""What a figure calls the items that it is about."""


def items_of(split: str, count: int | None = None) -> str:
    """Of the split of this name, "" where there is one alone, which is no test of anything.

    >>> items_of("test", 1200), items_of("")
    ('1,200 test items', 'items')
    """
    number = "" if count is None else f"{count:,}"
    return " ".join(word for word in (number, split, "items") if word)


AUC_IN_SHORT = "about 1/K by chance for K classes"
AUC_BY_CHANCE = f"{AUC_IN_SHORT} of a size, for noise is the largest of more cosines"
"""Of the area of target against noise: both are maxima, the noise over the items of K - 1 classes. The area is half
where the two are alike, which embeddings that know nothing of the classes do not give."""
