// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice ERC-1271 wallets of every kind. `who` signs for the honest one.
abstract contract Wallet1271 {
    bytes4 internal constant MAGIC = 0x1626ba7e;
    error CallFailed(bytes reason);

    receive() external payable {}

    /// @notice Calls whatever the test asks for, in the wallet's name.
    function execute(address to, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory result) = to.call{value: msg.value}(data);
        if (!success) revert CallFailed(result);
        return result;
    }

    function onERC721Received(
        address,
        address,
        uint256,
        bytes calldata
    ) external pure returns (bytes4) {
        return this.onERC721Received.selector;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external virtual;
}

/// @notice Accepts what its one key signed.
contract HonestWallet is Wallet1271 {
    address internal immutable SIGNER;

    constructor(address signer) {
        SIGNER = signer;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view override {
        bool valid;
        if (signature.length == 65) {
            uint8 v = uint8(signature[64]);
            valid =
                ecrecover(digest, v, bytes32(signature[:32]), bytes32(signature[32:64])) == SIGNER;
        }
        bytes32 answer = valid ? bytes32(MAGIC) : bytes32(bytes4(0xffffffff));
        assembly ("memory-safe") {
            mstore(0, answer)
            return(0, 0x20)
        }
    }
}

/// @notice Says yes to everything.
contract LyingWallet is Wallet1271 {
    function isValidSignature(bytes32, bytes calldata) external pure override {
        bytes32 answer = bytes32(MAGIC);
        assembly ("memory-safe") {
            mstore(0, answer)
            return(0, 0x20)
        }
    }
}

/// @notice Changes its mind: yes while `open`, no after.
contract FickleWallet is Wallet1271 {
    bool public open = true;

    function close() external {
        open = false;
    }

    function isValidSignature(bytes32, bytes calldata) external view override {
        bytes32 answer = open ? bytes32(MAGIC) : bytes32(0);
        assembly ("memory-safe") {
            mstore(0, answer)
            return(0, 0x20)
        }
    }
}

/// @notice Reverts, with the right answer as its reason.
contract RevertingWallet is Wallet1271 {
    function isValidSignature(bytes32, bytes calldata) external pure override {
        bytes32 answer = bytes32(MAGIC);
        assembly ("memory-safe") {
            mstore(0, answer)
            revert(0, 0x20)
        }
    }
}

/// @notice Answers with `length` bytes that begin like `answer`.
contract GarbageWallet is Wallet1271 {
    bytes32 internal immutable ANSWER;
    uint256 internal immutable LENGTH;

    constructor(bytes32 answer, uint256 length) {
        (ANSWER, LENGTH) = (answer, length);
    }

    function isValidSignature(bytes32, bytes calldata) external view override {
        (bytes32 answer, uint256 length) = (ANSWER, LENGTH);
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore(at, answer)
            return(at, length)
        }
    }
}

/// @notice While it is asked, calls `target` with `data`; says yes only if that call succeeded. The
/// question is a static call: nothing it does can change anything.
contract ReenteringWallet is Wallet1271 {
    address public target;
    bytes public data;

    function onQuestion(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function isValidSignature(bytes32, bytes calldata) external override {
        bytes memory call_ = data;
        address to = target;
        bool success;
        // A plain CALL, as a wallet written to re-enter would make it. Writing under a static call
        // burns all gas it is given.
        assembly ("memory-safe") {
            success := call(500000, to, 0, add(call_, 0x20), mload(call_), 0, 0)
        }
        bytes32 answer = success ? bytes32(MAGIC) : bytes32(0);
        assembly ("memory-safe") {
            mstore(0, answer)
            return(0, 0x20)
        }
    }
}
