// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {HistoryPlayer} from "./histories/HistoryPlayer.sol";
import {Step} from "./histories/HistorySource.sol";

/// @notice The cheatcodes for files, and one that stops counting gas.
interface IHistoryFiles {
    function readFile(string calldata path) external view returns (string memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function parseJsonBytes(
        string calldata json,
        string calldata key
    ) external pure returns (bytes memory);
    function parseJsonBytes32(
        string calldata json,
        string calldata key
    ) external pure returns (bytes32);
    function parseJsonUint(
        string calldata json,
        string calldata key
    ) external pure returns (uint256);
    function parseUint(string calldata text) external pure returns (uint256);
    function pauseGasMetering() external;
    function toString(uint256 value) external pure returns (string memory);
}

/// @notice Histories that Python plays as well, on anvil and in the integer model
/// (tests/ledger/test_shared_histories.py): the same steps, and the same numbers at the end.
contract HistoriesTest is HistoryPlayer {
    // solhint-disable-next-line const-name-snakecase
    IHistoryFiles internal constant files = IHistoryFiles(address(vm));

    /// @notice A seed that fails, and the commands that say how, here and in Python.
    error SeedFails(uint256 seed, string here, string there, bytes reason);

    /// @dev The whole list in the long profile. GENIP_SEED plays one seed of it alone.
    function test_everySeedEndsAsThePythonModelSays() external {
        files.pauseGasMetering();
        string memory json = files.readFile("tests/vectors/histories.json");
        (bool one, uint256 only) = chosen();
        uint256 count;
        for (; exists(json, ".histories", count); ++count) {
            if (count == 16 && !one && !long()) return;
            string memory key = at(".histories", count);
            uint256 seed = files.parseJsonUint(json, string.concat(key, ".seed"));
            if (one && only != seed) continue;
            uint256 before = vm.snapshotState();
            this.playListed(
                seed,
                files.parseJsonBytes32(json, string.concat(key, ".steps")),
                files.parseJsonBytes32(json, string.concat(key, ".end"))
            );
            vm.revertToState(before);
        }
        yes(count >= 64, "the list has its seeds");
    }

    /// @dev A seed that fails here fails there; GENIP_SEED plays it in both, on the list or not.
    /// forge-config: default.fuzz.runs = 24
    /// forge-config: long.fuzz.runs = 250
    function testFuzz_anySeed(uint64 seed) external {
        files.pauseGasMetering();
        (bool one, uint256 only) = chosen();
        try this.playSeed(one ? only : seed) {} catch (bytes memory reason) {
            fail(one, one ? only : seed, reason);
        }
    }

    /// @notice A file that a failing search in Python has left, named by GENIP_HISTORY.
    function test_history() external {
        files.pauseGasMetering();
        string memory path = vm.envOr("GENIP_HISTORY", "tests/vectors/history.json");
        string memory json = files.readFile(path);
        uint256 count;
        for (; exists(json, ".steps", count); ++count) {
            bytes memory step = files.parseJsonBytes(json, at(".steps", count));
            play(abi.decode(step, (Step)));
        }
        yes(count > 0, "the history has steps");
    }

    function playListed(uint256 seed, bytes32 steps, bytes32 end_) external {
        (bool one, ) = chosen();
        try this.playSeed(seed) returns (bytes32 steps_, bytes32 found) {
            eq(steps_, steps, string.concat("steps of seed ", files.toString(seed)));
            eq(found, end_, string.concat("end of seed ", files.toString(seed)));
        } catch (bytes memory reason) {
            fail(one, seed, reason);
        }
    }

    function playSeed(uint256 seed) external returns (bytes32 steps, bytes32 end_) {
        begin(seed);
        while (more()) {
            play(next());
        }
        return (played, end());
    }

    /// @dev Whether GENIP_SEED names a seed, and which.
    function chosen() internal view returns (bool one, uint256 seed) {
        string memory only = vm.envOr("GENIP_SEED", "");
        one = bytes(only).length > 0;
        if (one) seed = files.parseUint(only);
    }

    /// @dev Of a seed that was asked for, the reason as it is.
    function fail(bool one, uint256 seed, bytes memory reason) internal pure {
        if (one) {
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
        string memory with = string.concat("GENIP_SEED=", files.toString(seed));
        revert SeedFails(
            seed,
            string.concat(with, " forge test --match-path tests/forge/Histories.t.sol"),
            string.concat(with, " python -m pytest tests/ledger/test_shared_histories.py"),
            reason
        );
    }

    // ------------------------------------------------------------------- json

    function at(string memory list, uint256 index) internal pure returns (string memory) {
        return string.concat(list, "[", files.toString(index), "]");
    }

    function exists(
        string memory json,
        string memory list,
        uint256 index
    ) internal view returns (bool) {
        return files.keyExistsJson(json, at(list, index));
    }
}
