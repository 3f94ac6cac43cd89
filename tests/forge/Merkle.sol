// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Merkle trees with sorted pairs. A node without a sibling moves up as it is.
library Merkle {
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            level = _up(level);
        }
        return level[0];
    }

    /// @notice Siblings of leaf `index`, from the leaf up.
    function path(
        bytes32[] memory leaves,
        uint256 index
    ) internal pure returns (bytes32[] memory siblings) {
        siblings = new bytes32[](_depth(leaves.length));
        uint256 count;
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            if (index ^ 1 < level.length) siblings[count++] = level[index ^ 1];
            level = _up(level);
            index /= 2;
        }
        assembly ("memory-safe") {
            mstore(siblings, count)
        }
    }

    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function _up(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((level.length + 1) / 2);
        for (uint256 i; i < above.length; ++i) {
            bool alone = 2 * i + 1 == level.length;
            above[i] = alone ? level[2 * i] : pair(level[2 * i], level[2 * i + 1]);
        }
    }

    function _depth(uint256 size) private pure returns (uint256 depth) {
        while (size > 1) {
            size = (size + 1) / 2;
            ++depth;
        }
    }
}
