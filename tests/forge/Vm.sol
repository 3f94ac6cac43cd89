// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice The cheatcodes these tests use (https://getfoundry.sh/reference/cheatcodes/overview).
// Named as in every forge test.
// solhint-disable-next-line interface-starts-with-i
interface Vm {
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function prank(address sender) external;
    function prank(address sender, address origin) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function expectRevert(bytes calldata data) external;
    function expectRevert() external;
    function expectPartialRevert(bytes4 selector) external;
    function expectEmit(address emitter) external;
    function deal(address account, uint256 balance) external;
    function etch(address account, bytes calldata code) external;
    function snapshotState() external returns (uint256);
    function revertToState(uint256 snapshot) external returns (bool);
    function warp(uint256 time) external;
    function chainId(uint256 id) external;
    function load(address account, bytes32 slot) external view returns (bytes32);
    function store(address account, bytes32 slot, bytes32 value) external;
    function sign(
        uint256 key,
        bytes32 digest
    ) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address);
    function label(address account, string calldata name) external;
    function lastCallGas() external view returns (Gas memory);
    function envOr(
        string calldata name,
        string calldata fallback_
    ) external view returns (string memory);
    function computeCreate2Address(
        bytes32 salt,
        bytes32 codeHash,
        address deployer
    ) external pure returns (address);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
}
