// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";

/// @notice A dollar with ERC-3009 (https://eips.ethereum.org/EIPS/eip-3009), as USDC has it.
contract Token3009 is DemoToken {
    bytes32 internal constant TRANSFER = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 internal constant RECEIVE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    mapping(address account => mapping(bytes32 nonce => bool)) public authorizationState;

    error CallerMustBeThePayee(address caller, address payee);
    error NotYetValid();
    error Expired();
    error UsedOrCancelled(bytes32 nonce);
    error InvalidSigner(address signer);

    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        _use(TRANSFER, from, to, value, validAfter, validBefore, nonce, abi.encode(v, r, s));
        _transfer(from, to, value);
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external virtual {
        if (msg.sender != to) revert CallerMustBeThePayee(msg.sender, to);
        _use(RECEIVE, from, to, value, validAfter, validBefore, nonce, abi.encode(v, r, s));
        _transfer(from, to, value);
    }

    function _use(
        bytes32 typeHash,
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) internal {
        if (block.timestamp <= validAfter) revert NotYetValid();
        if (block.timestamp >= validBefore) revert Expired();
        if (authorizationState[from][nonce]) revert UsedOrCancelled(nonce);
        authorizationState[from][nonce] = true;
        bytes32 structHash = keccak256(
            abi.encode(typeHash, from, to, value, validAfter, validBefore, nonce)
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = abi.decode(signature, (uint8, bytes32, bytes32));
        address signer = ecrecover(digest, v, r, s);
        if (signer == address(0) || signer != from) revert InvalidSigner(signer);
    }
}
