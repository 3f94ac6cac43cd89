// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title IERC20Permit
/// @notice ERC-2612, as far as the marketplace uses it.
interface IERC20Permit {
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}

/// @title IERC3009
/// @notice ERC-3009, as far as the marketplace uses it: only the receiver may submit.
interface IERC3009 {
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
    ) external;
}

/// @title IERC721Transfer
/// @notice ERC-721, as far as the marketplace uses it.
interface IERC721Transfer {
    // This is ERC-721, whose function returns nothing.
    // slither-disable-next-line erc20-interface
    function transferFrom(address from, address to, uint256 tokenId) external payable;
}
