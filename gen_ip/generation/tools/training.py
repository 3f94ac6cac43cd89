"""How a model was trained, as its .safetensors header says: keys `ss_*` of kohya's sd-scripts
(train_network.py), and `modelspec.*` (https://github.com/Stability-AI/ModelSpec).

Names of persons in it (`modelspec.author`) are left out, and so is whatever the trainer's folders
were called.
"""

from __future__ import annotations

from collections.abc import Mapping

from gen_ip.generation.record import Generation, Model, model, settings_of

_SETTINGS = (
    "modelspec.architecture", "modelspec.title", "modelspec.license", "modelspec.date",
    "modelspec.resolution", "modelspec.prediction_type", "modelspec.trigger_phrase",
    "ss_base_model_version", "ss_network_module", "ss_network_dim", "ss_network_alpha",
    "ss_learning_rate", "ss_unet_lr", "ss_text_encoder_lr", "ss_optimizer", "ss_lr_scheduler",
    "ss_num_train_images", "ss_num_epochs", "ss_epoch", "ss_steps", "ss_max_train_steps",
    "ss_batch_size_per_device", "ss_resolution", "ss_clip_skip", "ss_mixed_precision", "ss_seed",
    "ss_training_comment", "ss_noise_offset", "ss_min_snr_gamma",
)  # fmt: skip


def read_training(metadata: Mapping[str, str], source: str) -> Generation | None:
    """The record of a header's texts; None where they say nothing of the making.

    Raises:
        BadEmbedding: it is too long.
    """
    settings = settings_of(
        {key: metadata[key] for key in _SETTINGS if metadata.get(key) not in (None, "", "None")}
    )
    models = _models(metadata)
    if not settings and not models:
        return None
    by_kohya = any(key.startswith("ss_") for key in metadata)
    tool = metadata.get("modelspec.implementation")
    return Generation(
        tool="kohya sd-scripts" if by_kohya else (tool or "unknown")[:64],
        version=metadata.get("ss_sd_scripts_commit_hash", "")[:64] or None,
        source=source,
        settings=settings,
        models=models,
    )


def _models(metadata: Mapping[str, str]) -> tuple[Model, ...]:
    found = [
        model(
            _file_name(metadata.get(f"ss_{part}_name")),
            metadata.get(f"ss_new_{part}_hash") or metadata.get(f"ss_{part}_hash"),
            role,
        )
        for part, role in (("sd_model", "checkpoint"), ("vae", "vae"))
    ]
    return tuple(each for each in found if each is not None)


def _file_name(path: str | None) -> str | None:
    """The last part of a path: what is before it is a person's folders."""
    return None if path is None else path.replace("\\", "/").rstrip("/").rpartition("/")[2]
