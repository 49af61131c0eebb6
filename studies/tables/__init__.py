"""Tables of an export beside the answers: codebook, comparisons, how pictures were seen."""
