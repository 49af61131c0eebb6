"""The sandbox's vocabulary: all bytes, and whole words of the captions that are trained on.

Names of contemporary painters are not among them: to the networks they are unknown words, made of
letters, as a new artist's name is to Stable Diffusion.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from transformers import CLIPTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

LENGTH = 32
"""Tokens a prompt may have, start and end included."""


def tokenizer(texts: Iterable[str]) -> CLIPTokenizer:
    """A CLIP tokenizer (byte-level BPE) that knows each word of `texts` as one token."""
    letters = list(bytes_to_unicode().values())
    merges = _merges(texts)
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(m) for m in merges)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    # two merges may spell the same token: it is listed once
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(words))}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=LENGTH)


def _merges(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Byte-pair merges (Sennrich et al. 2016), most frequent first, until words are whole."""
    counts = Counter(word for text in texts for word in _split(text))
    spelt = {word: [*word[:-1], f"{word[-1]}</w>"] for word in counts}
    merges: list[tuple[str, str]] = []
    while True:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in spelt.items():
            for pair in pairwise(parts):
                pairs[pair] += counts[word]
        if not pairs:
            return merges
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        spelt = {word: _merged(parts, best) for word, parts in spelt.items()}


def _split(text: str) -> list[str]:
    return [word for word in text.lower().replace(",", " ").split() if word.isascii()]


def _merged(parts: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    for part in parts:
        if merged and (merged[-1], part) == pair:
            merged[-1] += part
        else:
            merged.append(part)
    return merged
