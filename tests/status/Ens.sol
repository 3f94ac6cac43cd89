// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice As much of ENS as resolving a name forward takes: EIP-137's registry, and a resolver.
contract EnsRegistry {
    mapping(bytes32 node => address) public resolver;

    function setResolver(bytes32 node, address resolver_) external {
        resolver[node] = resolver_;
    }
}

contract EnsResolver {
    mapping(bytes32 node => address) internal _addresses;

    error OffchainLookup(
        address sender,
        string[] urls,
        bytes callData,
        bytes4 callback,
        bytes extra
    );

    function setAddr(bytes32 node, address account) external {
        _addresses[node] = account;
    }

    /// @dev The node of `1` answers no address, that of `2` sends elsewhere (ERC-3668).
    function addr(bytes32 node) external view returns (uint256) {
        address account = _addresses[node];
        if (account == address(1)) return type(uint256).max;
        if (account == address(2)) {
            string[] memory urls = new string[](1);
            urls[0] = "http://127.0.0.1:1/{sender}/{data}";
            revert OffchainLookup(address(this), urls, "", this.addr.selector, "");
        }
        return uint256(uint160(account));
    }
}
