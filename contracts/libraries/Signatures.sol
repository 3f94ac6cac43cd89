// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "solady/src/utils/ECDSA.sol";
import {SignatureCheckerLib} from "solady/src/utils/SignatureCheckerLib.sol";

/// @title Signatures
/// @notice Whether somebody signed something: with a key, or as a contract.
library Signatures {
    /// @notice True where `signature` (64 or 65 bytes) was made with the signer's own key, or where the
    /// signer is a contract that says so (ERC-1271). The key comes first: an account that delegates
    /// to code (EIP-7702) still signs with its key.
    function isValid(
        address signer,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (bool) {
        return byKey(signer, digest, signature) || byContract(signer, digest, signature);
    }

    /// @notice True where the signature was made with the signer's own key.
    function byKey(
        address signer,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (bool) {
        return signer != address(0) && ECDSA.tryRecoverCalldata(digest, signature) == signer;
    }

    /// @notice True where the signer is a contract that takes the signature for its own (ERC-1271).
    function byContract(
        address signer,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (bool) {
        return
            signer.code.length != 0 &&
            SignatureCheckerLib.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
