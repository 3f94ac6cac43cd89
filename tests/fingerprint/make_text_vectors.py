"""`python -m tests.fingerprint.make_text_vectors`: writes the vectors of texts that ship."""

from __future__ import annotations

import json

from gen_ip.fingerprint.text.selftest import VECTORS, known

_PARAMETERS = (
    "a (lighthouse:1.2) at dusk, <lora:storm:0.8> waves, oil on canvas\n"
    "Negative prompt: blurry, lowres\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"
)
TEXTS = {
    "plain": ("The lighthouse keeper counted the waves until the lamp went out. " * 3, "plain"),
    "dressed": ("T\u200bһе LIGHTHOUSE,  kееpеr\u00ad — cоunted “the” ﬁrst wave!", "plain"),  # noqa: RUF001
    "accents": ("Crème brûlée, Größe, İstanbul, ½ Ⅷ ™ ａｂｃ", "plain"),  # noqa: RUF001
    "scripts": ("Привет, мир. 漢字とかな。 สวัสดีชาวโลก שלום عالم 한국어 😀", "plain"),
    "parameters": (_PARAMETERS, "a1111"),
    "json": (
        '{"positive_prompt": "a red fox", "negative_prompt": "dog", "seed": 5}',
        "prompt-json",
    ),
    "nothing": ("?!… \u200b", "plain"),
}


def main() -> None:
    found = [
        {"name": f"text {name}", "form": form, "text": text, "known": known(text, form)}
        for name, (text, form) in TEXTS.items()
    ]
    VECTORS.write_text(json.dumps({"vectors": found}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
