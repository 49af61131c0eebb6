"""Tiny random captioners in transformers' layouts: ViT-GPT2 and BLIP."""

from pathlib import Path

import torch
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessor,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    VisionEncoderDecoderModel,
    ViTConfig,
    ViTImageProcessor,
    ViTModel,
)

WORDS = ["a", "painting", "of", "harbour", "rain", "tree", "man", "there", "is"]


def write_captioners(folder: Path) -> Path:
    """`vit-gpt2` and `blip` in `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        _vit_gpt2(folder / "vit-gpt2")
        _blip(folder / "blip")
    return folder


def _vit_gpt2(folder: Path) -> None:
    tokenizer = _word_tokenizer()
    end = tokenizer.eos_token_id
    vision = ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        image_size=32, patch_size=16,
    )  # fmt: skip
    words = GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=1, n_head=2, n_positions=64,
        add_cross_attention=True, is_decoder=True, bos_token_id=end, eos_token_id=end,
    )  # fmt: skip
    network = VisionEncoderDecoderModel(encoder=ViTModel(vision), decoder=GPT2LMHeadModel(words))
    network.config.decoder_start_token_id = end
    network.config.pad_token_id = network.config.eos_token_id = end
    network.generation_config.decoder_start_token_id = end
    network.generation_config.pad_token_id = network.generation_config.eos_token_id = end
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)


def _word_tokenizer() -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    names = ["<|endoftext|>", "<unk>", *WORDS]
    inner = Tokenizer(WordLevel({name: n for n, name in enumerate(names)}, unk_token="<unk>"))
    inner.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
        unk_token="<unk>",
    )


def _blip(folder: Path) -> None:
    folder.mkdir(parents=True)
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(names) + "\n")
    vocabulary = {name: n for n, name in enumerate(names)}
    tokenizer = BertTokenizer(vocab=vocabulary, bos_token="[DEC]")
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
             "intermediate_size": 16, "projection_dim": 8}  # fmt: skip
    text = {**small, "vocab_size": len(names), "encoder_hidden_size": 16, "pad_token_id": 0,
            "bos_token_id": 5, "eos_token_id": 3, "sep_token_id": 3,
            "max_position_embeddings": 64}  # fmt: skip
    vision = {**small, "image_size": 32, "patch_size": 16}
    config = BlipConfig(text_config=text, vision_config=vision, projection_dim=8)
    BlipForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    BlipImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
