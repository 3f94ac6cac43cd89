// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Deployer
/// @notice Places the protocol's contracts at addresses that commit to all of their code.
/// Its own address (CREATE2) depends on the hashes it is constructed with; each contract is then
/// created by it with nonce `index + 1`, so every address is known before anything is deployed and
/// is the same on every EVM chain.
interface IDeployer {
    /// @notice A contract was created.
    event Deployed(uint256 indexed index, address indexed at);

    /// @notice All contracts are deployed already.
    error NothingLeft(uint256 count);
    /// @notice `code` is not the creation code whose hash stands at `index`.
    error WrongCode(uint256 index, bytes32 expected, bytes32 given);
    /// @notice The constructor of the contract at `index` reverted.
    error CreationFailed(uint256 index);

    /// @notice Creates the next contract. Anyone may call it; only the expected code passes.
    /// @param code Creation code, without constructor arguments.
    /// @return at Address of the new contract, equal to `addressAt` of its index.
    function deploy(bytes calldata code) external returns (address at);

    /// @notice Address of the contract at `index` (0 registry, 1 splitter, 2 license, 3 marketplace),
    /// whether it is deployed yet or not.
    function addressAt(uint256 index) external view returns (address);

    /// @notice How many contracts are deployed.
    function deployed() external view returns (uint256);

    /// @notice Hash of the creation code expected at `index`.
    function codeHashes(uint256 index) external view returns (bytes32);
}
