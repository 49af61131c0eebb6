"""How many tokens of a prompt a pipeline's text encoder reads, and what is said of longer ones.

No torch: a tokenizer alone can be asked, before any weights are loaded.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from generation.networks.files import read_object
from generation.networks.sources import locate
from generation.refusals import too_long

ENCODER = "text_encoder/config.json"


def token_limit(tokenizer: Any, positions: int) -> int:
    """Tokens that a prompt may have, its start and its end included.

    `tokenizer` is a CLIPTokenizer, `positions` the text encoder's max_position_embeddings.
    """
    return min(int(tokenizer.model_max_length), positions)


def refuse_longer(tokenizer: Any, limit: int, prompts: Iterable[str]) -> None:
    """Raises PromptError for the first prompt of more tokens than `limit`."""
    for prompt in dict.fromkeys(prompts):
        count = len(tokenizer(prompt, verbose=False).input_ids)
        if count > limit:
            raise too_long("prompt", prompt, count, limit)


def refuse_long(network_id: str, folder: Path | None, prompts: Iterable[str]) -> None:
    """Raises PromptError for the first prompt of more tokens than the network reads.

    Raises NetworkUnavailable where the network is not there.
    """
    # a third of a second, for a worker or a command only
    from transformers import CLIPTokenizer  # noqa: PLC0415

    source = locate("diffusion", network_id, folder)
    home = next(path.parent for name, path in source.files.items() if name.startswith("tokenizer/"))
    tokenizer = CLIPTokenizer.from_pretrained(home, local_files_only=True)
    positions = int(read_object(source.files[ENCODER])["max_position_embeddings"])
    refuse_longer(tokenizer, token_limit(tokenizer, positions), prompts)
