// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Till
/// @notice A work's own address: whatever is sent to it belongs to the work. The work's id is this
/// address as a number. Takes plain ETH within the 2,300 gas of a bare transfer, holds any token,
/// and does one call at a time, for the splitter alone.
contract Till {
    address private immutable SPLITTER;

    /// @notice Only the splitter that created the till may move what it holds.
    error NotSplitter(address caller);

    constructor() {
        SPLITTER = msg.sender;
    }

    receive() external payable {}

    /// @notice Makes one call from the till. For the splitter only.
    /// @param target Address to call.
    /// @param value Wei to send along.
    /// @param data Calldata.
    function forward(address target, uint256 value, bytes calldata data) external {
        if (msg.sender != SPLITTER) revert NotSplitter(msg.sender);
        // The splitter names `target`: a token or a receiver that it has checked.
        // slither-disable-next-line missing-zero-check
        (bool success, bytes memory result) = target.call{value: value}(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}
