"""A forge project of one contract, small enough to mutate in a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.require import ROOT, require

UNIT = "contracts/Purse.sol"

PURSE = """\
// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Purse {
    error TooMuch(uint256 asked, uint256 held);

    uint256 public held;
    bool internal locked;

    modifier lock() {
        require(!locked);
        locked = true;
        _;
        locked = false;
    }

    function put(uint256 amount) external lock {
        held += amount;
    }

    function take(uint256 amount) external lock {
        if (amount > held) revert TooMuch(amount, held);
        held -= amount;
    }

    function half(uint256 amount) external pure returns (uint256) {
        return amount >> 1;
    }

    function nobodyCalls(uint256 amount) private pure returns (uint256) {
        return amount + 1;
    }
}
"""

TEST = """\
// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Purse} from "../../contracts/Purse.sol";

contract PurseTest {
    function test_puts() external {
        Purse purse = new Purse();
        purse.put(2);
        purse.put(3);
        require(purse.held() == 5, "held");
    }

    function test_takesNoMoreThanItHolds() external {
        Purse purse = new Purse();
        purse.put(2);
        try purse.take(3) {
            revert("took too much");
        } catch (bytes memory reason) {
            require(bytes4(reason) == Purse.TooMuch.selector, "reason");
        }
        purse.take(1);
        require(purse.held() == 1, "left");
    }
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's folder."""
    require("solc")
    require("forge")
    for name, text in {UNIT: PURSE, "tests/forge/Purse.t.sol": TEST}.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    settings = (ROOT / "foundry.toml").read_text("utf-8")
    text = re.sub(r"^fs_permissions = \[.*?\]\n", "", settings, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "project" / "foundry.toml").write_text(text, "utf-8")
    for name in ("node_modules", ".toolchain"):
        (tmp_path / "project" / name).symlink_to(ROOT / name, target_is_directory=True)
    return tmp_path / "project"
