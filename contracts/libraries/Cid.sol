// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Cid
/// @notice Text form of an IPFS content id, so that no string need be stored.
library Cid {
    bytes private constant ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    /// @notice `ipfs://` and the CIDv1 (codec raw, multihash sha2-256, multibase base32) of `digest`.
    /// @dev Formats: https://github.com/multiformats/cid and RFC 4648, section 6, in lower case.
    function uri(bytes32 digest) internal pure returns (string memory) {
        // Version 1, codec raw 0x55, sha2-256 0x12, length 0x20: 36 bytes are 288 bits, 58 characters.
        bytes memory alphabet = ALPHABET;
        bytes memory out = new bytes(66);
        bytes8 prefix = "ipfs://b";
        for (uint256 i; i < 8; ++i) {
            out[i] = prefix[i];
        }
        uint256 buffer = 0x01551220;
        uint256 bits = 32;
        uint256 next;
        for (uint256 i = 8; i < 66; ++i) {
            if (bits < 5) {
                // The last character is padded with zero bits.
                buffer = ((buffer & 0x1f) << 8) | (next < 32 ? uint8(digest[next]) : 0);
                ++next;
                bits += 8;
            }
            bits -= 5;
            out[i] = alphabet[(buffer >> bits) & 0x1f];
        }
        return string(out);
    }
}
