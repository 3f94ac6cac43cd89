"""Rights as entries of the training and data mining assertion of content credentials (C2PA).

Standard: CAWG training and data mining assertion 1.1 (until C2PA 1.4 part of C2PA itself),
https://github.com/decentralized-identity/cawg-training-and-data-mining-assertion. Its prose calls
the free text `constraints_info`; its examples and C2PA's schema, `constraint_info`, as here.
"""

from __future__ import annotations

from typing import Any, Literal

from gen_ip.terms.rights import Rights

LABEL = "cawg.training-mining"
Use = Literal["allowed", "notAllowed", "constrained"]


def assertion(grant: Rights) -> dict[str, Any]:
    """The assertion, twice: `licensee` says what a licensee may do, `public` goes into the file.

    To the public nothing is allowed without a license: what one can buy is `constrained`, which
    the standard has readers treat like `notAllowed` as long as they hold none. A derivative may be
    made with a model, so that DERIVE alone leaves inference constrained.
    """
    train: Use = "allowed" if Rights.TRAIN in grant else "notAllowed"
    inference: Use = "notAllowed"
    if Rights.GENERATE in grant:
        inference = "allowed"
    elif Rights.DERIVE in grant:
        inference = "constrained"
    licensee = {
        "cawg.ai_generative_training": train,
        "cawg.ai_inference": inference,
        "cawg.ai_training": train,
        "cawg.data_mining": train,
    }
    return {
        "label": LABEL,
        "licensee": {name: _entry(use, _DERIVATIVES) for name, use in licensee.items()},
        "public": {
            name: _entry("notAllowed" if use == "notAllowed" else "constrained", _LICENSE)
            for name, use in licensee.items()
        },
    }


_LICENSE = "only under a license that IPLicense has issued on these terms"
_DERIVATIVES = "only to make a derivative that the license allows"


def _entry(use: Use, info: str) -> dict[str, str]:
    return {"use": use, "constraint_info": info} if use == "constrained" else {"use": use}
