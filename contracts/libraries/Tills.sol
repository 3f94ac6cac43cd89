// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Tills
/// @notice Where a work's till lies, and so what its id is.
library Tills {
    /// @notice Salt of a work's till: who claims what, and where it is at home.
    function salt(
        address creator,
        bytes32 contentHash,
        uint256 homeChainId
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(creator, contentHash, homeChainId));
    }

    /// @notice CREATE2 address (EIP-1014) of a till.
    /// @param splitter Contract that creates tills.
    /// @param codeHash Hash of the till's creation code.
    /// @param salt_ See `salt`.
    function at(address splitter, bytes32 codeHash, bytes32 salt_) internal pure returns (address) {
        return
            address(
                uint160(
                    uint256(keccak256(abi.encodePacked(bytes1(0xff), splitter, salt_, codeHash)))
                )
            );
    }

    /// @notice Id of the work whose till is `till`.
    function idOf(address till) internal pure returns (uint256) {
        return uint256(uint160(till));
    }

    /// @notice Till of the work `workId`.
    function tillOf(uint256 workId) internal pure returns (address) {
        return address(uint160(workId));
    }
}
